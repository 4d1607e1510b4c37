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
PROVISIONAL = "store:"  # + the store's id: the key of what came from the store, until the ERP has made one
CHUNK = 200  # rows of one statement: SQLite allows 32,766 parameters, older builds 999


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding as read: `sure` is False when the last write's outcome is not known."""

    key: str
    target_id: str
    written_hash: str
    version: int
    sure: bool
    source_state: str = ""  # JSON, read only where asked for: what the ERP said at the last sync
    target_state: str = ""  # and the store
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """The right to bind one record: what is to be written, and the number that says we were the last."""

    key: str
    written_hash: str
    version: int
    writes: int


def get_many(connector: str, entity: str, keys: Sequence[str], *, states: bool = False) -> dict[str, Bound]:
    """The bindings of these keys; keys without one are absent. `states` reads the two long columns too."""
    return {bound.key: bound for bound in _read(connector, entity, TABLE.c.key, keys, states)}


def by_target(connector: str, entity: str, ids: Sequence[str], *, states: bool = False) -> dict[str, Bound]:
    """The bindings of these ids in the target, by that id; unknown ids are absent."""
    return {bound.target_id: bound for bound in _read(connector, entity, TABLE.c.target_id, ids, states)}


def _read(connector: str, entity: str, column: Any, values: Sequence[str], states: bool) -> Iterable[Bound]:
    columns = TABLE.c
    wanted = [columns.key, columns.target_id, columns.written_hash, columns.version, columns.unsure]
    if states:
        wanted += [columns.source_state, columns.target_state, columns.source_id]
    with db.read() as connection:
        for part in _chunks(values):
            rows = connection.execute(
                select(*wanted).where(columns.connector_id == connector, columns.entity == entity, column.in_(part))
            )
            for row in rows:
                more = [value or "" for value in row[5:]]
                yield Bound(row[0], row[1], row[2], row[3], not row[4], *more)


def told(connector: str, entity: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the target was told last of these records, by key; keys without a binding are absent."""
    found: dict[str, dict[str, Any]] = {}
    with db.read() as connection:
        for part in _chunks(keys):
            query = select(TABLE.c.key, TABLE.c.written_fields).where(
                TABLE.c.connector_id == connector, TABLE.c.entity == entity, TABLE.c.key.in_(part)
            )
            found |= {key: json.loads(text) for key, text in connection.execute(query)}
    return found


def mark(
    connector: str,
    entity: str,
    hashes: Mapping[str, str],
    versions: Mapping[str, int],
    *,
    target_ids: Mapping[str, str] | None = None,
    source_ids: Mapping[str, str] | None = None,
) -> dict[str, Mark]:
    """Say that these records are about to be written. Keys whose binding is newer are absent in the answer.

    `target_ids` and `source_ids` are put into rows that are new: who travels from the store knows the store's id.

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
                "target_id": (target_ids or {}).get(key, ""),
                "source_id": (source_ids or {}).get(key, key),
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
    states: Mapping[str, tuple[str, str]] | None = None,
    renamed: Mapping[str, str] | None = None,
    first: Callable[[Connection], None] | None = None,
    then: Callable[[Connection], None] | None = None,
) -> None:
    """Record what was written, at once. A record that somebody else has marked since stays unsure.

    `states` are the two columns of that name; `renamed` gives a row the key that the ERP has now made.
    `first(connection)` sees what the rows still say, in the same transaction.
    `then(connection)` is done in the same transaction: who dies after it has told everybody, who dies before nobody.
    """
    now = utcnow()
    with db.write() as connection:
        if first is not None:
            first(connection)
        for done in marks:
            values: dict[str, Any] = {
                "written_hash": done.written_hash,
                "written_fields": json.dumps(fields.get(done.key, {}), default=str, ensure_ascii=False),
                "unsure": False,
                "written_at": now,
            }
            if target_ids.get(done.key):
                values["target_id"] = target_ids[done.key]
            if states and done.key in states:
                values["source_state"], values["target_state"] = states[done.key]
            key = (renamed or {}).get(done.key, done.key)
            if key != done.key:  # somebody may have bound the pair under its proper key meanwhile: that row is older
                connection.execute(TABLE.delete().where(*_where(connector, entity, key)))
                values["key"] = key
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
    records: Mapping[str, Record] | Mapping[str, str],
    then: Callable[[Connection], None] | None = None,
    *,
    sure: bool = False,
) -> None:
    """Bind records (or ids) that the target already had under the same natural key; what they hold is not known.

    `sure`: it does not matter what they hold, because such a record is made once and never written again.
    """
    if not records:
        return
    with db.write() as connection:
        for key, record in records.items():
            target_id = record if isinstance(record, str) else getattr(record, "target_id", "") or record.key
            values = {"target_id": target_id} | ({"unsure": False} if sure else {})
            changed = connection.execute(_row(update(TABLE), connector, entity, key).values(**values))
            if not changed.rowcount:
                row = {"connector_id": connector, "entity": entity, "key": key, "source_id": key}
                connection.execute(insert(TABLE).values(**row, target_id=target_id, unsure=not sure))
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


def remember(connector: str, entity: str, key: str, source_state: str, target_state: str) -> None:
    """Both sides have been seen to be in step, and this is what they say: nothing was written."""
    with db.write() as connection:
        values = {"source_state": source_state, "target_state": target_state}
        connection.execute(_row(update(TABLE), connector, entity, key).values(**values))


def rename(connector: str, entity: str, old: str, new: str) -> None:
    """A record that came from the store has been found in the ERP: its row gets the ERP's key, or makes room for it."""
    with db.write() as connection:
        there = connection.execute(_row(select(TABLE.c.key), connector, entity, new)).first()
        statement = TABLE.delete().where(*_where(connector, entity, old)) if there else None
        if statement is None:
            statement = _row(update(TABLE), connector, entity, old).values(key=new)
        connection.execute(statement)


def leave_out(connector: str, entity: str, keys: Iterable[str]) -> None:
    """These records are kept out of the target on purpose: who depends on them need not wait."""
    now = utcnow()
    with db.write() as connection:
        for key in keys:
            row = {"connector_id": connector, "entity": entity, "key": key, "source_id": key, "unsure": False}
            insert_row: Any = (sqlite if db.sqlite else postgresql).insert(TABLE)
            connection.execute(
                insert_row.values(**row, written_at=now).on_conflict_do_update(
                    index_elements=[TABLE.c.connector_id, TABLE.c.entity, TABLE.c.key],
                    set_={"unsure": False},
                    where=TABLE.c.target_id == "",
                )
            )


def _where(connector: str, entity: str, key: str) -> tuple[Any, ...]:
    return (TABLE.c.connector_id == connector, TABLE.c.entity == entity, TABLE.c.key == key)


def _row(statement: Any, connector: str, entity: str, key: str, writes: int | None = None) -> Any:
    statement = statement.where(*_where(connector, entity, key))
    return statement if writes is None else statement.where(TABLE.c.writes == writes)


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
