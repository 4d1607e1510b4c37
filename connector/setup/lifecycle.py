"""Initialize, pause, stop, activate, uninstall: each changes the state, leaves a stamp and an entry in the log.

What a step needs from other rooms is handed in as functions: the rows of Initialize, taking pending messages
out, forgetting the time that a stopped connector has missed. `states` says what may be done when, `activities`
keeps what an initialization found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, update

from connector import events, notices
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.records import STORE_TO_ERP
from connector.setup import activities, rows, schedules, settings, states, values
from connector.setup.activities import CHECK, SCHEDULE, Planned
from connector.setup.models import STOPPED, Schedule
from connector.setup.rows import TABLE, Config
from connector.setup.states import ACTIONS, ACTIVATE, INITIALIZE, PAUSE, STOP, UNINSTALL, can

__all__ = ["ACTIONS", "Probe", "Row", "activate", "begin", "can", "initialize", "pause", "run", "stop", "uninstall"]
DONE = {
    INITIALIZE: "Initialized",
    PAUSE: "Paused",
    STOP: "Stopped",
    ACTIVATE: "Activated",
    UNINSTALL: "Uninstalled",
}


class Row(NamedTuple):
    """One row of Initialize or Test Features (LIF-02, LIF-10): what, whether it is well, and a sentence."""

    label: str
    ok: bool
    text: str
    kind: str = CHECK
    required: bool = True


class Probe(NamedTuple):
    """One row before it is known. `run` says whether it is well, and a sentence; it raises nothing."""

    label: str
    run: Callable[[], tuple[bool, str]]
    kind: str = CHECK
    entity: str = ""
    required: bool = True

    def row(self) -> Row:
        ok, text = self.run()
        return Row(self.label, ok, text, self.kind, self.required)


Change = Callable[[str], int]  # does something about a connector ID; returns how many messages it touched


def nothing(id: str) -> int:
    """The change that changes nothing."""
    return 0


def initialize(id: str, user: str, activate_schedules: bool = True, *, probes: Sequence[Probe] = ()) -> list[Row]:
    """`begin` and `run` in one: who calls waits until all is done."""
    begin(id, probes)
    return run(id, user, activate_schedules, probes=probes)


def begin(id: str, probes: Sequence[Probe]) -> None:
    """Plan the rows of an initialization, so that a page can watch them. Nothing else is changed.

    Raises KeyError, Invalid under "state" when the state forbids it or somebody else is at it, or by
    "section.setting" when a required value is missing.
    """
    _allowed(id, INITIALIZE)
    if activities.under_way(activities.of(id), utcnow()):
        raise Invalid({"state": "The connector is being initialized already: watch its activities."})
    with db.write() as connection:
        activities.plan(connection, id, [Planned(probe.label, probe.kind, probe.entity) for probe in probes])


def run(id: str, user: str, activate_schedules: bool = True, *, probes: Sequence[Probe] = ()) -> list[Row]:
    """New -> active, row by row. First the checks: one that fails and is required leaves everything as it was.

    Then the state changes and the schedules are made, switched on or off as asked (CONFLICTS 13), and the other
    rows are settled. Returns all rows. Raises KeyError, Invalid when somebody else was quicker.
    """
    found = [_settled(id, probe) for probe in probes if probe.kind == CHECK]
    bad = [row for row in found if row.required and not row.ok]
    if bad:
        activities.drop_made(id)
        text = "; ".join(f"{row.label}: {row.text}" for row in bad)
        events.record("Initialization", f"Not initialized. {text}", connector_id=id, user=user, level=events.ERROR)
        told: dict[str, Any] = {"connector_id": id, "level": events.ERROR, "link": f"/connectors/{id}/activity"}
        notices.tell(f"Not initialized. {text}", key=f"initialize/{id}", **told)
        return found
    notices.end(f"initialize/{id}")
    with db.write() as connection:
        _move(connection, id, INITIALIZE, user)
        schedules.add_missing(connection, id, active=activate_schedules)
    found += [_settled(id, probe) for probe in probes if probe.kind != CHECK]
    _note_schedules(id, len(probes))
    return found


def _settled(id: str, probe: Probe) -> Row:
    row = probe.row()
    activities.settle(id, row.label, row.ok, row.text)
    return row


def schedule_name(schedule: Schedule) -> str:
    """What the grid calls a schedule."""
    more = " from the store" if schedule.direction == STORE_TO_ERP else ""
    return " ".join(part for part in ("Schedule", schedule.job, schedule.entity) if part) + more


def _note_schedules(id: str, position: int) -> None:
    made = {schedule_name(schedule): schedule for schedule in schedules.of(id)}
    with db.write() as connection:
        for place, (name, schedule) in enumerate(made.items()):
            row = Planned(name, SCHEDULE, schedule.entity)
            activities.add(connection, id, row, position=position + place, ok=True, text=schedule.cron)


def pause(id: str, user: str) -> None:
    """Active -> paused: goes on collecting, sends nothing. Raises KeyError, Invalid."""
    _step(id, PAUSE, user)


def stop(id: str, user: str) -> None:
    """Active or paused -> stopped: collects nothing, sends nothing, keeps what waits. Raises KeyError, Invalid."""
    _step(id, STOP, user)


def activate(id: str, user: str, *, discard: Change = nothing, skip_gap: Change = nothing) -> int:
    """Paused or stopped -> active. What waits is sent, in order.

    After a stop `discard` may first take out what waited (hand in nothing to send it), and `skip_gap` moves
    the polls past the time that was missed (LIF-13). Returns how many messages `discard` took out. Raises
    KeyError, Invalid.
    """
    taken = 0
    if _allowed(id, ACTIVATE).state == STOPPED:
        taken = discard(id)
        skip_gap(id)
    _step(id, ACTIVATE, user, f" {taken} messages from before the stop were discarded." if taken else "")
    return taken


def uninstall(id: str, user: str, *, discard: Change = nothing) -> int:
    """Stopped -> new: schedules and waiting messages go, settings stay. Returns how many messages went.

    Raises KeyError, Invalid.
    """
    _allowed(id, UNINSTALL)
    taken = discard(id)
    with db.write() as connection:
        removed = schedules.remove_all(connection, id)
        activities.remove(connection, id)
        _move(connection, id, UNINSTALL, user, f" {removed} schedules and {taken} waiting messages were removed.")
    notices.end_others(f"failed/{id}/", ())  # what they were about is gone
    return taken


def _step(id: str, action: str, user: str, more: str = "") -> None:
    _allowed(id, action)
    with db.write() as connection:
        _move(connection, id, action, user, more)


def _allowed(id: str, action: str) -> Config:
    """The connector, when this may be done with it now. Raises KeyError, Invalid."""
    with db.read() as connection:
        row = rows.find(connection, id)
        config = rows.config(row)
    if not can(config, action):
        raise _impossible(config.state, action)
    if action in (INITIALIZE, ACTIVATE):  # CFG-15: nothing starts with a required value missing
        values.lay(settings.sections(config.erp, config.plugin), {}, rows.stored(row))
    return config


def _impossible(state: str, action: str) -> Invalid:
    needed = " or ".join(states.FROM[action])
    return Invalid({"state": f"A connector that is {state} cannot be {DONE[action].lower()}; it has to be {needed}."})


def _move(connection: Connection, id: str, action: str, user: str, more: str = "") -> None:
    """Change the state and stamp it (LIF-09); whoever comes second finds the state gone and is told so."""
    moved = connection.execute(
        update(TABLE)
        .where(TABLE.c.id == id, TABLE.c.state.in_(states.FROM[action]))
        .values(state=states.TO[action], last_action=DONE[action], last_action_by=user, last_action_at=utcnow())
    ).rowcount
    if not moved:
        raise _impossible(rows.find(connection, id).state, action)
    text = f"{DONE[action]}.{more}"
    events.record("Initialization", text, connector_id=id, user=user, details={"action": action}, connection=connection)
