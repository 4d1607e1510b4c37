"""The message rows of a settled group: what is final or waits, and what goes back to be tried again.

Each statement touches only rows that are still running under the epoch of the claim, and says which these were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.db import micros
from connector.queue.models import FAILED, HELD, PENDING, SKIPPED, SUCCEEDED, WAITING
from connector.queue.sql import RUNNING, Rows, fetch, run
from connector.queue.working import resolving, waits
from connector.queue.working.back import Return, to_pending
from connector.queue.working.endings import Ending
from connector.queue.working.safety import safety
from connector.queue.working.work import Unit

_MINE = Rows("mine", id="bigint", epoch="integer")
_PLAIN = Rows("mine", id="bigint", epoch="integer", status="text", reason="text", code="text")
_FULL = Rows(
    "mine",
    id="bigint",
    epoch="integer",
    status="text",
    reason="text",
    attempts="integer",
    waits_for="text",
    error="text",
    code="text",
    due="bigint",
    settled="bigint",
)
_STILL = f"message.id = mine.id AND message.epoch = mine.epoch AND {RUNNING}"
_FINISH = """
    UPDATE message SET status = mine.status, reason = mine.reason, attempts = attempts + 1, settled_at = :now,
           lease_until = NULL, error = '', code = mine.code, waits_for = ''
    FROM {source} WHERE {still} RETURNING message.id"""
_TROUBLE = """
    UPDATE message SET status = mine.status, reason = mine.reason, attempts = mine.attempts,
           waits_for = CASE WHEN mine.status = 'waiting' AND message.waits_for = '!' THEN '!' ELSE mine.waits_for END,
           error = mine.error, code = mine.code, settled_at = mine.settled,
           available_at = CASE WHEN mine.due IS NULL THEN available_at ELSE mine.due END, lease_until = NULL
    FROM {source} WHERE {still} RETURNING message.id"""


def _still() -> str:
    return _STILL if safety().fencing else "message.id = mine.id"


def finals(connection: Connection, ends: Sequence[Ending], now: datetime) -> set[int]:
    """Write what is final or waits; returns the ids that were still ours."""
    dialect, at = connection.dialect.name, micros(now)
    settled: set[int] = set()
    final = [ending for ending in ends if ending.status in (SUCCEEDED, SKIPPED)]
    good = [(e.message.id, e.message.epoch, e.status, e.reason, e.code) for e in final]
    if good:
        sql = _FINISH.format(source=_PLAIN.source(dialect), still=_still())
        settled.update(row[0] for row in fetch(connection, sql, {"now": at, **_PLAIN.values(dialect, good)}))
    trouble = [
        (
            e.message.id,
            e.message.epoch,
            e.status,
            e.reason,
            e.attempts,
            e.waits_for,
            e.error,
            e.code,
            micros(e.available_at) if e.available_at else None,
            at if e.status in (FAILED, HELD) else None,
        )
        for e in ends
        if e.status in (FAILED, WAITING, HELD)
    ]
    if trouble:
        sql = _TROUBLE.format(source=_FULL.source(dialect), still=_still())
        settled.update(row[0] for row in fetch(connection, sql, _FULL.values(dialect, trouble)))
    _close_older_holds(connection, [e for e in ends if e.status == HELD and e.message.id in settled], at)
    resolving.resolve(connection, ends, settled, at)
    waiting = [e for e in ends if e.status == WAITING and e.message.id in settled]
    _close_older_waits(connection, waiting, at)
    waits.called(connection, [e.message.id for e in waiting], now)
    return settled


_WAITS = Rows("newer", id="bigint", key="text", waits_for="text", version="bigint", priority="integer")
_OLDER_WAITS = """
    UPDATE message SET status = 'superseded', settled_at = :now, waits_for = '',
           reason = 'A newer change of the record waits for the same (message ' || newer.id || ').'
    FROM {source}
    WHERE message.status = 'waiting' AND message.connector_id = :connector AND message.waits_for = newer.waits_for
      AND message.entity = :entity AND message.direction = :direction AND message.key = newer.key
      AND message.id < newer.id AND message.version <= newer.version AND message.priority >= newer.priority"""


def _close_older_waits(connection: Connection, waiting: Sequence[Ending], at: int) -> None:
    """One waiting row of a record is enough, however many changes come before what it waits for."""
    if not waiting:
        return
    dialect = connection.dialect.name
    rows = [(e.message.id, e.message.key, e.waits_for, e.message.version, e.message.priority) for e in waiting]
    values = {**waiting[0].message.lane._asdict(), "now": at, **_WAITS.values(dialect, rows)}
    run(connection, _OLDER_WAITS.format(source=_WAITS.source(dialect)), values)


_HOLDS = Rows("newer", id="bigint", key="text", version="bigint")
_OLDER_HOLDS = """
    UPDATE message SET status = 'superseded', settled_at = :now,
           reason = 'A newer change of the record is held for the same question (message ' || newer.id || ').'
    FROM {source}
    WHERE message.status = 'held' AND message.connector_id = :connector AND message.entity = :entity
      AND message.direction = :direction AND message.key = newer.key AND message.id < newer.id
      AND message.code >= 'brake:' AND message.code < 'brake;' AND message.version <= newer.version"""


def _close_older_holds(connection: Connection, held: Sequence[Ending], at: int) -> None:
    """One row of a record is enough for the brake to ask about, however often the record changes meanwhile."""
    if held:
        dialect = connection.dialect.name
        rows = [(e.message.id, e.message.key, e.message.version) for e in held]
        values = {**held[0].message.lane._asdict(), "now": at, **_HOLDS.values(dialect, rows)}
        run(connection, _OLDER_HOLDS.format(source=_HOLDS.source(dialect)), values)


def agains(connection: Connection, ends: Sequence[Ending], now: datetime) -> set[int]:
    """Send back what is tried again; returns the ids that were still ours."""
    again = {ending.message.id: ending for ending in ends if ending.status == PENDING}
    if not again:
        return set()
    dialect = connection.dialect.name
    source = _MINE.source(dialect)
    lock = "" if dialect == "sqlite" else " FOR UPDATE OF message"
    sql = f"SELECT message.id FROM {source} JOIN message ON {_still()}{lock}"
    pairs = sorted((ending.message.id, ending.message.epoch) for ending in again.values())
    mine = set(run(connection, sql, _MINE.values(dialect, pairs)).scalars())
    back = [
        Return(
            e.message.id,
            e.reason,
            e.available_at or now,
            {"attempts": e.attempts, "error": e.error, "code": e.code, "worker": ""},
        )
        for e in again.values()
        if e.message.id in mine
    ]
    to_pending(connection, back, now=now)
    return mine


_BURY = """
    UPDATE message SET status = 'failed', reason = 'How this message ended could not be written down.',
           error = :error, code = :code, settled_at = :now, lease_until = NULL, attempts = attempts + 1
    FROM {source} WHERE {still}"""


def bury(connection: Connection, unit: Unit, error: str, code: str, now: datetime) -> int:
    """Fail the messages of a unit that could not be settled otherwise; returns how many were still ours."""
    dialect = connection.dialect.name
    pairs = _MINE.values(dialect, [(message.id, message.epoch) for message in unit.messages])
    sql = _BURY.format(source=_MINE.source(dialect), still=_still())
    return run(connection, sql, {"error": error, "code": code, "now": micros(now), **pairs}).rowcount
