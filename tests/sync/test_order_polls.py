"""Looks for orders never skip one: not while orders arrive between two pages, not with equal times, late commits,
clocks that differ, or a look that breaks off (SYN-26; facts/MAGENTO.md, 4 and 14)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from connector.clock import FakeClock
from connector.errors import Retry
from connector.sync import catalogue, checkpoints
from connector.sync.context import Context
from connector.sync.polls import OVERLAP, poll
from connector.systems.base import Change
from connector.systems.magento.values import utc_text
from tests.examples import examples
from tests.systems.magento.shop import Sent, Shop

LATEST = 60  # seconds between the time that an order is stamped with and its commit
SKEW = 30  # seconds that the clocks differ without anybody having noticed
assert OVERLAP.total_seconds() > LATEST + SKEW


@dataclass
class Till:
    """A shop that takes orders: those in `coming` are committed one by one, with every page that is read."""

    clock: FakeClock
    skew: timedelta
    page: int = 2
    rows: list[dict[str, Any]] = field(default_factory=list)
    coming: list[tuple[int, int]] = field(default_factory=list)  # (entity id, seconds since its stamp)
    repeats: bool = False
    fail_at: int = -1
    reads: int = 0

    def commit(self, number: int, late: int) -> None:
        stamp = utc_text(self.clock.now() + self.skew - timedelta(seconds=late))
        self.rows.append(
            {"entity_id": number, "increment_id": f"{number:09d}", "updated_at": stamp, "status": "pending"}
        )

    def answer(self, sent: Sent) -> dict[str, Any]:
        self.reads += 1
        if self.reads == self.fail_at:
            raise Retry("It broke off.")
        filters = sent.filters()
        since = filters.get("updated_at", ("", ""))[1]
        last = 0 if self.repeats else int(filters["entity_id"][1])
        wanted = [row for row in self.rows if row["entity_id"] > last and row["updated_at"] >= since]
        if self.coming:
            self.commit(*self.coming.pop(0))
        wanted.sort(key=lambda row: row["entity_id"])
        return {"items": wanted[: self.page], "total_count": len(wanted)}


@dataclass
class Bench:
    till: Till
    shop: Shop
    clock: FakeClock
    found: list[str] = field(default_factory=list)

    def look(self) -> None:
        self.shop._routes.clear()
        self.shop.on("GET", "/orders", self.till.answer)
        source: Any = self.shop.magento({"order": {"statuses": ["pending"]}})
        context = Context("DEMO", catalogue.find("order"), source, source)

        def put(connection: Connection, changes: Sequence[Change]) -> None:
            self.found += [change.key for change in changes]

        poll(context, put, clock=self.clock)

    def missing(self) -> set[str]:
        return {row["increment_id"] for row in self.till.rows} - set(self.found)


def bench(mock: responses.RequestsMock, skew: int = 0) -> Bench:
    clock = FakeClock()
    return Bench(Till(clock, timedelta(seconds=skew)), Shop(mock), clock)


arrivals = st.lists(st.tuples(st.integers(0, LATEST), st.booleans()), max_size=12)


@settings(max_examples=examples(40, 1_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(st.tuples(arrivals, st.integers(0, 90), st.integers(-1, 6)), min_size=1, max_size=4),
    skew=st.integers(-SKEW, SKEW),
    shuffle=st.randoms(use_true_random=False),
)
def test_no_order_is_skipped_however_they_arrive(app: Flask, rounds: Any, skew: int, shuffle: Any) -> None:
    """Numbers are drawn when a checkout begins and appear when it is over: out of order, late, with equal stamps."""
    checkpoints.reset("DEMO", "order", "store_to_erp")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        run = bench(mock, skew)
        number = 0
        for coming, seconds, fail_at in rounds:
            drawn = list(range(number + 1, number + 1 + len(coming)))
            number += len(coming)
            shuffle.shuffle(drawn)
            for at, (late, while_reading) in zip(drawn, coming, strict=True):
                if while_reading:
                    run.till.coming.append((at, late))
                else:
                    run.till.commit(at, late)
            run.till.fail_at = run.till.reads + fail_at if fail_at > 0 else -1
            with contextlib.suppress(Retry):
                run.look()
            run.clock.advance(seconds)
        run.till.fail_at = -1
        for one in run.till.coming:
            run.till.commit(*one)
        run.till.coming = []
        run.look()
        assert run.missing() == set()


def test_orders_with_one_time_are_all_found_across_pages(app: Flask) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        run = bench(mock)
        for number in range(1, 8):
            run.till.commit(number, 0)
        run.look()
        assert run.missing() == set() and run.till.reads == 4


def test_the_mark_is_taken_before_the_look_and_an_order_of_meanwhile_is_found_next_time(app: Flask) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        run = bench(mock)
        run.till.commit(9, 0)
        run.till.coming = [(3, 0)]  # commits after the only page was read, with a smaller number
        run.look()
        assert run.missing() == {"000000003"}
        run.look()
        assert run.missing() == set()


def test_a_shop_that_sends_its_last_page_again_ends_the_look_without_moving_the_mark(app: Flask) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        run = bench(mock)
        for number in range(1, 6):
            run.till.commit(number, 0)
        run.till.repeats = True
        with pytest.raises(Retry, match="same page"):
            run.look()
        assert checkpoints.get("DEMO", "order", "store_to_erp")[0] is None
        run.till.repeats = False
        run.look()
        assert run.missing() == set()
        mark = checkpoints.get("DEMO", "order", "store_to_erp")[0]
        assert mark == run.clock.now() and isinstance(mark, datetime)
