"""Messages: the list with its filters, and one message with everything that was tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Row

from connector.db import utcnow
from connector.errors import Outcome
from connector.queue.models import PENDING, RUNNING, STATUSES
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.queue.reading.paging import Page
from connector.queue.repairing import acts, repair
from connector.queue.repairing.care import About
from connector.setup.models import OPERATOR, VIEWER
from connector.web.access.auth import allow, need
from connector.web.frame import asking, pieces
from connector.web.frame.asking import DIRECTIONS, ENTITIES, LARGEST, Asked
from connector.web.frame.language import choices, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import entity_word
from connector.web.operating import caring, causes, exchanges, listing, mending, timeline

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
blueprint.record_once(lambda state: pieces.register(state.app))
NOTHING = Page(())
MENDED = {
    acts.REPROCESS: N_("Message %(number)s is reprocessed."),
    acts.SKIP: N_("Message %(number)s is skipped."),
    acts.HOLD: N_("Message %(number)s is held."),
}
REASON = 500  # characters of a person's reason


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The list. The address is the filter."""
    connectors = asking.connector_choices()
    asked, chosen = _chosen(Asked(request.args), list(dict(connectors)))
    found = NOTHING if asked.errors else history.messages(chosen, asked.cursor("before"))
    return _listed(asked, chosen, found, connectors)


def _chosen(asked: Asked, connectors: Sequence[str]) -> tuple[Asked, Filter]:
    """What an address asks for: the same for the list, its chart, the file and the repair of all."""
    chosen = Filter(
        connector=asked.choice("connector", connectors),
        entity=asked.choice("entity", list(dict(ENTITIES))),
        direction=asked.choice("direction", list(dict(DIRECTIONS))),
        status=asked.choice("status", STATUSES),
        key=asked.text("key"),
        text=asked.text("text", 200),
        since=asked.moment("from_date", "from_time"),
        until=asked.moment("to_date", "to_time", end=True),
        without=current_user.hidden,
    )
    return asked, chosen


def _listed(asked: Asked, chosen: Filter, found: Page, connectors: list[tuple[str, str]]) -> Response:
    return render(
        "messages/page.html",
        "list",
        status=asked.status,
        asked=asked,
        connectors=connectors,
        entities=choices(ENTITIES),
        directions=choices(DIRECTIONS),
        statuses=[(status, tr(status.capitalize())) for status in STATUSES],
        found=found,
        deep="before" in request.args,
        shown=None if asked.errors else listing.day(chosen, asked),
        export=asking.query(url_for("messages.export"), **asked.values),
        repair=listing.repair(asked),
    )


@blueprint.get("/export.csv")
@need("viewer")
def export() -> Response:
    """The messages of the same filter as a file."""
    asked, chosen = _chosen(Asked(request.args), list(dict(asking.connector_choices())))
    if asked.errors:
        abort(400)
    return listing.file(chosen)


@blueprint.get("/<int:message_id>")
@need("viewer")
def detail(message_id: int) -> Response:
    """One message. The block `live` is asked for again while it is on its way."""
    return _detail(message_id)


@blueprint.post("/<int:message_id>/<any(reprocess, skip, hold):act>")
@need("viewer")
def mend(message_id: int, act: str) -> Response:
    """Reprocess, skip or hold this one."""
    _find(message_id, OPERATOR)
    asked = Asked(request.form)
    reason = asked.text("reason", REASON)
    if act != acts.REPROCESS and not reason and not asked.errors:
        asked.errors["reason"] = _("Say why, so that others know it later.")
    if asked.errors:
        return _detail(message_id, asked, 422)
    user = current_user.name
    if act == acts.REPROCESS:
        done = repair.reprocess([message_id], user=user, reason=reason, bell=_bell())
    elif act == acts.SKIP:
        done = repair.skip([message_id], user=user, reason=reason)
    else:
        done = repair.hold([message_id], user=user, reason=reason)
    if done.total:
        flash(_(MENDED[act], number=message_id), "success")
    else:
        flash(_("Message %(number)s has changed in the meantime: nothing was done.", number=message_id), "warning")
    return go(url_for("messages.detail", message_id=message_id))


@blueprint.post("/<int:message_id>/<any(care, note):what>")
@need("viewer")
def look_after(message_id: int, what: str) -> Response:
    """Owner and pause of one message, or a note on it."""
    message = _find(message_id, OPERATOR)
    about = About(message.connector_id, message.entity, message_id=message_id)
    back = url_for("messages.detail", message_id=message_id)
    return caring.save(what, about, back, lambda asked: _detail(message_id, asked, 422))


@blueprint.post("/<int:message_id>/sync")
@need("viewer")
def sync(message_id: int) -> Response:
    """Sync its record again, now; what comes of it is on the page of the newest message."""
    message = _find(message_id, OPERATOR)
    try:
        newest = current_app.extensions["engine"].sync_now(
            message.connector_id, message.entity, message.key, user=current_user.name
        )
    except (Outcome, KeyError) as problem:
        what = f"{entity_word(message.entity)} {message.key}"
        flash(_("%(record)s was not synced: %(problem)s", record=what, problem=said(problem)), "warning")
        return go(url_for("messages.detail", message_id=message_id))
    return go(url_for("messages.detail", message_id=newest or message_id))


def said(problem: Exception) -> str:
    """A sentence for what the engine refused."""
    return problem.reason if isinstance(problem, Outcome) else _("there is no such connector any more.")


def _bell() -> Any:
    return getattr(current_app.extensions.get("engine"), "bell", None)


def _find(message_id: int, role: str = VIEWER) -> Row[Any]:
    """The message, for people who have this role in its connector."""
    message = history.message(message_id) if message_id <= LARGEST else None
    if message is None:
        abort(404)
    allow(role, message.connector_id)
    return message


def _detail(message_id: int, asked: Asked | None = None, status: int = 200) -> Response:
    message = _find(message_id)
    before = Asked(request.args).cursor("before")
    tried = history.attempts(message_id, before)
    return render(
        "messages/detail.html",
        "live",
        status=status,
        message=message,
        moving=message.status in (PENDING, RUNNING) and before is None,
        resting=message.status == PENDING and message.available_at > utcnow(),
        cause=causes.find(message.code) if message.code else None,
        payload=exchanges.pretty(message.payload) if _filled(message.payload) else "",
        tried=tried,
        calls={row.id: exchanges.about(exchanges.read(row.exchanges), message.key) for row in tried.rows},
        may={act for act, statuses in acts.MAY.items() if message.status in statuses},
        may_act=current_user.may(OPERATOR),
        asked=asked or Asked({}),
        place=mending.place(message.code, message.connector_id) if message.code else None,
        entries=timeline.of_message(message),
        **caring.shown(About(message.connector_id, message.entity, message_id=message_id), asked),
    )


def _filled(payload: str) -> bool:
    try:
        return bool(json.loads(payload))
    except ValueError:
        return bool(payload)
