"""Each safety is needed: take it away, and the judge finds something.

Whole path here (inbox, claim, perform, settle) over the fake systems, without processes: another worker acts at
exactly the wrong moment. What the rooms show for themselves is not repeated:

- natural-key look-up: tests/sync/test_perform.py, test_without_the_natural_key_look_up_it_would_be_created_twice
- version compare: tests/sync/test_perform.py, test_without_the_version_compare_it_would; here end to end as well
- fence before the write: tests/sync/test_perform.py, test_without_the_fence_it_would_be
- unique pending key and fencing in the table itself: tests/queue
- orders, shipments and customers: tests/torture/test_sabotage_trade.py
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.queue import inbox, runner
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.runner import Policy
from connector.queue.wake import Bell
from connector.queue.working import claim
from connector.queue.working.safety import sabotaged
from connector.queue.working.work import Report, Unit, Verdict
from connector.records import ERP_TO_STORE, PRICE, Record, StoreProduct
from connector.sync import bindings, catalogue
from connector.sync.context import Context
from connector.sync.perform import perform
from connector.sync.safety import sabotage
from tests.fakes import FakeErp, FakeStore, price
from tests.torture import checker

KEY = "A1"
LANE = Lane("DEMO", PRICE, ERP_TO_STORE)
POLICY = Policy(retry_count=5, retry_interval=1, lease_seconds=30)
UNIQUE = ("ux_message_pending", "ux_message_running")
Moment = Callable[[], None]


@dataclass
class Scene:
    """One record, two systems, and workers that take turns. `erp_line` and `shop_line` are the journals."""

    app: Flask
    clock: FakeClock = field(default_factory=FakeClock)
    erp: FakeErp = field(default_factory=FakeErp)
    store: FakeStore = field(default_factory=FakeStore)
    erp_line: list[dict[str, Any]] = field(default_factory=list)
    shop_line: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.products[KEY] = StoreProduct(KEY, target_id="1")
        bindings.adopt("DEMO", "product", {KEY: self.store.products[KEY]})
        self.store.after = self._note

    def _note(self, records: Sequence[Record]) -> None:
        told = {"price": float(self.store.prices[KEY])}
        self.shop_line.append(
            {"n": len(self.shop_line) + 1, "request": 0, "effect": "price", "key": KEY, "after": told}
        )

    def change(self, amount: int) -> None:
        """Somebody edits the price in the ERP, and the push comes in."""
        before = self.erp_line[-1]["after"]["DefaultPrice"] if self.erp_line else None
        line = {"effect": "price", "key": KEY, "before": {"DefaultPrice": before}, "after": {"DefaultPrice": amount}}
        self.erp_line.append(line)
        self.erp.set(price(KEY, str(amount), version=len(self.erp_line)))
        inbox.put(LANE, [inbox.Item(KEY, version=len(self.erp_line))], now=self.clock.now())

    def worker(self, name: str) -> None:
        """A worker does everything that it can get hold of now."""
        stop = threading.Event()
        runner.run_window(
            LANE, self.work, POLICY, worker=name, clock=self.clock, bell=Bell(), stop=stop, until_empty=True
        )

    def work(self, unit: Unit) -> Report:
        context = Context("DEMO", catalogue.find(PRICE), self.erp, self.store)
        with self.app.app_context():
            results = perform(context, unit.messages, unit.ours)
        return Report([Verdict(result.task_id, result.word, result.summary, result.wrote) for result in results])

    def lease_ends(self) -> None:
        self.clock.advance(POLICY.lease_seconds + 1)
        claim.reclaim(self.clock.now())

    def rest(self) -> None:
        """Time passes and a worker is there: whatever can be repaired is."""
        for _ in range(5):
            self.lease_ends()
            self.worker("later")
            self.clock.advance(timedelta(hours=1).total_seconds())

    def once(self, act: Moment) -> Callable[[Sequence[Any]], None]:
        """A hook that does `act` the first time only."""
        open_ = [act]

        def hook(records: Sequence[Any]) -> None:
            if open_:
                open_.pop()()

        return hook

    def found(self) -> dict[str, Any]:
        """What the judge of the torture test says about it."""
        truth = checker.truth(self.erp_line, {}, {})
        truth.last[KEY, "price"] = self.erp_line[-1]["after"]["DefaultPrice"]
        verdict = checker.judge(truth, checker.store(self.shop_line))
        return {name: verdict[name] for name in ("lost", "stale", "repaired", "unknown") if verdict[name]}


@pytest.fixture
def scene(any_app: Flask) -> Scene:
    return Scene(any_app)


@contextmanager
def without_unique_key() -> Iterator[None]:
    """The table without its two unique indexes, and the code that does not count on them."""
    made = [index for index in Message.__table__.indexes if index.name in UNIQUE]
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


def a_change_while_the_one_before_is_on_its_way(scene: Scene) -> None:
    """Worker one is about to send 1; meanwhile the price becomes 2, and worker two looks for work."""

    def meanwhile() -> None:
        scene.change(2)
        scene.worker("two")

    scene.change(1)
    scene.store.before = scene.once(meanwhile)
    scene.worker("one")
    scene.rest()
    assert scene.found() == {}


def test_two_workers_never_have_one_record_in_hand(scene: Scene) -> None:
    a_change_while_the_one_before_is_on_its_way(scene)


def test_without_the_unique_key_the_older_value_lands_last(scene: Scene) -> None:
    with without_unique_key(), pytest.raises(AssertionError, match="stale"):
        a_change_while_the_one_before_is_on_its_way(scene)


def a_worker_that_sleeps_between_its_last_look_and_the_call(scene: Scene) -> None:
    """Worker one is stopped with the request in hand, for longer than its lease, and then sends it all the same."""

    def meanwhile() -> None:
        scene.change(2)
        scene.lease_ends()
        scene.worker("two")

    scene.change(1)
    scene.store.before = scene.once(meanwhile)
    scene.worker("one")
    scene.rest()
    assert set(scene.found()) <= {"repaired"}


def test_what_a_sleeper_sent_too_late_is_written_over_again(scene: Scene) -> None:
    a_worker_that_sleeps_between_its_last_look_and_the_call(scene)
    assert [row["after"] for row in scene.found()["repaired"]] == [2]


def test_without_fencing_what_a_sleeper_sent_too_late_stays(scene: Scene) -> None:
    with sabotaged("fencing"), pytest.raises(AssertionError, match="stale"):
        a_worker_that_sleeps_between_its_last_look_and_the_call(scene)


def a_worker_that_sleeps_before_its_last_look(scene: Scene) -> None:
    """Worker one has read 1 and is stopped for longer than its lease; worker two writes 2."""
    read_many = scene.erp.read_many

    def slow(entity: str, keys: Sequence[str]) -> dict[str, Record]:
        found = read_many(entity, keys)
        asleep(keys)
        return found

    def meanwhile() -> None:
        scene.change(2)
        scene.lease_ends()
        scene.worker("two")

    asleep = scene.once(meanwhile)
    scene.erp.read_many = slow  # type: ignore[method-assign]
    scene.change(1)
    scene.worker("one")
    scene.rest()
    assert scene.found() == {}


def test_what_a_sleeper_read_too_early_is_not_sent(scene: Scene) -> None:
    a_worker_that_sleeps_before_its_last_look(scene)


def test_the_version_alone_keeps_it_back(scene: Scene) -> None:
    with sabotage(fence_before_write=False), sabotaged("fencing"):
        a_worker_that_sleeps_before_its_last_look(scene)


def test_the_fence_alone_keeps_it_back(scene: Scene) -> None:
    with sabotage(version_compare=False):
        a_worker_that_sleeps_before_its_last_look(scene)


def test_without_version_and_fence_it_would_be_sent(scene: Scene) -> None:
    with (
        sabotage(version_compare=False, fence_before_write=False),
        sabotaged("fencing"),
        pytest.raises(AssertionError, match="stale"),
    ):
        a_worker_that_sleeps_before_its_last_look(scene)
