"""In which time zone a page writes times and reads those that are typed: the browser's, which app.js tells by a cookie.

Without a script it is UTC. What runs by itself (cron, quiet hours, batches to be kept) is in UTC whoever looks.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request
from flask_babel import format_datetime, get_timezone
from pytz import all_timezones_set, utc

COOKIE = "zone"


def selected() -> str:
    """The zone's name, "Europe/Berlin"; what the cookie says is believed only when there is such a zone."""
    told = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return told if told in all_timezones_set else "UTC"


def _zone() -> Any:
    return get_timezone() if has_request_context() else utc


def here(instant: datetime) -> datetime:
    """The instant on the viewer's clock."""
    return instant.astimezone(_zone())


def instant_of(typed: datetime) -> datetime:
    """The instant that a day and a time without a zone mean to the viewer."""
    return _zone().localize(typed).astimezone(UTC)


def day(instant: datetime) -> str:
    return f"{here(instant):%Y-%m-%d}"


def clock(instant: datetime) -> str:
    return f"{here(instant):%H:%M:%S}"


def exact(instant: datetime) -> str:
    """To the second, with its zone: "2026-05-03 14:05:09 UTC"."""
    return f"{here(instant):%Y-%m-%d %H:%M:%S %Z}"


def brief(instant: datetime) -> str:
    """The day of the week and the minute, in the words of the page: "Sun 14:05"."""
    return str(format_datetime(instant, "EEE HH:mm"))
