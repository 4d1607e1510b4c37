"""Each safety of orders, shipments and customers is needed: take it away, and the second judge finds something.

Both systems are in memory, another worker acts at exactly the wrong moment, and `trade_checker` says what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from connector.errors import Retry, Wait
from connector.records import Customer, Order, Record, Shipment, Shipped, Stock, Track
from connector.sync import bindings
from connector.sync.perform import Result
from connector.sync.safety import sabotage
from tests.sync.both import Both
from tests.sync.test_orders import ORDER
from tests.torture import trade_checker

NUMBER = ORDER.key
PARCEL = Shipment("0001", shipment="0001", number=NUMBER, lines=(Shipped("A", Decimal(2)),), tracks=(Track("TRK-1"),))
LOST = Retry("The answer was lost.", unknown=True)


@pytest.fixture
def both(any_app: Flask) -> Both:
    found = Both(settings={"order": {"statuses": ["processing"]}, "customer": {"default_class": "WEB"}})
    found.tables = {
        "payment": [{"store": "checkmo", "erp": "CHECK", "more": {"cash_account": "10200"}}],
        "shipping_in": [{"store": "flatrate_flatrate", "erp": "LOCAL"}],
    }
    found.store.put(ORDER)
    return found


def order(both: Both) -> Result:
    return both.go("order", "store_to_erp", NUMBER)


def ship(both: Both) -> Result:
    """The ERP has confirmed a shipment of the order, and the message comes."""
    (made,) = [id for kind, id in both.erp.records if kind == "order"]
    both.erp.put(replace(PARCEL, order=made))
    return both.go("shipment", "erp_to_store", PARCEL.key)


def losing(both: Both, side: str, work: Callable[[Both], Result]) -> Result:
    """Done, but the answer of that side never comes; then the next attempt."""
    system = both.erp if side == "erp" else both.store
    system.answer = LOST
    work(both)
    system.answer = None
    return work(both)


def found(both: Both) -> list[str]:
    """What the judge finds in what the two sides were told."""
    erp: list[dict[str, Any]] = [
        {"effect": "order_create", "after": {"ExternalRef": one.reference, "OrderTotal": float(one.total)}}
        for one in both.erp.written
        if isinstance(one, Order)
    ]
    erp += [
        {"effect": "shipment_confirm", "after": {"tracks": ["TRK-1"], "lines": [{"InventoryID": "A", "ShippedQty": 2}]}}
        for kind, _ in both.erp.records
        if kind == "shipment"
    ]
    store = [
        {"effect": "shipment", "after": {"tracks": [one.tracks[0].number], "items": [{"sku": "A", "qty": 2}]}}
        for one in both.store.written
        if isinstance(one, Shipment)
    ]
    placed = [{"increment_id": NUMBER, "base_grand_total": float(ORDER.total), "items": []}]
    verdict = trade_checker.orders(erp, placed) | trade_checker.shipments(erp, store, placed)
    people = {one.key: {"Email": one.email} for one in both.erp.records.values() if isinstance(one, Customer)}
    verdict["double_people"] = trade_checker.people(people, [], [], [])["double_people"]
    return [name for name, rows in verdict.items() if rows]


def test_an_order_whose_answer_was_lost_is_in_the_erp_once(both: Both) -> None:
    losing(both, "erp", order)
    assert order(both) and found(both) == []


def test_without_the_look_up_by_reference_it_is_there_twice(both: Both) -> None:
    both.erp.put(Customer("C7", email=ORDER.customer_email))
    with sabotage(natural_key=False):
        losing(both, "erp", order)
    assert found(both) == ["double_orders"]


def test_a_shipment_whose_answer_was_lost_is_in_the_store_once(both: Both) -> None:
    order(both)
    losing(both, "store", ship)
    assert found(both) == []


def test_without_the_look_up_of_shipments_it_is_there_twice(both: Both) -> None:
    order(both)
    with sabotage(natural_key=False):
        losing(both, "store", ship)
    assert found(both) == ["double_shipments"]


def shipped_before_we_know_of_the_order(both: Both) -> None:
    """The order is made, its answer is lost, and the ERP has shipped it before anybody has looked."""
    both.erp.put(Customer("C7", email=ORDER.customer_email))
    both.erp.answer = LOST
    order(both)
    both.erp.answer = None
    word = ship(both).word
    order(both)
    if isinstance(word, Wait):  # a skip is final
        ship(both)


def test_a_shipment_waits_for_an_order_that_is_being_made(both: Both) -> None:
    shipped_before_we_know_of_the_order(both)
    assert found(both) == []
    assert ("order", "store_to_erp", NUMBER) in both.asked


def test_without_that_the_store_never_hears_of_it(both: Both) -> None:
    with sabotage(order_first=False):
        shipped_before_we_know_of_the_order(both)
    assert found(both) == ["missing_shipments"]


def an_order_comes_while_its_buyer_is_being_made(both: Both) -> None:
    """The customers' sync is about to make the buyer; meanwhile another worker has an order of the same person."""
    both.store.put(Customer("42", email=ORDER.customer_email, first_name="Anna", last_name="Berg"))

    def meanwhile(records: Sequence[Record]) -> None:
        both.erp.before = None
        order(both)

    both.erp.before = meanwhile
    both.go("customer", "store_to_erp", "42")
    order(both)


def test_a_buyer_is_made_once(both: Both) -> None:
    an_order_comes_while_its_buyer_is_being_made(both)
    assert found(both) == []


def test_without_being_alone_at_it_there_are_two(both: Both) -> None:
    with sabotage(one_maker=False):
        an_order_comes_while_its_buyer_is_being_made(both)
    assert found(both) == ["double_people"]


def test_who_was_overtaken_makes_nobody(both: Both) -> None:
    both.overtaken = True
    assert isinstance(order(both).word, Retry)
    both.store.put(Customer("42", email=ORDER.customer_email, first_name="Anna", last_name="Berg"))
    with pytest.raises(Retry):
        both.go("customer", "store_to_erp", "42")
    assert both.erp.created == []


def stock_is_told_before_the_shipment(both: Both) -> bool:
    """The store takes what it ships off its stock, where the ERP's number was already; is it written once more?"""
    order(both)
    bindings.adopt("DEMO", "product", {"A": "A"}, sure=True)
    both.erp.put(Stock("A"))
    both.go("inventory", "erp_to_store", "A")
    ship(both)
    return ("inventory", "A") in both.again and not bindings.get_many("DEMO", "inventory", ["A"])["A"].sure


def test_what_the_store_has_taken_off_by_itself_is_written_over(both: Both) -> None:
    assert stock_is_told_before_the_shipment(both)


def test_also_when_the_answer_to_the_shipment_was_lost(both: Both) -> None:
    order(both)
    bindings.adopt("DEMO", "inventory", {"A": "A"}, sure=True)
    losing(both, "store", ship)
    assert ("inventory", "A") in both.again


def test_without_that_the_store_has_less_than_the_erp(both: Both) -> None:
    with sabotage(stock_after_shipment=False):
        assert not stock_is_told_before_the_shipment(both)
