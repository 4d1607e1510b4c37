"""Two systems in memory and the messages between them, for what travels both ways and for orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.errors import Retry
from connector.sync import catalogue, rules
from connector.sync.bindings import PROVISIONAL
from connector.sync.context import Context
from connector.sync.perform import Result, perform
from connector.systems import mapping
from tests.fakes import Memory
from tests.sync.conftest import Task


@dataclass
class Both:
    """Everything on, both sides in memory. `asked` are messages that the sync room wants: (entity, direction, key)."""

    erp: Memory = field(default_factory=lambda: Memory("erp"))
    store: Memory = field(default_factory=lambda: Memory("store"))
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    overtaken: bool = False  # somebody else has taken over what we were alone at
    held: set[str] = field(default_factory=set)  # what somebody is alone at now
    again: list[tuple[str, str]] = field(default_factory=list)  # (entity, key) that have to be written once more
    began: datetime | None = None

    def context(self, entity: str, direction: str) -> Context:
        sync = catalogue.find(entity, direction)
        source, target = (self.erp, self.store) if sync.source == "erp" else (self.store, self.erp)
        other = "store_to_erp" if direction == "erp_to_store" else "erp_to_store"
        return Context(
            "DEMO",
            sync,
            source,
            target,
            self.settings,
            need=self.need,
            opposite=lambda kind, keys: self.asked.extend((kind, other, key) for key in keys),
            mappings={kind: mapping.of(rows) for kind, rows in self.tables.items()},
            rules=rules.of(self.rules),
            began=self.began,
            again=lambda kind, keys: self.again.extend((kind, key) for key in keys),
            exclusive=self.exclusive,
        )

    def need(self, entity: str, keys: Sequence[str]) -> None:
        for key in keys:
            way = "store_to_erp" if key.startswith(PROVISIONAL) else catalogue.find(entity).direction
            self.asked.append((entity, way, key.removeprefix(PROVISIONAL)))

    @contextmanager
    def exclusive(self, name: str) -> Iterator[Callable[[], bool]]:
        self.alone.append(name)
        if name in self.held:
            raise Retry("Somebody else is at work on the same customer.", away=True)
        self.held.add(name)
        try:
            yield lambda: not self.overtaken
        finally:
            self.held.discard(name)

    def go(self, entity: str, direction: str, key: str, origin: str = "push") -> Result:
        """One message, now."""
        (result,) = perform(self.context(entity, direction), [Task(1, key, origin=origin)], lambda: {1})
        return result

    def rest(self, entity: str, erp_key: str, store_key: str, limit: int = 8) -> int:
        """Both polls, again and again, until nothing is written any more. Returns how many rounds that took."""
        for turn in range(limit):
            before = len(self.erp.written) + len(self.store.written)
            self.go(entity, "erp_to_store", erp_key)
            self.go(entity, "store_to_erp", store_key)
            if len(self.erp.written) + len(self.store.written) == before:
                return turn
        raise AssertionError(f"not at rest after {limit} rounds")
