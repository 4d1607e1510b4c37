"""What one window has in hand: its leases, and which messages somebody else has taken over."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from connector.clock import Clock
from connector.queue.lanes import Lane
from connector.queue.working import claim
from connector.queue.working.claim import Claimed
from connector.queue.working.takeover import hand_back
from connector.queue.working.work import Unit


class Hand:
    """Claimed and not settled. `beat` and the `ours` of units are called by other threads."""

    def __init__(
        self, lane: Lane, lease_seconds: float, clock: Clock, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self.lane, self.lease_seconds, self.clock, self.stopping = lane, lease_seconds, clock, stopping
        self.guard = threading.Lock()  # the heartbeat's transaction and the window's want the same rows
        self._held: dict[int, tuple[Claimed, float]] = {}  # with the moment of the claim
        self._lost: set[int] = set()
        self._renewed = float("-inf")
        self._context = contextvars.copy_context()  # has the application, which other threads have not

    def take(self, messages: Iterable[Claimed], at: float) -> None:
        """Hold messages that were claimed at the monotonic moment `at`."""
        self._held.update((message.id, (message, at)) for message in messages)

    def drop(self, messages: Iterable[Claimed]) -> None:
        for message in messages:
            self._held.pop(message.id, None)
            self._lost.discard(message.id)

    def unit(self, messages: Sequence[Claimed]) -> Unit:
        """Messages to be worked on together."""
        return Unit(self.lane, tuple(messages), partial(self._ours, tuple(messages)), self.stopping)

    def beat(self) -> None:
        """Renew all leases; remember what is no longer ours."""
        with self.guard:
            at, held = self.clock.monotonic(), [message for message, _ in list(self._held.values())]
            if held:
                still = claim.renew(held, until=self.clock.now() + timedelta(seconds=self.lease_seconds))
                self._lost.update(message.id for message in held if message.id not in still)
            self._renewed = at

    def give_back(self, messages: Sequence[Claimed]) -> None:
        """Give messages back that nobody has begun."""
        if messages:
            with self.guard:
                hand_back([(message.id, message.epoch) for message in messages], self.clock.now())
            self.drop(messages)

    def _ours(self, messages: tuple[Claimed, ...]) -> set[int]:
        """Which messages are still ours. Within half a lease nobody can have taken them: that needs no question."""
        limit = self.clock.monotonic() - self.lease_seconds / 2
        sure = {m.id for m in messages if max(self._renewed, self._held.get(m.id, (m, limit))[1]) > limit}
        unsure = [message for message in messages if message.id not in sure]
        if unsure:
            sure |= self._context.copy().run(claim.ours, unsure)
        return sure - self._lost
