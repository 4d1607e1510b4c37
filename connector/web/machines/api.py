"""The API for scripts, /api/v1: what is on the message table, how connectors are, sync and reprocess.

JSON in and out, an API token in the Authorization header; each token may do what its owner may. A session of the
browser works too, with the CSRF token that pages have. README.md lists the addresses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Row

from connector.errors import Invalid, Outcome
from connector.queue.inbox import LONGEST_KEY
from connector.queue.lanes import Lane
from connector.queue.models import STATUSES
from connector.queue.reading import history, logbook, numbers
from connector.queue.reading.filters import Filter
from connector.queue.repairing import acts, repair
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.setup.models import OPERATOR
from connector.sync.catalogue import SYNCS
from connector.web.access.auth import allow, by_token, need
from connector.web.frame import asking
from connector.web.frame.asking import ENTITIES, LARGEST, Asked
from connector.web.operating.messages import said

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
MOST = 200  # rows of one page
MESSAGE = (
    "id", "connector_id", "entity", "direction", "key", "operation", "status", "attempts", "origin", "user",
    "created_at", "available_at", "settled_at", "reason", "code",
)  # fmt: skip
RUN = (
    "id", "connector_id", "entity", "direction", "job", "mode", "scope", "user", "created_at", "started_at",
    "finished_at", "status", "total", "done", "succeeded", "failed", "skipped",
)  # fmt: skip
Answer = tuple[Response, int]


@blueprint.before_request
def _not_forged() -> None:
    """A browser's cookie comes along by itself, an API token does not."""
    if not by_token() and current_user.is_authenticated:
        protect: CSRFProtect = current_app.extensions["csrf"]
        protect.protect()


@blueprint.get("/connectors")
@need("viewer")
def list_connectors() -> Answer:
    """Every connector with its state."""
    shown = [_connector(config) for config in connectors.all() if config.id not in current_user.hidden]
    return jsonify(connectors=shown), 200


@blueprint.get("/connectors/<connector_id>")
@need("viewer")
def show_connector(connector_id: str) -> Answer:
    """One connector with its queues: how many messages are pending, running, waiting, failed, held."""
    config = _known(connector_id)
    lanes = {sync: Lane(config.id, sync.entity, sync.direction) for sync in SYNCS}
    counts = numbers.counts(lanes.values())
    queues = [{"entity": sync.entity, "direction": sync.direction, **counts[lane]} for sync, lane in lanes.items()]
    return jsonify(**_connector(config), queues=queues), 200


@blueprint.post("/connectors/<connector_id>/sync")
@need("operator")
def sync(connector_id: str) -> Answer:
    """Send one record now: {"entity": "price", "key": "MUG"}, with a "direction" where an entity has two.

    Answers at once; look at the message for its end.
    """
    config, body = _known(connector_id), _body()
    entity, key = body.get("entity"), body.get("key")
    if entity not in [name for name, _ in ENTITIES]:
        return _refused(f"entity must be one of: {', '.join(dict(ENTITIES))}.")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY or not asking.storable(key):
        return _refused(f"key must be text of 1 to {LONGEST_KEY} characters.")
    directions = [sync.direction for sync in SYNCS if sync.entity == entity]
    direction = body.get("direction", directions[0])
    if direction not in directions:
        return _refused(f"direction must be one of: {', '.join(directions)}.")
    engine = current_app.extensions["engine"]
    try:
        message_id = engine.sync_now(config.id, str(entity), key, user=current_user.name, wait=0.0, direction=direction)
    except (Outcome, KeyError) as problem:
        return _refused(said(problem), 409)
    except Invalid:
        return _refused("The connector's settings are not complete.", 409)
    return jsonify(message=message_id, url=url_for("api.show_message", message_id=message_id)), 202


@blueprint.get("/messages")
@need("viewer")
def list_messages() -> Answer:
    """Messages, newest first: ?connector= &entity= &status= &key= &limit= &before= (an id, from "older")."""
    asked = Asked(request.args)
    chosen = Filter(
        connector=asked.text("connector", 40),
        entity=asked.choice("entity", [entity for entity, _ in ENTITIES]),
        status=asked.choice("status", STATUSES),
        key=asked.text("key"),
        without=current_user.hidden,
    )
    limit, before = _limit(asked), asked.cursor("before")
    if asked.errors:
        return jsonify(message="The query has a mistake.", errors=asked.errors), 422
    found = history.messages(chosen, before, limit)
    return jsonify(messages=[_values(row, MESSAGE) for row in found.rows], older=found.older), 200


@blueprint.get("/messages/<int:message_id>")
@need("viewer")
def show_message(message_id: int) -> Answer:
    """One message: its status, and why."""
    return jsonify(_values(_message(message_id), MESSAGE)), 200


@blueprint.post("/messages/<int:message_id>/reprocess")
@need("viewer")
def reprocess(message_id: int) -> Answer:
    """Send a message that failed, is held or waits again. 409 when it does not."""
    message = _message(message_id, OPERATOR)
    if message.status not in acts.MAY[acts.REPROCESS]:
        return _refused(f"A message that is {message.status} is not sent again.", 409)
    bell = getattr(current_app.extensions["engine"], "bell", None)
    done = repair.reprocess([message_id], user=current_user.name, reason="API", bell=bell)
    return jsonify(run=done.run_id, reprocessed=done.changed), 200


@blueprint.get("/runs")
@need("viewer")
def list_runs() -> Answer:
    """Windows, polls and what people started, newest first: ?connector= &entity= &limit= &before=."""
    asked = Asked(request.args)
    chosen = logbook.RunFilter(
        connector=asked.text("connector", 40),
        entity=asked.choice("entity", [entity for entity, _ in ENTITIES]),
        without=current_user.hidden,
    )
    limit, before = _limit(asked), asked.cursor("before")
    if asked.errors:
        return jsonify(message="The query has a mistake.", errors=asked.errors), 422
    found = logbook.runs_page(chosen, before, limit)
    return jsonify(runs=[_run(row) for row in found.rows], older=found.older), 200


@blueprint.get("/runs/<int:run_id>")
@need("viewer")
def show_run(run_id: int) -> Answer:
    """One run and how far it has come."""
    found = logbook.run(run_id) if run_id <= LARGEST else None
    if found is None:
        abort(404)
    allow("viewer", found.connector_id)
    return jsonify(_run(found)), 200


def _known(connector_id: str) -> Config:
    try:
        return connectors.get(connector_id)
    except KeyError:
        abort(404)


def _message(message_id: int, role: str = "viewer") -> Row[Any]:
    found = history.message(message_id) if message_id <= LARGEST else None
    if found is None:
        abort(404)
    allow(role, found.connector_id)
    return found


def _connector(config: Config) -> dict[str, Any]:
    shown = {name: getattr(config, name) for name in ("id", "name", "active", "erp", "plugin", "state", "attention")}
    return {**shown, "last_action": config.last_action, "last_action_at": _shown(config.last_action_at)}


def _run(row: Row[Any]) -> dict[str, Any]:
    return {**_values(row, RUN), "details": logbook.details(row)}


def _values(row: Row[Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name.removesuffix("_id") if name == "connector_id" else name: _shown(getattr(row, name)) for name in names}


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _limit(asked: Asked) -> int:
    limit = asked.cursor("limit") or 50
    if limit > MOST:
        asked.errors["limit"] = f"At most {MOST}."
    return limit


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def _refused(sentence: str, status: int = 422) -> Answer:
    return jsonify(message=sentence), status
