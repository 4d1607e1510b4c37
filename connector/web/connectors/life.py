"""The life cycle: a confirmation that says in numbers what will happen, then the step itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
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
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import counted

OPEN = (PENDING, WAITING, HELD)
DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the life cycle and its confirmation, unless that is a page of its own."""

    name: str
    label: str
    icon: str
    look: str
    question: str = ""
    done: str = ""


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "initialize",
            N_("Initialize"),
            "play-circle",
            "btn-primary",
            N_("Initialize all features of {name}?"),
            N_("{name} is being initialized: watch each step here."),
        ),
        Action(
            "activate",
            N_("Activate"),
            "play-circle",
            "btn-primary",
            N_("Activate {name}?"),
            N_("{name} is active again."),
        ),
        Action(DEACTIVATE, N_("Deactivate"), "pause-circle", "btn-outline-secondary"),
        Action(
            "uninstall",
            N_("Uninstall"),
            "trash",
            "btn-outline-danger",
            N_("Uninstall {name}?"),
            N_("{name} is uninstalled."),
        ),
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
        said = {"action": tr(asked.label), "state": tr(config.state)}
        flash(_("%(action)s is not possible now: the connector is %(state)s.", **said), "warning")
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
        return _choose(config, _("Choose one of the two."), 422)
    try:
        (lifecycle.pause if kind == states.PAUSE else lifecycle.stop)(config.id, current_user.name)
    except Invalid as error:
        return _refused(config, error)
    changed()
    name = config.name or config.id
    flash(
        _("%(name)s is paused.", name=name) if kind == states.PAUSE else _("%(name)s is stopped.", name=name), "success"
    )
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
    flash(tr(asked.done).format(name=config.name or config.id), "success")
    if action == states.INITIALIZE:
        return go(url_for("connectors.activity", connector_id=config.id))
    return go(address(config, "life"))


def _refused(config: Config, error: Invalid) -> Response:
    for sentence in error.errors.values():
        flash(tr(sentence), "error")
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
    said = {"count": counted(number)}
    ending = _ending(counts["running"])
    ticked = [tr(sync.title) for sync in SYNCS if config.enabled(sync.entity)]
    return {
        "initialize": [
            _(
                "First the message table, the ERP, the store and what they need are checked; when a check that is "
                "required fails, nothing is made."
            ),
            _(
                "Then there is a queue and a window for each of %(entities)s, notifications are accepted, and changes "
                "travel by themselves.",
                entities=", ".join(dict.fromkeys(ticked)) or _("nothing yet"),
            ),
            ngettext(
                "%(count)s message waits from before and will be sent.",
                "%(count)s messages wait from before and will be sent.",
                number,
                **said,
            )
            if number
            else _("No message waits."),
        ],
        "activate": [
            ngettext(
                "%(count)s message waits from before the stop.",
                "%(count)s messages wait from before the stop.",
                number,
                **said,
            )
            if config.state == STOPPED
            else ngettext(
                "%(count)s message waits and are sent now, in order.",
                "%(count)s messages wait and are sent now, in order.",
                number,
                **said,
            )
        ],
        "pause": [
            ngettext(
                "%(count)s message waits now: what waits is kept, and so is everything that changes meanwhile.",
                "%(count)s messages wait now: what waits is kept, and so is everything that changes meanwhile.",
                number,
                **said,
            )
            + ending,
            _("Nothing is sent until you activate the connector again; then all of it is sent, each record once."),
        ],
        "stop": [
            ngettext(
                "%(count)s message waits now: what waits is kept but not sent.",
                "%(count)s messages wait now: what waits is kept but not sent.",
                number,
                **said,
            )
            + ending,
            _("What changes from now on is not collected: notifications are not kept and nothing is looked for."),
            _("When you activate it again you choose whether the waiting ones are sent or given up."),
        ],
        "uninstall": [
            ngettext(
                "%(count)s message waits and would be given up; every schedule and the activity grid are removed.",
                "%(count)s messages wait and would be given up; every schedule and the activity grid are removed.",
                number,
                **said,
            ),
            _("Settings, mappings, secrets, bindings and the history are kept: it can be initialized again."),
            _(
                "The inquiries and push notifications in the ERP are not touched: take them out there, as the set-up "
                "guide says, or unpublish the package."
            ),
        ],
    }[action]


def _ending(running: int) -> str:
    """What becomes of the messages in work, as a further sentence."""
    if not running:
        return ""
    return " " + ngettext(
        "%(count)s message in work is finished first.",
        "%(count)s messages in work are finished first.",
        running,
        count=counted(running),
    )


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
