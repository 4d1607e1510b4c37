"""From running to how it ended, for a group of units in one transaction: rows, log, counters.

Only who still holds a message's epoch settles it. A worker that comes too late changes nothing but the log; when
it wrote (or may have), an old value may now lie over a newer one, so the record is put again to be written once
more as it is then. One message that cannot be settled does not take the others with it.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from connector.db import db, micros
from connector.errors import Refused
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, HELD, NORMAL, PENDING, SKIPPED, SUCCEEDED, WAITING
from connector.queue.working import finish, stats, telling
from connector.queue.working.attempts import Prepared, log_attempts
from connector.queue.working.endings import Done, Ending, endings
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Unit

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What a group of units came to; `lag_ms` is the sum over the succeeded, `saved` calls that batching saved."""

    messages: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    retried: int = 0
    waiting: int = 0
    fenced: int = 0
    calls: int = 0
    saved: int = 0
    lag_ms: int = 0
    refused: int = 0
    held: int = 0

    def add(self, other: Tally) -> None:
        for name in _NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_NAMES = tuple(field.name for field in fields(Tally))


def settle(
    unit: Unit,
    result: Report | Exception,
    policy: Policy,
    *,
    now: datetime,
    run_id: int | None = None,
    started_at: datetime | None = None,
) -> Tally:
    """Settle one unit with the report of its work, or with what the work raised."""
    return settle_all([Done(unit, result, started_at or now, now)], policy, now=now, run_id=run_id)[0]


def settle_all(
    dones: Sequence[Done],
    policy: Policy,
    *,
    now: datetime,
    run_id: int | None = None,
    then: Callable[[Connection], T] | None = None,
) -> tuple[Tally, T | None]:
    """Settle units of one lane, together if that goes and else one by one.

    `then(connection)` is done in the same transaction (the next claim: a commit less); its answer is the second
    part of ours, None when the units had to be settled one by one. Raises when the database is away, and what
    `then` raises when there was nothing to settle.
    """
    try:
        with db.write() as connection:
            tally = settle_group(connection, dones, policy, now=now, run_id=run_id)
            return tally, then(connection) if then else None
    except Exception as error:
        if unreachable(error) or not dones:
            raise
        log.exception("settling a group failed", extra={"action": "settle_failed", "units": len(dones)})
    total = Tally()
    for done in dones:
        total.add(_alone(done, policy, now, run_id))
    return total, None


def unreachable(error: Exception) -> bool:
    """Is it the database that is away (restart, lock, deadlock)? Then the same may go well in a moment."""
    return isinstance(error, OperationalError | InterfaceError)


def _alone(done: Done, policy: Policy, now: datetime, run_id: int | None) -> Tally:
    try:
        with db.write() as connection:
            return settle_group(connection, [done], policy, now=now, run_id=run_id)
    except Exception as error:
        if unreachable(error):
            raise
        log.exception("settling failed", extra={"action": "settle_failed", "lane": str(done.unit.lane)})
        return _bury(done.unit, error, now)


def _bury(unit: Unit, error: Exception, now: datetime) -> Tally:
    """The last resort: failed, with the reason why it could not be settled, in words that surely can be kept."""
    text = "".join(traceback.format_exception(error)).encode("ascii", "backslashreplace").decode()
    with db.write() as connection:
        count = finish.bury(connection, unit, text.replace("\x00", "?"), f"bug.{type(error).__name__}"[:80], now)
        stats.count(connection, unit.lane, now, failed=count)
    return Tally(messages=len(unit.messages), failed=count, fenced=len(unit.messages) - count)


def settle_group(
    connection: Connection, dones: Sequence[Done], policy: Policy, *, now: datetime, run_id: int | None = None
) -> Tally:
    """Settle units of one lane in the caller's transaction."""
    if not dones:
        return Tally()
    lane = dones[0].unit.lane
    group = [_prepare(done, policy, now) for done in dones]
    ends = [ending for prepared in group if not prepared.done.split for ending in prepared.endings]
    settled = finish.finals(connection, ends, now) | finish.agains(connection, ends, now)
    late = [ending for ending in ends if ending.message.id not in settled]
    tell = telling.batch if policy.tell_batches else None
    log_attempts(connection, lane, group, {ending.message.id for ending in late}, run_id, policy.quiet, tell)
    _put_again(connection, lane, late, now)
    tally = _tally(group, ends, settled, now)
    stats.count(
        connection, lane, now, **{name: getattr(tally, name) for name in stats.COUNTERS if hasattr(tally, name)}
    )
    return tally


def _prepare(done: Done, policy: Policy, now: datetime) -> Prepared:
    try:
        return Prepared.of(done, list(endings(done, policy, now)))
    except Exception as bug:  # a report that is none: the fault of one unit stays with it
        return Prepared.of(replace(done, result=bug), list(endings(replace(done, result=bug), policy, now)))


def _put_again(connection: Connection, lane: Lane, late: Sequence[Ending], now: datetime) -> None:
    for ending in late:
        if ending.wrote:
            message = ending.message
            item = inbox.Item(message.key, message.operation, message.version, message.payload)
            inbox.put(lane, [item], origin="fenced", priority=NORMAL, user=message.user, connection=connection, now=now)


def _tally(group: Sequence[Prepared], ends: Sequence[Ending], settled: set[int], now: datetime) -> Tally:
    at = micros(now)
    tally = Tally(messages=len(ends), fenced=len(ends) - len(settled))
    mine = [ending for ending in ends if ending.message.id in settled] if tally.fenced else ends
    for status, count in Counter(ending.status for ending in mine).items():
        setattr(tally, COUNTED[status], count)
    tally.lag_ms = sum(max(0, at - ending.message.created) // 1000 for ending in mine if ending.status == SUCCEEDED)
    for prepared in group:
        tally.calls += prepared.calls
        if prepared.batch and prepared.calls:
            tally.saved += max(0, len(prepared.endings) - prepared.calls)
        if isinstance(prepared.done.result, Refused) or _has_refused(prepared.done.result):
            tally.refused += 1
    return tally


COUNTED = {
    SUCCEEDED: "succeeded",
    SKIPPED: "skipped",
    FAILED: "failed",
    WAITING: "waiting",
    PENDING: "retried",
    HELD: "held",
}


def _has_refused(result: Report | Exception) -> bool:
    return isinstance(result, Report) and any(isinstance(verdict.word, Refused) for verdict in result.verdicts)
