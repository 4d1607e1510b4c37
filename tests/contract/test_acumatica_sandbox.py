"""The ERP's side against the simulated ERP, request by request and without a socket: what one sends, the other takes.

The two share no code and were written from the same facts, so that a slip of one shows against the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from requests import PreparedRequest, Request
from werkzeug.test import Client

from connector.clock import FakeClock
from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CREDIT_MEMO,
    CUSTOMER,
    CUSTOMER_ATTRIBUTE,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    RELATION,
    SHIPMENT,
    TAX_CATEGORY,
    Address,
    Category,
    Composite,
    CreditMemo,
    Customer,
    Image,
    Invoice,
    Line,
    Order,
    OrderStatus,
    Payment,
    Price,
    Product,
    Record,
    Relation,
    Shipment,
    Stock,
    Tax,
)
from connector.sandbox.acumatica import composites, dropping
from connector.sandbox.acumatica.app import Acumatica as Sandbox
from connector.sandbox.acumatica.keeping import find
from connector.systems.acumatica import Acumatica
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.base import Page, Written, clean_all
from tests.conftest import SHARED
from tests.contract.acumatica_names import inside, wrong
from tests.contract.test_acumatica_contract import entities

CONTRACTS = SHARED / "contracts" / "acumatica"
BASE = "https://erp.example"
VALUES = {"url": BASE, "tenant": "Company", "username": "admin", "password": "sandbox"}
Build = Callable[..., Acumatica]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    system = Sandbox(":memory:")
    yield system
    system.stop()


@pytest.fixture
def build(sandbox: Sandbox) -> Iterator[Build]:
    """Systems whose requests reach the simulated ERP."""
    outside = Client(sandbox.app, use_cookies=False)

    def answer(request: PreparedRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(request.url or "")
        told = outside.open(
            parts.path, method=request.method, query_string=parts.query, data=request.body,
            headers={name: str(value) for name, value in request.headers.items() if name != "Content-Length"},
        )  # fmt: skip
        return told.status_code, [(n, v) for n, v in told.headers if n != "Content-Length"], told.data

    made: list[Acumatica] = []
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "PUT", "POST", "DELETE"):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=answer)

        def make(**preferences: Any) -> Acumatica:
            made.append(Acumatica(clean_all(SETTINGS, VALUES), clock=FakeClock(), preferences=preferences))
            return made[-1]

        yield make
        for system in made:
            system.close()
        check_names([call.request for call in mock.calls])


def check_names(sent: Iterable[PreparedRequest]) -> None:
    """Every request of the test holds only what the published contract knows, where that is at hand."""
    for request in sent:
        told = inside(request)
        if told is not None and CONTRACTS.is_dir():
            assert list(wrong(request, known_to(told[0]))) == [], request.url


@lru_cache
def known_to(version: str) -> dict[str, Any]:
    return entities(CONTRACTS, version)


def test_the_check_of_names_notices_what_the_contract_has_not(shared: Path) -> None:
    body = {"CustomerID": {"value": 7}, "Colour": {"value": "x"}, "Details": [{"OrderQty": {"value": "2"}}]}
    made = Request("PUT", f"{BASE}/entity/Default/24.200.001/SalesOrder?$expand=Details,Moods", json=body).prepare()
    assert list(wrong(made, known_to("24.200.001"))) == [
        "$expand SalesOrder: Moods",
        "SalesOrder.CustomerID is a String, not {'value': 7}",
        "SalesOrder has no Colour",
        "SalesOrderDetail.OrderQty is a Decimal, not {'value': '2'}",
    ]


@pytest.fixture
def erp(build: Build) -> Acumatica:
    return build()


def all_of(erp: Acumatica, entity: str, since: datetime | None = None) -> list[str]:
    """Every key that a poll tells, page by page."""
    found: list[str] = []
    position: str | None = ""
    while position is not None:
        page: Page = erp.changed_since(entity, since, position)
        found += [change.key for change in page.changes]
        position = page.position
    return found


def wrote(erp: Acumatica, record: Record, known: str = "") -> Written:
    (done,) = erp.write_many([record], known={record.key: known} if known else {})
    assert done.problem is None, done.problem
    return done


@pytest.mark.parametrize("name", [each.name for each in Acumatica.references])
def test_every_list_can_be_read(erp: Acumatica, name: str) -> None:
    found = erp.reference(name)
    assert found and all(choice.value for choice in found)


@pytest.mark.parametrize("entity", [PRODUCT, CATEGORY, CUSTOMER])
def test_the_fields_are_those_of_the_site(erp: Acumatica, entity: str) -> None:
    assert len(erp.fields(entity)) >= 3


@pytest.mark.parametrize("entity", [CATEGORY, CUSTOMER, ATTRIBUTE, CUSTOMER_ATTRIBUTE, TAX_CATEGORY])
def test_what_a_poll_tells_can_be_read(erp: Acumatica, entity: str) -> None:
    keys = all_of(erp, entity)[:20]
    assert keys
    assert set(erp.read_many(entity, keys)) == set(keys)


def test_a_customer_is_made_found_and_changed(erp: Acumatica) -> None:
    home = Address("7", "Ada", "Byron", "", ("1 Mill Lane",), "Austin", "TX", "", "78701", "US", "512 1", billing=True,
                   shipping=True)  # fmt: skip
    (choice, *_) = erp.reference("customer_class")
    ada = Customer("12", email="ada@store.example", first_name="Ada", last_name="Byron", customer_class=choice.value,
                   reference="12-shop", addresses=(home,))  # fmt: skip
    done = wrote(erp, ada)
    assert done.created and done.target_id
    (found,) = erp.find_like(CUSTOMER, [ada]).values()
    assert isinstance(found, Customer) and found.key == done.target_id
    assert (found.first_name, found.last_name, found.addresses[0].city) == ("Ada", "Byron", "Austin")
    moved = Address("8", "Ada", "Byron", "", ("2 Port",), "Boston", "MA", "", "02101", "US", "1", shipping=True)
    wrote(erp, replace(ada, addresses=(replace(home, shipping=False), moved)), done.target_id)
    again = erp.read_many(CUSTOMER, [done.target_id])[done.target_id]
    assert isinstance(again, Customer)
    assert {one.city for one in again.addresses} == {"Austin", "Boston"} and again.reference == "12-shop"


def test_a_category_is_made_below_another_and_found_by_name(erp: Acumatica) -> None:
    parent = all_of(erp, CATEGORY)[0]
    done = wrote(erp, Category("77", name="Brand new", parent=parent))
    found = erp.find_like(CATEGORY, [Category("77", name="brand new", parent=parent)])
    assert [one.key for one in found.values()] == [done.target_id]
    assert wrote(erp, Category("77", name="Renamed", parent=parent), done.target_id).created is False


def test_a_product_of_the_store_becomes_an_item(erp: Acumatica) -> None:
    (choice, *_) = erp.reference("item_class")
    done = wrote(erp, Product("NEWCUP", name="New cup", item_class=choice.value, price=Decimal("4.5")))
    assert done.created
    read = erp.read_many(PRODUCT, ["NEWCUP"])["NEWCUP"]
    assert isinstance(read, Product) and (read.name, read.price) == ("New cup", Decimal("4.5"))


def order(erp: Acumatica, **changes: Any) -> Order:
    customer = all_of(erp, CUSTOMER)[1]
    skus = [key for key, one in erp.read_many(PRODUCT, all_of(erp, PRODUCT)[:30]).items()
            if isinstance(one, Product) and one.active and one.stock_item][:2]  # fmt: skip
    where = Address("", "Ada", "Byron", "", ("1 Mill Lane",), "Austin", "TX", "", "78701", "US", "512 1")
    (tax, *_) = erp.reference("tax")
    account = next(one for one in erp.reference("cash_account"))
    method = account.more["payment_method"].split(",")[0]
    fields: dict[str, Any] = {
        "key": "000000012", "number": "000000012", "currency": "USD", "placed_at": datetime(2026, 3, 1, tzinfo=UTC),
        "customer_email": "ada@store.example", "billing": where, "delivery": where,
        "lines": (Line("31", skus[0], Decimal(3), Decimal("9.99"), Decimal("1.97")),
                  Line("32", skus[1], Decimal(1), Decimal(40))),
        "shipping_amount": Decimal(8), "shipping_discount": Decimal("1.50"), "tax": Decimal("12.92"),
        "taxes": (Tax(tax.value, amount=Decimal("12.92"), taxable=Decimal("68")),), "total": Decimal("87.42"),
        "payments": (Payment("card", Decimal("67.42"), reference="tx-1", erp_method=method, cash_account=account.value),
                     Payment("gift", Decimal(20), "gift_card", erp_method=method, cash_account=account.value)),
        "erp_type": "SO", "erp_customer": customer, "ship_via": "GROUND", "reference": "W-000000012",
        "description": "shop-1 | order 000000012",
    }  # fmt: skip
    return Order(**{**fields, **changes})


def test_an_order_arrives_to_the_cent_with_its_payments_and_is_found_again(erp: Acumatica) -> None:
    ours = order(erp)
    done = wrote(erp, ours)
    assert done.created and done.target_id.startswith("SO/") and "Difference" not in done.fields
    there = erp.read_many(ORDER, [done.target_id])[done.target_id]
    assert isinstance(there, Order)
    assert (there.total, there.number, there.reference) == (Decimal("87.42"), "000000012", "W-000000012")
    assert [(one.amount, one.reference) for one in there.payments] == [
        (Decimal("67.42"), "tx-1"), (Decimal(20), "000000012"),
    ]  # fmt: skip
    assert [one.key for one in erp.find_like(ORDER, [ours]).values()] == [done.target_id]
    status = erp.read_many(ORDER_STATUS, [done.target_id])[done.target_id]
    assert isinstance(status, OrderStatus) and not status.shipped and status.number == "000000012"
    assert done.target_id in all_of(erp, ORDER_STATUS)


def test_a_credit_memo_hangs_on_its_order(erp: Acumatica) -> None:
    ours = order(erp, payments=())
    done = wrote(erp, ours)
    memo = CreditMemo("500", number=ours.number, order=done.target_id, erp_type="CM", reference="W-500",
                      description="shop-1 | memo", lines=(Line("1", ours.lines[1].sku, Decimal(1), Decimal(40)),),
                      total=Decimal(40), currency="USD")  # fmt: skip
    made = wrote(erp, memo)
    assert made.target_id.startswith("CM/")
    assert [one.key for one in erp.find_like(CREDIT_MEMO, [memo]).values()] == [made.target_id]


def test_shipments_and_invoices_can_be_polled(erp: Acumatica) -> None:
    for entity in (SHIPMENT, INVOICE):
        keys = all_of(erp, entity)
        assert set(erp.read_many(entity, keys)) == set(keys)


def test_what_becomes_of_an_order_is_told_step_by_step(erp: Acumatica) -> None:
    done = wrote(erp, order(erp))
    kind, nbr = done.target_id.split("/")
    client = erp.client
    client.act("SalesOrder", "SalesOrderCreateShipment", {"OrderType": kind, "OrderNbr": nbr})
    rows = client.list("SalesOrder", {"$filter": f"OrderNbr eq '{nbr}'", "$expand": "Shipments"})[0]["Shipments"]
    key = rows[0]["ShipmentNbr"]["value"]
    assert erp.read_many(SHIPMENT, [key]) == {} and key not in all_of(erp, SHIPMENT)

    client.put("Shipment", {
        "ShipmentNbr": {"value": key},
        "Packages": [{"BoxID": {"value": "MEDIUM"}, "TrackingNbr": {"value": "1Z9"}, "Weight": {"value": 1}}],
    })  # fmt: skip
    client.act("Shipment", "ConfirmShipment", {"ShipmentNbr": key})
    shipment = erp.read_many(SHIPMENT, [key])[key]
    assert isinstance(shipment, Shipment) and key in all_of(erp, SHIPMENT)
    assert (shipment.order, shipment.number, shipment.invoiced) == (done.target_id, "000000012", False)
    assert [line.quantity for line in shipment.lines] == [Decimal(3), Decimal(1)]
    assert [track.number for track in shipment.tracks] == ["1Z9"]
    status = erp.read_many(ORDER_STATUS, [done.target_id])[done.target_id]
    assert isinstance(status, OrderStatus) and status.shipped

    client.act("Shipment", "PrepareInvoice", {"ShipmentNbr": key})
    rows = client.list("Shipment", {"$filter": f"ShipmentNbr eq '{key}'", "$expand": "Orders"})[0]["Orders"]
    bill = rows[0]["InvoiceNbr"]["value"]
    assert erp.read_many(INVOICE, [f"Invoice/{bill}"]) == {}
    client.act("SalesInvoice", "ReleaseSalesInvoice", {"Type": "Invoice", "ReferenceNbr": bill})
    invoice = erp.read_many(INVOICE, [f"Invoice/{bill}"])[f"Invoice/{bill}"]
    assert isinstance(invoice, Invoice) and f"Invoice/{bill}" in all_of(erp, INVOICE)
    assert (invoice.order, invoice.number, invoice.complete) == (done.target_id, "000000012", True)
    shipment = erp.read_many(SHIPMENT, [key])[key]
    assert isinstance(shipment, Shipment) and shipment.invoiced


def test_everything_that_can_be_read_is_asked_for_by_names_of_the_contract(build: Build) -> None:
    """Every reader with every option that changes what it asks for."""
    erp = build(
        image={"source": "url", "url_attribute": "PIC"},
        price={"tiers": True, "special_price": True},
        product={"backorders_attribute": "BACKORDERS"},
        inventory={"vendor": "sum"},
        schema={
            PRODUCT: {"TariffCode": {"path": "/root/", "api_name": "TariffCode"}},
            CUSTOMER: {"BillingContact/Phone2": {"path": "/root/BillingContact/", "api_name": "Phone2"}},
        },
    )
    for each in (build(), build(endpoint={"version": "22.200.001"}), erp):
        for entity in sorted(each.capabilities.reads):
            keys = all_of(each, entity, datetime(2020, 1, 1, tzinfo=UTC))[:3]
            each.read_many(entity, keys or ["SO/1", "Invoice/1", "drop:1/SO/1", "X", "1"])


@pytest.fixture
def furnished(sandbox: Sandbox) -> None:
    """Templates, kits, related items, prices for classes, vendors and pictures."""
    with sandbox.erp.store.unit("TEST", "/test") as unit:
        composites.add(sandbox.erp, unit)


@pytest.mark.usefixtures("furnished")
def test_templates_kits_and_related_items_are_told_and_read(erp: Acumatica) -> None:
    keys = all_of(erp, COMPOSITE)
    found = [one for one in erp.read_many(COMPOSITE, keys).values() if isinstance(one, Composite)]
    assert {one.kind for one in found} == {"configurable", "bundle"} and len(found) == len(set(keys))
    for one in found:
        assert one.parts and one.product is not None and one.product.name
        if one.kind == "configurable":
            assert one.axes and all(value for part in one.parts for _, value in part.choices)
    related = all_of(erp, RELATION)
    assert related
    assert all(one.links for one in erp.read_many(RELATION, related).values() if isinstance(one, Relation))


@pytest.mark.usefixtures("furnished")
def test_pictures_are_fetched_tiers_and_vendors_read(build: Build) -> None:
    erp = build(price={"tiers": True}, inventory={"vendor": "separate"})
    images = erp.read_many(IMAGE, all_of(erp, IMAGE)).values()
    (first, *_) = [picture for one in images if isinstance(one, Image) for picture in one.pictures]
    assert len(erp.download(first.url)) > 8
    prices = erp.read_many(PRICE, all_of(erp, PRICE)).values()
    tiers = [tier for one in prices if isinstance(one, Price) for tier in one.tiers or ()]
    assert {tier.price_class for tier in tiers} >= {"WHOLESALE", "VIP"}
    stocks = erp.read_many(INVENTORY, all_of(erp, INVENTORY)).values()
    assert {level.vendor for one in stocks if isinstance(one, Stock) for level in one.levels} == {"", "V000001"}


def test_what_a_vendor_sends_is_told_as_a_drop_shipment(erp: Acumatica, sandbox: Sandbox) -> None:
    done = wrote(erp, order(erp))
    with sandbox.erp.store.unit("TEST", "/test") as unit:
        there = find(sandbox.erp, "SalesOrder", *done.target_id.split("/"), unit=unit)
        assert there is not None
        dropping.received(sandbox.erp, unit, there, None, "V-77")
    (key,) = [key for key in all_of(erp, SHIPMENT, datetime(2020, 1, 1, tzinfo=UTC)) if key.startswith("drop:")]
    shipment = erp.read_many(SHIPMENT, [key])[key]
    assert isinstance(shipment, Shipment) and shipment.drop_ship and shipment.order == done.target_id
    assert [line.quantity for line in shipment.lines] == [Decimal(3), Decimal(1)]
    assert [track.number for track in shipment.tracks] == ["V-77"]
