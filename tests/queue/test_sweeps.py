"""Sweeps: a run for many records, told by what is logged of its lane, stopped by a person."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from connector.clock import FakeClock
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.reading import history, logbook
from connector.queue.reading.filters import Filter
from connector.queue.repairing import sweeps
from connector.queue.repairing.sweeps import FULL, Sweep
from connector.queue.working.settle import Tally
from tests import rows

LANE = Lane("DEMO", "price", "erp_to_store")


def begun(clock: FakeClock) -> Sweep:
    rows.attempt(key="BEFORE", message_id=1)
    rows.message(key="BEFORE")
    return sweeps.begin(LANE, FULL, user="otto", now=clock.now())


def test_it_counts_what_was_logged_of_its_lane_each_record_once(any_app: Flask, clock: FakeClock) -> None:
    sweep = begun(clock)
    rows.attempt(key="A", message_id=11, outcome="retry", calls=1)
    rows.attempt(key="A", message_id=11, outcome="succeeded", calls=2)
    batch = rows.attempt(kind="batch", key="", message_id=None, calls=1)
    rows.attempt(key="B", message_id=12, kind="child", parent_id=batch, outcome="failed", calls=0)
    rows.attempt(key="C", message_id=13, entity="product")
    rows.attempt(key="D", message_id=14, direction="store_to_erp")
    rows.attempt(key="E", message_id=15, kind="person", outcome="skipped")
    found = sweeps.tally(sweep)
    assert (found.messages, found.succeeded, found.failed, found.retried, found.calls) == (2, 1, 1, 0, 4)


def test_its_run_shows_the_progress_and_how_it_ended(any_app: Flask, clock: FakeClock) -> None:
    sweep = begun(clock)
    sweeps.say(sweep, ["Both systems answer."], total=3)
    sweeps.save(sweep, Tally(messages=1, succeeded=1), 3)
    run = logbook.run(sweep.run_id)
    assert run is not None and (run.status, run.done, run.total, run.job) == ("processing", 1, 3, "full")
    sweeps.end(sweep, Tally(messages=3, succeeded=2, failed=1), 3, "Over.", now=clock.now())
    run = logbook.run(sweep.run_id)
    assert run is not None and (run.status, run.done, run.details) == ("error", 3, "Both systems answer.\nOver.")


def test_nothing_to_do_or_something_left_is_a_notice(any_app: Flask, clock: FakeClock) -> None:
    for found, status in ((Tally(), "notice"), (Tally(messages=1, waiting=1), "notice"),
                          (Tally(messages=1, skipped=1), "success")):  # fmt: skip
        sweep = sweeps.begin(LANE, FULL, user="otto", now=clock.now())
        sweeps.end(sweep, found, 1, "", now=clock.now())
        run = logbook.run(sweep.run_id)
        assert run is not None and run.status == status


def test_a_lane_is_idle_when_nothing_is_ready_or_under_way(any_app: Flask, clock: FakeClock) -> None:
    now = clock.now()
    assert sweeps.idle(LANE, now)
    rows.message(key="LATER", available_at=now + timedelta(hours=1))
    rows.message(key="WAITS", status="waiting")
    rows.message(key="OTHER", entity="product", available_at=now)
    assert sweeps.idle(LANE, now)
    rows.message(key="RUNS", status="running")
    assert not sweeps.idle(LANE, now)


def test_a_cancel_withdraws_what_the_sweep_has_put_and_nothing_else(any_app: Flask, clock: FakeClock) -> None:
    sweep = begun(clock)
    inbox.put(LANE, [inbox.Item("PUSHED")], origin="push")
    inbox.put(LANE, [inbox.Item("A"), inbox.Item("B"), inbox.Item("PUSHED")], origin="full", user="otto")
    inbox.put(LANE, [inbox.Item("B"), inbox.Item("LATER")], origin="push")  # have changed since: they have to go
    assert sweeps.cancel(sweep.run_id, "ann") and sweeps.cancelled_by(sweep.run_id) == "ann"
    assert not sweeps.cancel(sweep.run_id, "otto"), "once is enough"
    assert sweeps.withdraw(sweep, "Run 1 was cancelled by ann.", now=clock.now()) == 1

    pending = {row.key for row in history.messages(Filter("DEMO", status="pending")).rows}
    assert pending == {"BEFORE", "PUSHED", "B", "LATER"}
    (skipped,) = history.messages(Filter("DEMO", status="skipped")).rows
    assert (skipped.key, skipped.reason) == ("A", "Run 1 was cancelled by ann.")


def test_the_newest_run_of_each_lane_is_found_repairs_apart(any_app: Flask) -> None:
    rows.run(entity="price", status="error")
    last = rows.run(entity="price", status="success")
    rows.run(entity="price", scope="individual")
    mended = rows.run(entity="price", job="bulk")
    assert {lane: run.id for lane, run in sweeps.newest("DEMO", ["price", "product"]).items()} == {
        ("price", "erp_to_store"): last
    }
    assert sweeps.newest("DEMO", ["price"], repairs=True)["price", "erp_to_store"].id == mended


def test_failing_records_are_those_with_a_failed_message_in_the_lane(any_app: Flask) -> None:
    rows.message(key="A", status="failed")
    rows.message(key="B", status="succeeded")
    rows.message(key="C", status="failed", entity="product")
    assert sweeps.failing(LANE, ["A", "B", "C"]) == {"A"}
    assert sweeps.failing(LANE, []) == set()
