"""The log as pages read it: attempts (one for each try or batch request) and runs. It changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from connector.db import db
from connector.queue.models import Attempt, Message, Run
from connector.queue.reading.filters import says
from connector.queue.reading.paging import Page, newest_first, span

ATTEMPTS: Any = Attempt.__table__
RUNS: Any = Run.__table__
MESSAGES: Any = Message.__table__
SWEEPS = ("full", "batch")  # jobs of runs that are more than one worker's (queue/sweeps)
SHOWN = 400
OPENING = 600  # characters of the exchanges that hold the first request's method and address


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Empty fields do not restrict. `reprocessed` True: only what came of a reprocess, False: only the rest.
    `without` are connectors that are left out, `entities` the only ones that are looked for."""

    connector: str = ""
    entity: str = ""
    level: str = ""
    outcome: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reprocessed: bool | None = None
    without: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        c = ATTEMPTS.c
        exact = {c.connector_id: self.connector, c.entity: self.entity, c.level: self.level, c.outcome: self.outcome}
        found: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value]
        if self.since is not None:
            found.append(c.finished_at >= self.since)
        if self.until is not None:
            found.append(c.finished_at <= self.until)
        if self.text:
            found.append(says(self.text, c.key, c.summary, c.error))
        else:
            found.append(c.parent_id.is_(None))  # a batch is one entry; its records are behind it (LOG-10)
        if self.reprocessed is not None:
            again = (c.outcome == "reprocessed") | (func.coalesce(MESSAGES.c.origin, "") == "reprocess")
            found.append(again if self.reprocessed else ~again)
        if self.without:
            found.append(c.connector_id.not_in(self.without))
        if self.entities:
            found.append(c.entity.in_(self.entities))
        return found


def _listed() -> Select[Any]:
    c = ATTEMPTS.c
    whole = [column for column in c if column.name not in ("exchanges", "error", "summary")]
    cut = [func.substr(c.summary, 1, SHOWN).label("summary"), func.substr(c.error, 1, SHOWN).label("error")]
    opening = func.substr(c.exchanges, 1, OPENING).label("exchanges")
    return select(*whole, *cut, opening, MESSAGES.c.origin).outerjoin(MESSAGES, MESSAGES.c.id == c.message_id)


_LISTED = _listed()  # building it takes as long as running it


def attempts_page(chosen: LogFilter, before: int | None = None, limit: int = 50) -> Page:
    """Attempts of a filter, newest first; `exchanges` is only the opening, `origin` the message's."""
    query, c = _LISTED.where(*chosen.conditions()), ATTEMPTS.c
    with db.read() as connection:
        among = span(connection, ATTEMPTS, "finished_at", chosen.since, chosen.until)
        return newest_first(connection, query, c.id, before, limit, among)


def all_attempts(chosen: LogFilter, most: int = 100_000, page: int = 500) -> Iterator[Row[Any]]:
    """Attempts of a filter for an export, newest first, read page by page: no transaction stays open between."""
    before: int | None = None
    given = 0
    while given < most:
        found = attempts_page(chosen, before, min(page, most - given))
        yield from found.rows
        given += len(found.rows)
        if found.older is None:
            return
        before = found.older


def attempt(attempt_id: int) -> Row[Any] | None:
    """One attempt, whole; the status of its message with it (None for a batch)."""
    query = (
        select(ATTEMPTS, MESSAGES.c.status, MESSAGES.c.origin)
        .outerjoin(MESSAGES, MESSAGES.c.id == ATTEMPTS.c.message_id)
        .where(ATTEMPTS.c.id == attempt_id)
    )
    with db.read() as connection:
        return connection.execute(query).one_or_none()


def children(attempt_id: int, after: int = 0, limit: int = 200) -> Sequence[Row[Any]]:
    """The records of one batch request, in the order in which they were settled, with their message's status."""
    c = ATTEMPTS.c
    query = (
        select(c.id, c.message_id, c.key, c.number, c.level, c.outcome, c.summary, MESSAGES.c.status)
        .outerjoin(MESSAGES, MESSAGES.c.id == c.message_id)
        .where(c.parent_id == attempt_id, c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    with db.read() as connection:
        return connection.execute(query).all()


# --- runs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Empty fields do not restrict. `without` are connectors that are left out."""

    connector: str = ""
    entity: str = ""
    status: str = ""
    mode: str = ""
    scope: str = ""
    without: tuple[str, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        c = RUNS.c
        exact = {c.connector_id: self.connector, c.entity: self.entity, c.status: self.status, c.mode: self.mode}
        found = [column == value for column, value in {**exact, c.scope: self.scope}.items() if value]
        return [*found, c.connector_id.not_in(self.without)] if self.without else found


def runs_page(chosen: RunFilter, before: int | None = None, limit: int = 50) -> Page:
    """Runs of a filter, newest first."""
    query = select(RUNS).where(*chosen.conditions())
    with db.read() as connection:
        return newest_first(connection, query, RUNS.c.id, before, limit, span(connection, RUNS))


def all_runs(chosen: RunFilter, most: int = 100_000, page: int = 500) -> Iterator[Row[Any]]:
    """Runs of a filter for an export, newest first, read page by page."""
    before: int | None = None
    given = 0
    while given < most:
        found = runs_page(chosen, before, min(page, most - given))
        yield from found.rows
        given += len(found.rows)
        if found.older is None:
            return
        before = found.older


def run(run_id: int) -> Row[Any] | None:
    with db.read() as connection:
        return connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()


def lines(of: Row[Any], before: int | None = None, limit: int = 50) -> Page:
    """What a run did, newest first, one line for each record (MAN-13, MAN-14). Found by the run's time and lane:
    the log has no index on the run."""
    c = ATTEMPTS.c
    query = select(c.id, c.message_id, c.key, c.kind, c.level, c.outcome, c.summary, c.finished_at).where(
        c.kind != "batch"
    )
    if of.job in SWEEPS:  # whoever works on its lane meanwhile does part of it
        query = query.where(c.direction == of.direction, c.finished_at >= of.started_at, c.kind != "person")
        query = query.where(c.finished_at <= of.finished_at) if of.finished_at else query
    else:
        query = query.where(c.run_id == of.id)
    for column, value in ((c.connector_id, of.connector_id), (c.entity, of.entity)):
        if value:
            query = query.where(column == value)
    with db.read() as connection:
        among = span(connection, ATTEMPTS, "finished_at", of.started_at or of.created_at, of.finished_at)
        return newest_first(connection, query, c.id, before, limit, among)


def details(of: Row[Any]) -> str:
    """What a run says about itself: a repair keeps its plan there too."""
    if not of.details.startswith("{"):
        return str(of.details)
    try:
        return str(json.loads(of.details).get("text", ""))
    except ValueError:
        return str(of.details)


def plan(of: Row[Any]) -> dict[str, Any]:
    """A repair's plan (action, filter, ids); empty for other runs."""
    found = json.loads(of.details) if of.job == "bulk" and of.details.startswith("{") else {}
    return found if isinstance(found, dict) else {}
