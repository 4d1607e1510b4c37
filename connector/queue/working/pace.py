"""How much to claim ahead: enough that no thread waits for a commit, little enough that others can still merge."""

from __future__ import annotations

from collections.abc import Iterable

from connector.queue.working.endings import Done

AHEAD_SECONDS = 0.1  # of work for the whole crew that lies ready
AHEAD_MOST = 500  # messages that lie ready at most, unless the crew needs more units than that
MEMORY = 0.8  # share of the old mean in the new one


class Pace:
    """Learns how long a unit takes and says how many units shall lie ready."""

    def __init__(self, parallel: int) -> None:
        self.parallel = max(1, parallel)
        self._seconds: float | None = None

    def learn(self, dones: Iterable[Done]) -> None:
        for done in dones:
            took = (done.finished_at - done.started_at).total_seconds()
            self._seconds = took if self._seconds is None else MEMORY * self._seconds + (1 - MEMORY) * took

    def ahead(self, size: int) -> int:
        """Units of `size` messages that shall lie ready: as many as there are threads, more when they are quick."""
        if self._seconds is None:
            return self.parallel
        wanted = AHEAD_MOST if self._seconds <= 0 else int(self.parallel * AHEAD_SECONDS / self._seconds)
        return max(self.parallel, min(wanted, AHEAD_MOST // max(1, size)))
