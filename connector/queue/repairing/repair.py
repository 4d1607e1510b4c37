"""What a person does to messages: reprocess, skip, hold; and the release of what waited. It knows no page.

A repair is a Run row (job "bulk") and goes on in slices: each slice is a few short transactions, each of which
changes messages, logs them and moves the Run's progress together. Whoever calls `advance` next - the page that
shows the progress, another browser, the scheduler - goes on from the statuses in the table, so a restart loses
nothing and two callers at once do nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, insert, literal_column, select, update
from sqlalchemy.exc import OperationalError

from connector import events
from connector.clock import CLOCK, Clock
from connector.db import db
from connector.errors import REHEARSAL
from connector.queue.inbox import Ringer
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, SKIPPED, Message, Run
from connector.queue.reading.filters import Filter, has_status
from connector.queue.repairing import acts, canary
from connector.queue.repairing.acts import HOLD, MAY, REPROCESS, SKIP, Act
from connector.queue.sql import plain
from connector.queue.working.waits import release_many

TABLE: Any = Message.__table__
RUNS: Any = Run.__table__
CHUNK = 200  # messages of one transaction: a page's own write waits no longer than for these
FEW = 25  # as many go on the urgent lane; more would keep Sync Now waiting
MOST = 1000  # ids that one call may name; more are meant by a filter
TRIES = 3  # for one chunk, when the database refuses it
SLICE = 0.4  # seconds that one call of `advance` works
PATIENCE, LOOK = 45.0, 0.25  # seconds that the clock waits for canaries, and between two looks at them
What = Filter | Iterable[int]


class Repaired(NamedTuple):
    """How far a repair has come: `done` of `total` messages, `changed` of them as asked."""

    run_id: int
    total: int
    done: int
    changed: int
    finished: bool
    waiting: bool = False  # for what was sent first: nothing goes on before it has ended


def reprocess(
    what: What,
    *,
    user: str,
    reason: str = "",
    bell: Ringer | None = None,
    clock: Clock = CLOCK,
    origin: str = "reprocess",
    stages: bool = False,
) -> Repaired:
    """Send messages that failed, are held or wait back to pending, with all their attempts before them.

    `stages`: one message of each cause goes first, the others only when it does not fail of the same again.

    A message whose record has a newer pending one is superseded. Works for `SLICE` seconds; what is left is in
    the Run that is returned. Raises ValueError when more than `MOST` ids are named.
    """
    return _start(REPROCESS, what, user, reason, bell, clock, origin, stages)


def skip(what: What, *, user: str, reason: str, clock: Clock = CLOCK) -> Repaired:
    """Give messages up, with the person's reason; like `reprocess` otherwise."""
    return _start(SKIP, what, user, reason, None, clock)


def hold(what: What, *, user: str, reason: str, clock: Clock = CLOCK) -> Repaired:
    """Put messages aside that have not started; `reprocess` sends them on."""
    return _start(HOLD, what, user, reason, None, clock)


def how_many(action: str, what: What) -> int:
    """The messages that this would change now, exactly."""
    with db.read() as connection:
        return _count(connection, action, *_split(what))


def release(connector_id: str, entity: str, key: str, *, connection: Connection | None = None) -> int:
    """A record is there now: what waited for it goes back to pending. Returns how many; the caller rings the bell."""
    return release_many(connector_id, entity, [key], connection=connection)


def _start(
    action: str,
    what: What,
    user: str,
    reason: str,
    bell: Ringer | None,
    clock: Clock,
    origin: str = "reprocess",
    stages: bool = False,
) -> Repaired:
    chosen, ids = _split(what)
    now = clock.now()
    with db.write() as connection:
        total = _count(connection, action, chosen, ids)
        act = Act(action, user, plain(reason.strip()), urgent=total <= FEW, origin=origin)
        details = {"text": act.sentence(total), "act": act._asdict(), "filter": chosen.as_json(), "ids": ids}
        if stages and total > 1:
            details["stages"] = {}
        values = {
            "connector_id": chosen.connector or _only(connection, ids, TABLE.c.connector_id),
            "entity": chosen.entity or _only(connection, ids, TABLE.c.entity),
            "direction": chosen.direction or _only(connection, ids, TABLE.c.direction),
            "job": "bulk",
            "mode": "manual",
            "scope": "individual" if ids else "complete",
            "user": user,
            "created_at": now,
            "started_at": now,
            "total": total,
            "details": json.dumps(details, ensure_ascii=False),
        }
        run_id = connection.execute(insert(RUNS).values(values).returning(RUNS.c.id)).scalar_one()
    return advance(run_id, bell=bell, clock=clock)


