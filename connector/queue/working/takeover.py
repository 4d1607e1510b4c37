"""Nobody's messages: taken over from dead workers, and looked at again when they have waited long.

Both go back to pending here and burn no attempt. A look without a lock comes first, because nearly always there
is nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, update

from connector.db import db, instant, micros
from connector.queue.lanes import Lane
from connector.queue.models import HELD, Attempt
from connector.queue.sql import RUNNING, Rows, run
from connector.queue.working.back import TABLE, Return, to_pending

PART = 500  # messages in one transaction
LAST_DEATH = 3  # the death of a worker that puts a message aside


class Reclaimed(NamedTuple):
    """Messages of dead workers: back in the queue, overtaken by a newer change, or put aside."""

    requeued: int = 0
    superseded: int = 0
    held: int = 0
    lanes: frozenset[Lane] = frozenset()


EXPIRED = """
    SELECT id, connector_id, entity, direction, key, attempts, deaths, started_at, worker FROM message
    WHERE status = 'running' AND lease_until < :now ORDER BY lease_until LIMIT :limit"""


def reclaim(now: datetime) -> Reclaimed:
    """Take over what workers held whose lease has ended (kill -9, power cut): epoch and deaths go up by one.

    The third death puts a message aside (held): it may be what kills its workers. The first death counts for all
    that a worker held; a further one only for what it had begun, so that bystanders are not put aside.
    """
    total = Reclaimed()
    while True:
        with db.read() as connection:
            if not run(connection, EXPIRED, {"now": micros(now), "limit": 1}).fetchall():
                return total
        with db.write() as connection:
            lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE SKIP LOCKED"
            rows = run(connection, EXPIRED + lock, {"now": micros(now), "limit": PART}).fetchall()
            part = _take_over(connection, rows, now)
        total = Reclaimed(
            total.requeued + part.requeued,
            total.superseded + part.superseded,
            total.held + part.held,
            total.lanes | part.lanes,
        )
        if not rows:  # the others are taking them over at this moment
            return total


def _take_over(connection: Connection, rows: Sequence[Any], now: datetime) -> Reclaimed:
    back, held, attempts = [], [], []
    for row in rows:
        deaths = row.deaths + (1 if row.deaths == 0 or row.started_at is not None else 0)
        attempts.append(_lost(row, now, HELD if deaths >= LAST_DEATH else "retry"))
        values = {"deaths": deaths, "worker": ""}
        if deaths >= LAST_DEATH:
            held.append({"b_id": row.id, **values})
        else:
            back.append(Return(row.id, "Its worker stopped while it had it in hand: taken over.", now, values))
    if not rows:
        return Reclaimed()
    ids = [row.id for row in rows]
    connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(epoch=TABLE.c.epoch + 1))
    if held:
        _hold(connection, held, now)
    returned = to_pending(connection, back, now=now)
    connection.execute(insert(Attempt.__table__), attempts)
    lanes = frozenset(Lane(row.connector_id, row.entity, row.direction) for row in rows)
    return Reclaimed(len(returned.pending), len(returned.superseded), len(held), lanes)


def _hold(connection: Connection, held: list[dict[str, Any]], now: datetime) -> None:
    reason = f"Put aside: {LAST_DEATH} workers stopped while they had it in hand."
    closed = {"status": HELD, "reason": reason, "settled_at": now, "lease_until": None}
    cells: dict[str, Any] = {"deaths": bindparam("deaths"), "worker": bindparam("worker"), **closed}
    connection.execute(update(TABLE).where(TABLE.c.id == bindparam("b_id")).values(cells), held)


def _lost(row: Any, now: datetime, outcome: str) -> dict[str, Any]:
    """The log's row for a try that never came back."""
    return {
        "message_id": row.id,
        "kind": "single",
        "connector_id": row.connector_id,
        "entity": row.entity,
        "direction": row.direction,
        "key": row.key,
        "number": row.attempts + 1,
        "level": "error" if outcome == HELD else "warning",
        "outcome": outcome,
        "summary": "The worker stopped before it was finished.",
        "error": f"Worker {row.worker} did not renew its lease.",
        "started_at": instant(row.started_at) if row.started_at else now,
        "finished_at": now,
    }


LONG_WAITING = """
    SELECT id FROM message
    WHERE status = 'waiting' AND connector_id = :connector AND entity = :entity AND direction = :direction
      AND available_at <= :now LIMIT :limit"""


def look_again(lane: Lane, now: datetime, limit: int = PART) -> int:
    """Send waiting messages of a lane back when the time of their next look has come; returns how many.

    A binding releases what waits for it, but it may be made between the work's look and the settling of the wait:
    then nobody would call. This look closes that gap (policy.relook says when).
    """
    values = {**lane._asdict(), "now": micros(now), "limit": limit}
    with db.read() as connection:
        if not run(connection, LONG_WAITING, {**values, "limit": 1}).fetchall():
            return 0
    with db.write() as connection:
        lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE SKIP LOCKED"
        ids = run(connection, LONG_WAITING + lock, values).scalars().all()
        back = [Return(id, "Looked at again after a long wait.", now) for id in ids]
        return len(to_pending(connection, back, now=now).pending)


_HELD = Rows("mine", id="bigint", epoch="integer")


def hand_back(held: Sequence[tuple[int, int]], now: datetime) -> int:
    """Give back messages, as (id, epoch), that were claimed and not begun; returns how many were still ours."""
    with db.write() as connection:
        dialect = connection.dialect.name
        lock = "" if dialect == "sqlite" else " FOR UPDATE OF message"
        sql = f"""
            SELECT message.id FROM {_HELD.source(dialect)}
            JOIN message ON message.id = mine.id AND message.epoch = mine.epoch AND {RUNNING}{lock}"""
        ids = run(connection, sql, _HELD.values(dialect, sorted(held))).scalars().all()
        back = [Return(id, "Handed back: its worker stopped before it began.", now, {"worker": ""}) for id in ids]
        to_pending(connection, back, now=now)
        return len(back)
