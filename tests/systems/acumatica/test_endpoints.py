"""Where the services of the site are: defaults, another endpoint, rows that somebody edited."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.systems.acumatica import Acumatica, versions
from connector.systems.acumatica.endpoints import Paths
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire


def test_every_service_is_listed_once_with_code_label_and_path() -> None:
    rows = Acumatica.endpoints
    assert len(rows) == len({row.code for row in rows}) >= 30
    assert all(row.label and row.path.startswith("entity/{endpoint}/{version}/") for row in rows)


@pytest.mark.parametrize(
    ("edited", "asked", "path"),
    [
        ({}, "StockItem?$top=1", "/entity/Default/24.200.001/StockItem?$top=1"),
        ({"stock_item": "MyItem"}, "StockItem/AB", "/entity/Default/24.200.001/MyItem/AB"),
        ({"stock_item": "/entity/Own/1.0/Item"}, "StockItem?$top=1", "/entity/Own/1.0/Item?$top=1"),
        ({"stock_item": "entity/{endpoint}/{version}/Item?x=1"}, "StockItem?$top=1",
         "/entity/Default/24.200.001/Item?x=1&$top=1"),
        ({"warehouse": "Other", "stock_item": " "}, "StockItem", "/entity/Default/24.200.001/StockItem"),
    ],
)  # fmt: skip
def test_an_edited_row_takes_the_place_of_the_default(edited: dict[str, str], asked: str, path: str) -> None:
    assert Paths(edited).resolve(asked, "Default", "24.200.001") == path


def test_an_edited_row_is_really_used(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/MyWarehouses", json=[{"WarehouseID": {"value": "W"}}])
    erp = make({"endpoints": {"erp": {"warehouse": "MyWarehouses"}}})
    assert [choice.value for choice in erp.reference("warehouse")] == ["W"]


def test_name_and_version_of_the_endpoint_are_settings(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{BASE}/entity/Own/18.200.001/Warehouse", json=[{"WarehouseID": {"value": "W"}}])
    erp = make({"endpoint": {"name": "Own", "version": "18.200.001"}})
    assert [choice.value for choice in erp.reference("warehouse")] == ["W"]


def test_of_an_endpoint_of_their_own_the_newest_version_is_taken() -> None:
    site = versions.Site("", (("Default", "24.200.001"), ("Own", "1.0"), ("Own", "2.0")))
    assert versions.choose(site, endpoint="Own") == "2.0"


def test_the_clock_of_the_site_is_its_date_header(make: Make, wire: Wire) -> None:
    wire.site()
    wire.replace("GET", f"{BASE}/entity", json=[], headers={"Date": "Tue, 03 Mar 2026 10:00:00 GMT"})
    assert make().now() == datetime(2026, 3, 3, 10, tzinfo=UTC)
    wire.replace("GET", f"{BASE}/entity", json=[])
    assert make().now() is None
