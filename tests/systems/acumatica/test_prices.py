"""Prices: the item's own, or the sales price in force; never a price of a case, a quantity break or a warehouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.clock import FakeClock
from connector.errors import Fail
from connector.records import PRICE, Price
from connector.systems.acumatica import Acumatica
from tests.systems.acumatica.conftest import ENDPOINT, Make, Wire, load, options

SALES = {"price": {"preference": "sales_price", "special_price": False}}
SPECIAL = {"price": {"preference": "default_price", "special_price": True}}
BOTH = {"price": {"preference": "sales_price", "special_price": True}}


@pytest.fixture
def catalogue(wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=load("stock-items.json"))
    wire.get(f"{ENDPOINT}/NonStockItem", json=load("non-stock-items.json"))
    wire.put(f"{ENDPOINT}/SalesPricesInquiry", json=load("sales-prices.json"))


def read(erp: Acumatica, *keys: str) -> dict[str, Price]:
    return erp.read_many(PRICE, keys)  # type: ignore[return-value]


@pytest.fixture
def sales(wire: Wire, make: Make, catalogue: None) -> Any:
    wire.site()
    return lambda preferences: make(preferences)


@pytest.mark.usefixtures("catalogue")
def test_the_default_price_and_the_msrp_come_from_the_item(erp: Acumatica, wire: Wire) -> None:
    found = read(erp, "TEAPOT01", "ENGRAVING")
    assert found["TEAPOT01"] == Price(
        key="TEAPOT01", version=1_762_154_142_517_000, price=Decimal("39.9"), msrp=Decimal("49.5"), sellable=True
    )
    assert (found["ENGRAVING"].price, found["ENGRAVING"].msrp) == (Decimal("12.5"), None)
    assert wire.requests("SalesPricesInquiry") == []


@pytest.mark.usefixtures("catalogue")
def test_a_price_read_asks_for_little(erp: Acumatica, wire: Wire) -> None:
    read(erp, "TEAPOT01")
    asked = options(wire.requests("StockItem")[0])
    assert "$expand" not in asked
    assert asked["$select"] == (
        "InventoryID,ItemStatus,ExportToExternal,DefaultPrice,CurySpecificPrice,MSRP,CurySpecificMSRP,"
        "BaseUOM,LastModifiedDateTime"
    )


@pytest.mark.usefixtures("catalogue")
def test_a_price_of_an_item_that_may_not_be_sold_says_so(erp: Acumatica) -> None:
    assert read(erp, "O'NEILL MUG")["O'NEILL MUG"].sellable is False


def test_the_price_of_the_currency_counts_where_the_plain_one_is_empty(erp: Acumatica, wire: Wire) -> None:
    row = {**load("stock-items.json")[0], "DefaultPrice": {}, "MSRP": {}, "CurySpecificMSRP": {"value": 51}}
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    found = read(erp, "TEAPOT01")["TEAPOT01"]
    assert (found.price, found.msrp) == (Decimal("39.9"), Decimal(51))


def test_a_hidden_price_is_never_taken_for_nothing(erp: Acumatica, wire: Wire) -> None:
    row = {**load("stock-items.json")[0], "DefaultPrice": {}, "CurySpecificPrice": {}}
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    with pytest.raises(Fail, match="no price for TEAPOT01") as caught:
        read(erp, "TEAPOT01")
    assert caught.value.help


def test_a_price_of_zero_is_a_price(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[{**load("stock-items.json")[0], "DefaultPrice": {"value": 0.0}}])
    assert read(erp, "TEAPOT01")["TEAPOT01"].price == 0


def test_the_sales_price_is_the_newest_base_row_in_force(sales: Any) -> None:
    found = read(sales(SALES), "TEAPOT01")["TEAPOT01"]
    assert found.price == Decimal("36.25")
    assert found.special_price is None
    assert found.currency == "USD"


def test_a_promotion_is_the_special_price_and_its_last_day_counts(sales: Any) -> None:
    found = read(sales(BOTH), "TEAPOT01")["TEAPOT01"]
    assert found.price == Decimal("36.25")
    assert found.special_price == Decimal("29.99")
    assert found.special_from == datetime(2025, 12, 28, tzinfo=UTC)
    assert found.special_to == datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)


def test_a_price_that_runs_out_by_itself_has_no_version_that_could_fall_back(sales: Any, clock: FakeClock) -> None:
    erp = sales(BOTH)
    during = read(erp, "TEAPOT01")["TEAPOT01"]
    clock.advance(86_400)
    after = read(erp, "TEAPOT01")["TEAPOT01"]
    assert during.content_hash() != after.content_hash()
    assert during.version == after.version == 0


def test_special_prices_go_with_the_default_price_too(sales: Any) -> None:
    found = read(sales(SPECIAL), "TEAPOT01")["TEAPOT01"]
    assert (found.price, found.special_price) == (Decimal("39.9"), Decimal("29.99"))


def test_a_promotion_that_is_over_is_no_special_price(sales: Any, clock: FakeClock) -> None:
    clock.advance(86_400)
    found = read(sales(BOTH), "TEAPOT01")["TEAPOT01"]
    assert (found.special_price, found.special_from, found.special_to) == (None, None, None)


def test_a_future_price_waits_for_its_day(sales: Any, clock: FakeClock) -> None:
    erp = sales(SALES)
    clock.advance(30 * 86_400)
    assert read(erp, "TEAPOT01")["TEAPOT01"].price == Decimal("36.25")
    clock.advance(2 * 86_400)
    assert read(erp, "TEAPOT01")["TEAPOT01"].price == Decimal("35")


def test_an_item_without_a_sales_price_keeps_its_own(sales: Any) -> None:
    assert read(sales(BOTH), "ENGRAVING")["ENGRAVING"].price == Decimal("12.5")


def test_few_items_are_asked_for_one_by_one_and_many_at_once(sales: Any, wire: Wire) -> None:
    erp = sales(SALES)
    read(erp, "TEAPOT01")
    assert json.loads(wire.calls[-1].request.body or b"") == {
        "PriceType": {"value": "Base"},
        "EffectiveAsOf": {"value": "2026-01-01T00:00:00+00:00"},
        "InventoryID": {"value": "TEAPOT01"},
    }
    assert options(wire.calls[-1].request) == {"$expand": "SalesPriceDetails"}
    many = [{**load("stock-items.json")[0], "InventoryID": {"value": f"A{number}"}} for number in range(4)]
    wire.replace("GET", f"{ENDPOINT}/StockItem", json=many)
    read(erp, "A0", "A1", "A2", "A3")
    assert len(wire.requests("SalesPricesInquiry")) == 2
    assert "InventoryID" not in json.loads(wire.calls[-1].request.body or b"")


def test_an_item_that_is_gone_has_no_price(sales: Any, wire: Wire) -> None:
    assert read(sales(BOTH), "NOWHERE") == {}
    assert wire.requests("SalesPricesInquiry") == []
