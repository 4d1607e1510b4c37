"""The form of owner, pause and notes: for a cause and for one message. It reads and checks what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user

from connector.db import utcnow
from connector.queue.repairing import care
from connector.queue.repairing.care import About, Stale
from connector.web.frame.asking import Asked
from connector.web.frame.language import choices
from connector.web.frame.marks import N_
from connector.web.frame.render import go

LONGEST = 2_000  # characters of a note
PAUSES = (
    ("", N_("As it is")),
    ("0", N_("Not paused")),
    ("1", N_("For an hour")),
    ("4", N_("For four hours")),
    ("24", N_("For a day")),
    ("72", N_("For three days")),
    ("168", N_("For a week")),
)


def shown(about: About, asked: Asked | None = None) -> dict[str, Any]:
    """What the form needs; `asked` is what was typed when it was refused."""
    row = care.of(about)
    return {
        "care": row,
        "notes": care.notes(about),
        "paused": row is not None and row.snoozed_until is not None and row.snoozed_until > utcnow(),
        "pauses": choices(PAUSES),
        "typed": asked or Asked({}),
    }


def save(what: str, about: About, back: str, again: Callable[[Asked], Response]) -> Response:
    """Do what the form says; on a mistake the page again (`again`) with what was typed."""
    asked = Asked(request.form)
    if what == "note":
        text = asked.text("note", LONGEST)
        if not text and not asked.errors:
            asked.errors["note"] = _("Write something.")
        if asked.errors:
            return again(asked)
        care.note(about, text, user=current_user.name)
        flash(_("The note is kept."), "success")
        return go(back)
    owner, pause = asked.text("owner", 120), asked.choice("pause", [value for value, _word in PAUSES])
    revision = asked.text("revision", 9)
    if asked.errors:
        return again(asked)
    row = care.of(about)
    try:
        until = _until(pause, row.snoozed_until if row else None)
        number = int(revision) if revision.isascii() and revision.isdigit() else 0
        care.save(about, owner=owner, snoozed_until=until, user=current_user.name, revision=number)
    except Stale:
        asked.errors["owner"] = _(
            "Somebody else has changed this in the meantime. This is how it is now: save again if you still want to."
        )
        return again(asked)
    flash(_("Saved."), "success")
    return go(back)


def _until(pause: str, before: datetime | None) -> datetime | None:
    if not pause:
        return before
    return utcnow() + timedelta(hours=int(pause)) if pause != "0" else None
