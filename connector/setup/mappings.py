"""Mappings of a connector: read, checked and saved as a whole, with a version before every change (MAP).

A save says what changed, row by row, in the log. It knows no page and no system; what a row means is
`systems/mapping`, what a kind has is `kinds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import kinds, mapping_checks, recommended, stamps
from connector.setup.kinds import Kind
from connector.setup.models import Connector, MappingRow, MappingVersion

TABLE, VERSIONS = MappingRow.__table__, MappingVersion.__table__
COLUMNS = ("store", "erp", "scope", "direction", "use_in", "active", "more")
Rows = list[dict[str, Any]]
MOST_VERSIONS = 200  # of one kind: older ones go


def rows(connector_id: str) -> dict[str, Rows]:
    """{kind: active rows in their order} of a connector: what the sync room translates by."""
    found: dict[str, Rows] = {kind.name: [] for kind in kinds.KINDS}
    query = select(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.active.is_(True))
    with db.read() as connection:
        for row in connection.execute(query.order_by(TABLE.c.kind, TABLE.c.position)).mappings():
            if row["kind"] in found:
                found[row["kind"]].append({name: row[name] for name in COLUMNS if name != "active"})
    return found


def of(connector_id: str, kind: str) -> Rows:
    """All rows of one mapping, those that are switched off too."""
    with db.read() as connection:
        return _stored(connection, connector_id, kind)


def _stored(connection: Connection, connector_id: str, kind: str) -> Rows:
    query = select(*(TABLE.c[name] for name in COLUMNS))
    query = query.where(TABLE.c.connector_id == connector_id, TABLE.c.kind == kind).order_by(TABLE.c.position)
    return [dict(row) for row in connection.execute(query).mappings()]


def stamp(found: Sequence[Mapping[str, Any]]) -> str:
    """What guards two editors of a mapping."""
    return stamps.stamp([dict(row) for row in found])


def save(
    connector_id: str,
    kind: str,
    given: Iterable[Mapping[str, Any]],
    user: str,
    based_on: str | None = None,
    *,
    note: str = "",
) -> list[str]:
    """Make exactly these the rows of a mapping; returns the changes in words, none when nothing differs.

    Raises KeyError for an unknown connector or kind, Stale when `based_on` is not the stamp of what is stored (None
    does not ask), Invalid by "<row>.<column>".
    """
    with db.write() as connection:
        return save_in(connection, connector_id, kind, given, user, based_on, note=note)


def save_in(
    connection: Connection,
    connector_id: str,
    kind: str,
    given: Iterable[Mapping[str, Any]],
    user: str,
    based_on: str | None = None,
    *,
    note: str = "",
) -> list[str]:
    """`save` inside the caller's transaction."""
    which = kinds.find(kind)
    connection.execute(select(Connector.id).where(Connector.id == connector_id).with_for_update())
    old = _stored(connection, connector_id, kind)
    if based_on is not None and stamp(old) != based_on:
        raise stamps.Stale
    new = [mapping_checks.cleaned(which, row) for row in given]
    wrong = mapping_checks.errors(which, new)
    if wrong:
        raise Invalid(wrong)
    said = changes(which, old, new)
    if said:
        stamps.touch(connection, connector_id)
        _keep_version(connection, connector_id, kind, old, user, note or f"before: {said[0]}"[:500])
        _put(connection, connector_id, kind, new)
        for text in said:
            events.record(
                "Configuration", f"{which.title} mapping, {text}.", connector_id=connector_id, user=user,
                details={"mapping": kind}, connection=connection,
            )  # fmt: skip
    return said


def _put(connection: Connection, connector_id: str, kind: str, new: Rows) -> None:
    connection.execute(delete(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.kind == kind))
    if new:
        common = {"connector_id": connector_id, "kind": kind}
        connection.execute(insert(TABLE), [{**row, **common, "position": at} for at, row in enumerate(new)])


def changes(kind: Kind, old: Rows, new: Rows) -> list[str]:
    """What differs, a sentence part for each row that came, went or changed; many of one sort are counted."""
    before, after = {_name(kind, row): row for row in old}, {_name(kind, row): row for row in new}
    came = [f"{name} added" for name in after if name not in before]
    went = [f"{name} deleted" for name in before if name not in after]
    changed = [
        f"{name} changed: {_difference(before[name], row)}"
        for name, row in after.items()
        if name in before and before[name] != row
    ]
    said = came + went + changed
    if not said and old != new:
        return ["the order of the rows changed"]
    return said if len(said) <= 50 else [f"{len(came)} rows added, {len(went)} deleted, {len(changed)} changed"]


