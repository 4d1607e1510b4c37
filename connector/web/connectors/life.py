"""The life cycle: a confirmation that says in numbers what will happen, then the step itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, flash, request
from flask_login import current_user

from connector import events
from connector.clock import CLOCK
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.queue import numbers, repair
from connector.queue.filters import Filter
from connector.queue.lanes import Lane
from connector.queue.models import HELD, PENDING, WAITING
from connector.setup import lifecycle
from connector.setup.connectors import Config
from connector.setup.models import STOPPED
from connector.sync import checkpoints
from connector.sync.catalogue import SYNCS
from connector.sync.polls import OVERLAP
from connector.web.auth import need
from connector.web.connectors import probes
from connector.web.connectors.base import address, blueprint, changed, known
from connector.web.render import go, render
from connector.web.words import counted

OPEN = (PENDING, WAITING, HELD)


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the life cycle and its confirmation."""

    name: str
    label: str
    icon: str
    look: str
    question: str
    done: str


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "initialize",
            "Initialize",
            "play-circle",
            "btn-primary",
            "Initialize all features of {}?",
            "{} is initialized.",
        ),
        Action("activate", "Activate", "play-circle", "btn-primary", "Activate {}?", "{} is active again."),
        Action("pause", "Pause", "pause-circle", "btn-outline-secondary", "Pause {}?", "{} is paused."),
        Action("stop", "Stop", "stop-circle", "btn-outline-secondary", "Stop {}?", "{} is stopped."),
        Action("uninstall", "Uninstall", "trash", "btn-outline-danger", "Uninstall {}?", "{} is uninstalled."),
    )
}


def buttons(config: Config) -> list[tuple[Action, bool]]:
    """Every action, and whether it may be done now."""
    return [(action, lifecycle.can(config, action.name)) for action in ACTIONS.values()]


def _action(name: str) -> Action:
    if name not in ACTIONS:
        abort(404)
    return ACTIONS[name]


@blueprint.get("/<connector_id>/<any(initialize, activate, pause, stop, uninstall):action>")
@need("admin")
def confirm(connector_id: str, action: str) -> Response:
    """Yes or No, with what each answer means. What the state forbids leads back with a sentence."""
    config, asked = known(connector_id), _action(action)
    if not lifecycle.can(config, action):
        flash(f"{asked.label} is not possible now: the connector is {config.state}.", "warning")
        return go(address(config, "life"))
    return _ask(config, asked)


def _ask(config: Config, asked: Action, *, status: int = 200, rows: list[lifecycle.Row] | None = None) -> Response:
    counts = waiting(config)
    more = {"config": config, "action": asked, "open": counts, "effects": effects(config, asked.name, counts)}
    return render("connectors/confirm.html", status=status, rows=rows or [], stopped=config.state == STOPPED, **more)


@blueprint.post("/<connector_id>/<any(initialize, activate, pause, stop, uninstall):action>")
@need("admin")
def act(connector_id: str, action: str) -> Response:
    config, asked = known(connector_id), _action(action)
    try:
        rows = STEPS[action](config)
    except Invalid as error:
        for sentence in error.errors.values():
            flash(sentence, "error")
        return go(address(config, "settings" if "state" not in error.errors else "life"))
    if any(not row.ok for row in rows):
        return _ask(config, asked, status=422, rows=rows)
    changed()
    flash(
        " ".join([asked.done.format(config.name or config.id), *(f"{row.label}: {row.text}" for row in rows)]),
        "success",
    )
    return go(address(config, "life"))


def _initialize(config: Config) -> list[lifecycle.Row]:
    schedules = request.form.get("schedules") == "1"
    return lifecycle.initialize(config.id, current_user.name, schedules, probes=probes.of(config))


def _pause(config: Config) -> list[lifecycle.Row]:
    lifecycle.pause(config.id, current_user.name)
    return []


def _stop(config: Config) -> list[lifecycle.Row]:
    lifecycle.stop(config.id, current_user.name)
    return []


