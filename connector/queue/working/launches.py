"""Running one job under its lease, so that over all processes it runs once. It knows no calendar."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock
from connector.errors import Outcome
from connector.queue import leases
from connector.queue.lanes import Lane
from connector.queue.wake import Bell

log = logging.getLogger(__name__)


class App(Protocol):
    """What this room needs of the application."""

    def app_context(self) -> AbstractContextManager[Any]: ...


@dataclass(frozen=True)
class Job:
    """Something with a name that starts by a cron expression of five fields (UTC).

    `run` gets a JobRun and says in a sentence how it ended. With a `lane` it is that lane's window: a ring launches
    it between two minutes. It runs from `starts_on` on and until before `expires_on`.
    """

    name: str
    cron: str
    run: Callable[[JobRun], str]
    lane: Lane | None = None
    starts_on: datetime | None = None
    expires_on: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        return (self.starts_on is None or self.starts_on <= now) and (self.expires_on is None or now < self.expires_on)


@dataclass(frozen=True)
class JobRun:
    """What a running job is given. `check_time` is None for a launch by the clock: then the settings say it.

    `mode` is auto (the clock), ring (a message came in between two minutes) or manual.
    """

    worker: str
    clock: Clock
    bell: Bell
    stop: threading.Event
    mode: str = "auto"
    check_time: float | None = None
    scheduled_at: datetime | None = None


@dataclass
class _Running:
    stop: threading.Event = field(default_factory=threading.Event)
    epoch: int | None = None


class Launches:
    """The jobs that run in this process now. Its methods bring their own application context."""

    def __init__(self, app: App, bell: Bell, clock: Clock, worker: str, lease_seconds: float) -> None:
        self.app, self.bell, self.clock, self.worker, self.lease_seconds = app, bell, clock, worker, lease_seconds
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._closed = False

    def running(self, name: str) -> bool:
        return name in self._running

    def run(
        self, job: Job, *, mode: str = "auto", tick: datetime | None = None, check_time: float | None = None
    ) -> bool:
        """Run a job here and now; False when it runs already, here or in another process, or ran for this tick."""
        with self._lock:
            if self._closed or job.name in self._running:
                return False
            running = self._running[job.name] = _Running()
        try:
            with self.app.app_context():
                now = self.clock.now()
                running.epoch = leases.take(job.name, self.worker, seconds=self.lease_seconds, now=now, tick=tick)
                if running.epoch is None:
                    return False
                self._run(job, running.epoch, self._given(running, mode, tick, check_time))
        finally:
            with self._lock:
                del self._running[job.name]
        if running.stop.is_set() and not self._closed and job.lane is not None:
            self.bell.ring(job.lane)  # it may be wanted again, and who rang while it was ending rang in vain
        return True

    def _given(self, running: _Running, mode: str, tick: datetime | None, check_time: float | None) -> JobRun:
        return JobRun(self.worker, self.clock, self.bell, running.stop, mode, check_time, tick)

    def _run(self, job: Job, epoch: int, given: JobRun) -> None:
        outcome = "It ended with a fault of the connector, see the log."
        try:
            outcome = job.run(given)
        except Outcome as word:  # said by a poll: the source could not be read, the next launch tries again
            outcome = word.reason
            log.warning("%s: %s", job.name, word.reason, extra={"action": "job_refused", "job": job.name})
        finally:
            leases.release(job.name, self.worker, epoch, now=self.clock.now(), outcome=outcome)

    def beat(self, kind: str) -> None:
        """Renew the leases of what runs, say that this process is there; stop what has lost its lease."""
        with self.app.app_context():
            now = self.clock.now()
            until = now + timedelta(seconds=self.lease_seconds)
            for name, running in list(self._running.items()):
                if running.epoch is None or leases.renew(name, self.worker, running.epoch, until=until):
                    continue
                if self._running.get(name) is running:  # and it has not just ended
                    log.warning("lost the lease of %s", name, extra={"action": "lease_lost", "job": name})
                    running.stop.set()
            leases.beat(self.worker, kind, now=now)

    def stop(self, name: str) -> None:
        """Let a job end after the work in hand."""
        running = self._running.get(name)
        if running is not None:
            running.stop.set()

    def close(self) -> None:
        """Launch nothing more and let everything end after the work in hand."""
        with self._lock:
            self._closed = True
            for running in self._running.values():
                running.stop.set()

    def leave(self) -> None:
        """The last thing: do not show this process any more."""
        with self.app.app_context():
            try:
                leases.leave(self.worker)
            except SQLAlchemyError as error:  # its sign of life grows old by itself
                log.warning("could not say good-bye: %s", error, extra={"action": "leave_failed"})
