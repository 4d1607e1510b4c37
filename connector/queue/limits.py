"""The pace that an outside system allows: requests at a time in this process, requests a minute over all of them.

A gate lets urgent requests through before the others. The minute's budget is a bucket in the database that time
refills; a process takes a second's worth at once, so that not each request costs a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from connector.clock import CLOCK, Clock
from connector.db import db, micros
from connector.queue.sql import run

MINUTE = 60_000_000  # microseconds

_ADD = "INSERT INTO rate_budget (name, tokens, refilled_at) VALUES (:name, :tokens, :now) ON CONFLICT DO NOTHING"
_READ = "SELECT tokens, refilled_at FROM rate_budget WHERE name = :name"
_SAVE = "UPDATE rate_budget SET tokens = :tokens, refilled_at = :at WHERE name = :name"


def take_tokens(name: str, per_minute: int, wanted: int, now: datetime) -> tuple[int, float]:
    """Take up to `wanted` requests out of a shared budget: how many, and the seconds until there is another.

    The bucket holds a second's worth, at least one: in no minute can more than that go out above the limit.
    """
    room, at = max(1, per_minute // 60), micros(now)
    with db.write() as connection:
        lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
        run(connection, _ADD, {"name": name, "tokens": room, "now": at})
        tokens, refilled = run(connection, _READ + lock, {"name": name}).one()
        gained = max(0, at - refilled) * per_minute // MINUTE
        refilled = at if tokens + gained >= room else refilled + gained * MINUTE // per_minute
        tokens = min(room, tokens + gained)
        taken = min(tokens, wanted)
        run(connection, _SAVE, {"name": name, "tokens": tokens - taken, "at": refilled})
    return taken, 0.0 if taken else min(60.0, max(0.001, (refilled + MINUTE / per_minute - at) / 1e6))


class SharedGate:
    """Implements systems.base.Gate. `per_minute` 0 is no limit; `parallel` is for this process."""

    def __init__(self, name: str, parallel: int, per_minute: int = 0, *, clock: Clock = CLOCK) -> None:
        self.name, self.parallel, self.per_minute, self.clock = name, max(1, parallel), max(0, per_minute), clock
        self._changed = threading.Condition()
        self._free = self.parallel
        self._tokens = 0
        self._urgent = 0  # urgent requests that wait
        self.passed = 0  # requests that it has let through
        self._asking = False  # somebody is asking the database for tokens

    @contextmanager
    def enter(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for a place and a token, and keep the place for the length of the block.

        With a limit a minute it needs an application context. No transaction is open inside the block.
        """
        self._admit(urgent)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _admit(self, urgent: bool) -> None:
        with self._changed:
            self._urgent += urgent
        try:
            while not self._try(urgent):
                self._fetch()
        finally:
            with self._changed:
                self._urgent -= urgent
                self._changed.notify_all()

    def _try(self, urgent: bool) -> bool:
        """Take a place and a token when it is our turn; False when this thread shall fetch tokens."""
        with self._changed:
            while True:
                if self._free and (urgent or not self._urgent):
                    if self._tokens or not self.per_minute:
                        self._free -= 1
                        self.passed += 1
                        self._tokens -= 1 if self.per_minute else 0
                        return True
                    if not self._asking:
                        self._asking = True
                        return False
                self._changed.wait()

    def _fetch(self) -> None:
        """Ask for tokens, without the lock; when there are none, wait for the next."""
        taken = 0
        try:
            taken, pause = take_tokens(self.name, self.per_minute, max(1, self.per_minute // 60), self.clock.now())
            if not taken:
                self.clock.sleep(pause)
        finally:
            with self._changed:
                self._tokens += taken
                self._asking = False
                self._changed.notify_all()
