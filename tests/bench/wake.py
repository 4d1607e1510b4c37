"""G16, G9: from Sync Now to the start of work, idle and while a drain runs in another process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from connector.clock import CLOCK
from connector.queue import inbox
from connector.queue.models import URGENT
from connector.queue.runner import run_window
from connector.queue.wake import Bell, Bridge
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Unit
from tests.bench.common import LANE, Goal, World, percentile
from tests.bench.drain import noop

TIMES = 200  # at 20 a second

PUTTER = """
import sys, time
sys.path.insert(0, sys.argv[3])
from connector import create_app
from connector.queue import inbox
from connector.queue.lanes import Lane
app = create_app({"DATABASE_URL": sys.argv[1], "TESTING": True, "INSTANCE": sys.argv[2]})
with app.app_context():
    for number in range(int(sys.argv[4])):
        time.sleep(0.05)
        item = inbox.Item(f"far-{number}", payload={"at": time.time()})
        inbox.put(Lane("BENCH", "price", "erp_to_store"), [item], priority=0, origin="person")
"""

DRAINER = """
import sys, threading
sys.path.insert(0, sys.argv[3])
from connector import create_app
from connector.clock import CLOCK
from connector.queue.runner import Policy, run_window
from connector.queue.wake import Bell
from connector.queue.lanes import Lane
from connector.queue.working.work import Report, Verdict
app = create_app({"DATABASE_URL": sys.argv[1], "TESTING": True, "INSTANCE": sys.argv[2]})
with app.app_context():
    run_window(Lane("BENCH", "price", "erp_to_store"), lambda unit: Report([Verdict(m.id) for m in unit.messages]),
               Policy(threshold=0, batch=100, batchable=True), worker="other", clock=CLOCK, bell=Bell(),
               stop=threading.Event(), until_empty=True)
"""


def run(world: World, python: Path) -> list[Goal]:
    goals = [in_process(world)]
    if world.name == "SQLite":
        return [*goals, beside_a_drain(world)]
    return [*goals, across_processes(world)]


class _Listener:
    """A window that notes how old each message is when its work starts."""

    def __init__(self, world: World, bell: Bell) -> None:
        self.ages: list[float] = []
        self._stop, self._bell, self._world = threading.Event(), bell, world
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> _Listener:
        self._thread.start()
        CLOCK.sleep(0.3)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._bell.ring(LANE)
        self._thread.join()

    def _work(self, unit: Unit) -> Report:
        now = time.time()
        self.ages += [now - message.payload["at"] for message in unit.messages]
        return noop(unit)

    def _run(self) -> None:
        with self._world.app.app_context():
            run_window(
                LANE, self._work, Policy(check_time=59, sleep_time=5), worker="bench", clock=CLOCK, bell=self._bell,
                stop=self._stop, check_time=600,
            )  # fmt: skip


def in_process(world: World) -> Goal:
    world.fresh(settled=20_000)
    bell = Bell()
    with _Listener(world, bell) as listener:
        for number in range(TIMES):
            CLOCK.sleep(0.05)
            item = inbox.Item(f"near-{number}", payload={"at": time.time()})
            inbox.put(LANE, [item], priority=URGENT, origin="person", bell=bell)
        CLOCK.sleep(0.2)
    return _goal(listener.ages, 2 if world.name == "SQLite" else 3, f"same process ({world.name})")


def across_processes(world: World) -> Goal:
    from connector.db import db

    world.fresh(settled=20_000)
    bell = Bell()
    bridge = Bridge(db.engine.url, bell)
    bridge.start()
    bridge.listening.wait(10)
    with _Listener(world, bell) as listener:
        _child(PUTTER, world, str(TIMES)).wait(120)
        CLOCK.sleep(0.3)
    bridge.stop()
    return _goal(listener.ages, 3, "across processes (PostgreSQL)")


def beside_a_drain(world: World) -> Goal:
    """A person's write while another process drains flat out."""
    world.fresh(settled=20_000)
    world.put(60_000)
    child = _child(DRAINER, world)
    CLOCK.sleep(1.5)
    waits = []
    while child.poll() is None and len(waits) < 400:
        CLOCK.sleep(0.005)
        started = time.perf_counter()
        inbox.put(LANE, [inbox.Item(f"person-{len(waits)}")], priority=URGENT, origin="person")
        waits.append((time.perf_counter() - started) * 1000)
    child.wait(120)
    p99, most = percentile(waits, 0.99), max(waits)
    text = f"p99 {p99:.1f} ms, max {most:.1f} ms of {len(waits)} writes"
    return Goal(
        "G9", "a write during a flat-out SQLite drain: p99 <= 15 ms, max <= 100 ms", text, p99 <= 15 and most <= 100
    )


def _child(source: str, world: World, *words: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    instance = str(world.folder / "instance")
    return subprocess.Popen([sys.executable, "-c", source, world.url, instance, root, *words], env=dict(os.environ))


def _goal(ages: list[float], bound: float, where: str) -> Goal:
    p50, p99 = percentile(ages, 0.5) * 1000, percentile(ages, 0.99) * 1000
    text = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms of {len(ages)}"
    return Goal(
        "G16", f"put to start of work, {where}: p50 <= {bound} ms, p99 <= 10 ms", text, p50 <= bound and p99 <= 10
    )
