"""The small pieces that stand in every row of a table, made in Python because a page has hundreds of them:
status pills, times, and the words for directions and origins. Templates call them; `_ui.html` has the larger parts.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from flask.sansio.app import App
from markupsafe import Markup

from connector.web.frame.assets import icon
from connector.web.frame.words import ago, utc

# word, icon, colour: a status is never told by its colour alone
STATUSES = {
    "pending": ("Pending", "hourglass", "busy"),
    "running": ("Running", "arrow-repeat", "busy"),
    "waiting": ("Waiting", "pause-circle", "warn"),
    "succeeded": ("Succeeded", "check-circle", "good"),
    "failed": ("Failed", "x-octagon", "bad"),
    "skipped": ("Skipped", "skip-forward-circle", ""),
    "superseded": ("Superseded", "layers", ""),
    "held": ("Held", "hand-index", "bad"),
    "retry": ("Will retry", "arrow-clockwise", "warn"),
    "fenced": ("Taken over", "shield-exclamation", "warn"),
    "reprocessed": ("Reprocessed", "arrow-counterclockwise", "busy"),
    "processing": ("Processing", "arrow-repeat", "busy"),
    "success": ("Success", "check-circle", "good"),
    "error": ("Error", "x-octagon", "bad"),
    "notice": ("Notice", "info-circle", "warn"),
    "warning": ("Warning", "exclamation-triangle", "warn"),
    "info": ("Info", "info-circle", ""),
    "debug": ("Debug", "bug", ""),
    "over": ("Solved", "check-circle", "good"),
    "not_synced": ("Not synced", "dash-circle", "warn"),
    "synced": ("Synced", "check-circle", "good"),
    "newer": ("Changed", "pencil", "warn"),
    "unsure": ("Unsure", "question-circle", "warn"),
    "accepted": ("Accepted", "check-circle", "good"),
    "unknown": ("Unknown query", "question-circle", "warn"),
    "edited": ("Edited", "pencil", "busy"),
    "changed": ("Written", "file-diff", ""),
    "note": ("Note", "chat-left-text", ""),
    "ignored": ("Ignored", "skip-forward-circle", ""),
}
DIRECTIONS = {"erp_to_store": "ERP to store", "store_to_erp": "Store to ERP"}
ORIGINS = {
    "push": "Push notification",
    "poll": "Poll",
    "person": "Sync Now",
    "reprocess": "Reprocess",
    "edit": "Reprocess with edited fields",
    "batch": "Batch process",
    "full": "Manual sync",
    "dependency": "Needed by another record",
    "fenced": "Written again after a take-over",
}


@cache
def pill(status: str, label: str = "") -> Markup:
    """A status by word, icon and colour."""
    word, picture, kind = STATUSES.get(status, (status.replace("_", " ").capitalize(), "circle", ""))
    colour = f" pill-{kind}" if kind else ""
    return Markup('<span class="pill{}">{} {}</span>').format(colour, icon(picture), label or word)


def moment(instant: datetime | None) -> Markup:
    """A time as the span until now; the exact one is its title."""
    if instant is None:
        return Markup('<span class="quiet">never</span>')
    return Markup('<time datetime="{}" title="{}">{}</time>').format(instant.isoformat(), utc(instant), ago(instant))


def direction(word: str) -> str:
    return DIRECTIONS.get(word, word)


def origin(word: str) -> str:
    return ORIGINS.get(word, word)


def register(app: App) -> None:
    app.jinja_env.globals.update(pill=pill, moment=moment)
    app.jinja_env.filters.update(direction=direction, origin=origin)
