"""G12 to G15: log pages at any depth, what a page costs, one server with many readers, counts at a million rows."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from flask.testing import FlaskClient
from sqlalchemy import event

from connector.clock import CLOCK
from connector.db import db, utcnow
from connector.queue.lanes import Lane
from connector.queue.reading import logbook, numbers
from connector.setup import users
from tests.bench.common import LANE, Goal, World, progress
from tests.bench.drain import drain

ROWS, MILLION = 20_000, 1_000_000
PASSWORD = "a long enough password"
ROOT = Path(__file__).resolve().parents[2]


def run(world: World, python: Path) -> list[Goal]:
    world.fresh()
    world.put(ROWS)
    drain()
    singles(world)
    users.create("bench", PASSWORD, "operator")
    world.analyze()
    goals = [*depth(world), *one_page(world), *served(world)]
    return [*goals, *counting(world)]


def singles(world: World) -> None:
    """Log rows as single calls leave them."""
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET parent_id = NULL, kind = 'single' WHERE kind = 'child'")


def median(work: Callable[[], object], times: int = 60) -> float:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1000


def depth(world: World) -> list[Goal]:
    with db.read() as connection:
        low, high = connection.exec_driver_sql("SELECT min(id), max(id) FROM attempt").one()
    goals = []
    for name, chosen in (("all", logbook.LogFilter()), ("filtered", logbook.LogFilter("BENCH", "price"))):
        first = median(lambda: logbook.attempts_page(chosen))  # noqa: B023
        deep = median(lambda: logbook.attempts_page(chosen, low + 200))  # noqa: B023
        text = f"{deep / first:.2f} x ({first:.2f} ms, then {deep:.2f} ms; {high - low:,} rows)"
        goals.append(
            Goal("G12", f"last log page <= 1.2 x of the first, {name} ({world.name})", text, deep / first <= 1.2)
        )
    return goals


def signed_in(world: World) -> FlaskClient:
    client = world.app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    client.post("/sign-in", data={"name": "bench", "password": PASSWORD, "csrf_token": token[1]})
    return client


def one_page(world: World) -> list[Goal]:
    client, statements = signed_in(world), 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    def page(headers: dict[str, str] | None = None) -> int:
        return len(client.get("/log", headers=headers).data)

    assert client.get("/log").status_code == 200
    event.listen(db.engine, "before_cursor_execute", count)
    page()
    event.remove(db.engine, "before_cursor_execute", count)
    whole = median(page)
    block = median(lambda: page({"HX-Request": "true"}))
    where = f"({world.name})"
    return [
        Goal("G13", f"50-row log page in process p50 <= 1.3 ms {where}", f"{whole:.1f} ms", whole <= 1.3),
        Goal("G13", f"its rows alone <= 1.0 ms {where}", f"{block:.1f} ms", block <= 1.0),
        Goal("G13", f"<= 3 statements besides the session's user {where}", str(statements), statements <= 4),
    ]


def served(world: World) -> list[Goal]:
    """One gunicorn process with eight threads, as `make run` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": world.url, "INSTANCE": str(world.folder / "instance"), "SCHEDULER": "off"}
    env |= {"LOG_LEVEL": "ERROR"}
    command = ["-m", "gunicorn", "-w", "1", "--threads", "8", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen([sys.executable, *command, "wsgi:app"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        session = _session(address)
        one, eight = _rate(session, address, 1), _rate(session, address, 8)
    finally:
        server.terminate()
        server.wait(30)
    text = f"{eight / one:.2f} x ({eight:.0f} of {one:.0f} requests/s)"
    where = f"({world.name})"
    return [
        Goal("G14", f"8 connections >= 0.9 x of the throughput of 1 {where}", text, eight / one >= 0.9),
        Goal(
            "G14", f"50-row page >= 480 requests/s {where}", f"{max(one, eight):.0f} requests/s", max(one, eight) >= 480
        ),
    ]


def _session(address: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for _ in range(100):
        try:
            text = session.get(f"{address}/sign-in", timeout=5).text
            break
        except requests.ConnectionError:
            CLOCK.sleep(0.2)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert token
    data = {"name": "bench", "password": PASSWORD, "csrf_token": token[1]}
    session.post(f"{address}/sign-in", data=data, timeout=10)
    return session


def _rate(session: requests.Session, address: str, connections: int, times: int = 300) -> float:
    def one(_number: int) -> None:
        answer = session.get(f"{address}/log", timeout=30)
        assert answer.status_code == 200 and "Sign in" not in answer.text[:2000]

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(20)))
        started = time.perf_counter()
        list(pool.map(one, range(times)))
        return times / (time.perf_counter() - started)


def counting(world: World) -> list[Goal]:
    """Every number of the overview, with a million settled and 50,000 pending rows in the table."""
    progress("counts: filling a million rows")
    world.fill(MILLION, tag="settled")
    world.fill(50_000, status="pending", tag="waiting")
    lanes = [LANE, Lane("BENCH", "product", "erp_to_store"), Lane("BENCH", "inventory", "erp_to_store")]
    parts = {
        "counts by status": lambda: numbers.counts(lanes),
        "oldest due": lambda: numbers.oldest(lanes, utcnow()),
        "last success": lambda: numbers.last_success(lanes),
        "minutes": lambda: numbers.minutes("BENCH", utcnow()),
    }
    goals = []
    for name, work in parts.items():
        spent = median(work, 30)
        numbers_shown = len(lanes) * (5 if name == "counts by status" else 1)
        each = spent / numbers_shown
        text = f"{each:.2f} ms each ({spent:.1f} ms for {numbers_shown})"
        goals.append(Goal("G15", f"{name} <= 1 ms a number at 1M rows ({world.name})", text, each <= 1))
    return goals
