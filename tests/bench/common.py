"""Worlds to measure in, side-by-side medians, and what a measured goal looks like."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from connector import create_app
from connector.db import db, micros, utcnow
from connector.queue import inbox
from connector.queue.lanes import Lane
from tests.postgres import Cluster

LANE = Lane("BENCH", "price", "erp_to_store")
PAYLOAD = {"text": "x" * 280}  # 300 bytes as JSON
ROUNDS = 5

COLUMNS = (
    'connector_id, entity, direction, key, operation, status, reason, priority, origin, "user", version, payload, '
    "merged, attempts, deaths, created_at, available_at, epoch, worker, waits_for, error, code"
)


@dataclass(frozen=True)
class Goal:
    """One line of the report: `met` is None where the figure is information and not a goal."""

    id: str
    goal: str
    measured: str
    met: bool | None
    note: str = ""


@dataclass
class World:
    """One database with the product's schema, inside an application context."""

    name: str  # SQLite | PostgreSQL
    url: str
    app: Flask
    folder: Path

    def fresh(self, settled: int = 0) -> None:
        """Empty tables, then so many settled rows of other records behind us."""
        with db.write() as connection:
            for table in reversed(db.metadata.sorted_tables):
                if db.sqlite:
                    connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
            if not db.sqlite:
                names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
                connection.exec_driver_sql(f"TRUNCATE {names}")
        self.fill(settled)

    def fill(self, count: int, *, status: str = "succeeded", ahead: int = 0, tag: str = "old", at: int = 0) -> None:
        """Rows put straight into the table by the driver: history, or rows that are not due yet (`ahead` seconds)."""
        available = (at or micros(utcnow())) + ahead * 1_000_000
        for start in range(0, count, 5_000):
            rows = [raw_row(f"{tag}-{n}", status, available) for n in range(start, min(start + 5_000, count))]
            with db.write() as connection:
                connection.exec_driver_sql(insert_sql(), rows)
        self.analyze()

    def analyze(self) -> None:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")

    def put(self, count: int, *, tag: str = "new", group: int = 1000) -> None:
        for start in range(0, count, group):
            inbox.put(LANE, items(start, min(group, count - start), tag))


def items(start: int, count: int, tag: str = "new") -> list[inbox.Item]:
    return [inbox.Item(f"{tag}-{n}", "upsert", 1, PAYLOAD) for n in range(start, start + count)]


def raw_row(key: str, status: str, available: int) -> tuple[Any, ...]:
    body = '{"text": "' + "x" * 280 + '"}'
    return ("BENCH", "price", "erp_to_store", key, "upsert", status, "", 5, "push", "", 1, body, 0, 0, 0) + (
        available,
        available,
        0,
        "",
        "",
        "",
        "",
    )


def insert_sql() -> str:
    sign = "?" if db.sqlite else "%s"
    return f"INSERT INTO message ({COLUMNS}) VALUES ({', '.join([sign] * 22)})"


@contextmanager
def worlds(cluster: Cluster | None, only: Sequence[str] = ()) -> Iterator[list[Callable[[], Any]]]:
    """Context managers that open each database in turn."""
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        openers: list[Callable[[], Any]] = []
        if not only or "sqlite" in only:
            openers.append(lambda: opened("SQLite", f"sqlite:///{folder}/bench.sqlite", Path(folder)))
        if cluster is not None and (not only or "postgresql" in only):
            openers.append(lambda: opened("PostgreSQL", cluster.create("bench"), Path(folder)))
        yield openers


@contextmanager
def opened(name: str, url: str, folder: Path) -> Iterator[World]:
    app = create_app({"DATABASE_URL": url, "TESTING": True, "INSTANCE": str(folder / "instance")})
    with app.app_context():
        db.create_all()
        yield World(name, url, app, folder)
        db.session.remove()
        db.engine.dispose()


def seconds(work: Callable[[], Any]) -> float:
    """Wall time of one call, with the garbage collector out of the way."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started
    finally:
        gc.enable()


def side_by_side(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Medians of works that answer a figure each, interleaved so that drift hits all alike."""
    figures: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, kept in zip(works, figures, strict=True):
            kept.append(work())
    return [statistics.median(kept) for kept in figures]


def percentile(figures: Sequence[float], share: float) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def rate(count: float, of: float) -> str:
    return f"{count / of:,.0f}/s"


def progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def peer(python: Path, what: str, queue: str, where: str, count: int) -> float | None:
    """Jobs or rows a second of a public queue; None where it cannot be measured here."""
    script = Path(__file__).with_name("peers.py")
    if not python.exists():
        return None
    done = subprocess.run(
        [str(python), str(script), what, queue, where, str(count)], capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        progress(f"{queue} {what}: {done.stderr.strip().splitlines()[-1:]}")
        return None
    import json

    return float(json.loads(done.stdout)["rate"])
