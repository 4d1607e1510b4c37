"""Templates with variants, kits, related items, files, vendors and prices for classes of customers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE
from tests.sandbox.test_inquiries import BASIC
from tests.sandbox.test_orders import order, value, wrapped


@pytest.fixture
def more(client: FlaskClient) -> FlaskClient:
    answer = client.post("/_sandbox/desk/composites", json={})
    assert answer.status_code == 200 and answer.get_json()["records"] > 20, answer.text
    return client


def test_they_come_once(erp: Acumatica, more: FlaskClient):
    items = len(erp.erp.items())
    assert more.post("/_sandbox/desk/composites", json={}).status_code == 200
    assert len(erp.erp.items()) == items == 520 + 9 + 4 + 3 + 2


def test_a_reset_can_bring_them(erp: Acumatica):
    client = erp.app.test_client()
    assert client.post("/_sandbox/reset", json={"products": 60, "composites": True}).status_code == 200
    assert erp.store.get("templateitems", "TPL-TEE")


def test_a_template_lists_its_variants(more: FlaskClient):
    query = "?$expand=Matrix,Attributes,Categories&$select=InventoryID,Matrix/InventoryID,Matrix/ExportToExternal"
    body = more.get(f"{BASE}/TemplateItems/TPL-TEE{query}").get_json()
    names = [value(row, "InventoryID") for row in body["Matrix"]]
    assert len(names) == 9 and "TPL-TEE-BLA-S" in names
    assert {value(row, "AttributeID") for row in body["Attributes"]} == {"COLOR", "SIZE"}
    item = more.get(f"{BASE}/StockItem/TPL-TEE-BLA-S?$expand=Attributes").get_json()
    assert value(item, "TemplateItemID") == "TPL-TEE"
    assert {value(row, "Value") for row in item["Attributes"]} == {"Black", "S"}


def test_a_template_can_be_changed_and_is_told(erp: Acumatica, more: FlaskClient):
    body = wrapped({"InventoryID": "TPL-TEE", "Description": "Team Shirt"})
    assert more.put(f"{BASE}/TemplateItems", json=body).status_code == 200
    wrong = wrapped({"InventoryID": "TPL-X", "ItemClass": "NOPE"})
    assert more.put(f"{BASE}/TemplateItems", json=wrong).status_code == 422
    rows = more.get("/t/Company/api/odata/gi/CC Templates", headers=BASIC).get_json()["value"]
    assert "Team Shirt" in {row["Description"] for row in rows}


def test_kits_name_their_parts(more: FlaskClient):
    body = more.get(f"{BASE}/KitSpecification/KIT-BENCH/1?$expand=StockComponents").get_json()
    parts = {value(row, "StockInventoryID"): value(row, "ComponentQty") for row in body["StockComponents"]}
    assert parts == {"TL-00001": 1.0, "TL-00008": 1.0, "TL-00015": 4.0}
    assert value(more.get(f"{BASE}/StockItem/KIT-BENCH").get_json(), "IsAKit") is True
    assert value(more.get(f"{BASE}/NonStockItem/KIT-CAMP").get_json(), "IsKit") is True
    row = [wrapped({"StockInventoryID": "NOPE"})]
    wrong = {**wrapped({"KitInventoryID": "KIT-BENCH", "RevisionID": "2"}), "StockComponents": row}
    assert more.put(f"{BASE}/KitSpecification", json=wrong).status_code == 422


def test_related_items_are_read_by_inquiry_and_table_and_told(erp: Acumatica, more: FlaskClient):
    rows = more.get("/t/Company/api/odata/gi/CC Relations", headers=BASIC).get_json()["value"]
    mine = {row["RelatedInventoryID"]: row["Relation"] for row in rows if row["InventoryID"] == "TL-00001"}
    assert mine == {"TL-00008": "Cross-Sell", "TL-00015": "Up-Sell", "KT-00002": "Related"}
    stored = more.get("/t/Company/api/odata/dac/INRelatedInventory", headers=BASIC).get_json()["value"]
    assert {row["Relation"] for row in stored} == {"CSELL", "USELL", "RELTD"}
    more.put("/_sandbox/push", json={"address": "http://connector.test/hook", "pauses": [0]})
    link = {"item": "TL-00001", "rows": [{"RelatedInventoryID": "TL-00008", "Relation": "Cross-Sell"}]}
    assert more.post("/_sandbox/desk/relations", json=link).status_code == 200
    (row,) = erp.store.db.execute("SELECT query, body FROM outbox").fetchall()
    body = json.loads(row[1])
    assert row[0] == "CC Relations" and len(body["Deleted"]) == 3 and len(body["Inserted"]) == 1
    wrong = {"item": "TL-00001", "rows": [{"RelatedInventoryID": "NOPE"}]}
    assert more.post("/_sandbox/desk/relations", json=wrong).status_code == 400


def test_pictures_are_files_that_can_be_fetched(more: FlaskClient):
    body = more.get(f"{BASE}/StockItem/TL-00001?$expand=files,Attributes").get_json()
    first = body["files"][0]
    assert first["filename"] == "Stock Items (TL-00001)\\tl-00001-1.png"
    answer = more.get(first["href"])
    assert answer.content_type == "image/png" and answer.data.startswith(b"\x89PNG")
    template = more.get(f"{BASE}/TemplateItems/TPL-TEE?$expand=files").get_json()
    assert len(template["files"]) == 2
    assert more.get(f"{BASE}/files/00000000-0000-0000-0000-000000000009").status_code == 500


def test_a_file_is_put_and_replaced(more: FlaskClient):
    body = more.get(f"{BASE}/StockItem/TL-00008?$expand=files").get_json()
    place = body["_links"]["files:put"].replace("{filename}", "manual.pdf")
    for data in (b"%PDF-1", b"%PDF-2"):
        assert more.put(place, data=data, headers={"PX-CbFileComment": "The manual"}).status_code == 204
    (one,) = more.get(f"{BASE}/StockItem/{body['id']}?$expand=files").get_json()["files"]
    assert one["comment"] == "The manual" and more.get(one["href"]).data == b"%PDF-2"


def test_a_picture_may_be_an_address(more: FlaskClient):
    (row,) = more.get(f"{BASE}/StockItem/KT-00002?$expand=FileURLs").get_json()["FileURLs"]
    assert value(row, "FileType") == "Image" and value(row, "FileURL").startswith("http://localhost/_sandbox/pictures/")
    assert more.get(value(row, "FileURL")).data.startswith(b"\x89PNG")


def test_vendors_and_what_they_have(more: FlaskClient):
    body = more.get(f"{BASE}/StockItem/TL-00001?$expand=VendorDetails,Attributes").get_json()
    assert value(body, "VendorDetails", 0, "VendorID") == "V000001"
    values = {value(row, "AttributeID"): value(row, "Value") for row in body["Attributes"]}
    assert values["VENDORQTY"] == "40"


def test_prices_for_classes_and_quantities(erp: Acumatica, more: FlaskClient):
    def rows(**asked: Any) -> list[dict[str, Any]]:
        answer = more.put(f"{BASE}/SalesPricesInquiry?$expand=SalesPriceDetails", json=wrapped(asked))
        return list(answer.get_json()["SalesPriceDetails"])

    found = rows(InventoryID="TL-00001", PriceType="Customer Price Class")
    assert [(value(row, "PriceCode"), value(row, "BreakQty")) for row in found] == [
        ("WHOLESALE", 0.0), ("WHOLESALE", 10.0), ("VIP", 0.0)
    ]  # fmt: skip
    assert len(rows(InventoryID="TL-00001", PriceType="Customer Price Class", PriceCode="VIP")) == 1
    assert {value(row, "PriceType") for row in rows(InventoryID="TL-00001", PriceType="Base")} == {"Base"}
    more.put(f"{BASE}/Customer", json=wrapped({"CustomerID": "C0000001", "PriceClassID": "WHOLESALE"}))
    prices = []
    for count in (1, 12):
        body = order(more, Details=[{"InventoryID": "TL-00001", "OrderQty": count}])
        prices.append(value(body, "Details", 0, "UnitPrice"))
    assert prices == [28.34, 25.19]


def test_wrong_prices_are_refused(more: FlaskClient):
    body = {"item": "TL-00001", "rows": [{"PriceCode": "NOPE", "Price": 1}]}
    assert more.post("/_sandbox/desk/prices", json=body).status_code == 400
