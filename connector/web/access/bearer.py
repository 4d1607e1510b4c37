"""API tokens at the door: who a Bearer header stands for, and patience with those who guess. It knows no page."""

from __future__ import annotations

import threading

from flask import Request, abort, g

from connector.clock import CLOCK, Clock
from connector.setup import tokens

PREFIX = "/api/"
MINUTE, MOST_FAILURES, MOST_ADDRESSES = 60.0, 10, 10_000


class Patience:
    """Failures of each address in the last minute: after ten, nothing more is looked at for the rest of it."""

    def __init__(self, clock: Clock = CLOCK) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[float, int]] = {}

    def left(self, address: str) -> float:
        """For how many seconds this address has to wait; 0 when it need not."""
        with self._lock:
            begun, count = self._failures.get(address, (0.0, 0))
            rest = begun + MINUTE - self.clock.monotonic()
            return rest if count >= MOST_FAILURES and rest > 0 else 0.0

    def fail(self, address: str) -> None:
        now = self.clock.monotonic()
        with self._lock:
            if len(self._failures) >= MOST_ADDRESSES:
                self._failures = {a: f for a, f in self._failures.items() if f[0] + MINUTE > now}
            begun, count = self._failures.get(address, (now, 0))
            self._failures[address] = (now, 1) if begun + MINUTE <= now else (begun, count + 1)


patience = Patience()


def given(request: Request) -> str | None:
    """The token of a request to the API; None where a token is of no use: pages know sessions only."""
    header = request.headers.get("Authorization", "")
    if not request.path.startswith(PREFIX) or not header:
        return None
    kind, _, secret = header.partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def owner(request: Request, secret: str) -> int | None:
    """The number of the person; None for a token that does not hold. 429 after too many of these."""
    address = request.remote_addr or ""
    wait = patience.left(address)
    if wait:
        g.retry_after = int(wait) + 1
        abort(429)
    found = tokens.owner(secret)
    if found is None:
        patience.fail(address)
    return found
