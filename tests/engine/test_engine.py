"""One process's engine: how it begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.db import db
from connector.engine import DATABASE_SECONDS, Engine


class Away:
    """A database that answers only after so many tries."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int) -> None:
        self.left, read = tries, db.read

        @contextmanager
        def patched() -> Iterator[Any]:
            self.left -= 1
            if self.left >= 0:
                raise OperationalError("SELECT 1", {}, Exception("the database system is starting up"))
            with read() as connection:
                yield connection

        monkeypatch.setattr(db, "read", patched)


def test_it_waits_for_a_database_that_is_just_restarting(
    app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Away(monkeypatch, 3)
    engine = Engine(app, clock)
    engine.start()
    engine.stop()
    assert clock.slept[:3] == [1.0, 1.0, 1.0]


def test_it_gives_up_when_the_database_stays_away(
    app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Away(monkeypatch, 1000)
    engine = Engine(app, clock)
    with pytest.raises(OperationalError):
        engine.start()
    assert sum(clock.slept) == DATABASE_SECONDS
    engine.stop()
