"""Writers on SQLite wait for each other, whichever way in they take."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from connector.db import db
from connector.setup.models import User


def by_orm(name: str) -> None:
    with db.saving() as session:
        session.add(User(name=name, password_hash="x"))


def by_core(name: str) -> None:
    with db.write() as connection:
        connection.execute(User.__table__.insert().values(name=name, password_hash="x"))


@pytest.mark.parametrize("save", [by_orm, by_core])
def test_a_writer_waits_until_the_one_before_has_ended(app: Flask, save: Callable[[str], None]) -> None:
    begun, asking, failed = threading.Event(), threading.Event(), list[BaseException]()

    def other() -> None:
        begun.wait(10)
        asking.set()
        try:
            with app.app_context():
                save("second")
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    with db.write() as connection:
        connection.execute(User.__table__.insert().values(name="first", password_hash="x"))
        begun.set()
        assert asking.wait(10)
        thread.join(0.05)
        assert thread.is_alive(), f"it did not wait: {failed}"
    thread.join(10)
    with db.read() as connection:
        assert connection.execute(select(User.name).order_by(User.id)).scalars().all() == ["first", "second"]
