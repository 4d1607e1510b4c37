"""The Health page: the state of each side and who must do what, the allowance, processes, leases, Try now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event as hooks
from sqlalchemy import select

from connector import events
from connector.db import db, utcnow
from connector.queue import leases
from connector.setup import connectors, lifecycle
from connector.watch import breaker
from connector.watch.breaker import THRESHOLD, Breakers
from connector.watch.meter import Meter, Taken
from tests.web import seed
from tests.web.operating import text_of
from tests.web.people import Client

PAGE = "/health"
BASES = {"erp": "https://erp.test", "store": "https://shop.test"}


@pytest.fixture(autouse=True)
def shop(app: Flask) -> None:
    seed.configured()
    lifecycle.initialize("DEMO", "olga")


def fails(url: str, status: int | None = None, entity: str = "price") -> None:
    Breakers().note("DEMO", entity, [{"url": url, "status": status}] * THRESHOLD, BASES)


def test_all_is_well(viewer: Client) -> None:
    text = text_of(viewer.get(PAGE).text)
    assert text.count("Answers") == 2 and "No process works" in text and "Nobody holds a lease" in text


def test_a_side_that_nobody_answers_at_says_so_and_when_it_is_tried(operator: Client) -> None:
    fails("https://shop.test/rest")
    text = text_of(operator.get(PAGE).text)
    assert "Left alone for now" in text and "Nobody answers there" in text and "Tried again by itself" in text
    assert "none is lost" in text and "Try now" in text


def test_one_entity_alone_is_named(operator: Client) -> None:
    fails("https://erp.test/entity", 503, "order_status")
    text = text_of(operator.get(PAGE).text)
    assert "order status" in text and "answered 503" in text and text.count("Answers") == 2


def test_refused_credentials_say_who_must_do_what(viewer: Client, admin: Client) -> None:
    connectors.need_attention("DEMO", "Acumatica refused the user name or the password.")
    assert "Rests as well" in text_of(viewer.get(PAGE).text)
    assert "An administrator has to correct the credentials" in text_of(viewer.get(PAGE).text)
    page = admin.get(PAGE)
    assert "All calls have stopped" in text_of(page.text) and "/connectors/DEMO/settings/connection" in page.text


def test_the_licence_meter_counts_over_all_processes(viewer: Client) -> None:
    config = connectors.get("DEMO")
    connectors.save("DEMO", {"erp": {"requests_per_minute": 50}}, user="ann", revision=config.revision)
    for worker in ("a", "b"):
        Meter(worker).write({f"DEMO/{config.erp}": Taken(10, sessions=1, seats=2)})
    page = viewer.get(PAGE)
    assert "20 of 50" in text_of(page.text) and "2 of 4" in text_of(page.text) and "2 processes" in text_of(page.text)
    assert '<meter id="meter-DEMO-erp" min="0" max="100" high="80" value="40">' in page.text


def test_processes_and_leases_are_listed(viewer: Client) -> None:
    now = utcnow()
    leases.beat("host-1", "worker", now=now)
    leases.beat("host-2", "web", now=now - timedelta(minutes=5))
    leases.take("DEMO/price/erp_to_store/poll", "host-1", seconds=30, now=now)
    leases.take("SECRET/price/erp_to_store/poll", "host-1", seconds=30, now=now)
    text = text_of(viewer.get(PAGE).text)
    assert "Works" in text and "Silent" in text and "DEMO/price/erp_to_store/poll" in text
    assert "SECRET" not in text, "of a connector that this person does not see"


def test_try_now_is_for_operators_and_stands_in_the_log(operator: Client) -> None:
    fails("https://shop.test/rest")
    page = operator.post(f"{PAGE}/DEMO/store/try", follow_redirects=True)
    assert "tries the Store" in text_of(page.text)
    (one,) = breaker.states(["DEMO"])["DEMO"]
    assert one.retry_at <= utcnow()
    with db.read() as connection:
        newest = connection.execute(select(events.Event.user, events.Event.message).order_by(events.Event.id.desc()))
        assert newest.first() == ("otto", "The store is to be tried at once.")
    assert "not held back" in text_of(operator.post(f"{PAGE}/DEMO/erp/try", follow_redirects=True).text)
    assert operator.post(f"{PAGE}/DEMO/moon/try").status_code == 404


def test_it_costs_the_same_with_many_connectors(viewer: Client, app: Flask) -> None:
    def statements() -> int:
        seen: list[str] = []
        hooks.listen(db.engine, "before_cursor_execute", note := lambda *a: seen.append(a[2]))
        viewer.get(PAGE)
        hooks.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    before = statements()
    for number in range(5):
        seed.configured(f"MORE{number}")
    assert statements() == before
