"""How far a first full sync has come, and how long it still takes: measured, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from connector.db import db
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.reading import numbers, progress
from connector.queue.working import stats
from connector.web.frame.words import rest

LANE = Lane("DEMO", "product", "erp_to_store")
NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
NOW = int(NOON.timestamp() // 60)


def test_a_backlog_began_when_the_lane_was_last_empty() -> None:
    """10,000 came three minutes ago into an empty lane, 600 a minute are done; what was before does not count."""
    minutes = [(NOW, 0, 300), (NOW - 1, 0, 600), (NOW - 2, 0, 600), (NOW - 3, 10_000, 100), (NOW - 60, 50, 50)]
    found = progress.backlog(8_400, minutes, NOON)
    assert (found.done, found.total, found.left) == (1_600, 10_000, 8_400)
    assert found.since == NOON - timedelta(minutes=3, seconds=30)


def test_the_rest_is_told_at_the_pace_of_the_last_minutes() -> None:
    """An hour at full speed, then a slow store: the old pace is nobody's promise."""
    minutes = [(NOW - ago, 0, 60 if ago <= 4 else 6_000) for ago in range(60)]
    minutes.append((NOW - 60, 400_000, 0))
    found = progress.backlog(54, minutes, NOON)
    assert found.pace == pytest.approx(300 / 270)
    assert rest(found) == "about 48 s left at 1 a second"


def test_what_changes_meanwhile_makes_the_total_larger_and_not_the_share_done() -> None:
    found = progress.backlog(950, [(NOW, 50, 50), (NOW - 1, 1_000, 50)], NOON)
    assert (found.done, found.total) == (100, 1_050)


def test_before_a_pace_is_measured_nothing_is_promised() -> None:
    found = progress.backlog(1_000, [(NOW, 1_000, 5)], NOON.replace(second=10))
    assert found.pace is None and found.remaining is None
    assert rest(found) == "the pace is not measured yet"


def test_a_backlog_that_stands_still_says_so() -> None:
    """The connector was paused ten minutes ago: done stays what it was, and nobody promises an end."""
    found = progress.backlog(700, [(NOW - 10, 0, 200), (NOW - 11, 1_000, 100)], NOON)
    assert (found.done, found.total, found.still) == (300, 1_000, True)
    assert rest(found) == "nothing has moved lately"


def test_a_run_tells_its_own_pace() -> None:
    row = SimpleNamespace(done=200, total=1_000, started_at=NOON, created_at=NOON, finished_at=None)
    found = progress.of_run(row, NOON + timedelta(seconds=100))
    assert found.pace == 2.0 and rest(found) == "about 6 min left at 2 a second"


def test_only_lanes_with_much_to_do_have_a_backlog(any_app: Flask) -> None:
    few = LANE._replace(entity="price")
    inbox.put(LANE, [inbox.Item(f"P{number}") for number in range(progress.WORTH)], now=NOON - timedelta(minutes=1))
    inbox.put(few, [inbox.Item("P1")], now=NOON)
    table = Message.__table__
    with db.write() as connection:
        connection.execute(table.update().where(table.c.key.in_(["P1", "P2"])).values(status="succeeded"))
        connection.execute(table.update().where(table.c.key == "P3").values(status="waiting"))
        stats.count(connection, LANE, NOON, succeeded=2)
    inbox.put(LANE, [inbox.Item("Q1"), inbox.Item("Q2")], now=NOON)
    found = progress.backlogs(numbers.counts([LANE, few]), NOON)
    assert list(found) == [LANE]
    assert (found[LANE].done, found[LANE].total) == (2, progress.WORTH + 2)
