"""What the queue hands out and what it wants back. The work itself is one function that others bring.

A unit is what one call of that function handles: a single message, or the messages of one batch request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector.errors import Outcome
from connector.queue.lanes import Lane
from connector.queue.working.claim import Claimed


class Unit(NamedTuple):
    """Messages of one lane to handle together.

    `ours()` says which ids still belong to this worker: to be asked right before a write, so that a worker that
    was stopped for longer than its lease does not write an old value over a new one. `stopping()` says that the window
    is to end: what has not been begun may be handed back (`Retry` with `away` and `after=0`).
    """

    lane: Lane
    messages: tuple[Claimed, ...]
    ours: Callable[[], set[int]]
    stopping: Callable[[], bool] = lambda: False


class Verdict(NamedTuple):
    """How one message ended: `word` is None when it is done, else Retry, Fail, Skip or Wait.

    `wrote` is True when the other side was changed (or may have been) on its behalf.
    """

    message_id: int
    word: Outcome | None = None
    summary: str = ""
    wrote: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One verdict for each message of the unit, and the HTTP exchanges (redacted) that it took."""

    verdicts: Sequence[Verdict]
    exchanges: Sequence[dict[str, Any]] = field(default_factory=list)


Work = Callable[[Unit], Report]
