"""Clocks: what is measured, stored and used when changes are looked for; the lines before a manual run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.engine import clocks, preflight
from connector.engine.clocks import Corrector
from connector.errors import Outcome, Refused, Retry
from connector.setup import connectors
from connector.setup.connectors import Config, Systems
from connector.sync import checkpoints
from connector.systems import registry
from tests.fakes import FakeErp, FakeStore
from tests.setup.changes import logged
from tests.setup.house import PaperErp, PaperStore, make


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper systems are in the registry."""
    for kind in (PaperErp, PaperStore):
        monkeypatch.setitem(registry.SYSTEMS, kind.name, f"tests.setup.house:{kind.__name__}")


class Ticking(FakeErp):
    """An ERP with a clock that is `ahead` seconds ahead of the test's."""

    def __init__(self, clock: FakeClock, ahead: float | None = 0.0) -> None:
        super().__init__()
        self.test_clock, self.ahead, self.asked = clock, ahead, 0
        self.refuses: Outcome | None = None

    def now(self) -> datetime | None:
        self.asked += 1
        if self.refuses:
            raise self.refuses
        self.test_clock.advance(2)  # the way there and back
        return None if self.ahead is None else self.test_clock.now() + timedelta(seconds=self.ahead - 1)


def config(**clock: Any) -> Config:
    make(clock=clock)
    return connectors.get("ONE")


def stored() -> int:
    return int(connectors.get("ONE").section("clock")["erp_offset"])


def test_half_of_the_way_is_taken_off(clock: FakeClock) -> None:
    assert clocks.measure(Ticking(clock, 600), clock)[0] == 600
    assert clocks.measure(Ticking(clock, None), clock) == (None, None)


def test_automatic_mode_corrects_at_poll_time_without_a_click(any_app: Flask, clock: FakeClock) -> None:
    erp = Ticking(clock, 600)
    assert Corrector(clock).offset(config(), "erp", erp) == timedelta(seconds=600)
    assert stored() == 600
    assert any("clock is 600 s ahead" in event.message for event in logged("ONE"))


def test_it_measures_now_and_then_and_leaves_small_drift(app: Flask, clock: FakeClock) -> None:
    erp, corrector = Ticking(clock, 3), Corrector(clock)
    for _ in range(3):
        assert corrector.offset(config() if erp.asked == 0 else connectors.get("ONE"), "erp", erp) == timedelta(0)
    assert erp.asked == 1 and stored() == 0
    clock.advance(clocks.AGAIN)
    erp.ahead = -90
    assert corrector.offset(connectors.get("ONE"), "erp", erp) == timedelta(seconds=-90) and stored() == -90


def test_manual_mode_uses_what_is_stored(app: Flask, clock: FakeClock) -> None:
    erp = Ticking(clock, 600)
    found = Corrector(clock).offset(config(automatic=False, erp_offset=40), "erp", erp)
    assert found == timedelta(seconds=40) and erp.asked == 0 and stored() == 40


def test_a_source_that_is_away_keeps_the_stored_difference(app: Flask, clock: FakeClock) -> None:
    erp = Ticking(clock)
    erp.refuses = Retry("Away.")
    assert Corrector(clock).offset(config(erp_offset=7), "erp", erp) == timedelta(seconds=7)
    erp.refuses = Refused("No.")
    with pytest.raises(Refused):
        Corrector(clock).offset(connectors.get("ONE"), "erp", erp)


def test_marks_go_back_when_a_clock_was_behind_all_the_time(app: Flask, clock: FakeClock) -> None:
    made, mark = config(), clock.now()
    with db.write() as connection:
        for entity, direction in (("price", "erp_to_store"), ("order", "store_to_erp")):
            checkpoints.save(connection, "ONE", entity, direction, mark, None)
    clocks.keep(made, {"erp": -600}, "ann")
    assert checkpoints.get("ONE", "price", "erp_to_store")[0] == mark - timedelta(seconds=600)
    assert checkpoints.get("ONE", "order", "store_to_erp")[0] == mark, "the store's clock is another one"
    clocks.keep(connectors.get("ONE"), {"erp": 600}, "ann")
    assert checkpoints.get("ONE", "price", "erp_to_store")[0] == mark - timedelta(seconds=600), "never forward"


class House:
    """An engine of these two systems."""

    def __init__(self, erp: FakeErp, store: FakeStore) -> None:
        self.both = Systems(erp, store)

    def systems(self, connector_id: str) -> Systems:
        return self.both


def test_a_manual_run_begins_with_connection_and_clock_of_both_sides(app: Flask, clock: FakeClock) -> None:
    """CON-17."""
    config()
    erp = Ticking(clock, 0)
    rows = preflight.lines(House(erp, FakeStore()), "ONE")
    assert [row.label for row in rows] == [
        "Paper ERP connection", "Paper ERP clock", "Shelf store connection", "Shelf store clock"
    ]  # fmt: skip
    assert preflight.passed(rows)
    erp.refuses = Refused("The password is wrong.")
    rows = preflight.lines(House(erp, FakeStore()), "ONE")
    assert [(row.ok, row.text) for row in rows] == [(False, "The password is wrong.")]
    assert not preflight.passed(rows)


def test_a_clock_that_is_off_warns_and_does_not_stop_a_run(app: Flask) -> None:
    config()
    clock = FakeClock(datetime.now().astimezone() + timedelta(hours=1))
    rows = preflight.lines(House(Ticking(clock), FakeStore()), "ONE")
    assert not rows[1].ok and "ahead of what is stored" in rows[1].text and preflight.passed(rows)
