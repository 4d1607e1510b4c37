"""How far a poll has read. Saved in the same transaction as the messages that it found, never before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from connector.db import db, instant, micros, utcnow
from connector.sync.models import Checkpoint

TABLE = Checkpoint.__table__


@dataclass(frozen=True, slots=True)
class Reading:
    """A poll in progress: read what changed since `since`; when it is through, the mark becomes `next_mark`.

    `position` is where the last page broke off, in the system's own words; empty at the start.
    """

    since: datetime | None
    next_mark: datetime
    position: str = ""

    def dump(self) -> str:
        since = None if self.since is None else micros(self.since)
        return json.dumps({"since": since, "next": micros(self.next_mark), "at": self.position})

    @classmethod
    def load(cls, text: str) -> Reading:
        data = json.loads(text)
        since = None if data["since"] is None else instant(data["since"])
        return cls(since, instant(data["next"]), data["at"])


def get(connector: str, entity: str, direction: str) -> tuple[datetime | None, Reading | None]:
    """The mark (None: never read to the end) and the reading that broke off, if one did."""
    with db.read() as connection:
        row = connection.execute(
            select(TABLE.c.mark, TABLE.c.position).where(
                TABLE.c.connector_id == connector, TABLE.c.entity == entity, TABLE.c.direction == direction
            )
        ).one_or_none()
    if row is None:
        return None, None
    return row.mark, Reading.load(row.position) if row.position else None


def save(
    connection: Connection, connector: str, entity: str, direction: str, mark: datetime | None, reading: Reading | None
) -> None:
    """Write where a poll stands, in the caller's transaction."""
    values = {"mark": mark, "position": reading.dump() if reading else "", "read_at": utcnow()}
    statement: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TABLE)
    connection.execute(
        statement.values(connector_id=connector, entity=entity, direction=direction, **values).on_conflict_do_update(
            index_elements=[TABLE.c.connector_id, TABLE.c.entity, TABLE.c.direction], set_=values
        )
    )


def reset(connector: str, entity: str, direction: str) -> None:
    """Forget how far was read: the next poll reads everything."""
    with db.write() as connection:
        save(connection, connector, entity, direction, None, None)