def _activate(config: Config) -> list[lifecycle.Row]:
    wanted = {}
    if request.form.get("waiting") == "discard":
        wanted["discard"] = discard
    if request.form.get("gap") != "1":
        wanted["skip_gap"] = skip_gap
    lifecycle.activate(config.id, current_user.name, **wanted)
    return []


def _uninstall(config: Config) -> list[lifecycle.Row]:
    lifecycle.uninstall(config.id, current_user.name, discard=discard)
    return []


STEPS: dict[str, Callable[[Config], list[lifecycle.Row]]] = {
    "initialize": _initialize,
    "pause": _pause,
    "stop": _stop,
    "activate": _activate,
    "uninstall": _uninstall,
}


def waiting(config: Config) -> dict[str, int]:
    """Messages of the connector by open status, capped like every count of a page."""
    lanes = [Lane(config.id, sync.entity, sync.direction) for sync in SYNCS]
    found = numbers.counts(lanes).values()
    return {status: sum(counts[status] for counts in found) for status in numbers.COUNTED}


def effects(config: Config, action: str, counts: dict[str, int]) -> list[str]:
    """What the step does, in sentences with numbers."""
    number = sum(counts[status] for status in OPEN)
    kept = f"{_messages(number)} {'waits' if number == 1 else 'wait'}"
    running = counts["running"]
    ending = f" {_messages(running)} in work {'is' if running == 1 else 'are'} finished first." if running else ""
    return {
        "initialize": [
            "First three things are checked: the message table, the ERP and the store.",
            f"Then there is a queue and a window for each of {', '.join(sync.title for sync in SYNCS)}, "
            "notifications are accepted, and changes travel by themselves.",
            f"{kept} from before and will be sent." if number else "No message waits.",
        ],
        "activate": [
            f"{kept}" + (" from before the stop." if config.state == STOPPED else " and are sent now, in order.")
        ],
        "pause": [
            f"{kept} now: what waits is kept, and so is everything that changes meanwhile.{ending}",
            "Nothing is sent until you activate the connector again; then all of it is sent, each record once.",
        ],
        "stop": [
            f"{kept} now: what waits is kept but not sent.{ending}",
            "What changes from now on is not collected: notifications are not kept and nothing is looked for.",
            "When you activate it again you choose whether the waiting ones are sent or given up.",
        ],
        "uninstall": [
            f"{kept} and would be given up; every schedule is removed.",
            "Settings, secrets, bindings and the history are kept: it can be initialized again.",
        ],
    }[action]


def _messages(number: int) -> str:
    return f"{counted(number)} {'message' if number == 1 else 'messages'}"


def discard(connector_id: str) -> int:
    """Give up what waits, all of it before the connector goes on."""
    taken = 0
    for status in OPEN:
        chosen = Filter(connector=connector_id, status=status)
        reason = "Given up with what waited when the connector was stopped."
        done = repair.skip(chosen, user=current_user.name, reason=reason)
        while not done.finished:
            done = repair.advance(done.run_id)
        taken += done.changed
    return taken


def skip_gap(connector_id: str) -> int:
    """Polls go on from now: what changed during the stop is not looked for (LIF-13), not even by their overlap."""
    mark = utcnow() + OVERLAP
    with db.write() as connection:
        for sync in SYNCS:
            checkpoints.save(connection, connector_id, sync.entity, sync.direction, mark, None)
    return 0


@blueprint.post("/<connector_id>/features")
@need("admin")
def features(connector_id: str) -> Response:
    """Test Features (LIF-10): every check, nothing changed."""
    config = known(connector_id)
    started = CLOCK.monotonic()
    rows = [probe() for probe in probes.of(config)]
    well = all(row.ok for row in rows)
    events.record(
        "Initialization",
        "Test Features: " + "; ".join(f"{row.label}: {row.text}" for row in rows),
        connector_id=config.id,
        level=events.INFO if well else events.ERROR,
        user=current_user.name,
    )
    seconds = CLOCK.monotonic() - started
    return render("connectors/features.html", config=config, rows=rows, well=well, seconds=seconds)
