"""Requests that are held back: what would change something is kept and not sent.

A rehearsal and a preview run the real way of a record with the real systems. Inside `holding` every request that may
change the other side stops at the one seam for HTTP; reads go through. It knows no system: what a success would have
answered is the system's to imagine, so that the second request of a write can be seen too.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from connector.errors import REHEARSAL, Skip

Imagine = Callable[[str, str, Any], Any]  # method, path, body -> the JSON of a success, None when nobody can say
BACK = "held back, not sent"  # what the log says in place of an error

_holder: contextvars.ContextVar[Holder | None] = contextvars.ContextVar("held", default=None)


class Held(Skip):
    """A request was held back, and what comes after it hangs on its answer."""


@dataclass
class Holder:
    """What was held back in one block, in the shape of the log's exchanges."""

    imagine: Imagine
    entries: list[dict[str, Any]] = field(default_factory=list)

    def hold(self, entry: dict[str, Any], method: str, path: str, body: Any) -> Any:
        """Keep a request; what a success would have answered. Raises Held when nobody can say."""
        entry.update(status=None, held=True, error=BACK, seconds=0.0)
        self.entries.append(entry)
        answer = self.imagine(method, path, body)
        if answer is None:
            raise Held(f"{method} {path.partition('?')[0]} was held back.", code=REHEARSAL)
        return answer


@contextmanager
def holding(imagine: Imagine) -> Iterator[list[dict[str, Any]]]:
    """Hold back what would change something, in this thread; gives the requests, redacted like the log's."""
    holder = Holder(imagine)
    token = _holder.set(holder)
    try:
        yield holder.entries
    finally:
        _holder.reset(token)


def holder() -> Holder | None:
    """Who holds requests back now, None when they are sent."""
    return _holder.get()
