"""Polls: nothing is missed, nothing known is put again, and the checkpoint never runs ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from connector.clock import FakeClock
from connector.db import micros
from connector.errors import Retry
from connector.records import Order
from connector.sync import bindings, catalogue, checkpoints
from connector.sync.polls import Polled, poll
from connector.systems.base import Change
from tests.fakes import product
from tests.sync.conftest import Bench


class Queue:
    def __init__(self) -> None:
        self.keys: list[str] = []
        self.broken = False

    def put(self, connection: Connection, changes: Sequence[Change]) -> None:
        if self.broken:
            raise RuntimeError("disk full")
        self.keys += [change.key for change in changes]


@pytest.fixture
def queue() -> Queue:
    return Queue()


def changed(bench: Bench, clock: FakeClock, *keys: str) -> None:
    for key in keys:
        bench.erp.set(product(key, version=micros(clock.now()) + 1))


def test_the_first_poll_reads_everything_page_by_page(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    changed(bench, clock, *[f"P{n:03}" for n in range(250)])
    assert poll(bench.context("product"), queue.put, clock=clock) == Polled(3, 250, 250)
    assert len(set(queue.keys)) == 250
    assert checkpoints.get("DEMO", "product", "erp_to_store") == (clock.now(), None)


def test_the_first_poll_can_begin_at_an_instant(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    changed(bench, clock, "BEFORE")
    clock.advance(600)
    began = clock.now()
    changed(bench, clock, "AFTER")
    clock.advance(600)
    poll(bench.context("product"), queue.put, clock=clock, first=began)
    assert queue.keys == ["AFTER"]
    poll(bench.context("product"), queue.put, clock=clock, first=clock.now())
    assert checkpoints.get("DEMO", "product", "erp_to_store")[0] == clock.now(), "from then on the mark counts"


def test_orders_that_came_from_the_store_are_no_news_of_the_erp(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    for key in ("SO/1", "SO/2"):
        bench.erp.set(Order(key, version=micros(clock.now()) + 1))
    bindings.adopt("DEMO", "order", {"000000001": "SO/1"}, sure=True)
    context = replace(bench.context("order"), sync=catalogue.find("order", "erp_to_store"), source=bench.erp)
    poll(context, queue.put, clock=clock)
    assert queue.keys == ["SO/2"]


def test_the_next_poll_reads_only_what_changed_since_with_an_overlap(
    bench: Bench, queue: Queue, clock: FakeClock
) -> None:
    changed(bench, clock, "OLD")
    clock.advance(600)
    poll(bench.context("product"), queue.put, clock=clock)
    clock.advance(-60)
    changed(bench, clock, "LATE")  # committed late, with a stamp before the mark
    clock.advance(120)
    queue.keys.clear()
    poll(bench.context("product"), queue.put, clock=clock)
    assert queue.keys == ["LATE"]


def test_what_the_bindings_know_is_not_put_again(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    changed(bench, clock, "A1")
    bench.perform("product", "A1")
    assert poll(bench.context("product"), queue.put, clock=clock) == Polled(1, 1, 0)


def test_a_stamp_of_whole_seconds_is_looked_at_again(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    bench.erp.set(product("A1", version=micros(clock.now())))
    bench.perform("product", "A1")
    assert poll(bench.context("product"), queue.put, clock=clock).put == 1


def test_a_poll_that_breaks_off_goes_on_where_it_was(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    changed(bench, clock, *[f"P{n:03}" for n in range(250)])
    poll(bench.context("product"), queue.put, clock=clock, stop=lambda: True)
    assert len(queue.keys) == 100
    clock.advance(5)
    poll(bench.context("product"), queue.put, clock=clock)
    assert sorted(queue.keys[:250]) == [f"P{n:03}" for n in range(250)]
    mark, reading = checkpoints.get("DEMO", "product", "erp_to_store")
    assert (mark, reading) == (clock.now(), None)


def test_what_changed_since_a_poll_broke_off_is_found_by_the_one_that_goes_on(
    bench: Bench, queue: Queue, clock: FakeClock
) -> None:
    changed(bench, clock, *[f"P{n:03}" for n in range(150)])
    poll(bench.context("product"), queue.put, clock=clock, stop=lambda: True)
    clock.advance(600)
    changed(bench, clock, "A1")  # behind the page that was read already
    poll(bench.context("product"), queue.put, clock=clock)
    assert "A1" in queue.keys


def test_a_failed_put_leaves_the_checkpoint_behind(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    changed(bench, clock, "A1")
    queue.broken = True
    with pytest.raises(RuntimeError):
        poll(bench.context("product"), queue.put, clock=clock)
    assert checkpoints.get("DEMO", "product", "erp_to_store") == (None, None)


def test_an_erp_that_is_down_leaves_the_checkpoint_behind(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    bench.erp.trouble = Retry("down")
    with pytest.raises(Retry):
        poll(bench.context("product"), queue.put, clock=clock)
    assert checkpoints.get("DEMO", "product", "erp_to_store") == (None, None)


def test_the_offset_of_the_sources_clock_moves_the_mark(bench: Bench, queue: Queue, clock: FakeClock) -> None:
    poll(bench.context("product"), queue.put, clock=clock, offset=timedelta(seconds=-30))
    assert checkpoints.get("DEMO", "product", "erp_to_store")[0] == clock.now() - timedelta(seconds=30)
