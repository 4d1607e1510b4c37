"""Records of a source that a person picks by date and state, page by page as the source has them now.

The net under everything else: what push notifications and polls have missed is found here (MAN-06). It reads, and puts
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from connector.db import micros
from connector.records import Record
from connector.sync import bindings
from connector.sync.context import Context
from connector.systems.base import Change

ALL, CHANGED, NEVER, FAILED = "all", "changed", "never", "failed"
DATA = {  # product/CONFLICTS.md 21
    ALL: "All records",
    CHANGED: "Changed since the last sync",
    NEVER: "Never synced",
    FAILED: "Failed",
}
MOST_PAGES = 5  # of the source, for one page of a list
Failed = Callable[[Sequence[str]], set[str]]  # those of the keys whose newest message has failed


@dataclass(frozen=True, slots=True)
class Pick:
    """What is picked: a state, and the inclusive span of the last change (None: open)."""

    data: str = ALL
    since: datetime | None = None
    until: datetime | None = None
    view: str = ""  # a store view; records that know none belong to all


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the list. `record` is None when it was gone when it was read."""

    change: Change
    record: Record | None
    state: str  # synced | changed | never | failed


@dataclass(frozen=True, slots=True)
class Picked:
    """One page of a list; `position` is where the next one begins, "" at the end. `looked`: it may go on there."""

    rows: list[Row]
    position: str
    looked: bool = False


def dump(pick: Pick, today: date) -> str:
    """A filter to be kept by a schedule: its days count from the day on which it runs."""
    ago = {name: None if day is None else (today - day.date()).days for name, day in _days(pick)}
    return json.dumps({"data": pick.data, **ago})


def load(text: str, now: datetime) -> Pick:
    """A kept filter as it is meant today. Raises ValueError for what is none."""
    kept = json.loads(text or "{}")
    days = {name: kept.get(name) for name in ("since", "until")}
    first, last = (None if ago is None else (now - timedelta(days=int(ago))).date() for ago in days.values())
    return Pick(
        str(kept.get("data") or ALL),
        None if first is None else datetime.combine(first, time.min, UTC),
        None if last is None else datetime.combine(last, time.max, UTC),
    )


def said(text: str) -> str:
    """A kept filter in words: "Changed since the last sync, of the last 2 days"."""
    kept = json.loads(text or "{}")
    span = [f"{word} {kept[name]} days before" for name, word in (("since", "from"), ("until", "to")) if kept.get(name)]
    span += [f"{word} the same day" for name, word in (("since", "from"), ("until", "to")) if kept.get(name) == 0]
    return ", ".join([DATA.get(str(kept.get("data")), "All records"), *span])


def _days(pick: Pick) -> tuple[tuple[str, datetime | None], ...]:
    return ("since", pick.since), ("until", pick.until)


def states(context: Context, changes: Sequence[Change], failed: Failed) -> dict[str, str]:
    """How each of these records stands, by key."""
    keys = [change.key for change in changes]
    find = bindings.by_target if context.sync.reverse else bindings.get_many
    bound, broken = find(context.connector, context.sync.entity, keys), failed(keys)
    return {change.key: _state(change, bound.get(change.key), change.key in broken) for change in changes}


def _state(change: Change, bound: bindings.Bound | None, broken: bool) -> str:
    if broken:
        return FAILED
    if bound is None or not bound.target_id or bound.key.startswith(bindings.PROVISIONAL):
        return NEVER
    return CHANGED if not bound.sure or change.version > bound.version else "synced"


def chosen(context: Context, pick: Pick, changes: Sequence[Change], failed: Failed) -> list[tuple[Change, str]]:
    """Those of a page that the filter means, with how they stand. A change without a time counts as in the span."""
    last = None if pick.until is None else micros(pick.until)
    first = None if pick.since is None else micros(pick.since)
    within = [
        change
        for change in changes
        if change.operation != "delete"
        and not change.version
        or ((last is None or change.version <= last) and (first is None or change.version >= first))
    ]
    known = states(context, within, failed) if within else {}
    return [(change, known[change.key]) for change in within if pick.data in (ALL, known[change.key])]


def every(context: Context, pick: Pick, failed: Failed) -> Iterator[list[Change]]:
    """All records of the filter, page by page of the source. Raises Retry, Refused or Fail as the source does."""
    for found, _ in parts(context, pick, failed):
        yield found


def parts(
    context: Context, pick: Pick, failed: Failed, position: str | None = ""
) -> Iterator[tuple[list[Change], str | None]]:
    """The same from a position on, each page with the position behind it (None: that was all)."""
    while position is not None:
        page = context.source.changed_since(context.sync.entity, pick.since, position)
        found = [change for change, _ in chosen(context, pick, page.changes, failed)]
        position = page.position
        yield _of_view(context, pick.view, found) if pick.view else found, position


def _of_view(context: Context, view: str, found: Sequence[Change]) -> list[Change]:
    records = context.source.read_many(context.sync.entity, [change.key for change in found])
    views = {key: str(getattr(record, "store", "")) for key, record in records.items()}
    return [change for change in found if views.get(change.key, "") in ("", view)]


def page(context: Context, pick: Pick, failed: Failed, position: str = "", size: int = 50) -> Picked:
    """One page of the list from a position on, with the records themselves. Raises ValueError, and as the source."""
    offset_text, _, where = position.partition("@")
    offset = int(offset_text or 0)
    found: list[tuple[Change, str]] = []
    for _ in range(MOST_PAGES):
        read = context.source.changed_since(context.sync.entity, pick.since, where)
        mine = chosen(context, pick, read.changes, failed)[offset:]
        room = size - len(found)
        found += mine[:room]
        if len(mine) > room:
            return Picked(_rows(context, found), f"{offset + room}@{where}")
        if read.position is None:
            return Picked(_rows(context, found), "")
        offset, where = 0, read.position
        if len(found) >= size:
            break
    return Picked(_rows(context, found), f"0@{where}", looked=len(found) < size)


def _rows(context: Context, found: Sequence[tuple[Change, str]]) -> list[Row]:
    keys = [change.key for change, _ in found]
    records = context.source.read_many(context.sync.entity, keys) if keys else {}
    return [Row(change, records.get(change.key), state) for change, state in found]
