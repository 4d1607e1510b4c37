"""The small pieces that stand in every row of a table, made in Python because a page has hundreds of them:
status pills, times, and the words for directions and origins. Templates call them; `_ui.html` has the larger parts.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from flask.sansio.app import App
from flask_babel import gettext as _
from markupsafe import Markup

from connector.web.frame.assets import icon
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.words import ago
from connector.web.frame.zones import exact

# word, icon, colour: a status is never told by its colour alone
STATUSES = {
    "pending": (N_("Pending"), "hourglass", "busy"),
    "running": (N_("Running"), "arrow-repeat", "busy"),
    "waiting": (N_("Waiting"), "pause-circle", "warn"),
    "succeeded": (N_("Succeeded"), "check-circle", "good"),
    "failed": (N_("Failed"), "x-octagon", "bad"),
    "skipped": (N_("Skipped"), "skip-forward-circle", ""),
    "superseded": (N_("Superseded"), "layers", ""),
    "held": (N_("Held"), "hand-index", "bad"),
    "retry": (N_("Will retry"), "arrow-clockwise", "warn"),
    "fenced": (N_("Taken over"), "shield-exclamation", "warn"),
    "reprocessed": (N_("Reprocessed"), "arrow-counterclockwise", "busy"),
    "processing": (N_("Processing"), "arrow-repeat", "busy"),
    "success": (N_("Success"), "check-circle", "good"),
    "error": (N_("Error"), "x-octagon", "bad"),
    "notice": (N_("Notice"), "info-circle", "warn"),
    "warning": (N_("Warning"), "exclamation-triangle", "warn"),
    "info": (N_("Info"), "info-circle", ""),
    "debug": (N_("Debug"), "bug", ""),
    "over": (N_("Solved"), "check-circle", "good"),
    "not_synced": (N_("Not synced"), "dash-circle", "warn"),
    "synced": (N_("Synced"), "check-circle", "good"),
    "newer": (N_("Changed"), "pencil", "warn"),
    "unsure": (N_("Unsure"), "question-circle", "warn"),
    "accepted": (N_("Accepted"), "check-circle", "good"),
    "unknown": (N_("Unknown query"), "question-circle", "warn"),
    "edited": (N_("Edited"), "pencil", "busy"),
    "changed": (N_("Written"), "file-diff", ""),
    "note": (N_("Note"), "chat-left-text", ""),
    "ignored": (N_("Ignored"), "skip-forward-circle", ""),
}
DIRECTIONS = {"erp_to_store": N_("ERP to store"), "store_to_erp": N_("Store to ERP")}
ORIGINS = {
    "push": N_("Push notification"),
    "poll": N_("Poll"),
    "person": N_("Sync Now"),
    "reprocess": N_("Reprocess"),
    "edit": N_("Reprocess with edited fields"),
    "batch": N_("Batch process"),
    "full": N_("Manual sync"),
    "dependency": N_("Needed by another record"),
    "fenced": N_("Written again after a take-over"),
}
OPERATIONS = {"upsert": N_("Upsert"), "delete": N_("Delete")}


def pill(status: str, label: str = "") -> Markup:
    """A status by word, icon and colour."""
    word, picture, kind = STATUSES.get(status, (status.replace("_", " ").capitalize(), "circle", ""))
    return _pill(label or tr(word), picture, kind)


@lru_cache(1_000)
def _pill(word: str, picture: str, kind: str) -> Markup:
    colour = f" pill-{kind}" if kind else ""
    return Markup('<span class="pill{}">{} {}</span>').format(colour, icon(picture), word)


def moment(instant: datetime | None) -> Markup:
    """A time as the span until now; the exact one is its title."""
    if instant is None:
        return Markup('<span class="quiet">{}</span>').format(_("never"))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(instant.isoformat(), exact(instant), ago(instant))


def direction(word: str) -> str:
    return tr(DIRECTIONS.get(word, word))


def origin(word: str) -> str:
    return tr(ORIGINS.get(word, word))


def operation(word: str) -> str:
    return tr(OPERATIONS.get(word, word.capitalize()))


def register(app: App) -> None:
    app.jinja_env.globals.update(pill=pill, moment=moment)
    app.jinja_env.filters.update(direction=direction, origin=origin, operation=operation)
