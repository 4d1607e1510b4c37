"""Guards of what is configured beside the settings: a stamp tells two editors apart, `touch` tells the engine.

The systems of a connector are built once for each revision of it (engine/systems.py), so every change that they
have to see counts the revision up. It knows no particular table.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, update

from connector.setup.models import Connector

TABLE = Connector.__table__


class Stale(Exception):
    """Somebody else has saved this since it was read: nothing was saved."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this in the meantime. Nothing of yours was saved.")


def stamp(found: Any) -> str:
    """Sixteen characters that change when any of these values does."""
    text = json.dumps(found, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def touch(connection: Connection, connector_id: str) -> None:
    """Count the revision up; it also holds other writers of this connector back. Raises KeyError."""
    query = update(TABLE).where(TABLE.c.id == connector_id).values(revision=TABLE.c.revision + 1)
    if not connection.execute(query).rowcount:
        raise KeyError(connector_id)
