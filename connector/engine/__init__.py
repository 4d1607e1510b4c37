"""The engine: the place where queue, sync, setup and systems are put together. Pages and commands talk to it.

`current_app.extensions["engine"]` is one per process. `start()` begins the scheduler (and with it the
windows and polls) in this process; a process that was not started can still accept pushes and put Sync Now
on the table, where a worker finds it.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import InterfaceError, OperationalError

from connector.clock import CLOCK, Clock
from connector.db import db
from connector.engine import activation, by_hand, installation, preflight
from connector.engine.intake import Intake, PushResult
from connector.engine.jobs import Jobs, policy
from connector.engine.sweeping import Gather, Sweeper
from connector.engine.systems import Connections
from connector.engine.work import Worker
from connector.queue import inbox, runs
from connector.queue.lanes import Lane
from connector.queue.models import OPEN, URGENT, Message
from connector.queue.reading import history
from connector.queue.repairing import sweeps
from connector.queue.repairing.repair import Repaired
from connector.queue.scheduler import Job, Scheduler
from connector.queue.wake import Bell
from connector.setup import connectors
from connector.setup.lifecycle import Row
from connector.setup.models import Schedule
from connector.sync import catalogue, picking
from connector.sync import look as looking
from connector.sync.picking import Pick
from connector.sync.preview import Preview
from connector.systems import http
from connector.systems.base import Change, Check
from connector.watch.alerts import Note

log = logging.getLogger(__name__)
PAGE_SECONDS = 20.0  # how long a page waits for an answer of a system
DATABASE_SECONDS = 60.0  # how long a process that starts waits for its database

__all__ = ["Engine", "PushResult", "policy"]


class Engine:
    """One process's hands and ears. Methods need an application context unless they say otherwise."""

    def __init__(self, app: Flask, clock: Clock = CLOCK) -> None:
        self.app, self.clock = app, clock
        self.worker = f"{socket.gethostname()}-{os.getpid()}"
        self.bell = Bell()
        self.connections = Connections()
        self.intake = Intake(self.connections, self.bell)
        self._worker = Worker(app, self.connections, self.bell, self.refresh)
        self._jobs = Jobs(app, self.connections, self._worker, self.bell, clock)
        self.scheduler: Scheduler | None = None
        self._stop = threading.Event()
        self._sweeper = Sweeper(self._jobs, self._stop)
        self._jobs.batch = self._batch

    # --- life -----------------------------------------------------------------------------------------

    def start(self, kind: str = "web") -> None:
        """Begin to work in this process: windows, polls, sweeps. Calling it twice is fine.

        Waits for a database that is just restarting; raises OperationalError when it stays away.
        """
        if self.scheduler is not None:
            return
        self._stop.clear()
        self._await_database()
        self.scheduler = Scheduler(
            self.app,
            self.jobs,
            bell=self.bell,
            clock=self.clock,
            worker=self.worker,
            kind=kind,
            lease_seconds=self.app.config["LEASE_SECONDS"],
        )
        self.scheduler.start()
        log.info("engine started", extra={"action": "engine_started", "worker": self.worker, "kind": kind})

    def _await_database(self) -> None:
        deadline = self.clock.monotonic() + DATABASE_SECONDS
        while True:
            try:
                with self.app.app_context(), db.read() as connection:
                    connection.execute(text("SELECT 1"))
                return
            except (OperationalError, InterfaceError) as error:
                if self.clock.wait(self._stop, 1.0) or self.clock.monotonic() >= deadline:
                    raise
                log.warning("the database is away: %s", error, extra={"action": "database_away"})

    def stop(self) -> None:
        """Finish the work in hand, give the leases back, log out everywhere."""
        self._stop.set()
        if self.scheduler is not None:
            self.scheduler.stop()
            self.scheduler = None
        self.connections.close()

    def refresh(self) -> None:
        """A connector or a schedule was changed: read them again now."""
        self.connections.refresh()
        if self.scheduler is not None:
            self.scheduler.refresh()

    # --- what the scheduler asks for ------------------------------------------------------------------

    def jobs(self) -> list[Any]:
        return [*self._jobs.all(), Job("sweeps", "* * * * *", lambda _: self._sweeper.resume(self._pages))]

    def work(self, unit: Any) -> Any:
        """The function that the queue is handed: performs one unit."""
        return self._worker.work(unit)

    def systems(self, connector_id: str) -> Any:
        """The two systems of a connector, as configured now."""
        return self.connections.systems(connector_id)

    # --- what pages and commands ask for --------------------------------------------------------------

    def accept_push(self, connector_id: str, headers: Mapping[str, str], body: bytes, sender: str = "") -> PushResult:
        """One push notification: checked, stored, queued, committed; then the caller may answer 2xx."""
        return self.intake.accept(connector_id, headers, body, sender)

    def sync_now(
        self, connector_id: str, entity: str, key: str, *, user: str, wait: float = 2.0, direction: str = ""
    ) -> int:
        """Put one record on the urgent lane and wait up to `wait` seconds for its end. Returns the message's id.

        Without a direction it goes the entity's first way (see `catalogue`).
        """
        lane, started_at = self._lane(connector_id, entity, direction), self.clock.now()
        before = self._newest(lane, key)
        inbox.put(lane, [inbox.Item(key)], origin="person", priority=URGENT, user=user, bell=self.bell)
        message_id = self._newest(lane, key) or before or 0
        deadline = self.clock.monotonic() + wait
        while self._status(message_id) in OPEN and self.clock.monotonic() < deadline:
            self.clock.sleep(0.01)
        message = history.message(message_id)
        if message is not None:
            runs.note_individual(lane, message, user=user, started_at=started_at, now=self.clock.now())
        return message_id

    def process(self, connector_id: str, entity: str, *, user: str, direction: str = "") -> int:
        """Process Messages: drain a lane in the background. Returns the id of the Run that shows its progress."""
        return self._jobs.process(self._lane(connector_id, entity, direction), user, self._stop)

    def sync_all(self, connector_id: str, entity: str, *, user: str, direction: str = "", view: str = "") -> int | None:
        """Manual Sync: every record of an entity (of one store view, where records know theirs), in the background.

        The id of its Run, None when one is under way. Raises Skip when the connector's state forbids it.
        """
        lane = self._lane(connector_id, entity, direction)
        return self._sweeper.full(lane, self._pages, user=user, view=view)

    def sync_failed_orders(self, connector_id: str, *, user: str) -> Repaired:
        """Failed Order Sync now: orders that failed in the last days (SCH-05) are sent again."""
        return self._jobs.failed_orders(self.connections.config(connector_id), user)

    def process_all(self, connector_id: str, entity: str, pick: Pick, *, user: str, direction: str = "") -> int | None:
        """Process All: everything that a batch page's filter means, in the background; like `sync_all`."""
        lane = self._lane(connector_id, entity, direction)
        return self._sweeper.start(lane, sweeps.BATCH, self._gather(lane, pick), user=user)

    def process_picked(
        self, connector_id: str, entity: str, keys: Sequence[str], *, user: str, direction: str = ""
    ) -> int | None:
        """Process: exactly these records, in the background; like `sync_all`."""
        lane, changes = self._lane(connector_id, entity, direction), [Change(entity, key) for key in keys]
        return self._sweeper.start(lane, sweeps.BATCH, lambda: iter([changes]), user=user)

    def picked(
        self, connector_id: str, entity: str, pick: Pick, position: str = "", *, direction: str = "", size: int = 50
    ) -> picking.Picked:
        """One page of a batch page's list, read from the source now. Raises as the source does, ValueError."""
        lane = self._lane(connector_id, entity, direction)
        with http.recording(urgent=True), http.patience(PAGE_SECONDS):
            return picking.page(self._worker.context(*lane), pick, partial(sweeps.failing, lane), position, size)

    def _pages(self, lane: Lane, view: str, position: str | None) -> Iterator[tuple[list[Change], str | None]]:
        return picking.parts(self._worker.context(*lane), Pick(view=view), partial(sweeps.failing, lane), position)

    def _gather(self, lane: Lane, pick: Pick) -> Gather:
        return lambda: picking.every(self._worker.context(*lane), pick, partial(sweeps.failing, lane))

    def _batch(self, schedule: Schedule) -> str:
        """A batch page that was saved as a schedule (MAN-06)."""
        lane = self._lane(schedule.connector_id, schedule.entity, schedule.direction)
        pick = picking.load(schedule.filter or "", self.clock.now())
        return self._sweeper.run(lane, sweeps.BATCH, self._gather(lane, pick))

    def launch(self, schedule: Schedule, *, user: str) -> bool:
        """Run a schedule now, in the background; False when it runs already. Raises Skip when it must not."""
        return by_hand.launch(self._jobs, schedule, user, self._stop)

    def poll(self, connector_id: str, entity: str, *, user: str = "", direction: str = "") -> str:
        """Look for changes now; returns a sentence. Raises Retry, Refused or Fail as the source does."""
        return self._jobs.poll(self._lane(connector_id, entity, direction))

    def read_source(self, connector_id: str, entity: str, key: str, direction: str = "") -> Any:
        """A record as its source has it now; None when there is none. Raises as the source does."""
        lane = self._lane(connector_id, entity, direction)
        return self._worker.context(*lane).source.read_many(entity, [key]).get(key)

    def look(self, connector_id: str, entity: str, key: str, direction: str = "") -> looking.Look:
        """Both sides of a record as they are now."""
        lane = self._lane(connector_id, entity, direction)
        return looking.look(self._worker.context(*lane), key)

    def preview(self, connector_id: str, entity: str, key: str, direction: str = "") -> Preview:
        """What Sync Now would write of a record, field by field. Raises KeyError, Invalid, Retry, Refused, Fail."""
        return self._worker.preview(self._lane(connector_id, entity, direction), key)

    def test_connection(self, connector_id: str, side: str, values: Mapping[str, Any] | None = None) -> Check:
        """Test Connection with the stored settings, or with `values` typed into the form (not saved here)."""
        system = self.connections.unsaved(connector_id, side, values)
        try:
            check = system.check()
        finally:
            system.close()
        if check.ok and values is None:
            connectors.clear_attention(connector_id)
            self.refresh()
        return check

    def compare(self, connector_id: str, entity: str, mode: str, *, user: str, days: int = 0) -> int | None:
        """Compare both systems in the background: full, or a sample. None when one of this entity runs already."""
        return self._jobs.comparer.start(connector_id, entity, mode, user, self._stop, days)

    def try_alert(self, connector_id: str, *, user: str) -> bool:
        """Send a test by every channel of a connector; True when at least one has taken it. Raises KeyError."""
        config = connectors.get(connector_id)
        note = Note(
            "test", config.id, f"[{config.name or config.id}] A test", f"{user} tries the channels of the alerts."
        )
        return self._jobs.alerting.send(config, note)

    def repair(self, comparison: int, *, user: str, ids: Sequence[int] = ()) -> None:
        """Write the differences of a comparison again (all, or these), in the background."""
        self._jobs.comparer.repair(comparison, user, ids, self._stop)

    def initialize(self, connector_id: str, user: str, activate_schedules: bool = True) -> None:
        """Initialize in the background; the activity grid shows each row. Raises KeyError, Invalid."""
        activation.start(self, connector_id, user, activate_schedules)

    def test_features(self, connector_id: str, user: str) -> list[Row]:
        """Test Features (LIF-10): every test and what it found; nothing is changed."""
        return activation.test(self, connector_id, user)

    def install_package(self, connector_id: str, user: str, address: str, *, notification: bool = False) -> None:
        """Import our inquiries into the ERP in the background; the guide's page shows each step. Raises Invalid."""
        installation.start(self, connector_id, user, address, notification=notification)

    def preflight(self, connector_id: str) -> list[Row]:
        """The lines before a manual run (CON-17): connection and clock of both sides; one that fails aborts it."""
        return preflight.lines(self, connector_id)

    def _lane(self, connector_id: str, entity: str, direction: str) -> Lane:
        return Lane(connector_id, entity, catalogue.find(entity, direction).direction)

    # --- small ----------------------------------------------------------------------------------------

    def _newest(self, lane: Lane, key: str) -> int | None:
        columns = Message.__table__.c
        query = (
            select(columns.id)
            .where(columns.key == key, columns.connector_id == lane.connector, columns.entity == lane.entity)
            .where(columns.direction == lane.direction)
            .order_by(columns.id.desc())
            .limit(1)
        )
        with db.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _status(self, message_id: int) -> str:
        columns = Message.__table__.c
        with db.read() as connection:
            return connection.execute(select(columns.status).where(columns.id == message_id)).scalar_one_or_none() or ""
