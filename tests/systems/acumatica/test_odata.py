"""Stock from a generic inquiry over OData: its own column names, its own paging, its own ways to be missing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Retry
from connector.records import INVENTORY, Level
from connector.systems.acumatica import Acumatica, columns, odata, polls
from connector.systems.base import Change, Page
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, load, options

GI = f"{BASE}/t/Company/api/odata/gi/CC%20Stock"
WAREHOUSES = {"inventory": {"warehouses": ["MAIN", "RETAIL"], "quantity_kind": "available_for_shipping"}}


@pytest.fixture
def erp(wire: Wire, make: Make) -> Acumatica:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", json=[{"InventoryID": {"value": key}} for key in ("TEAPOT01", "CUP02")])
    return make(WAREHOUSES, stock_gi="CC Stock")


def test_stock_is_read_for_just_the_items_asked_for(erp: Acumatica, wire: Wire) -> None:
    wire.get(GI, json=load("gi-stock.json"))
    found = erp.read_many(INVENTORY, ["TEAPOT01", "CUP02"])
    assert found["TEAPOT01"].levels == (  # type: ignore[attr-defined]
        Level("MAIN", Decimal(100), Decimal(90), Decimal(95)),
        Level("RETAIL", Decimal(4), Decimal("3.5"), Decimal(4)),
    )
    assert found["CUP02"].levels == (Level("MAIN"), Level("RETAIL"))  # type: ignore[attr-defined]
    first, second = wire.requests("odata")
    assert options(first) == {"$top": "1"}
    assert options(second) == {
        "$filter": "InventoryID eq 'TEAPOT01' or InventoryID eq 'CUP02'",
        "$orderby": "InventoryID,Warehouse",
        "$top": "1000",
    }
    assert second.headers["Cookie"] == ".ASPXAUTH=seat"
    assert wire.requests("Inquiry") == []


def test_a_site_with_one_tenant_has_a_shorter_path(wire: Wire, make: Make) -> None:
    wire.get(f"{BASE}/api/odata/gi/CC%20Stock", json={"value": []})
    wire.site()
    erp = make(stock_gi="CC Stock", tenant="")
    assert odata.Rows(erp.client, "CC Stock").columns() is None


def test_long_answers_are_read_to_the_end(erp: Acumatica, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odata, "PAGE", 2)
    rows = load("gi-stock.json")["value"]
    wire.get(GI, json={"value": rows})
    wire.get(GI, json={"value": rows})
    wire.get(GI, json={"value": rows[:1]})
    found = erp.read_many(INVENTORY, ["TEAPOT01"])
    assert found["TEAPOT01"].levels[0].on_hand == 200  # type: ignore[attr-defined]
    assert options(wire.calls[-1].request)["$skip"] == "2"


def test_an_inquiry_without_rows_is_no_stock(erp: Acumatica, wire: Wire) -> None:
    wire.get(GI, json={"value": []})
    found = erp.read_many(INVENTORY, ["TEAPOT01"])
    assert found["TEAPOT01"].levels == (Level("MAIN"), Level("RETAIL"))  # type: ignore[attr-defined]


def test_an_inquiry_that_is_not_exposed_is_told(erp: Acumatica, wire: Wire) -> None:
    wire.get(GI, status=404)
    with pytest.raises(Fail, match='"CC Stock" is not there over OData') as caught:
        erp.read_many(INVENTORY, ["TEAPOT01"])
    assert "Expose via OData" in caught.value.help


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("InventoryID", "InventoryID"),
        ("Warehouse", "Warehouse"),
        ("INSiteStatus_qtyHardAvail", "available for shipping"),
    ],
)
def test_a_missing_column_is_named_and_never_taken_for_zero(
    erp: Acumatica, wire: Wire, without: str, named: str
) -> None:
    row = {name: value for name, value in load("gi-stock.json")["value"][0].items() if name != without}
    wire.get(GI, json={"value": [row]})
    with pytest.raises(Fail, match=f"no column for: {named}") as caught:
        erp.read_many(INVENTORY, ["TEAPOT01"])
    assert "QtyOnHand" in caught.value.help


@pytest.mark.parametrize("body", [[], {}, {"value": 3}])
def test_another_answer_is_worth_another_try(erp: Acumatica, wire: Wire, body: Any) -> None:
    wire.get(GI, json=body)
    with pytest.raises(Retry):
        erp.read_many(INVENTORY, ["TEAPOT01"])


# --- polls


def test_changes_are_asked_for_by_date_and_paged_by_key(
    erp: Acumatica, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "PAGE", 2)
    rows = load("gi-stock.json")["value"]
    wire.get(GI, json={"value": rows})
    wire.get(GI, json={"value": rows})
    wire.get(GI, json={"value": [{**rows[0], "InventoryID": "VASE", "Warehouse": "ELSEWHERE"}]})
    since = datetime(2025, 12, 31, 12, tzinfo=UTC)
    first = erp.changed_since(INVENTORY, since)
    assert first == Page((Change(INVENTORY, "TEAPOT01", version=1_767_223_800_000_000),), "gi:TEAPOT01")
    second = erp.changed_since(INVENTORY, since, first.position or "")
    assert second == Page((), None)  # the other warehouse is not one of ours
    asked = [options(request) for request in wire.requests("odata")]
    assert asked[1] == {"$filter": "LastModifiedOn ge 2025-12-31T12:00:00.000Z", "$orderby": "InventoryID", "$top": "2"}
    assert asked[2]["$filter"] == "LastModifiedOn ge 2025-12-31T12:00:00.000Z and InventoryID gt 'TEAPOT01'"


def test_an_inquiry_without_a_date_leaves_the_poll_to_the_standard_one(erp: Acumatica, wire: Wire) -> None:
    row = {name: value for name, value in load("gi-stock.json")["value"][0].items() if name != "LastModifiedOn"}
    wire.get(GI, json={"value": [row]})
    wire.put(f"{ENDPOINT}/StorageDetailsInquiry", json=load("storage-main.json"))
    page = erp.changed_since(INVENTORY, datetime(2025, 12, 31, 22, tzinfo=UTC))
    assert page.position == "warehouse:RETAIL"


# --- columns


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"InventoryID": 1}, "InventoryID"),
        ({"inventoryid": 1}, "inventoryid"),
        ({"Inventory ID": 1}, "Inventory ID"),
        ({"InventoryItem_InventoryCD": 1}, "InventoryItem_InventoryCD"),
        ({"INItem_inventoryID": 1, "InventoryCD": 2}, "InventoryCD"),
        ({"InventoryCD": 1, "InventoryID": 2}, "InventoryID"),
        ({"Description": 1, "": 2, "_": 3}, None),
        ({}, None),
    ],
)
def test_the_column_of_the_item_is_found_whatever_it_is_called(row: dict[str, Any], column: str | None) -> None:
    assert columns.find(row, columns.KEY) == column
