"""Bindings: which record is which in both systems, and what was last written there.

The rule that makes a lost reply, a kill and a stalled worker harmless is the order of three short commits:

1. `mark` before the call: the row says "a write is under way" (`unsure`), its version goes up to the one
   about to be written (an older version is turned away here), and `writes` counts up; the caller keeps the
   number that it got.
2. the call, with no transaction open.
3. `bind` after it, only where `writes` is still that number. A worker that finds afterwards that the message
   is no longer its own calls `doubt` instead, which counts up too: so whichever of two writers comes last,
   the row never claims to know what the store holds when an old value may have landed on a new one.

A row that stays `unsure` makes the next attempt write again, after a look-up by natural key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connector.db import db, utcnow
from connector.records import Record
from connector.sync.models import Binding
from connector.sync.safety import safety

TABLE = Binding.__table__
CHUNK = 200  # rows of one statement: SQLite allows 32,766 parameters, older builds 999


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding as read: `sure` is False when the last write's outcome is not known."""

    key: str
    target_id: str
    written_hash: str
    version: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """The right to bind one record: what is to be written, and the number that says we were the last."""

    key: str
    written_hash: str
    version: int
    writes: int


def get_many(connector: str, entity: str, keys: Sequence[str]) -> dict[str, Bound]:
    """The bindings of these keys; keys without one are absent."""
    found: dict[str, Bound] = {}
    columns = TABLE.c
    with db.read() as connection:
        for part in _chunks(keys):
            rows = connection.execute(
                select(columns.key, columns.target_id, columns.written_hash, columns.version, columns.unsure).where(
                    columns.connector_id == connector, columns.entity == entity, columns.key.in_(part)
                )
            )
            found.update({row.key: Bound(row[0], row[1], row[2], row[3], not row[4]) for row in rows})
    return found


def mark(connector: str, entity: str, hashes: Mapping[str, str], versions: Mapping[str, int]) -> dict[str, Mark]:
    """Say that these records are about to be written. Keys whose binding is newer are absent in the answer.

    `hashes` are fingerprint + content (see `perform`): a binding written under other settings does not turn
    a record away, because its version may count other things.
    """
    marks: dict[str, Mark] = {}
    for part in _chunks(list(hashes)):
        rows = [
            {
                "connector_id": connector,
                "entity": entity,
                "key": key,
                "version": versions[key],
                "written_hash": hashes[key][:8],
                "target_id": "",
                "source_id": key,
                "written_fields": "{}",
                "unsure": True,
                "writes": 1,
                "created_at": utcnow(),
            }
            for key in part
        ]
        with db.write() as connection:
            for row in connection.execute(_mark_statement(), rows):
                marks[row.key] = Mark(row.key, hashes[row.key], versions[row.key], row.writes)
    return marks


def _mark_statement() -> Any:
    statement: Any = (sqlite if db.sqlite else postgresql).insert(TABLE)
    new, old = statement.excluded, TABLE.c
    larger = func.max if db.sqlite else func.greatest
    other_settings = func.substr(old.written_hash, 1, 8) != new.written_hash
    unversioned = new.version == 0  # the source cannot say: nothing may turn it away as older
    return statement.on_conflict_do_update(
        index_elements=[old.connector_id, old.entity, old.key],
        set_={
            "unsure": True,
            "writes": old.writes + 1,
            "written_hash": new.written_hash,  # only the fingerprint: what the target holds is open until the bind
            "version": larger(old.version, new.version),
        },
        where=(old.version <= new.version) | unversioned | other_settings if safety().version_compare else None,
    ).returning(old.key, old.writes)


def bind(
    connector: str,
    entity: str,
    marks: Iterable[Mark],
    *,
    target_ids: Mapping[str, str],
    fields: Mapping[str, Mapping[str, Any]],
    then: Callable[[Connection], None] | None = None,
) -> None:
    """Record what was written, at once. A record that somebody else has marked since stays unsure.

    `then(connection)` is done in the same transaction: who dies after it has told everybody, who dies before nobody.
    """
    now = utcnow()
    with db.write() as connection:
        for done in marks:
            values: dict[str, Any] = {
                "written_hash": done.written_hash,
                "written_fields": json.dumps(fields.get(done.key, {}), default=str, ensure_ascii=False),
                "unsure": False,
                "written_at": now,
            }
            if target_ids.get(done.key):
                values["target_id"] = target_ids[done.key]
            connection.execute(_row(update(TABLE), connector, entity, done.key, done.writes).values(**values))
        if then is not None:
            then(connection)


def doubt(connector: str, entity: str, keys: Iterable[str]) -> None:
    """What the target holds of these is not known any more: the next attempt writes again."""
    with db.write() as connection:
        for key in keys:
            connection.execute(
                _row(update(TABLE), connector, entity, key).values(
                    unsure=True, written_hash=func.substr(TABLE.c.written_hash, 1, 8), writes=TABLE.c.writes + 1
                )
            )


def adopt(
    connector: str,
    entity: str,
    records: Mapping[str, Record],
    then: Callable[[Connection], None] | None = None,
) -> None:
    """Bind records that the target already had under the same natural key; what they hold is not known."""
    if not records:
        return
    with db.write() as connection:
        for key, record in records.items():
            target_id = getattr(record, "target_id", "") or record.key
            changed = connection.execute(_row(update(TABLE), connector, entity, key).values(target_id=target_id))
            if not changed.rowcount:
                connection.execute(
                    insert(TABLE).values(
                        connector_id=connector, entity=entity, key=key, source_id=key, target_id=target_id, unsure=True
                    )
                )
        if then is not None:
            then(connection)


def forget(connector: str, entity: str, keys: Sequence[str]) -> None:
    """Drop the bindings of records that are gone."""
    with db.write() as connection:
        for part in _chunks(keys):
            connection.execute(
                TABLE.delete().where(TABLE.c.connector_id == connector, TABLE.c.entity == entity, TABLE.c.key.in_(part))
            )


def one(connector: str, entity: str, key: str) -> Row[Any] | None:
    """The whole row of one binding, for a page."""
    with db.read() as connection:
        return connection.execute(_row(select(TABLE), connector, entity, key)).one_or_none()


def _row(statement: Any, connector: str, entity: str, key: str, writes: int | None = None) -> Any:
    statement = statement.where(TABLE.c.connector_id == connector, TABLE.c.entity == entity, TABLE.c.key == key)
    return statement if writes is None else statement.where(TABLE.c.writes == writes)


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
