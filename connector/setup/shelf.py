"""Connectors copied, put away and taken back. A connector that is put away does nothing and keeps everything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import general as generals
from connector.setup import rows
from connector.setup.models import NEW, STOPPED, MappingRow, Rule, Schedule, SchemaField
from connector.setup.rows import TABLE

# what belongs to a connector and goes into a copy: everything but its secrets, bindings, messages and history
COPIED = (MappingRow, SchemaField, Rule, Schedule)


def copy(source: str, id: str, name: str, user: str) -> None:
    """A new connector `id`, configured as `source` is, without its secrets and without anything it has synced.

    Raises KeyError when there is no source, Invalid by "id" and "name".
    """
    with db.write() as connection:
        row = rows.find(connection, source)
        errors = generals.id_errors(connection, id) | generals.errors({"name": name})
        if errors:
            raise Invalid(errors)
        fresh = {"id": id, "name": name.strip() or id, "active": row.active, "erp": row.erp, "plugin": row.plugin}
        connection.execute(insert(TABLE).values(**fresh, settings=row.settings, secrets="", state=NEW, revision=1))
        for model in COPIED:
            _copy_rows(connection, model.__table__, source, id)
        _log(connection, id, user, f"Connector {id} was made as a copy of {source}; its secrets have to be typed.")


def _copy_rows(connection: Connection, table: Any, source: str, id: str) -> None:
    own = {column.name for column in table.primary_key} - {"connector_id"} if "id" in table.c else set()
    found = connection.execute(select(table).where(table.c.connector_id == source)).mappings().all()
    copies = [{name: value for name, value in row.items() if name not in own} | {"connector_id": id} for row in found]
    if copies:
        connection.execute(insert(table), copies)


def archive(id: str, user: str) -> None:
    """Put a connector away: it leaves every list and cannot be started. Raises KeyError, Invalid unless it rests."""
    with db.write() as connection:
        row = rows.find(connection, id)
        if row.state not in (NEW, STOPPED):
            raise Invalid({"state": f"The connector is {row.state}: stop it before it is archived."})
        _put(connection, row, True, user)


def restore(id: str, user: str) -> None:
    """Take an archived connector back, as it was put away. Raises KeyError."""
    with db.write() as connection:
        _put(connection, rows.find(connection, id), False, user)


def _put(connection: Connection, row: Any, archived: bool, user: str) -> None:
    if row.archived == archived:
        return
    changed = {"archived": archived, "revision": row.revision + 1, "updated_at": utcnow()}
    connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(**changed))
    _log(connection, row.id, user, "The connector was archived." if archived else "The connector was restored.")


def _log(connection: Connection, id: str, user: str, text: str) -> None:
    events.record("Configuration", text, connector_id=id, user=user, connection=connection)
