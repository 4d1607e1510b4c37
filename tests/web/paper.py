"""The engine's stand-in for pages that ask the two systems: they keep lists, fields and records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.errors import Outcome
from connector.records import Record
from connector.setup.connectors import Systems
from connector.systems.base import Choice, Field, System
from tests.web.conftest import StandIn


class Paper(System):
    """One side. `trouble` is raised by everything while it is set."""

    def __init__(self, role: str, label: str) -> None:
        super().__init__({})
        self.role, self.label = role, label  # type: ignore[misc]
        self.lists: dict[str, list[Choice]] = {}
        self.known: dict[str, list[Field]] = {}
        self.records: dict[str, Record] = {}
        self.asked: list[str] = []
        self.trouble: Outcome | None = None

    def reference(self, name: str) -> list[Choice]:
        self._ask(name)
        return self.lists.get(name, [])

    def fields(self, entity: str) -> list[Field]:
        self._ask(f"fields of {entity}")
        return self.known.get(entity, [])

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        self._ask(f"{entity} {','.join(keys)}")
        return {key: self.records[key] for key in keys if key in self.records}

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.trouble:
            raise self.trouble


class Paired(StandIn):
    """A stand-in engine with two paper systems."""

    def __init__(self) -> None:
        super().__init__()
        self.erp, self.store = Paper("erp", "Acumatica"), Paper("store", "Magento 2")
        self.synced: list[tuple[str, str]] = []

    def systems(self, connector_id: str) -> Systems:
        return Systems(self.erp, self.store)

    def sync_now(self, connector_id: str, entity: str, key: str, *, user: str, wait: float = 2.0, **more: Any) -> int:
        self.synced.append((entity, key))
        return 0
