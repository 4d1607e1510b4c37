"""The field-level log (LOG-11): what each write changed, field by field, before and after.

Compared are the texts that the target was told at the last write and at this one, so no system is asked. It is
written in the transaction that binds. A record that is written again unchanged leaves no line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from connector.db import db, utcnow
from connector.sync.models import Binding, FieldChange

LONGEST = 2_000  # characters of one value that are kept
SHOWN = 100


TABLE: Any = FieldChange.__table__
BINDINGS: Any = Binding.__table__


@dataclass(frozen=True, slots=True)
class Line:
    """One write of one record, as its binding is about to say it."""

    key: str  # of the message
    row: str  # of the binding
    message_id: int
    created: bool
    fields: Mapping[str, Any]


def keep(connection: Connection, lane: tuple[str, str, str], lines: Sequence[Line]) -> None:
    """Write what these writes change against what the bindings still say; call it before they say the new."""
    if not lines:
        return
    connector, entity, direction = lane
    c = BINDINGS.c
    known = select(c.key, c.written_fields).where(
        c.connector_id == connector, c.entity == entity, c.key.in_([line.row for line in lines])
    )
    before = {row.key: row.written_fields for row in connection.execute(known)}
    now = utcnow()
    rows = []
    for line in lines:
        changed = differences({} if line.created else _read(before.get(line.row)), line.fields)
        if changed:
            rows.append(
                {
                    "at": now,
                    "connector_id": connector,
                    "entity": entity,
                    "direction": direction,
                    "key": line.key,
                    "message_id": line.message_id,
                    "kind": "created" if line.created else "updated",
                    "fields": json.dumps(changed, ensure_ascii=False),
                }
            )
    if rows:
        connection.execute(TABLE.insert(), rows)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    """{field: [before, after]} of the fields that differ, as texts; what is absent is empty."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = _text(before.get(name)), _text(after.get(name))
        if old != new:
            found[name] = [old[:LONGEST], new[:LONGEST]]
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text.replace("\x00", "")


def _read(fields: str | None) -> dict[str, Any]:
    found = json.loads(fields or "{}")
    return found if isinstance(found, dict) else {}


def of_keys(connector: str, entity: str, keys: Sequence[str], limit: int = SHOWN) -> Sequence[Row[Any]]:
    """The writes of one record, newest first. It may have a key on either side."""
    c = TABLE.c
    where = (c.key.in_(keys), c.connector_id == connector, c.entity == entity)
    with db.read() as connection:
        return connection.execute(select(TABLE).where(*where).order_by(c.id.desc()).limit(limit)).all()


def of_message(message_id: int, key: str) -> Sequence[Row[Any]]:
    """What the tries of one message changed, newest first."""
    query = select(TABLE).where(TABLE.c.key == key, TABLE.c.message_id == message_id)
    with db.read() as connection:
        return connection.execute(query.order_by(TABLE.c.id.desc()).limit(SHOWN)).all()


def query(connector: str = "", entity: str = "", key: str = "", without: Sequence[str] = ()) -> Select[Any]:
    """The SELECT of a list; empty arguments do not restrict."""
    c = TABLE.c
    exact = {c.connector_id: connector, c.entity: entity, c.key: key}
    found = select(TABLE).where(*(column == value for column, value in exact.items() if value))
    return found.where(c.connector_id.not_in(without)) if without else found


def told(fields: str) -> list[tuple[str, str, str]]:
    """The stored column as (field, before, after)."""
    return [(name, before, after) for name, (before, after) in json.loads(fields).items()]
