"""Sweeps: one piece of work that a person or a schedule started for many records of a lane, with progress and an end.

Whoever works on the lane meanwhile (its window, another process) does part of the work, so a sweep is told by what
is logged of its lane from its begin on, not by what one worker counted. It knows no entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, union_all, update

from connector.db import db
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, PENDING, RUNNING, SKIPPED, Attempt, Message, Run
from connector.queue.reading.filters import has_status
from connector.queue.working import looks, stats
from connector.queue.working.settle import Tally

RUNS: Any = Run.__table__
MESSAGES: Any = Message.__table__
ATTEMPTS: Any = Attempt.__table__
FULL, BATCH = "full", "batch"  # jobs of runs: all records of an entity, or those that were picked
ORIGINS = {FULL: "full", BATCH: "batch"}
LOOKED = 2000  # runs of an entity that are looked through for its newest
PART = 500  # messages of one transaction
OUTCOMES = {
    "succeeded": "succeeded", "skipped": "skipped", "failed": "failed", "retry": "retried", "waiting": "waiting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sweep:
    """A run that has begun: what was there before it in the two tables tells what came after."""

    lane: Lane
    run_id: int
    job: str
    user: str
    after_message: int
    after_attempt: int


def begin(lane: Lane, job: str, *, user: str, mode: str = "manual", scope: str = "complete", now: datetime) -> Sweep:
    """Open the run; pages show it from then on."""
    values = {
        **lane._asdict(), "job": job, "mode": mode, "scope": scope, "user": user, "created_at": now, "started_at": now,
    }  # fmt: skip
    values["connector_id"] = values.pop("connector")
    newest = [select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery() for table in (MESSAGES, ATTEMPTS)]
    with db.write() as connection:
        message, attempt = connection.execute(select(*newest)).one()
        run_id = connection.execute(insert(RUNS).values(values).returning(RUNS.c.id)).scalar_one()
    return Sweep(lane, int(run_id), job, user, int(message), int(attempt))


def say(sweep: Sweep, lines: Sequence[str], *, total: int | None = None) -> None:
    """Write what is known so far; the sentence of the end is put behind it."""
    values: dict[str, Any] = {"details": "".join(f"{line}\n" for line in lines)}
    if total is not None:
        values["total"] = total
    with db.write() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == sweep.run_id).values(values))


def tally(sweep: Sweep) -> Tally:
    """What was logged of the lane since the sweep began, each record by its last try."""
    c = ATTEMPTS.c
    of_lane = (c.connector_id == sweep.lane.connector, c.entity == sweep.lane.entity, c.id > sweep.after_attempt)
    last = (
        select(func.max(c.id).label("id"), func.sum(c.calls).label("calls"))
        .where(*of_lane, c.direction == sweep.lane.direction, c.kind.in_(("single", "child")))
        .group_by(c.message_id)
        .subquery()
    )
    query = select(c.outcome, func.count(), func.sum(last.c.calls)).join(last, last.c.id == c.id).group_by(c.outcome)
    batches = select(func.coalesce(func.sum(c.calls), 0)).where(
        *of_lane, c.direction == sweep.lane.direction, c.kind == "batch"
    )
    found = Tally()
    with db.read() as connection:
        for outcome, number, calls in connection.execute(query):
            name = OUTCOMES.get(outcome)
            if name:
                setattr(found, name, number)
                found.messages += number
            found.calls += int(calls or 0)
        found.calls += int(connection.execute(batches).scalar_one())
    return found


def save(sweep: Sweep, found: Tally, total: int) -> None:
    """Write how far the sweep has come."""
    with db.write() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == sweep.run_id).values(_numbers(found, total)))


def _numbers(found: Tally, total: int) -> dict[str, Any]:
    done = min(found.messages, total) if total else found.messages
    return {
        "total": total, "done": done, "succeeded": found.succeeded, "failed": found.failed, "skipped": found.skipped,
        "calls": found.calls,
    }  # fmt: skip


def idle(lane: Lane, now: datetime) -> bool:
    """Whether nothing of the lane is ready or under way: what is put off or waits is not waited for."""
    c = MESSAGES.c
    running = select(c.id).where(
        c.connector_id == lane.connector, c.entity == lane.entity, c.direction == lane.direction, c.status == RUNNING
    )
    if looks.look(lane, now).ready:
        return False
    with db.read() as connection:
        return connection.execute(running.limit(1)).first() is None


def end(sweep: Sweep, found: Tally, total: int, sentence: str, *, now: datetime, failed: bool = False) -> None:
    """Close the run: error when something failed, notice when there was nothing to do or something is left."""
    left = found.retried or found.waiting or not found.messages or cancelled_by(sweep.run_id)
    status = "error" if failed or found.failed else "notice" if left else "success"
    values = {**_numbers(found, total), "status": status, "finished_at": now, "details": RUNS.c.details + sentence}
    with db.write() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == sweep.run_id).values(values))


def unfinished() -> list[Sweep]:
    """Full syncs that nobody has ended: under way, or left by a process that died. Their marks are not known here."""
    c = RUNS.c
    query = select(c.id, c.connector_id, c.entity, c.direction, c.job, c.user)
    query = query.where(c.job == FULL, c.status == "processing").order_by(c.id.desc()).limit(100)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [Sweep(Lane(row.connector_id, row.entity, row.direction), row.id, row.job, row.user, 0, 0) for row in rows]


def failing(lane: Lane, keys: Sequence[str]) -> set[str]:
    """Those of the keys that have a failed message in this lane."""
    c = MESSAGES.c
    query = select(c.key).where(
        c.key.in_(keys), c.connector_id == lane.connector, c.entity == lane.entity, c.direction == lane.direction,
        has_status(FAILED),
    )  # fmt: skip
    with db.read() as connection:
        return set(connection.execute(query).scalars()) if keys else set()


# --- stopping one -------------------------------------------------------------------------------------------


def cancel(run_id: int, user: str) -> bool:
    """Ask a sweep to stop after the work in hand; False when it is over, or none."""
    query = update(RUNS).where(
        RUNS.c.id == run_id, RUNS.c.job.in_((FULL, BATCH)), RUNS.c.status == "processing", RUNS.c.cancelled_by.is_(None)
    )
    with db.write() as connection:
        return connection.execute(query.values(cancelled_by=user)).rowcount == 1


def cancelled_by(run_id: int) -> str:
    """Who asked the run to stop, "" when nobody did."""
    with db.read() as connection:
        found = connection.execute(select(RUNS.c.cancelled_by).where(RUNS.c.id == run_id)).scalar_one_or_none()
    return str(found or "")


def withdraw(sweep: Sweep, reason: str, *, now: datetime) -> int:
    """Skip what the sweep has put and nobody has begun; changes that came from elsewhere go on. Returns how many."""
    number = 0
    while True:
        with db.write() as connection:
            part = _withdraw(connection, sweep, reason, now)
            if part:
                stats.count(connection, sweep.lane, now, skipped=part)
        number += part
        if part < PART:
            return number


def _withdraw(connection: Connection, sweep: Sweep, reason: str, now: datetime) -> int:
    c = MESSAGES.c
    query = select(c.id).where(
        c.connector_id == sweep.lane.connector, c.entity == sweep.lane.entity, c.direction == sweep.lane.direction,
        c.status == PENDING, c.id > sweep.after_message, c.origin == ORIGINS[sweep.job], c.merged == 0,
    )  # fmt: skip
    ids = connection.execute(query.order_by(c.id).limit(PART).with_for_update(skip_locked=True)).scalars().all()
    if ids:
        values = {"status": SKIPPED, "reason": reason, "settled_at": now}
        connection.execute(update(MESSAGES).where(c.id.in_(ids)).values(values))
    return len(ids)


def newest(connector_id: str, entities: Iterable[str], *, repairs: bool = False) -> dict[tuple[str, str], Any]:
    """The newest run of each lane of these entities, by (entity, direction); of those that sent failed ones again, or
    of all others. Runs of one record do not count, and only the last `LOOKED` runs of an entity are looked through."""
    parts = [_newest(connector_id, entity, repairs) for entity in dict.fromkeys(entities)]
    if not parts:
        return {}
    last = union_all(*parts).subquery()
    with db.read() as connection:
        found = connection.execute(select(RUNS).where(RUNS.c.id.in_(select(last.c.id)))).all()
    return {(row.entity, row.direction): row for row in found}


def _newest(connector_id: str, entity: str, repairs: bool) -> Select[Any]:
    c = RUNS.c
    recent = (
        select(c.id, c.direction, c.job, c.scope)
        .where(c.connector_id == connector_id, c.entity == entity)
        .order_by(c.id.desc())
        .limit(LOOKED)
        .subquery()
    )
    r = recent.c
    meant = (r.job == "bulk") if repairs else (r.job != "bulk")
    return select(func.max(r.id).label("id")).where(r.scope == "complete", meant).group_by(r.direction)
