"""Stock and prices by inquiry, and the generic inquiries over OData."""

from __future__ import annotations

import base64
import json

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE

BASIC = {"Authorization": "Basic " + base64.b64encode(b"admin:sandbox").decode()}


def ask(client: FlaskClient, name: str, detail: str, version: str = "24.200.001", **fields):
    body = {field: {"value": value} for field, value in fields.items()}
    answer = client.put(f"/entity/Default/{version}/{name}?$expand={detail}", json=body)
    assert answer.status_code == 200, answer.text
    rows = answer.get_json()[detail]
    return [{field: cell.get("value") for field, cell in row.items() if isinstance(cell, dict)} for row in rows]


def test_a_summary_of_one_item(client: FlaskClient):
    rows = ask(client, "InventorySummaryInquiry", "Results", InventoryID="TL-00001")
    assert {row["WarehouseID"]: (row["QtyOnHand"], row["QtyAvailable"]) for row in rows}["MAIN"] == (75.0, 70.0)
    assert len(ask(client, "InventorySummaryInquiry", "Results", InventoryID="TL-00001", WarehouseID="main")) == 1
    assert ask(client, "InventorySummaryInquiry", "Results", WarehouseID="MAIN") == []


def test_its_shape_is_the_documented_one(client: FlaskClient, shared):
    shape = json.loads((shared / "contracts/acumatica/shapes.json").read_text())[
        "PUT InventorySummaryInquiry?$expand=Results"
    ]["body"]
    body = client.put(
        f"{BASE}/InventorySummaryInquiry?$expand=Results", json={"InventoryID": {"value": "TL-00001"}}
    ).get_json()
    assert set(shape) <= set(body) and set(shape["Results"][0]) <= set(body["Results"][0])


def test_all_stock_of_a_warehouse_in_one_call(erp: Acumatica, client: FlaskClient):
    rows = ask(client, "StorageDetailsInquiry", "StorageDetails", WarehouseID="MAIN")
    assert len(rows) == 512 and {row["WarehouseID"] for row in rows} == {"MAIN"}
    assert len(ask(client, "StorageDetailsInquiry", "StorageDetails")) == 3 * 512
    erp.erp.edit("TL-00001", {"stock": {"MAIN": 3}})
    row = next(
        r
        for r in ask(client, "StorageDetailsInquiry", "StorageDetails", WarehouseID="MAIN")
        if r["InventoryID"] == "TL-00001"
    )
    assert (row["QtyOnHand"], row["QtyHardAvailable"], row["QtyAvailable"]) == (3.0, 3.0, -2.0)


def test_older_endpoints_call_the_columns_otherwise(client: FlaskClient):
    row = ask(client, "StorageDetailsInquiry", "StorageDetails", "22.200.001", WarehouseID="MAIN")[0]
    assert {"SiteID", "SiteOnHand", "SiteAvailable", "SiteAvailableforShipping", "SiteLastModifiedDate"} <= set(row)


def test_quantities_changed_since(erp: Acumatica, client: FlaskClient):
    assert ask(client, "InventoryQuantityAvailable", "Results") == []
    (row,) = ask(client, "InventoryQuantityAvailable", "Results", InventoryID="TL-00001")
    assert row["QtyAvailable"] == 320.0
    erp.erp.edit("TL-00001", {"stock": {"MAIN": 5}})
    since = ask(client, "InventoryQuantityAvailable", "Results", InventoryID="TL-00001")[0]["LastModifiedDateTime"]
    changed = ask(client, "InventoryQuantityAvailable", "Results", LastModifiedDateTime=since)
    assert [row["InventoryID"] for row in changed] == ["TL-00001"]


def test_a_bad_date_is_an_error(client: FlaskClient):
    body = {"LastModifiedDateTime": {"value": "soon"}}
    assert client.put(f"{BASE}/InventoryQuantityAvailable?$expand=Results", json=body).status_code == 500


