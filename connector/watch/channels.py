"""Apprise for the usual channels (Slack, Teams, Telegram, ntfy ...): it brings its own HTTP, nothing else of ours does.

An address holds credentials, so it is never put into a log, an error or a page.
"""

from __future__ import annotations

import apprise


def wrong(addresses: str) -> list[int]:
    """The places (from 1) of the addresses, separated by blanks, that Apprise does not know."""
    return [
        place
        for place, one in enumerate(addresses.split(), 1)
        if apprise.Apprise.instantiate(one, suppress_exceptions=True) is None
    ]


def send(addresses: str, subject: str, text: str) -> bool:
    """Send to all of these addresses; True when each has taken it."""
    sender = apprise.Apprise()
    for one in addresses.split():
        sender.add(one)
    return bool(sender.notify(body=text, title=subject)) if len(sender) else False
