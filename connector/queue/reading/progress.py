"""How far a backlog and a run have come, and how long the rest takes at the pace that was measured. It guesses nothing.

A backlog needs no row of its own: it began in the minute in which the lane was last empty, and what was done since
then stands in MinuteStat. So the figure outlives a pause, a restart and a change of process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from connector.db import db, instant
from connector.queue.lanes import Lane
from connector.queue.models import PENDING, RUNNING, WAITING, MinuteStat
from connector.queue.reading import numbers

WORTH = 100  # open messages from which on a lane has a backlog
MOST = 100_000  # counting stops here
LONGEST = 2 * 24 * 60  # minutes that are looked back for the beginning
LATELY = 5  # minutes over which the pace is measured
ENOUGH = 20.0  # seconds of work before a pace is told

Minute = tuple[int, int, int]  # minute, messages that came, messages that were settled


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (never less than what is known), and messages a second; None while nothing is measured."""

    done: int
    total: int
    pace: float | None = None
    since: datetime | None = None

    @property
    def left(self) -> int:
        return max(0, self.total - self.done)

    @property
    def still(self) -> bool:
        """Nothing has moved lately."""
        return self.pace == 0

    @property
    def remaining(self) -> timedelta | None:
        """How long the rest takes at this pace; None when nobody can say."""
        return timedelta(seconds=self.left / self.pace) if self.pace else None


def backlogs(counts: Mapping[Lane, Mapping[str, int]], now: datetime) -> dict[Lane, Progress]:
    """The lanes in which much is open; `counts` are those of `numbers.counts`. One statement more for each of them."""
    crowded = [lane for lane, number in counts.items() if _open(number) >= WORTH]
    if not crowded:
        return {}
    exact = numbers.counts(crowded, MOST)
    return {lane: backlog(_open(exact[lane]), minutes, now) for lane, minutes in _minutes(crowded, now).items()}


def _open(number: Mapping[str, int]) -> int:
    return sum(number.get(status, 0) for status in (PENDING, WAITING, RUNNING))


def backlog(left: int, minutes: Sequence[Minute], now: datetime) -> Progress:
    """What `left` open messages are the rest of, by the minutes before (newest first)."""
    present = int(now.timestamp() // 60)
    there, done, began = left, 0, present
    for minute, came, settled in minutes:
        done, began = done + settled, minute
        there += settled - came
        if there <= 0:
            break
    first = max(began, present - LATELY + 1)
    spent = now.timestamp() - first * 60
    moved = sum(settled for minute, _, settled in minutes if minute >= first)
    pace = moved / spent if spent >= ENOUGH else None
    return Progress(done, done + left, pace, instant(began * 60_000_000))


def _minutes(lanes: Iterable[Lane], now: datetime) -> dict[Lane, list[Minute]]:
    columns = MinuteStat.__table__.c
    earliest = int(now.timestamp() // 60) - LONGEST
    found: dict[Lane, list[Minute]] = {}
    with db.read() as connection:
        for lane in lanes:
            query = select(
                columns.minute,
                columns.accepted - columns.merged,
                columns.succeeded + columns.failed + columns.skipped,
            ).where(columns.connector_id == lane.connector, columns.entity == lane.entity)
            query = query.where(columns.direction == lane.direction, columns.minute >= earliest)
            found[lane] = [tuple(row) for row in connection.execute(query.order_by(columns.minute.desc()))]
    return found


def of_run(run: Any, now: datetime) -> Progress:
    """How far a run has come; its pace is that of the whole run."""
    began = run.started_at or run.created_at
    spent = ((run.finished_at or now) - began).total_seconds()
    pace = run.done / spent if spent >= ENOUGH or run.finished_at and spent else None
    return Progress(run.done, max(run.done, run.total), pace, began)
