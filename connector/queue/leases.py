"""Leases of windows, signs of life of processes, and the thread that renews both. It knows no message.

A lease is a row with an owner, an epoch and an end. Who does not renew it in time has lost it; who takes it over
adds one to the epoch, so that the old owner notices.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError

from connector.db import db, micros
from connector.queue.models import WindowLease
from connector.queue.sql import run

log = logging.getLogger(__name__)
FOR_EVER = 2**62  # microseconds
FORGOTTEN = timedelta(days=1)  # a process that was silent for so long is not shown any more

_ADD = "INSERT INTO window_lease (name, owner, epoch, last_outcome) VALUES (:name, '', 0, '') ON CONFLICT DO NOTHING"
_TAKE = """
    UPDATE window_lease SET owner = :owner, epoch = epoch + 1, until = :until, last_started_at = :now
    WHERE name = :name AND (until IS NULL OR until < :now) AND (last_started_at IS NULL OR last_started_at < :before)
    RETURNING epoch"""
_RENEW = "UPDATE window_lease SET until = :until WHERE name = :name AND owner = :owner AND epoch = :epoch"
_RELEASE = """
    UPDATE window_lease SET until = NULL, last_finished_at = :now, last_outcome = :outcome
    WHERE name = :name AND owner = :owner AND epoch = :epoch"""
_BEAT = """
    INSERT INTO heartbeat (worker, kind, started_at, seen_at) VALUES (:worker, :kind, :now, :now)
    ON CONFLICT (worker) DO UPDATE SET kind = excluded.kind, seen_at = excluded.seen_at"""


def take(name: str, owner: str, *, seconds: float, now: datetime, tick: datetime | None = None) -> int | None:
    """Take the lease of a job for `seconds`; returns its epoch, None when somebody has it.

    `tick` is the instant for which a schedule launches the job: a job that was started at or after it has had
    this launch already, in whatever process.
    """
    values = {
        "name": name,
        "owner": owner,
        "until": micros(now + timedelta(seconds=seconds)),
        "now": micros(now),
        "before": micros(tick) if tick else FOR_EVER,
    }
    with db.write() as connection:
        epoch = run(connection, _TAKE, values).scalar_one_or_none()
        if epoch is None and run(connection, _ADD, {"name": name}).rowcount:
            epoch = run(connection, _TAKE, values).scalar_one_or_none()
        return epoch


def renew(name: str, owner: str, epoch: int, *, until: datetime) -> bool:
    """Keep a lease until then; False when it has been lost."""
    values = {"name": name, "owner": owner, "epoch": epoch, "until": micros(until)}
    with db.write() as connection:
        return run(connection, _RENEW, values).rowcount == 1


def release(name: str, owner: str, epoch: int, *, now: datetime, outcome: str = "") -> bool:
    """Give a lease back and say how the job ended; False when it had been lost."""
    values = {"name": name, "owner": owner, "epoch": epoch, "now": micros(now), "outcome": outcome[:2000]}
    with db.write() as connection:
        return run(connection, _RELEASE, values).rowcount == 1


def free(name: str, *, now: datetime) -> bool:
    """Does nobody hold the lease of this job? Somebody may take it the next moment."""
    with db.read() as connection:
        held = run(
            connection,
            "SELECT 1 FROM window_lease WHERE name = :name AND until >= :now",
            {"name": name, "now": micros(now)},
        )
        return held.first() is None


def stories(names: Sequence[str]) -> dict[str, Row[Any]]:
    """How the named jobs went last: last_started_at, last_finished_at, last_outcome. Never launched: not there."""
    columns = WindowLease.__table__.c
    shown = (columns.name, columns.last_started_at, columns.last_finished_at, columns.last_outcome, columns.until)
    with db.read() as connection:
        return {row.name: row for row in connection.execute(select(*shown).where(columns.name.in_(names)))}


def beat(worker: str, kind: str, *, now: datetime) -> None:
    """Say that this process is there, and forget those that have long been silent."""
    with db.write() as connection:
        run(connection, _BEAT, {"worker": worker, "kind": kind, "now": micros(now)})
        run(connection, "DELETE FROM heartbeat WHERE seen_at < :then", {"then": micros(now - FORGOTTEN)})


def leave(worker: str) -> None:
    """This process ends: do not show it any more."""
    with db.write() as connection:
        run(connection, "DELETE FROM heartbeat WHERE worker = :worker", {"worker": worker})


class Keeper:
    """A thread that calls `beat` every so many seconds of real time, in the context of who started it.

    Renewing must go on while everything else waits for a slow system, so it does not share a thread with anybody.
    """

    def __init__(self, seconds: float, beat: Callable[[], object], name: str) -> None:
        self._seconds, self._beat, self._stop = seconds, beat, threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._run), name=name, daemon=True)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._beat()
            except SQLAlchemyError as error:  # the next beat may get through before the lease is over
                log.warning("a lease was not renewed: %s", error, extra={"action": "lease_not_renewed"})
