"""One record: what the ERP has, what the store has, how they are bound, what happened, and Sync Now."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_login import current_user

from connector.db import utcnow
from connector.errors import Invalid, Outcome
from connector.queue import history
from connector.queue.inbox import LONGEST_KEY
from connector.queue.models import PENDING, RUNNING
from connector.records import PRODUCT
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.setup.models import OPERATOR
from connector.sync import bindings
from connector.sync.catalogue import SYNCS, Sync
from connector.web import asking, sides
from connector.web.auth import need
from connector.web.messages import said
from connector.web.render import asked_for_part, go, render

blueprint = Blueprint("records", __name__, url_prefix="/records")
log = logging.getLogger(__name__)
CHANGED = "record-changed"  # the event that makes the other blocks of the page look again


# merge_slashes: a key is whatever the ERP says, "A//B" too
@blueprint.get("/<connector>/<entity>/<path:key>", merge_slashes=False)
@need("viewer")
def page(connector: str, entity: str, key: str) -> Response:
    """The page; ?read=1 reads both systems now (the block `sides`), ?part= names a block that is asked for again."""
    config, sync = _checked(connector, entity, key)
    part = request.args.get("part", "")
    read = bool(request.args.get("read"))
    return _show(config, sync, key, "sides" if read else part if part in ("status", "history") else None, read)


@blueprint.post("/<connector>/<entity>/<path:key>/sync", merge_slashes=False)
@need("operator")
def sync(connector: str, entity: str, key: str) -> Response:
    """Sync Now: this one record, ahead of all others. Swaps its own status block."""
    config, sync = _checked(connector, entity, key)
    if not _individual(config, sync.entity):
        abort(403)
    try:
        current_app.extensions["engine"].sync_now(connector, entity, key, user=current_user.name)
    except (Outcome, KeyError) as problem:
        flash(f"{sync.title} {key} was not synced: {said(problem)}", "warning")
    if asked_for_part():
        return _show(config, sync, key, "status")
    return go(url_for("records.page", connector=connector, entity=entity, key=key))


def _checked(connector: str, entity: str, key: str) -> tuple[Config, Sync]:
    found = next((sync for sync in SYNCS if sync.entity == entity), None)
    if found is None or len(key) > LONGEST_KEY or not asking.storable(key + connector):
        abort(404)
    try:
        return connectors.get(connector), found
    except KeyError:
        abort(404)


def _individual(config: Config, entity: str) -> bool:
    """Individual Sync (MAN-15..18): the setting that shows the button at all; what hangs on a product goes by its."""
    own = entity if "individual_sync" in config.section(entity) else PRODUCT
    return bool(config.section(own).get("individual_sync"))


def _show(config: Config, sync: Sync, key: str, part: str | None, read: bool = False) -> Response:
    happened = history.timeline(config.id, sync.entity, key)
    newest = next((row for row in happened if row.kind == "message"), None)
    bound = bindings.one(config.id, sync.entity, key)
    moving = newest is not None and (
        newest.word == RUNNING or (newest.word == PENDING and (newest.due <= utcnow() or newest.priority == 0))
    )
    response = render(
        "records/page.html",
        part,
        config=config,
        sync=sync,
        syncs=SYNCS,
        key=key,
        here=url_for("records.page", connector=config.id, entity=sync.entity, key=key),
        happened=happened,
        newest=newest,
        bound=bound,
        told=sides.told(bound.written_fields) if bound else [],
        state=_state(bound, newest),
        moving=moving,
        individual=_individual(config, sync.entity),
        may_act=current_user.may(OPERATOR),
        look=_look(config.id, sync.entity, key) if read else None,
        facts=sides.facts,
    )
    if part == "status" and not moving:
        response.headers["HX-Trigger"] = CHANGED
    return response


def _state(bound: Any, newest: Any) -> str:
    """One word for the record (MAN-12): what its newest message does, else what its binding knows."""
    if newest is not None and newest.word in (PENDING, RUNNING, "waiting", "failed", "held"):
        return str(newest.word)
    if bound is None:
        return "not_synced"
    return "unsure" if bound.unsure else "synced"


def _look(connector: str, entity: str, key: str) -> Any:
    """Both sides now. Whatever keeps us from looking becomes a sentence on the page."""
    try:
        return current_app.extensions["engine"].look(connector, entity, key)
    except Outcome as problem:
        return {"problems": [problem.reason]}
    except Invalid as problem:
        log.info("record not read", extra={"action": "look", "connector": connector, "reason": str(problem)})
        return {"problems": ["The connector's settings are not complete."]}
    except KeyError:
        return {"problems": ["The connector is not there any more."]}
