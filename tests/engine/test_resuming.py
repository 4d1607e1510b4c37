"""A full sync whose process dies, ends or is paused in the middle goes on behind the last page that was put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from connector.db import db
from connector.engine import sweeping
from connector.engine.sweeping import Sweeper
from connector.queue.lanes import Lane
from connector.queue.models import Message, WindowLease
from connector.queue.reading import logbook
from connector.setup import connectors, lifecycle
from connector.systems.base import Change

PRODUCTS = Lane("DEMO", "product", "erp_to_store")
SETTINGS = {
    "erp": {"url": "https://erp.example", "username": "u", "password": "p"},
    "store": {"url": "https://shop.example", "token": "t"},
}


class Killed(BaseException):
    """What kill -9 is to the code: nothing behind it is done."""


class AtOnce:
    """A thread that is over when it is started."""

    def __init__(self, target: Any, args: Sequence[Any], **_: Any) -> None:
        self.target, self.args = target, args

    def start(self) -> None:
        self.target(*self.args)


class Catalogue:
    """Ten pages of three products; `ends_at` is the page at which the process does what `how` says."""

    def __init__(self, ends_at: int = 99, how: Any = None) -> None:
        self.ends_at, self.how, self.asked = ends_at, how, list[str]()

    def __call__(self, lane: Lane, view: str, position: str | None) -> Iterator[tuple[list[Change], str | None]]:
        self.asked.append(position or "")
        for page in range(int(position or 0), 10):
            if page == self.ends_at:
                self.how()
            keys = [f"P{page}{number}" for number in range(3)]
            yield [Change("product", key) for key in keys], str(page + 1) if page < 9 else None


@pytest.fixture
def make(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    connectors.create("DEMO", "", "magento", SETTINGS, "ann")
    lifecycle.initialize("DEMO", "ann")
    monkeypatch.setattr(sweeping.preflight, "lines", lambda connections, connector: [])
    monkeypatch.setattr(sweeping.threading, "Thread", AtOnce)
    monkeypatch.setattr(sweeping, "Keeper", lambda *_, **__: Still())
    monkeypatch.setattr(sweeping._Going, "_work", lambda self, lane: None)
    return lambda stop=None: Sweeper(app.extensions["engine"]._jobs, stop or Event())


class Still:
    """A keeper that keeps nothing."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def put() -> int:
    columns = Message.__table__.c
    with db.read() as connection:
        query = select(func.count(), func.count(columns.key.distinct())).where(columns.entity == "product")
        rows, keys = connection.execute(query).one()
    assert rows == keys, "nothing doubled"
    return int(rows)


def test_a_killed_full_sync_goes_on_behind_its_last_page(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill() -> None:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(sweeping._Going, "close", lambda *_: None)  # a dead process closes nothing
        killing.setattr(sweeping._Going, "release", lambda *_: None)
        with pytest.raises(Killed):
            make().full(PRODUCTS, Catalogue(4, kill), user="otto")
    assert put() == 12
    again = Catalogue()
    assert make().resume(again) == "No full sync was left.", "its lease still holds"
    with db.write() as connection:
        connection.execute(WindowLease.__table__.update().values(until=None))
    assert make().resume(again) == "1 full syncs are gone on with" and again.asked == ["4"]
    assert put() == 30
    assert make().resume(again) == "No full sync was left."
    found = logbook.run(1)
    assert found is not None and (found.status, found.total, found.user) == ("notice", 30, "otto")


def test_a_full_sync_waits_while_the_connector_is_paused_and_goes_on_afterwards(make: Any, app: Flask) -> None:
    def pause() -> None:
        lifecycle.pause("DEMO", "ann")
        app.extensions["engine"].refresh()

    assert make().full(PRODUCTS, Catalogue(2, pause), user="otto") == 1
    assert put() == 6, "the page that was read after the pause is not put"
    again, found = Catalogue(), logbook.run(1)
    assert found is not None and found.status == "processing"
    make().resume(again)
    assert again.asked == []
    lifecycle.activate("DEMO", "ann")
    app.extensions["engine"].refresh()
    make().resume(again)
    assert again.asked == ["2"] and put() == 30


def test_a_process_that_ends_leaves_the_rest_to_the_next_one(make: Any) -> None:
    stop = Event()
    make(stop).full(PRODUCTS, Catalogue(5, stop.set), user="otto")
    again = Catalogue()
    make().resume(again)
    assert again.asked == ["5"] and put() == 30


def test_a_cancelled_full_sync_is_over(make: Any) -> None:
    cancel = lambda: sweeping.sweeps.cancel(1, "otto")  # noqa: E731 - it is handed on
    make().full(PRODUCTS, Catalogue(5, cancel), user="otto")
    found = logbook.run(1)
    assert found is not None and found.status == "notice" and "Cancelled by otto" in found.details
    assert make().resume(Catalogue()) == "No full sync was left."
