"""The audit trail: what people did, with field, old and new value, address and result. For administrators (LOG-12)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Row

from connector import events
from connector.web.access.auth import need
from connector.web.frame import asking, exports
from connector.web.frame.asking import Asked
from connector.web.frame.render import render
from connector.web.operating import actions

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
COLUMNS = ("Date", "Time", "User", "Action", "Connector", "What", "Field", "Old", "New", "Result", "Address", "More")
SIZE = 50
OWN = ("field", "old", "new", "result", "ip", "label")  # of the details; the rest is shown whole


class Line(NamedTuple):
    """One thing that somebody did."""

    row: Row[Any]
    field: str
    old: str
    new: str
    result: str
    ip: str
    more: str

    @property
    def cells(self) -> tuple[Any, ...]:
        row = self.row
        when = (f"{row.at:%Y-%m-%d}", f"{row.at:%H:%M:%S}")
        return (*when, row.user, row.action, row.connector_id, row.message, *self[1:])


@blueprint.get("")
@need("admin")
def page() -> Response:
    """The list. The address is the filter."""
    asked = Asked(request.args)
    wanted = _wanted(asked)
    found = [] if asked.errors else _found(wanted, asked.cursor("before"), SIZE + 1)
    return render(
        "audit/page.html",
        "list",
        status=asked.status,
        asked=asked,
        lines=[line(row) for row in found[:SIZE]],
        older=found[SIZE - 1].id if len(found) > SIZE else None,
        deep="before" in request.args,
        connectors=asking.connector_choices(),
        actions=[(action, action) for action in actions.ALL],
        export=asking.query(url_for("audit.export"), **asked.values),
    )


@blueprint.get("/audit.csv")
@need("admin")
def export() -> Response:
    """What the filter finds, as a table for a spreadsheet."""
    asked = Asked(request.args)
    wanted = _wanted(asked)
    if asked.errors:
        abort(400)
    rows = exports.all_pages(lambda before: _found(wanted, before, exports.PAGE))
    return exports.answer("audit", COLUMNS, (line(row).cells for row in rows))


def _wanted(asked: Asked) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "user": asked.text("user", 120),
        "connector_id": asked.text("connector", 40),
        "action": asked.choice("action", actions.ALL),
        "text": asked.text("text", 200),
        "since": asked.moment("from_date", "from_time"),
        "until": asked.moment("to_date", "to_time", end=True),
        "without": current_user.hidden,
    }
    if wanted["since"] and wanted["until"] and wanted["since"] > wanted["until"]:
        asked.errors["to_date"] = _("This is before the beginning.")
    return wanted


def _found(wanted: dict[str, Any], before: int | None, limit: int) -> Any:
    return events.latest(**wanted, people=True, before=before, limit=limit)


def line(row: Row[Any]) -> Line:
    """An event with its details taken apart."""
    try:
        details = json.loads(row.details)
    except ValueError:
        details = {}
    details = details if isinstance(details, dict) else {}
    rest = {name: value for name, value in details.items() if name not in OWN}
    more = json.dumps(rest, ensure_ascii=False, default=str) if rest else ""
    result = str(details.get("result") or events.RESULTS.get(row.level, row.level))
    field, old, new, ip = (_text(details.get(name)) for name in ("field", "old", "new", "ip"))
    return Line(row, field, old, new, result, ip, more)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
