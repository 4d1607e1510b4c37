"""What a connector has besides its sections: ID, name, active tick, and which two systems it joins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from connector.setup.rows import ID, TABLE
from connector.setup.values import NOT_SET, Edit
from connector.systems import registry

RESERVED = ("new", "all")  # addresses of the pages
LONGEST_NAME = 120
LABELS = (("name", "Name"), ("active", "Active"))
ROLES = (("erp", "erp", "ERP system"), ("plugin", "store", "plug-in"))


def id_errors(connection: Connection, id: Any) -> dict[str, str]:
    """A sentence under "id" when a new connector cannot have this ID."""
    if not isinstance(id, str) or not ID.fullmatch(id) or id.lower() in RESERVED:
        return {
            "id": "The ID needs 1 to 40 letters, digits, - or _, begins with a letter or digit, and is not new nor all."
        }
    taken = connection.execute(select(TABLE.c.id)).scalars()
    if any(other.lower() == id.lower() for other in taken):
        return {"id": f"There is a connector {id} already."}
    return {}


def errors(general: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each of name, active, erp and plugin that is wrong."""
    found = {}
    name = general.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable():
        found["name"] = f"The name must be text of at most {LONGEST_NAME} characters on one line."
    if not isinstance(general.get("active", True), bool):
        found["active"] = "Active must be yes or no."
    for field, role, label in ROLES:
        if field in general and not _is(general[field], role):
            found[field] = f"There is no {label} of that name in this house."
    return found


def _is(name: Any, role: str) -> bool:
    try:
        return isinstance(name, str) and registry.get(name).role == role
    except (KeyError, ImportError):
        return False


def stripped(general: Mapping[str, Any]) -> dict[str, Any]:
    """Ready to be stored."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in general.items()}


def edits(row: Row[Any], general: Mapping[str, Any]) -> list[Edit]:
    """What changes when `general` is written over the row."""
    wanted = stripped(general)
    return [
        Edit(name, label, _shown(getattr(row, name)), _shown(wanted[name]))
        for name, label in LABELS
        if name in wanted and getattr(row, name) != wanted[name]
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or NOT_SET
