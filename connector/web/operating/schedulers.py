"""The Schedulers page: what starts by itself in all connectors, how it went last, and starting it by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Row as Stored

from connector import events
from connector.db import utcnow
from connector.errors import Outcome
from connector.queue import leases, scheduler
from connector.setup import connectors, cron, schedules
from connector.setup.connectors import Config
from connector.setup.models import ADMIN, OPERATOR, Schedule
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.asking import Asked
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import duration, entity_inside

blueprint = Blueprint("schedulers", __name__, url_prefix="/schedulers")
METHODS = {
    schedules.WINDOW: N_("Work the queue"),
    schedules.POLL: N_("Look for changes"),
    schedules.FAILED: N_("Send failed orders again"),
    schedules.CLEAN: N_("Clean the log"),
    schedules.EXPIRY: N_("Check credentials"),
    schedules.COMPARE: N_("Compare both systems"),
    schedules.BATCH: N_("Batch process"),
}
CODES = {schedules.CLEAN: "cleanLog", schedules.EXPIRY: "credentialExpiry", schedules.FAILED: "failedOrderSync"}
SUFFIXES = {schedules.POLL: "Sync", schedules.BATCH: "Batch"}
CODES[schedules.COMPARE] = "reconciliation"
STATES = ("on", "off", "expired")


class Row(NamedTuple):
    """One schedule as the page shows it."""

    schedule: Schedule
    code: str
    method: str
    frequency: str
    state: str
    next_run: datetime | None
    story: Stored[Any] | None
    running: bool
    took: str
    may_run: bool
    may_edit: bool

    @property
    def named(self) -> str:
        """What a screen reader hears behind the word of a button."""
        way = entity_inside(self.schedule.direction)
        return _("%(code)s %(way)s of %(connector)s", code=self.code, way=way, connector=self.schedule.connector_id)


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """All schedules that may be seen, with the entities that take part. The address is the filter."""
    asked, choices = Asked(request.args), asking.connector_choices()
    wanted = {
        "connector": asked.choice("connector", [id for id, _name in choices]),
        "job": asked.choice("job", METHODS),
        "entity": asked.choice("entity", dict(asking.ENTITIES)),
        "active": asked.choice("active", STATES),
    }
    return render(
        "schedulers/page.html",
        "list",
        status=asked.status,
        asked=asked,
        rows=[] if asked.errors else _rows(wanted),
        connectors=choices,
        methods=[(job, tr(label)) for job, label in METHODS.items()],
        entities=[(entity, tr(title)) for entity, title in asking.ENTITIES],
    )


@blueprint.post("/<connector_id>/<int:number>/run")
@need("operator")
def run(connector_id: str, number: int) -> Response:
    """Run it now, in the background, whether it is on or off."""
    schedule = _mine(connector_id, number)
    try:
        started = current_app.extensions["engine"].launch(schedule, user=current_user.name)
    except Outcome as word:
        flash(_("%(code)s was not started: %(reason)s", code=code(schedule), reason=word.reason), "warning")
    else:
        if started:
            text = f"Schedule {code(schedule)} was started by hand."
            events.record("Configuration", text, connector_id=connector_id, user=current_user.name)
            said = _("%(code)s is started. How it went stands under Last run when it has ended.", code=code(schedule))
            flash(said, "success")
        else:
            flash(_("%(code)s runs already.", code=code(schedule)), "warning")
    return go(url_for("schedulers.page", connector=connector_id))


@blueprint.post("/<connector_id>/<int:number>/switch")
@need("admin")
def switch(connector_id: str, number: int) -> Response:
    """On or off."""
    schedule, on = _mine(connector_id, number), request.form.get("active") == "1"
    schedules.set_active(schedule.id, on, user=current_user.name)
    current_app.extensions["engine"].refresh()
    named = code(schedule)
    flash(_("%(code)s is switched on.", code=named) if on else _("%(code)s is switched off.", code=named), "success")
    return go(url_for("schedulers.page", connector=connector_id))


def code(schedule: Schedule) -> str:
    """The documented job code: categorySync, orderSync, cleanLog ...; windows have one too."""
    if schedule.job in CODES:
        return CODES[schedule.job]
    first, *others = schedule.entity.split("_")
    entity = first + "".join(word.capitalize() for word in others)
    return entity + SUFFIXES.get(schedule.job, "Queue")


def _mine(connector_id: str, number: int) -> Schedule:
    try:
        found = schedules.get(number)
    except KeyError:
        abort(404)
    if found.connector_id != connector_id:
        abort(404)
    return found


def _rows(wanted: dict[str, str]) -> list[Row]:
    now = utcnow()
    shown = [
        (config, schedule)
        for config in connectors.all()
        if config.id not in current_user.hidden and wanted["connector"] in ("", config.id)
        for schedule in schedules.of(config.id)
        if schedules.takes_part(config, schedule.entity, schedule.direction)
        and wanted["job"] in ("", schedule.job)
        and wanted["entity"] in ("", schedule.entity)
    ]
    stories = leases.stories([name(schedule) for _, schedule in shown])
    rows = [_row(config, schedule, stories.get(name(schedule)), now) for config, schedule in shown]
    return [row for row in rows if wanted["active"] in ("", "on" if row.state == "asleep" else row.state)]


def name(schedule: Schedule) -> str:
    """Under which name the engine launches it."""
    return schedules.name(schedule)


def _row(config: Config, schedule: Schedule, story: Stored[Any] | None, now: datetime) -> Row:
    state = _state(config, schedule, now)
    running = story is not None and story.until is not None and story.until > now
    following = []
    if state == "on":
        spans = {"starts_on": schedule.starts_on, "expires_on": schedule.expires_on}
        following = scheduler.next_runs(schedule.cron, now, 1, **spans)
    return Row(
        schedule,
        code(schedule),
        METHODS.get(schedule.job, schedule.job),
        cron.frequency_of(schedule.cron)[0],
        state,
        following[0] if following else None,
        story,
        running,
        _took(story),
        current_user.may(OPERATOR, config.id),
        current_user.may(ADMIN, config.id),
    )


def _state(config: Config, schedule: Schedule, now: datetime) -> str:
    if schedule.expires_on is not None and schedule.expires_on <= now:
        return "expired"
    if not schedule.active:
        return "off"
    return "on" if schedules.may_start(config, schedule) else "asleep"


def _took(story: Stored[Any] | None) -> str:
    if story is None or story.last_finished_at is None or story.last_started_at is None:
        return _("not ended")
    if story.last_finished_at < story.last_started_at:
        return _("not ended")
    span = duration((story.last_finished_at - story.last_started_at).total_seconds())
    return _("took %(span)s", span=span)
