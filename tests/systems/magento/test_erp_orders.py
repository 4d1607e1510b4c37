"""Orders that were entered in the ERP, put into the store's account of the buyer, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Outcome, Skip, Wait
from connector.records import Address, Line, Order
from connector.systems.base import Written
from tests.systems.magento.furniture import settled
from tests.systems.magento.sales import order as stored
from tests.systems.magento.shop import Shop, listing

DEMO = {"connector": {"id": "DEMO"}}
HOME = Address(
    lines=("1 Main",), city="Austin", region="TX", postcode="78701", country="US", phone="1", email="a@b.test"
)
MADE = Order(
    "SO/SO9000", currency="USD", customer_name="Ann Lee", billing=HOME, delivery=HOME,
    lines=(Line("1", "mug", Decimal(2), Decimal(10), discount=Decimal(1), tax=Decimal("1.5")),),
    shipping_amount=Decimal(5), tax=Decimal("1.5"), total=Decimal("25.5"), ship_via="UPS",
)  # fmt: skip


def open_shop(shop: Shop, *customers: dict[str, Any], orders: tuple[dict[str, Any], ...] = ()) -> Shop:
    settled(shop).answer("GET", "/orders", listing(list(orders)))
    shop.answer("GET", "/products", listing([{"id": 36, "sku": "MUG", "name": "Mug", "type_id": "simple"}]))
    shop.answer("GET", "/customers/search", listing(list(customers)))
    shop.answer("PUT", "/orders/create", {"entity_id": 15, "increment_id": "000000012"})
    return shop


def told(shop: Shop, record: Order, known: str = "") -> Written:
    (written,) = shop.magento(DEMO).write_many([record], known={record.key: known} if known else {})
    return written


def test_an_order_of_the_erp_is_a_raw_order_of_the_store_with_our_mark(shop: Shop) -> None:
    open_shop(shop, {"id": 4, "group_id": 2, "website_id": 1, "firstname": "Ann", "lastname": "Lee"})
    written = told(shop, MADE)
    entity = shop.writes()[0].body["entity"]
    assert (entity["ext_order_id"], entity["customer_id"], entity["store_id"]) == ("DEMO | SO/SO9000", 4, 1)
    amounts = {
        name: entity[name] for name in ("subtotal", "discount_amount", "shipping_amount", "tax_amount", "grand_total")
    }
    assert amounts == {
        "subtotal": 20, "discount_amount": -1, "shipping_amount": 5, "tax_amount": 1.5, "grand_total": 25.5,
    }  # fmt: skip
    assert entity["items"][0]["product_id"] == 36 and entity["items"][0]["sku"] == "MUG"
    assert entity["billing_address"]["region_id"] == 57 and entity["shipping_description"] == "UPS"
    assert written.created and written.target_id == "15" and "not reserved" in written.fields["notes"][0]


def test_a_buyer_without_an_account_is_a_guest(shop: Shop) -> None:
    open_shop(shop, {"id": 4, "website_id": 2})
    told(shop, MADE)
    entity = shop.writes()[0].body["entity"]
    assert entity["customer_is_guest"] == 1 and "customer_id" not in entity


def test_an_order_is_put_in_once(shop: Shop) -> None:
    open_shop(shop, orders=({"entity_id": 15, "ext_order_id": "DEMO | SO/SO9000"},))
    assert told(shop, MADE).target_id == "15"
    assert isinstance(told(shop, MADE, "15").problem, Skip) and not shop.writes()
    assert getattr(shop.magento(DEMO).find_like("order", [MADE])["SO/SO9000"], "target_id", "") == "15"
    assert isinstance(shop.magento().delete("order", "SO/SO9000", "15").problem, Skip)


@pytest.mark.parametrize(
    ("changes", "word", "text"),
    [
        ({"currency": "EUR"}, Fail, "is in EUR"),
        ({"lines": ()}, Fail, "no lines"),
        ({"lines": (Line("1", "CUP", Decimal(1)),)}, Wait, "no product CUP"),
        ({"billing": None, "delivery": None}, Fail, "no e-mail"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(
    shop: Shop, changes: dict[str, Any], word: type[Outcome], text: str
) -> None:
    values = {"currency": "USD", "billing": HOME, "delivery": HOME, "lines": MADE.lines, "total": Decimal(1)} | changes
    problem = told(open_shop(shop), Order("SO/1", **values)).problem
    assert isinstance(problem, word) and text in problem.reason and not shop.writes()


def test_it_does_not_come_back_as_an_order_of_the_shop(shop: Shop) -> None:
    ours = {"entity_id": 15, "increment_id": "12", "updated_at": "2026-11-21 08:00:00", "ext_order_id": "DEMO | SO/1"}
    others = {"entity_id": 16, "increment_id": "13", "updated_at": "2026-11-21 08:00:00", "ext_order_id": "POS-7"}
    shop.answer("GET", "/orders", listing([ours, others]))
    assert [change.key for change in shop.magento().changed_since("order", None).changes] == ["13"]


def test_it_is_not_read_as_one_either(shop: Shop) -> None:
    settled(shop).answer("GET", "/orders", listing([stored([], ext_order_id="DEMO | SO/1")]))
    assert shop.magento().read_many("order", ["000000007"]) == {}
