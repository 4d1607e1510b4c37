"""One transaction of a window: settle what has ended, claim what comes next, note how far the run has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connector.queue import runs
from connector.queue.lanes import Lane
from connector.queue.models import URGENT
from connector.queue.working import claim, settle
from connector.queue.working.claim import Claimed, Mark
from connector.queue.working.endings import Done
from connector.queue.working.policy import Policy
from connector.queue.working.settle import Tally
from connector.queue.working.work import Unit


@dataclass(slots=True)
class Source:
    """What one pass takes from: everything that was ready at `horizon`, in units of `size`, from `mark` on."""

    horizon: datetime
    size: int
    mark: Mark | None = None
    empty: bool = False

    def took(self, messages: Sequence[Claimed], limit: int) -> None:
        """Remember a claim. A short one behind a mark is followed by one without: something may lie before it."""
        normal = [message for message in messages if message.priority != URGENT]
        if len(messages) < limit:
            self.empty, self.mark = self.mark is None, None
        elif normal:
            self.mark = normal[-1].mark


@dataclass(frozen=True, slots=True)
class Progress:
    """The run row of a window: `row` is None until the window does something; `total` is what it has found."""

    row: int | None
    mode: str
    user: str
    tally: Tally
    total: int
    due: bool  # time to write it down


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn came to. `taken` is None when the ended units had to be settled one by one, without a claim."""

    tally: Tally
    taken: list[Claimed] | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What shall be done. It can be done again when the database was away: nothing is remembered in between."""

    lane: Lane
    policy: Policy
    worker: str
    now: datetime
    dones: Sequence[Done]
    begun: Sequence[Unit]  # suspects that are handed out after this
    limit: int  # messages to claim
    urgent: bool  # without a limit: claim what a person waits for
    source: Source
    progress: Progress

    def do(self) -> Turned:
        """Do it in one transaction. Raises sqlalchemy's OperationalError when the database is away."""
        tally, claimed = settle.settle_all(
            self.dones, self.policy, now=self.now, run_id=self.progress.row, then=self._next
        )
        if claimed is not None:
            return Turned(tally, *claimed)
        for unit in self.begun:
            claim.begin(unit.messages, now=self.now)
        return Turned(tally, None, self.progress.row)

    def _next(self, connection: Connection) -> tuple[list[Claimed], int | None]:
        for unit in self.begun:
            claim.begin(unit.messages, now=self.now, connection=connection)
        taken = self._claim(connection)
        progress = self.progress
        if progress.row is None and taken:
            return taken, runs.open_run(
                self.lane,
                mode=progress.mode,
                user=progress.user,
                now=self.now,
                total=progress.total,
                connection=connection,
            )
        if progress.row is not None and progress.due:
            runs.save(progress.row, progress.tally, progress.total, connection=connection)
        return taken, progress.row

    def _claim(self, connection: Connection) -> list[Claimed]:
        if not self.limit and not self.urgent:
            return []
        return claim.claim(
            self.lane,
            self.limit or max(1, self.policy.parallel),
            worker=self.worker,
            lease_seconds=self.policy.lease_seconds,
            now=self.now,
            horizon=self.source.horizon,
            after=self.source.mark,
            urgent_only=not self.limit,
            connection=connection,
        )
