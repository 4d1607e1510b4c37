"""One record: what the ERP has, what the store has, how they are bound, what happened, and Sync Now."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.db import utcnow
from connector.errors import Invalid, Outcome
from connector.queue.inbox import LONGEST_KEY
from connector.queue.models import PENDING, RUNNING
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.records import COMPOSITE, CREDIT_MEMO, INVOICE, ORDER, ORDER_STATUS, PRODUCT, SHIPMENT
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.setup.models import OPERATOR
from connector.sync import bindings
from connector.sync.catalogue import SYNCS, Sync
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.language import tr
from connector.web.frame.render import asked_for_part, go, render
from connector.web.operating import exchanges, sides, timeline
from connector.web.operating.messages import said

blueprint = Blueprint("records", __name__, url_prefix="/records")
log = logging.getLogger(__name__)
OF_ORDER = (ORDER_STATUS, SHIPMENT, INVOICE, CREDIT_MEMO)
CHANGED = "record-changed"  # the event that makes the other blocks of the page look again


# merge_slashes: a key is whatever the ERP says, "A//B" too
@blueprint.get("/<connector>/<entity>/<path:key>", merge_slashes=False)
@need("viewer")
def page(connector: str, entity: str, key: str) -> Response:
    """The page; ?read=1 reads both systems now (the block `sides`), ?part= names a block that is asked for again.

    ?preview=1 is a page of its own: what Sync Now would write. ?way= chooses the direction where there are two.
    """
    config, sync = _checked(connector, entity, key)
    part = request.args.get("part", "")
    read = bool(request.args.get("read"))
    if request.args.get("preview"):
        return _preview(config, sync, key)
    return _show(config, sync, key, "sides" if read else part if part in ("status", "history") else None, read)


@blueprint.post("/<connector>/<entity>/<path:key>/sync", merge_slashes=False)
@need("operator")
def sync(connector: str, entity: str, key: str) -> Response:
    """Sync Now: this one record, ahead of all others. Swaps its own status block."""
    config, sync = _checked(connector, entity, key)
    if not _individual(config, sync.entity):
        abort(403)
    try:
        engine = current_app.extensions["engine"]
        engine.sync_now(connector, entity, key, user=current_user.name, direction=sync.direction)
    except (Outcome, KeyError) as problem:
        what = f"{tr(sync.title)} {key}"
        flash(_("%(record)s was not synced: %(problem)s", record=what, problem=said(problem)), "warning")
    if asked_for_part():
        return _show(config, sync, key, "status")
    return go(address(config, sync, key))


def address(config: Config, sync: Sync, key: str, preview: str | None = None) -> str:
    """The page of a record; it says the direction where there are two."""
    way = sync.direction if len(_ways(config, sync.entity)) > 1 else None
    return url_for("records.page", connector=config.id, entity=sync.entity, key=key, way=way, preview=preview)


def _checked(connector: str, entity: str, key: str) -> tuple[Config, Sync]:
    if entity not in {sync.entity for sync in SYNCS} or len(key) > LONGEST_KEY or not asking.storable(key + connector):
        abort(404)
    try:
        config = connectors.get(connector)
    except KeyError:
        abort(404)
    return config, _way(config, entity, key)


def _ways(config: Config, entity: str) -> list[Sync]:
    """The syncs in which an entity may travel now; its first one when it may not travel at all."""
    every = [sync for sync in SYNCS if sync.entity == entity]
    return [sync for sync in every if config.flows(entity, sync.direction)] or every[:1]


def _of_this_key(config: Config, shown: Sync) -> list[Sync]:
    """What else goes by the same key: whatever hangs on a product has its SKU."""
    alike = [sync.entity for sync in SYNCS if sync.entity in (PRODUCT, COMPOSITE) or PRODUCT in sync.needs]
    return [_ways(config, entity)[0] for entity in dict.fromkeys(alike)] if shown.entity in alike else []


def _way(config: Config, entity: str, key: str) -> Sync:
    """The sync that this page is about: the one that is asked for, else that of the record's newest message."""
    ways = _ways(config, entity)
    asked = request.values.get("way", "")
    if len(ways) > 1 and not asked:
        newest = history.messages(Filter(config.id, entity, key=key), limit=1).rows
        asked = newest[0].direction if newest else ""
    return next((sync for sync in ways if sync.direction == asked), ways[0])


def _individual(config: Config, entity: str) -> bool:
    """Individual Sync (MAN-15..18): the setting that shows the button at all; what hangs on a product or on an order
    goes by theirs."""
    own = entity if "individual_sync" in config.section(entity) else ORDER if entity in OF_ORDER else PRODUCT
    return bool(config.section(own).get("individual_sync"))


def _show(config: Config, sync: Sync, key: str, part: str | None, read: bool = False) -> Response:
    bound = bindings.one(config.id, sync.entity, key)
    happened = timeline.of_record(config.id, sync.entity, key, bound)
    newest = next((row for row in happened if row.kind == "message"), None)
    moving = newest is not None and (
        newest.word == RUNNING or (newest.word == PENDING and (newest.due <= utcnow() or newest.priority == 0))
    )
    response = render(
        "records/page.html",
        part,
        config=config,
        sync=sync,
        syncs=_of_this_key(config, sync),
        ways=_ways(config, sync.entity),
        key=key,
        here=address(config, sync, key),
        mark="&" if len(_ways(config, sync.entity)) > 1 else "?",
        preview=address(config, sync, key, preview="1"),
        happened=happened,
        newest=newest,
        bound=bound,
        told=sides.told(bound.written_fields) if bound else [],
        why=sides.why(bound.written_fields) if bound else [],
        state=_state(bound, newest),
        moving=moving,
        individual=_individual(config, sync.entity),
        may_act=current_user.may(OPERATOR),
        look=_look(config.id, sync, key) if read else None,
        facts=sides.facts,
        raw=sides.raw,
        related=timeline.related(config.id, sync.entity, key),
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


def _look(connector: str, sync: Sync, key: str) -> Any:
    """Both sides now. Whatever keeps us from looking becomes a sentence on the page."""
    engine = current_app.extensions["engine"]
    found = _asked(connector, lambda: engine.look(connector, sync.entity, key, direction=sync.direction))
    return {"problems": [found]} if isinstance(found, str) else found


def _asked(connector: str, ask: Callable[[], Any]) -> Any:
    """The engine's answer, or the sentence that says why there is none."""
    try:
        return ask()
    except Outcome as problem:
        return problem.reason
    except Invalid as problem:
        log.info("record not read", extra={"action": "look", "connector": connector, "reason": str(problem)})
        return _("The connector's settings are not complete.")
    except KeyError:
        return _("The connector is not there any more.")


def _preview(config: Config, sync: Sync, key: str) -> Response:
    """What Sync Now would write, field by field, beside what the target has now; the button is below it."""
    engine = current_app.extensions["engine"]
    found = _asked(config.id, lambda: engine.preview(config.id, sync.entity, key, direction=sync.direction))
    problem = found if isinstance(found, str) else ""
    return render(
        "records/preview.html",
        config=config,
        sync=sync,
        key=key,
        problem=problem,
        found=None if problem else found,
        calls=[] if problem else exchanges.read(json.dumps(list(found.requests), default=str)),
        back=address(config, sync, key),
        to_store=sync.source == "erp",
        may_act=current_user.may(OPERATOR) and _individual(config, sync.entity),
    )
