"""Picking records of a source by date and state, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from connector.db import micros
from connector.sync import picking
from connector.sync.picking import ALL, CHANGED, FAILED, NEVER, Pick
from tests.fakes import product
from tests.sync.conftest import Bench

DAY = datetime(2026, 5, 4, tzinfo=UTC)


def broken(keys: Sequence[str]) -> set[str]:
    return {key for key in keys if key == "P3"}


@pytest.fixture
def stocked(bench: Bench) -> Bench:
    """Five products, one a day; P0 synced, P1 synced and changed since, P3 failed."""
    for number in range(5):
        bench.erp.set(product(f"P{number}", version=micros(DAY + timedelta(days=number))))
    bench.perform("product", "P0", "P1")
    bench.erp.set(product("P1", name="Newer", version=micros(DAY + timedelta(days=1, hours=2))))
    return bench


def keys(bench: Bench, pick: Pick) -> list[str]:
    found = picking.every(bench.context("product"), pick, broken)
    return [change.key for page in found for change in page]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [(ALL, ["P0", "P1", "P2", "P3", "P4"]), (CHANGED, ["P1"]), (NEVER, ["P2", "P4"]), (FAILED, ["P3"])],
)
def test_the_state_of_a_record_restricts(stocked: Bench, data: str, wanted: list[str]) -> None:
    assert keys(stocked, Pick(data)) == wanted


def test_both_ends_of_the_span_are_included(stocked: Bench) -> None:
    first, last = DAY + timedelta(days=2), datetime.combine(DAY + timedelta(days=3), time.max, UTC)
    assert keys(stocked, Pick(since=first, until=last)) == ["P2", "P3"]
    assert keys(stocked, Pick(since=first, until=first)) == ["P2"]


def test_pages_go_on_where_the_last_one_ended_whatever_the_pages_of_the_source(stocked: Bench) -> None:
    stocked.erp.page_size = 3
    context, at, seen = stocked.context("product"), "", []
    while True:
        page = picking.page(context, Pick(), broken, at, size=2)
        seen.append([row.change.key for row in page.rows])
        at = page.position
        if not at:
            break
    assert seen == [["P0", "P1"], ["P2", "P3"], ["P4"]]
    assert page.rows[0].record is not None and page.rows[0].state == NEVER


def test_a_filter_that_finds_little_does_not_read_the_whole_source_for_one_page(stocked: Bench) -> None:
    stocked.erp.page_size = 1
    for number in range(5, 20):
        stocked.erp.set(product(f"Q{number:02}", version=micros(DAY)))
    page = picking.page(stocked.context("product"), Pick(FAILED), broken, size=2)
    assert [row.change.key for row in page.rows] == ["P3"] and page.looked and page.position


def test_a_place_that_is_none_is_refused(stocked: Bench) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        picking.page(stocked.context("product"), Pick(), broken, "x@y")


def test_a_kept_filter_counts_its_days_from_the_day_on_which_it_runs() -> None:
    pick = Pick(CHANGED, DAY - timedelta(days=2), datetime.combine(DAY, time.max, UTC))
    kept = picking.dump(pick, DAY.date())
    later = picking.load(kept, DAY + timedelta(days=10, hours=3))
    assert later == replace(
        pick, since=DAY + timedelta(days=8), until=datetime.combine(DAY + timedelta(days=10), time.max, UTC)
    )
    assert picking.said(kept) == "Changed since the last sync, from 2 days before, to the same day"
    assert picking.load(picking.dump(Pick(), DAY.date()), DAY) == Pick()
