"""How many messages stand where, how old the oldest is, what each minute brought: for the overview and /metrics.

Nothing here counts history: open messages are counted through the partial indexes and only up to a cap,
everything that is over comes from MinuteStat. So a look costs the same with a thousand messages or with ten
million, and the overview may look every two seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, text, union_all

from connector.db import db, instant
from connector.queue.lanes import Lane
from connector.queue.models import (
    FAILED,
    HELD,
    NORMAL,
    PENDING,
    RUNNING,
    URGENT,
    WAITING,
    Heartbeat,
    Message,
    MinuteStat,
)

COUNTED = (PENDING, WAITING, RUNNING, FAILED, HELD)
TOTALS = ("accepted", "merged", "succeeded", "failed", "skipped", "retried", "calls", "saved", "lag_ms")
CAP = 10_000  # a count above it is said as "10,000+"


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute brought, over the lanes that were asked for."""

    at: datetime
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.failed + self.skipped


def counts(lanes: Iterable[Lane], cap: int = CAP) -> dict[Lane, dict[str, int]]:
    """Messages of each open status by lane; `cap + 1` means more than the cap."""
    lanes = list(lanes)
    found = {lane: dict.fromkeys(COUNTED, 0) for lane in lanes}
    if not lanes:
        return found
    with db.read() as connection:
        for place, status, number in connection.execute(
            union_all(*(_capped(place, lane, status, cap) for place, lane in enumerate(lanes) for status in COUNTED))
        ):
            found[lanes[place]][status] = number
    return found


def _capped(place: int, lane: Lane, status: str, cap: int) -> Select[tuple[int, str, int]]:
    # the status stands in the text: a bound value would keep both databases from using the partial index
    rows = select(literal(1).label("one")).where(*_in(lane), text(f"status = '{status}'")).limit(cap + 1).subquery()
    return select(literal(place), literal(status), func.count()).select_from(rows)


def _in(lane: Lane) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.connector_id == lane.connector,
        Message.entity == lane.entity,
        Message.direction == lane.direction,
    )


def oldest(lanes: Iterable[Lane], now: datetime) -> dict[Lane, datetime]:
    """When the change was accepted that has been due longest, for each lane in which one is due.

    A message that rests until its next try is not late; the claim's own index answers without a scan.
    """
    lanes, found = list(lanes), dict[Lane, datetime]()
    if not lanes:
        return found
    parts = [_first_due(n, lane, kind, now) for n, lane in enumerate(lanes) for kind in (URGENT, NORMAL)]
    with db.read() as connection:
        for place, at in connection.execute(union_all(*parts)):
            found[lanes[place]] = min(at, found.get(lanes[place], at))
    return found


def _first_due(place: int, lane: Lane, priority: int, now: datetime) -> Select[Any]:
    rows = (
        select(Message.created_at)
        .where(
            *_in(lane),
            Message.priority == priority,
            Message.available_at <= now,
            text("status = 'pending'"),
        )
        .order_by(Message.available_at)
        .limit(1)
        .subquery()
    )
    return select(literal(place), rows.c.created_at)


def minutes(connector_id: str, now: datetime, length: int = 60) -> list[Minute]:
    """The last `length` minutes of a connector, oldest first, with the quiet ones; the present one is last."""
    last = int(now.timestamp() // 60)
    first = last - length + 1
    query = (
        select(
            MinuteStat.minute,
            func.sum(MinuteStat.succeeded),
            func.sum(MinuteStat.failed),
            func.sum(MinuteStat.skipped),
        )
        .where(MinuteStat.connector_id == connector_id, MinuteStat.minute >= first)
        .group_by(MinuteStat.minute)
    )
    with db.read() as connection:
        found = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(query)}
    return [Minute(_start(minute), *found.get(minute, (0, 0, 0))) for minute in range(first, last + 1)]


def _start(minute: int) -> datetime:
    return instant(minute * 60_000_000)


def last_success(lanes: Iterable[Lane]) -> dict[Lane, datetime]:
    """The start of the last minute in which a message of the lane succeeded."""
    lanes = list(lanes)
    if not lanes:
        return {}
    parts = [_last_success(place, lane) for place, lane in enumerate(lanes)]
    with db.read() as connection:
        return {lanes[place]: _start(minute) for place, minute in connection.execute(union_all(*parts))}


def _last_success(place: int, lane: Lane) -> Select[Any]:
    rows = (
        select(MinuteStat.minute)
        .where(
            MinuteStat.connector_id == lane.connector,
            MinuteStat.entity == lane.entity,
            MinuteStat.direction == lane.direction,
            MinuteStat.succeeded > 0,
        )
        .order_by(MinuteStat.minute.desc())
        .limit(1)
        .subquery()
    )
    return select(literal(place), rows.c.minute)


def workers(now: datetime, within: timedelta = timedelta(seconds=90)) -> int:
    """How many processes that work messages have been seen lately."""
    with db.read() as connection:
        query = select(func.count()).select_from(Heartbeat).where(Heartbeat.seen_at >= now - within)
        return int(connection.execute(query).scalar_one())


def totals() -> Mapping[Lane, Mapping[str, int]]:
    """Everything that MinuteStat has ever counted, by lane: the counters of /metrics."""
    key = (MinuteStat.connector_id, MinuteStat.entity, MinuteStat.direction)
    query = select(*key, *(func.sum(getattr(MinuteStat, name)) for name in TOTALS)).group_by(*key)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return {Lane(*row[:3]): {name: int(value) for name, value in zip(TOTALS, row[3:], strict=True)} for row in rows}
