"""The Sync Log: tries of messages (the connector log), runs, and events; and the export of the first.

Times stand in the viewer's zone in its tables and filters, in UTC in what is exported.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Row
from werkzeug.wrappers import Response as Redirect

from connector import events as happenings
from connector.db import utcnow
from connector.queue.reading import logbook, progress
from connector.queue.reading.logbook import LogFilter, RunFilter
from connector.queue.reading.paging import Page
from connector.queue.repairing import acts
from connector.setup.models import ADMIN, OPERATOR
from connector.sync import catalogue
from connector.web.access.auth import allow, need
from connector.web.frame import asking, exports, zones
from connector.web.frame.asking import ENTITIES, LARGEST, Asked
from connector.web.frame.language import choices, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import render
from connector.web.operating import actions, exchanges

blueprint = Blueprint("log", __name__, url_prefix="/log")
LEVELS = (("info", N_("Info")), ("warning", N_("Warning")), ("error", N_("Error")), ("debug", N_("Debug")))
RUN_STATUSES = (
    ("processing", N_("Processing")),
    ("success", N_("Success")),
    ("error", N_("Error")),
    ("notice", N_("Notice")),
)
# LOG-08's ten codes, and price, which travels on its own here
CODES = (
    ("product", N_("Product")),
    ("price", N_("Price")),
    ("inventory", N_("Inventory")),
    ("category", N_("Category")),
    ("customer", N_("Customer")),
    ("order", N_("Order")),
    ("tax_category", N_("Tax category")),
    ("product_attribute", N_("Product attribute")),
    ("customer_attribute", N_("Customer attribute")),
    ("product_configurator", N_("Product configurator")),
    ("product_image", N_("Product image")),
)
# runs that are of no one entity
JOBS = {
    "bulk": "Reprocess Sync",
    "window": N_("Window"),
    "poll": N_("Poll"),
    "clean": N_("Clean"),
    "expiry": N_("Expiry"),
    "failed": N_("Failed"),
    "compare": N_("Compare"),
    "batch": N_("Batch"),
    "full": N_("Full"),
}
EVENT_COLUMNS = ("Level", "Action Type", "What happened", "Connector", "Login User", "At")
RUN_COLUMNS = (
    "Code", "Connector", "Created", "Scheduled", "Executed", "Finished", "Run Mode", "Login User", "Sync Type",
    "Messages", "Status", "Details", "Group", "Action", "Direction",
)  # fmt: skip
COLUMNS = ("Level", "Action Type", "Message", "Endpoint URL", "Login User", "Description", "Log Date", "Log Time")


class Line:
    """One try as the connector log shows it (LOG-01)."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.action = actions.of(row.entity, row.outcome, row.origin)
        self.url = exchanges.first_address(row.exchanges)
        self.short = exchanges.shortened(self.url)
        self.day, self.hour = zones.day(row.finished_at), zones.clock(row.finished_at)
        self.message = row.key or "(batch)"

    @property
    def cells(self) -> tuple[str, ...]:
        row = self.row
        return (row.level, self.action, self.message, self.url, row.user, row.summary, self.day, self.hour)


def _wanted(asked: Asked) -> tuple[LogFilter, str]:
    """The filter, and the action type where it is one that only events have."""
    action = asked.choice("action", actions.DOCUMENTED)
    meant = actions.meant(action) if action else None
    chosen = LogFilter(
        connector=asked.text("connector", 40),
        entity=asked.choice("entity", [entity for entity, _ in ENTITIES]),
        entities=meant.entities if meant else (),
        level=asked.choice("level", [level for level, _ in LEVELS]),
        text=asked.text("text", 200),
        since=asked.moment("from_date", "from_time"),
        until=asked.moment("to_date", "to_time", end=True),
        reprocessed=meant.reprocessed if meant else None,
        without=current_user.hidden,
    )
    if chosen.since and chosen.until and chosen.since > chosen.until:
        asked.errors["to_date"] = _("This is before the beginning.")
    return chosen, action if action and meant is None else ""