def _split(what: What) -> tuple[Filter, list[int]]:
    if isinstance(what, Filter):
        return what, []
    ids = sorted(set(what))
    if len(ids) > MOST:
        raise ValueError(f"more than {MOST} messages are named: choose them by a filter")
    return Filter(), ids or [0]


def _only(connection: Connection, ids: list[int], column: Any) -> str:
    """What all named messages have in this column, empty when they differ."""
    values = connection.execute(select(column).where(TABLE.c.id.in_(ids)).distinct().limit(2)).scalars().all()
    return str(values[0]) if len(values) == 1 else ""


def advance(run_id: int, *, seconds: float = SLICE, bell: Ringer | None = None, clock: Clock = CLOCK) -> Repaired:
    """Go on with a repair for some seconds. Raises KeyError when there is no such repair."""
    deadline = clock.monotonic() + seconds
    while True:
        state, lanes = _patiently(run_id, clock)
        if bell is not None:
            for lane in lanes:
                bell.ring(lane)
        if state.finished or state.waiting or clock.monotonic() >= deadline:
            return state
        clock.sleep(0.002)  # lets others take SQLite's lock in between


def _patiently(run_id: int, clock: Clock) -> tuple[Repaired, set[Lane]]:
    """A step in its own transaction. Messages are also put, claimed and released: PostgreSQL may end a deadlock by
    refusing us, and then the same goes well in a moment."""
    for left in reversed(range(TRIES)):
        try:
            with db.write() as connection:
                return _step(connection, run_id, clock.now())
        except OperationalError:
            if not left:
                raise
            clock.sleep(0.05)
    raise AssertionError("not reached")


def resume(stop: Callable[[], bool] = lambda: False, *, bell: Ringer | None = None, clock: Clock = CLOCK) -> int:
    """Finish the repairs that nobody watches any more; returns how many. For the scheduler, each minute.

    One that goes by stages is waited for, up to `PATIENCE` seconds; the next minute goes on with it.
    """
    finished, left, deadline = 0, unfinished(), clock.monotonic() + PATIENCE
    while left and not stop():
        states = [advance(run_id, bell=bell, clock=clock) for run_id in left]
        finished += sum(state.finished for state in states)
        left = [state.run_id for state in states if not state.finished]
        if left and all(state.waiting or state.finished for state in states):
            if clock.monotonic() >= deadline:
                break
            clock.sleep(LOOK)
    return finished


def unfinished() -> list[int]:
    """Runs of repairs that are not over, oldest first. Only the newest runs are looked at: repairs are short."""
    recent = select(RUNS.c.id, RUNS.c.job, RUNS.c.status).order_by(RUNS.c.id.desc()).limit(1000).subquery()
    query = select(recent.c.id).where(recent.c.job == "bulk", recent.c.status == "processing").order_by(recent.c.id)
    with db.read() as connection:
        return list(connection.execute(query).scalars())


def _step(connection: Connection, run_id: int, now: datetime) -> tuple[Repaired, set[Lane]]:
    """One chunk and its progress, in the caller's transaction. The lock on the Run keeps two callers apart."""
    query = select(RUNS).where(RUNS.c.id == run_id, RUNS.c.job == "bulk").with_for_update()
    run = connection.execute(query).one_or_none()
    if run is None:
        raise KeyError(run_id)
    if run.status != "processing":
        return Repaired(run_id, run.total, run.done, run.succeeded, True), set()
    job = json.loads(run.details)
    act = Act(**job["act"])
    stages = canary.Stages(job["stages"]) if "stages" in job else None
    if stages is not None and not run.cancelled_by and stages.look(connection, CHUNK // 2):
        job["stages"] = stages.keep()
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(details=json.dumps(job, ensure_ascii=False)))
        return Repaired(run_id, run.total, run.done, run.succeeded, False, waiting=True), set()
    first = stages is not None and not stages.first
    rows = [] if run.cancelled_by else _next(connection, act.action, job, run.created_at, stages)
    changed = acts.apply(connection, act._replace(urgent=act.urgent or first), run_id, rows, now) if rows else 0
    finished = not rows if first else len(rows) < CHUNK
    if stages is not None:
        stages.took(rows)
        job["stages"] = stages.keep()
    done, succeeded = run.done + len(rows), run.succeeded + changed
    total = done if finished else max(run.total, done)
    values: dict[str, Any] = {"done": done, "total": total, "succeeded": succeeded, "skipped": done - succeeded}
    if finished:
        text = act.sentence(succeeded, done - succeeded) + _why_not_all(run, stages)
        values |= {"finished_at": now, "status": "success" if done == succeeded else "notice"}
        if stages is not None and stages.barred:
            values |= {"status": "error", "total": run.total}
        job["text"] = text
        _record(connection, run, act, run_id, succeeded, text)
    if finished or stages is not None:
        values["details"] = json.dumps(job, ensure_ascii=False)
    connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(values))
    lanes = {Lane(row.connector_id, row.entity, row.direction) for row in rows} if act.action == REPROCESS else set()
    return Repaired(run_id, total, done, succeeded, finished), lanes


