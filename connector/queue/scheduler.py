"""Starts jobs by the clock and windows by the bell. It knows what a job is called and when, not what it does.

APScheduler launches each job by its cron expression (windows: every minute), never two of one job at a time, and a
missed launch once. The list of jobs is read again every few seconds and on demand, so a schedule that somebody
activates starts without a restart. Everything here may be called from any thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from sqlalchemy.exc import SQLAlchemyError

from connector.clock import CLOCK, Clock
from connector.db import db
from connector.queue import leases
from connector.queue.lanes import Lane
from connector.queue.leases import Keeper
from connector.queue.wake import Bell, Bridge
from connector.queue.working import claim, looks
from connector.queue.working.launches import App, Job, JobRun, Launches

__all__ = ["Job", "JobRun", "Scheduler", "next_run", "next_runs"]

log = logging.getLogger(__name__)
MINUTE = 60.0
LATE = 30  # seconds by which a launch may be late and still be made
LISTENING_SECONDS = 2.0  # patience with the wake-up connection at the start
ELSEWHERE_SECONDS = 1.0  # a lane that works in another process is not asked for again before


def next_run(cron: str, after: datetime) -> datetime | None:
    """When a cron expression fires next, None when never. Raises ValueError when it is not one."""
    found: datetime | None = CronTrigger.from_crontab(cron, timezone=UTC).get_next_fire_time(None, after)
    return found


def next_runs(
    cron: str,
    after: datetime,
    number: int = 5,
    *,
    starts_on: datetime | None = None,
    expires_on: datetime | None = None,
) -> list[datetime]:
    """The next instants at which a schedule launches something, at most `number`. Raises ValueError for no cron."""
    trigger = CronTrigger.from_crontab(cron, timezone=UTC)
    found: list[datetime] = []
    at = max(after, starts_on) if starts_on else after
    while len(found) < number:
        due = trigger.get_next_fire_time(None, at)
        if due is None or (expires_on is not None and due >= expires_on):
            break
        found.append(due)
        at = due + timedelta(seconds=1)
    return found


class Scheduler:
    """The clockwork of one process. `jobs` is called in an application context."""

    def __init__(
        self,
        app: App,
        jobs: Callable[[], Iterable[Job]],
        *,
        bell: Bell,
        clock: Clock = CLOCK,
        worker: str = "worker",
        kind: str = "web",
        lease_seconds: float = 30,
        refresh_seconds: float = 5,
    ) -> None:
        self.app, self._read, self.bell, self.clock, self.kind = app, jobs, bell, clock, kind
        self.launches = Launches(app, bell, clock, worker, lease_seconds)
        self._refresh_seconds, self._lease_seconds = refresh_seconds, lease_seconds
        self._jobs: dict[str, Job] = {}
        self._elsewhere: dict[str, float] = {}
        self._ringing = threading.Lock()  # not `_lock`: a ring must not wait for the database
        self._coming: set[str] = set()  # jobs with a launch between two minutes on its way
        self._numbers = count()
        self._lock = threading.Lock()
        self._keeper = Keeper(lease_seconds / 3, lambda: self.launches.beat(kind), name="lease-windows")
        self._bridge: Bridge | None = None
        self._threads = _Threads()
        self._clockwork = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._threads},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE},
        )

    # --- life -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin. Windows are launched at once, for the rest of the minute; then by the clock."""
        with self.app.app_context():
            if not db.sqlite:
                self._bridge = Bridge(db.engine.url, self.bell)
                self._bridge.start()
                self._bridge.listening.wait(LISTENING_SECONDS)  # then nothing is put unheard after the first look
        self.launches.beat(self.kind)
        self._keeper.__enter__()
        self._clockwork.add_job(self.refresh, "interval", seconds=self._refresh_seconds, id="refresh")
        self._clockwork.add_job(self.sweep, "interval", seconds=self._lease_seconds, id="sweep")
        self._clockwork.start()
        self.bell.add_listener(self._rung)
        self.refresh()

    def stop(self) -> None:
        """End after the work in hand; leases are given back. Waits for it."""
        self.bell.remove_listener(self._rung)
        self.launches.close()
        self.bell.stir()  # whoever sleeps until the next look
        self._clockwork.pause()  # its thread must not be among its jobs when it is told to end
        self._clockwork.get_jobs()
        self._clockwork.shutdown(wait=False)
        self._threads.join()
        self._keeper.__exit__()
        if self._bridge is not None:
            self._bridge.stop()
        self.launches.leave()

    # --- which jobs there are ---------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the jobs again: start what is new, stop what is gone."""
        with self._lock:
            try:
                with self.app.app_context():
                    now = self.clock.now()
                    jobs = {job.name: job for job in self._read() if job.in_force(now)}
            except SQLAlchemyError as error:
                log.warning("the schedules could not be read: %s", error, extra={"action": "refresh_failed"})
                return
            before, self._jobs = self._jobs, jobs
            for name in before.keys() - jobs.keys():
                self._remove(name)
            new = [job for name, job in jobs.items() if name not in before or before[name].cron != job.cron]
            for job in new:
                self._schedule(job)
        for job in new:
            if job.lane is not None:
                self._extra(job)

    def names(self) -> list[str]:
        """The jobs that this process would launch."""
        return sorted(self._jobs)

    def _schedule(self, job: Job) -> None:
        try:
            trigger = CronTrigger.from_crontab(job.cron, timezone=UTC)
        except ValueError as error:
            log.error("%s: %s", job.name, error, extra={"action": "bad_cron", "job": job.name})
            return
        self._clockwork.add_job(
            self._tick, trigger, args=[job.name], id=f"cron:{job.name}", name=job.name, replace_existing=True
        )

    def _remove(self, name: str) -> None:
        self.launches.stop(name)
        with suppress(JobLookupError):
            self._clockwork.remove_job(f"cron:{name}")

    # --- launching --------------------------------------------------------------------------------------

    def launch(self, name: str) -> bool:
        """Launch a job by hand, in the background; False when there is no such job or it runs already."""
        job = self._jobs.get(name)
        if job is None or self.launches.running(name):
            return False
        return self._add(job.name, "manual", 0.0)

    def _tick(self, name: str) -> None:
        """A launch by the clock. The minute is its name, so that two processes do not launch it one after another."""
        now = self.clock.now()
        self._run(name, mode="auto", tick=now.replace(second=0, microsecond=0))

    def _run(self, name: str, *, mode: str, tick: datetime | None = None, check_time: float | None = None) -> None:
        job = self._jobs.get(name)
        if job is None or not job.in_force(self.clock.now()):
            return
        if not self.launches.run(job, mode=mode, tick=tick, check_time=check_time):
            if not self.launches.running(name):
                self._elsewhere[name] = self.clock.monotonic()
        elif job.lane is not None and self.bell.rung(job.lane):
            self._extra(job)  # it rang after the last look of the window that has just ended

    def _rung(self, lane: Lane) -> None:
        for job in list(self._jobs.values()):
            if job.lane == lane and not self.launches.running(job.name):
                self._extra(job)

    def _extra(self, job: Job) -> None:
        """A window between two launches, for a schedule that would launch one within the minute anyway."""
        now = self.clock.now()
        due = next_run(job.cron, now)
        if due is None or due - now > timedelta(seconds=MINUTE):
            return
        since = self.clock.monotonic() - self._elsewhere.get(job.name, float("-inf"))
        self._add(job.name, "ring", max(0.0, ELSEWHERE_SECONDS - since))

    def _add(self, name: str, mode: str, seconds: float) -> bool:
        """One launch between two minutes. Each has an id of its own: under a shared one APScheduler would drop a
        launch that is due while the last one is just ending, and with it the ring."""
        with self._ringing:
            if name in self._coming:  # one is on its way
                return False
            self._coming.add(name)
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._clockwork.add_job(
            self._between,
            DateTrigger(at),
            args=[name, mode],
            id=f"extra:{name}:{next(self._numbers)}",
            name=name,
            misfire_grace_time=None,
        )
        return True

    def _between(self, name: str, mode: str) -> None:
        with self._ringing:
            self._coming.discard(name)
        job, now = self._jobs.get(name), self.clock.now()
        due = next_run(job.cron, now) if job is not None and job.lane is not None else None
        rest = None if due is None else max(1.0, min(MINUTE - 1, (due - now).total_seconds()))
        self._run(name, mode=mode, check_time=rest)

    def sweep(self) -> None:
        """Take over the messages of dead workers in every lane and ring for them; work where nobody else does."""
        with self.app.app_context():
            reclaimed = claim.reclaim(self.clock.now())
            deserted = [job for job in list(self._jobs.values()) if self._deserted(job)]
        for lane in reclaimed.lanes:
            self.bell.ring(lane)
        for job in deserted:
            self._extra(job)

    def _deserted(self, job: Job) -> bool:
        """Is there work that nobody is at? Its window died with another process, or has heard no ring (SQLite)."""
        if job.lane is None or self.launches.running(job.name):
            return False
        now = self.clock.now()
        return looks.look(job.lane, now).ready > 0 and leases.free(job.name, now=now)


class _Threads(BaseExecutor):
    """A daemon thread for each run. A pool's threads would keep the process from ending until all windows have."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: set[threading.Thread] = set()

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        thread = threading.Thread(target=self._work, args=(job, run_times), name=f"job-{job.name}", daemon=True)
        self._threads = {one for one in self._threads if one.is_alive()} | {thread}
        thread.start()

    def _work(self, job: Any, run_times: list[datetime]) -> None:
        events = run_job(job, job._jobstore_alias, run_times, self._logger.name)  # logs what the job raises
        self._run_job_success(job.id, events)

    def join(self) -> None:
        """Wait for every run. Not in `shutdown`: it holds locks that an ending run may want."""
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
