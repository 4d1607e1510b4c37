"""Numbers and spans as people read them: filters for the templates. They know no page."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from connector.db import utcnow
from connector.queue.reading.numbers import CAP
from connector.queue.reading.progress import Progress

STEPS = ((3_600, "h"), (60, "min"))  # their signs are the same in every language of ours
DAY = 86_400


def counted(number: int, cap: int = CAP) -> str:
    """1234 -> "1,234" or "1.234"; more than was counted -> "10,000+"."""
    return f"{format_decimal(cap)}+" if number > cap else format_decimal(number)


def duration(seconds: float) -> str:
    """A span in its largest unit: "40 s", "3 min", "2 h", "5 days"."""
    if days := int(max(0, seconds) // DAY):
        return ngettext("%(num)d day", "%(num)d days", days)
    for length, sign in STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {sign}"
    return f"{max(0, int(seconds))} s"


def since(instant: datetime) -> str:
    """How long ago an instant was."""
    return duration((utcnow() - instant).total_seconds())


def ago(instant: datetime) -> str:
    """How long ago, or how long until: "5 min ago", "in 30 s"."""
    seconds = (utcnow() - instant).total_seconds()
    if seconds <= -1:
        return _("in %(span)s", span=duration(-seconds))
    return _("%(span)s ago", span=duration(seconds))


def utc(instant: datetime) -> str:
    """To the second, with its zone: "2026-05-03 14:05:09 UTC"."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def minutes_since(minute: datetime) -> str:
    """How long ago something was of which only the minute is kept."""
    seconds = (utcnow() - minute).total_seconds()
    return _("this minute") if seconds < 60 else _("%(span)s ago", span=duration(seconds))


def rest(progress: Progress) -> str:
    """How long the rest takes at the pace that was measured, or why nobody can say."""
    if progress.pace is None:
        return _("the pace is not measured yet")
    if progress.remaining is None:
        return _("nothing has moved lately")
    left = duration(progress.remaining.total_seconds())
    if progress.pace >= 1:
        return _("about %(span)s left at %(pace)s a second", span=left, pace=format_decimal(round(progress.pace)))
    return _("about %(span)s left at %(pace)s a minute", span=left, pace=format_decimal(round(progress.pace * 60)))


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        counted=counted, duration=duration, since=since, minutes_since=minutes_since, ago=ago, utc=utc, rest=rest
    )
