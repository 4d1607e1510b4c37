"""Batch Processes: records of an entity as their source has them now, to be picked by date and sent (MAN-02..07).

The list is read when it is asked for, page by page, with no transaction open. A source that is slow or fails becomes
a sentence above the form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.db import utcnow
from connector.errors import Invalid, Outcome
from connector.queue.inbox import LONGEST_KEY
from connector.setup import schedules
from connector.setup.connectors import Config
from connector.setup.models import ADMIN, OPERATOR
from connector.sync import picking
from connector.sync.catalogue import SYNCS, Sync
from connector.sync.picking import DATA, Pick, Picked
from connector.web.access.auth import need
from connector.web.frame import asking, configuring
from connector.web.frame.asking import Asked
from connector.web.frame.language import choices, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.operating import batch_columns
from connector.web.operating.messages import said

blueprint = Blueprint("batch", __name__, url_prefix="/batch")
MOST = 500  # keys that one form may tick
FIELDS = ("data", "from_date", "to_date")
EMPTY = N_("No records found. Try to modify the parameters above.")


@dataclass(frozen=True)
class Wanted:
    """What a request is about."""

    config: Config
    sync: Sync
    asked: Asked
    pick: Pick

    @property
    def fields(self) -> dict[str, str]:
        """The filter as fields of a form or an address."""
        found = {name: self.asked.values.get(name, "") for name in FIELDS}
        return {**found, "way": self.sync.direction if len(ways(self.config, self.sync.entity)) > 1 else ""}

    def here(self, **more: object) -> str:
        path = f"{blueprint.url_prefix}/{self.config.id}/{self.sync.entity}"
        return asking.query(path, show="1", **self.fields, **more)


def ways(config: Config, entity: str) -> list[Sync]:
    """The directions in which an entity has a batch page: those in which it flows, all when it does not."""
    every = [sync for sync in SYNCS if sync.entity == entity]
    return [sync for sync in every if config.flows(entity, sync.direction)] or every


def _wanted(connector: str, entity: str, given: Any) -> Wanted:
    config = configuring.known(connector)
    if entity not in batch_columns.TABLES:
        abort(404)
    mine = ways(config, entity)
    sync = next((one for one in mine if one.direction == given.get("way", "")), mine[0])
    asked = Asked(given)
    today = f"{utcnow():%Y-%m-%d}"
    if "from_date" not in given and "to_date" not in given:  # both preset to today (S1)
        asked.given = {**given, "from_date": today, "to_date": today}
    data = asked.choice("data", DATA) or picking.ALL
    first, last = asked.moment("from_date", "", utc=True), asked.moment("to_date", "", end=True, utc=True)
    if first and last and first > last:
        asked.errors["to_date"] = _("This is before From Date: choose the same day or a later one.")
    return Wanted(config, sync, asked, Pick(data, first, last))


@blueprint.get("/<connector>/<entity>")
@need("viewer")
def page(connector: str, entity: str) -> Response:
    """The form, and with ?show=1 a page of the list; `sort` and `down` order the rows of this page."""
    wanted = _wanted(connector, entity, request.args)
    shown = bool(request.args.get("show")) and not wanted.asked.errors
    found, problem = _read(wanted, request.args.get("at", "")) if shown else (None, "")
    table = batch_columns.TABLES[entity]
    sort, down = _number(request.args.get("sort")), bool(request.args.get("down"))
    rows = batch_columns.rows(table, found.rows if found else [], sort, down)
    return render(
        "batch/page.html",
        "list",
        status=wanted.asked.status,
        config=wanted.config,
        sync=wanted.sync,
        ways=ways(wanted.config, entity),
        asked=wanted.asked,
        data=choices(DATA.items()),
        table=table,
        rows=rows,
        shown=shown,
        found=found,
        problem=problem,
        empty=tr(EMPTY),
        sort=sort,
        down=down,
        at=request.args.get("at", ""),
        wanted=wanted,
        saved=[(each, _in_words(each.filter or "")) for each in _saved(wanted)],
        may_act=current_user.may(OPERATOR),
        may_plan=current_user.may(ADMIN),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 3 else None


def _saved(wanted: Wanted) -> list[Any]:
    return schedules.batches(wanted.config.id, wanted.sync.entity, wanted.sync.direction)


def _in_words(kept: str) -> str:
    """A kept filter as `picking.said` has it, in the language of the page."""
    found = json.loads(kept or "{}")
    words = [tr(DATA.get(str(found.get("data")), DATA[picking.ALL]))]
    since, until = found.get("since"), found.get("until")
    if since:
        words.append(_("from %(days)s days before", days=since))
    if until:
        words.append(_("to %(days)s days before", days=until))
    if since == 0:
        words.append(_("from the same day"))
    if until == 0:
        words.append(_("to the same day"))
    return ", ".join(words)


def _read(wanted: Wanted, at: str) -> tuple[Picked | None, str]:
    """A page of the source's records, or the sentence that says why there is none."""
    sync = wanted.sync
    try:
        found = configuring.engine().picked(wanted.config.id, sync.entity, wanted.pick, at, direction=sync.direction)
        return found, ""
    except Outcome as problem:
        return None, f"{problem.reason} {problem.help}".strip()
    except Invalid:
        return None, _("The connection of this connector is not complete: fill in its settings first.")
    except KeyError:
        return None, _("The connector is not there any more.")
    except ValueError:
        abort(400)


