"""Messages that rest because nobody could be reached: due at once when somebody can. It knows no system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from connector.queue.models import PENDING, Message

TABLE = Message.__table__


def due_now(connection: Connection, connector: str, entity: str, codes: Sequence[str], now: datetime) -> int:
    """Let pending messages that were sent back for one of these causes go on; returns how many. "": every entity."""
    chosen = [TABLE.c.connector_id == connector, TABLE.c.status == PENDING, TABLE.c.available_at > now]
    if entity:
        chosen.append(TABLE.c.entity == entity)
    return int(
        connection.execute(update(TABLE).where(*chosen, TABLE.c.code.in_(codes)).values(available_at=now)).rowcount
    )
