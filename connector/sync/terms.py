"""Other names under which a record is looked for: e-mail addresses, the numbers of both systems, tracking numbers.

A row for each (name, record), learned whenever a record is read from its source, so that an order that fails is found
by its buyer's address too. Names are kept folded to small letters; they are looked up by the primary key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from connector.db import db
from connector.records import CreditMemo, Customer, Invoice, Order, OrderStatus, Record, Shipment
from connector.sync.bindings import PROVISIONAL
from connector.sync.models import Binding, SearchTerm

LONGEST = 200
BINDINGS: Any = Binding.__table__


TABLE: Any = SearchTerm.__table__


class Found(NamedTuple):
    """One record that bears the name, and what kind of name it is: key, id, name."""

    connector: str
    entity: str
    key: str
    by: str


def folded(text: str) -> str:
    """A name as it is kept."""
    return " ".join(text.split()).casefold()


def names(record: Record) -> set[str]:
    """What a record is looked for by, besides its key and its id in the target."""
    found: list[str] = []
    if isinstance(record, Customer):
        found = [record.email]
    elif isinstance(record, Order):
        found = [record.customer_email, record.number, record.store_id, record.reference, record.erp_number]
        found += [record.key.partition("/")[2]]
    elif isinstance(record, OrderStatus):
        found = [record.number, record.key.partition("/")[2]]
    elif isinstance(record, Shipment):
        found = [record.number, record.order, record.order.partition("/")[2], record.shipment]
        found += [track.number for track in record.tracks]
    elif isinstance(record, Invoice):
        found = [record.number, record.order, record.order.partition("/")[2], record.key.partition("/")[2]]
    elif isinstance(record, CreditMemo):
        found = [record.number, record.reference]
    return {folded(name) for name in found if name and len(name) <= LONGEST} - {folded(record.key)}


def learn(connector: str, entity: str, records: Mapping[str, Record]) -> None:
    """Keep the names of these records. Nothing is written when all of them are known."""
    add(connector, entity, {(name, key) for key, record in records.items() for name in names(record)})


def bound(connector: str, entity: str, ids: Mapping[str, str]) -> None:
    """The target's id of each key was learned: its last part is a name too ("SO/SO004711" is SO004711)."""
    add(connector, entity, {(folded(id.rpartition("/")[2]), key) for key, id in ids.items() if "/" in id})


def add(connector: str, entity: str, wanted: Iterable[tuple[str, str]]) -> None:
    """Keep these (name, key)."""
    rows = sorted(wanted)
    if not rows:
        return
    c = TABLE.c
    known = select(c.term, c.key).where(
        c.connector_id == connector, c.entity == entity, c.term.in_({name for name, _ in rows})
    )
    with db.read() as connection:
        there = {(row.term, row.key) for row in connection.execute(known)}
    new = [row for row in rows if row not in there]
    if new:
        insert: Any = (sqlite if db.sqlite else postgresql).insert(TABLE)
        values = [{"term": name, "connector_id": connector, "entity": entity, "key": key} for name, key in new]
        with db.write() as connection:
            connection.execute(insert.on_conflict_do_nothing(), values)


def by_name(text: str, limit: int) -> list[Found]:
    """Records that bear this name."""
    c = TABLE.c
    query = select(c.connector_id, c.entity, c.key).where(c.term == folded(text)[:LONGEST]).limit(limit)
    with db.read() as connection:
        return [Found(row[0], row[1], row[2], "name") for row in connection.execute(query)]


def by_binding(texts: Sequence[str], connectors: Sequence[str], entities: Sequence[str], limit: int) -> list[Found]:
    """Records that are bound under one of these keys, or to one of these ids in the target."""
    c = BINDINGS.c
    found: list[Found] = []
    with db.read() as connection:
        for column, by in ((c.key, "key"), (c.target_id, "id")):
            query = select(c.connector_id, c.entity, c.key).where(
                c.connector_id.in_(connectors), c.entity.in_(entities), column.in_(texts)
            )
            found += [Found(row[0], row[1], row[2], by) for row in connection.execute(query.limit(limit))]
    return [each for each in found if not each.key.startswith(PROVISIONAL)]


def keys_of(ids: Sequence[str], connectors: Sequence[str], entities: Sequence[str]) -> dict[tuple[str, str, str], str]:
    """The keys of what is bound to these ids in the target, by (connector, entity, id)."""
    c = BINDINGS.c
    query = select(c.connector_id, c.entity, c.target_id, c.key).where(
        c.connector_id.in_(connectors), c.entity.in_(entities), c.target_id.in_(ids)
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
    return {(row[0], row[1], row[2]): row[3] for row in rows if not row[3].startswith(PROVISIONAL)}
