"""Messages whose worker has died: they are worked on in ever smaller company, so that the culprit is found.

After one death a message is tried with few others, after two alone. A death counts only for what had begun
(`claim.begin`), so they are not handed out ahead. Pure: it knows no database.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from connector.queue.working.claim import Claimed
from connector.queue.working.work import Unit


class Suspects:
    """A line of units that wait to begin, and the ids of those that have."""

    def __init__(self, make: Callable[[Sequence[Claimed]], Unit], parallel: int) -> None:
        self._make, self._parallel = make, max(1, parallel)
        self._line: deque[Unit] = deque()
        self._begun: list[frozenset[int]] = []
        self._alone = False

    def __len__(self) -> int:
        return len(self._line)

    def add(self, messages: Iterable[Claimed], size: int) -> None:
        """Line up messages that would otherwise go in units of `size`."""
        few = max(1, math.isqrt(size))
        once: list[Claimed] = []
        for message in messages:
            if message.deaths == 1:
                once.append(message)
            else:
                self._line.append(self._make([message]))
        self._line.extend(self._make(once[start : start + few]) for start in range(0, len(once), few))

    def begin(self) -> list[Unit]:
        """The units that may begin now."""
        units: list[Unit] = []
        while self._line and self._may_begin(self._line[0]):
            unit = self._line.popleft()
            self._alone = _twice(unit)
            self._begun.append(frozenset(message.id for message in unit.messages))
            units.append(unit)
        return units

    def end(self, ids: Iterable[int]) -> None:
        """These messages are settled."""
        ended = set(ids)
        self._begun = [unit for unit in self._begun if not unit <= ended]
        self._alone = self._alone and bool(self._begun)

    def take_back(self) -> list[Unit]:
        """Everything that has not begun."""
        units = list(self._line)
        self._line.clear()
        return units

    def _may_begin(self, unit: Unit) -> bool:
        if _twice(unit):
            return not self._begun
        return not self._alone and len(self._begun) < self._parallel


def _twice(unit: Unit) -> bool:
    return unit.messages[0].deaths > 1
