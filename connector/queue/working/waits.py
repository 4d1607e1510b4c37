"""What a message waits for, and the gap between the look and the note.

A worker looks whether the needed record is there, and its message is settled as waiting a moment later. A record
that comes in between would find nobody to call. So the worker says what it may wait for before its last look
(`announce`); whoever makes the record marks running messages too (`release_many`), and a marked one is sent back
instead of put to wait (`called`). What is left, a worker that died in between, is found by `takeover.look_again`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from connector.db import db, utcnow
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import RUNNING, WAITING, Message
from connector.queue.reading.filters import has_status
from connector.queue.sql import Rows, plain, run, writing
from connector.queue.working.back import Return, to_pending
from connector.queue.working.claim import Claimed

TABLE: Any = Message.__table__
CALLED = "!"  # in `waits_for` of a running message: what it was about to wait for has come
LONGEST = 300
CROWD, MANY = 200, 4_000  # messages that wait in a connector: a stream of releases, and a long one
TICK = 60.0  # seconds between two ticks of a long stream; half of it for half as many, and so on

_NOTED = Rows("noted", id="bigint", epoch="integer", waits_for="text")
_ANNOUNCE = """
    UPDATE message SET waits_for = noted.waits_for FROM {source}
    WHERE message.id = noted.id AND message.epoch = noted.epoch AND message.status = 'running'"""


def name(entity: str, key: str) -> str:
    """How the needed record is written in `waits_for`."""
    return plain(f"{entity}:{key}")[:LONGEST]


def announce(needed: Mapping[Claimed, tuple[str, str]]) -> None:
    """Say what messages in hand may have to wait for, as (entity, key). The look for it comes after this."""
    rows = sorted((message.id, message.epoch, name(*record)) for message, record in needed.items())
    with db.write() as connection:
        dialect = connection.dialect.name
        run(connection, _ANNOUNCE.format(source=_NOTED.source(dialect)), _NOTED.values(dialect, rows))


def release_many(connector_id: str, entity: str, keys: Sequence[str], *, connection: Connection | None = None) -> int:
    """These records are there now: what waited for them goes back to pending. Returns how many.

    The caller rings the bell after the commit; other processes on PostgreSQL are woken by the commit itself.
    """
    mine = (TABLE.c.connector_id == connector_id, TABLE.c.waits_for.in_([name(entity, key) for key in keys]))
    if connection is None:
        with db.read() as looking:  # nearly always nobody waits: no need for the lock
            if not any(looking.execute(_in(status, mine).limit(1)).first() for status in (RUNNING, WAITING)):
                return 0
    now = utcnow()
    with writing(connection) as own:
        # in this order: a row that is being put to wait at this moment is seen by one of the two
        own.execute(update(TABLE).where(*mine, has_status(RUNNING)).values(waits_for=CALLED))
        waiting = own.execute(_in(WAITING, mine).order_by(TABLE.c.id).with_for_update()).all()
        due = _due(own, connector_id, now) if waiting else now
        back = [Return(row.id, _why(row.waits_for), due) for row in waiting]
        if own.dialect.name == "postgresql":
            for lane in {Lane(connector_id, row.entity, row.direction) for row in waiting}:
                run(own, "SELECT pg_notify(:channel, :lane)", {"channel": inbox.CHANNEL, "lane": str(lane)})
        return len(to_pending(own, back, now=now).pending)


def _due(connection: Connection, connector_id: str, now: datetime) -> datetime:
    """Now; or the next tick, when so many wait that those who are released come in a stream (a first full sync).

    What was released between two ticks comes back at once, so that it can be batched. The more there is to do, the
    longer a tick may be without making the whole any longer.
    """
    waiting = select(TABLE.c.id).where(TABLE.c.connector_id == connector_id, has_status(WAITING)).limit(MANY)
    crowd = int(connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one())
    if crowd < CROWD:
        return now
    tick = TICK / 2 ** max(0, math.ceil(math.log2(MANY / crowd)))  # halves, so that all meet on the same moments
    return datetime.fromtimestamp((now.timestamp() // tick + 1) * tick, UTC)


def _in(status: str, conditions: Sequence[Any]) -> Select[Any]:
    columns = TABLE.c.id, TABLE.c.waits_for, TABLE.c.entity, TABLE.c.direction
    return select(*columns).where(*conditions, has_status(status))


def called(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Of messages that were just put to wait, send back those that had been called before."""
    if not ids:
        return
    query = select(TABLE.c.id).where(TABLE.c.id.in_(ids), TABLE.c.waits_for == CALLED, has_status(WAITING))
    back = [Return(id, "What it was about to wait for is there.", now) for id in connection.execute(query).scalars()]
    to_pending(connection, back, now=now)


def _why(waits_for: str) -> str:
    return f"What it waited for is there: {waits_for.replace(':', ' ', 1)}."
