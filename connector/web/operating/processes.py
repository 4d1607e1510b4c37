"""Real-Time Processes: what one entity of a connector has in its queue, and the buttons that work it now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import Row

from connector.db import utcnow
from connector.errors import Outcome
from connector.queue.inbox import LONGEST_KEY
from connector.queue.lanes import Lane
from connector.queue.models import RUNNING, URGENT
from connector.queue.reading import history, logbook, numbers
from connector.queue.reading.history import Place
from connector.setup.models import OPERATOR
from connector.sync.catalogue import SYNCS, Sync
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.asking import Asked
from connector.web.frame.render import go, render
from connector.web.operating.messages import said

blueprint = Blueprint("processes", __name__, url_prefix="/processes")
LOOKS = 60  # polls after Process selected: a page does not ask for ever when nobody works
ENOUGH = timedelta(hours=1)  # a run that is still "processing" then has died with its process


@blueprint.get("/<connector>/<entity>")
@need("viewer")
def page(connector: str, entity: str) -> Response:
    """The lane in the order in which it will be worked. The block `work` is asked for again while work goes on."""
    sync = _sync(entity, request.args.get("way", ""))
    label = asking.connector_label(connector)
    lane = Lane(connector, sync.entity, sync.direction)
    asked = Asked(request.args)
    after, looks = _place(), min(asked.cursor("looks") or 0, LOOKS)
    run = _run(asked.cursor("run"), lane)
    found = history.ahead(lane, after)
    going = run is not None and run.status == "processing" and run.created_at > utcnow() - ENOUGH
    watching = going or (looks > 0 and any(row.status == RUNNING or _due(row) for row in found.rows))
    return render(
        "processes/page.html",
        "work",
        sync=sync,
        label=label,
        lane=lane,
        counts=numbers.counts([lane])[lane],
        found=found,
        first=after is None,
        run=run,
        going=going,
        ways=[each for each in SYNCS if each.entity == entity],
        here=_here(sync, connector),
        again=_here(sync, connector, run=run.id if run else "", looks=looks - 1 if looks > 1 else "")
        if watching
        else "",
        may_act=current_user.may(OPERATOR),
        now=utcnow(),
    )


@blueprint.get("/<connector>/<entity>/record")
@need("viewer")
def record(connector: str, entity: str) -> Response:
    """From a typed key to the page of that record; it need not have a message yet."""
    sync = _sync(entity)
    asking.connector_label(connector)
    asked = Asked(request.args)
    key = asked.text("key", LONGEST_KEY)
    if not key:
        flash(asked.errors.get("key") or _("Type the key of a record first."), "warning")
        return go(url_for("processes.page", connector=connector, entity=sync.entity))
    return go(url_for("records.page", connector=connector, entity=sync.entity, key=key))


def _due(row: Row[Any]) -> bool:
    return bool(row.priority == URGENT and row.available_at <= utcnow())


def _sync(entity: str, way: str = "") -> Sync:
    """The sync of an entity in that direction; without one its first."""
    for sync in SYNCS:
        if sync.entity == entity and way in ("", sync.direction):
            return sync
    abort(404)


def _way(sync: Sync) -> str:
    """The direction, where it is not the entity's first: what an address has to say."""
    return "" if sync == _sync(sync.entity) else sync.direction


def _here(sync: Sync, connector: str, **more: object) -> str:
    """This page's address."""
    path = f"{blueprint.url_prefix}/{quote(connector, safe='')}/{sync.entity}"
    return asking.query(path, way=_way(sync), **more)


def _place() -> Place | None:
    text = request.args.get("after", "")
    try:
        return Place.parse(text) if text else None
    except ValueError:
        abort(400)


def _run(run_id: int | None, lane: Lane) -> Row[Any] | None:
    run = logbook.run(run_id) if run_id is not None else None
    if run is None or (run.connector_id, run.entity) != (lane.connector, lane.entity):
        return None
    return run


@blueprint.post("/<connector>/<entity>/process")
@need("operator")
def process(connector: str, entity: str) -> Response:
    """Process Messages: drain the lane now, whatever the schedule says."""
    sync = _sync(entity, request.form.get("way", ""))
    asking.connector_label(connector)
    here = _here(sync, connector)
    try:
        engine = current_app.extensions["engine"]
        run_id = engine.process(connector, sync.entity, user=current_user.name, direction=sync.direction)
    except (Outcome, KeyError) as problem:
        flash(_("Nothing was started: %(problem)s", problem=said(problem)), "warning")
        return go(here)
    return go(_here(sync, connector, run=run_id))


@blueprint.post("/<connector>/<entity>/selected")
@need("operator")
def selected(connector: str, entity: str) -> Response:
    """Process selected: each of the ticked records now, ahead of the others."""
    sync = _sync(entity, request.form.get("way", ""))
    asking.connector_label(connector)
    here = _here(sync, connector)
    ids = asking.numbered(request.form.getlist("id")[:500])
    keys = history.keys_of(Lane(connector, sync.entity, sync.direction), ids) if ids else []
    if not keys:
        flash(
            _("They have been processed already.") if ids else _("Tick messages that are still pending first."),
            "warning",
        )
        return go(here)
    engine = current_app.extensions["engine"]
    try:
        for key in keys:
            engine.sync_now(connector, sync.entity, key, user=current_user.name, wait=0.0, direction=sync.direction)
    except (Outcome, KeyError) as problem:
        flash(_("Nothing was started: %(problem)s", problem=said(problem)), "warning")
        return go(here)
    text = ngettext(
        "%(num)s message is processed now, ahead of the others.",
        "%(num)s messages are processed now, ahead of the others.",
        len(keys),
    )
    flash(text, "success")
    return go(_here(sync, connector, looks=LOOKS))
