"""The brake: messages that would do harm together are put aside before the first write, and a person is asked.

A burst is judged by how many such messages a lane has: those let through in the last ten minutes, and everything
that waits in it. While there may be more than the settings allow, what would do harm is held (status `held`, code
`brake:<number>`) and the harmless rest goes on. When the lane is empty they are counted: few enough are let go by
themselves, else one question stands there for all of them. The first stock that falls to nothing in a quiet lane
waits a few seconds, to see whether others follow. A price that moves by too large a factor asks at once, alone too.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError

from connector import events
from connector.clock import CLOCK, Clock
from connector.db import db
from connector.errors import Hold, Outcome
from connector.queue.inbox import Ringer
from connector.queue.lanes import Lane
from connector.queue.models import HELD, Message
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.queue.repairing.repair import Repaired
from connector.queue.working.claim import Claimed
from connector.sync import brake
from connector.sync.brake import DELETE, PRICED, ZERO, Danger
from connector.sync.models import Binding, Checkpoint
from connector.watch.models import APPROVED, ASKING, CLEARED, JUDGING, REJECTED, Brake

TABLE: Any = Brake.__table__
ACTION = "Brake"  # the action type of the log
PASS = "approved"  # the origin of messages that a person has let go, or that were few enough
EXAMPLES = 20
LATELY = 600.0  # seconds in which what was let through still counts
COUNTED = 60.0  # seconds for which the number of bound records is believed
PATIENCE = timedelta(minutes=5)  # after which a lane that never gets empty is judged nevertheless
OPEN = (JUDGING, ASKING)


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings of a connector: `share` in per cent of the bound records, `minimum` messages, `factor` of a price
    (0: never), `pause` in seconds."""

    enabled: bool = True
    share: int = 20
    minimum: int = 20
    factor: int = 50
    pause: int = 3

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Limits:
        return cls(**{name: section[name] for name in cls.__dataclass_fields__ if name in section})


@dataclass
class _Burst:
    """What this process has let through lately in one lane."""

    passed: deque[tuple[float, int]]  # when, and the message's id
    began: float

    def recent(self, now: float) -> set[int]:
        while self.passed and now - self.passed[0][0] > LATELY:
            self.passed.popleft()
        return {id for _, id in self.passed}


