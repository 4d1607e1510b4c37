"""Orders that were entered in the ERP, on their way to the store: which go, in whose words, and what follows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from flask import Flask

from connector.errors import Skip
from connector.records import Customer, Line, Order, OrderStatus, Payment, Shipment, Track
from connector.sync import bindings
from connector.sync.perform import Result
from tests.sync.both import Both

ENTERED = Order(
    "SO/SO0007",
    status="Open",
    erp_type="SO",
    erp_customer="C7",
    branch="NORTH",
    ship_via="LOCAL",
    lines=(Line("1", "A", D(2), D("10.00")),),
    total=D("20.00"),
    payments=(Payment("CHECK", D("20.00"), erp_method="CHECK"),),
)


@pytest.fixture
def both(app: Flask) -> Both:
    found = Both(settings={"order": {"types": ["SO", "CT"], "confirmed_shipment": False}})
    found.tables = {
        "branch": [{"store": "nl", "erp": "NORTH", "more": {"website": "dutch"}}],
        "payment": [{"store": "checkmo", "erp": "CHECK"}],
        "shipping_in": [{"store": "flatrate_flatrate", "erp": "LOCAL"}],
        "status_out": [{"store": "complete", "erp": "Completed"}],
    }
    return found


def send(both: Both, order: Order = ENTERED, origin: str = "poll") -> Result:
    both.erp.put(order)
    return both.go("order", "erp_to_store", order.key, origin)


def test_an_order_from_before_the_connector_stays_where_it_is(both: Both) -> None:
    both.began = datetime(2026, 3, 1, tzinfo=UTC)
    old = replace(ENTERED, placed_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert isinstance(send(both, old).word, Skip) and both.store.written == []
    assert send(both, replace(old, placed_at=datetime(2026, 3, 1, tzinfo=UTC))).word is None


def test_an_order_of_the_erp_goes_once_and_in_the_stores_words(both: Both) -> None:
    """SYN-30: what follows it (status, shipment) finds it in the store."""
    assert send(both).word is None
    (sent,) = both.store.written
    assert isinstance(sent, Order) and (sent.store, sent.website) == ("nl", "dutch")
    assert (sent.shipping_method, sent.shipping_title, sent.payments[0].method) == (
        "flatrate_flatrate", "LOCAL", "checkmo",
    )  # fmt: skip
    assert isinstance(send(both, replace(ENTERED, total=D("21.00"))).word, Skip) and len(both.store.written) == 1
    both.erp.put(OrderStatus(ENTERED.key, status="Completed", shipped=True))
    both.erp.put(Shipment("0001", order=ENTERED.key, tracks=(Track("1Z"),)))
    assert both.go("order_status", "erp_to_store", ENTERED.key).word is None
    assert both.go("shipment", "erp_to_store", "0001").word is None
    assert [one.store_id for one in both.store.written[1:]] == [both.store.created[0]] * 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"erp_type": "RC"}, "of type RC: only SO, CT"),
        ({"status": "On Hold"}, "is On Hold"),
        ({"status": "Canceled"}, "is Canceled"),
        ({"reference": "000000012", "description": "OTHER | base order 000000012"}, "came from a store"),
    ],
)
def test_what_does_not_belong_in_the_store_stays_in_the_erp(both: Both, changes: dict[str, Any], said: str) -> None:
    result = send(both, replace(ENTERED, **changes))
    assert isinstance(result.word, Skip) and said in result.summary and both.store.written == []


def test_an_order_that_came_from_this_store_does_not_go_back(both: Both) -> None:
    bindings.adopt("DEMO", "order", {"000000012": ENTERED.key}, sure=True)
    assert "came from a store" in send(both, origin="person").summary and both.store.written == []


def test_only_customers_that_are_synced_and_a_person_may_ask_for_any(both: Both) -> None:
    """CFG-04, CFG-10."""
    both.settings["customer"] = {"classes": ["B2B"]}
    both.erp.put(Customer("C7", email="anna@example.com", customer_class="WEB"))
    assert "of a class that is not synced" in send(both).summary
    assert send(both, origin="person").word is None
    both.erp.put(Customer("C7", email="anna@example.com", customer_class="B2B"))
    assert send(both, replace(ENTERED, key="SO/SO0008")).word is None
