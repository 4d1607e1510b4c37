"""What each safety costs: the same work with one of them taken out, side by side. Information, no goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from connector.db import db
from connector.queue import inbox
from connector.queue.models import Message
from connector.queue.working import settle, stats
from connector.queue.working.safety import sabotaged
from tests.bench import drain, enqueue
from tests.bench.common import Goal, World, side_by_side

COUNT = 10_000


def run(world: World, python: Path) -> list[Goal]:
    put = [
        ("one pending row for each record (unique key, merging)", _without_unique_key),
        ("counters by minute", lambda: _swapped(inbox.stats, "count")),
        ("durability (every commit on the disk)", lambda: _careless(world)),
    ]
    cycle = [
        ("a log row for each message", lambda: _swapped(settle, "log_attempts")),
        ("counters by minute", lambda: _swapped(stats, "count")),
        ("fencing", lambda: sabotaged("fencing")),
        ("durability (every commit on the disk)", lambda: _careless(world)),
    ]
    found = [_cost(world, "enqueue of 100", name, _put, without) for name, without in put]
    return found + [_cost(world, "full cycle", name, _cycle, without) for name, without in cycle]


def _put(world: World) -> float:
    world.fresh(settled=20_000)
    return enqueue.ours(COUNT, 100)


def _cycle(world: World) -> float:
    return drain.drained(world, COUNT, settled=20_000)


def _cost(
    world: World,
    what: str,
    safety: str,
    work: Callable[[World], float],
    without: Callable[[], AbstractContextManager[Any]],
) -> Goal:
    def bare() -> float:
        with without():
            return work(world)

    whole, rest = side_by_side(lambda: work(world), bare, rounds=3)
    text = f"{max(0.0, 1 - whole / rest):.0%} of the throughput ({whole:,.0f} with it, {rest:,.0f} without, a second)"
    return Goal("S", f"{what}, {world.name}: {safety}", text, None)


@contextmanager
def _swapped(module: Any, name: str) -> Iterator[None]:
    """A function that does nothing in place of one."""
    before = getattr(module, name)
    setattr(module, name, lambda *_given, **_named: None)
    try:
        yield
    finally:
        setattr(module, name, before)


@contextmanager
def _without_unique_key() -> Iterator[None]:
    made = [index for index in Message.__table__.indexes if index.unique]
    with db.write() as connection:
        for index in made:
            index.drop(connection)
    try:
        with sabotaged("unique_key"):
            yield
    finally:
        with db.write() as connection:
            connection.execute(Message.__table__.delete())
            for index in made:
                index.create(connection)


@contextmanager
def _careless(world: World) -> Iterator[None]:
    """Commits that a power cut may take back."""
    quick = "PRAGMA synchronous=NORMAL" if world.name == "SQLite" else "SET SESSION synchronous_commit = off"

    def hurry(connection: Any, _record: Any) -> None:
        connection.execute(quick)
        if world.name != "SQLite":
            connection.commit()

    event.listen(db.engine, "connect", hurry)
    db.engine.dispose()
    try:
        yield
    finally:
        event.remove(db.engine, "connect", hurry)
        db.engine.dispose()
