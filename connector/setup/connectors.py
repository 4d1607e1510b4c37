"""Connectors: read, made, saved with a line in the log for each changed setting, and built into systems.

It knows no concrete system (the registry does) and makes no request. Secrets leave it only inside
`Config.values`, for the systems; pages and logs get `masked`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from connector import events, notices
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import general as generals
from connector.setup import house, mappings, rows, schedules, schema, secrets, settings, values
from connector.setup.models import NEW
from connector.setup.rows import TABLE, Config
from connector.setup.settings import endpoints
from connector.setup.values import Edit, Sorted
from connector.systems import registry
from connector.systems.base import Gate, System

__all__ = ["Config", "Stale", "Systems"]
NOTHING = Sorted({}, {})


class Systems(NamedTuple):
    """The two sides of a connector, ready to be called."""

    erp: System
    store: System


class Stale(Exception):
    """Somebody else has saved this connector since it was read: nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has saved this connector in the meantime. Load it again, then make your change."
        )


def get(id: str) -> Config:
    """The connector of that ID. Raises KeyError."""
    with db.read() as connection:
        return rows.config(rows.find(connection, id))


def all(*, archived: bool = False) -> list[Config]:
    """Every connector that is not archived (or is), by ID."""
    query = select(TABLE).where(TABLE.c.archived.is_(archived), TABLE.c.id != house.ROW).order_by(TABLE.c.id)
    with db.read() as connection:
        found = connection.execute(query).all()
    return [rows.config(row) for row in found]


def create(
    id: str, name: str, plugin: str, given: values.Nested, user: str, *, erp: str = "acumatica", active: bool = True
) -> Config:
    """A new connector in state "new". Raises Invalid by "id", "name", "plugin" or "section.setting"."""
    with db.write() as connection:
        insert_one(connection, id, {"name": name, "active": active, "erp": erp, "plugin": plugin}, given, user)
    return get(id)


def save(
    id: str,
    given: values.Nested,
    *,
    user: str,
    revision: int,
    name: str | None = None,
    active: bool | None = None,
    also: Callable[[Connection], list[str]] | None = None,
) -> list[str]:
    """Lay `given` over the stored settings; what is not given stays, a blank secret stays too.

    Returns a sentence part for each change ("Threshold count from 25 to 10"). Nothing is written when nothing
    changed. `also` saves more in the same transaction and says what it changed. Raises KeyError, Stale when
    `revision` is not the stored one, Invalid by "section.setting".
    """
    general = {name_: value for name_, value in (("name", name), ("active", active)) if value is not None}
    with db.write() as connection:
        said = [describe(edit) for edit in update_one(connection, id, general, given, user, revision)]
        return said + (also(connection) if also else [])


def describe(edit: Edit) -> str:
    return f"{edit.label} from {edit.old} to {edit.new}"


def insert_one(connection: Connection, id: str, general: Mapping[str, Any], given: values.Nested, user: str) -> None:
    """`create` inside the caller's transaction."""
    errors = generals.errors(general) | generals.id_errors(connection, id)
    if "erp" not in errors and "plugin" not in errors:
        sections = settings.sections(general["erp"], general["plugin"])
        try:
            laid = values.lay(sections, given, NOTHING)
        except Invalid as error:
            errors |= error.errors
    if not errors:
        laid, errors = house.limit(connection, laid, given.get(house.SECTION, {}))
    if errors:
        raise Invalid(errors)
    row = {"id": id, **general, "name": str(general["name"]).strip() or id, "state": NEW, "revision": 1}
    connection.execute(insert(TABLE).values(**row, settings=laid.plain, secrets=secrets.seal(laid.secrets)))
    mappings.seed(connection, id)
    shown = values.masked(sections, laid.merged())
    _log(connection, id, user, f"Connector {id} was created.", {"plugin": general["plugin"], "settings": shown})


def update_one(
    connection: Connection,
    id: str,
    general: Mapping[str, Any],
    given: values.Nested,
    user: str,
    revision: int | None,
) -> list[Edit]:
    """`save` inside the caller's transaction; `revision` None takes whatever is stored."""
    row = rows.find(connection, id)
    if revision is not None and row.revision != revision:
        raise Stale
    sections = settings.sections(row.erp, row.plugin)
    stored = rows.stored(row)
    errors = generals.errors({"name": row.name, "active": row.active} | dict(general))
    lost = bool(row.secrets) and not stored.secrets  # what cannot be opened must not be sealed over piece by piece
    try:
        laid = values.lay(sections, given, stored, unfinished=not lost)
    except Invalid as error:
        errors |= error.errors
    if not errors:
        laid, errors = house.limit(connection, laid, given.get(house.SECTION, {}))
    if errors:
        raise Invalid(errors)
    edits = generals.edits(row, general) + values.compare(sections, stored, laid)
    if not edits and row.settings == laid.plain:
        return []
    changed: dict[str, Any] = {
        "settings": laid.plain,
        "secrets": secrets.seal(laid.secrets),
        **generals.stripped(general),
    }
    if any(edit.field.startswith(("erp.", "store.")) for edit in edits):
        changed |= {"attention": "", "attention_at": None}  # other credentials are worth another call
        _tell(connection, id, "")
    connection.execute(
        update(TABLE).where(TABLE.c.id == id).values(**changed, revision=row.revision + 1, updated_at=utcnow())
    )
    for edit in edits:
        _log(connection, id, user, f"{edit.field}: {describe(edit)}.", edit._asdict())
    if row.state != NEW:  # an entity that was ticked just now has no schedules yet
        schedules.add_missing(connection, id, active=True)
    return edits


