"""Schedules of the connectors as jobs of the scheduler, and what each of them does when it is launched.

Which of them exist follows from the life cycle: active connectors have windows and polls; a paused one only
polls (it keeps collecting); stopped, new and attention-needing ones have nothing that would call a system.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import Connection

from connector import events
from connector.clock import Clock
from connector.db import utcnow
from connector.engine import indexing, preflight, tidying
from connector.engine.alerting import Alerting
from connector.engine.clocks import Corrector
from connector.engine.comparing import Comparer
from connector.engine.systems import Connections
from connector.engine.work import Worker, most_at_once
from connector.errors import Refused, Retry
from connector.queue import inbox, runner, runs
from connector.queue.lanes import Lane
from connector.queue.models import FAILED
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.queue.runner import Policy
from connector.queue.scheduler import Job, JobRun
from connector.queue.wake import Bell
from connector.records import CREDIT_MEMO, ERP_TO_STORE, ORDER, STORE_TO_ERP
from connector.setup import connectors, schedules
from connector.setup.connectors import Config
from connector.setup.models import Schedule
from connector.sync import polls
from connector.systems.base import Change
from connector.watch import brakes, breaker, report
from connector.watch.brakes import Limits


class Jobs:
    """Makes jobs from schedules and runs them. All in this process; leases keep other processes out."""

    def __init__(self, app: Flask, connections: Connections, worker: Worker, bell: Bell, clock: Clock) -> None:
        self.app, self.connections, self.worker, self.bell, self.clock = app, connections, worker, bell, clock
        self.clocks = Corrector(clock)
        self.batch: Callable[[Schedule], str] = lambda schedule: "Nobody knows how."  # the engine says it
        self.comparer = Comparer(app, worker, bell, clock)
        self.alerting = Alerting(clock)

    def all(self) -> list[Job]:
        """Every job that may run now."""
        configs = {config.id: config for config in connectors.all()}
        jobs = [Job("repairs", "* * * * *", _finish_repairs), Job("brake", "* * * * *", self._brakes)]
        jobs.append(Job("alerts", "* * * * *", self.alerting.run))
        for schedule in schedules.all_active(utcnow()):
            config = configs.get(schedule.connector_id)
            if config is not None and schedules.may_start(config, schedule):
                jobs.append(self._job(schedule, _cron(config, schedule)))
        return jobs

    def _job(self, schedule: Schedule, cron: str) -> Job:
        lane = Lane(schedule.connector_id, schedule.entity, schedule.direction)
        run = {
            schedules.WINDOW: self._window,
            schedules.POLL: self._poll,
            schedules.CLEAN: lambda lane, job_run: self._clean(lane, job_run, schedule.cron),
            schedules.EXPIRY: self._expiry,
            schedules.COMPARE: self._compare,
            schedules.FAILED: self._failed,
            schedules.BATCH: lambda lane, job_run: self.batch(schedule),
        }[schedule.job]
        return Job(
            name=schedules.name(schedule),
            cron=cron,
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
        indexing.after(self.connections, lane, result.succeeded)
        self._report(lane, result.run_id)
        return f"{result.messages} messages in {result.passes} passes"

    def _report(self, lane: Lane, run_id: int | None) -> None:
        """Mail what failed in a run, if the connector's settings say so (LOG-17)."""
        report.send(lane.connector, self.connections.config(lane.connector).section("log"), run_id)

    def _clean(self, lane: Lane, job_run: JobRun, cron: str) -> str:
        return tidying.clean(self.connections.config(lane.connector), job_run, self.app.config["INSTANCE"], cron)

    def _expiry(self, lane: Lane, job_run: JobRun) -> str:
        return tidying.tell_of_expiry(self.connections.config(lane.connector))

    def _compare(self, lane: Lane, job_run: JobRun) -> str:
        return self.comparer.all(self.connections.config(lane.connector), job_run.stop)

    def _failed(self, lane: Lane, job_run: JobRun) -> str:
        """Failed Order Sync: orders that failed in the last days are sent again (SCH-05)."""
        config = self.connections.config(lane.connector)
        if not config.section("failed_order").get("enabled"):
            return "Failed Order Sync is off."
        done = self.failed_orders(config, "")
        return f"{done.total} failed orders are sent again" if done.total else "No order has failed lately."

    def failed_orders(self, config: Config, user: str) -> repair.Repaired:
        """Send the orders again that failed in the last days, as many as the setting says (MAN-19)."""
        since = utcnow() - timedelta(days=int(config.section("failed_order").get("days") or 1))
        wanted = Filter(config.id, ORDER, STORE_TO_ERP, FAILED, since=since)
        return repair.reprocess(wanted, user=user, reason="Failed Order Sync", bell=self.bell, clock=self.clock)

    def _brakes(self, job_run: JobRun) -> str:
        """Questions of the brake in which a person is not needed after all, and what came too late for a decision."""

        def limits(connector_id: str) -> Limits:
            return Limits.of(self.connections.config(connector_id).section("brake"))

        return brakes.look_after(limits, bell=self.bell, clock=self.clock, stop=job_run.stop.is_set)

    def _poll(self, lane: Lane, job_run: JobRun) -> str:
        stopped = self.worker.breakers.stopped(lane.connector, lane.entity)
        if stopped:
            raise stopped
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
        try:
            offset = self.clocks.offset(self.connections.config(lane.connector), context.sync.source, context.source)
            first = context.first_order() if lane.entity in (ORDER, CREDIT_MEMO) else None
            polled = polls.poll(context, put, clock=self.clock, offset=offset, first=first, stop=stopping)  # type: ignore[arg-type]
        except Refused as word:
            self.worker.refused(lane.connector, word)
            raise
        except Retry as word:
            if word.code == breaker.UNREACHABLE:
                self.worker.heard(lane, context.sync.source, None)
            raise
        finally:
            if found:
                self.bell.ring(lane)
        self.worker.heard(lane, context.sync.source, 200)
        log = context.settings.get("log", {})
        if polled.put and log.get("info", True) and "poll" not in (log.get("actions") or ()):
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
                rows = preflight.lines(self.connections, lane.connector)
                runs.note(run_id, [f"{row.label}: {row.text}" for row in rows])
                if not preflight.passed(rows):
                    runs.abort(run_id, now=self.clock.now())
                    return
                settings = policy(
                    self.connections.config(lane.connector), self.worker, lane, self.app.config["LEASE_SECONDS"]
                )
                result = runner.run_window(
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
                self._report(lane, run_id)
                indexing.after(self.connections, lane, result.succeeded)

        threading.Thread(target=drain, name="process", daemon=True).start()
        return run_id


def _cron(config: Config, schedule: Schedule) -> str:
    """Real time orders are looked for each minute, whatever their Auto Cron says (SCH-08, SYN-26)."""
    orders = (schedule.job, schedule.entity, schedule.direction) == (schedules.POLL, ORDER, STORE_TO_ERP)
    return "* * * * *" if orders and config.section("order").get("real_time") else schedule.cron


def _finish_repairs(job_run: JobRun) -> str:
    """A large reprocess goes on though its page was closed or its process has died."""
    return f"{repair.resume(job_run.stop.is_set, bell=job_run.bell, clock=job_run.clock)} repairs finished"


def _tries(config: Config, lane: Lane) -> int:
    """How often a message is tried in all. Orders have a number of their own (SYN-32, SYN-33)."""
    order = config.section("order")
    if lane.entity != ORDER or order.get("retry_failed") is None:
        return int(config.section("queue")["retry_count"])
    return int(order.get("retries") or 1) if order["retry_failed"] else 1


def policy(config: Config, worker: Worker, lane: Lane, lease_seconds: int) -> Policy:
    """The queue section of a connector, as the runner wants it."""
    queue = config.section("queue")
    capabilities = worker.connections.systems(config.id).store.capabilities
    largest = most_at_once(config, capabilities.batches.get(lane.entity, 0))
    return Policy(
        threshold=queue["threshold_count"],
        batch=largest or 1,
        batch_mode=queue["batch_mode"],
        batchable=bool(largest),
        group=capabilities.groups.get(lane.entity, 0) if lane.direction == ERP_TO_STORE else 0,
        retry_count=_tries(config, lane),
        retry_interval=queue["retry_interval"],
        check_time=queue["check_process_time"],
        sleep_time=queue["process_sleep_time"],
        parallel=int(config.section("store").get("parallel") or capabilities.parallel),
        lease_seconds=lease_seconds,
        quiet=_quiet(config, lane),
        tell_batches=bool(config.section("log").get("system_messages")),
    )


def _quiet(config: Config, lane: Lane) -> frozenset[str]:
    """The levels that the log leaves out, and the outcomes of this lane (LOG-04, LOG-14)."""
    log = config.section("log")
    levels = {level for level in ("info", "error") if not log.get(level, True)}
    start = f"{lane.entity}/{lane.direction}/"
    return frozenset(levels | {name.removeprefix(start) for name in log.get("actions") or () if name.startswith(start)})
