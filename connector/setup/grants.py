"""A person's role in one connector, where it differs from the general one. It knows no page and asks nobody.

"none" hides the connector altogether; no row means the person's general role.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from connector import events
from connector.db import db
from connector.errors import Invalid
from connector.setup.models import ADMIN, OPERATOR, VIEWER, Connector, Grant, User

NONE = "none"
ROLES = (NONE, VIEWER, OPERATOR, ADMIN)
TABLE = Grant.__table__


def of(user_id: int) -> dict[str, str]:
    """{connector id: role} of the connectors in which this person's role differs."""
    with db.read() as connection:
        return _stored(connection, user_id)


def check(wanted: Mapping[str, str]) -> None:
    """Raises Invalid as `save` would, and changes nothing."""
    with db.read() as connection:
        errors = _errors(connection, {id: role for id, role in wanted.items() if role})
    if errors:
        raise Invalid(errors)


def save(user: User, wanted: Mapping[str, str], *, by: str) -> list[str]:
    """Make exactly these the person's differing roles ("" takes one away); returns the changes in words.

    Raises Invalid by "grant-<connector id>" for an unknown connector or role.
    """
    with db.write() as connection:
        kept = {id: role for id, role in wanted.items() if role}
        errors = _errors(connection, kept)
        if errors:
            raise Invalid(errors)
        before = _stored(connection, user.id)
        edits = [
            (id, before.get(id, ""), kept.get(id, ""))
            for id in sorted(before.keys() | kept.keys())
            if before.get(id, "") != kept.get(id, "")
        ]
        for id, old, new in edits:
            connection.execute(delete(TABLE).where(TABLE.c.user_id == user.id, TABLE.c.connector_id == id))
            if new:
                connection.execute(insert(TABLE).values(user_id=user.id, connector_id=id, role=new))
            _log(connection, user, id, old, new, by)
    return [f"{id}: {_shown(old)} to {_shown(new)}" for id, old, new in edits]


def _stored(connection: Connection, user_id: int) -> dict[str, str]:
    query = select(TABLE.c.connector_id, TABLE.c.role).where(TABLE.c.user_id == user_id)
    return {row.connector_id: row.role for row in connection.execute(query)}


def _errors(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    known = set(connection.execute(select(Connector.id)).scalars())
    errors = {}
    for id, role in wanted.items():
        if id not in known:
            errors[f"grant-{id}"] = "There is no such connector."
        elif role not in ROLES:
            errors[f"grant-{id}"] = f"The role must be one of: {', '.join(ROLES)}."
    return errors


def _shown(role: str) -> str:
    return role or "the general role"


def _log(connection: Connection, user: User, id: str, old: str, new: str, by: str) -> None:
    events.record(
        "People",
        f"User {user.name}: role in {id} from {_shown(old)} to {_shown(new)}.",
        connector_id=id,
        user=by,
        details={"field": f"user.{user.name}.role.{id}", "old": _shown(old), "new": _shown(new)},
        connection=connection,
    )
