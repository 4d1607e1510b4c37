"""Tidying: what ended well and is old goes with its log; nothing else does, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select

from connector.db import db, utcnow
from connector.queue import housekeeping
from connector.queue.housekeeping import Cleaned, clean
from connector.queue.models import STATUSES, Attempt, Message

NOW = utcnow()
OLD, YOUNG = NOW - timedelta(days=40), NOW - timedelta(days=2)
LIMIT = NOW - timedelta(days=30)


def message(status: str, at: object = OLD, connector: str = "DEMO") -> int:
    table = Message.__table__
    values = {"connector_id": connector, "entity": "price", "direction": "erp_to_store", "status": status}
    with db.write() as connection:
        key = f"{status}-{connector}-{at}-{connection.execute(select(table.c.id)).all()}"
        return connection.execute(
            insert(table)
            .values(**values, key=key[:250], created_at=at, available_at=at, settled_at=at)
            .returning(table.c.id)
        ).scalar_one()


def attempt(message_id: int | None, at: object = OLD, parent: int | None = None) -> int:
    table = Attempt.__table__
    values = {"connector_id": "DEMO", "entity": "price", "direction": "erp_to_store", "outcome": "succeeded"}
    with db.write() as connection:
        return connection.execute(
            insert(table)
            .values(**values, message_id=message_id, parent_id=parent, started_at=at, finished_at=at)
            .returning(table.c.id)
        ).scalar_one()


def left(table: object) -> set[int]:
    with db.read() as connection:
        return set(connection.execute(select(table.__table__.c.id)).scalars())  # type: ignore[attr-defined]


def test_what_ended_well_goes_and_what_needs_a_person_stays(any_app: Flask) -> None:
    ids = {status: message(status) for status in STATUSES}
    assert clean("DEMO", LIMIT).messages == 3
    gone = {status for status, number in ids.items() if number not in left(Message)}
    assert gone == {"succeeded", "skipped", "superseded"}


def test_what_is_young_or_another_connectors_stays(any_app: Flask) -> None:
    kept = {message("succeeded", YOUNG), message("succeeded", OLD, "OTHER")}
    message("succeeded")
    assert clean("DEMO", LIMIT) == Cleaned(1, 0)
    assert left(Message) == kept


def test_the_log_goes_with_its_message_and_a_batch_with_its_last_child(any_app: Flask) -> None:
    done, failed = message("succeeded"), message("failed")
    attempt(done)
    batch_done, batch_mixed = attempt(None), attempt(None)
    attempt(done, parent=batch_done)
    kept = {batch_mixed, attempt(failed, parent=batch_mixed), attempt(None, YOUNG)}
    clean("DEMO", LIMIT)
    clean("DEMO", LIMIT)
    assert left(Attempt) == kept


def test_many_rows_go_in_short_transactions(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "CHUNK", 2)
    for _ in range(7):
        message("skipped")
    assert clean("DEMO", LIMIT).messages == 7


def test_it_can_be_ended_between_two_transactions(any_app: Flask) -> None:
    message("succeeded")
    assert clean("DEMO", LIMIT, stop=lambda: True) == Cleaned(0, 0)
    assert len(left(Message)) == 1
