"""Stock by warehouse: fewest requests, all three kinds of quantity, zero said as zero."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connector.clock import FakeClock
from connector.errors import Fail
from connector.records import INVENTORY, Level, Stock
from connector.systems.acumatica import Acumatica
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, load, options

MAIN = Level("MAIN", Decimal(100), Decimal(90), Decimal(95))
RETAIL = Level("RETAIL", Decimal(4), Decimal("3.5"), Decimal(4))


def light(*keys: str, **more: Any) -> list[dict[str, Any]]:
    plain = {"ItemStatus": {"value": "Active"}, "ExportToExternal": {"value": True}, **more}
    return [{"id": key, "InventoryID": {"value": key}, **plain} for key in keys]


@pytest.fixture
def site(wire: Wire) -> Wire:
    """Two active warehouses; three stock items, one non-stock item."""
    wire.site()
    wire.get(f"{ENDPOINT}/Warehouse", json=load("warehouses.json"))
    wire.get(f"{ENDPOINT}/StockItem", json=light("TEAPOT01", "CUP02", "BOWL03"))
    wire.get(f"{ENDPOINT}/NonStockItem", json=light("ENGRAVING"))
    wire.put(f"{ENDPOINT}/InventorySummaryInquiry", json=load("summary.json"))
    wire.add_callback("PUT", f"{ENDPOINT}/StorageDetailsInquiry", callback=_storage)
    return wire


def _storage(request: Any) -> tuple[int, dict[str, str], str]:
    warehouse = json.loads(request.body)["WarehouseID"]["value"].lower()
    return 200, {"Content-Type": "application/json"}, json.dumps(load(f"storage-{warehouse}.json"))


def read(erp: Acumatica, *keys: str) -> dict[str, Stock]:
    return erp.read_many(INVENTORY, keys)  # type: ignore[return-value]


def bodies(wire: Wire, part: str) -> list[Any]:
    return [json.loads(request.body or b"") for request in wire.requests(part)]


def test_one_item_is_read_from_the_summary_in_all_warehouses(site: Wire, make: Make) -> None:
    found = read(make(), "TEAPOT01")["TEAPOT01"]
    assert found == Stock(key="TEAPOT01", version=0, levels=(MAIN, RETAIL), sellable=True)
    assert bodies(site, "InventorySummaryInquiry") == [{"InventoryID": {"value": "TEAPOT01"}}]
    assert options(site.requests("InventorySummaryInquiry")[0]) == {"$expand": "Results"}


def test_many_items_are_read_by_warehouse(site: Wire, make: Make) -> None:
    found = read(make(), "TEAPOT01", "CUP02", "BOWL03")
    assert found["TEAPOT01"].levels == (MAIN, RETAIL)
    assert bodies(site, "StorageDetailsInquiry") == [
        {"WarehouseID": {"value": "MAIN"}},
        {"WarehouseID": {"value": "RETAIL"}},
    ]
    assert options(site.requests("StorageDetailsInquiry")[0]) == {"$expand": "StorageDetails"}
    assert site.requests("InventorySummaryInquiry") == []


def test_a_stock_has_no_version_whatever_it_was_read_from(site: Wire, make: Make) -> None:
    erp = make()
    assert read(erp, "TEAPOT01")["TEAPOT01"] == read(erp, "TEAPOT01", "CUP02", "BOWL03")["TEAPOT01"]
    assert read(erp, "TEAPOT01")["TEAPOT01"].version == 0


def test_no_row_is_an_explicit_zero_in_every_warehouse(site: Wire, make: Make) -> None:
    found = read(make(), "TEAPOT01", "CUP02", "BOWL03")
    assert found["BOWL03"].levels == (Level("MAIN"), Level("RETAIL"))
    assert found["CUP02"].levels == (Level("MAIN", Decimal(8), Decimal(8), Decimal(8)), Level("RETAIL"))
    site.replace("PUT", f"{ENDPOINT}/InventorySummaryInquiry", json={"Results": []})
    assert read(make(), "BOWL03")["BOWL03"].levels == (Level("MAIN"), Level("RETAIL"))


def test_an_item_that_is_gone_is_absent(site: Wire, make: Make) -> None:
    assert read(make(), "NOWHERE") == {}
    assert site.requests("Inquiry") == []


def test_a_non_stock_item_has_no_stock_to_send(site: Wire, make: Make) -> None:
    found = read(make(), "ENGRAVING")["ENGRAVING"]
    assert (found.levels, found.sellable) == ((), False)
    assert site.requests("Inquiry") == []


def test_an_item_that_may_not_be_sold_says_so(site: Wire, make: Make) -> None:
    site.replace("GET", f"{ENDPOINT}/StockItem", json=light("TEAPOT01", ItemStatus={"value": "Inactive"}))
    assert read(make(), "TEAPOT01")["TEAPOT01"].sellable is False


def test_only_the_chosen_warehouses_are_read(site: Wire, make: Make) -> None:
    erp = make({"inventory": {"warehouses": ["RETAIL"]}})
    assert read(erp, "TEAPOT01")["TEAPOT01"].levels == (RETAIL,)
    assert bodies(site, "InventorySummaryInquiry") == [
        {"InventoryID": {"value": "TEAPOT01"}, "WarehouseID": {"value": "RETAIL"}}
    ]
    assert read(erp, "TEAPOT01", "CUP02")["TEAPOT01"].levels == (RETAIL,)
    assert bodies(site, "StorageDetailsInquiry") == [{"WarehouseID": {"value": "RETAIL"}}]
    assert site.requests("/Warehouse?") == []


def test_a_chosen_warehouse_is_found_in_any_case(site: Wire, make: Make) -> None:
    erp = make({"inventory": {"warehouses": ["main", "Retail"]}})
    levels = read(erp, "TEAPOT01")["TEAPOT01"].levels
    assert [(level.warehouse, level.on_hand) for level in levels] == [("Retail", 4), ("main", 100)]


def test_rows_of_another_warehouse_do_not_count(site: Wire, make: Make) -> None:
    site.replace("GET", f"{ENDPOINT}/StockItem", json=light("ASTRAY", "CUP02"))
    erp = make({"inventory": {"warehouses": ["MAIN"]}})
    assert read(erp, "ASTRAY", "CUP02")["ASTRAY"].levels == (Level("MAIN"),)


def test_warehouses_are_remembered_for_ten_minutes(site: Wire, make: Make, clock: FakeClock) -> None:
    erp = make()
    read(erp, "TEAPOT01")
    read(erp, "TEAPOT01")
    assert len(site.requests("/Warehouse?")) == 1
    clock.advance(601)
    read(erp, "TEAPOT01")
    assert len(site.requests("/Warehouse?")) == 2


def test_a_site_without_warehouses_is_told(site: Wire, make: Make) -> None:
    site.replace("GET", f"{ENDPOINT}/Warehouse", json=[])
    with pytest.raises(Fail, match="no active warehouse") as caught:
        read(make(), "TEAPOT01")
    assert caught.value.help


def test_a_warehouse_that_does_not_exist_is_told(site: Wire, make: Make) -> None:
    site.replace("PUT", f"{ENDPOINT}/InventorySummaryInquiry", status=422, json=load("error-values.json"))
    with pytest.raises(Fail, match="The warehouse NOWHERE does not exist"):
        read(make({"inventory": {"warehouses": ["NOWHERE"]}}), "TEAPOT01")


def test_an_old_site_calls_its_columns_otherwise(wire: Wire, make: Make) -> None:
    wire.site("site-before-2023r2.json")
    old = f"{BASE}/entity/Default/22.200.001"
    wire.get(f"{old}/StockItem", json=light("TEAPOT01", "CUP02"))
    wire.put(f"{old}/StorageDetailsInquiry", json=load("storage-22.json"))
    found = read(make({"inventory": {"warehouses": ["MAIN"]}}), "TEAPOT01", "CUP02")
    assert found["TEAPOT01"].levels == (MAIN,)


class Moments:
    """A clock that says one moment after the other."""

    def __init__(self, *moments: float) -> None:
        self.left = list(moments)

    def monotonic(self) -> float:
        return self.left.pop(0)


@pytest.mark.parametrize(("asked", "readings"), [(4.0, 1), (5.0, 2), (6.0, 2)])
def test_a_list_that_was_begun_after_somebody_asked_is_shared_and_an_older_one_never(
    site: Wire, make: Make, asked: float, readings: int
) -> None:
    """Several batches wait for the same long list. Who asked after it was begun may know of a newer change."""
    warehouses = make().warehouses
    warehouses.clock = Moments(3.0, 5.0, asked, 7.0)  # type: ignore[assignment]
    first = warehouses.quantities("MAIN")
    assert warehouses.quantities("MAIN") == first
    assert len(site.requests("StorageDetailsInquiry")) == readings
