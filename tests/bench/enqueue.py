"""G1, G2, G3, G18: putting changes into the table."""

from __future__ import annotations

from pathlib import Path

from connector.db import db, micros, utcnow
from connector.queue import inbox
from tests.bench.common import LANE, PAYLOAD, Goal, World, insert_sql, items, peer, raw_row, seconds, side_by_side

MANY, FEW = 20_000, 1_000


def run(world: World, python: Path) -> list[Goal]:
    return [*bulk(world), *peers(world, python), *coalescing(world)]


def raw(count: int) -> float:
    """Rows a second of the driver's executemany, 100 to a commit, into the same table with the same indexes."""
    now = micros(utcnow())
    rows = [raw_row(f"raw-{n}", "pending", now) for n in range(count)]
    sql = insert_sql()

    def work() -> None:
        for start in range(0, count, 100):
            with db.write() as connection:
                connection.exec_driver_sql(sql, rows[start : start + 100])

    return count / seconds(work)


def ours(count: int, group: int, repeat: int = 1) -> float:
    """Changes a second through inbox.put; with `repeat` each record changes so often."""
    keys = [f"k-{n % (count // repeat)}" for n in range(count)]
    changes = [inbox.Item(key, "upsert", n, PAYLOAD) for n, key in enumerate(keys)]

    def work() -> None:
        for start in range(0, count, group):
            inbox.put(LANE, changes[start : start + group])

    return count / seconds(work)


def _in(world: World, work: object, *arguments: int) -> float:
    world.fresh(settled=20_000)
    return work(*arguments)  # type: ignore[operator]


def bulk(world: World) -> list[Goal]:
    plain, put = side_by_side(lambda: _in(world, raw, MANY), lambda: _in(world, ours, MANY, 100))
    goal = 0.75 if world.name == "SQLite" else 0.90
    return [
        Goal(
            "G1",
            f"bulk enqueue >= {goal} x raw executemany ({world.name})",
            f"{put / plain:.2f} x ({put:,.0f} of {plain:,.0f} rows/s)",
            put / plain >= goal,
            "ours folds changes of one record, counts them and keeps the newest; raw only inserts",
        )
    ]


def peers(world: World, python: Path) -> list[Goal]:
    world.fresh()
    bulk_ours = side_by_side(lambda: _in(world, ours, MANY, 100), rounds=3)[0]
    single_ours = side_by_side(lambda: _in(world, ours, FEW, 1), rounds=3)[0]
    if world.name == "SQLite":
        theirs = [("huey", str(world.folder / "huey.db"), 20.0, 2.0, FEW)]
    else:
        url = world.url.replace("+psycopg", "")
        theirs = [("procrastinate", url, 5.0, 1.5, 5_000), ("pgqueuer", url, 1.3, 0.0, MANY)]
    goals = []
    for name, where, bulk_goal, single_goal, count in theirs:
        found = side_by_side(lambda: peer(python, "bulk", name, where, count) or 0.0, rounds=3)[0]  # noqa: B023
        if found:
            text = f"{bulk_ours / found:.1f} x ({bulk_ours:,.0f} of {found:,.0f} rows/s)"
            goals.append(Goal("G2", f"bulk enqueue >= {bulk_goal} x {name}", text, bulk_ours / found >= bulk_goal))
        single = side_by_side(lambda: peer(python, "single", name, where, FEW) or 0.0, rounds=3)[0]  # noqa: B023
        if single:
            text = f"{single_ours / single:.1f} x ({single_ours:,.0f} of {single:,.0f} rows/s)"
            met = single_ours / single >= single_goal if single_goal else None
            goals.append(Goal("G3", f"one-by-one enqueue >= {single_goal or '-'} x {name}", text, met))
    return goals


def coalescing(world: World) -> list[Goal]:
    goals = []
    for repeat, goal in ((1, 0.0), (5, 0.7), (20, 1.0)):
        plain, put = side_by_side(
            lambda: _in(world, raw, MANY),
            lambda: _in(world, ours, MANY, 100, repeat),  # noqa: B023
            rounds=3,
        )
        with db.read() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM message WHERE status = 'pending'").scalar_one()
        text = f"{put / plain:.2f} x plain insert, {rows} rows left of {MANY // repeat} records"
        met = (put / plain >= goal and rows == MANY // repeat) if goal else None
        goals.append(Goal("G18", f"enqueue with coalescing k={repeat} >= {goal or '-'} x ({world.name})", text, met))
    return goals


__all__ = ["items", "run"]
