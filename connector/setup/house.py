"""Which features the whole house offers: no connector may have one that is off here (CFG-17).

The list stands in the table of connectors, in an archived row whose ID no connector can have, so that no page, no
schedule and no worker ever meets it. Switching a feature off takes its tick away in every connector, in the same
transaction and with a line in each one's log; switching it on again leaves their ticks to the connectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.setup.models import NEW
from connector.setup.rows import ID, TABLE
from connector.setup.settings import FEATURES
from connector.setup.values import Sorted

ROW = "_house"  # begins with a letter that rows.ID forbids
SECTION = "features"


class Offer(NamedTuple):
    """The features of the house, and the revision that guards two editors."""

    features: dict[str, bool]
    revision: int


class Changed(Exception):
    """Somebody else has saved the list since it was read."""


def get() -> Offer:
    """What the house offers now: everything, until somebody switches something off."""
    with db.read() as connection:
        return read(connection)


def read(connection: Connection) -> Offer:
    """`get` inside the caller's transaction."""
    row = connection.execute(select(TABLE.c.settings, TABLE.c.revision).where(TABLE.c.id == ROW)).one_or_none()
    stored = row.settings.get(SECTION, {}) if row else {}
    return Offer({name: bool(stored.get(name, True)) for name in FEATURES}, row.revision if row else 0)


def save(features: Mapping[str, bool], *, user: str, revision: int) -> list[str]:
    """Offer just these; features that are not named stay. Returns the changes in words. Raises Changed."""
    with db.write() as connection:
        offer = read(connection)
        if offer.revision != revision:
            raise Changed
        wanted = offer.features | {name: bool(on) for name, on in features.items() if name in FEATURES}
        changes = [name for name in FEATURES if wanted[name] != offer.features[name]]
        if changes:
            _store(connection, wanted, revision)
            for name in changes:
                _tell(connection, "", user, name, wanted[name])
            _take_away(connection, [name for name in changes if not wanted[name]], user)
    return [f"{FEATURES[name]} {'on' if wanted[name] else 'off'}" for name in changes]


def limit(connection: Connection, laid: Sorted, given: Any) -> tuple[Sorted, dict[str, str]]:
    """A connector's values without the features that the house does not offer.

    A sentence for each one that was asked for, by "features.name"; what was not asked for goes off silently (a
    new connector's defaults).
    """
    offer = read(connection).features
    mine = laid.plain.get(SECTION, {})
    beyond = [name for name, on in mine.items() if on and not offer.get(name, True)]
    asked = given if isinstance(given, Mapping) else {}
    errors = {
        f"{SECTION}.{name}": f"{FEATURES[name]} is switched off for the whole house."
        for name in beyond
        if asked.get(name)
    }
    less = {**mine, **dict.fromkeys(beyond, False)}
    return Sorted({**laid.plain, SECTION: less}, laid.secrets), errors


def _store(connection: Connection, wanted: dict[str, bool], revision: int) -> None:
    values: dict[str, Any] = {"settings": {SECTION: wanted}, "revision": revision + 1, "updated_at": utcnow()}
    if revision:
        connection.execute(update(TABLE).where(TABLE.c.id == ROW).values(**values))
        return
    row = {"id": ROW, "name": "", "active": False, "archived": True, "erp": "", "plugin": "", "state": NEW}
    connection.execute(insert(TABLE).values(**row, **values, secrets=""))


def _take_away(connection: Connection, features: list[str], user: str) -> None:
    for row in connection.execute(select(TABLE.c.id, TABLE.c.settings, TABLE.c.revision)).all():
        mine = row.settings.get(SECTION, {})
        gone = [name for name in features if mine.get(name, True)]
        if not gone or not ID.fullmatch(row.id):
            continue
        kept = {**row.settings, SECTION: {**mine, **dict.fromkeys(gone, False)}}
        change = {"settings": kept, "revision": row.revision + 1, "updated_at": utcnow()}
        connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(**change))
        for name in gone:
            _tell(connection, row.id, user, name, False)


def _tell(connection: Connection, id: str, user: str, name: str, on: bool) -> None:
    old, new = ("off", "on") if on else ("on", "off")
    where = f"{SECTION}.{name}" if id else f"house.{SECTION}.{name}"
    text = f"{where}: {FEATURES[name]} from {old} to {new}" + ("." if id else " for the whole house.")
    edit = {"field": where, "label": FEATURES[name], "old": old, "new": new}
    events.record("Configuration", text, connector_id=id, user=user, details=edit, connection=connection)
