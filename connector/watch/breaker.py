"""Breakers: when calls to one side go wrong several times in a row, nobody calls it until one try, alone, went well.

One row for each side of a connector when nobody answers there at all, and one for an entity when only its calls
end in errors of the other side (5xx). Open: messages go back without burning a try. When the pause is over one
piece of work goes through (half open): it closes the breaker, or the pause doubles. What a person wants at once
goes through as well. The rows are shared by all processes; counting is each process's own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connector import events, notices
from connector.clock import CLOCK, Clock
from connector.db import db
from connector.errors import Retry
from connector.queue import waking
from connector.watch.models import Breaker

TABLE = Breaker.__table__
OPEN, PROBING, CLOSED = "open", "probing", "closed"
THRESHOLD = 5  # calls in a row
FIRST, LONGEST = 10.0, 240.0  # seconds of the first pause and of the longest
FRESH = 1.0  # seconds for which a process believes what it has read
CODE = "breaker.open"
UNREACHABLE = "http.unreachable"
WAITING = (UNREACHABLE, CODE)  # codes of messages that wait for the side to be back
DEAD, ILL, WELL = "dead", "ill", "well"
NAMES = {"erp": "The ERP", "store": "The store"}
Place = tuple[str, str, str]  # connector, side, entity ("": all of them)


@dataclass(frozen=True, slots=True)
class State:
    """One breaker that is not closed."""

    side: str
    entity: str
    state: str
    failures: int
    reason: str
    opened_at: datetime
    retry_at: datetime


class Breakers:
    """One for each process. Safe for several threads. Methods need an application context."""

    def __init__(self, clock: Clock = CLOCK) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._counts: dict[Place, int] = {}
        self._read: dict[str, tuple[float, list[State]]] = {}

    def stopped(self, connector: str, entity: str, *, urgent: bool = False) -> Retry | None:
        """The word for work that must not begin now; None: go on. It burns no try."""
        for one in self._states(connector):
            if one.entity not in ("", entity) or urgent:
                continue
            if one.retry_at <= self.clock.now() and self._elected(connector, one):
                continue
            return Retry(
                f"{NAMES[one.side]} is left alone until {one.retry_at:%H:%M:%S} UTC: {one.reason}",
                away=True,
                code=CODE,
                help="It is tried again by itself; the Health page shows it and can try at once.",
            )
        return None

    def note(
        self, connector: str, entity: str, exchanges: Sequence[Mapping[str, Any]], bases: Mapping[str, str]
    ) -> None:
        """What became of the calls of one piece of work. `bases`: the address of each side."""
        for exchange in exchanges:
            side = next((side for side, base in bases.items() if base and exchange["url"].startswith(base)), "")
            if side:
                self._note(connector, side, entity, _judged(exchange), exchange)

    def _note(self, connector: str, side: str, entity: str, how: str, exchange: Mapping[str, Any]) -> None:
        all_, own = (connector, side, ""), (connector, side, entity)
        if how == DEAD:
            self._count(all_, f"nobody answers there ({exchange.get('error') or 'no answer'}).")
            return
        with self._lock:
            self._counts.pop(all_, None)
        self._close(all_)
        if how == ILL:
            self._count(own, f"it answered {exchange['status']} to {THRESHOLD} calls in a row.")
            return
        with self._lock:
            self._counts.pop(own, None)
        self._close(own)

    def _count(self, place: Place, reason: str) -> None:
        with self._lock:
            count = self._counts[place] = self._counts.get(place, 0) + 1
        known = self._known(place)
        if (known is None and count >= THRESHOLD) or (known is not None and known.state == PROBING):
            self._trip(place, reason)

    def _trip(self, place: Place, reason: str) -> None:
        now = self.clock.now()
        with db.write() as connection:
            row = connection.execute(_row(select(TABLE), place)).one_or_none()
            if row is not None and row.state == OPEN:
                return
            again = row is not None and row.state == PROBING
            failures = row.failures + 1 if row is not None and again else 0
            pause = min(FIRST * 2.0**failures, LONGEST)
            values: dict[str, Any] = {
                "state": OPEN, "failures": failures, "reason": reason, "retry_at": now + timedelta(seconds=pause),
            }  # fmt: skip
            if not again:
                values |= {"opened_at": now, "trips": (row.trips if row is not None else 0) + 1}
            if row is None:
                named = dict(zip(("connector_id", "side", "entity"), place, strict=True))
                new = (sqlite if db.sqlite else postgresql).insert(TABLE).values(**named, **values)
                connection.execute(new.on_conflict_do_nothing())
            else:
                connection.execute(_row(update(TABLE), place).values(**values))
        self._forget(place[0])
        if not again:
            _tell(place, f"{_named(place)} is left alone for now: {reason}", "error")

    def _close(self, place: Place) -> None:
        if self._known(place) is None:
            return
        now = self.clock.now()
        with db.write() as connection:
            closed = connection.execute(
                _row(update(TABLE), place)
                .where(TABLE.c.state != CLOSED)
                .values(state=CLOSED, failures=0, closed_at=now)
            ).rowcount
            if closed:
                waking.due_now(connection, place[0], place[2], WAITING, now)
        self._forget(place[0])
        if closed:
            _tell(place, f"{_named(place)} answers again.", "info")

    def _elected(self, connector: str, one: State) -> bool:
        """Whether this piece of work is the one that tries; another may when it does not come back in a minute."""
        now = self.clock.now()
        with db.write() as connection:
            taken = connection.execute(
                _row(update(TABLE), (connector, one.side, one.entity))
                .where(TABLE.c.state != CLOSED, TABLE.c.retry_at <= now)
                .values(state=PROBING, retry_at=now + timedelta(minutes=1))
            ).rowcount
        self._forget(connector)
        return bool(taken)

    # --- what is known

    def _states(self, connector: str) -> list[State]:
        at = self.clock.monotonic()
        with self._lock:
            known = self._read.get(connector)
        if known is None or at - known[0] >= FRESH:
            known = (at, states([connector]).get(connector, []))
            with self._lock:
                self._read[connector] = known
        return known[1]

    def _known(self, place: Place) -> State | None:
        return next((one for one in self._states(place[0]) if (one.side, one.entity) == place[1:]), None)

    def _forget(self, connector: str) -> None:
        with self._lock:
            self._read.pop(connector, None)


def states(connectors: Sequence[str]) -> dict[str, list[State]]:
    """The breakers of these connectors that are not closed, sides as a whole first. One query."""
    query = select(TABLE).where(TABLE.c.connector_id.in_(connectors), TABLE.c.state != CLOSED)
    found: dict[str, list[State]] = {}
    with db.read() as connection:
        for row in connection.execute(query.order_by(TABLE.c.connector_id, TABLE.c.side, TABLE.c.entity)):
            found.setdefault(row.connector_id, []).append(_state(row))
    return found


def try_now(connector: str, side: str, *, now: datetime, user: str) -> int:
    """A person does not want to wait: the next piece of work tries. Returns how many breakers that was."""
    with db.write() as connection:
        changed = connection.execute(
            update(TABLE)
            .where(TABLE.c.connector_id == connector, TABLE.c.side == side, TABLE.c.state != CLOSED)
            .values(retry_at=now)
        ).rowcount
        waking.due_now(connection, connector, "", WAITING, now)
    if changed:
        text = f"{NAMES[side]} is to be tried at once."
        events.record("Configuration", text, connector_id=connector, user=user)
    return changed


def _judged(exchange: Mapping[str, Any]) -> str:
    status = exchange.get("status")
    return DEAD if status is None else ILL if status >= 500 else WELL


def _state(row: Row[Any]) -> State:
    return State(row.side, row.entity, row.state, row.failures, row.reason, row.opened_at, row.retry_at)


def _row(statement: Any, place: Place) -> Any:
    return statement.where(TABLE.c.connector_id == place[0], TABLE.c.side == place[1], TABLE.c.entity == place[2])


def _named(place: Place) -> str:
    return f"{NAMES[place[1]]}, for {place[2].replace('_', ' ')}," if place[2] else NAMES[place[1]]


def _tell(place: Place, text: str, level: str) -> None:
    """In the log, and by the bell for as long as it lasts."""
    events.record("Configuration", text, connector_id=place[0], level=level)
    key = f"breaker/{'/'.join(place)}"
    if level == events.ERROR:
        notices.tell(text, key=key, connector_id=place[0], level=level, link="/health")
    else:
        notices.end(key)
