"""Lists that the systems keep, beside the fields that choose from them: what is known, what has vanished, Update.

A list is a help and never a fence: anything may be typed, since some lists cannot be read over the interface.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from connector.db import db
from connector.setup import references
from connector.setup.connectors import Config
from connector.setup.models import ReferenceValue
from connector.setup.settings import Section
from connector.systems import registry

TABLE = ReferenceValue.__table__


@dataclass(frozen=True, slots=True)
class Known:
    """One list as it was when last fetched. `label` is what its button calls it; `side` says who keeps it."""

    name: str
    label: str
    side: str
    system: str
    rows: tuple[Any, ...] = ()
    loaded_at: datetime | None = None

    @property
    def values(self) -> list[str]:
        return [row.value for row in self.rows]

    def gone(self, typed: Iterable[str]) -> list[str]:
        """Those of these values that the system has no more."""
        missing = {row.value for row in self.rows if row.missing}
        return [value for value in typed if value in missing]


def of(config: Config, parts: Iterable[Section]) -> dict[str, Known]:
    """Every list that these sections choose from, by name."""
    return _read(config, {setting.reference for part in parts for setting in part.settings if setting.reference})


def one(config: Config, name: str) -> Known | None:
    """One list; None when neither side keeps it."""
    return _read(config, {name}).get(name)


def keeper(config: Config, name: str) -> Known | None:
    """Which side keeps the list of that name, without its values. None when neither does."""
    return _kept(config).get(name)


def _kept(config: Config) -> dict[str, Known]:
    labels = {"erp": registry.get(config.erp).label, "store": registry.get(config.plugin).label}
    return {
        name: Known(name, reference.label, side, labels[side]) for name, side, reference in references.listed(config.id)
    }


def update(config: Config, known: Known, user: str) -> str:
    """Fetch one list anew; a sentence when that was not possible. Raises Invalid when settings are missing."""
    systems = current_app.extensions["engine"].systems(config.id)
    side = systems.erp if known.side == "erp" else systems.store
    return references.load(config.id, side, [known.name], user=user).problems.get(known.name, "")


def _read(config: Config, wanted: set[str]) -> dict[str, Known]:
    there = {name: kept for name, kept in _kept(config).items() if name in wanted}
    query = (
        select(TABLE)
        .where(TABLE.c.connector_id == config.id, TABLE.c.list.in_(there))
        .order_by(TABLE.c.list, TABLE.c.position, TABLE.c.value)
    )
    with db.read() as connection:
        rows = connection.execute(query).all() if there else []
    return {name: _filled(kept, [row for row in rows if row.list == name]) for name, kept in there.items()}


def _filled(known: Known, rows: list[Any]) -> Known:
    newest = max((row.loaded_at for row in rows), default=None)
    return Known(known.name, known.label, known.side, known.system, tuple(rows), newest)
