"""Sweeps in the background: a full sync of an entity, or everything that a batch page has picked.

One at a time for each lane, over all processes: a lease keeps the second click out. The thread reads the source page
by page and puts messages, then works the lane until nothing is ready; whoever else works it helps.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from connector.engine import preflight
from connector.engine.jobs import Jobs, policy
from connector.errors import Outcome, Refused, Skip
from connector.queue import inbox, leases, runner, sweeps
from connector.queue.lanes import Lane
from connector.queue.leases import Keeper
from connector.queue.sweeps import Sweep
from connector.records import ERP_TO_STORE, ORDER, SHIPMENT
from connector.setup import states
from connector.systems.base import Change

LEASE_SECONDS, BEAT_SECONDS = 60.0, 1.0
BROKEN = "It ended with a fault of the connector, see the log."
Gather = Callable[[], Iterator[Sequence[Change]]]


class Sweeper:
    """Starts sweeps and runs them. `stopping` is set when this process ends."""

    def __init__(self, jobs: Jobs, stopping: threading.Event) -> None:
        self.jobs, self.stopping = jobs, stopping

    def start(self, lane: Lane, job: str, gather: Gather, *, user: str) -> int | None:
        """Begin a sweep in the background: the id of its Run, None when one of this lane is under way.

        Raises Skip when the connector's state forbids it.
        """
        going = self._begin(lane, job, user, "manual")
        if going is None:
            return None
        threading.Thread(target=_Going.run, args=(going, gather), name="sweep", daemon=True).start()
        return going.sweep.run_id

    def run(self, lane: Lane, job: str, gather: Gather) -> str:
        """The same for a schedule, to its end; a sentence."""
        going = self._begin(lane, job, "", "auto")
        return going.run(gather) if going else "Another run of this entity is under way."

    def _begin(self, lane: Lane, job: str, user: str, mode: str) -> _Going | None:
        if not states.sends(self.jobs.connections.config(lane.connector), lane.entity):
            raise Skip("the connector or the entity is switched off, paused or needs attention.")
        now = self.jobs.clock.now()
        owner = f"{os.getpid()}-{threading.get_ident()}-{now.timestamp()}"
        epoch = leases.take(f"{lane}/sweep", owner, seconds=LEASE_SECONDS, now=now)
        if epoch is None:
            return None
        scope = "complete"
        return _Going(self, sweeps.begin(lane, job, user=user, mode=mode, scope=scope, now=now), owner, epoch)


class _Going:
    """One sweep under way."""

    def __init__(self, sweeper: Sweeper, sweep: Sweep, owner: str, epoch: int) -> None:
        self.jobs, self.stopping, self.sweep = sweeper.jobs, sweeper.stopping, sweep
        self.owner, self.epoch, self.clock = owner, epoch, sweeper.jobs.clock
        self.total, self.said = 0, list[str]()
        self.stop = threading.Event()

    def run(self, gather: Gather) -> str:
        with self.jobs.app.app_context():
            sentence, failed = BROKEN, True
            try:
                with Keeper(BEAT_SECONDS, self._beat, name=f"sweep-{self.sweep.lane}"):
                    sentence, failed = self._all(gather)
            except Outcome as word:  # the source could not be read
                if isinstance(word, Refused):
                    self.jobs.worker.refused(self.sweep.lane.connector, word)
                sentence = f"It could not go on: {word.reason}"
            finally:
                found, now = sweeps.tally(self.sweep), self.clock.now()
                sweeps.end(self.sweep, found, self._total(found.messages), sentence, now=now, failed=failed)
                leases.release(f"{self.sweep.lane}/sweep", self.owner, self.epoch, now=now, outcome=sentence)
            return sentence

    def _all(self, gather: Gather) -> tuple[str, bool]:
        lane, connections = self.sweep.lane, self.jobs.connections
        rows = preflight.lines(connections, lane.connector)
        self._say(*(f"{row.label}: {row.text}" for row in rows))
        if not preflight.passed(rows):
            return "Nothing was done.", True
        for changes in gather():
            if self._stopped():
                break
            items = [inbox.Item(change.key, change.operation, change.version) for change in changes]
            inbox.put(lane, items, origin=sweeps.ORIGINS[self.sweep.job], user=self.sweep.user)
            self.total += len(items)
            sweeps.say(self.sweep, [*self.said, f"{self.total:,} records found."], total=self.total)
        self._say(f"{self.total:,} records found.")
        self._work(lane)
        if lane.entity == ORDER and not self.stop.is_set():
            self._shipments(Lane(lane.connector, SHIPMENT, ERP_TO_STORE))
        return self._sentence(lane), False

    def _shipments(self, lane: Lane) -> None:
        """A run of orders looks for what was shipped of them too (SHP-07)."""
        if states.sends(self.jobs.connections.config(lane.connector), lane.entity):
            self._say(f"Shipment sync started: {self.jobs.poll(lane, self.stop)}.")

    def _work(self, lane: Lane) -> None:
        """Until nothing is ready and nobody is at it any more."""
        settings = policy(
            self.jobs.connections.config(lane.connector), self.jobs.worker, lane, self.jobs.app.config["LEASE_SECONDS"]
        )
        while not self._stopped() and not sweeps.idle(lane, self.clock.now()):
            runner.run_window(
                lane, self.jobs.worker.work, settings, worker=f"sweep-{self.sweep.run_id}", clock=self.clock,
                bell=self.jobs.bell, stop=self.stop, until_empty=True, mode="manual", user=self.sweep.user,
                run_id=self.sweep.run_id, tell=False,
            )  # fmt: skip
            if self.jobs.connections.config(lane.connector).attention:
                return
            self.clock.wait(self.stop, 0.2)

    def _sentence(self, lane: Lane) -> str:
        who = sweeps.cancelled_by(self.sweep.run_id)
        if who:
            left = sweeps.withdraw(self.sweep, f"Run {self.sweep.run_id} was cancelled by {who}.", now=self.clock.now())
            return f"Cancelled by {who}; {left:,} records were not sent."
        if self.stop.is_set():
            return "The process ended before the run did: the schedule goes on with what is left."
        return "" if self.total else "No record was found."

    def _beat(self) -> None:
        """Once every second, in a thread of its own: keep the lease, look for a cancel, write the progress."""
        with self.jobs.app.app_context():
            until = self.clock.now() + timedelta(seconds=LEASE_SECONDS)
            leases.renew(f"{self.sweep.lane}/sweep", self.owner, self.epoch, until=until)
            self._stopped()
            found = sweeps.tally(self.sweep)
            sweeps.save(self.sweep, found, self._total(found.messages))

    def _stopped(self) -> bool:
        """Whether the process ends, or somebody has cancelled the run."""
        if self.stopping.is_set() or sweeps.cancelled_by(self.sweep.run_id):
            self.stop.set()
        return self.stop.is_set()

    def _total(self, done: int) -> int:
        return max(self.total, done)

    def _say(self, *lines: str) -> None:
        self.said += lines
        sweeps.say(self.sweep, self.said)
