"""Numbers and spans as people read them: filters for the templates. They know no page."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from connector.db import utcnow
from connector.queue.reading.numbers import CAP
from connector.queue.reading.progress import Progress

STEPS = ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"))


def counted(number: int, cap: int = CAP) -> str:
    """1234 -> "1,234"; more than was counted -> "10,000+"."""
    return f"{cap:,}+" if number > cap else f"{number:,}"


def duration(seconds: float) -> str:
    """A span in its largest unit: "40 s", "3 min", "2 h", "5 days"."""
    for length, one, many in STEPS:
        whole = int(seconds // length)
        if whole >= 1:
            return f"{whole} {one if whole == 1 else many}"
    return f"{max(0, int(seconds))} s"


def since(instant: datetime) -> str:
    """How long ago an instant was."""
    return duration((utcnow() - instant).total_seconds())


def ago(instant: datetime) -> str:
    """How long ago, or how long until: "5 min ago", "in 30 s"."""
    seconds = (utcnow() - instant).total_seconds()
    return f"in {duration(-seconds)}" if seconds <= -1 else f"{duration(seconds)} ago"


def utc(instant: datetime) -> str:
    """To the second, with its zone: "2026-05-03 14:05:09 UTC"."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def minutes_since(minute: datetime) -> str:
    """How long ago something was of which only the minute is kept."""
    seconds = (utcnow() - minute).total_seconds()
    return "this minute" if seconds < 60 else f"{duration(seconds)} ago"


def rest(progress: Progress) -> str:
    """How long the rest takes at the pace that was measured, or why nobody can say."""
    if progress.pace is None:
        return "the pace is not measured yet"
    if progress.remaining is None:
        return "nothing has moved lately"
    pace = f"{progress.pace:,.0f} a second" if progress.pace >= 1 else f"{progress.pace * 60:,.0f} a minute"
    return f"about {duration(progress.remaining.total_seconds())} left at {pace}"


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        counted=counted, duration=duration, since=since, minutes_since=minutes_since, ago=ago, utc=utc, rest=rest
    )
