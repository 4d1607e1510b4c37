"""What starts when: the schedules of each connector as rows. It starts nothing and computes no times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from connector import events
from connector.db import db
from connector.errors import Invalid
from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.setup import cron as crons
from connector.setup import rows, stamps, states
from connector.setup.models import Connector, Schedule
from connector.setup.rows import Config

TABLE = Schedule.__table__
WINDOW, POLL, CLEAN, EXPIRY, FAILED, COMPARE = "window", "poll", "clean", "expiry", "failed", "compare"
BATCH = "batch"  # a batch page that was saved with its filter
JOBS = (WINDOW, POLL, CLEAN, EXPIRY, FAILED, COMPARE, BATCH)
MOST_BATCHES = 20  # of one entity in one direction
LONGEST_DESCRIPTION = 200
DATES = ("starts_on", "expires_on")
NIGHTLY = "0 1 * * *"  # SCH-06

# which entities travel in which direction (a test keeps this equal to sync/catalogue), and how often it is looked
# for changes of them: the net under the push notifications, and the only way where a system sends none
POLLS = (
    ("product", ERP_TO_STORE, "*/5 * * * *"),
    ("price", ERP_TO_STORE, "*/5 * * * *"),
    ("inventory", ERP_TO_STORE, "*/5 * * * *"),
    ("tax_category", ERP_TO_STORE, "30 * * * *"),
    ("attribute", ERP_TO_STORE, "20 * * * *"),
    ("customer_attribute", ERP_TO_STORE, "25 * * * *"),
    ("category", ERP_TO_STORE, "*/15 * * * *"),
    ("category", STORE_TO_ERP, "*/15 * * * *"),
    ("product", STORE_TO_ERP, "*/15 * * * *"),
    ("product_status", ERP_TO_STORE, "*/5 * * * *"),
    ("composite", ERP_TO_STORE, "*/15 * * * *"),
    ("relation", ERP_TO_STORE, "*/15 * * * *"),
    ("image", ERP_TO_STORE, "*/15 * * * *"),
    ("customer", ERP_TO_STORE, "*/5 * * * *"),
    ("customer", STORE_TO_ERP, "*/5 * * * *"),
    ("order", STORE_TO_ERP, "*/15 * * * *"),  # each minute with Real Time Sync (SCH-08)
    ("order", ERP_TO_STORE, "*/15 * * * *"),
    ("order_status", ERP_TO_STORE, "*/5 * * * *"),
    ("shipment", ERP_TO_STORE, "*/5 * * * *"),
    ("invoice", ERP_TO_STORE, "*/5 * * * *"),
    ("credit_memo", STORE_TO_ERP, "*/5 * * * *"),
)
# CONFLICTS 5 (windows are launched each minute)
FIRST = [
    *((WINDOW, entity, to, "* * * * *", f"Work on {entity.replace('_', ' ')} messages") for entity, to, _ in POLLS),
    *((POLL, entity, to, cron, f"Look for changed {entity.replace('_', ' ')} records") for entity, to, cron in POLLS),
    (FAILED, "order", STORE_TO_ERP, "15 * * * *", "Send failed orders again"),
    (CLEAN, "", "", NIGHTLY, "Archive settled messages and old log entries"),
    (EXPIRY, "", "", NIGHTLY, "Look for credentials and tokens that are about to end"),
    (COMPARE, "", "", "30 2 * * *", "Compare both systems"),
]


def of(connector_id: str) -> list[Schedule]:
    """The schedules of one connector, in the order in which they were made."""
    return _read(select(TABLE).where(TABLE.c.connector_id == connector_id).order_by(TABLE.c.id))


def get(id: int) -> Schedule:
    """One schedule. Raises KeyError."""
    with db.read() as connection:
        return _schedule(_find(connection, id))


def all_active(now: datetime) -> list[Schedule]:
    """Every schedule that may start something at this moment, going by its connector's state too.

    A schedule that begins later is among them: the scheduler knows what to do with `starts_on`.
    """
    query = (
        select(TABLE)
        .join(Connector.__table__, Connector.__table__.c.id == TABLE.c.connector_id)
        .where(TABLE.c.active.is_(True), Connector.__table__.c.archived.is_(False))
        .where(or_(TABLE.c.expires_on.is_(None), TABLE.c.expires_on > now))
        .order_by(TABLE.c.id)
    )
    with db.read() as connection:
        found = [_schedule(row) for row in connection.execute(query)]
        configs = {id: rows.config(rows.find(connection, id)) for id in {each.connector_id for each in found}}
    return [each for each in found if may_start(configs[each.connector_id], each)]


def may_start(config: Config, schedule: Schedule) -> bool:
    """Whether the state of its connector, the ticked entities and the entity's direction let it start anything."""
    return takes_part(config, schedule.entity, schedule.direction) and states.may_start(
        config, schedule.job, schedule.entity
    )


