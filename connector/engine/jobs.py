"""Schedules of the connectors as jobs of the scheduler, and what each of them does when it is launched.

Which of them exist follows from the life cycle: active connectors have windows and polls; a paused one only
polls (it keeps collecting); stopped, new and attention-needing ones have nothing that would call a system.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from flask import Flask
from sqlalchemy import Connection

from connector import events
from connector.clock import Clock
from connector.db import utcnow
from connector.engine.systems import Connections
from connector.engine.work import Worker
from connector.errors import Refused
from connector.queue import housekeeping, inbox, repair, runner
from connector.queue.lanes import Lane
from connector.queue.runner import Policy
from connector.queue.scheduler import Job, JobRun
from connector.queue.wake import Bell
from connector.setup import connectors, schedules, states
from connector.setup.connectors import Config
from connector.setup.models import Schedule
from connector.sync import polls
from connector.systems.base import Change


class Jobs:
    """Makes jobs from schedules and runs them. All in this process; leases keep other processes out."""

    def __init__(self, app: Flask, connections: Connections, worker: Worker, bell: Bell, clock: Clock) -> None:
        self.app, self.connections, self.worker, self.bell, self.clock = app, connections, worker, bell, clock

    def all(self) -> list[Job]:
        """Every job that may run now."""
        configs = {config.id: config for config in connectors.all()}
        jobs = [Job("repairs", "* * * * *", _finish_repairs)]
        for schedule in schedules.all_active(utcnow()):
            config = configs.get(schedule.connector_id)
            if config is None or not config.flows(schedule.entity, schedule.direction):
                continue
            if states.may_start(config, schedule.job, schedule.entity):
                jobs.append(self._job(schedule))
        return jobs

    def _job(self, schedule: Schedule) -> Job:
        lane = Lane(schedule.connector_id, schedule.entity, schedule.direction)
        run = {"window": self._window, "poll": self._poll, "clean": self._clean}[schedule.job]
        return Job(
            name=f"{lane}/{schedule.job}",
            cron=schedule.cron,
            run=lambda job_run: run(lane, job_run),
            lane=lane if schedule.job == "window" else None,
            starts_on=schedule.starts_on,
            expires_on=schedule.expires_on,
        )

    def _window(self, lane: Lane, job_run: JobRun) -> str:
        result = runner.run_window(
            lane,
            self.worker.work,
            policy(self.connections.config(lane.connector), self.worker, lane, self.app.config["LEASE_SECONDS"]),
            worker=job_run.worker,
            clock=job_run.clock,
            bell=self.bell,
            stop=job_run.stop,
            check_time=job_run.check_time,
        )
        return f"{result.messages} messages in {result.passes} passes"

    def _clean(self, lane: Lane, job_run: JobRun) -> str:
        days = self.connections.config(lane.connector).section("log").get("keep_days") or 0
        if not days:
            return "Everything is kept."
        cleaned = housekeeping.clean(lane.connector, utcnow() - timedelta(days=days), stop=job_run.stop.is_set)
        return f"{cleaned.messages} messages and {cleaned.attempts} log entries older than {days} days were removed"

    def _poll(self, lane: Lane, job_run: JobRun) -> str:
        return self.poll(lane, job_run.stop)

    def poll(self, lane: Lane, stop: threading.Event | None = None) -> str:
        """Look for changes in a lane's source; returns a sentence. Raises what the source raises."""
        context = self.worker.context(*lane)
        found = 0

        def put(connection: Connection, changes: list[Change]) -> None:
            nonlocal found
            items = [inbox.Item(change.key, change.operation, change.version) for change in changes]
            found += inbox.put(lane, items, origin="poll", connection=connection).created

        stopping = stop.is_set if stop else (lambda: False)
        offset = timedelta(seconds=float(context.settings.get("erp", {}).get("clock_offset", 0) or 0))
        try:
            polled = polls.poll(context, put, clock=self.clock, offset=offset, stop=stopping)  # type: ignore[arg-type]
        except Refused as word:
            self.worker.refused(lane.connector, word)
            raise
        finally:
            if found:
                self.bell.ring(lane)
        if polled.put and context.settings.get("log", {}).get("info", True):
            events.record(
                "Data Retrieval",
                f"{context.sync.title}: {polled.put} changed records found.",
                connector_id=lane.connector,
                details={"pages": polled.pages, "seen": polled.seen},
            )
        return f"{polled.seen} records seen, {polled.put} put"

    def process(self, lane: Lane, user: str, stop: threading.Event) -> int:
        """Drain a lane in a thread of its own, whatever the schedule says. Returns the id of its Run."""
        run_id = runner.open_run(lane, mode="manual", user=user)

        def drain() -> None:
            with self.app.app_context():
                settings = policy(
                    self.connections.config(lane.connector), self.worker, lane, self.app.config["LEASE_SECONDS"]
                )
                runner.run_window(
                    lane,
                    self.worker.work,
                    settings,
                    worker=f"{threading.current_thread().name}-{run_id}",
                    clock=self.clock,
                    bell=self.bell,
                    stop=stop,
                    until_empty=True,
                    mode="manual",
                    user=user,
                    run_id=run_id,
                )

        threading.Thread(target=drain, name="process", daemon=True).start()
        return run_id


def _finish_repairs(job_run: JobRun) -> str:
    """A large reprocess goes on though its page was closed or its process has died."""
    return f"{repair.resume(job_run.stop.is_set, bell=job_run.bell, clock=job_run.clock)} repairs finished"


def policy(config: Config, worker: Worker, lane: Lane, lease_seconds: int) -> Policy:
    """The queue section of a connector, as the runner wants it."""
    queue = config.section("queue")
    capabilities = worker.connections.systems(config.id).store.capabilities
    largest = capabilities.batches.get(lane.entity, 0)
    return Policy(
        threshold=queue["threshold_count"],
        batch=min(queue["batch_count"], largest) if largest else 1,
        batch_mode=queue["batch_mode"],
        batchable=bool(largest),
        retry_count=queue["retry_count"],
        retry_interval=queue["retry_interval"],
        check_time=queue["check_process_time"],
        sleep_time=queue["process_sleep_time"],
        parallel=int(config.section("store").get("parallel") or capabilities.parallel),
        lease_seconds=lease_seconds,
        quiet=frozenset(level for level in ("info", "error") if not config.section("log").get(level, True)),
    )
