"""What a browser would send back of a page, and what the log says afterwards."""

from __future__ import annotations

import html
import re

from sqlalchemy import select

from connector.db import db
from connector.events import Event

DEMO = "/connectors/DEMO"
CONNECTION, SETUP, SYNC = (f"{DEMO}/settings/{page}" for page in ("connection", "setup", "sync"))


def fields(page: str) -> dict[str, str]:
    """What a browser would send back: every field of the settings form as the page filled it."""
    form = page.split('<div id="settings">')[-1]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("checkbox", "radio") and " checked" not in tag):
            continue
        sent[name[1]] = html.unescape(value[1]) if value else ""
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.S):
        sent[name_] = html.unescape(text)
    for name_, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        sent[name_] = html.unescape(chosen[1]) if chosen else ""
    return sent


def logged() -> list[str]:
    with db.read() as connection:
        return list(connection.execute(select(Event.message).order_by(Event.id)).scalars())