@blueprint.get("")
@need("viewer")
def attempts() -> Response | Redirect:
    """The connector log: every try and every batch request."""
    asked = Asked(request.args)
    chosen, elsewhere = _wanted(asked)
    if elsewhere and not asked.errors:  # a type of events: the filter goes along
        return redirect(asking.query(url_for("log.events"), **asked.values))
    found = Page(()) if asked.errors else logbook.attempts_page(chosen, asked.cursor("before"))
    return render(
        "log/attempts.html",
        "list",
        status=asked.status,
        asked=asked,
        found=found,
        lines=[Line(row) for row in found.rows],
        deep="before" in request.args,
        connectors=asking.connector_choices(),
        levels=choices(LEVELS),
        actions=[(action, tr(action)) for action in actions.DOCUMENTED],
        export=asking.query(url_for("log.export"), **asked.values),
        may_clear=_may_clear(),
    )


@blueprint.get("/attempts.csv")
@need("viewer")
def export() -> Response:
    """What the filter finds, as a table for a spreadsheet. Read and sent page by page."""
    asked = Asked(request.args)
    chosen, elsewhere = _wanted(asked)
    if asked.errors or elsewhere:
        abort(400)
    rows = logbook.all_attempts(chosen, exports.MOST_LINES)
    return exports.answer("connector-log", COLUMNS, (Line(row).cells for row in rows))


@blueprint.get("/attempts/<int:attempt_id>")
@need("viewer")
def entry(attempt_id: int) -> Response:
    """One entry with its requests; a batch with its records (LOG-10)."""
    asked = Asked(request.args)
    row = logbook.attempt(attempt_id) if attempt_id <= LARGEST else None
    if row is None:
        abort(404)
    allow("viewer", row.connector_id)
    children = logbook.children(attempt_id, asked.cursor("after") or 0) if row.kind == "batch" else []
    return render(
        "log/entry.html",
        "children",
        row=row,
        action=actions.of(row.entity, row.outcome, row.origin),
        calls=exchanges.read(row.exchanges),
        children=children,
        more=children[-1].id if len(children) == 200 else None,
        may_act=current_user.may(OPERATOR),
        repairable=acts.MAY[acts.REPROCESS],
    )


@blueprint.get("/runs")
@need("viewer")
def runs() -> Response:
    """Windows, polls and what people started: the ten columns of the store side's log and three of ours."""
    asked = Asked(request.args)
    chosen = _wanted_runs(asked)
    found = Page(()) if asked.errors else logbook.runs_page(chosen, asked.cursor("before"))
    return render(
        "log/runs.html",
        "list",
        status=asked.status,
        asked=asked,
        found=found,
        deep="before" in request.args,
        connectors=asking.connector_choices(),
        codes=choices(CODES),
        statuses=choices(RUN_STATUSES),
        group=_group,
        details=logbook.details,
        export=asking.query(url_for("log.export_runs"), **asked.values),
        may_clear=_may_clear(),
    )


def _wanted_runs(asked: Asked) -> RunFilter:
    return RunFilter(
        connector=asked.text("connector", 40),
        entity=asked.choice("entity", [code for code, _ in CODES]),
        status=asked.choice("status", [status for status, _ in RUN_STATUSES]),
        mode=asked.choice("mode", ("auto", "manual")),
        scope=asked.choice("scope", ("complete", "individual")),
        without=current_user.hidden,
    )


@blueprint.get("/runs.csv")
@need("viewer")
def export_runs() -> Response:
    """The runs of a filter as a table for a spreadsheet."""
    asked = Asked(request.args)
    chosen = _wanted_runs(asked)
    if asked.errors:
        abort(400)
    return exports.answer("runs", RUN_COLUMNS, (_run_cells(row) for row in logbook.all_runs(chosen)))


def _run_cells(row: Row[Any]) -> tuple[Any, ...]:
    group, action = _group(row)
    times = (exports.moment(at) for at in (row.created_at, row.scheduled_at, row.started_at, row.finished_at))
    words = (row.mode, row.user, row.scope, row.done, row.status, logbook.details(row))
    return (row.entity, row.connector_id, *times, *words, group, action, row.direction)


