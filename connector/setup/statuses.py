"""The ERP's order statuses as the status maps offer them (MAP-20): ten to begin with, more may be added.

They are kept as mapping rows of their own kind, "erp_status": code, label, switched on or off, when it was added.
Spelled as the ERP spells them today (CONFLICTS 39).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, delete, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import stamps
from connector.setup.models import MappingRow

KIND = "erp_status"
TABLE = MappingRow.__table__
PRESET = (
    "Open", "On Hold", "Pending Approval", "Voided", "Credit Hold", "Completed", "Canceled", "Back Order", "Shipping",
    "Invoiced",
)  # fmt: skip
LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


def of(connector_id: str) -> list[dict[str, Any]]:
    """All of them: label, enabled, created ("" for those of the house), in their order."""
    with db.read() as connection:
        return _stored(connection, connector_id)


def _stored(connection: Connection, connector_id: str) -> list[dict[str, Any]]:
    query = select(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.kind == KIND).order_by(TABLE.c.position)
    held = connection.execute(query).mappings().all()
    if not held:
        return [{"label": label, "enabled": True, "created": ""} for label in PRESET]
    return [{"label": row["erp"], "enabled": row["active"], "created": row["more"].get("created", "")} for row in held]


def stamp(found: list[dict[str, Any]]) -> str:
    """What guards two editors."""
    return stamps.stamp(found)


def names(connector_id: str) -> list[str]:
    """Those that are enabled."""
    return [row["label"] for row in of(connector_id) if row["enabled"]]


def save(
    connector_id: str, edits: Mapping[int, tuple[str, bool]], added: str, *, user: str, based_on: str
) -> list[str]:
    """Rename, switch and add one; returns the changes in words.

    `edits` is {place: (label, enabled)}. A renamed status is renamed in the status maps too. Raises KeyError, Stale,
    and Invalid by "<place>.label" or "added".
    """
    with db.write() as connection:
        stamps.touch(connection, connector_id)
        old = _stored(connection, connector_id)
        if stamp(old) != based_on:
            raise stamps.Stale
        new = [dict(row) for row in old]
        for at, (label, enabled) in edits.items():
            if 0 <= at < len(new):
                new[at] |= {"label": " ".join(label.split()), "enabled": enabled}
        if added.strip():
            new.append({"label": " ".join(added.split()), "enabled": True, "created": utcnow().isoformat()})
        _check(new, len(old))
        said = [text for at, row in enumerate(new) if (text := _said(old[at] if at < len(old) else None, row))]
        if said:
            _put(connection, connector_id, new)
            _rename(
                connection, connector_id, {old[at]["label"]: row["label"] for at, row in enumerate(new[: len(old)])}
            )
        for text in said:
            events.record(
                "Configuration", f"Order statuses, {text}.", connector_id=connector_id, user=user,
                connection=connection,
            )  # fmt: skip
    return said


def _check(new: list[dict[str, Any]], known: int) -> None:
    errors: dict[str, str] = {}
    seen: dict[str, int] = {}
    for at, row in enumerate(new):
        field = f"{at}.label" if at < known else "added"
        packed = "".join(row["label"].split()).casefold()
        if not LABEL.fullmatch(row["label"]):
            errors[field] = "A status has 1 to 60 characters."
        elif seen.setdefault(packed, at) != at:
            errors[field] = f"{row['label']} is there already."
    if errors:
        raise Invalid(errors)


def _said(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> str:
    if old is None:
        return f"{new['label']} added"
    parts = [f"{old['label']} renamed to {new['label']}"] if old["label"] != new["label"] else []
    if old["enabled"] != new["enabled"]:
        parts.append(f"{new['label']} {'enabled' if new['enabled'] else 'disabled'}")
    return ", ".join(parts)


def _put(connection: Connection, connector_id: str, new: list[dict[str, Any]]) -> None:
    connection.execute(delete(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.kind == KIND))
    common = {"connector_id": connector_id, "kind": KIND, "store": "", "scope": "", "use_in": "both"}
    rows = [
        {"erp": row["label"], "active": row["enabled"], "more": {"created": row["created"]}, "position": at, **common}
        for at, row in enumerate(new)
    ]
    connection.execute(insert(TABLE), rows)


def _rename(connection: Connection, connector_id: str, names_: Mapping[str, str]) -> None:
    renamed = {old: new for old, new in names_.items() if old != new}
    if renamed:
        query = update(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.erp.in_(list(renamed)))
        query = query.where(TABLE.c.kind.in_(("status_out", "status_in")))
        connection.execute(query.values(erp=case(renamed, value=TABLE.c.erp)))
