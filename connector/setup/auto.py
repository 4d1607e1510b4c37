"""Auto Cron of an entity: on or off, a start time and a frequency, kept as the cron expression of its poll.

One stored value (CONFLICTS 36): what is chosen here shows on the Schedulers page, and an expression that was
typed there shows here as "custom". It starts nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from connector import events
from connector.db import db
from connector.errors import Invalid
from connector.setup import cron, schedules
from connector.setup.schedules import POLL, TABLE

OFF_TIME = "00:00:00"


@dataclass(frozen=True, slots=True)
class Auto:
    """How an entity is looked for by itself. `start_time` is "HH:MM:SS" in UTC."""

    on: bool = False
    start_time: str = OFF_TIME
    frequency: str = cron.HOURLY
    cron: str = ""


def auto(connector_id: str, entity: str, direction: str = "") -> Auto:
    """Auto Cron as it is; off when there is no such schedule. Without a direction the first one is meant."""
    with db.read() as connection:
        row = _find(connection, connector_id, entity, direction)
    if row is None:
        return Auto()
    frequency, start = cron.frequency_of(row.cron)
    return Auto(row.active, start, frequency, row.cron)


def set_auto(
    connector_id: str,
    entity: str,
    direction: str,
    on: bool,
    start_time: str = OFF_TIME,
    frequency: str = cron.HOURLY,
    *,
    user: str = "",
    connection: Connection | None = None,
) -> list[str]:
    """Switch it, and write start time and frequency into the schedule; returns the changes in words.

    "custom" keeps the expression that is stored. Inside the caller's transaction when there is one. Raises
    Invalid by "start_time" and "frequency".
    """
    with nullcontext(connection) if connection is not None else db.write() as writing:
        row = _find(writing, connector_id, entity, direction)
        old = (row.active, row.cron) if row else (False, "")
        new = (on, _expression(frequency, start_time, old[1]))
        if row is None:
            _add(writing, connector_id, entity, direction, *new)
        elif new != old:
            writing.execute(update(TABLE).where(TABLE.c.id == row.id).values(active=new[0], cron=new[1]))
        return _log(writing, connector_id, entity, direction, old, new, user)


def _expression(frequency: str, start_time: str, stored: str) -> str:
    if frequency == cron.CUSTOM:
        if not stored:
            raise Invalid({"frequency": "There is no expression of one's own yet: choose another frequency."})
        return stored
    try:
        return cron.of_frequency(frequency, start_time, before=stored)
    except ValueError as error:
        raise Invalid({"frequency" if "frequency" in str(error) else "start_time": str(error)}) from None


def _find(connection: Connection, connector_id: str, entity: str, direction: str) -> Row[tuple[object, ...]] | None:
    query = select(TABLE).where(TABLE.c.connector_id == connector_id, TABLE.c.job == POLL, TABLE.c.entity == entity)
    if direction:
        query = query.where(TABLE.c.direction == direction)
    return connection.execute(query.order_by(TABLE.c.id).limit(1)).first()


def _add(connection: Connection, connector_id: str, entity: str, direction: str, on: bool, expression: str) -> None:
    words = {(job, each, to): text for job, each, to, _, text in schedules.FIRST}
    row = {"connector_id": connector_id, "job": POLL, "entity": entity, "direction": direction, "cron": expression}
    description = words.get((POLL, entity, direction), "")
    connection.execute(insert(TABLE).values(**row, active=on, description=description))


def _log(
    connection: Connection,
    connector_id: str,
    entity: str,
    direction: str,
    old: tuple[bool, str],
    new: tuple[bool, str],
    user: str,
) -> list[str]:
    said = []
    shown = [("Auto Cron", *("on" if on else "off" for on in (old[0], new[0]))), ("cron", old[1] or "nothing", new[1])]
    for name, before, after in shown:
        if before == after:
            continue
        said.append(f"{name} of {entity.replace('_', ' ')} from {before} to {after}")
        events.record(
            "Configuration",
            f"{said[-1]}.",
            connector_id=connector_id,
            user=user,
            details={"field": f"schedule.{POLL}.{entity}.{direction}.{name}", "old": before, "new": after},
            connection=connection,
        )
    return said