def _why_not_all(run: Row[Any], stages: canary.Stages | None) -> str:
    text = stages.sentence() if stages is not None else ""
    return f"{text} Stopped by {run.cancelled_by}." if run.cancelled_by else text


def _next(
    connection: Connection, action: str, job: dict[str, Any], started: datetime, stages: canary.Stages | None
) -> Sequence[Row[Any]]:
    """The next chunk, locked. What came or was settled after the repair began is not its business: a message that
    fails again at once must not be sent round and round."""
    c, chosen, ids = TABLE.c, Filter.from_json(job["filter"]), job["ids"]
    columns = select(c.id, c.connector_id, c.entity, c.direction, c.key, c.attempts, c.code)
    query = _matching(columns, action, chosen, ids)
    query = query.where(c.created_at <= started, c.settled_at.is_(None) | (c.settled_at <= started))
    if stages is not None:
        if not stages.first:
            return stages.pick_canaries(connection, query)
        query = query.where(*stages.left_out())
    # by the columns of ix_message_failed, so that no chunk sorts the rest of the table
    order = (c.id,) if ids else (c.connector_id, c.entity, c.code, c.id)
    return connection.execute(query.order_by(*order).limit(CHUNK).with_for_update(skip_locked=True)).all()


def _count(connection: Connection, action: str, chosen: Filter, ids: list[int]) -> int:
    query = _matching(select(func.count()).select_from(TABLE), action, chosen, ids)
    return int(connection.execute(query).scalar_one())


def _matching(query: Select[Any], action: str, chosen: Filter, ids: list[int]) -> Select[Any]:
    """Rows that the action may be done to. A filter is about one status, failed unless it names another."""
    rehearsed = has_status(SKIPPED) & (TABLE.c.code == literal_column(f"'{REHEARSAL}'"))
    if ids:
        may = TABLE.c.status.in_(MAY[action])
        return query.where(TABLE.c.id.in_(ids), may | rehearsed if action == REPROCESS else may)
    status = chosen.status or FAILED
    if (action, status, chosen.code) == (REPROCESS, SKIPPED, REHEARSAL):  # now for real
        return query.where(*chosen.conditions())
    if status not in MAY[action]:
        raise ValueError(f"{status} messages cannot be changed this way")
    return query.where(*replace(chosen, status=status).conditions())


def counted_by_lane(action: str, what: What) -> Select[Any]:
    """(connector, entity, direction, number) of the messages that this would change now."""
    c = TABLE.c
    lane = (c.connector_id, c.entity, c.direction)
    return _matching(select(*lane, func.count()), action, *_split(what)).group_by(*lane)


def stop(run_id: int, *, user: str) -> None:
    """Send no more messages of this repair; what was sent goes on."""
    where = (RUNS.c.id == run_id, RUNS.c.job == "bulk", RUNS.c.status == "processing")
    with db.write() as connection:
        connection.execute(update(RUNS).where(*where).values(cancelled_by=user))


def _record(connection: Connection, run: Row[Any], act: Act, run_id: int, changed: int, text: str) -> None:
    """One entry for the whole repair, under its own action type of the log."""
    events.record(
        acts.LOG_TYPE,
        text,
        connector_id=run.connector_id,
        user=act.user,
        details={"run": run_id, "changed": changed, "reason": act.reason},
        connection=connection,
    )
