"""What tests of the queue need: a lane, rows as dictionaries, and work functions that are scripted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from connector.clock import Clock
from connector.db import db
from connector.errors import Outcome
from connector.queue import inbox, runner
from connector.queue.inbox import Accepted, Item
from connector.queue.lanes import Lane
from connector.queue.models import Attempt, Message, MinuteStat, Run
from connector.queue.runner import Policy, WindowResult
from connector.queue.wake import Bell
from connector.queue.working import claim
from connector.queue.working.claim import Claimed
from connector.queue.working.work import Report, Unit, Verdict

LANE = Lane("DEMO", "price", "erp_to_store")


def put(clock: Clock, *keys: str, lane: Lane = LANE, **options: Any) -> Accepted:
    """Put changes of these keys at the clock's time; `version` goes into the items."""
    version = options.pop("version", 0)
    return inbox.put(lane, [Item(key, version=version) for key in keys], now=clock.now(), **options)


def take(clock: Clock, limit: int = 100, *, lane: Lane = LANE, worker: str = "worker", **options: Any) -> list[Claimed]:
    return claim.claim(lane, limit, worker=worker, lease_seconds=30, now=clock.now(), **options)


def unit(*messages: Claimed) -> Unit:
    return Unit(messages[0].lane, messages, lambda: claim.ours(messages))


def done(messages: Iterable[Claimed], word: Outcome | None = None, *, wrote: bool = True) -> Report:
    """The report of a unit whose messages all ended alike."""
    return Report([Verdict(message.id, word, "", wrote) for message in messages], [{"method": "PUT", "status": 200}])


def rows(table: Any = Message, **where: Any) -> list[dict[str, Any]]:
    """Rows by id, as dictionaries."""
    columns = table.__table__.c
    query = select(table.__table__).where(*(columns[name] == value for name, value in where.items()))
    if "id" in columns:
        query = query.order_by(columns.id)
    with db.read() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def row(key: str, **where: Any) -> dict[str, Any]:
    """The newest row of a key."""
    return rows(key=key, **where)[-1]


def statuses() -> dict[str, list[str]]:
    """The statuses of the rows of each key, oldest first."""
    found: dict[str, list[str]] = {}
    for each in rows():
        found.setdefault(each["key"], []).append(each["status"])
    return found


def attempts(**where: Any) -> list[dict[str, Any]]:
    return rows(Attempt, **where)


def runs() -> list[dict[str, Any]]:
    return rows(Run)


def counted(name: str) -> int:
    return sum(each[name] for each in rows(MinuteStat))


class Script:
    """A work function that notes its units and ends each message as `say(message)` says (None: done)."""

    def __init__(self, say: Callable[[Claimed], Outcome | None] = lambda message: None) -> None:
        self.say = say
        self.units: list[list[str]] = []
        self._lock = threading.Lock()

    def __call__(self, unit: Unit) -> Report:
        with self._lock:
            self.units.append([message.key for message in unit.messages])
        verdicts = [Verdict(message.id, self.say(message), "", True) for message in unit.messages]
        return Report(verdicts, [{"method": "PUT", "url": "/prices", "status": 200}])

    @property
    def keys(self) -> list[str]:
        return [key for unit in self.units for key in unit]


def window(clock: Clock, work: Callable[[Unit], Report], policy: Policy | None = None, **options: Any) -> WindowResult:
    """Run a window until nothing is ready; `until_empty=False` for one that sleeps and looks."""
    usual: dict[str, Any] = {"worker": "worker", "bell": Bell(), "stop": threading.Event(), "until_empty": True}
    return runner.run_window(options.pop("lane", LANE), work, policy or Policy(), clock=clock, **{**usual, **options})


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def after(clock: Clock, number: float) -> datetime:
    return clock.now() + seconds(number)
