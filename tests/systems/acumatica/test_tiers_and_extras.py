"""Tier prices out of sales prices, and what attributes say about stock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.records import INVENTORY, PRICE, Level, Price, Stock, Tier
from connector.systems.acumatica import tiers
from tests.systems.acumatica.conftest import ENDPOINT, Make, Wire
from tests.systems.acumatica.test_customers import wrapped

D = Decimal
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def row(price: float, **more: Any) -> dict[str, Any]:
    return dict(wrapped({"InventoryID": "TEA", "PriceType": "Base", "UOM": "EA", "Price": price, **more}))


def test_breaks_classes_and_customers_become_tiers() -> None:
    rows = [
        row(10),
        row(9, BreakQty=10),
        row(8, PriceType="Customer Price Class", PriceCode="GOLD"),
        row(7, PriceType="Customer Price Class", PriceCode="GOLD", BreakQty=5),
        row(6, PriceType="Customer", PriceCode="C0001 "),
        row(5, PriceType="Vendor", PriceCode="V1"),
    ]
    assert tiers.of(rows, "EA", NOW) == (
        Tier(D(10), D(9)),
        Tier(D(1), D(6), customer="C0001"),
        Tier(D(1), D(8), price_class="GOLD"),
        Tier(D(5), D(7), price_class="GOLD"),
    )


@pytest.mark.parametrize(
    "more",
    [
        {"UOM": "CASE"},
        {"Warehouse": "EAST"},
        {"EffectiveDate": "2026-01-02T00:00:00+00:00"},
        {"ExpirationDate": "2025-12-30T00:00:00+00:00"},
    ],
)
def test_what_is_not_in_force_for_one_piece_anywhere_is_no_tier(more: dict[str, Any]) -> None:
    assert tiers.of([row(9, BreakQty=10, **more)], "EA", NOW) == ()


def test_a_promotion_counts_before_a_regular_price_and_the_newer_before_the_older() -> None:
    old, new = "2025-01-01T00:00:00+00:00", "2025-06-01T00:00:00+00:00"
    regular = [row(9, BreakQty=10, EffectiveDate=new), row(8, BreakQty=10, EffectiveDate=old)]
    assert tiers.of(regular, "EA", NOW) == (Tier(D(10), D(9)),)
    promotion = row(7, BreakQty=10, EffectiveDate=old, Promotion=True)
    assert tiers.of([promotion, *regular], "EA", NOW) == (Tier(D(10), D(7)),)


def test_tiers_are_read_when_the_setting_wants_them(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", json=[wrapped({"InventoryID": "TEA", "DefaultPrice": 10, "BaseUOM": "EA"})])
    wire.put(f"{ENDPOINT}/SalesPricesInquiry", json={"SalesPriceDetails": [row(9, BreakQty=10)]})
    with_tiers = make({"price": {"tiers": True}}).read_many(PRICE, ["TEA"])["TEA"]
    assert isinstance(with_tiers, Price) and with_tiers.tiers == (Tier(D(10), D(9)),) and with_tiers.price == D(10)
    asked = [json.loads(each.body or "")["PriceType"]["value"] for each in wire.requests("SalesPrices")]
    assert asked == ["Base", "Customer Price Class", "Customer"]
    plain = make().read_many(PRICE, ["TEA"])["TEA"]
    assert isinstance(plain, Price) and plain.tiers is None


# --- stock


def stock(make: Make, wire: Wire, known: str, **preferences: Any) -> Stock:
    wire.site()
    attributes = [{"AttributeID": "BACKORDERS", "Value": "2"}, {"AttributeID": "VENDORQTY", "Value": "40"}]
    vendors = [{"VendorID": "OTHER"}, {"VendorID": "ACME ", "Default": True}]
    item = {"InventoryID": "TEA", "Attributes": attributes, "VendorDetails": vendors}
    wire.get(f"{ENDPOINT}/StockItem", json=[wrapped(item)])
    wire.get(f"{ENDPOINT}/AttributeDefinition", json=[wrapped({"AttributeID": known})] if known else [])
    wire.get(f"{ENDPOINT}/Warehouse", json=[wrapped({"WarehouseID": "MAIN"})])
    levels = [wrapped({"WarehouseID": "MAIN", "QtyOnHand": 3, "QtyAvailable": 2, "QtyAvailableForShipment": 1})]
    wire.put(f"{ENDPOINT}/InventorySummaryInquiry", json={"Results": levels})
    found = make(preferences).read_many(INVENTORY, ["TEA"])["TEA"]
    assert isinstance(found, Stock)
    return found


OWN = Level("MAIN", D(3), D(2), D(1))


def test_back_orders_come_from_their_attribute(make: Make, wire: Wire) -> None:
    assert stock(make, wire, "BACKORDERS", product={"backorders_attribute": "backorders"}) == Stock(
        "TEA", levels=(OWN,), backorders="2"
    )


def test_an_attribute_that_the_site_has_not_costs_no_reading(make: Make, wire: Wire) -> None:
    assert stock(make, wire, "", product={"backorders_attribute": "NOBODY"}).backorders == ""
    assert len(wire.requests("/StockItem")) == 1


@pytest.mark.parametrize(("mode", "there"), [("none", False), ("separate", True), ("sum", True)])
def test_what_a_vendor_has_is_a_level_of_its_own(make: Make, wire: Wire, mode: str, there: bool) -> None:
    found = stock(make, wire, "VENDORQTY", inventory={"vendor": mode})
    theirs = (Level("ACME", D(40), D(40), D(40), vendor="ACME"),) if there else ()
    assert found.levels == (OWN, *theirs)


def test_by_branch_all_warehouses_are_read(make: Make) -> None:
    assert make({"inventory": {"warehouses": ["EAST"]}}).warehouses.chosen == ["EAST"]
    assert make({"inventory": {"warehouses": ["EAST"], "branch_wise": True}}).warehouses.chosen == []
