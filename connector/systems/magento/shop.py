"""What the entities of one shop share: its client, its caches and the connector's settings. It sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.clock import Clock
from connector.systems.magento.client import Client
from connector.systems.magento.directory import Directory
from connector.systems.magento.store import Store


@dataclass(frozen=True, slots=True)
class Shop:
    """One configured shop. `values` are the plug-in's own settings, `preferences` the connector's other sections."""

    client: Client
    store: Store
    directory: Directory
    values: Mapping[str, Any]
    preferences: Mapping[str, Any]
    clock: Clock

    def section(self, name: str) -> Mapping[str, Any]:
        """One section of the connector's settings; empty where it has none."""
        found = self.preferences.get(name)
        return found if isinstance(found, Mapping) else {}

    def setting(self, section: str, name: str, default: Any = None) -> Any:
        """One setting, or the default where it is absent or empty text."""
        value = self.section(section).get(name)
        return default if value is None or value == "" else value
