"""The set-up guide as data: what has to be made in the ERP for this connector, definition by definition.

The page only draws it, and the package (`package.py`) is built from the same data. The secret is not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from connector.db import db
from connector.records import ERP_TO_STORE
from connector.setup.inquiries import FIELDS, INQUIRIES, Column, Inquiry
from connector.setup.models import SchemaField
from connector.setup.rows import Config

ATTRIBUTE = "Attributes/"
SCHEMA_OF = {"product": "product", "category": "category", "customer": "customer"}  # inquiry -> entity of the schema


@dataclass(frozen=True, slots=True)
class Named:
    """An inquiry under the name that this connector listens to; `unnamed` are active fields without a known column."""

    name: str
    inquiry: Inquiry
    unnamed: tuple[str, ...] = ()

    @property
    def entity(self) -> str:
        return self.inquiry.entity

    @property
    def tracked(self) -> tuple[Column, ...]:
        return tuple(column for column in self.inquiry.columns if column.tracked)


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything that a person enters in the ERP. `unticked` are pushed entities that this connector does not sync."""

    connector_id: str
    notification: str
    address: str
    header: str
    has_secret: bool
    inquiries: tuple[Named, ...]
    unticked: tuple[str, ...]


def make(config: Config, address: str) -> Guide:
    """The guide of a connector; `address` is where its notifications go."""
    push, active = config.section("push"), active_fields(config.id)
    wanted = [inquiry for inquiry in INQUIRIES if _query(push, inquiry.entity)]
    return Guide(
        connector_id=config.id,
        notification=f"Commerce Connector {config.id}",
        address=address,
        header=str(push.get("header") or "X-Connector-Secret"),
        has_secret=bool(push.get("secret")),
        inquiries=tuple(
            _with_active(Named(_query(push, one.entity), one), active.get(SCHEMA_OF.get(one.entity, ""), ()))
            for one in wanted
            if _travels(config, one.entity)
        ),
        unticked=tuple(one.entity for one in wanted if not _travels(config, one.entity)),
    )


def _travels(config: Config, entity: str) -> bool:
    return config.enabled(entity) and config.flows(entity, ERP_TO_STORE)


def _query(push: Mapping[str, object], entity: str) -> str:
    return str(push.get(f"{entity}_query") or "").strip()


def active_fields(connector_id: str) -> dict[str, list[str]]:
    """The names of the active ERP fields by entity: a change of one of them has to travel."""
    columns = SchemaField.__table__.c
    query = (
        select(columns.entity, columns.name)
        .where(columns.connector_id == connector_id, columns.side == "erp")
        .where(columns.active.is_(True), columns.missing.is_(False))
        .order_by(columns.entity, columns.position, columns.name)
    )
    found: dict[str, list[str]] = {}
    with db.read() as connection:
        for entity, name in connection.execute(query):
            found.setdefault(entity, []).append(name)
    return found


def _with_active(named: Named, fields: Iterable[str]) -> Named:
    """The inquiry with a column for each active field whose place in the main table is known."""
    inquiry, known = named.inquiry, FIELDS.get(named.entity, {})
    main = inquiry.tables[0].alias
    there = {column.name for column in inquiry.columns}
    extra, unnamed = [], []
    for name in fields:
        if name in there:
            continue
        if name.startswith(ATTRIBUTE):
            code = name.removeprefix(ATTRIBUTE)
            extra.append(Column(main, f"{code}_Attributes", code))
        elif name in known:
            extra.append(Column(main, known[name], name))
        else:
            unnamed.append(name)
    return replace(named, inquiry=replace(inquiry, columns=(*inquiry.columns, *extra)), unnamed=tuple(unnamed))
