"""Edit the record of one failed message and send it again: field by field, with the difference and a reason.

The fields are those of the record as it is read from its source now; what is typed over them goes for the tries of
this message only (queue/overrides, sync/edits). It writes nothing to either system.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid, Outcome
from connector.queue.reading import history
from connector.queue.repairing import acts, overrides, repair
from connector.queue.repairing.overrides import ORIGIN
from connector.records import Record
from connector.setup.models import OPERATOR
from connector.sync import edits
from connector.web.access.auth import allow, need
from connector.web.frame.asking import LARGEST, Asked, storable
from connector.web.frame.language import tr
from connector.web.frame.render import go, render

blueprint = Blueprint("editing", __name__, url_prefix="/messages")
REASON = 500
BEFORE = "f:"  # in front of a path: the name of its field in the form


class Row(NamedTuple):
    """One field of the form."""

    path: str
    now: str
    typed: str
    error: str

    @property
    def changed(self) -> bool:
        return self.typed != self.now


@blueprint.route("/<int:message_id>/edit", methods=["GET", "POST"])
@need("viewer")
def page(message_id: int) -> Response:
    """The form, then the difference with the reason, then the message is sent again with the edited fields."""
    message = history.message(message_id) if message_id <= LARGEST else None
    if message is None:
        abort(404)
    allow(OPERATOR, message.connector_id)
    record = _read(message)
    if isinstance(record, str):
        return render("messages/edit.html", message=message, problem=record, rows=[], asked=Asked({}))
    asked = Asked(request.form)
    if request.method == "GET":
        return _form(message, record, _rows(record, {}), asked)
    typed = {name[len(BEFORE) :]: text for name, text in request.form.items() if name.startswith(BEFORE)}
    rows = _rows(record, typed)
    if asked.text("stamp", 80) != record.content_hash():
        asked.errors["stamp"] = _(
            "The record has changed in its source since this page was shown. This is how it is now: look at it again."
        )
    if not any(row.changed for row in rows):
        asked.errors["stamp"] = asked.errors.get("stamp") or _("Change at least one field.")
    if asked.errors or any(row.error for row in rows):
        return _form(message, record, rows, asked, 422)
    reason = asked.text("reason", REASON)
    if not request.form.get("confirmed"):
        return _form(message, record, rows, asked, sure=True)
    if not reason and not asked.errors:
        asked.errors["reason"] = _("Say why, so that others know it later.")
    if asked.errors:
        return _form(message, record, rows, asked, 422, sure=True)
    return _send(message, rows, reason)


def _read(message: Any) -> Record | str:
    """The record in its source now, or the sentence that says why there is none."""
    if message.status not in acts.MAY[acts.REPROCESS]:
        return _("Only a message that has failed, waits or is held can be edited.")
    engine = current_app.extensions["engine"]
    try:
        found = engine.read_source(message.connector_id, message.entity, message.key, message.direction)
    except Outcome as problem:
        return problem.reason
    except (Invalid, KeyError):
        return _("The connector's settings are not complete, or it is not there any more.")
    return found if found is not None else _("%(key)s is not in its source any more.", key=message.key)


def _rows(record: Record, typed: dict[str, str]) -> list[Row]:
    rows = []
    for field in edits.fields(record):
        text = typed.get(field.path, field.text).strip()
        error = ""
        if not storable(text):
            text, error = "", _("This holds a character that cannot be kept.")
        try:
            if text != field.text:
                edits.read(field.kind, text)
        except ValueError as problem:
            error = tr(problem)
        rows.append(Row(field.path, field.text, text, error))
    return rows


def _form(
    message: Any, record: Record, rows: list[Row], asked: Asked, status: int = 200, *, sure: bool = False
) -> Response:
    return render(
        "messages/edit.html",
        status=status,
        message=message,
        problem="",
        rows=rows,
        changed=[row for row in rows if row.changed],
        stamp=record.content_hash(),
        before=BEFORE,
        asked=asked,
        sure=sure,
    )


def _send(message: Any, rows: list[Row], reason: str) -> Response:
    fields = {row.path: (row.now, row.typed) for row in rows if row.changed}
    user = current_user.name
    overrides.add(message, fields, user=user, reason=reason)
    bell = getattr(current_app.extensions.get("engine"), "bell", None)
    done = repair.reprocess([message.id], user=user, reason=reason, bell=bell, origin=ORIGIN)
    if done.changed:
        flash(_("Message %(number)s is sent again with what you have edited.", number=message.id), "success")
    else:
        flash(
            _("Message %(number)s has been overtaken in the meantime: nothing was sent.", number=message.id), "warning"
        )
    return go(url_for("messages.detail", message_id=message.id))
