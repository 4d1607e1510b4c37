"""The Magento plug-in against the simulated shop: what it reads adds up, what it writes is there, once.

Two interpretations of the same facts meet here, the plug-in's and the sandbox's; neither knows the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from requests import PreparedRequest
from werkzeug.test import Client

from connector.clock import FakeClock
from connector.records import (
    Address,
    Attribute,
    Category,
    Composite,
    Customer,
    Image,
    Invoice,
    Level,
    Line,
    Option,
    Order,
    OrderStatus,
    Part,
    Picture,
    Price,
    Product,
    ProductStatus,
    Record,
    Relation,
    Shipment,
    Shipped,
    Stock,
    TaxCategory,
    Tier,
    Track,
)
from connector.sandbox.magento.app import Magento as Sandbox
from connector.sandbox.magento.auth import KEYS
from connector.sync import money
from connector.systems.base import Written, clean_all
from connector.systems.magento import Magento

BASE = "https://shop.example"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "0005fe02fea70000000049454e44ae426082"
)
Build = Callable[..., Magento]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    system = Sandbox(":memory:")
    yield system
    system.stop()


@pytest.fixture
def build(sandbox: Sandbox) -> Iterator[Build]:
    """Plug-ins whose requests reach the simulated shop."""
    outside = Client(sandbox.wsgi, use_cookies=False)

    def answer(request: PreparedRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(request.url or "")
        told = outside.open(
            parts.path, method=request.method, query_string=parts.query, data=request.body,
            headers={name: str(value) for name, value in request.headers.items() if name != "Content-Length"},
        )  # fmt: skip
        return told.status_code, [(n, v) for n, v in told.headers if n != "Content-Length"], told.data

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "PUT", "POST", "DELETE"):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=answer)

        def make(**preferences: Any) -> Magento:
            values = clean_all(Magento.settings, {"url": BASE, "token": KEYS["access_token"]})
            made = Magento(values, clock=FakeClock(), preferences=preferences)
            made.fetch = lambda url: PNG
            return made

        yield make


@pytest.fixture
def shop(build: Build) -> Magento:
    return build()


def wrote(shop: Magento, record: Record, known: str = "") -> Written:
    (done,) = shop.write_many([record], known={record.key: known} if known else {})
    assert done.problem is None, done.problem
    return done


def all_of(shop: Magento, entity: str) -> list[str]:
    found: list[str] = []
    position: str | None = ""
    while position is not None:
        page = shop.changed_since(entity, None, position)
        found += [change.key for change in page.changes]
        position = page.position
    return found


def orders(shop: Magento, sandbox: Sandbox, count: int) -> list[Order]:
    for number in range(40):
        wrote(shop, Product(f"SELL-{number}", name=f"Thing {number}", price=Decimal("9.99")))
        wrote(shop, Stock(f"SELL-{number}", levels=(Level("MAIN", available=Decimal(10_000)),)), f"{number}")
    sandbox.traffic.start({"kind": "order", "count": count, "seed": 4, "wait": True})
    keys = all_of(shop, "order")
    found = shop.read_many("order", keys)
    assert len(found) == len(keys)
    return [one for one in found.values() if isinstance(one, Order)]


def test_every_order_of_a_busy_shop_adds_up_to_the_cent(shop: Magento, sandbox: Sandbox) -> None:
    found = orders(shop, sandbox, 40)
    assert len(found) == 40, sandbox.traffic.status()
    assert {one.key: money.problems(one) for one in found if money.problems(one)} == {}
    assert all(one.lines and one.billing and one.store and one.currency for one in found)


def test_an_order_is_shipped_invoiced_and_complete_and_nothing_happens_twice(shop: Magento, sandbox: Sandbox) -> None:
    order = next(one for one in orders(shop, sandbox, 20) if one.delivery is not None and one.state == "new")
    lines = tuple(Shipped(line.sku, line.quantity) for line in order.lines)
    shipment = Shipment(
        "004711", shipment="004711", number=order.number, store_id=order.store_id, ship_via="UPS", lines=lines,
        tracks=(Track("1Z999", "ups", "UPS"),),
    )  # fmt: skip
    first, again = wrote(shop, shipment), wrote(shop, shipment)
    assert first.created and not again.created and first.target_id == again.target_id
    assert shop.find_like("shipment", [shipment])["004711"].key == first.target_id
    invoice = Invoice("Invoice/AR1", number=order.number, store_id=order.store_id, complete=True)
    billed, once_more = wrote(shop, invoice), wrote(shop, invoice)
    assert billed.created and not once_more.created and billed.target_id == once_more.target_id
    now = shop.read_many("order", [order.key])[order.key]
    assert isinstance(now, Order) and now.state == "complete"


def test_a_status_reaches_the_order(shop: Magento, sandbox: Sandbox) -> None:
    order = next(one for one in orders(shop, sandbox, 20) if one.state == "new")
    held = OrderStatus("SO/1", number=order.number, store_id=order.store_id, status="Hold", store_status="holded")
    wrote(shop, held)
    wrote(shop, held)
    wrote(shop, OrderStatus("SO/1", store_id=order.store_id, status="Canceled", store_status="canceled"))
    now = shop.read_many("order", [order.key])[order.key]
    assert isinstance(now, Order) and (now.state, now.status) == ("canceled", "canceled")


def test_a_refund_of_the_shop_is_read(shop: Magento, sandbox: Sandbox) -> None:
    orders(shop, sandbox, 10)
    sandbox.traffic.start({"kind": "staff", "count": 40, "seed": 2, "wait": True})
    memos = shop.read_many("credit_memo", all_of(shop, "credit_memo"))
    assert all(memo.number and memo.total >= 0 for memo in memos.values())  # type: ignore[attr-defined]


def test_a_customer_is_made_found_changed_and_deleted(build: Build) -> None:
    shop = build(customer={"deletion": "delete"})
    home = Address(
        lines=("1 Main St",), city="Austin", region="TX", postcode="78701", country="US", phone="5", billing=True
    )
    record = Customer(
        "C1", email="New@Example.com", first_name="Ann", last_name="Lee", group="Wholesale", addresses=(home,)
    )
    made = wrote(shop, record)
    assert made.created and made.target_id in all_of(shop, "customer")
    assert shop.find_like("customer", [record])["C1"].key == made.target_id
    moved = Address(lines=("2 Elm",), city="Austin", region_name="Texas", postcode="78701", country="US", shipping=True)
    wrote(
        shop,
        Customer("C1", email="new@example.com", last_name="Ray", first_name="Ann", addresses=(home, moved)),
        made.target_id,
    )
    now = shop.read_many("customer", [made.target_id])[made.target_id]
    assert isinstance(now, Customer) and now.last_name == "Ray" and now.group == "Wholesale"
    assert [(one.lines, one.region, one.billing, one.shipping) for one in now.addresses] == [
        (("1 Main St",), "TX", True, False),
        (("2 Elm",), "TX", False, True),
    ]
    assert shop.delete("customer", "C1", made.target_id).fields == {"deleted": True}
    assert shop.read_many("customer", [made.target_id]) == {}


def test_a_tree_of_categories_is_made_moved_and_taken_down(build: Build) -> None:
    shop = build(category={"deletion": "delete"})
    top = wrote(shop, Category("1", name="Tools of the ERP"))
    leaf = wrote(shop, Category("2", name="Saws", parent=top.target_id, position=2, meta_title="Saws!"))
    assert shop.find_like("category", [Category("2", name="saws", parent=top.target_id)])["2"].key == leaf.target_id
    other = wrote(shop, Category("3", name="Garden of the ERP"))
    wrote(shop, Category("2", name="Saws", parent=other.target_id), leaf.target_id)
    now = shop.read_many("category", [leaf.target_id])[leaf.target_id]
    assert isinstance(now, Category) and (now.parent, now.meta_title) == (other.target_id, "Saws!")
    assert leaf.target_id in all_of(shop, "category")
    assert "notes" in shop.delete("category", "3", other.target_id).fields
    assert shop.delete("category", "2", leaf.target_id).fields == {"deleted": True}


def test_a_product_is_put_into_its_categories(shop: Magento) -> None:
    number = wrote(shop, Category("1", name="Tools of the ERP")).target_id
    wrote(shop, Product("A", name="A", price=Decimal(1), categories=(number,)))
    wrote(shop, Product("A", name="A", categories=(number,)), "1")
    (row,) = shop.client.search_in("/products", "sku", ["A"])
    assert [link["category_id"] for link in row["extension_attributes"]["category_links"]] == [number]


FIT = Attribute(
    "FIT",
    label="Fit",
    kind="list",
    item_classes=("SHIRTS",),
    options=(Option("S", "Small"), Option("M", "Medium", 1)),
)


def shirts(shop: Magento) -> None:
    wrote(shop, FIT)
    for size in "SM":
        wrote(
            shop,
            Product(
                f"TEE-{size}", name=f"Tee {size}", item_class="SHIRTS", price=Decimal(9), attributes=(("FIT", size),)
            ),
        )


def test_an_attribute_is_made_once_and_gets_new_options(shop: Magento) -> None:
    assert wrote(shop, FIT).created
    again = wrote(shop, replace(FIT, options=(*FIT.options, Option("L", "Large"))))
    assert not again.created and again.fields["options_added"] == ["L"]
    other = wrote(shop, Attribute("FIT", kind="list", options=(Option("S", "Tiny"),)))
    assert other.fields["notes"] == ["option S stays Small, which the ERP calls Tiny"]
    assert shop.store.attribute_set("SHIRTS") is not None


def test_a_template_with_its_variants_becomes_a_configurable_product(shop: Magento) -> None:
    shirts(shop)
    parts = tuple(Part(f"TEE-{size}", choices=(("FIT", size),)) for size in "SM")
    record = Composite("TEE", product=Product("TEE", name="Tee", item_class="SHIRTS"), axes=("FIT",), parts=parts)
    made = wrote(shop, record)
    assert made.created and not wrote(shop, record, made.target_id).created
    children = shop.client.get("/configurable-products/TEE/children")
    assert sorted(row["sku"] for row in children) == ["TEE-M", "TEE-S"]


def test_a_kit_becomes_a_bundle_and_a_group_a_grouped_product(shop: Magento) -> None:
    shirts(shop)
    parts = (Part("TEE-S", Decimal(2)), Part("TEE-M"))
    kit = Composite("KIT", kind="bundle", product=Product("KIT", name="Kit", price=Decimal(20)), parts=parts)
    number = wrote(shop, kit).target_id
    wrote(shop, kit, number)
    options = shop.client.get("/bundle-products/KIT/options/all")
    links = [row["product_links"][0] for row in options]
    assert [(link["sku"], link["qty"]) for link in links] == [("TEE-S", 2), ("TEE-M", 1)]
    wrote(shop, Composite("GRP", kind="grouped", product=Product("GRP", name="Group"), parts=parts))
    assert len(shop.client.get("/products/GRP/links/associated")) == 2


def test_relations_are_added_and_taken_away(shop: Magento) -> None:
    shirts(shop)
    wrote(shop, Product("CAP", name="Cap", price=Decimal(5)))
    wrote(shop, Relation("CAP", links=(("related", "TEE-S"), ("upsell", "TEE-M"))))
    wrote(shop, Relation("CAP", links=(("related", "TEE-M"),)))
    assert [row["linked_product_sku"] for row in shop.client.get("/products/CAP/links/related")] == ["TEE-M"]
    assert shop.client.get("/products/CAP/links/upsell") == []


def test_a_picture_is_sent_once_and_goes_when_the_erp_has_it_no_more(shop: Magento) -> None:
    wrote(shop, Product("CAP", name="Cap", price=Decimal(5)))
    record = Image("CAP", pictures=(Picture("cap.png", url="1", label="A cap", main=True),))
    assert wrote(shop, record).fields == {"sent": ["cap.png"]}
    assert wrote(shop, record).fields == {}
    (row,) = shop.client.get("/products/CAP/media")
    assert row["label"] == "A cap" and "image" in row["types"]
    wrote(shop, Image("CAP"))
    assert shop.client.get("/products/CAP/media") == []


def test_tiers_statuses_and_tax_classes_are_written(build: Build) -> None:
    shop = build(price={"tiers": True})
    wrote(shop, Product("CAP", name="Cap", price=Decimal(5)))
    tiers = (Tier(Decimal(10), Decimal(4)), Tier(Decimal(5), Decimal("4.5"), group="Wholesale"))
    wrote(shop, Price("CAP", price=Decimal(5), tiers=tiers))
    assert len(shop.client.information("/products/tier-prices-information", ["CAP"])) == 2
    wrote(shop, Price("CAP", price=Decimal(5), tiers=()))
    assert shop.client.information("/products/tier-prices-information", ["CAP"]) == []
    wrote(shop, ProductStatus("CAP", active=False))
    assert not shop.find("product", ["CAP"])["CAP"].enabled  # type: ignore[attr-defined]
    assert wrote(shop, TaxCategory("LUXURY")).created and not wrote(shop, TaxCategory("LUXURY")).created


def test_products_of_the_shop_are_read_for_the_erp(build: Build) -> None:
    shop = build(direction={"product": "both"})
    shirts(shop)
    found = shop.read_many("product", all_of(shop, "product"))
    tee = found["TEE-S"]
    assert isinstance(tee, Product) and tee.item_class == "SHIRTS" and tee.attributes == (("FIT", "S"),)


@pytest.mark.parametrize(
    "name",
    ["store_view", "website", "customer_group", "shipping_carrier", "order_status", "source", "tax_class",
     "attribute_set", "category", "product_attribute"],
)  # fmt: skip
def test_lists_and_fields_are_read(shop: Magento, name: str) -> None:
    assert shop.reference(name)
    assert shop.views() and shop.fields("category") and shop.fields("customer") and shop.fields("product")


def test_an_order_of_the_erp_is_in_the_store_once_and_does_not_come_back(build: Build) -> None:
    shop = build(connector={"id": "DEMO"})
    wrote(shop, Product("MUG", name="Mug", price=Decimal(10)))
    there = Address(lines=("1 Main",), city="Austin", region="TX", postcode="78701", country="US", email="a@b.test")
    lines = (Line("1", "MUG", Decimal(2), Decimal(10)),)
    record = Order("SO/SO9000", currency="USD", billing=there, delivery=there, lines=lines, total=Decimal(20))
    made, again = wrote(shop, record), wrote(shop, record)
    assert made.created and not again.created and made.target_id == again.target_id
    assert shop.find_like("order", [record]) and all_of(shop, "order") == []
