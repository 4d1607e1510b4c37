"""What the log says, for tests."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from connector.db import db
from connector.events import Event


def logged(connector_id: str | None = None) -> list[Any]:
    """The events, oldest first; `details` as text."""
    query = select(Event.__table__).order_by(Event.__table__.c.id)
    if connector_id is not None:
        query = query.where(Event.__table__.c.connector_id == connector_id)
    with db.read() as connection:
        return list(connection.execute(query))


def details(event: Any) -> dict[str, Any]:
    return dict(json.loads(event.details))