def takes_part(config: Config, entity: str, direction: str) -> bool:
    """Whether an entity is ticked and travels in this direction; "" is what belongs to no entity."""
    if not entity:
        return True
    return config.enabled(entity) and config.flows(entity, direction)


def set_active(id: int, active: bool, *, user: str) -> None:
    """Switch one schedule on or off (LIF-07). Raises KeyError."""
    with db.write() as connection:
        row = _find(connection, id)
        if row.active != active:
            connection.execute(update(TABLE).where(TABLE.c.id == id).values(active=active))
            _log(connection, row, user, "active", "on" if row.active else "off", "on" if active else "off")


def stamp(schedule: Any) -> str:
    """What tells two editors of one schedule apart."""
    return stamps.stamp([getattr(schedule, name) for name in ("cron", "active", "description", *DATES)])


def save(
    id: int,
    *,
    cron: str,
    active: bool,
    user: str,
    description: str = "",
    starts_on: datetime | None = None,
    expires_on: datetime | None = None,
    based_on: str | None = None,
) -> list[str]:
    """Change one schedule; returns what changed, in words. Raises KeyError, Invalid by field, Stale when `based_on` is
    not its stamp (None does not ask)."""
    wanted = checked(cron, description, starts_on, expires_on) | {"active": active}
    changes = []
    with db.write() as connection:
        row = _find(connection, id)
        if based_on is not None and stamp(row) != based_on:
            raise stamps.Stale
        for name, value in wanted.items():
            old = getattr(row, name)
            if old != value:
                _log(connection, row, user, name, str(old), str(value))
                changes.append(f"{name.replace('_', ' ')} from {_shown(old)} to {_shown(value)}")
        if changes:
            connection.execute(update(TABLE).where(TABLE.c.id == id).values(**wanted))
    return changes


def name(schedule: Schedule) -> str:
    """Under which name it is launched; there may be several batches of one entity."""
    lane = f"{schedule.connector_id}/{schedule.entity}/{schedule.direction}"
    return f"{lane}/{schedule.job}" + (f"-{schedule.id}" if schedule.job == BATCH else "")


def batches(connector_id: str, entity: str, direction: str) -> list[Schedule]:
    """The batch pages of an entity that were saved as schedules (MAN-06)."""
    where = (TABLE.c.connector_id == connector_id, TABLE.c.entity == entity, TABLE.c.direction == direction)
    return _read(select(TABLE).where(*where, TABLE.c.job == BATCH).order_by(TABLE.c.id))


def add_batch(
    connector_id: str, entity: str, direction: str, *, cron: str, description: str, filter: str, user: str
) -> int:
    """Save a batch page as a schedule that is on; returns its id. Raises KeyError, Invalid by field."""
    wanted = checked(cron, description, None, None) | {"filter": filter, "active": True, "job": BATCH}
    if len(batches(connector_id, entity, direction)) >= MOST_BATCHES:
        raise Invalid({"cron": f"There are {MOST_BATCHES} such schedules already: remove one first."})
    with db.write() as connection:
        rows.find(connection, connector_id)
        values = {"connector_id": connector_id, "entity": entity, "direction": direction, **wanted}
        made = connection.execute(insert(TABLE).values(**values).returning(TABLE.c.id)).scalar_one()
        _log(connection, _find(connection, made), user, "batch", "nothing", f"{wanted['cron']} {filter}")
    return int(made)


