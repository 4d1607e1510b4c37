"""What has become of messages: every read of the message table that a page makes. It changes nothing.

Lists come by keyset, counts are capped, and no read costs more because the past is long. Texts are cut to what a
list shows; `message` and `attempts` give the whole. The numbers of the overview are in `numbers`, the log
(attempts, runs) in `logbook`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, Select, func, literal, literal_column, select, tuple_, type_coerce, union_all

from connector.db import db, instant, micros
from connector.errors import REHEARSAL
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, HELD, PENDING, RUNNING, WAITING, Attempt, Message
from connector.queue.reading.filters import Filter, has_status
from connector.queue.reading.numbers import CAP
from connector.queue.reading.paging import Page, Span, capped, few_first, high_end, low_end, newest_first, span

TABLE: Any = Message.__table__
ATTEMPTS: Any = Attempt.__table__
SHOWN = 400  # characters of a reason or an error that a list shows
OPEN_FEW = (PENDING, RUNNING, WAITING, FAILED, HELD)  # the statuses with an index of their own
MOST_GROUPS = 100
HOUR = 3_600_000_000  # microseconds
FARTHEST = micros(datetime(9999, 1, 1, tzinfo=UTC))


def _listing() -> Select[Any]:
    """The columns of a list: no payload, and texts cut."""
    c = TABLE.c
    plain = (
        c.id, c.connector_id, c.entity, c.direction, c.key, c.operation, c.status, c.priority, c.origin, c.user,
        c.merged, c.attempts, c.created_at, c.available_at, c.settled_at, c.waits_for, c.code,
    )  # fmt: skip
    return select(*plain, *(func.substr(text, 1, SHOWN).label(text.name) for text in (c.reason, c.error)))


_LISTED = _listing()  # building it takes as long as running it


def messages(chosen: Filter, before: int | None = None, limit: int = 50) -> Page:
    """Messages of a filter, newest first. At most three statements, whatever the filter."""
    query, id_ = _LISTED.where(*chosen.conditions()), TABLE.c.id
    with db.read() as connection:
        if chosen.key or _by_cause(chosen) or chosen.code == REHEARSAL:
            return few_first(connection, query, id_, before, limit)
        if chosen.status not in OPEN_FEW:
            return newest_first(connection, query, id_, before, limit, span(connection, TABLE))
        # a partial index answers: with so few rows that they can be sorted?
        broad = Filter(chosen.connector, chosen.entity, status=chosen.status)
        number = capped(select(id_).where(*broad.conditions()), CAP)
        found = connection.execute(select(number, low_end(TABLE), high_end(TABLE))).one()
        if found[0] <= CAP:
            return few_first(connection, query, id_, before, limit)
        return newest_first(connection, query, id_, before, limit, Span(found[1], found[2]))


def _by_cause(chosen: Filter) -> bool:
    return chosen.status == FAILED and chosen.code is not None and bool(chosen.connector and chosen.entity)


def message(message_id: int) -> Row[Any] | None:
    """One message, whole."""
    with db.read() as connection:
        return connection.execute(select(TABLE).where(TABLE.c.id == message_id)).one_or_none()


def attempts(message_id: int, before: int | None = None, limit: int = 20) -> Page:
    """What was tried with a message, newest first. A child of a batch brings its parent's exchanges."""
    own, parent = ATTEMPTS, ATTEMPTS.alias("parent")
    exchanges = func.coalesce(parent.c.exchanges, own.c.exchanges).label("exchanges")
    query = (
        select(*(column for column in own.c if column.name != "exchanges"), exchanges)
        .outerjoin(parent, parent.c.id == own.c.parent_id)
        .where(own.c.message_id == message_id)
        .order_by(own.c.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(own.c.id < before)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return Page(rows[:limit], rows[limit - 1].id) if len(rows) > limit else Page(rows)


# --- one lane, in the order in which it will be worked ------------------------------------------------------


class Place(NamedTuple):
    """Where a page of a lane ended: the columns by which the claim orders, so one index serves both."""

    priority: int
    available: int  # microseconds
    id: int

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def moment(self) -> tuple[int, datetime, int]:
        return self.priority, instant(self.available), self.id

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises ValueError when the text is none."""
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise ValueError(f"{text!r} is not a place in a lane")
        place = cls(*map(int, parts))
        if place.priority > 9 or place.available > FARTHEST:
            raise ValueError(f"{text!r} is not a place in a lane")
        return place


class Ahead(NamedTuple):
    """Messages of a lane and where the next page starts."""

    rows: Sequence[Row[Any]]
    after: Place | None = None


def ahead(lane: Lane, after: Place | None = None, limit: int = 50) -> Ahead:
    """What a lane has in hand and what comes next: the running ones (first page only), then the pending ones."""
    c = TABLE.c
    in_lane = (c.connector_id == lane.connector, c.entity == lane.entity, c.direction == lane.direction)
    order = (c.priority, c.available_at, c.id)
    pending = _LISTED.where(*in_lane, has_status(PENDING)).order_by(*order).limit(limit + 1)
    running = _LISTED.where(*in_lane, has_status(RUNNING)).order_by(c.key).limit(limit)
    with db.read() as connection:
        if after is None:
            both = union_all(select(running.subquery()), select(pending.subquery()))
            rows = connection.execute(both).all()
            rows = [row for row in rows if row.status == RUNNING] + _in_order(rows)
        else:
            place: Any = tuple_(
                *(literal(value, column.type) for value, column in zip(after.moment(), order, strict=True))
            )
            rows = connection.execute(pending.where(tuple_(*order) > place)).all()
    waiting = [row for row in rows if row.status == PENDING]
    if len(waiting) <= limit:
        return Ahead(rows)
    last = waiting[limit - 1]
    return Ahead(rows[:-1], Place(last.priority, micros(last.available_at), last.id))


def _in_order(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    # a database may give the parts of UNION ALL in any order
    return sorted((row for row in rows if row.status == PENDING), key=lambda row: (row[7], row.available_at, row.id))


# --- one record ---------------------------------------------------------------------------------------------


def timeline(connector: str, entity: str, key: str, limit: int = 20) -> Sequence[Row[Any]]:
    """What happened to one record, newest first, in one statement: its newest messages and the tries of these.

    Rows have kind ("message", or the attempt's), id, message_id, at, word (status or outcome), text, user, number
    (merged changes, or which try it was), origin, due and priority (of the message).
    """
    m, a = TABLE.c, ATTEMPTS.c
    of_record = (m.key == key, m.connector_id == connector, m.entity == entity)
    newest = select(m.id).where(*of_record).order_by(m.id.desc()).limit(limit)
    messages = select(
        literal("message").label("kind"), m.id, m.id.label("message_id"), m.created_at.label("at"),
        m.status.label("word"), func.substr(m.reason, 1, SHOWN).label("text"), m.user, m.merged.label("number"),
        m.origin, m.available_at.label("due"), m.priority,
    ).where(*of_record).order_by(m.id.desc()).limit(limit)  # fmt: skip
    tries = select(
        a.kind, a.id, a.message_id, a.finished_at, a.outcome, func.substr(a.summary, 1, SHOWN), a.user, a.number,
        literal("").label("origin"), a.finished_at.label("due"), literal(0).label("priority"),
    ).where(a.message_id.in_(newest)).order_by(a.id.desc()).limit(5 * limit)  # fmt: skip
    with db.read() as connection:
        rows = connection.execute(union_all(select(messages.subquery()), select(tries.subquery()))).all()
    return sorted(rows, key=lambda row: (row.at, row.kind != "message", row.id), reverse=True)


def records_of(keys: Sequence[str], newest: int = 200) -> list[tuple[str, str, str]]:
    """(connector, entity, key) of the records with one of these keys that had a message lately."""
    c = TABLE.c
    found: dict[tuple[str, str, str], None] = {}
    with db.read() as connection:
        for key in keys:
            query = select(c.connector_id, c.entity, c.key).where(c.key == key).order_by(c.id.desc()).limit(newest)
            found |= dict.fromkeys((row[0], row[1], row[2]) for row in connection.execute(query))
    return list(found)


def keys_of(lane: Lane, message_ids: Sequence[int]) -> list[str]:
    """The keys of those of the messages that are pending in this lane."""
    query = select(TABLE.c.key).where(
        TABLE.c.id.in_(message_ids),
        TABLE.c.connector_id == lane.connector,
        TABLE.c.entity == lane.entity,
        TABLE.c.direction == lane.direction,
        has_status(PENDING),
    )
    with db.read() as connection:
        return list(connection.execute(query.order_by(TABLE.c.id)).scalars())


def outside(message_ids: Sequence[int], connectors: Sequence[str]) -> list[int]:
    """Those of the messages that are in none of these connectors, as they were given."""
    if not connectors:
        return list(message_ids)
    query = select(TABLE.c.id).where(TABLE.c.id.in_(message_ids), TABLE.c.connector_id.in_(connectors))
    with db.read() as connection:
        barred = set(connection.execute(query).scalars())
    return [id for id in message_ids if id not in barred]


# --- failed ones by cause -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """Failed messages of one cause. `count` is capped; `sentence` is what the newest of them says."""

    connector: str
    entity: str
    code: str
    count: int
    sentence: str
    first_seen: datetime | None
    last_seen: datetime | None
    samples: tuple[int, ...]


def failed_groups(
    chosen: Filter = Filter(),  # noqa: B008 - frozen
    limit: int = MOST_GROUPS,
    asleep: Collection[tuple[str, str, str]] = (),
) -> list[Group]:
    """The causes of failed messages, with the newest first. Two statements, however many messages failed.

    `asleep` are causes that are left out as a whole.

    The causes are found by jumping from one to the next in ix_message_failed, not by reading all messages.
    """
    chosen = replace(chosen, status=FAILED)
    with db.read() as connection:
        found = connection.execute(_causes(replace(chosen, awake=None), limit)).all()
        causes = [row for row in found if tuple(row) not in asleep]
        if not causes:
            return []
        sums = connection.execute(union_all(*(_sum(n, cause, chosen) for n, cause in enumerate(causes)))).all()
    groups = [_group(causes[row.place], row) for row in sums if row.number]
    return sorted(groups, key=lambda group: group.samples[0], reverse=True)


def _causes(chosen: Filter, limit: int) -> Select[Any]:
    """(connector, entity, code) of everything that matches: one step in the index for each."""
    columns = [TABLE.c.connector_id, TABLE.c.entity, TABLE.c.code]
    where = chosen.conditions()
    first = select(*columns).where(*where).order_by(*columns).limit(1).subquery()
    found = select(first).cte("found", recursive=True)
    beyond = tuple_(*columns) > tuple_(*found.c)

    def following(column: Any) -> Any:
        step = select(column).where(*where, beyond).order_by(*columns).limit(1)
        return step.correlate(found).scalar_subquery().label(column.name)

    found = found.union_all(select(*map(following, columns)).where(found.c.connector_id.is_not(None)))
    return select(found).where(found.c.connector_id.is_not(None)).limit(limit)


def _sum(place: int, cause: Row[Any], chosen: Filter) -> Select[Any]:
    """Count, first and last time of the newest `CAP + 1` messages of a cause."""
    one = replace(chosen, connector=cause.connector_id, entity=cause.entity, code=cause.code)
    c = TABLE.c
    rows = select(c.id, c.settled_at).where(*one.conditions()).order_by(c.id.desc()).limit(CAP + 1).subquery()
    summed = select(
        func.count().label("number"),
        func.max(rows.c.id).label("newest"),
        func.min(rows.c.id).label("oldest"),
        func.min(rows.c.settled_at).label("first"),
        func.max(rows.c.settled_at).label("last"),
    ).subquery()
    said = select(func.substr(c.reason, 1, SHOWN)).where(c.id == summed.c.newest).correlate(summed).scalar_subquery()
    return select(literal_column(str(place)).label("place"), summed, said.label("said"))


def trends(groups: Sequence[Group], chosen: Filter, now: datetime, hours: int = 24) -> list[list[int]]:
    """How many of each group failed in each of the last hours, oldest first: one statement. Capped like the counts."""
    if not groups:
        return []
    first = micros(now) // HOUR - hours + 1
    found = [[0] * hours for _ in groups]
    with db.read() as connection:
        parts = (_hours(place, group, chosen, instant(first * HOUR)) for place, group in enumerate(groups))
        for place, hour, number in connection.execute(union_all(*parts)):
            if 0 <= hour - first < hours:
                found[place][hour - first] = number
    return found


def _hours(place: int, group: Group, chosen: Filter, since: datetime) -> Select[Any]:
    one = replace(chosen, connector=group.connector, entity=group.entity, code=group.code, status=FAILED, awake=None)
    c = TABLE.c
    newest = select(c.settled_at).where(*one.conditions()).order_by(c.id.desc()).limit(CAP + 1).subquery()
    hour = type_coerce(newest.c.settled_at, BigInteger).op("/")(literal_column(str(HOUR))).label("hour")
    counted = select(literal_column(str(place)), hour, func.count())
    return counted.where(newest.c.settled_at >= since).group_by(hour)


def _group(cause: Row[Any], row: Row[Any]) -> Group:
    samples = tuple(dict.fromkeys((row.newest, row.oldest)))
    return Group(*cause, row.number, row.said or "", row.first, row.last, samples)  # type: ignore[call-arg]


def failed_count(chosen: Filter = Filter()) -> int:  # noqa: B008 - frozen
    """How many failed messages match, counted up to the cap."""
    with db.read() as connection:
        query = select(TABLE.c.id).where(*replace(chosen, status=FAILED).conditions())
        return int(connection.execute(select(capped(query, CAP))).scalar_one())
