"""What people and the house did, apart from messages: configuration, tests, refused pushes, life cycle.

The Sync Log shows these beside the attempts (LOG-03). Secrets never come here: callers pass masked values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, Row, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow

INFO, WARNING, ERROR, DEBUG = "info", "warning", "error", "debug"
RESULTS = {INFO: "done", DEBUG: "done", WARNING: "refused", ERROR: "failed"}

# what is known of the request in which something is done ({"ip": ...}); the pages set it, commands have none
request: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)


class Event(db.Model):
    """One thing that happened. `action` is one of LOG-03's types, e.g. Configuration, Initialization."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    connector_id: Mapped[str] = mapped_column(String(40), default="")
    level: Mapped[str] = mapped_column(String(8), default=INFO)
    action: Mapped[str] = mapped_column(String(60))
    user: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text, default="{}")  # JSON

    __table_args__ = (Index("ix_event_connector", "connector_id", "id"),)


def record(
    action: str,
    message: str,
    *,
    connector_id: str = "",
    level: str = INFO,
    user: str = "",
    details: dict[str, Any] | None = None,
    connection: Connection | None = None,
) -> None:
    """Write one event in a transaction of its own, or in the caller's when `connection` is given.

    What a person does on a page keeps its result, and the address from which it was asked for (LOG-12).
    """
    details = dict(details or {})
    asked_from = request.get()
    if user and asked_from is not None:
        details = {**details, "result": RESULTS.get(level, level), **asked_from}
    row = {
        "at": utcnow(),
        "connector_id": connector_id,
        "level": level,
        "action": action,
        "user": user,
        "message": message,
        "details": json.dumps(details, default=str, ensure_ascii=False),
    }
    with nullcontext(connection) if connection is not None else db.write() as writing:
        writing.execute(Event.__table__.insert(), row)


def latest(
    *,
    connector_id: str = "",
    level: str = "",
    action: str = "",
    text: str = "",
    user: str = "",
    people: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
    without: Sequence[str] = (),
    hide: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Events, newest first, for the page. Empty arguments do not restrict; `before` is an id.

    `people`: only what somebody did; `without`: connectors, `hide`: actions that are left out.
    """
    c = Event.__table__.c
    exact = {c.connector_id: connector_id, c.level: level, c.action: action, c.user: user}
    query = select(Event.__table__).where(*(column == value for column, value in exact.items() if value))
    if people:
        query = query.where(c.user != "")
    if without:
        query = query.where(c.connector_id.not_in(without))
    if hide:
        query = query.where(c.action.not_in(hide))
    if text:
        query = query.where(c.message.icontains(text, autoescape=True))
    if since is not None:
        query = query.where(c.at >= since)
    if until is not None:
        query = query.where(c.at <= until)
    if before is not None:
        query = query.where(c.id < before)
    with db.read() as connection:
        return connection.execute(query.order_by(c.id.desc()).limit(limit)).all()