def remove_batch(connector_id: str, id: int, *, user: str) -> None:
    """Take such a schedule out again. Raises KeyError, for every other schedule too."""
    with db.write() as connection:
        row = _find(connection, id)
        if (row.connector_id, row.job) != (connector_id, BATCH):
            raise KeyError(id)
        _log(connection, row, user, "batch", f"{row.cron} {row.filter}", "nothing")
        connection.execute(delete(TABLE).where(TABLE.c.id == id))


def add_missing(connection: Connection, connector_id: str, *, active: bool) -> int:
    """The schedules that its ticked entities and the house need, in the caller's transaction: at Initialize, and
    whenever an entity is ticked later. Returns how many were new. Raises KeyError."""
    config = rows.config(rows.find(connection, connector_id))
    there = {
        (row.job, row.entity, row.direction)
        for row in connection.execute(select(TABLE).where(TABLE.c.connector_id == connector_id))
    }
    new = [
        {
            "connector_id": connector_id,
            "job": job,
            "entity": entity,
            "direction": direction,
            "cron": cron,
            "description": description,
            "active": active,
        }
        for job, entity, direction, cron, description in FIRST
        if (job, entity, direction) not in there and takes_part(config, entity, direction)
    ]
    if new:
        connection.execute(insert(TABLE), new)
    return len(new)


def remove_all(connection: Connection, connector_id: str) -> int:
    """Take out every schedule of a connector, in the caller's transaction. Returns how many there were."""
    return connection.execute(delete(TABLE).where(TABLE.c.connector_id == connector_id)).rowcount


def checked(cron: str, description: str, starts_on: datetime | None, expires_on: datetime | None) -> dict[str, Any]:
    """The fields of a schedule as they can be stored. Raises Invalid by field."""
    errors, description = {}, description.strip()
    try:
        cron = crons.normal(cron)
    except ValueError as error:
        errors["cron"] = str(error)
    if len(description) > LONGEST_DESCRIPTION or not description.isprintable():
        errors["description"] = f"The description must be one line of at most {LONGEST_DESCRIPTION} characters."
    for name, value in (("starts_on", starts_on), ("expires_on", expires_on)):
        if value is not None and value.tzinfo is None:
            errors[name] = "The date needs a time zone."
    if not errors and starts_on and expires_on and expires_on <= starts_on:
        errors["expires_on"] = "The schedule must not end before it begins."
    if errors:
        raise Invalid(errors)
    return {"cron": cron, "description": description, "starts_on": starts_on, "expires_on": expires_on}


def _read(query: Select[Any]) -> list[Schedule]:
    with db.read() as connection:
        return [_schedule(row) for row in connection.execute(query)]


def _schedule(row: Row[Any]) -> Schedule:
    """The row as an object of no session: it holds no connection and nobody can save it by accident."""
    return Schedule(**dict(row._mapping))


def _find(connection: Connection, id: int) -> Row[Any]:
    row = connection.execute(select(TABLE).where(TABLE.c.id == id)).one_or_none() if 0 < id < 2**31 else None
    if row is None:
        raise KeyError(id)
    return row


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value else "nothing"


def _log(connection: Connection, row: Row[Any], user: str, name: str, old: str, new: str) -> None:
    events.record(
        "Configuration",
        f"Schedule {row.job} {row.entity}: {name} from {old} to {new}.".replace("  ", " "),
        connector_id=row.connector_id,
        user=user,
        details={"field": f"schedule.{row.job}.{row.entity}.{name}", "old": old, "new": new},
        connection=connection,
    )
