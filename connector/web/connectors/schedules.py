"""Schedules of a connector: switched on and off in their row, changed on a page of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField

from connector.db import utcnow
from connector.errors import Invalid
from connector.queue import scheduler
from connector.setup import cron, schedules, stamps
from connector.setup.connectors import Config
from connector.setup.models import Schedule
from connector.web.access.auth import need
from connector.web.connectors.base import address, blueprint, changed, known, saved
from connector.web.frame import forms
from connector.web.frame.language import tr
from connector.web.frame.render import asked_for_part, go, render

MOMENT = {"type": "datetime-local"}


class ScheduleForm(FlaskForm):
    seen = HiddenField()
    active = BooleanField(_l("Active"))
    description = StringField(_l("Description"), render_kw={"maxlength": 200, "autocomplete": "off"})
    cron = StringField(_l("Cron expression"), render_kw={"maxlength": 80, "autocomplete": "off", "spellcheck": "false"})
    starts_on = StringField(_l("Starts on (UTC)"), render_kw=MOMENT)
    expires_on = StringField(_l("Expires on (UTC)"), render_kw=MOMENT)


def _mine(config: Config, number: int) -> Schedule:
    """A schedule of this connector, or 404."""
    try:
        schedule = schedules.get(number)
    except KeyError:
        abort(404)
    if schedule.connector_id != config.id:
        abort(404)
    return schedule


@blueprint.post("/<connector_id>/schedules/<int:number>/switch")
@need("admin")
def switch(connector_id: str, number: int) -> Response:
    """On or off (LIF-07); the row comes back, or the page without htmx."""
    config = known(connector_id)
    schedule = _mine(config, number)
    active = request.form.get("active") == "1"
    schedules.set_active(schedule.id, active, user=current_user.name)
    changed()
    if asked_for_part():
        return render("connectors/page.html", "schedule_row", config=config, schedule=schedules.get(number))
    flash(_("The schedule is switched on.") if active else _("The schedule is switched off."), "success")
    return go(address(config, "schedules"))


@blueprint.route("/<connector_id>/schedules/<int:number>", methods=["GET", "POST"])
@need("admin")
def schedule(connector_id: str, number: int) -> Response:
    """The page; a POST saves, or only computes the next runs when that button was pressed."""
    config = known(connector_id)
    stored = _mine(config, number)
    form = ScheduleForm()
    problems: list[str] = []
    status, stale, preview = 200, False, "preview" in request.form
    if request.method == "POST" and not preview:
        try:
            return _save(config, stored, form)
        except Invalid as error:
            status, problems = 422, forms.place(form, error.errors)
        except stamps.Stale:
            status, stale, form.seen.data = 409, True, schedules.stamp(stored)
    elif not preview:
        _fill(form, stored)
    more = {"config": config, "schedule": stored, "form": form, "problems": problems, "upcoming": upcoming(form)}
    return render("connectors/schedule.html", status=status, stale=stale, **more)


@blueprint.get("/<connector_id>/schedules/next")
@need("viewer")
def next_runs(connector_id: str) -> Response:
    """The next five runs of what is being typed, for htmx; the same block as on the page."""
    known(connector_id)
    return render("connectors/_upcoming.html", upcoming=upcoming(ScheduleForm(request.args)))


class Upcoming(NamedTuple):
    """The next runs, or the sentence that says why there are none."""

    runs: list[datetime]
    problem: str = ""


def upcoming(form: ScheduleForm) -> Upcoming:
    """The next five runs of a form (SCH-03)."""
    try:
        starts, expires = (_moment(name, form[name].data) for name in ("starts_on", "expires_on"))
        expression = cron.normal(form.cron.data or "")
        found = scheduler.next_runs(expression, utcnow(), starts_on=starts, expires_on=expires)
    except Invalid as error:
        return Upcoming([], tr(next(iter(error.errors.values()))))
    except ValueError as error:
        return Upcoming([], tr(error))
    return Upcoming(found, "" if found else _("It never runs: the days do not exist, or it has expired by then."))


def _save(config: Config, stored: Schedule, form: ScheduleForm) -> Response:
    moments = {name: _moment(name, form[name].data) for name in ("starts_on", "expires_on")}
    said = schedules.save(
        stored.id,
        cron=form.cron.data or "",
        active=bool(form.active.data),
        user=current_user.name,
        description=form.description.data or "",
        based_on=form.seen.data or "",
        **moments,
    )
    changed()
    flash(saved(said), "success")
    return go(url_for("connectors.page", connector_id=config.id, _anchor="schedules"))


def _moment(name: str, text: str | None) -> datetime | None:
    """The typed moment as UTC. Raises Invalid."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid({name: _("This is not a date and a time.")}) from None
    if not 2000 <= found.year < 2200:
        raise Invalid({name: _("The year must be between 2000 and 2199.")})
    return found


def _fill(form: ScheduleForm, stored: Schedule) -> None:
    form.seen.data = schedules.stamp(stored)
    form.active.data, form.description.data, form.cron.data = stored.active, stored.description, stored.cron
    form.starts_on.data, form.expires_on.data = _typed(stored.starts_on), _typed(stored.expires_on)


def _typed(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
