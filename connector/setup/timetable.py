"""Schedules of a connector to a file and back: recognised by job, entity and direction, changed where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from connector import events
from connector.errors import Invalid
from connector.setup import schedules
from connector.setup.schedules import TABLE

NAMED = ("job", "entity", "direction", "filter")
MOMENTS = ("starts_on", "expires_on")
FIELDS = (*NAMED, "cron", "active", "description", *MOMENTS)
KNOWN = {(job, entity, direction, ""): text for job, entity, direction, _, text in schedules.FIRST}


def export(connector_id: str) -> list[dict[str, Any]]:
    """Every schedule as plain values that `bring` takes back; what is empty is left out."""
    found = [{name: getattr(schedule, name) for name in FIELDS} for schedule in schedules.of(connector_id)]
    return [{name: _plain(value) for name, value in row.items() if value not in ("", None)} for row in found]


def _batch(key: tuple[str, ...]) -> bool:
    """Whether this is a batch page of an entity that there is, saved as a schedule (MAN-06)."""
    job, entity, direction, _ = key
    return job == schedules.BATCH and any((entity, direction) == known[:2] for known in schedules.POLLS)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def bring(connection: Connection, connector_id: str, given: Any, user: str) -> list[str]:
    """Make these schedules be as they are in the file; others stay. Returns the changes in words.

    Raises Invalid by "schedules[0]" and "schedules[0].cron".
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid({"schedules": "The schedules must be a list."})
    held = {
        (row.job, row.entity, row.direction, row.filter or ""): row
        for row in connection.execute(select(TABLE).where(TABLE.c.connector_id == connector_id))
    }
    said: list[str] = []
    errors: dict[str, str] = {}
    for number, each in enumerate(given):
        try:
            said += _bring_one(connection, connector_id, each, held, user)
        except Invalid as error:
            errors |= {f"schedules[{number}]{f'.{name}' if name else ''}": text for name, text in error.errors.items()}
    if errors:
        raise Invalid(errors)
    return said


def _bring_one(connection: Connection, connector_id: str, each: Any, held: Mapping[Any, Any], user: str) -> list[str]:
    wanted = _wanted(each)
    key = tuple(wanted[name] for name in NAMED)
    row = held.get(key)
    label = " ".join(part for part in key[:2] if part) + (" from the store" if key[2] == "store_to_erp" else "")
    if row is None:
        connection.execute(insert(TABLE).values(connector_id=connector_id, **wanted))
        said = [f"schedule {label} with {wanted['cron']}"]
    else:
        changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changes:
            return []
        connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(**changes))
        said = [f"schedule {label}: {name} from {getattr(row, name)} to {value}" for name, value in changes.items()]
    for text in said:
        events.record("Configuration", f"{text}.", connector_id=connector_id, user=user, connection=connection)
    return said


def _wanted(each: Any) -> dict[str, Any]:
    if not isinstance(each, Mapping):
        raise Invalid({"": "A schedule must be an object."})
    errors = {str(name)[:40]: "There is no such field." for name in each if name not in FIELDS}
    texts = {name: each.get(name, "") for name in (*NAMED, "cron", "description")}
    errors |= {name: "This must be text." for name, value in texts.items() if not isinstance(value, str)}
    if not isinstance(each.get("active", False), bool):
        errors["active"] = "This must be true or false."
    key = tuple(texts[name] for name in NAMED)
    if not errors and key not in KNOWN and not _batch(key):
        errors["job"] = "There is no such schedule in this house."
    moments = {}
    for name in MOMENTS:
        try:
            moments[name] = datetime.fromisoformat(each[name]) if each.get(name) else None
        except (TypeError, ValueError):
            errors[name] = "This is not a date and a time."
    if errors:
        raise Invalid(errors)
    description = texts["description"] or KNOWN.get(key, "Batch process")
    checked = schedules.checked(texts["cron"], description, moments["starts_on"], moments["expires_on"])
    return {**dict(zip(NAMED, key, strict=True)), **checked, "active": each.get("active", False)}
