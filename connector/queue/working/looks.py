"""A glance at one lane: how much is ready, when the next try is due, whether a lease has ended. It changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from connector.db import db, instant, micros
from connector.queue.lanes import Lane
from connector.queue.models import NORMAL, URGENT
from connector.queue.sql import run

MOST = 100_000  # counting stops here: more is only ever shown


class Look(NamedTuple):
    """`ready` messages may be claimed now (at most `MOST` of each priority), `due` is when the next one may."""

    ready: int
    expired: bool
    due: datetime | None


_LANE = """connector_id = :connector AND entity = :entity AND direction = :direction AND status = 'pending'"""
_READY = f"(SELECT count(*) FROM (SELECT 1 FROM message WHERE {_LANE} AND priority = {{priority}} \
AND available_at <= :now LIMIT {MOST}) AS counted)"
_DUE = f"(SELECT available_at FROM message WHERE {_LANE} AND priority = {{priority}} AND available_at > :now \
ORDER BY available_at LIMIT 1)"
LOOK = f"""
    SELECT {_READY.format(priority=URGENT)} + {_READY.format(priority=NORMAL)},
           {_DUE.format(priority=URGENT)}, {_DUE.format(priority=NORMAL)},
           EXISTS (SELECT 1 FROM message WHERE status = 'running' AND lease_until < :now)"""
URGENT_READY = f"SELECT 1 FROM message WHERE {_LANE} AND priority = {int(URGENT)} AND available_at <= :now LIMIT 1"


PENDING = f"SELECT count(*) FROM (SELECT 1 FROM message WHERE {_LANE} LIMIT :most) AS counted"


def look(lane: Lane, now: datetime) -> Look:
    """One statement, five probes of an index: cheap enough for twenty lanes every second."""
    with db.read() as connection:
        ready, *dues, expired = run(connection, LOOK, {**lane._asdict(), "now": micros(now)}).one()
    known = [due for due in dues if due is not None]
    return Look(ready, bool(expired), instant(min(known)) if known else None)


def urgent_ready(lane: Lane, now: datetime) -> bool:
    """Does a person wait for something in this lane?"""
    with db.read() as connection:
        return run(connection, URGENT_READY, {**lane._asdict(), "now": micros(now)}).first() is not None


def pending(lane: Lane, most: int) -> int:
    """Messages that are pending, whether due or not; counting stops at `most`."""
    with db.read() as connection:
        return int(run(connection, PENDING, {**lane._asdict(), "most": most}).scalar_one())
