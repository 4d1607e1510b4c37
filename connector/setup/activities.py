"""The activity grid (LIF-08): what initialization made of a connector, row by row, with its outcome.

A row is planned first (`ok` is None: not known yet) and settled when its turn comes, so that a page can watch.
It knows no system, and it computes nothing that changes by itself: how full a queue is, the page asks the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from connector.db import db, utcnow
from connector.setup.models import Activity

TABLE = Activity.__table__
CHECK, QUEUE, INQUIRY, PUSH, SCHEDULE, PACKAGE = "check", "queue", "inquiry", "push", "schedule", "package"
LONGEST_TEXT = 2_000
PATIENCE = timedelta(minutes=10)  # a row that nothing was heard of for so long belongs to a process that died
LOST = "It broke off here: the process ended. Try again."


class Planned(NamedTuple):
    """A row that will be settled: its name is unique in its connector."""

    name: str
    kind: str
    entity: str = ""


def of(connector_id: str, *, kinds: Sequence[str] = ()) -> Sequence[Row[Any]]:
    """The rows of a connector in the order of the grid; without `kinds` all but the package's."""
    wanted = TABLE.c.kind.in_(kinds) if kinds else TABLE.c.kind != PACKAGE
    query = select(TABLE).where(TABLE.c.connector_id == connector_id, wanted).order_by(TABLE.c.position, TABLE.c.name)
    with db.read() as connection:
        return connection.execute(query).all()


def began(connector_id: str) -> datetime | None:
    """When the connector was initialized: its schedules were made then. None when it is not."""
    query = select(func.min(TABLE.c.created_at)).where(TABLE.c.connector_id == connector_id, TABLE.c.kind == SCHEDULE)
    with db.read() as connection:
        return connection.execute(query).scalar_one()


def under_way(rows: Sequence[Row[Any]], now: datetime) -> bool:
    """Whether somebody is at work on these rows at this moment."""
    stamps = [row.checked_at or row.created_at for row in rows]
    return any(row.ok is None for row in rows) and max(stamps) > now - PATIENCE


def plan(connection: Connection, connector_id: str, rows: Sequence[Planned], *, package: bool = False) -> None:
    """Put these rows in place of the former ones (of the grid, or of the package), in the caller's transaction."""
    remove(connection, connector_id, package=package)
    now = utcnow()
    if rows:
        connection.execute(
            insert(TABLE),
            [
                {**row._asdict(), "connector_id": connector_id, "position": place, "created_at": now, "text": ""}
                for place, row in enumerate(rows)
            ],
        )


def add(connection: Connection, connector_id: str, row: Planned, *, position: int, ok: bool, text: str) -> None:
    """One more row that is settled already."""
    now = utcnow()
    values = {**row._asdict(), "position": position, "ok": ok, "text": text[:LONGEST_TEXT]}
    connection.execute(insert(TABLE).values(**values, connector_id=connector_id, created_at=now, checked_at=now))


def settle(connector_id: str, name: str, ok: bool, text: str) -> None:
    """Write how a row came out; a row that is not there (not initialized) is left out of account."""
    mine = TABLE.c.connector_id == connector_id, TABLE.c.name == name
    with db.write() as connection:
        connection.execute(update(TABLE).where(*mine).values(ok=ok, text=text[:LONGEST_TEXT], checked_at=utcnow()))


def give_up(connector_id: str, text: str, *, package: bool = False) -> None:
    """Settle what is still open: nobody works on it any more."""
    kind = TABLE.c.kind == PACKAGE if package else TABLE.c.kind != PACKAGE
    mine = TABLE.c.connector_id == connector_id, TABLE.c.ok.is_(None), kind
    with db.write() as connection:
        connection.execute(update(TABLE).where(*mine).values(ok=False, text=text[:LONGEST_TEXT], checked_at=utcnow()))


def drop_made(connector_id: str) -> None:
    """Take out what was planned beside the checks: a failed check means that nothing is made (LIF-02)."""
    with db.write() as connection:
        connection.execute(
            delete(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.kind.not_in((CHECK, PACKAGE)))
        )


def remove(connection: Connection, connector_id: str, *, package: bool = False) -> None:
    """Take out all rows of the grid (or of the package), in the caller's transaction."""
    kind = TABLE.c.kind == PACKAGE if package else TABLE.c.kind != PACKAGE
    connection.execute(delete(TABLE).where(TABLE.c.connector_id == connector_id, kind))