def masked(config: Config) -> dict[str, dict[str, Any]]:
    """All values by section, each secret that is set as `values.MASK`."""
    return values.masked(settings.sections(config.erp, config.plugin), config.values)


def build(
    config: Config,
    gates: Callable[[str, int, int], Gate],
    *,
    overrides: values.Nested | None = None,
) -> Systems:
    """Both systems of a connector. `gates(system, parallel, per_minute)` paces them; 0 a minute is no limit.

    `overrides` are values that are typed but not saved (Test Connection). Raises Invalid by "section.setting",
    KeyError or ImportError when a system is not in this house.
    """
    laid = values.lay(settings.sections(config.erp, config.plugin), overrides or {}, rows.sorted_again(config))
    merged = laid.merged()
    preferences = _preferences(config, merged)
    systems = Systems(*(_system(name, side, merged, preferences, gates) for side, name in _sides(config)))
    systems.store.fetch = systems.erp.download  # pictures: the store asks for the bytes that it has not got
    return systems


def _sides(config: Config) -> tuple[tuple[str, str], ...]:
    return ("erp", config.erp), ("store", config.plugin)


def _preferences(config: Config, merged: dict[str, Any]) -> dict[str, Any]:
    """What both systems may know of the connector's own settings: everything but its connections and secrets."""
    apart = ("erp", "store", *endpoints.SIDES.values())
    others = {section: named for section, named in merged.items() if section not in apart}
    if "push" in others:  # the names of the queries, not the secret
        others["push"] = {name: value for name, value in others["push"].items() if name != "secret"}
    return others | {
        "endpoints": endpoints.overrides(merged),
        "schema": schema.active(config.id),
        "connector": {"id": config.id, "name": config.name},
    }


def _system(
    name: str, side: str, merged: dict[str, Any], preferences: dict[str, Any], gates: Callable[[str, int, int], Gate]
) -> System:
    kind, mine = registry.get(name), merged.get(side, {})
    mine = {setting.name: mine.get(setting.name, "") for setting in kind.settings}
    parallel = int(mine.get("parallel") or kind.capabilities.parallel)
    gate = gates(name, parallel, int(mine.get("requests_per_minute") or 0))
    return kind(mine, gate=gate, preferences=preferences)


def need_attention(id: str, text: str) -> None:
    """The connector stops calling until a person has looked: `text` says why. Logged once."""
    _attend(id, text.strip() or "The connector needs attention.", events.ERROR)


def clear_attention(id: str) -> None:
    """The reason is gone: calls go on."""
    _attend(id, "", events.INFO)


def _attend(id: str, text: str, level: str) -> None:
    query = update(TABLE).where(TABLE.c.id == id, TABLE.c.attention != text)
    with db.write() as connection:
        changed = connection.execute(query.values(attention=text, attention_at=utcnow() if text else None)).rowcount
        if changed:
            message = text or "The connector needs no attention any more."
            events.record("Configuration", message, connector_id=id, level=level, connection=connection)
            _tell(connection, id, text)


def _tell(connection: Connection, id: str, text: str) -> None:
    """The bell says that a connector needs a person, until it needs none."""
    if text:
        link = f"/connectors/{id}/settings/connection"
        told: dict[str, Any] = {"connector_id": id, "level": events.ERROR, "link": link, "connection": connection}
        notices.tell(f"The connector has stopped calling. {text}", key=f"attention/{id}", **told)
    else:
        notices.end(f"attention/{id}", connection=connection)


def reseal(user: str) -> int:
    """Seal the secrets of every connector with the first key. Returns how many; raises secrets.Unreadable."""
    with db.write() as connection:
        sealed = connection.execute(select(TABLE.c.id, TABLE.c.secrets).where(TABLE.c.secrets != "")).all()
        for row in sealed:
            fresh = secrets.seal(secrets.open(row.secrets))
            connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(secrets=fresh))
            _log(connection, row.id, user, "The secrets were sealed with the newest key.", {})
    return len(sealed)


def _log(connection: Connection, id: str, user: str, message: str, details: dict[str, Any]) -> None:
    events.record("Configuration", message, connector_id=id, user=user, details=details, connection=connection)
