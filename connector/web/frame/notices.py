"""System messages: what needs a person, and bulk operations; the bell of every page leads here (PER-04, LOG-18).

What is read is each person's own matter, so reading leaves no entry in the audit trail.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector import notices
from connector.setup.models import ADMIN
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.asking import LARGEST, Asked
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("notices", __name__, url_prefix="/system-messages")
KINDS = ((notices.PROBLEM, N_("Problem")), (notices.BULK, N_("Bulk operation")))
SHOWN = (("unread", N_("Unread only")),)
SIZE = 50


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The list, newest first. The address is the filter."""
    asked = Asked(request.args)
    connector, kind = asked.text("connector", 40), asked.choice("kind", [kind for kind, _label in KINDS])
    only, before = asked.choice("show", [value for value, _label in SHOWN]), asked.cursor("before")
    narrowed = {"connector_id": connector, "kind": kind, "only_unread": bool(only), "hidden": current_user.hidden}
    rows = [] if asked.errors else notices.latest(current_user.id, before=before, limit=SIZE + 1, **narrowed)
    return render(
        "notices/page.html",
        status=asked.status,
        asked=asked,
        rows=rows[:SIZE],
        older=rows[SIZE - 1].id if len(rows) > SIZE else None,
        deep=before is not None,
        connectors=asking.connector_choices(),
        kinds=[(kind, tr(label)) for kind, label in KINDS],
        shown=[(value, tr(label)) for value, label in SHOWN],
        may_flush=any(current_user.may(ADMIN, id) for id, _name in asking.connector_choices()),
    )


@blueprint.post("/read")
@need("viewer")
def read() -> Response:
    """Mark one as read (`notice`), or all that this person may see."""
    number = request.form.get("notice", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 20 and int(number) <= LARGEST):
        abort(400)
    done = notices.mark_read(current_user.id, int(number) if number else None, current_user.hidden)
    if not number:
        flash(_("Marked as read: %(number)s.", number=done) if done else _("Everything was read already."), "success")
    return go(url_for("notices.page"))


class Bell:
    """How many system messages this person has not read: asked for once for each page that shows the frame."""

    @property
    def unread(self) -> int:
        if "unread" not in g:
            g.unread = notices.unread(current_user.id, current_user.hidden)
        return int(g.unread)
