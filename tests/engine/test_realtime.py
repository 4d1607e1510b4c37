"""Orders have rules of their own: how soon they are looked for, and how often they are tried."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask

from connector.db import utcnow
from connector.engine import policy, sweeping
from connector.queue.lanes import Lane
from connector.setup import connectors, lifecycle
from connector.setup.connectors import Config
from connector.sync.context import UNKNOWN

ORDERS = Lane("DEMO", "order", "store_to_erp")
SETTINGS = {
    "erp": {"url": "https://erp.example", "username": "u", "password": "p"},
    "store": {"url": "https://shop.example", "token": "t"},
    "entities": {"order": True},
}


@pytest.fixture
def config(app: Flask) -> Config:
    connectors.create("DEMO", "", "magento", SETTINGS, "ann")
    lifecycle.initialize("DEMO", "ann")
    return connectors.get("DEMO")


def change(app: Flask, **order: Any) -> None:
    config = connectors.get("DEMO")
    connectors.save("DEMO", {"order": order}, user="ann", revision=config.revision)
    app.extensions["engine"].refresh()


def cron(app: Flask) -> str:
    (found,) = [job.cron for job in app.extensions["engine"].jobs() if job.name == f"{ORDERS}/poll"]
    return str(found)


def test_real_time_orders_are_looked_for_each_minute(app: Flask, config: Config) -> None:
    assert cron(app) == "*/15 * * * *"
    change(app, real_time=True)
    assert cron(app) == "* * * * *"


def test_the_first_look_at_orders_begins_with_the_connector(app: Flask, config: Config) -> None:
    """Years of old orders are not sent to the ERP; so many days before it was initialized may be, and what a clock
    that nobody has compared yet may hide."""
    engine = app.extensions["engine"]
    first = engine._worker.context(*ORDERS).first_order()
    assert first is not None and abs(first + UNKNOWN - utcnow()) < timedelta(minutes=5)
    change(app, days_back=3)
    assert engine._worker.context(*ORDERS).first_order() == first - timedelta(days=3)


@pytest.mark.parametrize("shipments", [True, False])
def test_a_run_of_orders_looks_for_their_shipments_too(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch, shipments: bool
) -> None:
    connectors.save("DEMO", {"entities": {"shipment": shipments}}, user="ann", revision=config.revision)
    engine, looked = app.extensions["engine"], list[Lane]()
    engine.refresh()
    monkeypatch.setattr(sweeping.preflight, "lines", lambda connections, connector: [])
    monkeypatch.setattr(engine._jobs, "poll", lambda lane, stop: looked.append(lane) or "2 records seen, 2 put")
    sweeping.Sweeper(engine._jobs, Event()).run(ORDERS, "complete", lambda: iter(()))
    assert looked == ([Lane("DEMO", "shipment", "erp_to_store")] if shipments else [])


def tries(app: Flask, lane: Lane) -> int:
    engine = app.extensions["engine"]
    return policy(connectors.get("DEMO"), engine._worker, lane, 30).retry_count


def test_orders_have_a_number_of_tries_of_their_own(app: Flask, config: Config) -> None:
    change(app, retries=7)
    assert tries(app, ORDERS) == 7
    assert tries(app, Lane("DEMO", "price", "erp_to_store")) == 3
    change(app, retry_failed=False)
    assert tries(app, ORDERS) == 1
