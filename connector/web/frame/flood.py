"""How much of what strangers send is written down: junk and wrong passwords must not be able to fill a table."""

from __future__ import annotations

import threading

from connector.clock import CLOCK, Clock

LOGGED_PER_MINUTE = 30


class Flood:
    """How many refusals of this minute may be stored: junk must not be able to fill the table."""

    def __init__(self, limit: int = LOGGED_PER_MINUTE, clock: Clock = CLOCK) -> None:
        self.limit, self.clock = limit, clock
        self._lock = threading.Lock()
        self._minute, self._seen = -1, 0

    def admit(self) -> tuple[bool, int]:
        """Whether to store this one, and how many of an earlier minute were left out."""
        with self._lock:
            minute = int(self.clock.monotonic() // 60)
            left_out = 0
            if minute != self._minute:
                left_out = max(0, self._seen - self.limit)
                self._minute, self._seen = minute, 0
            self._seen += 1
            return self._seen <= self.limit, left_out