class Judge:
    """Decides about units as they come. One for each process; a lane is worked by one process at a time."""

    def __init__(self, clock: Clock = CLOCK) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._bursts: dict[Lane, _Burst] = {}
        self._bound: dict[Lane, tuple[float, int]] = {}

    def ask(self, lane: Lane, found: Sequence[tuple[Claimed, Danger]], limits: Limits) -> dict[str, Outcome]:
        """The word for those that must not go yet, by key; the others may. Needs an application context."""
        found = [(message, danger) for message, danger in found if message.origin != PASS]
        if not found or not limits.enabled:
            return {}
        wild = [danger for _, danger in found if danger.wild(limits.factor)]
        tame = [danger for message, danger in found if danger not in wild and message.origin != "person"]
        if any(danger.kind != PRICED for danger in tame):
            self._look_around(lane, limits.pause)
        bound = self._how_many_bound(lane)
        most = max(limits.minimum, bound * limits.share // 100)
        with self._lock:
            recent = self._burst(lane).recent(self.clock.monotonic())
        look = _look(lane, self.clock.now(), most + 1, recent)
        if look.free:
            return {}
        if not (tame and (look.open or look.waiting + len(recent) > most)):
            self._let_through(lane, [message.id for message, danger in found if danger in tame])
            tame = []
        held = wild + tame
        if not held:
            return {}
        asked = _put_aside(lane, held, bool(wild) or len(recent) > most, most, bound, self.clock.now())
        return {danger.key: _word(danger, asked) for danger in held}

    def _let_through(self, lane: Lane, ids: Sequence[int]) -> None:
        with self._lock:
            self._burst(lane).passed.extend((self.clock.monotonic(), id) for id in ids)

    def _burst(self, lane: Lane) -> _Burst:
        return self._bursts.setdefault(lane, _Burst(deque(), float("-inf")))

    def _look_around(self, lane: Lane, pause: int) -> None:
        """The first of a burst waits until the pause is over, once; so do those that come meanwhile."""
        with self._lock:
            burst, now = self._burst(lane), self.clock.monotonic()
            if now - burst.began > max(COUNTED, 2.0 * pause):
                burst.began = now
            rest = burst.began + pause - now
        if rest > 0:
            self.clock.sleep(rest)

    def _how_many_bound(self, lane: Lane) -> int:
        now, known = self.clock.monotonic(), self._bound.get(lane)
        if known is None or now - known[0] > COUNTED:
            columns = Binding.__table__.c
            query = select(func.count()).where(
                columns.connector_id == lane.connector, columns.entity == lane.entity, columns.target_id != ""
            )
            with db.read() as connection:
                known = self._bound[lane] = (now, int(connection.execute(query).scalar_one()))
        return known[1]


@dataclass(frozen=True, slots=True)
class _Look:
    open: bool
    free: bool
    waiting: int


def _look(lane: Lane, now: datetime, cap: int, passed: Set[int]) -> _Look:
    """Whether a question is open in the lane, whether it has been freed, and how many messages there are besides
    those that were let through, counted to a cap."""
    c, message = TABLE.c, Message.__table__.c
    with db.read() as connection:
        rows = connection.execute(
            select(c.state).where(*_in(lane), c.state.in_(OPEN) | (c.free_until > now)).order_by(c.id.desc())
        ).scalars()
        states = set(rows)
        waiting = _count(connection, lane, "pending", cap)
        running = select(message.id).where(*_in(lane, Message.__table__), text("status = 'running'")).limit(cap)
        waiting += len(set(connection.execute(running).scalars()) - passed)
    return _Look(bool(states & set(OPEN)), bool(states - set(OPEN)), waiting)


def _in(lane: Lane, table: Any = TABLE) -> tuple[Any, ...]:
    return table.c.connector_id == lane.connector, table.c.entity == lane.entity, table.c.direction == lane.direction


def _count(connection: Connection, lane: Lane, status: str, cap: int) -> int:
    # the status stands in the text: a bound value would keep both databases from the partial index
    message: Any = Message.__table__
    rows = select(literal(1).label("one")).where(*_in(lane, message), text(f"status = '{status}'")).limit(cap)
    return int(connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def _word(danger: Danger, asked: Row[Any]) -> Hold:
    where = "A person has to say yes" if asked.state == ASKING else "It is counted first how many there are"
    return Hold(f"Held by the brake before anything was written. {danger.sentence}. {where}.", code=code(asked.id))


def code(number: int) -> str:
    """What the messages of a question are found by."""
    return f"brake:{number}"


# --- one question -----------------------------------------------------------------------------------------


def _put_aside(lane: Lane, held: Sequence[Danger], ask: bool, most: int, bound: int, now: datetime) -> Row[Any]:
    """Add these to the lane's open question, or open one."""
    with db.write() as connection:
        row = _open(connection, lane, most, bound, now)
        kinds = Counter(danger.kind for danger in held)
        values: dict[str, Any] = {
            "held": row.held + len(held),
            "zeroed": row.zeroed + kinds[ZERO],
            "deleted": row.deleted + kinds[DELETE],
            "priced": row.priced + kinds[PRICED],
            "examples": _examples(row.examples, held),
        }
        if row.state == JUDGING and (ask or values["held"] > most):
            values |= {"state": ASKING, "asked_at": now}
        connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(values))
        new = connection.execute(select(TABLE).where(TABLE.c.id == row.id)).one()
        if row.state != new.state:
            _tell(connection, new, f"The brake holds messages: {sentence(new)}", level=events.WARNING)
    return new


def _open(connection: Connection, lane: Lane, most: int, bound: int, now: datetime) -> Row[Any]:
    query = select(TABLE).where(*_in(lane), text("state IN ('judging', 'asking')")).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        values = {"connector_id": lane.connector, "entity": lane.entity, "direction": lane.direction}
        try:
            with connection.begin_nested():
                connection.execute(insert(TABLE).values(**values, most=most, bound=bound, opened_at=now))
        except IntegrityError:  # another thread has opened it this very moment
            pass
        row = connection.execute(query).one()
    return row


def _examples(kept: str, held: Sequence[Danger]) -> str:
    before = [Danger(**{**one, "factor": _factor(one["factor"])}) for one in json.loads(kept)]
    fresh = {danger.key: danger for danger in [*before, *held]}
    rows = [
        {name: getattr(danger, name) for name in ("key", "kind", "field", "was", "new", "factor")}
        for danger in brake.worst(list(fresh.values()), EXAMPLES)
    ]
    return json.dumps(rows, default=str, ensure_ascii=False)


def _factor(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def examples(row: Any) -> list[Danger]:
    """The worst of a question, the worst first."""
    return [Danger(**{**one, "factor": _factor(one["factor"])}) for one in json.loads(row.examples)]


def sentence(row: Any) -> str:
    """What a question is about, in words."""
    parts = [(row.zeroed, "would fall to nothing"), (row.deleted, "would be taken out"), (row.priced, "change price")]
    said = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    return f"{row.entity.replace('_', ' ')}: {said} (of {row.bound:,} records; up to {row.most:,} would have gone)."


def _tell(connection: Connection, row: Any, message: str, *, level: str = events.INFO, user: str = "") -> None:
    details = {"brake": row.id, "entity": row.entity, "held": row.held}
    events.record(
        ACTION, message, connector_id=row.connector_id, level=level, user=user, details=details, connection=connection
    )


# --- what becomes of it -----------------------------------------------------------------------------------


def find(number: int) -> Row[Any]:
    """One question. Raises KeyError."""
    with db.read() as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.id == number)).one_or_none()
    if row is None:
        raise KeyError(number)
    return row


