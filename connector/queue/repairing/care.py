"""Who looks after what has failed: owner, notes and a pause (snooze), for a cause or for one message.

A cause is (connector, entity, code); its rows have message 0. What stands for one message has no code, so that it
stays when the message fails for another reason. It knows no page, and changes no message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Care, Message, Remark
from connector.queue.sql import plain

LOG_TYPE = "Reprocess Sync"
MESSAGES: Any = Message.__table__
NOTES = 50  # as many of the newest are shown
MOST = 2_000  # causes with an owner or a pause


CARES: Any = Care.__table__
REMARKS: Any = Remark.__table__


class About(NamedTuple):
    """A cause, or one message (then without code)."""

    connector: str
    entity: str
    code: str = ""
    message_id: int = 0

    def of(self, table: Any) -> list[ColumnElement[bool]]:
        """The WHERE of its rows."""
        return [
            table.c.connector_id == self.connector,
            table.c.entity == self.entity,
            table.c.code == self.code,
            table.c.message_id == self.message_id,
        ]

    def __str__(self) -> str:
        return f"message {self.message_id}" if self.message_id else f"{self.entity}, {self.code or 'without a code'}"


class Stale(Exception):
    """Somebody else has saved since the form was shown."""


def awake(now: datetime) -> ColumnElement[bool]:
    """The condition on the message table that nobody has put the message or its cause aside until later."""
    c, m = CARES.c, MESSAGES.c
    mine = ((c.message_id == 0) & (c.code == m.code)) | ((c.message_id == m.id) & (c.code == ""))
    asleep = select(c.message_id).where(c.connector_id == m.connector_id, c.entity == m.entity, mine)
    return ~exists(asleep.where(c.snoozed_until > now).correlate(MESSAGES))


def causes() -> dict[tuple[str, str, str], Row[Any]]:
    """Owner and pause of every cause that somebody has touched: few, because a person has done each."""
    query = select(CARES).where(CARES.c.message_id == 0).order_by(CARES.c.changed_at.desc()).limit(MOST)
    with db.read() as connection:
        return {(row.connector_id, row.entity, row.code): row for row in connection.execute(query)}


def asleep(now: datetime, among: Mapping[tuple[str, str, str], Row[Any]] | None = None) -> set[tuple[str, str, str]]:
    """The causes that are put aside now."""
    known = causes() if among is None else among
    return {cause for cause, row in known.items() if row.snoozed_until is not None and row.snoozed_until > now}


def known(now: datetime) -> tuple[dict[tuple[str, str, str], Row[Any]], bool]:
    """Like `causes`, and whether any single message is put aside now: one statement."""
    with db.read() as connection:
        rows = connection.execute(select(CARES).order_by(CARES.c.changed_at.desc()).limit(MOST)).all()
    found = {(row.connector_id, row.entity, row.code): row for row in rows if not row.message_id}
    single = any(row.message_id and row.snoozed_until is not None and row.snoozed_until > now for row in rows)
    return found, single or len(rows) >= MOST


def of(about: About) -> Row[Any] | None:
    """Owner and pause; None when nobody has touched it."""
    with db.read() as connection:
        return connection.execute(select(CARES).where(*about.of(CARES))).one_or_none()


def notes(about: About, limit: int = NOTES) -> Sequence[Row[Any]]:
    """The notes, newest first."""
    query = select(REMARKS).where(*about.of(REMARKS)).order_by(REMARKS.c.id.desc()).limit(limit)
    with db.read() as connection:
        return connection.execute(query).all()


def notes_of(connector: str, entity: str, message_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The notes on these messages, newest first."""
    if not message_ids:
        return []
    c = REMARKS.c
    where = (c.connector_id == connector, c.entity == entity, c.code == "", c.message_id.in_(list(message_ids)))
    with db.read() as connection:
        return connection.execute(select(REMARKS).where(*where).order_by(c.id.desc()).limit(NOTES)).all()


def note(about: About, text: str, *, user: str) -> None:
    """Leave a note."""
    row = {**_key(about), "at": utcnow(), "user": user, "text": plain(text.strip())}
    with db.write() as connection:
        connection.execute(REMARKS.insert().values(row))
        _record(connection, about, user, f"Note on {about}: {row['text'][:200]}", {"field": "note", "new": row["text"]})


def save(about: About, *, owner: str, snoozed_until: datetime | None, user: str, revision: int) -> None:
    """Set owner and pause. `revision` is that of the row that the form was made from (0: none).

    Raises Stale when somebody else was quicker.
    """
    values = {"owner": plain(owner), "snoozed_until": snoozed_until, "changed_by": user, "changed_at": utcnow()}
    with db.write() as connection:
        before = connection.execute(select(CARES).where(*about.of(CARES)).with_for_update()).one_or_none()
        if (before.revision if before else 0) != revision:
            raise Stale
        insert: Any = (sqlite if db.sqlite else postgresql).insert(CARES)
        statement = insert.values(**_key(about), **values, revision=revision + 1).on_conflict_do_nothing()
        if before is not None:
            statement = CARES.update().where(*about.of(CARES)).values(**values, revision=revision + 1)
        if not connection.execute(statement).rowcount:
            raise Stale
        for field, old, new in _changed(before, values):
            _record(connection, about, user, f"{field} of {about} changed.", {"field": field, "old": old, "new": new})


def _changed(before: Row[Any] | None, values: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    for field in ("owner", "snoozed_until"):
        old = getattr(before, field, None) or ""
        new = values[field] or ""
        if old != new:
            yield field, str(old), str(new)


def _key(about: About) -> dict[str, Any]:
    return {
        "connector_id": about.connector,
        "entity": about.entity,
        "code": about.code,
        "message_id": about.message_id,
    }


def _record(connection: Any, about: About, user: str, text: str, details: dict[str, Any]) -> None:
    events.record(LOG_TYPE, text, connector_id=about.connector, user=user, details=details, connection=connection)
