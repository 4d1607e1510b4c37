"""G5, G8, G10, G22: complete cycles through run_window: claim, work, settle, log row, lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from connector.clock import CLOCK
from connector.db import db
from connector.queue.runner import Policy, run_window
from connector.queue.wake import Bell
from connector.queue.working.work import Report, Unit, Verdict
from tests.bench.common import LANE, Goal, World, peer, seconds, side_by_side

COUNT = 20_000
BATCHED = Policy(threshold=0, batch=100, batchable=True, parallel=1)


def noop(unit: Unit) -> Report:
    return Report([Verdict(message.id, None, "", True) for message in unit.messages])


def drain(work: Callable[[Unit], Report] = noop, policy: Policy = BATCHED) -> None:
    run_window(LANE, work, policy, worker="bench", clock=CLOCK, bell=Bell(), stop=threading.Event(), until_empty=True)


def drained(world: World, count: int = COUNT, settled: int = 100_000) -> float:
    """Messages a second of a full drain."""
    world.fresh(settled=settled)
    world.put(count)
    world.analyze()
    return count / seconds(drain)


def run(world: World, python: Path) -> list[Goal]:
    goals = [*against_peers(world, python), memory(world)]
    return goals if world.name == "SQLite" else [*goals, *old_snapshot(world)]


def against_peers(world: World, python: Path) -> list[Goal]:
    if world.name == "SQLite":
        theirs = [("huey", str(world.folder / "huey.db"), 15.0, 3_000)]
    else:
        url = world.url.replace("+psycopg", "")
        theirs = [("procrastinate", url, 25.0, 1_000), ("pgqueuer", url, 1.0, COUNT)]
    goals = []
    for name, where, goal, count in theirs:
        ours, found = side_by_side(
            lambda: drained(world),
            lambda: peer(python, "drain", name, where, count) or 0.0,  # noqa: B023
            rounds=3,
        )
        if found:
            line = f"{ours / found:.1f} x ({ours:,.0f} of {found:,.0f} jobs/s)"
            note = "ours writes a log row for each message, counters and fences"
            goals.append(
                Goal("G5", f"no-op drain, complete cycle >= {goal} x {name}", line, ours / found >= goal, note)
            )
    return goals


def memory(world: World) -> Goal:
    """Resident memory after 50,000 messages against after 1,000."""
    drained(world, 1_000, settled=0)
    small = resident()
    drained(world, 50_000, settled=0)
    large = resident()
    line = f"{large / small:.2f} x ({small:.0f} MB, then {large:.0f} MB)"
    return Goal(
        "G22", f"memory after 50,000 messages <= 1.1 x of after 1,000 ({world.name})", line, large / small <= 1.1
    )


def resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def old_snapshot(world: World) -> list[Goal]:
    """A transaction that somebody left open keeps dead rows alive: the drain must not pay for them."""
    count = 40_000
    plain = drained(world, count, settled=0)
    world.fresh()
    world.put(count)
    world.analyze()
    laps: list[float] = []

    def timed(unit: Unit) -> Report:
        laps.append(time.perf_counter())
        return noop(unit)

    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as old, old.begin():
        old.execute(text("SELECT count(*) FROM message")).scalar_one()
        spent = seconds(lambda: drain(timed))
    tenth = len(laps) // 10
    first, last = laps[tenth] - laps[0], laps[-1] - laps[-1 - tenth]
    return [
        Goal(
            "G8",
            "with an old snapshot open the last tenth <= 1.2 x of the first (PostgreSQL)",
            f"{last / first:.2f} x; {count / spent:,.0f} of {plain:,.0f} messages/s",
            last / first <= 1.2,
        )
    ]