def latest(
    *, asking: bool = False, connector_id: str = "", without: Sequence[str] = (), limit: int = 50
) -> Sequence[Row[Any]]:
    """Questions, newest first; `asking`: only those that wait for a person."""
    query = select(TABLE).order_by(TABLE.c.id.desc()).limit(limit)
    if asking:
        query = query.where(text("state IN ('judging', 'asking')"), TABLE.c.state == ASKING)
    else:
        query = query.where(TABLE.c.state.not_in((JUDGING, CLEARED)))
    if connector_id:
        query = query.where(TABLE.c.connector_id == connector_id)
    if without:
        query = query.where(TABLE.c.connector_id.not_in(without))
    with db.read() as connection:
        return connection.execute(query).all()


def chosen(row: Any) -> Filter:
    """The messages of a question."""
    return Filter(row.connector_id, row.entity, row.direction, HELD, code=code(row.id))


def decide(
    number: int,
    approve: bool,
    *,
    user: str,
    reason: str = "",
    hours: int = 0,
    bell: Ringer | None = None,
    clock: Clock = CLOCK,
) -> Repaired | None:
    """Let the messages of a question go, or give them up; None when somebody has decided before. Raises KeyError.

    `hours`: what comes in this lane for so long is let go too, without a question.
    """
    row, now = find(number), clock.now()
    state = APPROVED if approve else REJECTED
    free = now + timedelta(hours=hours) if approve and hours else None
    values = {"state": state, "decided_at": now, "user": user, "reason": reason, "free_until": free}
    with db.write() as connection:
        query = update(TABLE).where(TABLE.c.id == number, TABLE.c.state.in_(OPEN)).values(values)
        if not connection.execute(query).rowcount:
            return None
        said = f"The brake's question {number} was {state}: {sentence(row)}"
        said += f" What follows within {hours} h goes too." if free else ""
        _tell(connection, row, f"{said} {reason}".strip(), user=user)
    return _carry_out(replace_state(row, state), user, reason, bell, clock)


def replace_state(row: Any, state: str) -> Any:
    """The row as a value with another state."""
    return _Decided(row.id, row.connector_id, row.entity, row.direction, state)


@dataclass(frozen=True, slots=True)
class _Decided:
    id: int
    connector_id: str
    entity: str
    direction: str
    state: str


def _carry_out(row: Any, user: str, reason: str, bell: Ringer | None, clock: Clock) -> Repaired:
    what = chosen(row)
    if row.state == REJECTED:
        return repair.skip(what, user=user, reason=f"The brake: {reason or 'rejected'}", clock=clock)
    why = f"The brake: {reason or ('few enough' if row.state == CLEARED else 'approved')}"
    return repair.reprocess(what, user=user, reason=why, bell=bell, clock=clock, origin=PASS)


def look_after(
    limits: Callable[[str], Limits],
    *,
    bell: Ringer | None = None,
    clock: Clock = CLOCK,
    stop: Callable[[], bool] = lambda: False,
) -> str:
    """Once a minute: judge lanes that have become empty, and finish what was decided while messages were on their
    way into the question. Returns a sentence."""
    now = clock.now()
    c = TABLE.c
    with db.read() as connection:
        judging = connection.execute(select(TABLE).where(text("state IN ('judging', 'asking')"))).all()
        late = c.state.in_((APPROVED, REJECTED, CLEARED)) & (c.decided_at > now - timedelta(days=1))
        decided = connection.execute(select(TABLE).where(late)).all()
    done = 0
    for row in judging:
        if row.state == JUDGING and not stop() and _over(row, now):
            done += _judge(row, limits(row.connector_id), bell, clock)
    for row in decided:
        action = "skip" if row.state == REJECTED else "reprocess"
        if not stop() and repair.how_many(action, chosen(row)):
            _carry_out(row, row.user, row.reason, bell, clock)
            done += 1
    return f"{done} questions seen to"


def _over(row: Any, now: datetime) -> bool:
    """Whether the lane has nothing left to do, and no poll is in the middle of its pages."""
    if now - row.opened_at > PATIENCE:
        return True
    lane = Lane(row.connector_id, row.entity, row.direction)
    checkpoint: Any = Checkpoint.__table__
    with db.read() as connection:
        reading = connection.execute(
            select(checkpoint.c.position).where(*_in(lane, checkpoint), checkpoint.c.position != "")
        ).first()
        return reading is None and not any(_count(connection, lane, status, 1) for status in ("pending", "running"))


def _judge(row: Any, limits: Limits, bell: Ringer | None, clock: Clock) -> int:
    """Few enough: let them go. Too many, counted one by one: ask."""
    held, now = repair.how_many("reprocess", chosen(row)), clock.now()
    most = max(limits.minimum, row.bound * limits.share // 100)
    ask = held > most and limits.enabled
    values = {"state": ASKING, "asked_at": now} if ask else {"state": CLEARED, "decided_at": now}
    with db.write() as connection:
        query = update(TABLE).where(TABLE.c.id == row.id, TABLE.c.state == JUDGING).values(values)
        if not connection.execute(query).rowcount:
            return 0
        if ask:
            _tell(connection, row, f"The brake holds messages: {sentence(row)}", level=events.WARNING)
    if not ask:
        _carry_out(replace_state(row, CLEARED), "", "", bell, clock)
    return 1
