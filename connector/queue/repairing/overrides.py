"""What a person has written over fields of a record for one message: kept with who and why, applied by the work.

The record is read from the source as always; these fields are put over it for the tries of this message and for no
other. It knows paths and texts (JSON), no entity.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Message, Override
from connector.queue.sql import plain

ORIGIN = "edit"  # of a message that has overrides: no other one is looked up
LOG_TYPE = "Reprocess Sync"


TABLE: Any = Override.__table__
MESSAGES: Any = Message.__table__


def add(message: Row[Any], fields: Mapping[str, tuple[str, str]], *, user: str, reason: str) -> int:
    """Keep an edit of a message's record; returns its id. `fields` are (before, after) by path."""
    row = {
        "message_id": message.id,
        "connector_id": message.connector_id,
        "entity": message.entity,
        "key": message.key,
        "fields": plain(json.dumps(fields, ensure_ascii=False)),
        "user": user,
        "reason": plain(reason.strip()),
        "created_at": utcnow(),
    }
    with db.write() as connection:
        number = int(connection.execute(TABLE.insert().values(row).returning(TABLE.c.id)).scalar_one())
        for path, (before, after) in fields.items():
            events.record(
                LOG_TYPE,
                f"{message.entity.capitalize()} {message.key} edited for message {message.id}: {reason.strip()}",
                connector_id=message.connector_id,
                user=user,
                details={"field": path, "old": before, "new": after, "message": message.id},
                connection=connection,
            )
    return number


def of(message_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """{path: text} of each message that somebody has edited; a later edit of a field takes the place of an earlier."""
    query = select(TABLE.c.message_id, TABLE.c.fields).where(TABLE.c.message_id.in_(list(message_ids)))
    found: dict[int, dict[str, str]] = {}
    with db.read() as connection:
        for number, fields in connection.execute(query.order_by(TABLE.c.id)):
            found.setdefault(number, {}).update({path: after for path, (_, after) in json.loads(fields).items()})
    return found


def used(message_ids: Collection[int], now: datetime) -> None:
    """A try has taken the edits of these messages."""
    where = (TABLE.c.message_id.in_(list(message_ids)), TABLE.c.used_at.is_(None))
    with db.write() as connection:
        connection.execute(TABLE.update().where(*where).values(used_at=now))


def listed(message_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The edits of these messages, newest first, for a page."""
    query = select(TABLE).where(TABLE.c.message_id.in_(list(message_ids))).order_by(TABLE.c.id.desc())
    with db.read() as connection:
        return connection.execute(query).all()