def _name(kind: Kind, row: Mapping[str, Any]) -> str:
    """What a person calls a row: the columns that may stand once, and its store view."""
    columns = kind.once[0] if kind.name != "customer_group" else ("store", "erp", "price_class")
    parts = [str(value) for name in columns if (value := mapping_checks.value_of(row, name))]
    return " / ".join(parts) + (f" ({row['scope']})" if row["scope"] else "")


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name} from {_shown(old[name])} to {_shown(new[name])}" for name in COLUMNS if old[name] != new[name]
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())[:300] or "(none)"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)[:120] or "(none)"


# --- versions -----------------------------------------------------------------------------------------


def _keep_version(connection: Connection, connector_id: str, kind: str, old: Rows, user: str, note: str) -> None:
    row = {"connector_id": connector_id, "kind": kind, "at": utcnow(), "user": user, "note": note, "rows": old}
    connection.execute(insert(VERSIONS).values(**row))
    mine = (VERSIONS.c.connector_id == connector_id) & (VERSIONS.c.kind == kind)
    oldest = select(VERSIONS.c.id).where(mine).order_by(VERSIONS.c.id.desc()).offset(MOST_VERSIONS).limit(1)
    number = connection.execute(oldest).scalar_one_or_none()
    if number is not None:
        connection.execute(delete(VERSIONS).where(mine, VERSIONS.c.id <= number))


def versions(connector_id: str, kind: str, limit: int = 20) -> list[Mapping[str, Any]]:
    """What the mapping was before each change, newest first: id, at, user, note, rows."""
    query = select(VERSIONS).where(VERSIONS.c.connector_id == connector_id, VERSIONS.c.kind == kind)
    with db.read() as connection:
        return list(connection.execute(query.order_by(VERSIONS.c.id.desc()).limit(limit)).mappings())  # type: ignore[arg-type]


def restore(connector_id: str, kind: str, version: int, user: str, based_on: str | None = None) -> list[str]:
    """Put the rows of a version back. Raises KeyError for a version that is not of this mapping, Stale, Invalid."""
    query = select(VERSIONS.c.rows, VERSIONS.c.at).where(
        VERSIONS.c.id == version, VERSIONS.c.connector_id == connector_id, VERSIONS.c.kind == kind
    )
    with db.read() as connection:
        found = connection.execute(query).one_or_none()
    if found is None:
        raise KeyError(version)
    note = f"before the restore of the version of {found.at:%Y-%m-%d %H:%M:%S} UTC"
    return save(connector_id, kind, found.rows, user, based_on, note=note)


def recommend(connector_id: str, kind: str, user: str, based_on: str | None = None) -> list[str]:
    """Put the recommended rows in place of what is there (MAP-03); the version before it is the way back."""
    rows_ = recommended.rows(kind)
    if not rows_:
        raise KeyError(kind)
    return save(connector_id, kind, rows_, user, based_on, note="before the recommended mapping")


def seed(connection: Connection, connector_id: str) -> None:
    """The rows that every new connector starts with: the order statuses, both ways (MAP-19)."""
    for kind in recommended.SEEDED:
        _put(
            connection,
            connector_id,
            kind,
            [mapping_checks.cleaned(kinds.find(kind), r) for r in recommended.rows(kind)],
        )


# --- configuration as code ----------------------------------------------------------------------------


def export(connector_id: str) -> dict[str, Rows]:
    """Every mapping that has rows, as plain values that `import_` takes back; defaults are left out."""
    with db.read() as connection:
        found = {kind.name: _stored(connection, connector_id, kind.name) for kind in kinds.KINDS}
    return {name: [_short(row) for row in mine] for name, mine in found.items() if mine}


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"scope": "", "use_in": "both", "active": True, "more": {}}
    return {name: row[name] for name in COLUMNS if row[name] != usual.get(name)}


def import_(
    connector_id: str, data: Mapping[str, Any], user: str, *, connection: Connection | None = None
) -> list[str]:
    """Make these the rows of the mappings that `data` names; what is there already changes nothing.

    Returns the changes in words. Raises KeyError, and Invalid by "mappings.<kind>" or "mappings.<kind>.<row>.<column>".
    """
    errors: dict[str, str] = {}
    said: list[str] = []
    with nullcontext(connection) if connection is not None else db.write() as writing:
        for kind, given in data.items():
            name = f"mappings.{str(kind)[:40]}"
            if kind not in kinds.BY_NAME:
                errors[name] = "There is no such mapping."
            elif not isinstance(given, list | tuple) or not all(isinstance(row, Mapping) for row in given):
                errors[name] = "A mapping is a list of rows."
            else:
                try:
                    done = save_in(writing, connector_id, kind, given, user, note="before an import")
                    said += [f"{kind}: {text}" for text in done]
                except Invalid as error:
                    errors |= {f"{name}.{place}": text for place, text in error.errors.items()}
        if errors:
            raise Invalid(errors)
    return said
