"""What people do to messages: reprocess, skip, hold; and the release of what waited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.db import db
from connector.events import Event
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message, MinuteStat
from connector.queue.reading import history, logbook
from connector.queue.reading.filters import Filter
from connector.queue.reading.logbook import LogFilter, RunFilter
from connector.queue.repairing import repair
from tests import rows
from tests.queue.test_history import plan, statements
from tests.rows import START

PRICES = Lane("DEMO", "price", "erp_to_store")


class Rung:
    """A bell that remembers who rang."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []

    def ring(self, lane: Lane) -> None:
        self.lanes.append(lane)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START + timedelta(hours=1))


def status_of(number: int) -> str:
    found = history.message(number)
    assert found is not None
    return str(found.status)


def statuses() -> dict[str, str]:
    with db.read() as connection:
        return {row.key: row.status for row in connection.execute(select(Message.key, Message.status))}


def failed(key: str = "MUG", **values: object) -> int:
    usual = {"status": "failed", "attempts": 3, "deaths": 1, "code": "store.poison", "error": "no", "reason": "No."}
    return rows.message(**{**usual, "key": key, **values})


def test_reprocess_gives_a_failed_message_all_its_attempts_again(any_app: Flask, clock: FakeClock) -> None:
    number, bell = failed(), Rung()
    done = repair.reprocess([number], user="otto", reason="attribute set added", bell=bell, clock=clock)
    found = history.message(number)
    assert found is not None
    assert (done.total, done.done, done.changed, done.finished) == (1, 1, 1, True)
    assert (found.status, found.attempts, found.deaths, found.origin, found.user) == (
        "pending", 0, 0, "reprocess", "otto",
    )  # fmt: skip
    assert (found.code, found.error, found.settled_at, found.available_at) == ("", "", None, clock.now())
    assert found.reason == "Reprocessed by otto: attribute set added"
    assert bell.lanes == [PRICES]


def test_a_reprocess_is_logged_for_each_message_and_as_a_whole(any_app: Flask, clock: FakeClock) -> None:
    number = failed()
    done = repair.reprocess([number], user="otto", reason="try again", clock=clock)
    (entry,) = logbook.attempts_page(LogFilter(reprocessed=True)).rows
    assert (entry.outcome, entry.kind, entry.message_id, entry.user, entry.run_id) == (
        "reprocessed", "person", number, "otto", done.run_id,
    )  # fmt: skip
    with db.read() as connection:
        event = connection.execute(select(Event.__table__)).one()
    assert (event.action, event.user) == ("Reprocess Sync", "otto")
    assert event.message == "1 message reprocessed by otto: try again"
    (run,) = logbook.runs_page(RunFilter()).rows
    assert (run.job, run.mode, run.scope, run.status, run.entity, run.done) == (
        "bulk", "manual", "individual", "success", "price", 1,
    )  # fmt: skip
    assert logbook.details(run) == event.message


def test_a_failed_message_whose_record_has_a_newer_one_is_superseded(any_app: Flask, clock: FakeClock) -> None:
    old, newer = failed(), rows.message(key="MUG")
    done = repair.reprocess([old], user="otto", clock=clock)
    assert (status_of(old), status_of(newer), done.changed) == ("superseded", "pending", 0)
    (run,) = logbook.runs_page(RunFilter()).rows
    assert run.status == "notice"
    assert "1 superseded" in logbook.details(run)


def test_two_failed_messages_of_one_record_become_one(any_app: Flask, clock: FakeClock) -> None:
    older, newer = failed(version=1), failed(version=2)
    repair.reprocess(Filter(), user="otto", clock=clock)
    assert (status_of(older), status_of(newer)) == ("superseded", "pending")


def test_only_messages_that_failed_are_held_or_wait_can_be_reprocessed(any_app: Flask, clock: FakeClock) -> None:
    ids = rows.messages({"status": s, "key": s} for s in ("succeeded", "skipped", "running", "pending", "held"))
    done = repair.reprocess([*ids, 999_999], user="otto", clock=clock)
    assert done.total == 1
    assert statuses() == {
        "succeeded": "succeeded", "skipped": "skipped", "running": "running", "pending": "pending", "held": "pending",
    }  # fmt: skip


