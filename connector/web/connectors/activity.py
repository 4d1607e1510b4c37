"""The page of Initialize (SCREENS 3): the activity grid, live while it is being made, and its export."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from sqlalchemy import Row

from connector.db import utcnow
from connector.engine import probes
from connector.engine.probes import Told
from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.queue.reading import numbers
from connector.setup import activities, lifecycle, schedules, states
from connector.setup.activities import CHECK, INQUIRY, PUSH, QUEUE, SCHEDULE
from connector.setup.connectors import Config
from connector.setup.models import Schedule
from connector.sync import notifications
from connector.sync.catalogue import SYNCS
from connector.web.access.auth import need
from connector.web.connectors import life
from connector.web.connectors.base import blueprint, known
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import render
from connector.web.frame.words import counted

COLUMNS = (N_("Activity"), N_("Created"), N_("Queue utilization"), N_("Activation status"), N_("Details"))
# rows are stored under their English names (engine/probes.py): how those with a name in them begin or end
BEGIN = {
    "Queue for ": N_("Queue for %(name)s"),
    "GI for ": N_("GI for %(name)s"),
    "PN for ": N_("PN for %(name)s"),
    "Schedule ": N_("Schedule %(name)s"),
}
END = {
    " endpoint": N_("%(name)s endpoint"),
    " API": N_("%(name)s API"),
    " entities": N_("%(name)s entities"),
    " optional features": N_("%(name)s optional features"),
    " bulk routes": N_("%(name)s bulk routes"),
}
FROM_STORE = " from the store"
STOCK = N_("reading stock")
GOOD, BAD, WARN, BUSY, PLAIN = "good", "bad", "warn", "busy", ""
ICONS = {GOOD: "check-circle", BAD: "x-octagon", WARN: "exclamation-triangle", BUSY: "hourglass-split", PLAIN: "circle"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it: `waiting` is how many messages its queue holds, None where there is no queue."""

    name: str
    kind: str
    created_at: datetime
    waiting: int | None
    status: str
    look: str
    text: str

    @property
    def icon(self) -> str:
        return ICONS[self.look]


@dataclass(frozen=True, slots=True)
class Now:
    """What is true at this moment, by the names of the rows."""

    waiting: dict[str, int]
    flowing: set[str]
    pushes: dict[str, Told]
    schedules: dict[str, Schedule]

    @classmethod
    def of(cls, config: Config) -> Now:
        lanes = {probes.queue_name(sync): Lane(config.id, sync.entity, sync.direction) for sync in SYNCS}
        counts, last = numbers.counts(lanes.values()), notifications.last_heard(config.id)
        return cls(
            waiting={name: counts[lane][PENDING] for name, lane in lanes.items()},
            flowing={name for name, lane in lanes.items() if config.flows(lane.entity, lane.direction)},
            pushes={probes.push_name(sync): probes.heard(config, name, last) for sync, name in probes.queries(config)},
            schedules={lifecycle.schedule_name(schedule): schedule for schedule in schedules.of(config.id)},
        )


def lines(config: Config) -> tuple[list[Line], bool]:
    """The grid as it is now, and whether it is still being made."""
    rows = activities.of(config.id)
    going, now = activities.under_way(rows, utcnow()), Now.of(config)
    shown = []
    for row in rows:
        status, look, text = _status(config, row, going, now)
        pending = now.waiting.get(row.name) if row.kind == QUEUE else None
        shown.append(Line(row_name(row.name), row.kind, row.created_at, pending, status, look, tr(text)))
    return shown, going


@blueprint.app_template_filter()
def row_name(name: str) -> str:
    """What a row of the grid is called in the language of the page."""
    if name.endswith(FROM_STORE):
        return _("%(name)s from the store", name=row_name(name.removesuffix(FROM_STORE)))
    for start, sentence in BEGIN.items():
        if name.startswith(start):
            return tr(sentence) % {"name": tr(name.removeprefix(start))}
    for end, sentence in END.items():
        if name.endswith(end):
            return tr(sentence) % {"name": name.removesuffix(end)}
    return tr(name)


def _status(config: Config, row: Row[Any], going: bool, now: Now) -> tuple[str, str, str]:
    """Word, look and sentence of a row: what was found when it was made, and for the rest what is true now."""
    if row.ok is None:
        return (_("Waiting"), BUSY, "") if going else (_("Broken off"), BAD, activities.LOST)
    if row.kind == QUEUE:
        return (*(_queue(config, row.entity) if row.name in now.flowing else (_("Off"), PLAIN)), row.text)
    if row.kind == PUSH:
        return _push(config, row, now.pushes)
    if row.kind == SCHEDULE:
        return _schedule(now.schedules.get(row.name), row.text)
    words = {CHECK: (_("Well"), _("Wrong"), BAD), INQUIRY: (_("Active"), _("Not there"), WARN)}
    good, bad, look = words.get(row.kind, (_("Done"), _("Wrong"), BAD))
    return (good, GOOD, row.text) if row.ok else (bad, look, row.text)


def _queue(config: Config, entity: str) -> tuple[str, str]:
    if states.sends(config, entity):
        return _("Active"), GOOD
    return (_("Collects, does not send"), WARN) if states.collects(config, entity) else (_("Off"), PLAIN)


def _push(config: Config, row: Row[Any], pushes: dict[str, Told]) -> tuple[str, str, str]:
    known, text = pushes.get(row.name, (False, row.text))
    if not states.collects(config, row.entity):
        return _("Off"), PLAIN, text
    if not config.section("push").get("secret"):
        return _("No secret"), WARN, text
    return (_("Active"), GOOD, text) if known else (_("Listening"), BUSY, text)


def _schedule(schedule: Schedule | None, text: str) -> tuple[str, str, str]:
    if schedule is None:
        return _("Removed"), WARN, text
    return (_("On"), GOOD, schedule.cron) if schedule.active else (_("Off"), PLAIN, schedule.cron)


@blueprint.get("/<connector_id>/activity")
@need("viewer")
def activity(connector_id: str) -> Response:
    """The grid; while it is being made its block asks again each second."""
    config = known(connector_id)
    rows, going = lines(config)
    failed = [row for row in rows if row.kind == CHECK and row.look == BAD]
    return render(
        "connectors/activity.html",
        "grid",
        config=config,
        lines=rows,
        going=going,
        failed=failed if config.state == "new" and not going else [],
        actions=life.buttons(config),
    )


@blueprint.get("/<connector_id>/activity.csv")
@need("viewer")
def activity_csv(connector_id: str) -> Response:
    """The grid for a spreadsheet (LIF-08)."""
    config = known(connector_id)
    rows = lines(config)[0]
    if not rows:
        abort(404)
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow([tr(column) for column in COLUMNS])
    for row in rows:
        number = "" if row.waiting is None else counted(row.waiting)
        writer.writerow((row.name, row.created_at.isoformat(), number, row.status, _safe(row.text)))
    response = Response("\ufeff" + held.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=activities-{config.id}.csv"
    return response


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
