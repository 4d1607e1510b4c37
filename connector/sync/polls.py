"""Looking for changes in a source since the last look: the safety net under push notifications.

The mark is taken before the read, the window overlaps the last one (clocks differ, transactions commit
late), pages go by key, and the checkpoint moves in the transaction that puts what the page found. A poll that
broke off goes on where it was, and then looks for what has changed since it began: its mark is that old. What the
bindings already know is not put again, so the overlap is free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connector.clock import CLOCK, Clock
from connector.db import db
from connector.records import ERP_TO_STORE, ORDER
from connector.sync import bindings, checkpoints
from connector.sync.checkpoints import Reading
from connector.sync.context import Context
from connector.systems.base import Change

OVERLAP = timedelta(minutes=2)
Put = Callable[[Connection, Sequence[Change]], None]


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll found: `pages` read, `seen` changes, of which `put` were new to us."""

    pages: int
    seen: int
    put: int


def poll(
    context: Context,
    put: Put,
    *,
    clock: Clock = CLOCK,
    offset: timedelta = timedelta(0),
    first: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Polled:
    """Read what changed and hand it to `put(connection, changes)` page by page, each page in one transaction.

    `offset` is how far the source's clock is ahead of ours. `stop()` ends it between two pages; the next
    poll goes on there. The very first one begins at `first` (None: with everything that there is).
    Raises Retry, Refused or Fail as the source does; nothing that was put is lost.
    """
    sync = context.sync
    mark, reading = checkpoints.get(context.connector, sync.entity, sync.direction)
    found = Polled(0, 0, 0)
    if reading is not None:
        found = _read(context, put, mark, reading, stop)
        mark, broken_off = checkpoints.get(context.connector, sync.entity, sync.direction)
        if broken_off is not None:
            return found
    begin = first + offset if mark is None and first else mark
    reading = Reading(None if begin is None else begin - OVERLAP, clock.now() + offset)
    fresh = _read(context, put, mark, reading, stop)
    return Polled(found.pages + fresh.pages, found.seen + fresh.seen, found.put + fresh.put)


def _read(context: Context, put: Put, mark: datetime | None, reading: Reading, stop: Callable[[], bool]) -> Polled:
    """Read page by page to the end, or until `stop()`; `mark` stays the checkpoint's until then."""
    sync, connector = context.sync, context.connector
    pages = seen = new = 0
    while True:
        page = context.source.changed_since(sync.entity, reading.since, reading.position)
        fresh = _unknown(context, page.changes)
        done = page.position is None
        if page.position is not None:
            reading = Reading(reading.since, reading.next_mark, page.position)
        with db.write() as connection:
            if fresh:
                put(connection, fresh)
            if done:
                checkpoints.save(connection, connector, sync.entity, sync.direction, reading.next_mark, None)
            else:
                checkpoints.save(connection, connector, sync.entity, sync.direction, mark, reading)
        pages, seen, new = pages + 1, seen + len(page.changes), new + len(fresh)
        if done or stop():
            return Polled(pages, seen, new)


def _unknown(context: Context, changes: Sequence[Change]) -> list[Change]:
    """Changes that the bindings do not know yet: newer than what was written, or never written for sure.

    A version of whole seconds that equals the bound one counts as new: two changes in one second look alike.
    """
    sync, keys = context.sync, [change.key for change in changes]
    bound = bindings.get_many(context.connector, sync.entity, keys)
    if (sync.entity, sync.direction) == (ORDER, ERP_TO_STORE):  # the others came from the store
        made = bindings.by_target(context.connector, ORDER, keys)
        changes = [change for change in changes if change.key not in made]

    def is_new(change: Change) -> bool:
        row = bound.get(change.key)
        if row is None or not row.sure or change.version == 0:
            return True
        if context.sync.once and row.target_id:
            return False  # made once, never again: its later changes are no news
        coarse = change.version % 1_000_000 == 0
        return change.version > row.version or (coarse and change.version == row.version)

    return [change for change in changes if is_new(change)]
