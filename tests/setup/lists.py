"""A system that keeps lists and fields in memory, for the tests of reference data and schemas."""

from __future__ import annotations

from connector.errors import Outcome
from connector.systems.base import Choice, Field, Reference
from tests.setup.house import PaperErp, PaperStore


class ListedErp(PaperErp):
    references = (Reference("warehouse", "Warehouses"), Reference("payment_method", "Payment methods"))

    def __init__(self) -> None:
        super().__init__({})
        self.lists: dict[str, list[Choice] | Outcome] = {"warehouse": [Choice("MAIN", "Main"), Choice("EAST")]}
        self.known: list[Field] = []
        self.asked: list[str] = []

    def reference(self, name: str) -> list[Choice]:
        self.asked.append(name)
        found = self.lists.get(name, [])
        if isinstance(found, Outcome):
            raise found
        return found

    def fields(self, entity: str) -> list[Field]:
        return self.known


class ListedStore(PaperStore):
    references = (Reference("source", "Sources"), Reference("payment_method", "Payment methods"))
