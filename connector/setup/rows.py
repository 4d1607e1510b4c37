"""Rows of the connector table as values: `Config`, with the secrets opened. It writes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from connector.setup import scopes, secrets, settings
from connector.setup.models import Connector
from connector.setup.values import Sorted

TABLE = Connector.__table__
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Config:
    """One connector as it is configured now. `values` holds opened secrets and is left out of the repr."""

    id: str
    name: str
    active: bool
    erp: str
    plugin: str
    state: str
    attention: str
    revision: int
    values: dict[str, dict[str, Any]] = field(repr=False)
    last_action: str = ""
    last_action_by: str = ""
    last_action_at: datetime | None = None
    archived: bool = False

    def section(self, name: str) -> dict[str, Any]:
        """The values of one section, empty when there is none of that name."""
        return self.values.get(name, {})

    def scoped(self, view: str, section: str, name: str) -> Any:
        """One value as that store view has it; "" is no view (CON-10). None when there is no such setting."""
        return scopes.for_view(self.values, view, section).get(name)

    def enabled(self, entity: str) -> bool:
        """Whether this entity is ticked under Individual Sync Status (LIF-18) and its feature too (CFG-17).

        Of price and inventory one may be left out by what their common sync sends (SYN-12).
        """
        feature = settings.FEATURE_OF.get(entity, "")
        only = self.section("stock_price").get("what", "both")
        if entity in ("price", "inventory") and only not in ("both", entity):
            return False
        return bool(self.section("entities").get(entity)) and bool(self.section("features").get(feature, True))

    def flows(self, entity: str, direction: str) -> bool:
        """Whether an entity may travel in this direction; those without a setting go the one way that they have."""
        way = self.section("direction").get(entity)
        return not way or way in ("both", direction)


def find(connection: Connection, id: str) -> Row[Any]:
    """The row of that ID. Raises KeyError, for what cannot be an ID too."""
    possible = isinstance(id, str) and ID.fullmatch(id)
    row = connection.execute(select(TABLE).where(TABLE.c.id == id)).one_or_none() if possible else None
    if row is None:
        raise KeyError(id)
    return row


def stored(row: Row[Any]) -> Sorted:
    """What the row holds. Secrets that cannot be opened are missing: they have to be typed again."""
    try:
        return Sorted(row.settings, secrets.open(row.secrets))
    except secrets.Unreadable:
        return Sorted(row.settings, {})


def config(row: Row[Any]) -> Config:
    """The row as a value."""
    held = stored(row)
    lost = bool(row.secrets) and not held.secrets
    return Config(
        id=row.id,
        name=row.name,
        active=row.active,
        erp=row.erp,
        plugin=row.plugin,
        state=row.state,
        attention=row.attention or (str(secrets.Unreadable()) if lost else ""),
        revision=row.revision,
        values=_with_defaults(row, held),
        last_action=row.last_action,
        last_action_by=row.last_action_by,
        last_action_at=row.last_action_at,
        archived=row.archived,
    )


def _with_defaults(row: Row[Any], held: Sorted) -> dict[str, dict[str, Any]]:
    merged = held.merged()
    try:
        sections = settings.sections(row.erp, row.plugin)
    except (KeyError, ImportError):
        return merged  # the system's folder was taken out: its values are kept for when it is back
    return scopes.held(held.plain) | {
        section.name: {
            setting.name: merged.get(section.name, {}).get(setting.name, setting.default)
            for setting in section.settings
        }
        for section in sections
    }


def sorted_again(config: Config) -> Sorted:
    """The values of a Config, secrets apart from the others."""
    plain: dict[str, dict[str, Any]] = {}
    hidden: dict[str, str] = {}
    for section in settings.sections(config.erp, config.plugin):
        mine = config.section(section.name)
        plain[section.name] = {s.name: mine.get(s.name) for s in section.settings if not s.secret}
        hidden |= {f"{section.name}.{s.name}": mine[s.name] for s in section.settings if s.secret and mine.get(s.name)}
    return Sorted({**plain, **scopes.held(config.values)}, hidden)
