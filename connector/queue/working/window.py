"""One window: passes over a lane until its time is up. It claims, hands to the crew, settles; it knows no entity.

All database work is done by the thread that runs the window, in one transaction for each turn: settle what has
ended, claim what comes next. So the crew's threads never wait for a commit as long as a few units lie ahead.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from connector.clock import Clock
from connector.db import db
from connector.queue import runs
from connector.queue.lanes import Lane
from connector.queue.models import URGENT
from connector.queue.wake import Bell
from connector.queue.working import claim, looks, telling
from connector.queue.working.claim import Claimed
from connector.queue.working.crew import Crew
from connector.queue.working.endings import Done
from connector.queue.working.hand import Hand
from connector.queue.working.looks import Look
from connector.queue.working.pace import Pace
from connector.queue.working.policy import Policy
from connector.queue.working.settle import Tally
from connector.queue.working.suspects import Suspects
from connector.queue.working.takeover import look_again
from connector.queue.working.turn import Progress, Source, Turn, Turned
from connector.queue.working.work import Work

log = logging.getLogger(__name__)
T = TypeVar("T")

YIELD_SECONDS = 0.002  # between two commits on SQLite, so that a page's write gets its turn
PROGRESS_SECONDS = 0.5  # between two looks at the progress that a page can take
AGAIN_SECONDS = 0.25  # until a database that is away is asked again


class Window:
    """The state of one run of `runner.run_window`, which says what the arguments mean."""

    def __init__(
        self,
        lane: Lane,
        work: Work,
        policy: Policy,
        *,
        worker: str,
        clock: Clock,
        bell: Bell,
        stop: threading.Event,
        mode: str = "auto",
        user: str = "",
        run_id: int | None = None,
        tell: bool = True,
    ) -> None:
        self.lane, self.policy, self.worker, self.clock, self.bell, self.stop = lane, policy, worker, clock, bell, stop
        self.mode, self.user, self.run_id, self.tell = mode, user, run_id, tell
        self.tally, self.total, self.passes = Tally(), 0, 0
        self.hand = Hand(lane, policy.lease_seconds, clock, lambda: self._ending)
        self._crew = Crew(policy.parallel, work, clock, f"work-{lane}")
        self._suspects = Suspects(self.hand.unit, policy.parallel)
        self._pace = Pace(policy.parallel)
        self._aborted = False
        self._end = self._committed = self._saved = float("-inf")

    # --- the loop of a launch ---------------------------------------------------------------------------

    def run(self, check_time: float | None) -> None:
        """Passes until `check_time` seconds are over (None: until nothing is ready). Never cuts work in hand."""
        self._end = float("inf") if check_time is None else self.clock.monotonic() + check_time
        now = self.clock.now()
        if self.mode == "auto":
            self._patiently(lambda: runs.close_abandoned(self.lane, now))
        self._patiently(lambda: look_again(self.lane, now))
        with self.bell.listening(self._heard):
            try:
                self._passes(until_empty=check_time is None)
            finally:
                self._wind_down()

    def _passes(self, until_empty: bool) -> None:
        while not self._ending:
            seen = self._look()
            worked = self._pass(seen)
            if self._late or (until_empty and not worked):
                return
            if worked:
                continue  # what has come meanwhile is pending work, too
            rang = self.bell.wait(self.lane, self._pause(seen), self.clock)
            if self._late and not rang:
                return

    @property
    def _late(self) -> bool:
        return self.clock.monotonic() >= self._end

    @property
    def _ending(self) -> bool:
        """No more claims: the process stops, or the other side has refused our credentials."""
        return self._aborted or self.stop.is_set() or self.tally.refused > 0

    def _pause(self, seen: Look) -> float:
        """Seconds until the next look: the sleep time, less when the window ends or a retry is due before."""
        pause = min(float(self.policy.sleep_time), self._end - self.clock.monotonic())
        if seen.due is not None:
            pause = min(pause, (seen.due - self.clock.now()).total_seconds())
        return max(0.0, pause)

    def _look(self) -> Look:
        """What is ready; first takes over what dead workers held."""
        self.passes += 1
        self.bell.answer(self.lane)
        seen = self._patiently(lambda: looks.look(self.lane, self.clock.now()))
        if seen.expired:
            self._patiently(lambda: claim.reclaim(self.clock.now()))
            seen = self._patiently(lambda: looks.look(self.lane, self.clock.now()))
        return seen

    # --- one pass ---------------------------------------------------------------------------------------

    def _pass(self, seen: Look) -> bool:
        """Work on everything that is ready; True when there was something.

        While the last units take their time, what comes in meanwhile goes to the threads that are free.
        """
        before, dones, rang, news = self.tally.messages, list[Done](), False, False
        source = self._source(seen)
        while True:
            self._turn(dones, source, urgent=rang)
            if self._ending:
                self._give_back()
            if self._crew.unfinished:
                dones, rang = self._crew.collect(self.policy.sleep_time)
                news = news or rang or not dones
            elif self._ending or (source.empty and not self._suspects):
                return self.tally.messages > before
            else:
                dones, rang = [], False
            if source.empty and news and not self._crew.ahead and not self._late:
                source, news = self._source(self._look()), False

    def _source(self, seen: Look) -> Source:
        self.total += seen.ready
        return Source(self.clock.now(), self._unit_size(seen.ready), empty=not seen.ready)

    def _unit_size(self, ready: int) -> int:
        """What counts against the threshold is all that is pending (product/CONFLICTS.md 1): also what an outage
        has put off, else a backlog that comes back a few at a time would never be batched."""
        policy = self.policy
        if ready and policy.batchable and policy.batch_mode and ready <= policy.threshold:
            ready = self._patiently(lambda: looks.pending(self.lane, policy.threshold + 1))
        return policy.unit_size(ready)

    def _turn(self, dones: list[Done], source: Source, *, urgent: bool) -> None:
        """Settle what has ended and claim what comes next, then hand it to the crew."""
        self._pace.learn(dones)
        ended = [message for done in dones if not done.split for message in done.unit.messages]
        self._suspects.end(message.id for message in ended)
        going = not self._ending
        limit = self._room(source.size) * source.size if going and not source.empty else 0
        begun = self._suspects.begin() if going else []
        if urgent and going and not limit and not dones:
            urgent = self._patiently(lambda: looks.urgent_ready(self.lane, self.clock.now()))
        if not (dones or limit or begun or (urgent and going)):
            return
        self._let_others_write()
        at = self.clock.monotonic()
        turned = self._do(
            Turn(
                self.lane,
                self.policy,
                self.worker,
                self.clock.now(),
                dones,
                begun,
                limit,
                urgent and going,
                source,
                self._progress(at),
            )
        )
        self.tally.add(turned.tally)
        self.run_id = turned.row
        self.hand.drop(ended)
        for unit in begun:
            self._crew.hand(unit, first=True)
        if turned.taken is not None:
            self.hand.take(turned.taken, at)
            if limit:
                source.took(turned.taken, limit)
            self._hand_out(turned.taken, source.size)

    def _do(self, turn: Turn) -> Turned:
        def step() -> Turned:
            with self.hand.guard:
                return turn.do()

        turned = self._patiently(step)
        self._committed = self.clock.monotonic()
        return turned

    def _hand_out(self, taken: Sequence[Claimed], size: int) -> None:
        """Give claimed messages to the crew: urgent ones first and alone, suspects when their turn comes."""
        suspects = [message for message in taken if message.deaths]
        sound = [message for message in taken if not message.deaths]
        normal = [message for message in sound if message.priority != URGENT]
        for message in sound:
            if message.priority == URGENT:
                self._crew.hand(self.hand.unit([message]), first=True)
        for start in range(0, len(normal), size):
            self._crew.hand(self.hand.unit(normal[start : start + size]))
        self._suspects.add(suspects, size)

    def _room(self, size: int) -> int:
        """Units to claim now: none while half of what shall lie ahead is still there."""
        wanted, ahead = self._pace.ahead(size), self._crew.ahead + len(self._suspects)
        free = max(0, self._crew.size - self._crew.unfinished)
        return max(0, free + wanted - ahead) if free or 2 * ahead < wanted or not ahead else 0

    def _progress(self, at: float) -> Progress:
        due = self.tell and at - self._saved >= PROGRESS_SECONDS
        if due:
            self._saved = at
        return Progress(self.run_id, self.mode, self.user, self.tally, self.total, due)

    def _let_others_write(self) -> None:
        """On SQLite one writes at a time: a pause between our commits is what a page's click gets through."""
        rest = self._committed + YIELD_SECONDS - self.clock.monotonic()
        if rest > 0 and db.sqlite:
            self.clock.sleep(rest)

    # --- the end ----------------------------------------------------------------------------------------

    def _give_back(self) -> None:
        units = self._crew.take_back() + self._suspects.take_back()
        messages = [message for unit in units for message in unit.messages]
        self._patiently(lambda: self.hand.give_back(messages))

    def _wind_down(self) -> None:
        """Let what was begun come to its end and settle it, also when the window ends with an exception."""
        self._aborted = True
        nothing = Source(self.clock.now(), 1, empty=True)
        try:
            while self._crew.unfinished or self._suspects:
                self._give_back()
                if self._crew.unfinished:
                    dones, _ = self._crew.collect(None)
                    self._turn(dones, nothing, urgent=False)
        finally:
            self._crew.close()
        if self.run_id is not None and self.tell:
            run_id, now = self.run_id, self.clock.now()
            self._patiently(lambda: runs.close(run_id, self.tally, self.total, now=now))
            self._patiently(lambda: telling.window_ended(self.lane, self.tally.failed))

    # --- small ------------------------------------------------------------------------------------------

    def _heard(self, lane: Lane) -> None:
        if lane == self.lane:
            self._crew.events.put(None)

    def _patiently(self, step: Callable[[], T]) -> T:
        """Do a step again while the database is away, for as long as a lease lasts."""
        patience = self.clock.monotonic() + self.policy.lease_seconds
        while True:
            try:
                return step()
            except (OperationalError, InterfaceError) as error:
                if self.clock.monotonic() >= patience:
                    raise
                log.warning("the database is away: %s", error, extra={"action": "database_away"})
                self.clock.sleep(AGAIN_SECONDS)
