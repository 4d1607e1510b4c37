"""Schema management: the fields of product, category and customer on either side, and which take part (SCM).

Ticks and edited places outlive a refresh; a field that has gone stays, flagged. An ERP entity whose schema was never
fetched has no entry in `active`: all its default fields count. Requests come first, then one short write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.records import CATEGORY, CUSTOMER, PRODUCT
from connector.setup import stamps
from connector.setup.models import SchemaField
from connector.systems.base import Field, System

TABLE = SchemaField.__table__
ENTITIES = (PRODUCT, CATEGORY, CUSTOMER)
SIDES = ("erp", "store")
PATH = re.compile(r"/(?:[A-Za-z0-9_. \-]+/)*")
API_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ \-]{0,119}")
KEPT = ("label", "tab", "section", "kind", "custom", "writable", "options")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: how many fields, which are new, which have gone."""

    count: int
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants of one field; None leaves that as it is."""

    active: bool | None = None
    path: str | None = None
    api_name: str | None = None


def refresh(connector_id: str, side: str, entity: str, system: System, *, user: str = "") -> Refreshed:
    """Fetch the fields of an entity and keep them. Raises KeyError, and Retry, Refused or Fail of the system."""
    found = {each.name: each for each in system.fields(entity) if 0 < len(each.name) <= 255}
    with db.write() as connection:
        stamps.touch(connection, connector_id)
        held = {row["name"]: row for row in _rows(connection, connector_id, side, entity)}
        _replace(connection, connector_id, side, entity, found, held)
        new = tuple(name for name in found if name not in held)
        gone = tuple(name for name, row in held.items() if name not in found and not row["missing"])
        text = f"{system.label} has {len(found)} fields of {entity}."
        if held and new:
            text += f" New: {', '.join(new[:10])}."
        if gone:
            text += f" Gone: {', '.join(gone[:10])}."
        events.record(
            "Metadata Sync", text, connector_id=connector_id, user=user, details={"new": new, "gone": gone},
            connection=connection,
        )  # fmt: skip
    return Refreshed(len(found), new if held else (), gone)


def _replace(
    connection: Connection,
    connector_id: str,
    side: str,
    entity: str,
    found: Mapping[str, Field],
    held: Mapping[str, Mapping[str, Any]],
) -> None:
    common = {"connector_id": connector_id, "side": side, "entity": entity, "loaded_at": utcnow()}
    rows = [_row(each, held.get(name), first=not held) for name, each in found.items()]
    rows += [{**_kept(row), "missing": True} for name, row in held.items() if name not in found]
    connection.execute(delete(TABLE).where(*_mine(connector_id, side, entity)))
    if rows:
        connection.execute(insert(TABLE), [{**row, **common, "position": at} for at, row in enumerate(rows)])


def _row(each: Field, held: Mapping[str, Any] | None, *, first: bool) -> dict[str, Any]:
    row = {name: getattr(each, name) for name in (*KEPT, "name", "path", "api_name")}
    row |= {"options": [list(pair) for pair in each.options], "missing": False}
    row["active"] = each.preselected and first
    if held:  # what a person has ticked or edited is worth more than what the site says
        row |= {name: held[name] for name in ("active", "path", "api_name")}
    return row


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*KEPT, "name", "path", "api_name", "active")}


def _mine(connector_id: str, side: str, entity: str) -> tuple[Any, ...]:
    return TABLE.c.connector_id == connector_id, TABLE.c.side == side, TABLE.c.entity == entity


def _rows(connection: Connection, connector_id: str, side: str, entity: str) -> Sequence[Mapping[str, Any]]:
    query = select(TABLE).where(*_mine(connector_id, side, entity)).order_by(TABLE.c.position)
    return connection.execute(query).mappings().all()  # type: ignore[return-value]


def fields(connector_id: str, side: str, entity: str) -> list[Mapping[str, Any]]:
    """The stored fields of an entity in the site's order; empty when its schema was never fetched."""
    with db.read() as connection:
        return list(_rows(connection, connector_id, side, entity))


def stamp(found: Sequence[Mapping[str, Any]]) -> str:
    """What guards two editors of these fields."""
    return stamps.stamp([[row[name] for name in ("name", "active", "path", "api_name")] for row in found])


def active(connector_id: str) -> dict[str, dict[str, dict[str, str]]]:
    """{entity: {field: {path, api_name}}} of the active ERP fields; no entry: never fetched, so all default fields."""
    query = select(TABLE.c.entity, TABLE.c.name, TABLE.c.path, TABLE.c.api_name, TABLE.c.active)
    query = query.where(TABLE.c.connector_id == connector_id, TABLE.c.side == "erp", TABLE.c.missing.is_(False))
    found: dict[str, dict[str, dict[str, str]]] = {}
    with db.read() as connection:
        for row in connection.execute(query.order_by(TABLE.c.entity, TABLE.c.position)):
            mine = found.setdefault(row.entity, {})
            if row.active:
                mine[row.name] = {"path": row.path, "api_name": row.api_name}
    return found


def save(connector_id: str, entity: str, edits: Mapping[str, Edit], *, user: str, based_on: str) -> list[str]:
    """Tick and edit ERP fields; returns the changes in words.

    Raises KeyError for an unknown connector, Stale when `based_on` is not the stamp of what is stored, Invalid by
    "<field>.path" or "<field>.api_name".
    """
    with db.write() as connection:
        stamps.touch(connection, connector_id)
        held = _rows(connection, connector_id, "erp", entity)
        if stamp(held) != based_on:
            raise stamps.Stale
        changes = {row["name"]: _changes(row, edits[row["name"]]) for row in held if row["name"] in edits}
        changes = {name: changed for name, changed in changes.items() if changed}
        _check(changes)
        said = []
        for name, changed in changes.items():
            query = update(TABLE).where(*_mine(connector_id, "erp", entity), TABLE.c.name == name)
            connection.execute(query.values(**changed))
            said.append(f"{name}: {', '.join(_said(key, value) for key, value in changed.items())}")
        for text in said:
            events.record(
                "Configuration", f"Schema of {entity}, {text}.", connector_id=connector_id, user=user,
                connection=connection,
            )  # fmt: skip
    return said


def _changes(row: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    wanted = {"active": edit.active, "path": edit.path, "api_name": edit.api_name}
    return {name: value for name, value in wanted.items() if value is not None and value != row[name]}


def _check(changes: Mapping[str, Mapping[str, Any]]) -> None:
    errors = {}
    for name, changed in changes.items():
        path, api_name = changed.get("path"), changed.get("api_name")
        if path is not None and (len(path) > 255 or not PATH.fullmatch(path)):
            errors[f"{name}.path"] = "The path begins and ends with a slash, like /root/MainContact/."
        if api_name is not None and not API_NAME.fullmatch(api_name):
            errors[f"{name}.api_name"] = "The field name has letters, digits and underscores, like CustomerName."
    if errors:
        raise Invalid(errors)


def _said(name: str, value: Any) -> str:
    if name == "active":
        return "active" if value else "not active"
    return f"{'path' if name == 'path' else 'field name'} {value}"
