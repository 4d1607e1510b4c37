"""What was only rehearsed: kept apart from every other skip, found by an index, sent for real."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from connector.clock import FakeClock
from connector.db import db
from connector.errors import REHEARSAL, Skip
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Attempt, Message
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.queue.working import claim, settle
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Unit, Verdict
from tests import rows

LANE = Lane("DEMO", "price", "erp_to_store")
REHEARSED = Filter("DEMO", status="skipped", code=REHEARSAL)


def settled(clock: FakeClock, code: str | None) -> None:
    inbox.put(LANE, [inbox.Item("A")], now=clock.now())
    taken = claim.claim(LANE, 1, worker="one", lease_seconds=30, now=clock.now())
    unit = Unit(LANE, tuple(taken), lambda: {message.id for message in taken})
    held = {"method": "PUT", "url": "http://store.example/a", "held": True}
    report = Report([Verdict(taken[0].id, Skip("Not now.", code=code))], [{"method": "GET"}, held])
    settle.settle(unit, report, Policy(), now=clock.now())


def test_a_rehearsed_message_keeps_its_code_and_its_requests_count_as_none(any_app: Flask, clock: FakeClock) -> None:
    settled(clock, REHEARSAL)
    with db.read() as connection:
        message = connection.execute(select(Message.__table__)).one()
        attempt = connection.execute(select(Attempt.__table__)).one()
    assert (message.status, message.code, attempt.outcome, attempt.calls) == ("skipped", REHEARSAL, "skipped", 1)
    assert '"held": true' in attempt.exchanges


def test_other_skips_keep_none(any_app: Flask, clock: FakeClock) -> None:
    settled(clock, "magento.not_for_sale")
    assert [row.code for row in history.messages(Filter("DEMO")).rows] == [""]


def test_only_what_was_rehearsed_can_be_sent_again(any_app: Flask) -> None:
    meant = rows.message(key="A", status="skipped", code=REHEARSAL)
    other = rows.message(key="B", status="skipped")
    assert repair.how_many(repair.REPROCESS, REHEARSED) == 1
    assert repair.how_many(repair.REPROCESS, [meant, other]) == 1
    assert repair.how_many(repair.SKIP, [meant, other]) == 0
    done = repair.reprocess(REHEARSED, user="ann")
    assert (done.changed, done.finished) == (1, True)
    assert {row.key: row.status for row in history.messages(Filter("DEMO")).rows} == {"A": "pending", "B": "skipped"}


def test_a_partial_index_finds_them(any_app: Flask) -> None:
    rows.many(50, status="skipped")
    query = select(Message.id).where(*REHEARSED.conditions()).order_by(Message.id)
    with db.read() as connection:
        text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        if not db.sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN "
        plan = " ".join(str(row) for row in connection.exec_driver_sql(explain + text))
    assert "ix_message_rehearsed" in plan
