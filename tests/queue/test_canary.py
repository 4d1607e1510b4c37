"""A repair by stages: the canary first, the rest when it does not fail of the same; and what a plan says before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Fail
from connector.queue.lanes import Lane
from connector.queue.reading import estimates, logbook
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.queue.working import stats
from tests import rows
from tests.queueing import Script, statuses, window
from tests.rows import START

PRICES = Lane("DEMO", "price", "erp_to_store")
OLD = START + timedelta(minutes=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START + timedelta(hours=1))


def failed(count: int, code: str = "a", prefix: str = "M") -> None:
    rows.messages(
        {"key": f"{prefix}{n:03}", "status": "failed", "code": code, "reason": "No.", "settled_at": OLD}
        for n in range(count)
    )


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for each in statuses().values():
        found[each[-1]] = found.get(each[-1], 0) + 1
    return found


def run_of(state: repair.Repaired) -> Any:
    found = logbook.run(state.run_id)
    assert found is not None
    return found


def test_only_the_canary_goes_until_it_has_ended_well(any_app: Flask, clock: FakeClock) -> None:
    failed(10)
    state = repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    assert (state.waiting, state.finished, state.changed) == (True, False, 1)
    assert counts() == {"pending": 1, "failed": 9}
    assert repair.advance(state.run_id, clock=clock).waiting, "it has not been tried yet"
    clock.advance(1)
    window(clock, Script())
    state = repair.advance(state.run_id, clock=clock)
    assert (state.finished, state.changed) == (True, 10)
    assert counts() == {"succeeded": 1, "pending": 9}
    run = run_of(state)
    assert (run.status, run.succeeded, logbook.details(run)) == ("success", 10, "10 messages reprocessed by otto.")


def test_a_canary_that_fails_of_the_same_stops_its_cause_and_no_other(any_app: Flask, clock: FakeClock) -> None:
    failed(5, "a", "A")
    failed(5, "b", "B")
    state = repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    assert counts() == {"pending": 2, "failed": 8}
    clock.advance(1)
    window(clock, Script(lambda message: Fail("No.", code="a") if message.key[0] == "A" else None))
    state = repair.advance(state.run_id, clock=clock)
    assert state.finished
    assert {key: each[-1] for key, each in statuses().items() if key[0] == "A"} == {
        f"A{n:03}": "failed" for n in range(5)
    }
    assert sum(each[-1] == "pending" for each in statuses().values()) == 4
    run = run_of(state)
    assert run.status == "error" and run.done == 6
    assert "Stopped, because it failed again of the same: price a." in logbook.details(run)


def test_a_canary_that_fails_of_something_else_stops_nothing(any_app: Flask, clock: FakeClock) -> None:
    failed(5)
    state = repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    clock.advance(1)
    window(clock, Script(lambda message: Fail("Another.", code="z")))
    assert repair.advance(state.run_id, clock=clock).finished
    assert counts() == {"failed": 1, "pending": 4}


def test_it_stops_when_the_following_fail_of_the_same(
    any_app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "CHUNK", 4)
    failed(20)
    state = repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    clock.advance(1)
    window(clock, Script())
    state = repair.advance(state.run_id, clock=clock)
    assert state.waiting and counts() == {"succeeded": 1, "pending": 4, "failed": 15}, "no more than a chunk is open"
    clock.advance(1)
    window(clock, Script(lambda message: Fail("No.", code="a")))
    state = repair.advance(state.run_id, clock=clock)
    assert state.finished and counts() == {"succeeded": 1, "failed": 19}


def test_nobody_has_to_watch_it(any_app: Flask, clock: FakeClock) -> None:
    failed(10)
    repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    assert repair.resume(clock=clock) == 0, "the clock waits for the canary, and gives up after a while"
    assert sum(clock.slept) == pytest.approx(repair.PATIENCE, abs=1)
    window(clock, Script())
    assert repair.resume(clock=clock) == 1
    assert counts() == {"succeeded": 1, "pending": 9}


def test_somebody_can_stop_it(any_app: Flask, clock: FakeClock) -> None:
    failed(10)
    state = repair.reprocess(Filter(), user="otto", stages=True, clock=clock)
    repair.stop(state.run_id, user="olga")
    state = repair.advance(state.run_id, clock=clock)
    assert state.finished and counts() == {"pending": 1, "failed": 9}
    assert logbook.details(run_of(state)).endswith("Stopped by olga.")


def test_one_message_needs_no_canary(any_app: Flask, clock: FakeClock) -> None:
    failed(1)
    assert repair.reprocess(Filter(), user="otto", stages=True, clock=clock).finished


def test_a_plan_says_calls_and_minutes_from_the_measured_pace(any_app: Flask, clock: FakeClock) -> None:
    failed(300)
    now = clock.now()
    assert estimates.estimate("reprocess", Filter(), now) == [estimates.Estimate(PRICES, 300, None, None)]
    with db.write() as connection:
        for ago, done in ((1, 100), (2, 20), (60 * 24 * 8, 9_000)):  # the last is too long ago
            stats.count(connection, PRICES, now - timedelta(minutes=ago), succeeded=done, calls=done // 2)
    [line] = estimates.estimate("reprocess", Filter(), now)
    assert (line.messages, line.calls, line.minutes) == (300, 150, 5.0)