def test_naming_nothing_changes_nothing(any_app: Flask, clock: FakeClock) -> None:
    number = failed()
    assert repair.reprocess([], user="otto", clock=clock).total == 0
    assert status_of(number) == "failed"


def test_a_filter_means_the_failed_ones_of_it(any_app: Flask, clock: FakeClock) -> None:
    failed("A"), failed("B", code="other"), failed("C", entity="product"), rows.message(key="D", status="skipped")
    assert repair.how_many(repair.REPROCESS, Filter(entity="price")) == 2
    repair.reprocess(Filter(entity="price", code="store.poison"), user="otto", clock=clock)
    assert statuses() == {"A": "pending", "B": "failed", "C": "failed", "D": "skipped"}


def test_a_filter_for_a_status_that_cannot_be_repaired_is_refused(any_app: Flask, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="cannot be changed"):
        repair.reprocess(Filter(status="succeeded"), user="otto", clock=clock)


def test_more_ids_than_a_page_can_name_are_refused(any_app: Flask, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="filter"):
        repair.reprocess(range(1, 1002), user="otto", clock=clock)


def test_a_few_reprocessed_messages_go_to_the_front_and_many_do_not(any_app: Flask, clock: FakeClock) -> None:
    rows.many(26, status="failed")
    repair.reprocess([1, 2], user="otto", clock=clock)
    repair.reprocess(Filter(), user="otto", clock=clock)
    repair.hold(Filter(status="pending"), user="otto", reason="x", clock=clock)
    with db.read() as connection:
        found = connection.execute(select(Message.priority, Message.id).order_by(Message.id)).all()
    assert [row.priority for row in found[:3]] == [0, 0, 0]
    rows.many(26, status="failed", entity="product")
    repair.reprocess(Filter(entity="product"), user="otto", clock=clock)
    assert {row.priority for row in history.messages(Filter(entity="product")).rows} == {5}


def test_a_large_repair_goes_on_in_slices_and_survives_a_restart(any_app: Flask, clock: FakeClock) -> None:
    rows.many(2 * repair.CHUNK + 7, status="failed")
    first = repair.reprocess(Filter(), user="otto", clock=Impatient())
    assert (first.total, first.done, first.finished) == (2 * repair.CHUNK + 7, repair.CHUNK, False)
    assert repair.unfinished() == [first.run_id]
    second = repair.advance(first.run_id, clock=Impatient())
    assert (second.done, second.finished) == (2 * repair.CHUNK, False)
    assert repair.resume(clock=clock) == 1
    assert repair.unfinished() == []
    assert set(statuses().values()) == {"pending"}
    run = logbook.run(first.run_id)
    assert run is not None
    assert (run.done, run.succeeded, run.status) == (2 * repair.CHUNK + 7, 2 * repair.CHUNK + 7, "success")


class Impatient(FakeClock):
    """Time flies: every look at the counter is a minute later."""

    def __init__(self) -> None:
        super().__init__(START + timedelta(hours=1))

    def monotonic(self) -> float:
        self.advance(60)
        return super().monotonic()

    def now(self):  # type: ignore[no-untyped-def]
        return START + timedelta(hours=1)


def test_what_fails_again_while_a_repair_runs_is_not_sent_round_and_round(any_app: Flask, clock: FakeClock) -> None:
    rows.many(repair.CHUNK + 1, status="failed")
    first = repair.reprocess(Filter(), user="otto", clock=Impatient())
    with db.write() as connection:  # the first of them fails again at once
        again = {"status": "failed", "settled_at": clock.now() + timedelta(seconds=1)}
        connection.execute(Message.__table__.update().where(Message.id == 1).values(again))
    assert repair.advance(first.run_id, clock=clock).finished
    assert status_of(1) == "failed"
    assert status_of(repair.CHUNK + 1) == "pending"


def test_two_callers_at_once_do_nothing_twice(any_app: Flask, clock: FakeClock) -> None:
    rows.many(3, status="failed")
    done = repair.reprocess(Filter(), user="otto", clock=clock)
    assert repair.advance(done.run_id, clock=clock) == done
    assert len(logbook.attempts_page(LogFilter()).rows) == 3


