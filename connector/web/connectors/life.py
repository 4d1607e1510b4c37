"""The life cycle: a confirmation that says in numbers what will happen, then the step itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app, flash, request, url_for
from flask_login import current_user

from connector.clock import CLOCK
from connector.db import db, utcnow
from connector.engine import activation
from connector.errors import Invalid
from connector.queue.lanes import Lane
from connector.queue.models import HELD, PENDING, WAITING
from connector.queue.reading import numbers
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.setup import activities, lifecycle, states
from connector.setup.connectors import Config
from connector.setup.models import PAUSED, STOPPED
from connector.sync import checkpoints
from connector.sync.catalogue import SYNCS
from connector.sync.polls import OVERLAP
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.connectors.base import address, blueprint, changed, known
from connector.web.frame.render import go, render
from connector.web.frame.words import counted

OPEN = (PENDING, WAITING, HELD)
DEACTIVATE = "deactivate"


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
            "{} is being initialized: watch each step here.",
        ),
        Action("activate", "Activate", "play-circle", "btn-primary", "Activate {}?", "{} is active again."),
        Action(DEACTIVATE, "Deactivate", "pause-circle", "btn-outline-secondary", "Deactivate {}?", "{} is {}."),
        Action("uninstall", "Uninstall", "trash", "btn-outline-danger", "Uninstall {}?", "{} is uninstalled."),
    )
}


def buttons(config: Config) -> list[tuple[Action, bool]]:
    """Every action, and whether it may be done now."""
    return [(action, possible(config, action.name)) for action in ACTIONS.values()]


def possible(config: Config, action: str) -> bool:
    """Whether a button is open: what its state allows, and nothing while an initialization goes on."""
    if action == DEACTIVATE:
        return lifecycle.can(config, states.STOP)
    if action == states.INITIALIZE and activities.under_way(activities.of(config.id), utcnow()):
        return False
    return lifecycle.can(config, action)


@blueprint.get("/<connector_id>/<any(initialize, activate, deactivate, uninstall):action>")
@need("admin")
def confirm(connector_id: str, action: str) -> Response:
    """Yes or No, with what each answer means. What the state forbids leads back with a sentence."""
    config, asked = known(connector_id), ACTIONS[action]
    if not possible(config, action):
        flash(f"{asked.label} is not possible now: the connector is {config.state}.", "warning")
        return go(address(config, "life"))
    if action == DEACTIVATE:
        return _choose(config)
    told = effects(config, asked.name, waiting(config))
    stopped = config.state == STOPPED
    return render("connectors/confirm.html", config=config, action=asked, effects=told, stopped=stopped)


def _choose(config: Config, error: str = "", status: int = 200) -> Response:
    """The dialog of Deactivate (LIF-11): two choices, none made in advance."""
    counts = waiting(config)
    return render(
        "connectors/deactivate.html",
        status=status,
        config=config,
        store=registry.get(config.plugin).label,
        paused=config.state == PAUSED,
        pause=effects(config, states.PAUSE, counts),
        stop=effects(config, states.STOP, counts),
        error=error,
    )


@blueprint.post("/<connector_id>/deactivate")
@need("admin")
def deactivate(connector_id: str) -> Response:
    """Pause or stop, as chosen; without a choice nothing happens and the dialog says so."""
    config = known(connector_id)
    kind = request.form.get("kind", "")
    if kind not in (states.PAUSE, states.STOP):
        return _choose(config, "Choose one of the two.", 422)
    try:
        (lifecycle.pause if kind == states.PAUSE else lifecycle.stop)(config.id, current_user.name)
    except Invalid as error:
        return _refused(config, error)
    changed()
    flash(f"{config.name or config.id} is {'paused' if kind == states.PAUSE else 'stopped'}.", "success")
    return go(address(config, "life"))


@blueprint.post("/<connector_id>/<any(initialize, activate, uninstall):action>")
@need("admin")
def act(connector_id: str, action: str) -> Response:
    config, asked = known(connector_id), ACTIONS[action]
    try:
        STEPS[action](config)
    except Invalid as error:
        return _refused(config, error)
    changed()
    flash(asked.done.format(config.name or config.id), "success")
    if action == states.INITIALIZE:
        return go(url_for("connectors.activity", connector_id=config.id))
    return go(address(config, "life"))


def _refused(config: Config, error: Invalid) -> Response:
    for sentence in error.errors.values():
        flash(sentence, "error")
    return go(address(config, "settings" if "state" not in error.errors else "life"))


def _initialize(config: Config) -> None:
    schedules = request.form.get("schedules") == "1"
    current_app.extensions["engine"].initialize(config.id, current_user.name, schedules)


def _activate(config: Config) -> None:
    wanted = {}
    if request.form.get("waiting") == "discard":
        wanted["discard"] = discard
    if request.form.get("gap") != "1":
        wanted["skip_gap"] = skip_gap
    lifecycle.activate(config.id, current_user.name, **wanted)


def _uninstall(config: Config) -> None:
    lifecycle.uninstall(config.id, current_user.name, discard=discard)


STEPS: dict[str, Callable[[Config], None]] = {
    states.INITIALIZE: _initialize,
    states.ACTIVATE: _activate,
    states.UNINSTALL: _uninstall,
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
    ticked = [sync.title for sync in SYNCS if config.enabled(sync.entity)]
    return {
        "initialize": [
            "First the message table, the ERP, the store and what they need are checked; when a check that is "
            "required fails, nothing is made.",
            f"Then there is a queue and a window for each of {', '.join(dict.fromkeys(ticked)) or 'nothing yet'}, "
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
            f"{kept} and would be given up; every schedule and the activity grid are removed.",
            "Settings, mappings, secrets, bindings and the history are kept: it can be initialized again.",
            "The inquiries and push notifications in the ERP are not touched: take them out there, as the set-up "
            "guide says, or unpublish the package.",
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
    rows = current_app.extensions["engine"].test_features(config.id, current_user.name)
    well, seconds = activation.passed(rows), CLOCK.monotonic() - started
    return render("connectors/features.html", config=config, rows=rows, well=well, seconds=seconds)
