"""The threads of one window. Units go in, what became of them comes out; it knows no database.

Units wait in two lines, so that a person's message never waits behind more than the units already begun.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from queue import Empty, SimpleQueue

from connector.clock import Clock
from connector.errors import Outcome
from connector.queue.working.endings import Done
from connector.queue.working.work import Report, Unit, Work

log = logging.getLogger(__name__)
Event = list[Done] | None  # what became of one unit; None: look around, the bell has rung


class Crew:
    """At most `size` threads, started when there is something to do. One coordinator calls its methods."""

    def __init__(self, size: int, work: Work, clock: Clock, name: str) -> None:
        self.size, self.work, self.clock, self.name = max(1, size), work, clock, name
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.unfinished = 0  # units handed in whose event has not been taken out
        self._calls: SimpleQueue[None] = SimpleQueue()  # one for each unit handed in
        self._urgent: deque[Unit] = deque()
        self._normal: deque[Unit] = deque()
        self._threads: list[threading.Thread] = []
        self._closing = False

    @property
    def ahead(self) -> int:
        """Units that nobody has begun."""
        return len(self._urgent) + len(self._normal)

    def hand(self, unit: Unit, *, first: bool = False) -> None:
        """Give the crew a unit, `first` before all that wait."""
        (self._urgent if first else self._normal).append(unit)
        self.unfinished += 1
        if len(self._threads) < min(self.size, self.unfinished):
            thread = threading.Thread(target=self._run, name=f"{self.name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put(None)

    def collect(self, seconds: float | None) -> tuple[list[Done], bool]:
        """Wait for the next event and take what else is there: units that ended, and whether the bell rang.

        Waits at most so many seconds of real time (None: for ever), then there is nothing.
        """
        dones: list[Done] = []
        rang = False
        try:
            event = self.events.get(timeout=seconds)
        except Empty:
            return dones, rang
        while True:
            if event is None:
                rang = True
            else:
                dones += event
                self.unfinished -= 1
            if self.events.empty():
                return dones, rang
            event = self.events.get()

    def take_back(self) -> list[Unit]:
        """The units that nobody has begun; they are no longer the crew's."""
        units: list[Unit] = []
        for line in (self._urgent, self._normal):
            while line:
                try:
                    units.append(line.popleft())
                except IndexError:  # a thread was quicker
                    break
        self.unfinished -= len(units)
        return units

    def close(self) -> None:
        """Let the threads go once they have finished what they have begun."""
        self._closing = True
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            self._calls.get()
            unit = self._next()
            if unit is not None:
                self.events.put(self._perform(unit))
            elif self._closing:
                return

    def _next(self) -> Unit | None:
        for line in (self._urgent, self._normal):
            try:
                return line.popleft()
            except IndexError:
                continue
        return None

    def _perform(self, unit: Unit) -> list[Done]:
        """Work on a unit. When a batch meets a fault of ours its messages are tried one by one at once."""
        started = self.clock.now()
        result = self._attempt(unit)
        done = Done(unit, result, started, self.clock.now())
        fault = isinstance(result, Exception) and not isinstance(result, Outcome)
        if not fault or len(unit.messages) == 1:
            return [done]
        alone = [Unit(unit.lane, (message,), unit.ours) for message in unit.messages]
        return [Done(unit, result, started, done.finished_at, split=True)] + [
            single for one in alone for single in self._perform(one)
        ]

    def _attempt(self, unit: Unit) -> Report | Exception:
        try:
            return self.work(unit)
        except Outcome as word:
            return word
        except Exception as bug:
            log.exception("work failed", extra={"action": "work_failed", "lane": str(unit.lane)})
            return bug
        except BaseException as end:  # sys.exit() in a library must not leave a unit without an end
            fault = RuntimeError(f"the work ended its thread: {end!r}")
            fault.__cause__ = end
            return fault
