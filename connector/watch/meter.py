"""How much of a system's allowance is in use: requests a minute and open sessions, over all processes.

Each process keeps one row for each system and writes it every few seconds while it works. No history: MinuteStat
has that. Our own numbers: what others take from the same licence nobody tells us (facts/ACUMATICA.md, 1.3).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from connector.clock import CLOCK, Clock
from connector.db import db
from connector.watch.models import SystemUse

TABLE = SystemUse.__table__
EVERY = 5.0  # seconds between two writes of a process
MINUTE = timedelta(minutes=1)
GONE = timedelta(minutes=2)  # a process that was silent for so long takes nothing
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process has taken so far: requests since it began, sessions that are open, and the most it will open."""

    requests: int
    sessions: int = 0
    seats: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """One system over all processes. `requests` are those of the last whole minute, or of this one if it has more."""

    requests: int = 0
    sessions: int = 0
    seats: int = 0
    workers: int = 0


@dataclass(slots=True)
class _Count:
    minute: datetime
    total: int = 0
    requests: int = 0
    before: int = 0


@dataclass(slots=True)
class Meter:
    """One for each process. Safe for several threads; needs an application context."""

    worker: str
    clock: Clock = CLOCK
    _counts: dict[str, _Count] = field(default_factory=dict)
    _written: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self) -> bool:
        """Whether it is time to write again; says so to one caller only."""
        with self._lock:
            if self.clock.monotonic() - self._written < EVERY:
                return False
            self._written = self.clock.monotonic()
            return True

    def write(self, taken: Mapping[str, Taken]) -> None:
        """Write what this process takes of each system, by its name ("DEMO/acumatica")."""
        now = self.clock.now()
        with self._lock:
            rows = [self._row(name, one, now) for name, one in taken.items()]
        if not rows:
            return
        statement: Any = (sqlite if db.sqlite else postgresql).insert(TABLE)
        names = ("minute", "requests", "before", "sessions", "seats", "seen_at")
        again = {name: statement.excluded[name] for name in names}
        with db.write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["worker", "name"], set_=again), rows)
            connection.execute(TABLE.delete().where(TABLE.c.seen_at < now - FORGOTTEN))

    def _row(self, name: str, one: Taken, now: datetime) -> dict[str, Any]:
        minute = now.replace(second=0, microsecond=0)
        count = self._counts.setdefault(name, _Count(minute))
        if count.minute != minute:
            count.before = count.requests if count.minute == minute - MINUTE else 0
            count.minute, count.requests = minute, 0
        count.requests += one.requests - count.total
        count.total = one.requests
        return {
            "worker": self.worker, "name": name, "minute": minute, "requests": count.requests,
            "before": count.before, "sessions": one.sessions, "seats": one.seats, "seen_at": now,
        }  # fmt: skip


def use(names: Sequence[str], now: datetime) -> dict[str, Use]:
    """How much of these systems is in use now, over all processes. One query."""
    minute = now.replace(second=0, microsecond=0)
    sums: dict[str, list[int]] = {name: [0, 0, 0, 0, 0] for name in names}
    query = select(TABLE).where(TABLE.c.name.in_(names), TABLE.c.seen_at > now - GONE)
    with db.read() as connection:
        for row in connection.execute(query):
            this = row.requests if row.minute == minute else 0
            last = row.before if row.minute == minute else row.requests if row.minute == minute - MINUTE else 0
            for at, value in enumerate((this, last, row.sessions, row.seats, 1)):
                sums[row.name][at] += value
    return {name: Use(max(one[0], one[1]), *one[2:]) for name, one in sums.items()}
