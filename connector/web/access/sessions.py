"""How long somebody stays signed in, and what the log is told about who asks. It knows no page.

A session ends SESSION_HOURS after the sign-in, and earlier when nobody has used it for SESSION_IDLE_MINUTES. What a
page fetches by itself (htmx GET) is no use of it: an open page that polls must not stay signed in for ever.
"""

from __future__ import annotations

from flask import Flask, current_app, request, session

from connector import events
from connector.db import utcnow

BEGUN, SEEN = "begun", "seen"  # seconds since 1970
NOTED_EVERY = 60  # seconds: the cookie is not written for each click


def begin() -> None:
    """A new session: nothing of a stranger's, nor its CSRF token, comes along."""
    session.clear()
    session.permanent = True
    session[BEGUN] = session[SEEN] = _now()


def over() -> bool:
    """Whether the session has come to its end. Notes that it was used, when it was."""
    now = _now()
    begun, seen = session.get(BEGUN), session.get(SEEN)
    if not isinstance(begun, int) or not isinstance(seen, int):
        session[BEGUN] = session[SEEN] = now  # one that was begun before sessions had ends
        return False
    if now - begun >= current_app.config["SESSION_HOURS"] * 3600:
        return True
    if now - seen >= current_app.config["SESSION_IDLE_MINUTES"] * 60:
        return True
    if _used() and now - seen >= NOTED_EVERY:
        session[SEEN] = now
    return False


def _used() -> bool:
    return request.method != "GET" or request.headers.get("HX-Request") != "true"


def _now() -> int:
    return int(utcnow().timestamp())


def _note_who_asks() -> None:
    events.request.set({"ip": request.remote_addr or ""})


def _forget_who_asked(_error: BaseException | None) -> None:
    events.request.set(None)


def register(app: Flask) -> None:
    app.before_request(_note_who_asks)
    app.teardown_request(_forget_who_asked)