@blueprint.post("/<connector>/<entity>/process")
@need("operator")
def process(connector: str, entity: str) -> Response:
    """Process: exactly the ticked records, as a run."""
    wanted = _wanted(connector, entity, request.form)
    keys = list(dict.fromkeys(request.form.getlist("key")))[:MOST]
    if any(not key or len(key) > LONGEST_KEY or not asking.storable(key) for key in keys):
        abort(400)
    here = wanted.here(at=request.form.get("at", ""))
    if not keys:
        flash(_("Tick records first, or press Process All."), "warning")
        return go(here)
    sync, engine = wanted.sync, configuring.engine()
    return _started(
        lambda: engine.process_picked(
            wanted.config.id, sync.entity, keys, user=current_user.name, direction=sync.direction
        ),
        ngettext(
            "%(num)s record: the run is started. It goes on when you leave this page.",
            "%(num)s records: the run is started. It goes on when you leave this page.",
            len(keys),
        ),
        here,
    )


@blueprint.post("/<connector>/<entity>/all")
@need("operator")
def process_all(connector: str, entity: str) -> Response:
    """Process All: everything that the filter means, on all its pages, as a run."""
    wanted = _wanted(connector, entity, request.form)
    if wanted.asked.errors:
        return go(wanted.here())
    sync, engine = wanted.sync, configuring.engine()
    return _started(
        lambda: engine.process_all(
            wanted.config.id, sync.entity, wanted.pick, user=current_user.name, direction=sync.direction
        ),
        _("All records of the filter: the run is started. It goes on when you leave this page."),
        wanted.here(),
    )


def _started(start: Callable[[], int | None], done: str, here: str) -> Response:
    try:
        run_id = start()
    except (Outcome, KeyError) as problem:
        flash(_("Nothing was started: %(problem)s", problem=said(problem)), "warning")
        return go(here)
    if run_id is None:
        flash(_("Another run of this entity is under way: wait for its end, or cancel it."), "warning")
        return go(here)
    flash(done, "success")
    return go(url_for("log.run", run_id=run_id))


@blueprint.post("/<connector>/<entity>/schedule")
@need("admin")
def save(connector: str, entity: str) -> Response:
    """Save as schedule: the same filter, its days counted from the day on which it runs (MAN-06)."""
    wanted = _wanted(connector, entity, request.form)
    here, sync = wanted.here(), wanted.sync
    if wanted.asked.errors:
        return go(here)
    kept = picking.dump(wanted.pick, utcnow().date())
    try:
        schedules.add_batch(
            wanted.config.id,
            sync.entity,
            sync.direction,
            cron=request.form.get("cron", "")[:80],
            description=f"Batch: {sync.label}, {picking.said(kept)}"[:200],
            filter=kept,
            user=current_user.name,
        )
    except Invalid as problem:
        flash(_("Nothing was saved: %(problem)s", problem=" ".join(map(tr, problem.errors.values()))), "warning")
        return go(wanted.here(cron=request.form.get("cron", "")[:80]))
    configuring.changed()
    flash(_("Saved as a schedule. It is on, and listed under Schedulers."), "success")
    return go(here)


@blueprint.post("/<connector>/<entity>/schedule/<int:number>/remove")
@need("admin")
def remove(connector: str, entity: str, number: int) -> Response:
    """Take a saved batch out again."""
    wanted = _wanted(connector, entity, request.form)
    try:
        schedules.remove_batch(wanted.config.id, number, user=current_user.name)
    except KeyError:
        abort(404)
    configuring.changed()
    flash(_("The schedule was removed."), "success")
    return go(wanted.here())
