"""A system that does not answer is left alone by windows and polls alike, and comes back by itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import responses
from flask import Flask
from requests.exceptions import ConnectionError as Refusing

from connector.clock import FakeClock
from connector.engine import Engine
from connector.errors import Retry
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.working import claim
from connector.queue.working.launches import JobRun
from connector.queue.working.work import Unit
from connector.setup import connectors, lifecycle
from connector.watch import breaker
from connector.watch.breaker import FIRST, THRESHOLD

ORDERS = Lane("DEMO", "order", "store_to_erp")
SHOP = "https://shop.example"
SETTINGS = {
    "erp": {"url": "https://erp.example", "username": "u", "password": "p"},
    "store": {"url": SHOP, "token": "t"},
    "entities": {"order": True},
    "clock": {"automatic": False},
}


@pytest.fixture
def engine(app: Flask) -> Engine:
    connectors.create("DEMO", "", "magento", SETTINGS, "ann")
    lifecycle.initialize("DEMO", "ann")
    found: Engine = app.extensions["engine"]
    found._worker.breakers.clock = FakeClock()
    return found


def poll(engine: Engine) -> Any:
    (job,) = [job for job in engine.jobs() if job.name == f"{ORDERS}/poll"]
    clock = engine._worker.breakers.clock
    return job.run(JobRun("one", clock, engine.bell, threading.Event()))


def state(engine: Engine) -> list[str]:
    return [f"{one.side} {one.state}" for one in breaker.states(["DEMO"]).get("DEMO", [])]


@responses.activate
def test_windows_and_polls_leave_it_alone_and_one_try_brings_everything_back(engine: Engine) -> None:
    responses.add_callback("GET", f"{SHOP}/rest/all/V1/orders", callback=refuse)
    for _ in range(THRESHOLD):
        with pytest.raises(Retry, match="cannot be reached"):
            poll(engine)
    assert state(engine) == ["store open"]
    with pytest.raises(Retry, match="left alone until"):
        poll(engine)
    assert len(responses.calls) == THRESHOLD, "nobody was called"
    assert isinstance(worked(engine), Retry) and len(responses.calls) == THRESHOLD
    engine._worker.breakers.clock.advance(FIRST)  # type: ignore[attr-defined]
    responses.replace("GET", f"{SHOP}/rest/all/V1/orders", json={"items": [], "total_count": 0})
    assert poll(engine) == "0 records seen, 0 put"
    assert state(engine) == []


def refuse(request: Any) -> Any:
    raise Refusing("Connection refused")


def worked(engine: Engine) -> Any:
    """The word for a message that comes meanwhile; it burns no try."""
    inbox.put(ORDERS, [inbox.Item("000000001")])
    taken = claim.claim(ORDERS, 1, worker="one", lease_seconds=30, now=engine.clock.now())
    report = engine.work(Unit(ORDERS, tuple(taken), lambda: {one.id for one in taken}))
    word = report.verdicts[0].word
    assert isinstance(word, Retry) and word.away and word.code == breaker.CODE
    return word
