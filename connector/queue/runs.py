"""Run rows: one for each window that did something, and for each that a person started (LOG-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from connector.db import db, utcnow
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, SKIPPED, SUCCEEDED, Run
from connector.queue.sql import writing
from connector.queue.working.settle import Tally

TABLE: Any = Run.__table__
A_DAY = timedelta(days=1)
LATELY = 20  # how many rows of an entity are looked through for one that was never closed


def open_run(
    lane: Lane,
    *,
    mode: str = "auto",
    user: str = "",
    job: str = "window",
    scope: str = "complete",
    now: datetime | None = None,
    scheduled_at: datetime | None = None,
    total: int = 0,
    connection: Connection | None = None,
) -> int:
    """Begin a run and return its id; pages show its progress from then on."""
    now = now or utcnow()
    values = {
        "connector_id": lane.connector,
        "entity": lane.entity,
        "direction": lane.direction,
        "job": job,
        "mode": mode,
        "scope": scope,
        "user": user,
        "created_at": now,
        "scheduled_at": scheduled_at,
        "started_at": now,
        "total": total,
    }
    with writing(connection) as own:
        return int(own.execute(insert(TABLE).values(values).returning(TABLE.c.id)).scalar_one())


def note_individual(lane: Lane, message: Any, *, user: str, started_at: datetime, now: datetime) -> int:
    """Log that a person synced one record (Sync Type Individual); `message` is its row as it is now.

    What is not settled yet stays "notice": the window that settles it has a row of its own.
    """
    ended = message.status in (SUCCEEDED, SKIPPED, FAILED)
    succeeded, skipped, failed = (int(message.status == status) for status in (SUCCEEDED, SKIPPED, FAILED))
    values = {
        **lane._asdict(),
        "mode": "manual",
        "scope": "individual",
        "user": user,
        "created_at": started_at,
        "started_at": started_at,
        "finished_at": now,
        "status": "error" if failed else "success" if ended else "notice",
        "total": 1,
        "done": int(ended),
        "succeeded": succeeded,
        "skipped": skipped,
        "failed": failed,
        "details": f"{message.key}: {message.reason or message.status} (message {message.id})",
    }
    values["connector_id"] = values.pop("connector")
    with db.write() as own:
        return int(own.execute(insert(TABLE).values(values).returning(TABLE.c.id)).scalar_one())


def note(run_id: int, lines: Sequence[str]) -> None:
    """Write what was found before the first record (CON-17); what the run comes to is put behind it."""
    with db.write() as own:
        own.execute(update(TABLE).where(TABLE.c.id == run_id).values(details="".join(f"{line}\n" for line in lines)))


def abort(run_id: int, *, now: datetime) -> None:
    """End a run that did not begin, with status error; its notes say why."""
    with db.write() as own:
        own.execute(update(TABLE).where(TABLE.c.id == run_id).values(status="error", finished_at=now))


def save(run_id: int, tally: Tally, total: int, *, connection: Connection | None = None) -> None:
    """Write how far a run has come."""
    with writing(connection) as own:
        own.execute(update(TABLE).where(TABLE.c.id == run_id).values(_numbers(tally, total)))


def close(run_id: int, tally: Tally, total: int, *, now: datetime) -> None:
    """End a run: success, error when something failed, notice when there was nothing or something is left."""
    if tally.failed:
        status = "error"
    elif tally.succeeded + tally.skipped and not (tally.retried or tally.waiting or tally.refused or tally.held):
        status = "success"
    else:
        status = "notice"
    ended = {"status": status, "finished_at": now, "details": TABLE.c.details + _sentence(tally)}
    values = {**_numbers(tally, total), **ended}
    with db.write() as own:
        own.execute(update(TABLE).where(TABLE.c.id == run_id).values(values))


def close_abandoned(lane: Lane, now: datetime) -> None:
    """Close the windows of a lane whose process died. Only who holds the lane's lease may say so.

    What a person started runs beside the lease, so it counts as dead only after a day.
    """
    query = (
        select(TABLE.c.id, TABLE.c.status, TABLE.c.job, TABLE.c.mode, TABLE.c.created_at)
        .where(TABLE.c.connector_id == lane.connector, TABLE.c.entity == lane.entity)
        .order_by(TABLE.c.id.desc())
        .limit(LATELY)
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
    dead = [
        row.id
        for row in rows
        if row.status == "processing"
        and row.job in ("window", "full", "batch")
        and (row.created_at < now - A_DAY or (row.mode, row.job) == ("auto", "window"))
    ]
    if dead:
        text = "The process ended before the run did; its messages were taken over."
        with db.write() as own:
            closed = {"status": "error", "finished_at": now, "details": text}
            own.execute(update(TABLE).where(TABLE.c.id.in_(dead)).values(closed))


def _numbers(tally: Tally, total: int) -> dict[str, int]:
    return {
        "total": max(total, tally.messages),
        "done": tally.messages,
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "calls": tally.calls,
    }


def _sentence(tally: Tally) -> str:
    words = {
        "succeeded": tally.succeeded,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "to be tried again": tally.retried,
        "waiting": tally.waiting,
        "held by the brake": tally.held,
        "settled too late": tally.fenced,
    }
    return ", ".join(f"{count} {word}" for word, count in words.items() if count) or "Nothing was ready."
