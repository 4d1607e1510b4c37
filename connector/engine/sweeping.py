"""Sweeps in the background: a full sync of an entity, or everything that a batch page has picked.

One at a time for each lane, over all processes: a lease keeps the second click out. The thread reads the source page
by page and puts messages, then works the lane until nothing is ready; whoever else works it helps.

A full sync notes how far it has read with every page. When its process dies or ends, or the connector is paused, its
run stays open; whoever looks after a minute goes on behind the last page that was put, in the same run.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from connector.db import db
from connector.engine import preflight
from connector.engine.jobs import Jobs, policy
from connector.errors import Invalid, Outcome, Refused, Skip
from connector.queue import inbox, leases, runner
from connector.queue.lanes import Lane
from connector.queue.leases import Keeper
from connector.queue.repairing import sweeps
from connector.queue.repairing.sweeps import Sweep
from connector.records import ERP_TO_STORE, ORDER, SHIPMENT
from connector.setup import states
from connector.sync import checkpoints
from connector.sync.checkpoints import Reading
from connector.systems.base import Change

LEASE_SECONDS, BEAT_SECONDS = 60.0, 1.0
BROKEN = "It ended with a fault of the connector, see the log."
LEFT = "It was left when its process ended, and nothing is known of how far it had read."
Gather = Callable[[], Iterator[Sequence[Change]]]
Pages = Callable[[Lane, str, str | None], Iterator[tuple[Sequence[Change], str | None]]]  # lane, store view, position


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a full sync has read: where the next page begins (None: read to the end), and what it has found."""

    run: int
    view: str
    position: str | None
    total: int
    after_message: int
    after_attempt: int

    def save(self, lane: Lane, now: Any) -> None:
        text = json.dumps([getattr(self, name) for name in self.__slots__])
        with db.write() as connection:
            reading = Reading(None, now, text)
            checkpoints.save(connection, lane.connector, f"full/{lane.entity}"[:32], lane.direction, None, reading)

    @classmethod
    def load(cls, lane: Lane) -> Reached | None:
        _, reading = checkpoints.get(lane.connector, f"full/{lane.entity}"[:32], lane.direction)
        return cls(*json.loads(reading.position)) if reading else None


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

    def full(self, lane: Lane, pages: Pages, *, user: str, view: str = "") -> int | None:
        """Begin a full sync in the background, which survives a restart; else like `start`."""
        going = self._begin(lane, sweeps.FULL, user, "manual")
        if going is None:
            return None
        sweep = going.sweep
        reached = Reached(sweep.run_id, view, "", 0, sweep.after_message, sweep.after_attempt)
        reached.save(lane, self.jobs.clock.now())
        self._go_on(going, reached, pages)
        return sweep.run_id

    def resume(self, pages: Pages) -> str:
        """Go on with full syncs whose process has died or ended, as soon as nobody holds them; a sentence."""
        number = 0
        for sweep in sweeps.unfinished():
            try:
                going = self._begin(sweep.lane, sweep.job, sweep.user, "manual", again=sweep)
            except (Skip, KeyError, Invalid):  # paused, switched off, taken out: later, or never
                continue
            if going is None:
                continue
            if all(one.run_id != sweep.run_id for one in sweeps.unfinished()):  # it has just come to its end
                going.release("It is over.")
                continue
            reached = Reached.load(sweep.lane)
            if reached is None or reached.run != sweep.run_id:
                going.close(LEFT)
                continue
            number += 1
            going.sweep = replace(sweep, after_message=reached.after_message, after_attempt=reached.after_attempt)
            self._go_on(going, reached, pages)
        return f"{number} full syncs are gone on with" if number else "No full sync was left."

    def _go_on(self, going: _Going, reached: Reached, pages: Pages) -> None:
        going.reached, going.total = reached, reached.total
        gather = lambda: going.read_on(pages)  # noqa: E731 - it is handed on
        threading.Thread(target=_Going.run, args=(going, gather), name="sweep", daemon=True).start()

    def run(self, lane: Lane, job: str, gather: Gather) -> str:
        """The same for a schedule, to its end; a sentence."""
        going = self._begin(lane, job, "", "auto")
        return going.run(gather) if going else "Another run of this entity is under way."

    def _begin(self, lane: Lane, job: str, user: str, mode: str, again: Sweep | None = None) -> _Going | None:
        if not states.sends(self.jobs.connections.config(lane.connector), lane.entity):
            raise Skip("the connector or the entity is switched off, paused or needs attention.")
        now = self.jobs.clock.now()
        owner = f"{os.getpid()}-{threading.get_ident()}-{now.timestamp()}"
        epoch = leases.take(f"{lane}/sweep", owner, seconds=LEASE_SECONDS, now=now)
        if epoch is None:
            return None
        scope = "complete"
        begun = again or sweeps.begin(lane, job, user=user, mode=mode, scope=scope, now=now)
        return _Going(self, begun, owner, epoch)


class _Going:
    """One sweep under way."""

    def __init__(self, sweeper: Sweeper, sweep: Sweep, owner: str, epoch: int) -> None:
        self.jobs, self.stopping, self.sweep = sweeper.jobs, sweeper.stopping, sweep
        self.owner, self.epoch, self.clock = owner, epoch, sweeper.jobs.clock
        self.total, self.said = 0, list[str]()
        self.reached: Reached | None = None  # of a full sync
        self.paused = False
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
                if self._goes_on:
                    sentence = "It goes on where it was."
                    self.release(sentence)
                else:
                    self.close(sentence, failed)
            return sentence

    @property
    def _goes_on(self) -> bool:
        """Whether a full sync is left open for whoever comes next: the process ends, or the connector is paused."""
        ended = self.stopping.is_set() or self.paused
        return self.reached is not None and ended and not sweeps.cancelled_by(self.sweep.run_id)

    def close(self, sentence: str, failed: bool = True) -> None:
        """End the run and give the lease back."""
        found, now = sweeps.tally(self.sweep), self.clock.now()
        sweeps.end(self.sweep, found, self._total(found.messages), sentence, now=now, failed=failed)
        self.release(sentence)

    def release(self, sentence: str) -> None:
        lane, now = self.sweep.lane, self.clock.now()
        leases.release(f"{lane}/sweep", self.owner, self.epoch, now=now, outcome=sentence)

    def read_on(self, pages: Pages) -> Iterator[Sequence[Change]]:
        """The pages of a full sync from where it was; each is noted once its messages are put."""
        reached = self.reached
        assert reached is not None
        if reached.position is None:
            return
        for changes, position in pages(self.sweep.lane, reached.view, reached.position):
            yield changes
            reached = replace(reached, position=position, total=self.total)
            reached.save(self.sweep.lane, self.clock.now())

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
        """Whether the process ends, the connector was paused, or somebody has cancelled the run."""
        lane = self.sweep.lane
        self.paused = not states.sends(self.jobs.connections.config(lane.connector), lane.entity)
        if self.stopping.is_set() or self.paused or sweeps.cancelled_by(self.sweep.run_id):
            self.stop.set()
        return self.stop.is_set()

    def _total(self, done: int) -> int:
        return max(self.total, done)

    def _say(self, *lines: str) -> None:
        self.said += lines
        sweeps.say(self.sweep, self.said)
