"""A small house with a real queue between a small ERP and a small store in memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from connector.clock import FakeClock
from connector.db import db
from connector.engine.systems import Connections, Tables
from connector.engine.work import Worker
from connector.queue import inbox, runner
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.runner import Policy
from connector.queue.wake import Bell
from connector.records import ERP_TO_STORE, INVENTORY, PRICE, PRODUCT, Record, StoreProduct
from connector.setup import settings
from connector.setup.rows import Config
from connector.sync import bindings
from connector.systems import held
from connector.systems.base import Written
from connector.watch import brakes
from connector.watch.brakes import Limits
from tests.fakes import FakeErp, FakeStore, price, product, stock

CONNECTOR = "DEMO"
KEYS = [f"A{number:03}" for number in range(30)]
BRAKE = {"enabled": True, "share": 20, "minimum": 5, "factor": 20, "pause": 3}


class Store(FakeStore):
    """A store to which nothing happens while requests are held back, as with the real ones."""

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        if held.holder() is None:
            return super().write_many(records, known=known)
        before = [each.copy() for each in (self.products, self.prices, self.stock)]
        written, number = super().write_many(records, known=known), len(self.writes)
        self.products, self.prices, self.stock = before  # type: ignore[assignment]
        del self.writes[number - 1 :]
        return written


class House(Connections):
    """Connections to two fakes, and the worker over them."""

    def __init__(self, app: Flask, clock: FakeClock) -> None:
        super().__init__()
        self.app, self.clock, self.bell = app, clock, Bell()
        self.erp, self.store = FakeErp(), Store()
        self.values: dict[str, dict[str, Any]] = {
            part.name: {one.name: one.default for one in part.settings} for part in settings.OWN
        }
        self.values["entities"] = {name: name in (PRODUCT, PRICE, INVENTORY) for name in self.values["entities"]}
        self.values["brake"] = dict(BRAKE)
        self.worker = Worker(app, self, self.bell, lambda: None)
        self.worker.judge.clock = clock

    def config(self, connector_id: str) -> Config:
        return Config(connector_id, "", True, "acumatica", "magento", "active", "", 1, self.values)

    def tables(self, connector_id: str) -> Tables:
        return Tables({}, {}, (), None)

    def systems(self, connector_id: str) -> Any:
        return SimpleNamespace(erp=self.erp, store=self.store)

    def mirror(self) -> None:
        """Let the store tell of its products what it was told of their prices and stock."""
        for key, one in self.store.products.items():
            amounts = (("default", self.store.stock.get(key, Decimal(0))),)
            self.store.products[key] = replace(one, price=self.store.prices.get(key), quantities=amounts)

    def bases(self, connector_id: str) -> dict[str, str]:
        return {}

    # --- what the tests do

    def lane(self, entity: str) -> Lane:
        return Lane(CONNECTOR, entity, ERP_TO_STORE)

    def fill(self) -> None:
        """Everything that the ERP has is in the store."""
        for key in KEYS:
            self.erp.set(product(key))
            self.erp.set(price(key, "10.00"))
            self.erp.set(stock(key, "7"))
            self.store.products[key] = StoreProduct(key, target_id=f"id-{key}", name=f"Name of {key}")
        bindings.adopt(CONNECTOR, PRODUCT, {key: f"id-{key}" for key in KEYS}, sure=True)
        for entity in (PRICE, INVENTORY):
            self.put(entity, KEYS)
            self.drain(entity)
        self.store.writes.clear()
        self.clock.advance(3600)

    def put(self, entity: str, keys: Sequence[str], origin: str = "push") -> None:
        inbox.put(self.lane(entity), [inbox.Item(key) for key in keys], origin=origin, now=self.clock.now())

    def drain(self, entity: str, batch: int = 10) -> None:
        policy = Policy(threshold=0, batch=batch, batchable=True, parallel=2)
        runner.run_window(
            self.lane(entity), self.worker.work, policy, worker="one", clock=self.clock, bell=self.bell,
            stop=threading.Event(), until_empty=True,
        )  # fmt: skip

    def statuses(self, entity: str) -> Counter[str]:
        """Of the messages that came after the house was filled."""
        c = Message.__table__.c
        with db.read() as connection:
            rows = connection.execute(select(c.status, c.reason).where(c.entity == entity, c.id > 2 * len(KEYS)))
            return Counter(row.status for row in rows)

    def look_after(self) -> str:
        return brakes.look_after(lambda id: Limits.of(self.values["brake"]), clock=self.clock)
