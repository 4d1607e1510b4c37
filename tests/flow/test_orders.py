"""Orders over both sandboxes: each in the ERP once, to the cent, and what becomes of it back in the store.

SYN-26, ORD-01, ORD-05, ORD-12, CUS-01..04, SHP-01, SHP-03, SHP-05, MAP-14..18.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from connector.db import db
from tests.conftest import make_app
from tests.flow.shop import Shop, ask, configure_all, eventually, open_shop

PRODUCTS = 24
GOODS = ("tax_category", "attribute", "category", "product", "price", "inventory")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with goods in it, everything switched on."""
    folder = tmp_path_factory.mktemp("orders")
    url = f"sqlite:///{folder / 'connector.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create("orders")
    app = make_app(url, folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder / "sandbox", PRODUCTS, configure_all) as opened:
        for entity in GOODS:
            opened.poll(entity)
        opened.settle(120)
        yield opened
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def references(shop: Shop) -> Counter[str]:
    return Counter(one["fields"]["ExternalRef"] for one in shop.erp_orders())


def booked(shop: Shop, number: str) -> dict[str, object]:
    (found,) = [one for one in shop.erp_orders() if one["fields"]["ExternalRef"] == number]
    return found


def test_orders_of_every_kind_are_in_the_erp_once_and_to_the_cent(shop: Shop) -> None:
    placed = shop.place(count=12, seed=5)
    shop.poll("order")
    shop.settle(120)
    assert shop.failures() == []
    assert references(shop) == Counter(one["increment_id"] for one in placed)
    totals = {one["fields"]["ExternalRef"]: one["fields"]["OrderTotal"] for one in shop.erp_orders()}
    for one in placed:
        whole = ask("GET", f"{shop.store}/_sandbox/orders/{one['entity_id']}")
        assert Decimal(str(totals[one["increment_id"]])) == Decimal(str(whole["base_grand_total"])), one


def test_an_order_is_made_once_though_every_second_answer_is_lost(shop: Shop) -> None:
    fault = {"fault": "lost_reply", "method": "PUT", "route": "/(SalesOrder|Customer|Payment)$", "rate": 0.5}
    ask("PUT", f"{shop.erp}/_sandbox/faults", [fault])
    placed = shop.place(count=10, seed=11)
    shop.poll("order")
    shop.settle(120)
    fired = sum(one["fired"] for one in ask("GET", f"{shop.erp}/_sandbox/faults"))
    ask("PUT", f"{shop.erp}/_sandbox/faults", [])
    with shop.app.app_context():
        from connector.queue.reading.filters import Filter
        from connector.queue.repairing import repair

        repair.reprocess(Filter("DEMO", "order", "store_to_erp", "failed"), user="ann", bell=shop.engine.bell)
    shop.settle(60)
    assert fired > 0, "the fault has to strike"
    assert shop.failures() == []
    counted = references(shop)
    assert {one["increment_id"]: counted[one["increment_id"]] for one in placed} == {
        one["increment_id"]: 1 for one in placed
    }


def test_a_shipment_and_its_invoice_come_back_to_the_store(shop: Shop) -> None:
    (placed,) = shop.place(count=1, seed=21, kinds=["simple"])
    number = placed["increment_id"]
    shop.poll("order")
    eventually(lambda: references(shop)[number] == 1, "the order is booked")
    order = booked(shop, number)["order"]
    for shipment in shop.desk("ship", order=order, anyway=True)["created"]:
        shop.desk("confirm", shipment=shipment, packages=[{"TrackingNbr": "1Z999"}])
        shop.desk("invoice", shipment=shipment, release=True)
    for entity in ("shipment", "invoice", "order_status"):
        shop.poll(entity)
    eventually(lambda: shop.order(number)["status"] == "complete", "the store's order is complete", 60)
    shop.settle(60)
    assert shop.failures() == []


def test_a_customer_of_the_store_and_one_of_the_erp_are_on_both_sides(shop: Shop) -> None:
    for direction in ("erp_to_store", "store_to_erp"):
        shop.poll("customer", direction)
    shop.settle(120)
    assert [one for one in shop.failures() if one[0] == "customer" and "same email" not in one[2]] == []
    before = shop.messages("customer")
    for direction in ("erp_to_store", "store_to_erp"):
        shop.poll("customer", direction)
    shop.settle(60)
    after = shop.messages("customer")
    assert after.get("succeeded", 0) - before.get("succeeded", 0) <= 2, "both sides are at rest"
