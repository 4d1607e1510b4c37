"""Push intake over HTTP: bounded, well-formed JSON goes to the engine, its answer goes back as JSON.

The secret is the engine's business (and is checked first, also for junk, so that a stranger learns nothing
but 401). Nothing that a sender can send makes a 500: it would be sent again and again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from connector import events
from connector.web.access.auth import public
from connector.web.frame.flood import Flood

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,40}")
ACTION = "Data Retrieval"
flood = Flood()


@blueprint.post("/acumatica/<connector_id>")
@public
def acumatica(connector_id: str) -> tuple[Response, int]:
    """One notification of Acumatica (facts/ACUMATICA.md, push notifications)."""
    return _accept(connector_id, "acumatica")


@blueprint.post("/<sender>/<connector_id>")
@public
def store(sender: str, connector_id: str) -> tuple[Response, int]:
    """One notification of a store whose module sends some: /hooks/magento/WEB."""
    return _accept(connector_id, sender if IDENTIFIER.fullmatch(sender) else "-")


def _accept(connector_id: str, sender: str) -> tuple[Response, int]:
    body = request.get_data(cache=False)  # raises 413 above MAX_CONTENT_LENGTH
    problem = junk(body)
    known = connector_id if IDENTIFIER.fullmatch(connector_id) else ""
    result = current_app.extensions["engine"].accept_push(known, request.headers, b"" if problem else body, sender)
    message = problem if problem and result.status == 400 else result.message
    if result.status >= 400:
        _log(known, result.status, message, len(body))
    return jsonify(message=message), result.status


def junk(body: bytes) -> str:
    """Why the body cannot be a notification, in a sentence; empty when it can."""
    try:
        value = json.loads(body)
    except RecursionError:
        return "The body is nested too deeply."
    except ValueError:
        return "The body is not JSON."
    if not isinstance(value, dict):
        return "The body must be a JSON object."
    if not _storable(value):
        return "The body holds characters that cannot be stored."
    return ""


def _storable(value: Any) -> bool:
    """No NUL (PostgreSQL refuses it) and no half of a surrogate pair (UTF-8 refuses it) in any text."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest.extend(one.keys())
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
        elif isinstance(one, str) and ("\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one)):
            return False
    return True


def _log(connector_id: str, status: int, message: str, size: int) -> None:
    store, left_out = flood.admit()
    if left_out:
        events.record(ACTION, f"{left_out} more notifications were refused and not listed.", level=events.WARNING)
    if store:
        events.record(
            ACTION,
            f"A notification was refused with {status}: {message}",
            connector_id=connector_id,
            level=events.WARNING,
            details={"status": status, "from": request.remote_addr or "", "bytes": size},
        )
