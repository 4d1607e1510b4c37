"""Reference data: the lists that settings and mappings choose from, as they were when last fetched (CON-12).

A list that cannot be fetched stays as it was; a value that has gone stays too, flagged. Requests come first, then one
short write. Where both sides keep a list of one name (payment methods) the store's is called "store_<name>".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select

from connector import events
from connector.db import db, utcnow
from connector.errors import Outcome, Refused, Retry
from connector.setup.models import Connector, ReferenceValue
from connector.systems import registry
from connector.systems.base import Choice, Reference, System

TABLE = ReferenceValue.__table__
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a list. `missing`: the system no longer has it."""

    value: str
    label: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Age:
    """How many values a list has, how many of them have gone, and when it was fetched."""

    count: int
    missing: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a fetch brought: values by list, and a sentence for each list that could not be fetched."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def listed(connector_id: str) -> list[tuple[str, str, Reference]]:
    """(name here, side, list) of everything that the two systems of a connector keep, in order. Raises KeyError."""
    with db.read() as connection:
        row = connection.execute(
            select(Connector.erp, Connector.plugin).where(Connector.id == connector_id)
        ).one_or_none()
    if row is None:
        raise KeyError(connector_id)
    erp, store = registry.get(row.erp).references, registry.get(row.plugin).references
    common = {each.name for each in erp}
    return [(each.name, "erp", each) for each in erp] + [
        (_name("store", each.name, common), "store", each) for each in store
    ]


def _name(side: str, name: str, common: Iterable[str]) -> str:
    return f"store_{name}" if side == "store" and name in common else name


def load(connector_id: str, system: System, names: Sequence[str] | None = None, *, user: str = "") -> Loaded:
    """Fetch the lists of one system (or those of `names`, called as here) and keep them.

    Raises KeyError for an unknown connector; a list that cannot be fetched is a sentence in the answer.
    """
    mine = [(name, each) for name, side, each in listed(connector_id) if side == system.role]
    wanted = [(name, each) for name, each in mine if names is None or name in names]
    fetched, problems = _fetch(system, wanted)
    labels = {name: each.label for name, each in mine}
    if fetched or problems:
        with db.write() as connection:
            for name, choices in fetched.items():
                _keep(connection, connector_id, name, choices)
            _log(connection, connector_id, system, labels, fetched, problems, user)
    return Loaded({name: len(choices) for name, choices in fetched.items()}, problems)


def _fetch(system: System, wanted: Sequence[tuple[str, Reference]]) -> tuple[dict[str, list[Choice]], dict[str, str]]:
    fetched: dict[str, list[Choice]] = {}
    problems: dict[str, str] = {}
    over: Outcome | None = None  # nobody is there, or nobody lets us in: no other list will do better
    for name, each in wanted:
        try:
            if over is None:
                fetched[name] = _clean(system.reference(each.name))
        except Outcome as word:
            problems[name] = f"{word.reason} {word.help}".strip()
            if isinstance(word, Refused) or (isinstance(word, Retry) and word.away):
                over = word
        else:
            if over is not None:
                problems[name] = over.reason
    return fetched, problems


def _clean(choices: Iterable[Choice]) -> list[Choice]:
    """Each value once, as the table can keep it."""
    once: dict[str, Choice] = {}
    for choice in choices:
        value = choice.value.replace("\x00", "").strip()
        if value and len(value) <= LONGEST:
            once.setdefault(value, Choice(value, choice.label.replace("\x00", "").strip(), choice.more))
    return list(once.values())


def _keep(connection: Connection, connector_id: str, name: str, choices: Sequence[Choice]) -> None:
    """Put a fresh list in place of the old one; what has gone stays behind it, flagged."""
    connection.execute(select(Connector.id).where(Connector.id == connector_id).with_for_update())
    mine = (TABLE.c.connector_id == connector_id) & (TABLE.c.list == name)
    held = connection.execute(select(TABLE).where(mine).order_by(TABLE.c.position)).mappings().all()
    now, fresh = utcnow(), {choice.value for choice in choices}
    rows = [
        {"value": choice.value, "label": choice.label, "more": dict(choice.more), "missing": False}
        for choice in choices
    ]
    rows += [
        {"value": row["value"], "label": row["label"], "more": row["more"], "missing": True}
        for row in held
        if row["value"] not in fresh
    ]
    connection.execute(delete(TABLE).where(mine))
    if rows:
        common = {"connector_id": connector_id, "list": name, "loaded_at": now}
        connection.execute(insert(TABLE), [{**row, **common, "position": at} for at, row in enumerate(rows)])


def _log(
    connection: Connection,
    connector_id: str,
    system: System,
    labels: Mapping[str, str],
    fetched: Mapping[str, Sequence[Choice]],
    problems: Mapping[str, str],
    user: str,
) -> None:
    told = ", ".join(f"{labels[name].lower()} {len(choices)}" for name, choices in fetched.items())
    message = f"Reference data of {system.label} was fetched: {told or 'nothing'}."
    if problems:
        message += f" {len(problems)} lists could not be fetched."
    events.record(
        "Data Retrieval",
        message,
        connector_id=connector_id,
        level=events.WARNING if problems else events.INFO,
        user=user,
        details={"problems": dict(problems)},
        connection=connection,
    )


def values(connector_id: str, name: str) -> list[Value]:
    """One list as it was last fetched, in the system's order; empty when it never was."""
    query = select(TABLE.c.value, TABLE.c.label, TABLE.c.more, TABLE.c.missing)
    query = query.where(TABLE.c.connector_id == connector_id, TABLE.c.list == name).order_by(TABLE.c.position)
    with db.read() as connection:
        return [Value(*row) for row in connection.execute(query)]


def ages(connector_id: str) -> dict[str, Age]:
    """How old each list is that was ever fetched, by its name."""
    gone = func.sum(case((TABLE.c.missing.is_(True), 1), else_=0))
    query = select(TABLE.c.list, func.count(), gone, func.max(TABLE.c.loaded_at))
    query = query.where(TABLE.c.connector_id == connector_id).group_by(TABLE.c.list)
    with db.read() as connection:
        return {row[0]: Age(row[1] - row[2], row[2], row[3]) for row in connection.execute(query)}
