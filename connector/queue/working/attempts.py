"""The log's rows for a group of units: one for each try, or one for a batch request with a child for each message."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from connector.db import micros
from connector.queue.lanes import Lane
from connector.queue.sql import insert_many, plain, run
from connector.queue.working.endings import Done, Ending
from connector.queue.working.work import Report

WORST = ("failed", "retry", "fenced", "held", "waiting", "succeeded", "skipped")  # what a batch's own row says
LATE = "Finished too late: its lease had ended and the message was taken over."

_COLUMNS = {
    "message_id": "bigint",
    "parent_id": "bigint",
    "run_id": "bigint",
    "kind": "text",
    "connector_id": "text",
    "entity": "text",
    "direction": "text",
    "key": "text",
    "number": "integer",
    "level": "text",
    "outcome": "text",
    "summary": "text",
    "error": "text",
    "exchanges": "text",
    "calls": "integer",
    "user": "text",
    "started_at": "bigint",
    "finished_at": "bigint",
}
_PARENT = "INSERT INTO attempt ({names}) VALUES ({cells}) RETURNING id".format(
    names=", ".join(f'"{name}"' for name in _COLUMNS), cells=", ".join(f":{name}" for name in _COLUMNS)
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A unit whose endings and log text are ready, so that the transaction only writes."""

    done: Done
    endings: Sequence[Ending]
    exchanges: str
    calls: int

    @classmethod
    def of(cls, done: Done, endings: Sequence[Ending]) -> Prepared:
        exchanges = done.result.exchanges if isinstance(done.result, Report) else ()
        text = plain(json.dumps(list(exchanges), default=str, ensure_ascii=False)) if exchanges else "[]"
        return cls(done, endings, text, sum(not exchange.get("held") for exchange in exchanges))

    @property
    def batch(self) -> bool:
        return len(self.done.unit.messages) > 1


def log_attempts(
    connection: Connection,
    lane: Lane,
    group: Sequence[Prepared],
    fenced: Collection[int],
    run_id: int | None,
    quiet: Collection[str] = (),
    tell: Callable[[Connection, Lane, int, str, str], None] | None = None,
) -> None:
    """Write the rows of a group of units of one lane; `fenced` are the ids that were settled too late.

    Levels and outcomes in `quiet` are left out (LOG-04, LOG-14); a batch's own row stays as long as one of its
    messages is written.
    `tell` is told of each batch's row: its id, level and summary (LOG-18).
    """
    rows: list[tuple[Any, ...]] = []
    for prepared in group:
        told = _told(prepared, fenced, quiet) if quiet else prepared
        if not told.endings:
            continue
        parent = _parent(connection, lane, prepared, fenced, run_id, tell) if prepared.batch else None
        if not prepared.done.split:
            rows += _rows(lane, told, fenced, run_id, parent)
    insert_many(connection, "attempt", rows, **_COLUMNS)


def _told(prepared: Prepared, fenced: Collection[int], quiet: Collection[str]) -> Prepared:
    """The unit with only the endings that the log shall keep."""
    kept = [
        one
        for one in prepared.endings
        if _level(one, one.message.id in fenced) not in quiet and (one.outcome not in quiet or one.message.id in fenced)
    ]
    return replace(prepared, endings=kept)


def _level(ending: Ending, late: bool) -> str:
    return "warning" if late else ending.level


def _rows(
    lane: Lane, prepared: Prepared, fenced: Collection[int], run_id: int | None, parent: int | None
) -> Iterator[tuple[Any, ...]]:
    started, finished = micros(prepared.done.started_at), micros(prepared.done.finished_at)
    kind = "single" if parent is None else "child"
    exchanges, calls = (prepared.exchanges, prepared.calls) if parent is None else ("[]", 0)
    for ending in prepared.endings:
        message, late = ending.message, ending.message.id in fenced
        yield (
            message.id,
            parent,
            run_id,
            kind,
            *lane,
            message.key,
            message.attempts + 1,
            _level(ending, late),
            "fenced" if late else ending.outcome,
            f"{LATE} {ending.reason}" if late else ending.reason,
            ending.error,
            exchanges,
            calls,
            message.user,
            started,
            finished,
        )


def _parent(
    connection: Connection,
    lane: Lane,
    prepared: Prepared,
    fenced: Collection[int],
    run_id: int | None,
    tell: Callable[[Connection, Lane, int, str, str], None] | None,
) -> int:
    outcomes = ["fenced" if ending.message.id in fenced else ending.outcome for ending in prepared.endings]
    counted = {name: outcomes.count(name) for name in WORST if name in outcomes}
    said = ", ".join(f"{count} {name}" for name, count in counted.items())
    worst, size = next(iter(counted)), len(prepared.done.unit.messages)
    split = prepared.done.split
    values = {
        "message_id": None,
        "parent_id": None,
        "run_id": run_id,
        "kind": "batch",
        "connector_id": lane.connector,
        "entity": lane.entity,
        "direction": lane.direction,
        "key": "",
        "number": 1,
        "level": {"failed": "error", "retry": "warning", "fenced": "warning"}.get(worst, "info"),
        "outcome": worst,
        "summary": f"{size} messages, now tried one by one" if split else f"{size} messages: {said}",
        "error": prepared.endings[0].error if split else "",
        "exchanges": prepared.exchanges,
        "calls": prepared.calls,
        "user": "",
        "started_at": micros(prepared.done.started_at),
        "finished_at": micros(prepared.done.finished_at),
    }
    attempt = int(run(connection, _PARENT, values).scalar_one())
    if tell is not None:
        tell(connection, lane, attempt, str(values["level"]), str(values["summary"]))
    return attempt
