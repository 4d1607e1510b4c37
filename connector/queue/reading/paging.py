"""Pages of long tables that cost the same at any depth. It knows columns, no meaning.

Lists go back by id (keyset). A filter that no index serves would read a whole history for its fifty rows, so
one page looks at most `WINDOW` ids far back and says so; the next page goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, ScalarSelect, Select, bindparam, case, func, select

from connector.db import Instant

WINDOW = 50_000  # ids that one page looks through: a few tens of milliseconds even for a search in texts
MARGIN = timedelta(minutes=15)  # rows are numbered nearly in the order of their time, but not quite


class Page(NamedTuple):
    """Rows, where the next page starts (None: no more), and the id down to which was looked when the page ended
    early because of the window (None: it did not)."""

    rows: Sequence[Row[Any]]
    older: int | None = None
    looked_to: int | None = None


class Span(NamedTuple):
    """The ids among which to look: `low` <= id < `high`."""

    low: int
    high: int


def newest_first(
    connection: Connection, query: Select[Any], id_: Any, before: int | None, limit: int, span: Span
) -> Page:
    """One page of `query` within `span`, newest id first, below `before`."""
    top = span.high if before is None else min(span.high, before)
    floor = max(span.low, top - WINDOW)
    rows = connection.execute(query.where(id_ < top, id_ >= floor).order_by(id_.desc()).limit(limit + 1)).all()
    if len(rows) > limit:
        return Page(rows[:limit], rows[limit - 1].id)
    return Page(rows, floor, floor) if floor > span.low else Page(rows)


def few_first(connection: Connection, query: Select[Any], id_: Any, before: int | None, limit: int) -> Page:
    """The same for a query that an index other than the primary key answers with few rows: sort those.

    `id + 0` is no column of the primary key's index, so neither planner walks the whole table by it.
    """
    plain = id_ + 0
    if before is not None:
        query = query.where(plain < before)
    rows = connection.execute(query.order_by(plain.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].id) if len(rows) > limit else Page(rows)


def low_end(table: Any) -> ScalarSelect[Any]:
    return select(func.coalesce(func.min(table.c.id), 0)).scalar_subquery()


def high_end(table: Any) -> ScalarSelect[Any]:
    """One above the highest id."""
    return select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()


def span(
    connection: Connection,
    table: Any,
    time: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Span:
    """The ids of the rows of a time, or of all: one statement. Too wide by a margin, never too narrow.

    Rows are numbered in the order of their time (column `time`), so no index on the time is needed.
    """
    low = _first_at(table, time, since - MARGIN, "since") if since else low_end(table)
    high = _first_at(table, time, until + MARGIN, "until") if until else high_end(table)
    return Span(*map(int, connection.execute(select(low, high)).one()))


def _first_at(table: Any, time: str, at: datetime, name: str) -> ScalarSelect[Any]:
    """The id from which on rows are not older than `at`: a binary search over the primary key."""
    id_, when = table.c.id, table.c[time]
    search = select(low_end(table).label("low"), high_end(table).label("high")).cte(name, recursive=True)
    middle = (search.c.low + search.c.high) // 2
    there = select(when).where(id_ >= middle).order_by(id_).limit(1).correlate(search).scalar_subquery()
    earlier = there < bindparam(name, at, type_=Instant)
    search = search.union_all(
        select(
            case((earlier, middle + 1), else_=search.c.low),
            case((earlier, search.c.high), else_=middle),
        ).where(search.c.low < search.c.high)
    )
    return select(func.max(search.c.low)).scalar_subquery()


def capped(query: Select[Any], cap: int) -> ScalarSelect[Any]:
    """How many rows, counted up to `cap + 1`."""
    return select(func.count()).select_from(query.limit(cap + 1).subquery()).scalar_subquery()
