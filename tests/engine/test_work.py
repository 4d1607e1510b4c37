"""From a unit of the queue to the sync room and back: what the engine makes of trouble that is not the message's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.engine.systems import Tables
from connector.engine.work import Worker
from connector.errors import Retry
from connector.queue import claim, inbox
from connector.queue.lanes import Lane
from connector.queue.wake import Bell
from connector.queue.work import Unit
from connector.records import ERP_TO_STORE, PRICE, StoreProduct
from tests.fakes import FakeErp, FakeStore, price

LANE = Lane("DEMO", PRICE, ERP_TO_STORE)


class Fixed:
    """Connections to two fakes."""

    def __init__(self) -> None:
        self.erp, self.store = FakeErp(), FakeStore()

    def config(self, connector_id: str) -> Any:
        return SimpleNamespace(id=connector_id, attention="", values={}, enabled=lambda entity: True,
                               section=lambda name: {"batch_count": 25})  # fmt: skip

    def tables(self, connector_id: str) -> Tables:
        return Tables({}, {}, (), None)

    def bases(self, connector_id: str) -> dict[str, str]:
        return {}

    def taken(self) -> dict[str, Any]:
        return {}

    def systems(self, connector_id: str) -> Any:
        return SimpleNamespace(erp=self.erp, store=self.store)


@pytest.fixture
def unit(app: Flask, clock: FakeClock) -> Unit:
    inbox.put(LANE, [inbox.Item("A1")], now=clock.now())
    taken = claim.claim(LANE, 1, worker="one", lease_seconds=30, now=clock.now())
    return Unit(LANE, tuple(taken), lambda: {message.id for message in taken})


@pytest.fixture
def fixed() -> Fixed:
    return Fixed()


@pytest.fixture
def worker(app: Flask, fixed: Fixed) -> Worker:
    return Worker(app, fixed, Bell(), lambda: None)  # type: ignore[arg-type]


def test_a_restart_of_our_own_database_is_tried_again_and_not_held_against_the_message(
    worker: Worker, fixed: Fixed, unit: Unit
) -> None:
    def restart(records: object) -> None:
        raise OperationalError("UPDATE binding", {}, Exception("terminating connection\ndue to a command"))

    fixed.erp.set(price("A1", "10"))
    fixed.store.products["A1"] = StoreProduct("A1", target_id="1")
    fixed.store.after = restart
    (verdict,) = worker.work(unit).verdicts
    assert isinstance(verdict.word, Retry) and verdict.word.unknown and verdict.wrote
    assert verdict.summary == "The connector's own database was away: terminating connection"
