"""What a repair will take: messages, calls and minutes, by lane, from what was measured lately. It changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from connector.db import db, micros
from connector.queue.lanes import Lane
from connector.queue.models import MinuteStat
from connector.queue.repairing import repair

STATS: Any = MinuteStat.__table__
LATELY = timedelta(days=7)
BEST = 5  # minutes with the most messages: what the lane can do when there is enough to do


class Estimate(NamedTuple):
    """One lane of a plan. `calls` and `minutes` are None when nothing has been measured lately."""

    lane: Lane
    messages: int
    calls: int | None
    minutes: float | None


def estimate(action: str, what: repair.What, now: datetime) -> list[Estimate]:
    """A line for each lane, the largest first: one statement for the messages and two for each lane's pace."""
    with db.read() as connection:
        counted = connection.execute(repair.counted_by_lane(action, what)).all()
        found = []
        for connector, entity, direction, number in counted:
            lane = Lane(connector, entity, direction)
            calls, pace = _pace(connection, lane, now)
            needed = None if calls is None else max(1, round(number * calls))
            found.append(Estimate(lane, number, needed, None if not pace else number / pace))
    return sorted(found, key=lambda one: -one.messages)


def _pace(connection: Any, lane: Lane, now: datetime) -> tuple[float | None, float | None]:
    """Calls for one message, and messages in a minute."""
    c = STATS.c
    settled = c.succeeded + c.failed + c.skipped
    since = (micros(now) - LATELY // timedelta(microseconds=1)) // 60_000_000
    where = (
        c.connector_id == lane.connector,
        c.entity == lane.entity,
        c.direction == lane.direction,
        c.minute >= since,
    )
    sums = connection.execute(select(func.sum(settled), func.sum(c.calls)).where(*where)).one()
    if not sums[0]:
        return None, None
    best = connection.execute(select(settled).where(*where).order_by(settled.desc()).limit(BEST)).scalars().all()
    return int(sums[1] or 0) / int(sums[0]), sum(map(int, best)) / len(best)
