"""From a unit of the queue to the sync room and back: what the engine makes of trouble that is not the message's."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.db import db
from connector.engine.systems import Tables
from connector.engine.work import Worker
from connector.errors import Retry
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.reading import history
from connector.queue.repairing import overrides
from connector.queue.wake import Bell
from connector.queue.working import claim
from connector.queue.working.work import Unit
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


def test_what_a_person_has_edited_goes_for_that_message_only(
    app: Flask, worker: Worker, fixed: Fixed, clock: FakeClock
) -> None:
    fixed.erp.set(price("A1", "10"))
    fixed.store.products["A1"] = StoreProduct("A1", target_id="1")
    for origin, wanted in (("edit", Decimal("12.50")), ("push", Decimal("10"))):
        inbox.put(LANE, [inbox.Item("A1")], now=clock.now(), origin=origin)
        taken = claim.claim(LANE, 1, worker="one", lease_seconds=30, now=clock.now())
        row = history.message(taken[0].id)
        overrides.add(row, {"price": ("10", "12.50")}, user="otto", reason="The supplier said so.")  # type: ignore[arg-type]
        ours = partial(set, [taken[0].id])
        (verdict,) = worker.work(Unit(LANE, tuple(taken), ours)).verdicts
        assert verdict.word is None and fixed.store.prices["A1"] == wanted
        assert (overrides.listed([taken[0].id])[0].used_at is not None) == (origin == "edit")
        with db.write() as connection:
            connection.execute(Message.__table__.update().values(status="succeeded"))
