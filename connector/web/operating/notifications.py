"""Push notifications as they came in: also those to whose query no sync listens, so that none is lost unseen."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user

from connector.sync import notifications
from connector.web.access.auth import allow, need
from connector.web.frame import asking, exports
from connector.web.frame.asking import LARGEST, Asked
from connector.web.frame.language import choices
from connector.web.frame.marks import N_
from connector.web.frame.render import render
from connector.web.operating import exchanges

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")
STATUSES = (("accepted", N_("Accepted")), ("unknown", N_("Unknown query")), ("ignored", N_("Ignored")))
COLUMNS = ("Received", "Query", "Status", "Changes", "Duplicates", "Connector")
SIZE = 50


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The list. The address is the filter."""
    asked = Asked(request.args)
    connector = asked.text("connector", 40)
    status = asked.choice("status", list(dict(STATUSES)))
    before = asked.cursor("before")
    rows = (
        [] if asked.errors else notifications.latest(connector, status, before, SIZE + 1, without=current_user.hidden)
    )
    return render(
        "notifications/page.html",
        "list",
        status=asked.status,
        asked=asked,
        rows=rows[:SIZE],
        older=rows[SIZE - 1].id if len(rows) > SIZE else None,
        deep=before is not None,
        connectors=asking.connector_choices(),
        statuses=choices(STATUSES),
        export=asking.query(url_for("notifications.export"), **asked.values),
    )


@blueprint.get("/notifications.csv")
@need("viewer")
def export() -> Response:
    """The notifications of a filter as a table for a spreadsheet, without their bodies."""
    asked = Asked(request.args)
    connector = asked.text("connector", 40)
    status = asked.choice("status", list(dict(STATUSES)))
    if asked.errors:
        abort(400)
    hidden = current_user.hidden
    rows = exports.all_pages(
        lambda before: notifications.latest(connector, status, before, exports.PAGE, without=hidden)
    )
    cells = (
        (exports.moment(row.received_at), row.query, row.status, row.changes, row.duplicates, row.connector_id)
        for row in rows
    )
    return exports.answer("notifications", COLUMNS, cells)


@blueprint.get("/<int:notification_id>")
@need("viewer")
def detail(notification_id: int) -> Response:
    """One notification with its body, as it was sent."""
    found = notifications.one(notification_id) if notification_id <= LARGEST else None
    if found is None:
        abort(404)
    allow("viewer", found.connector_id)
    return render("notifications/detail.html", None, row=found, body=exchanges.pretty(found.body))
