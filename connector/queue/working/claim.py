"""From pending to running, and nowhere else. A claim is a lease with an epoch; who has an old epoch has nothing.

The claim reads ix_message_ready from left to right: literal status and priority, ordered by the very columns of
the index (facts/PERFORMANCE.md: any other order is 8 to 48 times slower behind deferred rows). A record that is
running is passed over. PostgreSQL needs two statements: as a sub-query of the UPDATE the SELECT may lock more rows
than its limit. The SQL is the driver's own, because this is the hot path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection

from connector.db import db, instant, micros
from connector.queue.lanes import Lane
from connector.queue.models import NORMAL, URGENT
from connector.queue.sql import RUNNING, Rows, fetch, run, writing
from connector.queue.working.safety import safety
from connector.queue.working.takeover import Reclaimed, reclaim

__all__ = ["Claimed", "Mark", "Reclaimed", "begin", "claim", "ours", "pick_sql", "reclaim", "renew"]

Mark = tuple[int, int]  # (available_at, id) of the last row claimed: the next claim may start behind it


class Claimed(NamedTuple):
    """A message in hand. `body` is the JSON hint as stored and `created` microseconds: read on demand."""

    id: int
    lane: Lane
    key: str
    operation: str = "upsert"
    version: int = 0
    body: str = "{}"
    attempts: int = 0  # tries that have failed before this one
    epoch: int = 1
    origin: str = "push"
    priority: int = NORMAL
    user: str = ""
    created: int = 0
    deaths: int = 0  # workers that died with it in hand
    available: int = 0

    @property
    def payload(self) -> dict[str, Any]:
        """What the push or poll said: a hint, never the truth."""
        found = json.loads(self.body)
        return found if isinstance(found, dict) else {}

    @property
    def created_at(self) -> datetime:
        return instant(self.created)

    @property
    def mark(self) -> Mark:
        return self.available, self.id


_COLUMNS = 'id, key, operation, version, payload, attempts, epoch, origin, priority, "user", created_at, deaths, '
_COLUMNS += "available_at"

# a scalar sub-query and not NOT EXISTS: a planner without statistics must not make a join and a sort of it
_NOT_BUSY = """
    AND (SELECT busy.id FROM message AS busy
         WHERE busy.connector_id = ready.connector_id AND busy.entity = ready.entity
           AND busy.direction = ready.direction AND busy.key = ready.key AND busy.status = 'running'
         LIMIT 1) IS NULL"""

_PICK = """
    SELECT ready.id FROM message AS ready
    WHERE ready.connector_id = :connector AND ready.entity = :entity AND ready.direction = :direction
      AND ready.priority = {priority} AND ready.status = 'pending' AND ready.available_at <= :now{after}{busy}
    ORDER BY ready.available_at, ready.id LIMIT :limit"""

_AFTER = "\n      AND (ready.available_at, ready.id) > (:after_at, :after_id)"

# whoever is suspected of killing its worker begins only when it is really worked on, see `begin`
_TAKE = """
    UPDATE message SET status = 'running', epoch = epoch + 1, worker = :worker, lease_until = :until,
           started_at = CASE WHEN deaths = 0 THEN :started ELSE NULL END
    WHERE {ids}
    RETURNING {columns}"""


def pick_sql(priority: int, *, after: bool = False, postgresql: bool = False) -> str:
    """The statement that chooses; public so that the test of query plans explains what is really sent."""
    text = _PICK.format(
        priority=int(priority), after=_AFTER if after else "", busy=_NOT_BUSY if safety().unique_key else ""
    )
    return text + (" FOR UPDATE SKIP LOCKED" if postgresql else "")


def claim(
    lane: Lane,
    limit: int,
    *,
    worker: str,
    lease_seconds: float,
    now: datetime,
    horizon: datetime | None = None,
    after: Mark | None = None,
    urgent_only: bool = False,
    connection: Connection | None = None,
) -> list[Claimed]:
    """At most `limit` messages that are ready, urgent ones first, each list in order of its time.

    Normal ones are taken when they were available at `horizon` (default now) and, with `after`, lie behind that
    mark. Attempts are not raised here but when the message is settled.
    """
    values = {
        "connector": lane.connector,
        "entity": lane.entity,
        "direction": lane.direction,
        "now": micros(now),
        "limit": limit,
        "worker": worker,
        "until": micros(now + timedelta(seconds=lease_seconds)),
        "started": micros(now),
    }
    with writing(connection) as own:
        taken = _claim(own, lane, URGENT, values)
        if len(taken) < limit and not urgent_only:
            values["limit"] = limit - len(taken)
            values["now"] = micros(horizon or now)
            if after is not None:
                values["after_at"], values["after_id"] = after
            taken += _claim(own, lane, NORMAL, values, after=after is not None)
    return taken


def _claim(own: Connection, lane: Lane, priority: int, values: dict[str, Any], after: bool = False) -> list[Claimed]:
    if own.dialect.name == "sqlite":
        pick = pick_sql(priority, after=after)
        sql = _TAKE.format(ids=f"id IN ({pick})", columns=_COLUMNS)
        rows = fetch(own, sql, values)
    else:
        picked = [row[0] for row in fetch(own, pick_sql(priority, after=after, postgresql=True), values)]
        if not picked:
            return []
        sql = _TAKE.format(ids="id = ANY(:ids)", columns=_COLUMNS)
        rows = fetch(own, sql, {**values, "ids": picked})
    rows.sort(key=_ORDER)
    return [Claimed(row[0], lane, *row[1:]) for row in rows]


_ORDER = itemgetter(12, 0)  # available_at, id: RETURNING promises no order


_MINE = Rows("mine", id="bigint", epoch="integer")
_STILL = f"message.id = mine.id AND message.epoch = mine.epoch AND {RUNNING}"


def _mine(connection: Connection, claimed: Iterable[Claimed]) -> tuple[str, dict[str, Any]]:
    dialect = connection.dialect.name
    return _MINE.source(dialect), _MINE.values(dialect, [(message.id, message.epoch) for message in claimed])


def renew(claimed: Iterable[Claimed], *, until: datetime) -> set[int]:
    """Lengthen the leases to `until`; returns the ids that are still ours, the others have been taken over."""
    with db.write() as connection:
        source, values = _mine(connection, claimed)
        sql = f"UPDATE message SET lease_until = :until FROM {source} WHERE {_STILL} RETURNING message.id"
        return {row[0] for row in fetch(connection, sql, {**values, "until": micros(until)})}


def ours(claimed: Iterable[Claimed]) -> set[int]:
    """The ids that still belong to this worker: running, under the epoch of the claim."""
    claimed = list(claimed)
    if not safety().fencing:
        return {message.id for message in claimed}
    with db.read() as connection:
        source, values = _mine(connection, claimed)
        sql = f"SELECT message.id FROM {source} JOIN message ON {_STILL}"
        return {row[0] for row in fetch(connection, sql, values)}


def begin(messages: Iterable[Claimed], *, now: datetime, connection: Connection | None = None) -> None:
    """Say that suspects (`deaths` > 0) are worked on from now: only then does another death count against them."""
    with writing(connection) as own:
        source, values = _mine(own, messages)
        run(own, f"UPDATE message SET started_at = :now FROM {source} WHERE {_STILL}", {**values, "now": micros(now)})
