"""The way in: changes become rows. It knows no entity; a change that is put is either a row or merged into one.

A record that already waits is the same message: the newest version's payload and operation win, an equal or older
one is counted and nothing else. A running row is never touched, so a change that arrives meanwhile gets a row of
its own. One statement for each chunk, on the partial unique index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection

from connector.db import micros, utcnow
from connector.queue.lanes import Lane
from connector.queue.models import NORMAL, UPSERT, URGENT
from connector.queue.sql import Rows, run, writing
from connector.queue.working import stats
from connector.queue.working.safety import safety

CHUNK = 1000
LONGEST_KEY = 255
CHANNEL = "connector_wake"


class Item(NamedTuple):
    """One change of one record. `version` orders changes of the record (0: unknown), `payload` is a hint."""

    key: str
    operation: str = UPSERT
    version: int = 0
    payload: Mapping[str, Any] | None = None


class Accepted(NamedTuple):
    """How many changes became rows, and how many were folded into rows that were waiting already."""

    created: int
    merged: int


class Ringer(Protocol):
    """What `put` needs of a bell."""

    def ring(self, lane: Lane) -> None: ...


_ROWS = Rows("item", key="text", operation="text", version="bigint", payload="text", merged="integer")

_INSERT = """
    INSERT INTO message (connector_id, entity, direction, key, operation, status, reason, priority, origin, "user",
                         version, payload, merged, attempts, deaths, created_at, available_at, epoch, worker,
                         waits_for, error, code)
    SELECT :connector, :entity, :direction, item.key, item.operation, 'pending', '', :priority, :origin, :user,
           item.version, item.payload, item.merged, 0, 0, :now, :now, 0, '', '', '', ''
    FROM {source} WHERE true
    {conflict}
    RETURNING key, merged"""

# a person lifts the row to the front and to now; a push leaves a retry's waiting time alone
_MERGE = """
    ON CONFLICT (connector_id, entity, direction, key) WHERE status = 'pending' DO UPDATE SET
        operation = CASE WHEN excluded.version >= message.version THEN excluded.operation ELSE message.operation END,
        payload = CASE WHEN excluded.version >= message.version THEN excluded.payload ELSE message.payload END,
        version = CASE WHEN excluded.version >= message.version THEN excluded.version ELSE message.version END,
        merged = message.merged + 1 + excluded.merged,
        priority = CASE WHEN excluded.priority < message.priority THEN excluded.priority ELSE message.priority END,
        available_at = CASE WHEN excluded.priority = 0 AND excluded.available_at < message.available_at
                       THEN excluded.available_at ELSE message.available_at END,
        "user" = CASE WHEN excluded."user" <> '' THEN excluded."user" ELSE message."user" END,
        origin = CASE WHEN excluded.origin = 'person' OR (excluded.origin = 'fenced' AND message.origin <> 'person')
                 THEN excluded.origin ELSE message.origin END"""


def put(
    lane: Lane,
    items: Iterable[Item],
    *,
    origin: str = "push",
    priority: int = NORMAL,
    user: str = "",
    connection: Connection | None = None,
    now: datetime | None = None,
    bell: Ringer | None = None,
) -> Accepted:
    """Accept changes. With `connection` they join that transaction, and its owner rings the bell after the commit.

    On PostgreSQL the commit also wakes the other processes (NOTIFY). Raises ValueError for a key that is empty,
    longer than 255 characters or not text that a database can keep; then nothing is put.
    """
    now = now or utcnow()
    values = {
        "connector": lane.connector,
        "entity": lane.entity,
        "direction": lane.direction,
        "priority": priority,
        "origin": origin,
        "user": user,
        "now": micros(now),
    }
    rows, folded = _fold(items)
    created = 0
    with writing(connection) as own:
        for start in range(0, len(rows), CHUNK):
            created += _insert(own, rows[start : start + CHUNK], values)
        accepted = Accepted(created, len(rows) + folded - created)
        if rows:
            stats.count(own, lane, now, accepted=len(rows) + folded, merged=accepted.merged)
        if (created or priority == URGENT) and own.dialect.name == "postgresql":
            run(own, "SELECT pg_notify(:channel, :lane)", {"channel": CHANNEL, "lane": str(lane)})
    if bell is not None and connection is None:
        bell.ring(lane)
    return accepted


def _fold(items: Iterable[Item]) -> tuple[list[tuple[Any, ...]], int]:
    """Rows in order of their key, so that two puts cannot wait for each other, and how many items were folded."""
    newest: dict[str, Item] = {}
    merged: dict[str, int] = {}
    for item in items:
        if item.key in newest:
            merged[item.key] = merged.get(item.key, 0) + 1
            if item.version < newest[item.key].version:
                continue
        else:
            _check(item.key)
        newest[item.key] = item
    rows: list[tuple[Any, ...]] = [
        (key, item.operation, item.version, _json(item.payload), merged.get(key, 0))
        for key, item in sorted(newest.items())
    ]
    return rows, sum(merged.values())


def _check(key: str) -> None:
    if not key or len(key) > LONGEST_KEY or "\x00" in key:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters: {key[:40]!r}")
    if not key.isascii():
        key.encode()  # a lone surrogate is a ValueError, too


def _json(payload: Mapping[str, Any] | None) -> str:
    return json.dumps(payload, default=str) if payload else "{}"


def _insert(own: Connection, rows: Sequence[tuple[Any, ...]], values: dict[str, Any]) -> int:
    """Put one chunk; a row is new when its count of merged changes is still the one we gave it."""
    dialect = own.dialect.name
    sql = _INSERT.format(source=_ROWS.source(dialect), conflict=_MERGE if safety().unique_key else "")
    given = {row[0]: row[4] for row in rows}
    returned = run(own, sql, {**values, **_ROWS.values(dialect, rows)}).fetchall()
    return sum(1 for key, merged in returned if merged == given[key])
