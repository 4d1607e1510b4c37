"""The bell: nobody who rings is missed, in this process and, on PostgreSQL, in every other."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from connector.clock import CLOCK, FakeClock
from connector.db import db
from connector.queue.inbox import CHANNEL
from connector.queue.lanes import Lane
from connector.queue.wake import Bell, Bridge
from tests.queueing import LANE, put

GUARD = 30.0
OTHER = Lane("DEMO", "inventory", "erp_to_store")


def test_a_ring_during_the_wait_ends_it() -> None:
    bell = Bell()
    threading.Timer(0.01, bell.ring, [LANE]).start()
    assert bell.wait(LANE, GUARD, CLOCK)


def test_a_ring_between_two_waits_is_not_lost(clock: FakeClock) -> None:
    bell = Bell()
    bell.ring(LANE)
    assert bell.rung(LANE)
    assert bell.wait(LANE, 5, clock) and clock.slept == []
    assert not bell.wait(LANE, 5, clock) and clock.slept == [5]


def test_lanes_ring_apart(clock: FakeClock) -> None:
    bell = Bell()
    bell.ring(OTHER)
    assert not bell.wait(LANE, 5, clock)
    assert bell.wait(OTHER, 5, clock)


def test_whoever_looks_has_answered(clock: FakeClock) -> None:
    bell = Bell()
    bell.ring(LANE)
    bell.answer(LANE)
    assert not bell.wait(LANE, 5, clock)


def test_listeners_hear_each_ring_until_they_leave() -> None:
    bell, heard = Bell(), list[Lane]()
    with bell.listening(heard.append):
        bell.ring(LANE)
        bell.ring(OTHER)
    bell.ring(LANE)
    assert heard == [LANE, OTHER]


def test_stirring_wakes_everybody_who_ever_waited(clock: FakeClock) -> None:
    bell = Bell()
    bell.wait(LANE, 1, clock)
    bell.wait(OTHER, 1, clock)
    bell.stir()
    assert bell.rung(LANE) and bell.rung(OTHER)


class Listening(Bell):
    """Says which lanes were rung, to a test that waits for them."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Lane] = []
        self.news = threading.Semaphore(0)

    def ring(self, lane: Lane) -> None:
        super().ring(lane)
        self.heard.append(lane)
        self.news.release()

    def next(self) -> Lane:
        assert self.news.acquire(timeout=GUARD), "nobody rang"
        return self.heard.pop(0)


@pytest.fixture
def elsewhere(postgres_app: Flask) -> Iterator[Listening]:
    """The bell of another process."""
    bell = Listening()
    bridge = Bridge(db.engine.url, bell, pause=0.01)
    bridge.start()
    assert bridge.listening.wait(GUARD)
    yield bell
    bridge.stop()


def test_a_put_wakes_the_other_processes(elsewhere: Listening, clock: FakeClock) -> None:
    put(clock, "WAKE-1")
    assert elsewhere.next() == LANE
    put(clock, "WAKE-2", lane=OTHER)
    assert elsewhere.next() == OTHER


def test_they_wake_only_when_the_commit_is_through(elsewhere: Listening, clock: FakeClock) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as connection:
        put(clock, "WAKE-3", connection=connection)
        raise ZeroDivisionError
    put(clock, "WAKE-4", lane=OTHER)
    assert elsewhere.next() == OTHER, "the put that was rolled back has woken nobody"


def test_a_call_for_no_lane_is_ignored(elsewhere: Listening, clock: FakeClock) -> None:
    with db.write() as connection:
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}, 'nonsense'")
    put(clock, "WAKE-5")
    assert elsewhere.next() == LANE


def test_a_lost_connection_is_made_again_and_everybody_looks_around(elsewhere: Listening, clock: FakeClock) -> None:
    elsewhere.wait(OTHER, 0, clock)  # somebody has waited in this lane
    with db.write() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%%' AND pid <> pg_backend_pid()"
        )
    assert elsewhere.next() == OTHER, "rings may have been missed meanwhile"
    put(clock, "WAKE-6")
    assert elsewhere.next() == LANE
