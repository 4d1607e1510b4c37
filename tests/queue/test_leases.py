"""Leases of windows and signs of life of processes."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.queue import leases
from connector.queue.leases import Keeper
from connector.queue.models import Heartbeat, WindowLease
from tests.queueing import after, rows

NAME = "DEMO/price/erp_to_store/window"


def take(clock: FakeClock, owner: str, **options: object) -> int | None:
    return leases.take(NAME, owner, seconds=30, now=clock.now(), **options)  # type: ignore[arg-type]


def test_only_one_process_has_the_lease(any_app: Flask, clock: FakeClock) -> None:
    assert take(clock, "a") == 1
    assert take(clock, "b") is None
    assert take(clock, "a") is None, "not even the owner takes it twice"


def test_a_lease_that_is_given_back_can_be_taken_at_once(any_app: Flask, clock: FakeClock) -> None:
    epoch = take(clock, "a")
    assert epoch and leases.release(NAME, "a", epoch, now=after(clock, 2), outcome="3 messages in 1 passes")
    [row] = rows(WindowLease)
    assert (row["until"], row["last_outcome"], row["last_finished_at"]) == (
        None,
        "3 messages in 1 passes",
        after(clock, 2),
    )
    assert take(clock, "b") == 2


def test_a_lease_that_ended_is_taken_over_and_the_old_owner_notices(any_app: Flask, clock: FakeClock) -> None:
    assert take(clock, "a") == 1
    clock.advance(31)
    assert take(clock, "b") == 2
    assert not leases.renew(NAME, "a", 1, until=after(clock, 30))
    assert not leases.release(NAME, "a", 1, now=clock.now())
    assert leases.renew(NAME, "b", 2, until=after(clock, 30))
    clock.advance(29)
    assert take(clock, "c") is None


def test_a_launch_by_the_clock_is_made_once_over_all_processes(any_app: Flask, clock: FakeClock) -> None:
    """A quick job of one process is over before the clock of the other one strikes."""
    tick = clock.now()
    clock.advance(0.2)
    epoch = take(clock, "a", tick=tick)
    assert epoch
    leases.release(NAME, "a", epoch, now=clock.now())
    clock.advance(0.3)
    assert take(clock, "b", tick=tick) is None
    clock.advance(60)
    assert take(clock, "b", tick=after(clock, -0.5)) == 2


def test_many_processes_at_once_get_one_lease(any_app: Flask, clock: FakeClock) -> None:
    got: list[int | None] = []
    ready = threading.Barrier(6)

    def process(owner: str) -> None:
        with any_app.app_context():
            ready.wait(30)
            got.append(take(clock, owner))

    threads = [threading.Thread(target=process, args=[str(number)]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got, key=str) == [1, None, None, None, None, None]


def test_a_process_shows_itself_until_it_leaves(any_app: Flask, clock: FakeClock) -> None:
    leases.beat("host-1", "web", now=clock.now())
    clock.advance(10)
    leases.beat("host-1", "web", now=clock.now())
    leases.beat("host-2", "worker", now=clock.now())
    found = {row["worker"]: (row["kind"], row["started_at"], row["seen_at"]) for row in rows(Heartbeat)}
    assert found["host-1"] == ("web", after(clock, -10), clock.now())
    leases.leave("host-1")
    clock.advance(2 * 86_400)
    leases.beat("host-3", "web", now=clock.now())
    assert [row["worker"] for row in rows(Heartbeat)] == ["host-3"], "who was silent for a day is forgotten"


def test_the_keeper_goes_on_when_a_beat_fails(caplog: pytest.LogCaptureFixture) -> None:
    beats, enough = [], threading.Event()

    def beat() -> None:
        beats.append(threading.current_thread().name)
        if len(beats) == 1:
            raise OperationalError("UPDATE", {}, Exception("no such host"))
        enough.set()

    with Keeper(0.001, beat, name="keeper"):
        assert enough.wait(30)
    assert set(beats) == {"keeper"} and "a lease was not renewed" in caplog.text