def test_an_unknown_repair_is_a_key_error(any_app: Flask, clock: FakeClock) -> None:
    with pytest.raises(KeyError):
        repair.advance(12, clock=clock)
    with pytest.raises(KeyError):
        repair.advance(rows.run(), clock=clock)


def test_skip_gives_up_with_the_persons_reason(any_app: Flask, clock: FakeClock) -> None:
    waiting = rows.message(key="A", status="waiting", waits_for="product:A")
    pending = rows.message(key="B")
    repair.skip([waiting, pending, failed("C")], user="otto", reason="not sold any more", clock=clock)
    assert set(statuses().values()) == {"skipped"}
    found = history.message(waiting)
    assert found is not None
    assert (found.reason, found.waits_for, found.settled_at) == (
        "Skipped by otto: not sold any more", "", clock.now(),
    )  # fmt: skip
    with db.read() as connection:
        assert connection.execute(select(MinuteStat.skipped)).scalar_one() == 3


def test_a_running_message_is_left_to_its_worker(any_app: Flask, clock: FakeClock) -> None:
    number = rows.message(status="running")
    assert repair.skip([number], user="otto", reason="x", clock=clock).total == 0
    assert repair.hold([number], user="otto", reason="x", clock=clock).total == 0
    assert status_of(number) == "running"


def test_a_held_message_is_not_worked_until_it_is_reprocessed(any_app: Flask, clock: FakeClock) -> None:
    number = rows.message(key="MUG")
    repair.hold([number], user="otto", reason="wait for the new price list", clock=clock)
    assert status_of(number) == "held"
    assert inbox.put(PRICES, [inbox.Item("MUG")]).created == 1  # a new change is not lost in it
    repair.reprocess([number], user="otto", clock=clock)
    assert status_of(number) == "superseded"


def test_release_sends_on_what_waited_for_a_record(any_app: Flask) -> None:
    ids = rows.messages(
        [
            {"key": "MUG", "status": "waiting", "waits_for": "product:MUG"},
            {"key": "MUG", "status": "waiting", "waits_for": "product:MUG", "entity": "inventory"},
            {"key": "CUP", "status": "waiting", "waits_for": "product:CUP"},
            {"key": "MUG", "status": "waiting", "waits_for": "product:MUG", "connector_id": "B"},
        ]
    )
    assert repair.release("DEMO", "product", "MUG") == 2
    assert [status_of(number) for number in ids] == ["pending", "pending", "waiting", "waiting"]
    assert repair.release("DEMO", "product", "MUG") == 0
    found = history.message(ids[0])
    assert found is not None
    assert (found.attempts, found.waits_for) == (0, "")
    assert found.reason == "What it waited for is there: product MUG."


def test_release_gives_way_to_a_newer_change_and_can_join_a_transaction(any_app: Flask) -> None:
    old, newer = rows.message(key="MUG", status="waiting", waits_for="product:MUG"), rows.message(key="MUG")
    with db.write() as connection:
        assert repair.release_many("DEMO", "product", ["MUG", "CUP"], connection=connection) == 0
    assert (status_of(old), status_of(newer)) == ("superseded", "pending")


def test_a_deadlock_is_tried_again_and_an_absent_database_is_not_hidden(
    any_app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed()
    step, refused = repair._step, [1, 1]

    def refuse(*args: Any) -> Any:
        if refused:
            refused.pop()
            raise OperationalError("UPDATE message", {}, Exception("deadlock detected"))
        return step(*args)

    monkeypatch.setattr(repair, "_step", refuse)
    assert repair.reprocess(Filter(), user="otto", clock=clock).changed == 1
    refused[:] = [1] * 5
    with pytest.raises(OperationalError):
        repair.reprocess(Filter(), user="otto", clock=clock)


def test_the_chunks_of_a_repair_use_the_index_of_failed_messages(any_app: Flask, clock: FakeClock) -> None:
    rows.many(3000, status="succeeded")
    rows.many(300, status="failed")
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    with statements() as seen:
        repair.reprocess(Filter("DEMO", "price"), user="otto", clock=clock)
    chunk = next(
        one for one in seen if one[0].startswith("SELECT message.id") and "ORDER BY message.connector_id" in one[0]
    )
    found = plan(*chunk)
    assert "ix_message_failed" in found and "Seq Scan" not in found, found
