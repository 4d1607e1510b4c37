"""The brake's questions: what is held, the worst examples, and an operator's yes or no with its reason."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.queue.models import HELD
from connector.sync import catalogue
from connector.watch import brakes
from connector.watch.models import ASKING
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.asking import LARGEST
from connector.web.frame.configuring import known, typed
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import entity_inside

blueprint = Blueprint("brake", __name__, url_prefix="/connectors/<connector_id>/brake")
HOURS = (
    ("0", N_("Only these")),
    ("1", N_("And what follows within an hour")),
    ("8", N_("And what follows within eight hours")),
)
STATES = {"asking": N_("Waits for a person"), "approved": N_("Let go"), "rejected": N_("Given up")}
LONGEST = 500


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    config = known(connector_id)
    found = brakes.latest(connector_id=config.id)
    return render(
        "brake/page.html",
        config=config,
        asking=[_told(row) for row in found if row.state == ASKING],
        decided=[_told(row) for row in found if row.state != ASKING],
        limits=brakes.Limits.of(config.section("brake")),
        states=STATES,
    )


@blueprint.get("/<int:number>")
@need("viewer")
def question(connector_id: str, number: int) -> Response:
    return _show(_find(connector_id, number))


@blueprint.post("/<int:number>/<any(approve, reject):answer>")
@need("operator")
def decide(connector_id: str, number: int, answer: str) -> Response:
    row, reason = _find(connector_id, number), typed("reason").strip()
    hours = typed("hours")
    if hours not in dict(HOURS) and answer == "approve":
        abort(400)
    if len(reason) > LONGEST or not asking.storable(reason):
        return _show(row, status=422, error=_("Write at most %(number)s characters.", number=LONGEST))
    if answer == "reject" and not reason:
        return _show(row, status=422, error=_("Say why, so that others know it later."))
    bell = getattr(current_app.extensions.get("engine"), "bell", None)
    done = brakes.decide(
        number, answer == "approve", user=current_user.name, reason=reason, hours=int(hours or 0), bell=bell
    )
    if done is None:
        flash(_("Somebody has decided this already."), "warning")
        return go(url_for("brake.question", connector_id=connector_id, number=number))
    if not done.finished:
        return go(url_for("failed.progress", run_id=done.run_id))
    many, count = format_decimal(done.changed), done.changed
    if answer == "approve":
        said = ngettext("%(number)s message let go.", "%(number)s messages let go.", count, number=many)
    else:
        said = ngettext("%(number)s message given up.", "%(number)s messages given up.", count, number=many)
    flash(said, "success")
    return go(url_for("brake.page", connector_id=connector_id))


def _find(connector_id: str, number: int) -> Any:
    config = known(connector_id)
    try:
        row = brakes.find(number) if number <= LARGEST else None
    except KeyError:
        row = None
    if row is None or row.connector_id != config.id:
        abort(404)
    return row


def _told(row: Any) -> dict[str, Any]:
    return {"row": row, "title": tr(catalogue.find(row.entity).title), "sentence": sentence(row)}


def sentence(row: Any) -> str:
    """What a question is about, in words of the page; the log has those of `brakes.sentence`."""
    parts = (
        (row.zeroed, _("%(number)s would fall to nothing", number=format_decimal(row.zeroed))),
        (row.deleted, _("%(number)s would be taken out", number=format_decimal(row.deleted))),
        (row.priced, _("%(number)s change price", number=format_decimal(row.priced))),
    )
    return _(
        "%(entity)s: %(changes)s (of %(bound)s records; up to %(most)s would have gone).",
        entity=entity_inside(row.entity),
        changes=", ".join(said for number, said in parts if number),
        bound=format_decimal(row.bound),
        most=format_decimal(row.most),
    )


def _show(row: Any, *, status: int = 200, error: str = "") -> Response:
    return render(
        "brake/question.html",
        status=status,
        config=known(row.connector_id),
        asked=_told(row),
        worst=brakes.examples(row),
        messages=asking.query(
            "/messages", connector=row.connector_id, entity=row.entity, direction=row.direction, status=HELD
        ),
        hours=[(value, tr(label)) for value, label in HOURS],
        states=STATES,
        reason=typed("reason"),
        chosen=typed("hours") or "0",
        error=error,
        may_act=current_user.may("operator"),
        open=row.state == ASKING,
    )
