"""Sync rules of a connector: read, checked, saved, put in order, deleted (RUL-01). It knows no order and no page.

What a condition means is in systems/mapping/conditions; what a rule does to an order is the sync room's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from connector import events
from connector.db import db
from connector.errors import Invalid
from connector.setup import stamps
from connector.setup.models import Rule
from connector.systems.mapping import conditions

TABLE = Rule.__table__
COLUMNS = ("id", "name", "description", "entity", "direction", "priority", "active", "conditions", "actions")
# what a rule can do: label, the list that its value comes from ("" for none)
ACTIONS = {
    "order_type": ("Set the order type", "order_type"),
    "warehouse": ("Set the warehouse", "warehouse"),
    "ship_via": ("Set ship via", "ship_via"),
    "branch": ("Set the branch", "branch"),
    "hold": ("Put the order on hold", ""),
    "skip": ("Do not sync the order", ""),
}
MOST, MOST_ACTIONS = 200, 10
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def of(connector_id: str, *, active: bool = False) -> list[dict[str, Any]]:
    """The rules in the order in which they run; with `active` only those that are switched on."""
    query = select(*(TABLE.c[name] for name in COLUMNS)).where(TABLE.c.connector_id == connector_id)
    if active:
        query = query.where(TABLE.c.active.is_(True))
    with db.read() as connection:
        found = connection.execute(query.order_by(TABLE.c.priority, TABLE.c.id)).mappings()
        return [dict(row) for row in found]


def get(connector_id: str, number: int) -> dict[str, Any]:
    """One rule. Raises KeyError when it is not of this connector."""
    for row in of(connector_id):
        if row["id"] == number:
            return row
    raise KeyError(number)


def stamp(row: Mapping[str, Any]) -> str:
    """What guards two editors of one rule."""
    return stamps.stamp(dict(row))


def save(
    connector_id: str, number: int | None, given: Mapping[str, Any], *, user: str, based_on: str = ""
) -> tuple[int, list[str]]:
    """Make a rule (number None) or change one; returns its number and the changes in words.

    Raises KeyError, Stale when `based_on` is not its stamp, Invalid by the field's name.
    """
    with db.write() as connection:
        old = None if number is None else _one(connection, connector_id, number)
        if old is not None and stamp(old) != based_on:
            raise stamps.Stale
        row = _cleaned(given)
        _check(connection, connector_id, number, row)
        if old is None:
            stamps.touch(connection, connector_id)
            made = connection.execute(insert(TABLE).values(connector_id=connector_id, **row).returning(TABLE.c.id))
            number = int(made.scalar_one())
            said = [f"rule {row['name']} was made"]
        else:
            said = [
                f"rule {row['name']}, {_changed(name, old[name], row[name])}" for name in row if old[name] != row[name]
            ]
            if said:
                stamps.touch(connection, connector_id)
                connection.execute(update(TABLE).where(TABLE.c.id == number).values(**row))
        _log(connection, connector_id, user, said)
    assert number is not None
    return number, said


def remove(connector_id: str, number: int, *, user: str) -> str:
    """Delete a rule; returns its name. Raises KeyError."""
    with db.write() as connection:
        old = _one(connection, connector_id, number)
        stamps.touch(connection, connector_id)
        connection.execute(delete(TABLE).where(TABLE.c.id == number))
        _log(connection, connector_id, user, [f"rule {old['name']} was deleted"])
    return str(old["name"])


def _one(connection: Connection, connector_id: str, number: int) -> dict[str, Any]:
    query = select(*(TABLE.c[name] for name in COLUMNS))
    row = connection.execute(query.where(TABLE.c.connector_id == connector_id, TABLE.c.id == number)).mappings().first()
    if row is None:
        raise KeyError(number)
    return dict(row)


def _cleaned(given: Mapping[str, Any]) -> dict[str, Any]:
    actions = given.get("actions")
    return {
        "name": str(given.get("name") or "").strip(),
        "description": str(given.get("description") or "").strip(),
        "priority": given.get("priority", 100),
        "active": bool(given.get("active", True)),
        "conditions": given.get("conditions") or {},
        "actions": [_action(each) for each in actions] if isinstance(actions, list | tuple) else [],
    }


def _action(given: Any) -> dict[str, str]:
    given = given if isinstance(given, Mapping) else {}
    done, value = str(given.get("do") or ""), str(given.get("value") or "").strip()
    return {"do": done, "value": value} if ACTIONS.get(done, ("", ""))[1] else {"do": done}


def _check(connection: Connection, connector_id: str, number: int | None, row: dict[str, Any]) -> None:
    errors: dict[str, str] = {}
    if not 0 < len(row["name"]) <= 120 or CONTROL.search(row["name"]):
        errors["name"] = "A rule needs a name of 1 to 120 characters."
    elif _taken(connection, connector_id, number, row["name"]):
        errors["name"] = "Another rule has this name."
    if len(row["description"]) > 2000 or CONTROL.search(row["description"]):
        errors["description"] = "A description has at most 2,000 characters."
    text = str(row["priority"]).strip()
    if text.isascii() and text.isdigit() and len(text) < 5:
        row["priority"] = int(text)
    else:
        errors["priority"] = "Priority is a number from 0 to 9999; the lowest runs first."
    if sentence := conditions.problem(row["conditions"]):
        errors["conditions"] = sentence
    if sentence := _actions_problem(row["actions"]):
        errors["actions"] = sentence
    if number is None and "name" not in errors:
        count = select(func.count()).select_from(TABLE).where(TABLE.c.connector_id == connector_id)
        if connection.execute(count).scalar_one() >= MOST:
            errors["name"] = f"A connector has at most {MOST} rules."
    if errors:
        raise Invalid(errors)


def _taken(connection: Connection, connector_id: str, number: int | None, name: str) -> bool:
    query = select(TABLE.c.id).where(TABLE.c.connector_id == connector_id, func.lower(TABLE.c.name) == name.lower())
    return any(id != number for id in connection.execute(query).scalars())


def _actions_problem(actions: Sequence[Mapping[str, str]]) -> str:
    if not actions or len(actions) > MOST_ACTIONS:
        return f"A rule does one to {MOST_ACTIONS} things."
    for each in actions:
        if each["do"] not in ACTIONS:
            return "Choose what the rule does."
        label, wanted = ACTIONS[each["do"]]
        if wanted and (not each["value"] or len(each["value"]) > 60 or CONTROL.search(each["value"])):
            return f"{label}: write to what, with at most 60 characters."
    done = [each["do"] for each in actions]
    twice = next((each for each in done if done.count(each) > 1), "")
    return f"{ACTIONS[twice][0]} stands there twice." if twice else ""


def told(action: Mapping[str, Any]) -> str:
    """An action in words."""
    label, wanted = ACTIONS.get(str(action.get("do")), (str(action.get("do")), ""))
    return f"{label} to {action.get('value', '')}" if wanted else label


def _changed(name: str, old: Any, new: Any) -> str:
    if name == "conditions":
        return f"conditions from {conditions.told(old) or 'none'} to {conditions.told(new) or 'none'}"
    if name == "actions":
        return f"actions from {', '.join(map(told, old))} to {', '.join(map(told, new))}"
    if isinstance(new, bool):
        return "switched on" if new else "switched off"
    return f"{name} from {old or '(none)'} to {new or '(none)'}"


def _log(connection: Connection, connector_id: str, user: str, said: Sequence[str]) -> None:
    for text in said:
        events.record(
            "Configuration", f"Sync rules, {text}."[:2000], connector_id=connector_id, user=user,
            connection=connection,
        )  # fmt: skip
