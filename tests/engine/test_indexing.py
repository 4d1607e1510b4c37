"""Indexing after sync: asked for at the end of a run that wrote something, where the settings say so."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from connector.db import db
from connector.engine import jobs
from connector.engine.jobs import Jobs
from connector.errors import Retry
from connector.events import Event
from connector.queue.lanes import Lane
from connector.queue.runner import WindowResult
from connector.setup import connectors
from connector.systems.base import System
from tests.web import seed


class Store(System):
    label = "The store"

    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[str] = []
        self.trouble: Retry | None = None

    def reindex(self, entity: str) -> str:
        self.asked.append(entity)
        if self.trouble:
            raise self.trouble
        return super().reindex(entity)


@pytest.fixture
def store(app: Flask) -> Store:
    seed.connector()
    return Store()


def window(app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch, entity: str, succeeded: int = 2) -> list[str]:
    """One window of that entity; what the log says after it."""
    result = WindowResult(1, succeeded, succeeded, 0, 0, 1, 1)
    monkeypatch.setattr(jobs.runner, "run_window", lambda *given, **more: result)
    monkeypatch.setattr(jobs, "policy", lambda *given: None)
    systems = SimpleNamespace(store=store)
    connections: Any = SimpleNamespace(config=connectors.get, systems=lambda id: systems)
    worker: Any = SimpleNamespace(work=None, connections=connections)
    run: Any = SimpleNamespace(worker="", clock=None, stop=threading.Event(), check_time=None)
    Jobs(app, connections, worker, None, None)._window(Lane("DEMO", entity, "erp_to_store"), run)  # type: ignore[arg-type]
    with db.read() as connection:
        return [text for text in connection.execute(select(Event.message)).scalars() if "Indexing" in text]


def switch(**sections: dict[str, bool]) -> None:
    connectors.save("DEMO", sections, user="ann", revision=connectors.get("DEMO").revision)


@pytest.mark.parametrize(
    ("entity", "section", "first"),
    [
        ("product", "product", False),
        ("composite", "composite", True),
        ("price", "inventory", True),
        ("inventory", "inventory", True),
    ],
)
def test_each_entity_goes_by_its_own_setting_and_default(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch, entity: str, section: str, first: bool
) -> None:
    """SYN-10, SYN-13, SYN-17: no for products, yes for the others, until somebody says otherwise (CONFLICTS 31)."""
    assert bool(window(app, store, monkeypatch, entity)) == first
    switch(**{section: {"indexing": not first}})
    store.asked.clear()
    window(app, store, monkeypatch, entity)
    assert bool(store.asked) != first


def test_the_log_says_what_was_asked_and_nothing_is_asked_for_nothing(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window(app, store, monkeypatch, "price", succeeded=0) == [] == store.asked
    assert window(app, store, monkeypatch, "customer") == []
    said = window(app, store, monkeypatch, "price")
    assert said == ["Indexing after 2 records of Price: The store builds its indexes by itself."]
    store.trouble = Retry("The store is busy.")
    assert window(app, store, monkeypatch, "price")[-1].endswith("It could not be asked for. The store is busy.")