def test_sales_prices_with_a_promotion(erp: Acumatica, client: FlaskClient):
    erp.erp.edit("TL-00001", {"promotion": 19.99})
    rows = ask(client, "SalesPricesInquiry", "SalesPriceDetails", InventoryID="TL-00001")
    assert [(row["PriceType"], row["Price"], row["Promotion"]) for row in rows] == [
        ("Base", 31.49, False),
        ("Base", 19.99, True),
    ]
    gone = ask(client, "SalesPricesInquiry", "SalesPriceDetails", InventoryID="TL-00001", EffectiveAsOf="2030-01-01")
    assert len(gone) == 1
    assert ask(client, "SalesPricesInquiry", "SalesPriceDetails", InventoryID="TL-00001", PriceType="Customer") == []


def test_the_allocation_header_sums_up(client: FlaskClient):
    body = {"InventoryID": {"value": "TL-00001"}}
    found = client.put(f"{BASE}/InventoryAllocationInquiry", json=body).get_json()
    assert (found["OnHand"]["value"], found["Available"]["value"], found["SOBooked"]["value"]) == (325.0, 320.0, 5.0)


def test_an_inquiry_is_only_asked_by_put(client: FlaskClient):
    assert client.get(f"{BASE}/StorageDetailsInquiry").status_code == 405


def test_generic_inquiries_are_listed_and_described(outsider: FlaskClient):
    root = outsider.get("/t/Company/api/odata/gi", headers=BASIC).get_json()
    assert {row["name"] for row in root["value"]} >= {"CC Products", "CC Prices", "CC Inventory", "CC Orders"}
    metadata = outsider.get("/t/Company/api/odata/gi/$metadata", headers=BASIC).text
    assert '<EntitySet Name="CC Inventory"' in metadata


def test_rows_of_a_generic_inquiry(outsider: FlaskClient):
    path = "/t/Company/api/odata/gi/CC Inventory"
    query = {
        "$filter": "InventoryID eq 'TL-00001' and QtyOnHand gt 0",
        "$orderby": "QtyOnHand desc",
        "$select": "Warehouse,QtyOnHand",
    }
    answer = outsider.get(path, query_string=query, headers=BASIC).get_json()
    assert answer["@odata.context"].endswith("/$metadata#CC%20Inventory")
    assert answer["value"] == [{"Warehouse": "RETAIL", "QtyOnHand": 250.0}, {"Warehouse": "MAIN", "QtyOnHand": 75.0}]


def test_rows_page_and_dates_compare(outsider: FlaskClient):
    path = "/t/Company/api/odata/gi/CC Prices"
    page = outsider.get(path, query_string={"$top": 2, "$skip": 1}, headers=BASIC).get_json()["value"]
    assert len(page) == 2
    future = {"$filter": "InventoryItem_lastModifiedDateTime gt 2099-01-01T00:00:00Z"}
    assert outsider.get(path, query_string=future, headers=BASIC).get_json()["value"] == []


@pytest.mark.parametrize(
    ("path", "status"), [("/t/Company/api/odata/gi/Nope", 404), ("/t/Nowhere/api/odata/gi/CC Prices", 404)]
)
def test_unknown_inquiries_and_tenants(outsider: FlaskClient, path: str, status: int):
    assert outsider.get(path, headers=BASIC).status_code == status


def test_a_filter_that_cannot_be_read_is_a_400(outsider: FlaskClient):
    path = "/t/Company/api/odata/gi/CC Prices"
    assert outsider.get(path, query_string={"$filter": "Nope eq 1"}, headers=BASIC).status_code == 400


def test_the_old_address_sends_decimals_as_text(outsider: FlaskClient):
    row = outsider.get("/odata/Company/CC Inventory", query_string={"$top": 1}, headers=BASIC).get_json()["value"][0]
    assert isinstance(row["QtyOnHand"], str)
