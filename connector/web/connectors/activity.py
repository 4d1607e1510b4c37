"""The page of Initialize (SCREENS 3): the activity grid, live while it is being made, and its export."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort
from sqlalchemy import Row

from connector.db import utcnow
from connector.engine import probes
from connector.queue import numbers
from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.setup import activities, lifecycle, schedules, states
from connector.setup.activities import CHECK, INQUIRY, PUSH, QUEUE, SCHEDULE
from connector.setup.connectors import Config
from connector.sync.catalogue import SYNCS
from connector.web.auth import need
from connector.web.connectors import life
from connector.web.connectors.base import blueprint, known
from connector.web.render import render
from connector.web.words import counted

COLUMNS = ("Activity", "Created", "Queue utilization", "Activation status", "Details")
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


def lines(config: Config) -> tuple[list[Line], bool]:
    """The grid as it is now, and whether it is still being made."""
    rows = activities.of(config.id)
    going = activities.under_way(rows, utcnow())
    lanes = {probes.queue_name(sync): Lane(config.id, sync.entity, sync.direction) for sync in SYNCS}
    waiting = {name: found[PENDING] for name, found in _counts(lanes).items()}
    flows = {name for name, lane in lanes.items() if config.flows(lane.entity, lane.direction)}
    plans = {lifecycle.schedule_name(schedule): schedule for schedule in schedules.of(config.id)}
    shown = []
    for row in rows:
        status, look, text = _status(config, row, going, plans, row.name in flows)
        pending = waiting.get(row.name) if row.kind == QUEUE else None
        shown.append(Line(row.name, row.kind, row.created_at, pending, status, look, text))
    return shown, going


def _counts(lanes: dict[str, Lane]) -> dict[str, dict[str, int]]:
    found = numbers.counts(lanes.values())
    return {name: found[lane] for name, lane in lanes.items()}


def _status(config: Config, row: Row[Any], going: bool, plans: dict[str, Any], flows: bool) -> tuple[str, str, str]:
    """Word, look and sentence of a row: what was found when it was made, and for the rest what is true now."""
    if row.ok is None:
        return ("Waiting", BUSY, "") if going else ("Broken off", BAD, activities.LOST)
    if row.kind == QUEUE:
        return (*(_queue(config, row.entity) if flows else ("Off", PLAIN)), row.text)
    if row.kind == PUSH:
        return _push(config, row)
    if row.kind == SCHEDULE:
        return _schedule(plans.get(row.name), row.text)
    words = {CHECK: ("Well", "Wrong", BAD), INQUIRY: ("Active", "Not there", WARN)}
    good, bad, look = words.get(row.kind, ("Done", "Wrong", BAD))
    return (good, GOOD, row.text) if row.ok else (bad, look, row.text)


def _queue(config: Config, entity: str) -> tuple[str, str]:
    if states.sends(config, entity):
        return "Active", GOOD
    return ("Collects, does not send", WARN) if states.collects(config, entity) else ("Off", PLAIN)


def _push(config: Config, row: Row[Any]) -> tuple[str, str, str]:
    if not states.collects(config, row.entity):
        return "Off", PLAIN, row.text
    return ("Active", GOOD, row.text) if row.ok else ("Listening", BUSY, row.text)


def _schedule(schedule: Any, text: str) -> tuple[str, str, str]:
    if schedule is None:
        return "Removed", WARN, text
    return ("On", GOOD, schedule.cron) if schedule.active else ("Off", PLAIN, schedule.cron)


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
    rows, _ = lines(config)
    if not rows:
        abort(404)
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(COLUMNS)
    for row in rows:
        number = "" if row.waiting is None else counted(row.waiting)
        writer.writerow((row.name, row.created_at.isoformat(), number, row.status, _safe(row.text)))
    response = Response("\ufeff" + held.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=activities-{config.id}.csv"
    return response


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
