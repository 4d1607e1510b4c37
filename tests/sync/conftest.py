"""A context over the fakes, and messages to perform."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from connector.sync import catalogue
from connector.sync.context import Context
from connector.sync.perform import Result, perform
from tests.fakes import FakeErp, FakeStore


@dataclass(frozen=True)
class Task:
    id: int
    key: str
    operation: str = "upsert"
    origin: str = "push"


FIRST = ("product", "price", "inventory")


@dataclass
class Bench:
    """Both systems and what the sync room asked of the queue."""

    erp: FakeErp = field(default_factory=FakeErp)
    store: FakeStore = field(default_factory=FakeStore)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    released: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    needed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)  # of each release: in the transaction of the binding?
    put_again: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    announced: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None  # what others do right after the announcement
    coming: set[tuple[str, str]] = field(default_factory=set)  # what has a message on its way
    batch: int = 0
    stopping: Callable[[], bool] = lambda: False
    # as in a fresh connector: products, prices and stock only
    disabled: set[str] = field(default_factory=lambda: {one.entity for one in catalogue.SYNCS} - {*FIRST})

    def release(self, connection: Connection | None, entity: str, keys: Sequence[str]) -> None:
        self.released.append((entity, tuple(keys)))
        self.inside.append(connection is not None)

    def announce(self, entity: str, wanted: Mapping[str, str]) -> None:
        self.announced.append((entity, tuple(wanted.values())))
        if self.meanwhile:
            self.meanwhile()

    def context(self, entity: str) -> Context:
        return Context(
            "DEMO",
            catalogue.find(entity),
            self.erp,
            self.store,
            self.settings,
            release=self.release,
            announce=self.announce,
            again=lambda kind, keys: self.put_again.append((kind, tuple(keys))),
            need=lambda kind, keys: self.needed.append((kind, tuple(keys))),
            enabled=lambda kind: kind not in self.disabled,
            coming=lambda kind, keys: {key for key in keys if (kind, key) in self.coming},
            batch=self.batch,
            stopping=self.stopping,
        )

    def perform(
        self, entity: str, *keys: str, origin: str = "push", ours: Callable[[], set[int]] | None = None
    ) -> list[Result]:
        tasks: Sequence[Task] = [Task(number, key, origin=origin) for number, key in enumerate(keys, 1)]
        everything = {task.id for task in tasks}
        return perform(self.context(entity), tasks, ours or (lambda: everything))


@pytest.fixture
def bench(any_app: Flask) -> Bench:
    return Bench()