def _may_clear() -> bool:
    """Whether this person is an administrator anywhere: the pages behind the links say of what."""
    return any(current_user.may(ADMIN, each) for each in ("", *current_user.grants))


def _group(run: Row[Any]) -> tuple[str, str]:
    """Group and action of a run (LOG-09)."""
    try:
        sync = catalogue.find(run.entity, run.direction)
    except KeyError:
        return "-", JOBS.get(run.job, run.job.capitalize())
    action = {"poll": "Data Retrieval", "bulk": "Reprocess Sync"}.get(run.job, sync.action)
    return sync.kind, action


@blueprint.get("/runs/<int:run_id>")
@need("viewer")
def run(run_id: int) -> Response:
    """One run, line by line, newest first. The block `console` is asked for again until the run has ended."""
    found = logbook.run(run_id) if run_id <= LARGEST else None
    if found is None:
        abort(404)
    allow("viewer", found.connector_id)
    before = Asked(request.args).cursor("before")
    return render(
        "log/run.html",
        "console",
        run=found,
        group=_group(found),
        going=found.status == "processing" and before is None,
        may_cancel=found.status == "processing"
        and found.job in logbook.SWEEPS
        and not found.cancelled_by
        and current_user.may(OPERATOR),
        word=_word,
        progress=progress.of_run(found, utcnow()),
        said=logbook.details(found),
        lines=logbook.lines(found, before),
        deep=before is not None,
    )


def _word(line: Row[Any]) -> str:
    """What a line says of its record: created, updated, skipped, failed (MAN-14); "" leaves the outcome as it is."""
    if line.outcome != "succeeded":
        return ""
    if " created." in line.summary:
        return _("Created")
    return _("Updated") if " updated." in line.summary else _("Done")


@blueprint.get("/events")
@need("viewer")
def events() -> Response:
    """What people and the house did, apart from messages."""
    asked = Asked(request.args)
    found = _events(asked)
    return render(
        "log/events.html",
        "list",
        status=asked.status,
        asked=asked,
        rows=found[:50],
        older=found[49].id if len(found) > 50 else None,
        deep="before" in request.args,
        connectors=asking.connector_choices(),
        levels=choices(LEVELS),
        actions=[(action, tr(action)) for action in _shown()],
        facts=_facts,
        export=asking.query(url_for("log.export_events"), **asked.values),
    )


@blueprint.get("/events.csv")
@need("viewer")
def export_events() -> Response:
    """The events of a filter as a table for a spreadsheet."""
    asked = Asked(request.args)
    wanted = _wanted_events(asked)
    if asked.errors:
        abort(400)
    rows = exports.all_pages(lambda before: happenings.latest(**wanted, before=before, limit=exports.PAGE))
    cells = ((row.level, row.action, row.message, row.connector_id, row.user, exports.moment(row.at)) for row in rows)
    return exports.answer("events", EVENT_COLUMNS, cells)


def _events(asked: Asked) -> Any:
    wanted = _wanted_events(asked)
    if asked.errors:
        return []
    return happenings.latest(**wanted, before=asked.cursor("before"), limit=51)


def _wanted_events(asked: Asked) -> dict[str, Any]:
    shown = _shown()
    return {
        "connector_id": asked.text("connector", 40),
        "level": asked.choice("level", [level for level, _ in LEVELS]),
        "action": asked.choice("action", shown),
        "text": asked.text("text", 200),
        "since": asked.moment("from_date", "from_time"),
        "until": asked.moment("to_date", "to_time", end=True),
        "without": current_user.hidden,
        "hide": [action for action in actions.ALL if action not in shown],
    }


def _shown() -> tuple[str, ...]:
    """The types of events that this person may see: who came in is the administrators' business (PER-01)."""
    return actions.ALL if current_user.may(ADMIN, "") else actions.DOCUMENTED


def _facts(details: str) -> str:
    text = exchanges.pretty(details)
    return "" if text in ("{}", "") else text
