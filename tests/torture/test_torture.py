"""Everything goes wrong at once, and still: nothing lost, nothing stale, nothing twice, nothing stuck.

Products, prices and stock to the store; orders to the ERP, shipments and invoices back; customers both ways.

Quick by default, so that it runs with every change; `make torture` runs the full set.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.postgres import Cluster, cluster
from tests.torture.chaos import Size, plan
from tests.torture.harness import WEB, WORKERS, Figures, house

SEED = int(os.environ.get("TORTURE_SEED", "20260401"))
pytestmark = pytest.mark.torture


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A PostgreSQL of its own that keeps what it has promised, also when it is stopped at once."""
    with cluster(durable=True) as started:
        if started is None:
            pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
        yield started


def torture(folder: Path, url: str, size: Size, *, database: Cluster | None = None, auth: str) -> Figures:
    with house(folder, url, size, cluster=database, auth=auth) as running:
        running.torment(plan(size, WORKERS, WEB, SEED))
        running.rest()
        running.judge()
        return running.figures


def assert_all_well(figures: Figures, size: Size) -> None:
    print(figures.summary(), f"faults: {dict(figures.faults)}", *figures.resting, sep="\n  ")
    verdict = figures.verdict
    assert figures.crashes == [], "a process ended by itself"
    assert verdict["lost"] == []
    assert verdict["stale"] == []
    assert verdict["double_creates"] == []
    assert verdict["unknown"] == []
    assert figures.troubles == {}
    assert all(figures.trade["counts"].values())
    assert figures.stuck == {}, figures.resting
    assert figures.failed == 0, figures.causes
    assert figures.kills == size.kills
    assert all(figures.faults[kind] for kind in ("lost_reply", "429", "500_after", "duplicate_push", "reorder_push"))
    # only a worker frozen between its last look and the call can send an old value; it is written over at once
    assert len(verdict["repaired"]) <= figures.freezes


def test_nothing_is_lost_on_sqlite(tmp_path: Path, size: Size) -> None:
    figures = torture(tmp_path, f"sqlite:///{tmp_path / 'connector.sqlite'}", size, auth="password")
    assert_all_well(figures, size)


def test_nothing_is_lost_on_postgresql(tmp_path: Path, size: Size, durable: Cluster) -> None:
    size = replace(size, restarts=max(1, size.kills // 20))
    figures = torture(tmp_path, durable.create("torture"), size, database=durable, auth="oauth")
    assert_all_well(figures, size)
    assert figures.restarts == size.restarts
