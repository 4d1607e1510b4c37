"""Push notifications as they came in: stored whole, once for each (sender's id, query)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from connector.db import db, utcnow
from connector.sync.models import Notification
from connector.systems.base import Push

TABLE = Notification.__table__
ACCEPTED, UNKNOWN, IGNORED = "accepted", "unknown", "ignored"
LOOKED_THROUGH = 20_000  # a page must not read the history of years to say that a query was never heard


def accept(connection: Connection, connector: str, system: str, push: Push, body: str, status: str) -> bool:
    """Store a notification in the caller's transaction; False when we already have it (its count goes up)."""
    statement: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TABLE)
    row = connection.execute(
        statement.values(
            connector_id=connector,
            system=system,
            push_id=push.id,
            query=push.query,
            stamp=push.stamp,
            received_at=utcnow(),
            status=status,
            changes=len(push.changes),
            duplicates=0,
            body=body,
        )
        .on_conflict_do_update(
            index_elements=[TABLE.c.connector_id, TABLE.c.push_id, TABLE.c.query],
            set_={"duplicates": TABLE.c.duplicates + 1},
        )
        .returning(TABLE.c.duplicates)
    ).one()
    return int(row.duplicates) == 0


def latest(
    connector: str = "",
    status: str = "",
    before: int | None = None,
    limit: int = 50,
    *,
    without: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Notifications, newest first, for the page; without their bodies, which may be large, and not those of the
    connectors `without`."""
    columns = (column for column in TABLE.c if column.name != "body")
    query = select(*columns).order_by(TABLE.c.id.desc()).limit(limit)
    if connector:
        query = query.where(TABLE.c.connector_id == connector)
    if status:
        query = query.where(TABLE.c.status == status)
    if without:
        query = query.where(TABLE.c.connector_id.not_in(without))
    if before is not None:
        query = query.where(TABLE.c.id < before)
    with db.read() as connection:
        return connection.execute(query).all()


def one(notification_id: int) -> Row[Any] | None:
    """One notification, whole."""
    with db.read() as connection:
        return connection.execute(select(TABLE).where(TABLE.c.id == notification_id)).one_or_none()


def last_received(connector: str) -> Any:
    """When the last notification came in, None when none ever did."""
    with db.read() as connection:
        return connection.execute(
            select(func.max(TABLE.c.received_at, type_=TABLE.c.received_at.type)).where(
                TABLE.c.connector_id == connector
            )
        ).scalar_one()


def last_heard(connector: str) -> dict[str, datetime]:
    """When each query was last heard, by its name in lower case, among the newest notifications of a connector."""
    newest = (
        select(TABLE.c.query, TABLE.c.received_at)
        .where(TABLE.c.connector_id == connector)
        .order_by(TABLE.c.id.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    latest_one = func.max(newest.c.received_at, type_=TABLE.c.received_at.type)
    with db.read() as connection:
        rows = connection.execute(select(newest.c.query, latest_one).group_by(newest.c.query)).all()
    found: dict[str, datetime] = {}
    for query, at in rows:
        name = query.casefold()
        found[name] = max(at, found.get(name, at))
    return found
