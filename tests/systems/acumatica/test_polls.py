"""What changed since an instant: pages by key, then the other kind, then the next warehouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica import Acumatica, polls
from connector.systems.base import Change, Page
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, load, options

SINCE = datetime(2025, 12, 31, 21, 59, 59, 123_456, tzinfo=UTC)
STAMP = "LastModifiedDateTime ge datetimeoffset'2025-12-31T21:59:59.123+00:00'"


def rows(*keys: str, when: str = "2025-12-31T22:00:00+00:00") -> list[dict[str, Any]]:
    return [{"InventoryID": {"value": key}, "LastModifiedDateTime": {"value": when}} for key in keys]


def keys(page: Page) -> list[str]:
    return [change.key for change in page.changes]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polls, "PAGE", 2)


# --- items


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("entity", [PRODUCT, PRICE])
def test_items_are_paged_by_key_and_the_two_kinds_follow_each_other(erp: Acumatica, wire: Wire, entity: str) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=rows("A  ", "B'S"))
    wire.get(f"{ENDPOINT}/StockItem", json=rows("C"))
    wire.get(f"{ENDPOINT}/NonStockItem", json=rows("S"))
    first = erp.changed_since(entity, SINCE)
    assert first.changes == (
        Change(entity, "A", version=1_767_218_400_000_000),
        Change(entity, "B'S", version=1_767_218_400_000_000),
    )
    assert first.position == "stock:B'S"
    second = erp.changed_since(entity, SINCE, first.position)
    assert (keys(second), second.position) == (["C"], "nonstock:")
    third = erp.changed_since(entity, SINCE, second.position)
    assert (keys(third), third.position) == (["S"], None)
    asked = [options(request) for request in wire.requests("StockItem")]
    assert asked[0] == {"$filter": STAMP, "$select": "InventoryID,LastModifiedDateTime", "$top": "2"}
    assert asked[1]["$filter"] == f"{STAMP} and InventoryID gt 'B''S'"
    assert asked[2]["$filter"] == STAMP


def test_the_instant_is_percent_encoded(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    erp.changed_since(PRODUCT, SINCE)
    assert "datetimeoffset%272025-12-31T21%3A59%3A59.123%2B00%3A00%27" in (wire.calls[-1].request.url or "")


@pytest.mark.usefixtures("small")
def test_without_an_instant_everything_is_listed(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=rows("A", "B"))
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    first = erp.changed_since(PRODUCT, None)
    assert "$filter" not in options(wire.calls[-1].request)
    second = erp.changed_since(PRODUCT, None, first.position or "")
    assert options(wire.calls[-1].request)["$filter"] == "InventoryID gt 'B'"
    assert second == Page((), "nonstock:")


@pytest.mark.usefixtures("small")
def test_a_page_that_does_not_get_on_ends_the_list(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=rows("A", "B"))
    assert erp.changed_since(PRODUCT, SINCE, "stock:B").position == "nonstock:"


def test_an_old_site_is_asked_for_the_date_that_it_has(wire: Wire, make: Make) -> None:
    wire.site("site-before-2023r2.json")
    wire.get(f"{BASE}/entity/Default/22.200.001/StockItem", json=[])
    make().changed_since(PRODUCT, SINCE)
    assert options(wire.calls[-1].request)["$filter"].startswith("LastModified ge datetimeoffset")


# --- sales prices


def test_sales_prices_that_changed_or_began_or_ended_are_a_last_page(wire: Wire, make: Make) -> None:
    wire.site()
    wire.put(f"{ENDPOINT}/SalesPricesInquiry", json=load("sales-prices.json"))
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    erp = make({"price": {"preference": "sales_price"}})
    before = erp.changed_since(PRICE, datetime(2025, 12, 14, tzinfo=UTC), "nonstock:")
    assert before.position == "sales:"
    page = erp.changed_since(PRICE, datetime(2025, 12, 14, tzinfo=UTC), "sales:")
    assert (keys(page), page.position) == (["TEAPOT01"], None)
    days = [json.loads(request.body or b"")["EffectiveAsOf"]["value"][:10] for request in wire.requests("SalesPrices")]
    assert days == ["2025-12-14", "2026-01-01"]


@pytest.mark.parametrize(
    ("now", "since", "told"),
    [
        (datetime(2026, 1, 1, 0, 30, tzinfo=UTC), datetime(2026, 1, 1, 0, 10, tzinfo=UTC), False),
        (datetime(2026, 1, 2, 0, 5, tzinfo=UTC), datetime(2026, 1, 1, 23, 55, tzinfo=UTC), True),  # the promotion ends
        (datetime(2026, 2, 1, 0, 5, tzinfo=UTC), datetime(2026, 1, 31, 23, 55, tzinfo=UTC), True),  # a price begins
        (datetime(2026, 3, 1, 0, 5, tzinfo=UTC), datetime(2026, 2, 28, 23, 55, tzinfo=UTC), False),
    ],
)
def test_the_days_on_which_prices_begin_and_end_are_changes(
    wire: Wire, make: Make, now: datetime, since: datetime, told: bool
) -> None:
    wire.site()
    wire.put(f"{ENDPOINT}/SalesPricesInquiry", json=load("sales-prices.json"))
    erp = make({"price": {"special_price": True}})
    erp.clock.advance((now - erp.clock.now()).total_seconds())  # type: ignore[attr-defined]
    assert keys(erp.changed_since(PRICE, since, "sales:")) == (["TEAPOT01"] if told else [])


# --- stock


@pytest.fixture
def houses(wire: Wire) -> Wire:
    wire.site()
    wire.get(f"{ENDPOINT}/Warehouse", json=load("warehouses.json"))
    wire.put(f"{ENDPOINT}/StorageDetailsInquiry", json=load("storage-main.json"))
    wire.put(f"{ENDPOINT}/StorageDetailsInquiry", json=load("storage-retail.json"))
    return wire


def test_stock_is_polled_warehouse_by_warehouse(houses: Wire, make: Make) -> None:
    erp = make()
    first = erp.changed_since(INVENTORY, SINCE)
    assert first.changes == (
        Change(INVENTORY, "TEAPOT01", version=1_767_222_000_000_000),
        Change(INVENTORY, "OTHER", version=1_767_218_400_000_000),
    )
    assert first.position == "warehouse:RETAIL"
    second = erp.changed_since(INVENTORY, SINCE, first.position)
    assert second == Page((Change(INVENTORY, "TEAPOT01", version=1_767_223_800_000_000),), None)
    assert [json.loads(request.body or b"")["WarehouseID"]["value"] for request in houses.requests("Storage")] == [
        "MAIN",
        "RETAIL",
    ]


def test_only_the_chosen_warehouses_are_polled(houses: Wire, make: Make) -> None:
    erp = make({"inventory": {"warehouses": ["MAIN"]}})
    assert erp.changed_since(INVENTORY, SINCE).position is None


def test_a_warehouse_that_was_taken_off_the_list_is_passed_over(houses: Wire, make: Make) -> None:
    erp = make()
    assert erp.changed_since(INVENTORY, SINCE, "warehouse:ZZZ") == Page((), None)
    assert erp.changed_since(INVENTORY, SINCE, "warehouse:NORTH").position is None
    assert json.loads(houses.calls[-1].request.body or b"")["WarehouseID"]["value"] == "RETAIL"


@pytest.mark.usefixtures("small")
def test_a_full_poll_of_stock_lists_every_stock_item_also_those_without_a_row(houses: Wire, make: Make) -> None:
    houses.get(f"{ENDPOINT}/StockItem", json=rows("A", "B"))
    houses.get(f"{ENDPOINT}/StockItem", json=rows("C"))
    erp = make()
    first = erp.changed_since(INVENTORY, None)
    assert (keys(first), first.position) == (["A", "B"], "stock:B")
    second = erp.changed_since(INVENTORY, None, first.position or "")
    assert (keys(second), second.position) == (["C"], None)
    assert first.changes[0].entity == INVENTORY
