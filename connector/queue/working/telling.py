"""System messages of the queue: that messages of a lane have failed, until none has any more; each batch call (LOG-18).

It knows no entity by name and sends nothing: connector/notices.py keeps what is told.
"""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import Connection, select

from connector import notices
from connector.db import db
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, Message


def window_ended(lane: Lane, failed: int) -> None:
    """After a window that did something: tell of what failed in it, or that nothing of the lane is failed now."""
    key = f"failed/{lane.connector}/{lane.entity}/{lane.direction}"
    if failed:
        what = lane.entity.replace("_", " ").capitalize()
        query = urlencode({"connector": lane.connector, "entity": lane.entity})
        notices.tell(
            f"{what}: messages have failed and stay so until a person sends them again.",
            key=key,
            connector_id=lane.connector,
            level="error",
            link=f"/failed?{query}",
            times=failed,
        )
    elif notices.is_open(key) and not _any_failed(lane):
        notices.end(key)


def _any_failed(lane: Lane) -> bool:
    c = Message.__table__.c
    mine = (c.connector_id == lane.connector, c.entity == lane.entity, c.direction == lane.direction)
    with db.read() as connection:
        return connection.execute(select(c.id).where(c.status == FAILED, *mine).limit(1)).first() is not None


def batch(connection: Connection, lane: Lane, attempt_id: int, level: str, said: str) -> None:
    """One batch call, with the way to its entry in the log."""
    notices.tell(
        f"{lane.entity.replace('_', ' ').capitalize()}, one call: {said}",
        connector_id=lane.connector,
        kind=notices.BULK,
        level=level,
        link=f"/log/attempts/{attempt_id}",
        connection=connection,
    )
