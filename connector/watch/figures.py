"""The figures behind the pictures: throughput, lag by entity, calls, failures by cause, drift. It draws nothing.

Nothing here counts history. What was settled comes from MinuteStat, lane by lane along its key; lag from the newest
tries of each entity; failures along their index. So a look costs the same at a thousand messages or at a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from connector.db import db, instant, micros
from connector.queue.lanes import Lane
from connector.queue.models import SUCCEEDED, Attempt, Message, MinuteStat

STATS: Any = MinuteStat.__table__
ATTEMPTS: Any = Attempt.__table__
MESSAGES: Any = Message.__table__
NAMES = ("succeeded", "failed", "skipped", "retried", "calls", "saved", "lag_ms")
SPANS = {"hour": (60, 1), "day": (96, 15), "week": (84, 120)}  # bars, minutes of each
NEWEST, LOOKED_AT = 400, 1000  # tries of an entity: used at most, looked through at most
A_TIME = 10**15  # a version from here on counts microseconds since 1970
OLDEST = timedelta(days=7)  # a change that was detected later than this was no change of that time
PHASES = ("detected", "queued", "sent", "acknowledged", "whole")


@dataclass(slots=True)
class Slot:
    """What one bar stands for."""

    since: datetime
    until: datetime
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    retried: int = 0
    calls: int = 0
    saved: int = 0
    lag_ms: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class Throughput:
    """The bars of a span, oldest first, and the sums of each lane in it."""

    slots: list[Slot]
    lanes: dict[Lane, Slot]


def throughput(lanes: Sequence[Lane], span: str, now: datetime) -> Throughput:
    """What these lanes settled in the last hour, day or week. Raises KeyError for another span."""
    number, width = SPANS[span]
    last = int(now.timestamp() // 60) // width
    first = last - number + 1
    slots = [Slot(_at(place * width), _at((place + 1) * width)) for place in range(first, last + 1)]
    sums: dict[Lane, Slot] = {}
    if not lanes:
        return Throughput(slots, sums)
    query = union_all(*(_of_lane(place, lane, first * width, width) for place, lane in enumerate(lanes)))
    with db.read() as connection:
        for place, slot, *amounts in connection.execute(query):
            mine = sums.setdefault(lanes[place], Slot(slots[0].since, slots[-1].until))
            for one in (mine, *([slots[slot - first]] if slot <= last else [])):
                for name, amount in zip(NAMES, amounts, strict=True):
                    setattr(one, name, getattr(one, name) + int(amount))
    return Throughput(slots, sums)


def _of_lane(place: int, lane: Lane, minute: int, width: int) -> Any:
    slot = (STATS.c.minute // width).label("slot")
    return (
        select(literal(place), slot, *(func.sum(STATS.c[name]) for name in NAMES))
        .where(STATS.c.connector_id == lane.connector, STATS.c.entity == lane.entity)
        .where(STATS.c.direction == lane.direction, STATS.c.minute >= minute)
        .group_by(slot)
    )


def _at(minute: int) -> datetime:
    return instant(minute * 60_000_000)


@dataclass(frozen=True, slots=True)
class Lag:
    """How long the newest messages of an entity took, in seconds: (half of them, 95 of 100) by phase.

    detected: from the change in its system to us; queued: until it was begun; sent: until the other side had
    answered; acknowledged: until that was written down; whole: from us accepting it to the end.
    """

    number: int
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)


def lags(lanes: Sequence[Lane]) -> dict[Lane, Lag]:
    """The lag of each lane in which something succeeded lately."""
    if not lanes:
        return {}
    found: dict[Lane, list[Any]] = {}
    with db.read() as connection:
        for place, *times in connection.execute(union_all(*(_newest(n, lane) for n, lane in enumerate(lanes)))):
            found.setdefault(lanes[place], []).append(times)
    return {lane: _lag(rows[:NEWEST]) for lane, rows in found.items()}


def _newest(place: int, lane: Lane) -> Any:
    c = ATTEMPTS.c
    latest = (
        select(c.id, c.message_id, c.outcome, c.direction, c.started_at, c.finished_at)
        .where(c.connector_id == lane.connector, c.entity == lane.entity)
        .order_by(c.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    joined = latest.join(MESSAGES, MESSAGES.c.id == latest.c.message_id)
    times = (MESSAGES.c.version, MESSAGES.c.created_at, latest.c.started_at, latest.c.finished_at)
    mine: list[ColumnElement[bool]] = [latest.c.outcome == SUCCEEDED, latest.c.direction == lane.direction]
    return select(literal(place), *times, MESSAGES.c.settled_at).select_from(joined).where(*mine)


def _lag(rows: Sequence[Any]) -> Lag:
    spans: dict[str, list[float]] = {phase: [] for phase in PHASES}
    for version, created, started, finished, settled in rows:
        if version >= A_TIME and timedelta(0) <= created - instant(version) <= OLDEST:
            spans["detected"].append((micros(created) - version) / 1e6)
        spans["queued"].append(max(0.0, (started - created).total_seconds()))
        spans["sent"].append(max(0.0, (finished - started).total_seconds()))
        if settled is not None:
            spans["acknowledged"].append(max(0.0, (settled - finished).total_seconds()))
            spans["whole"].append(max(0.0, (settled - created).total_seconds()))
    return Lag(len(rows), {phase: (part(values, 50), part(values, 95)) for phase, values in spans.items() if values})


def part(values: Sequence[float], percent: int) -> float:
    """The value that so many per cent of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
