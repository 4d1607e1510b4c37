"""Back to pending: a retry, the message of a dead worker, one that waited, one that a person reprocesses.

There is one way back because of what can be met on it: a newer pending row of the same record. Then the older
one is superseded, and whatever it knew better (version, payload, urgency) goes into the newer one, so that
nothing that was accepted is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import IntegrityError

from connector.db import micros
from connector.queue.models import PENDING, Message
from connector.queue.sql import Rows, run

TABLE: Any = Message.__table__
PART = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Return:
    """One row on its way back. `values` are further columns to set (attempts, priority, ...)."""

    id: int
    reason: str
    available_at: datetime
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Returned:
    """Ids that are pending now, and ids whose record had a newer pending row already."""

    pending: list[int] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)


def to_pending(connection: Connection, rows: Iterable[Return], *, now: datetime) -> Returned:
    """Send rows back. The caller's transaction holds them: on PostgreSQL lock them first (FOR UPDATE)."""
    back = list(rows)
    result = Returned()
    for start in range(0, len(back), PART):
        _part(connection, {row.id: row for row in back[start : start + PART]}, now, result)
    return result


def _part(connection: Connection, back: dict[int, Return], now: datetime, result: Returned) -> None:
    waiting: dict[tuple[Any, ...], int] = {}
    going: list[Return] = []
    for id, record, pending in _read(connection, list(back)):  # the newest version of a record first
        newer = pending or waiting.setdefault(record, id)
        if newer == id:
            going.append(back[id])
        else:
            _supersede(connection, id, newer, now, result)
    try:
        with connection.begin_nested():
            _send(connection, going)
        result.pending += [row.id for row in going]
    except IntegrityError:  # PostgreSQL: a change of one of the records is being put this very moment
        for one in going:
            _send_alone(connection, one, now, result)


def _send(connection: Connection, going: Sequence[Return]) -> None:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in going:
        values = {"reason": row.reason, "available_at": row.available_at, **row.values}
        groups.setdefault(tuple(sorted(values)), []).append({"b_id": row.id, **values})
    for names, parameters in groups.items():
        cells: dict[str, Any] = {name: bindparam(name) for name in names}
        cells |= {"status": PENDING, "lease_until": None, "settled_at": None, "waits_for": ""}
        connection.execute(update(TABLE).where(TABLE.c.id == bindparam("b_id")).values(cells), parameters)


def _send_alone(connection: Connection, one: Return, now: datetime, result: Returned) -> None:
    for _ in range(5):
        [(_, _, newer)] = _read(connection, [one.id])
        if newer:
            _supersede(connection, one.id, newer, now, result)
            return
        try:
            with connection.begin_nested():
                _send(connection, [one])
            result.pending.append(one.id)
            return
        except IntegrityError:
            continue
    raise RuntimeError(f"message {one.id} cannot go back: its record is put and claimed all the time")


_MINE = Rows("mine", id="bigint")
_READ = """
    SELECT message.id, message.connector_id, message.entity, message.direction, message.key, message.version,
           (SELECT newer.id FROM message AS newer
            WHERE newer.connector_id = message.connector_id AND newer.entity = message.entity
              AND newer.direction = message.direction AND newer.key = message.key AND newer.status = 'pending'
            LIMIT 1)
    FROM {source} JOIN message ON message.id = mine.id"""


def _read(connection: Connection, ids: Sequence[int]) -> list[tuple[int, tuple[Any, ...], int | None]]:
    """Of each message: its id, its record, and the pending row of that record; the newest version first."""
    dialect = connection.dialect.name
    sql = _READ.format(source=_MINE.source(dialect))
    rows = run(connection, sql, _MINE.values(dialect, [(id,) for id in ids])).fetchall()
    rows = sorted(rows, key=lambda row: (row[5], row[0]), reverse=True)
    return [(row[0], tuple(row[1:5]), row[6]) for row in rows]


_LEARN = """
    UPDATE message SET merged = message.merged + 1 + old.merged,
        operation = CASE WHEN message.version < old.version THEN old.operation ELSE message.operation END,
        payload = CASE WHEN message.version < old.version THEN old.payload ELSE message.payload END,
        version = CASE WHEN message.version < old.version THEN old.version ELSE message.version END,
        priority = CASE WHEN message.priority > old.priority THEN old.priority ELSE message.priority END,
        deaths = CASE WHEN message.deaths < old.deaths THEN old.deaths ELSE message.deaths END,
        created_at = CASE WHEN message.created_at > old.created_at THEN old.created_at ELSE message.created_at END,
        origin = CASE WHEN old.origin = 'person' OR (old.origin = 'fenced' AND message.origin <> 'person')
                 THEN old.origin ELSE message.origin END
    FROM message AS old WHERE message.id = :newer AND old.id = :old"""

_CLOSE = """
    UPDATE message SET status = 'superseded', reason = :reason, settled_at = :now, lease_until = NULL, waits_for = ''
    WHERE id = :old"""


def _supersede(connection: Connection, old: int, newer: int, now: datetime, result: Returned) -> None:
    """Close `old` in favour of the pending row `newer`, which learns what only the old one knew."""
    reason = f"A newer change of the record took its place (message {newer})."
    run(connection, _LEARN, {"old": old, "newer": newer})
    run(connection, _CLOSE, {"old": old, "reason": reason, "now": micros(now)})
    result.superseded.append(old)
