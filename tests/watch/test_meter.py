"""The meter: requests a minute and sessions of a system, added up over all processes."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.watch import meter
from connector.watch.meter import EVERY, GONE, Meter, Taken, Use

NAME = "DEMO/acumatica"


@pytest.fixture
def clock(any_app: Flask) -> FakeClock:
    return FakeClock()


def use(clock: FakeClock) -> Use:
    return meter.use([NAME], clock.now())[NAME]


def test_processes_are_added_up(clock: FakeClock) -> None:
    for worker, requests in (("a", 10), ("b", 5)):
        Meter(worker, clock).write({NAME: Taken(requests, sessions=1, seats=2)})
    assert use(clock) == Use(requests=15, sessions=2, seats=4, workers=2)


def test_only_the_minute_counts(clock: FakeClock) -> None:
    mine = Meter("a", clock)
    mine.write({NAME: Taken(100)})
    clock.advance(60)
    mine.write({NAME: Taken(103)})
    assert use(clock).requests == 100, "the last whole minute"
    clock.advance(60)
    mine.write({NAME: Taken(103)})
    assert use(clock).requests == 3
    clock.advance(60)
    assert use(clock).requests == 0


def test_who_is_silent_takes_nothing(clock: FakeClock) -> None:
    Meter("a", clock).write({NAME: Taken(1, sessions=2)})
    clock.advance(GONE.total_seconds() + 1)
    assert use(clock) == Use()


def test_it_writes_every_few_seconds_only(clock: FakeClock) -> None:
    mine = Meter("a", clock)
    assert mine.due() and not mine.due()
    clock.advance(EVERY)
    assert mine.due()
