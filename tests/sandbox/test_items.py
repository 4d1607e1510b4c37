"""Items over contract-based REST: shapes, silences and refusals as in facts/ACUMATICA.md and shapes.json."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE


def value(record, name):
    return record[name].get("value")


def put(client: FlaskClient, entity: str, query: str = "", headers=None, **fields):
    body = {name: raw if isinstance(raw, list) else {"value": raw} for name, raw in fields.items()}
    return client.put(f"{BASE}/{entity}{query}", json=body, headers=headers)


def test_the_endpoints_are_listed_newest_first(erp: Acumatica, client: FlaskClient, shared):
    body = client.get("/entity").get_json()
    shape = json.loads((shared / "contracts/acumatica/shapes.json").read_text())["GET /entity (2023R2+)"]["body"]
    assert body.keys() == shape.keys() and body["version"].keys() == shape["version"].keys()
    assert body["endpoints"][0].keys() == shape["endpoints"][0].keys()
    assert [entry["version"] for entry in body["endpoints"]] == ["25.200.001", "24.200.001", "23.200.001", "22.200.001"]


def test_older_builds_answer_a_bare_array(erp: Acumatica, client: FlaskClient):
    client.put("/_sandbox/switches", json={"old_entity_list": True, "versions": ["22.200.001"]})
    assert client.get("/entity").get_json() == [
        {"name": "Default", "version": "22.200.001", "href": "/entity/Default/22.200.001/"}
    ]
    assert client.get(f"{BASE}/StockItem").status_code == 404


def test_a_site_may_live_in_a_folder(outsider: FlaskClient, erp: Acumatica):
    from werkzeug.test import Client

    from tests.sandbox.conftest import LOGIN

    client = Client(erp.wsgi)
    assert client.post("/AcumaticaERP/entity/auth/login", json=LOGIN).status_code == 204
    assert client.get("/AcumaticaERP/entity").get_json()["endpoints"][0]["href"].startswith("/AcumaticaERP/entity/")


def test_one_item_by_key_in_any_letter_case(client: FlaskClient):
    record = client.get(f"{BASE}/stockitem/tl-00001").get_json()
    assert value(record, "InventoryID") == "TL-00001" and record["rowNumber"] == 1 and record["note"] == {"value": ""}
    assert record["custom"] == {} and record["_links"]["self"].endswith(record["id"])
    assert client.get(f"{BASE}/StockItem/{record['id']}").get_json()["id"] == record["id"]


def test_an_empty_field_is_an_empty_object(client: FlaskClient):
    assert client.get(f"{BASE}/StockItem/TL-00001").get_json()["ABCCode"] == {}


def test_every_field_of_the_swagger_is_shown(client: FlaskClient, shared):
    record = client.get(f"{BASE}/StockItem/TL-00001").get_json()
    contract = json.loads((shared / "contracts/acumatica/entities-Default_24.200.001.json").read_text())["entities"]
    assert set(contract["StockItem"]["fields"]) == set(record) - {"id", "rowNumber", "note", "custom", "_links"}
    record = client.get(f"{BASE}/NonStockItem/SV-001").get_json()
    assert set(contract["NonStockItem"]["fields"]) == set(record) - {"id", "rowNumber", "note", "custom", "_links"}


def test_last_modified_comes_under_the_name_of_the_version(client: FlaskClient):
    new, old = (client.get(f"/entity/Default/{v}/StockItem/TL-00001").get_json() for v in ("24.200.001", "22.200.001"))
    assert "LastModified" in new and "LastModifiedDateTime" in new
    assert "LastModified" in old and "LastModifiedDateTime" not in old


def test_a_record_that_is_not_there_is_a_500(client: FlaskClient, shared):
    answer = client.get(f"{BASE}/StockItem/NOPE")
    shape = json.loads((shared / "contracts/acumatica/shapes.json").read_text())["GET missing key"]
    assert answer.status_code == shape["status"] == 500
    want = {**shape["body"], "stackTrace": answer.get_json()["stackTrace"]}
    assert answer.get_json() == want


def test_wrong_verbs_and_unknown_entities(client: FlaskClient):
    assert client.get(f"{BASE}/Nonsense").status_code == 404
    assert client.post(f"{BASE}/StockItem", json={}).status_code == 406
    assert client.delete(f"{BASE}/StockItem").status_code == 405
    assert client.patch(f"{BASE}/StockItem", json={"InventoryID": {"value": "TL-00001"}}).status_code == 405
    assert client.get("/entity/Default/19.200.001/StockItem").status_code == 404


def test_a_key_with_odd_characters_cannot_travel_in_the_path(client: FlaskClient):
    assert client.get(f"{BASE}/StockItem/TL-10%2F25%20X").status_code == 404
    assert client.get(f"{BASE}/StockItem/LI-50%25").status_code == 400
    found = client.get(f"{BASE}/StockItem", query_string={"$filter": "InventoryID eq 'TL-10/25 X'"}).get_json()
    assert [value(row, "InventoryID") for row in found] == ["TL-10/25 X"]


def test_details_come_only_when_asked_for(client: FlaskClient):
    plain = client.get(f"{BASE}/StockItem/AP-00004").get_json()
    assert "Attributes" not in plain
    query = {"$expand": "Attributes,WarehouseDetails,CrossReferences,Categories"}
    full = client.get(f"{BASE}/StockItem/AP-00004", query_string=query).get_json()
    assert {value(row, "AttributeID") for row in full["Attributes"]} == {"BRAND", "COLOR", "SIZE"}
    assert {value(row, "WarehouseID") for row in full["WarehouseDetails"]} == {"MAIN", "EAST", "RETAIL"}
    assert value(full["CrossReferences"][0], "AlternateType") == "Barcode"
    assert isinstance(value(full["Categories"][0], "CategoryID"), int)
    assert client.get(f"{BASE}/StockItem/AP-00004", query_string={"$expand": "Nope"}).status_code == 500


def test_select_keeps_what_is_named(client: FlaskClient):
    query = {"$select": "InventoryID,DefaultPrice,Attributes/Value", "$expand": "Attributes"}
    record = client.get(f"{BASE}/StockItem/AP-00004", query_string=query).get_json()
    assert set(record) == {"id", "rowNumber", "note", "InventoryID", "DefaultPrice", "Attributes", "custom", "_links"}
    assert set(record["Attributes"][0]) == {"id", "rowNumber", "note", "Value", "custom"}


def test_top_and_skip_page_in_the_order_of_keys(client: FlaskClient):
    everything = [value(row, "InventoryID") for row in client.get(f"{BASE}/StockItem?$select=InventoryID").get_json()]
    assert everything == sorted(everything)
    page = client.get(f"{BASE}/StockItem?$select=InventoryID&$top=3&$skip=5").get_json()
    assert [value(row, "InventoryID") for row in page] == everything[5:8]
    assert client.get(f"{BASE}/StockItem?$top=x").status_code == 500


def test_a_put_updates_and_moves_the_version(erp: Acumatica, client: FlaskClient):
    before = erp.erp.item("TL-00001")["modified"]
    answer = put(client, "StockItem", InventoryID="TL-00001", DefaultPrice="12.50", Description="Spirit level, long")
    assert answer.status_code == 200 and value(answer.get_json(), "DefaultPrice") == 12.5
    assert value(answer.get_json(), "CurySpecificPrice") == 12.5
    assert erp.erp.item("TL-00001")["modified"] > before


def test_unknown_and_read_only_fields_are_ignored_without_a_word(erp: Acumatica, client: FlaskClient):
    answer = put(client, "StockItem", InventoryID="TL-00001", Nope=1, AverageCost=1, LastModified="2001-01-01")
    assert answer.status_code == 200 and "Nope" not in answer.get_json()
    assert value(answer.get_json(), "AverageCost") == 17.63


def test_an_empty_body_is_a_400(client: FlaskClient, shared):
    answer = client.put(f"{BASE}/StockItem")
    shape = json.loads((shared / "contracts/acumatica/shapes.json").read_text())["PUT empty body"]
    assert (answer.status_code, answer.get_json()) == (shape["status"], shape["body"])
    assert client.put(f"{BASE}/StockItem", data="{", content_type="application/json").status_code == 400


def test_what_is_wrong_comes_back_in_the_entity(client: FlaskClient):
    answer = put(client, "StockItem", InventoryID="NEW-1", ItemClass="NOPE", DefaultPrice="much")
    body = answer.get_json()
    assert answer.status_code == 422 and "raised at least one error" in body["error"]
    assert body["ItemClass"] == {"value": "NOPE", "error": "Item Class 'NOPE' cannot be found in the system."}
    assert "error" in body["DefaultPrice"]
    assert client.get(f"{BASE}/StockItem/NEW-1").status_code == 500


def test_a_put_inserts_what_is_not_there(erp: Acumatica, client: FlaskClient):
    answer = put(client, "StockItem", InventoryID="NEW-1", Description="New", ItemClass="TOOLS", DefaultPrice=3)
    assert answer.status_code == 200 and value(answer.get_json(), "ItemStatus") == "Active"
    assert erp.erp.levels("NEW-1") and client.get(f"{BASE}/StockItem/NEW-1").status_code == 200


def test_if_match_and_if_none_match(client: FlaskClient):
    assert put(client, "StockItem", headers={"If-None-Match": "*"}, InventoryID="TL-00001").status_code == 412
    assert put(client, "StockItem", headers={"If-Match": "*"}, InventoryID="NEW-9").status_code == 412


def test_a_put_can_find_its_record_by_a_filter(client: FlaskClient):
    query = "?$filter=InventoryID eq 'TL-00001'"
    assert value(put(client, "StockItem", query, DefaultPrice=5).get_json(), "InventoryID") == "TL-00001"
    assert put(client, "StockItem", "?$filter=ItemClass eq 'TOOLS'", DefaultPrice=5).status_code == 500


def test_details_are_merged_by_key_and_deleted_by_id(client: FlaskClient):
    red = [{"AttributeID": {"value": "COLOR"}, "Value": {"value": "Red"}}]
    body = put(client, "StockItem", "?$expand=Attributes", InventoryID="AP-00004", Attributes=red).get_json()
    rows = {value(row, "AttributeID"): row for row in body["Attributes"]}
    assert len(rows) == 3 and value(rows["COLOR"], "Value") == "Red"
    gone = [{"id": rows["SIZE"]["id"], "delete": True}]
    body = put(client, "StockItem", "?$expand=Attributes", InventoryID="AP-00004", Attributes=gone).get_json()
    assert {value(row, "AttributeID") for row in body["Attributes"]} == {"BRAND", "COLOR"}
    body = put(client, "StockItem", "?$expand=Attributes", InventoryID="AP-00004", Attributes=[]).get_json()
    assert len(body["Attributes"]) == 2


def test_a_delete_is_204_and_then_a_500(client: FlaskClient):
    assert client.delete(f"{BASE}/StockItem/TL-00001").status_code == 204
    assert client.delete(f"{BASE}/StockItem/TL-00001").status_code == 500


def test_patch_only_updates_and_only_from_25(client: FlaskClient):
    path = "/entity/Default/25.200.001/StockItem"
    body = {"InventoryID": {"value": "TL-00001"}, "DefaultPrice": {"value": 2}}
    assert client.patch(path, json=body).status_code == 200
    assert client.patch(path, json={"InventoryID": {"value": "NOPE"}}).status_code == 404


@pytest.mark.parametrize(
    ("entity", "key", "count"),
    [
        ("Warehouse", "MAIN", 3),
        ("ItemClass", "TOOLS", 8),
        ("TaxCategory", "TAXABLE", 3),
        ("ItemSalesCategory", "11", 25),
        ("AttributeDefinition", "COLOR", 8),
        ("NonStockItem", "SV-001", 8),
    ],
)
def test_reference_data_is_there(client: FlaskClient, entity: str, key: str, count: int):
    assert len(client.get(f"{BASE}/{entity}").get_json()) == count
    assert client.get(f"{BASE}/{entity}/{key}").status_code == 200


def test_a_tax_category_can_be_added_over_rest(client: FlaskClient):
    assert put(client, "TaxCategory", TaxCategoryID="LUXURY", Description="Luxury").status_code == 200
    assert put(client, "StockItem", InventoryID="TL-00001", TaxCategory="LUXURY").status_code == 200


def test_members_of_a_sales_category(client: FlaskClient):
    members = client.get(f"{BASE}/ItemSalesCategory/11?$expand=Members").get_json()["Members"]
    assert members and all(value(row, "ItemClass") == "TOOLS" for row in members)


def test_ids_can_be_padded(client: FlaskClient):
    client.put("/_sandbox/switches", json={"padded_ids": True})
    assert client.get(f"{BASE}/StockItem/TL-00001").get_json()["InventoryID"]["value"] == "TL-00001".ljust(30)


def test_the_swagger_names_entities_and_their_fields(client: FlaskClient):
    new = client.get(f"{BASE}/swagger.json").get_json()
    assert new["openapi"] == "3.0.1"
    properties = new["components"]["schemas"]["StockItem"]["allOf"][1]["properties"]
    assert properties["DefaultPrice"] == {"$ref": "#/components/schemas/DecimalValue"}
    old = client.get("/entity/Default/22.200.001/swagger.json").get_json()
    assert old["swagger"] == "2.0" and "LastModifiedDateTime" not in str(old["definitions"]["StockItem"])
