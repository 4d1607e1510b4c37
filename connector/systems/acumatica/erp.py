"""One connector's view of an Acumatica tenant: the client, the clock, and what its settings want.

Every reader and writer of an entity gets this and nothing else. It knows settings by name and no entity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.clock import Clock
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.odata import Rows
from connector.systems.acumatica.prices import Wish
from connector.systems.acumatica.schema import Schema
from connector.systems.acumatica.stock import Warehouses


@dataclass(slots=True)
class Erp:
    """What is at hand for one connector. Safe for several threads, as its parts are."""

    client: Client
    clock: Clock
    preferences: Mapping[str, Any]
    warehouses: Warehouses
    prices: Wish
    inquiry: Rows | None
    schema: Schema
    known: dict[str, Any] = field(default_factory=dict)  # what was read once and seldom changes

    def section(self, name: str) -> Mapping[str, Any]:
        found = self.preferences.get(name)
        return found if isinstance(found, Mapping) else {}

    def setting(self, section: str, name: str, default: Any = "") -> Any:
        """A setting's value; the default where it is not there or empty."""
        found = self.section(section).get(name)
        return default if found is None or found == "" else found

    def word(self, section: str, name: str, default: str = "") -> str:
        return str(self.setting(section, name, default)).strip()

    def lines(self, section: str, name: str) -> list[str]:
        """A setting of several lines, without empty ones."""
        found = self.setting(section, name, ())
        entries = found.splitlines() if isinstance(found, str) else found
        return [text for entry in entries if (text := str(entry).strip())]
