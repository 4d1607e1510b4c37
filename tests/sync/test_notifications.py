"""Notifications are stored once for each of the sender's ids and query."""

from __future__ import annotations

from flask import Flask

from connector.db import db
from connector.sync import notifications
from connector.systems.base import Change, Push

PUSH = Push("T1", "CC Prices", 7, (Change("price", "A1"),))


def accept(push: Push = PUSH, connector: str = "DEMO") -> bool:
    with db.write() as connection:
        return notifications.accept(connection, connector, "acumatica", push, "{}", notifications.ACCEPTED)


def test_a_notification_is_new_once(any_app: Flask) -> None:
    assert accept() is True
    assert accept() is False
    (row,) = notifications.latest("DEMO")
    assert (row.duplicates, row.changes, row.stamp) == (1, 1, 7)
    assert notifications.last_received("DEMO") == row.received_at


def test_one_transaction_may_touch_several_queries_and_connectors(any_app: Flask) -> None:
    assert accept()
    assert accept(Push("T1", "CC Products", 7, ()))
    assert accept(connector="OTHER")
    assert len(notifications.latest()) == 3
    assert len(notifications.latest(status="unknown")) == 0


def test_pages_go_by_id(any_app: Flask) -> None:
    for number in range(5):
        accept(Push(f"T{number}", "Q", number, ()))
    first = notifications.latest(limit=3)
    rest = notifications.latest(before=first[-1].id, limit=3)
    assert [row.push_id for row in (*first, *rest)] == ["T4", "T3", "T2", "T1", "T0"]
