"""Sales categories over REST: a tree that can be built, moved and cut, with items in it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE


def put(client: FlaskClient, query: str = "", **fields: Any) -> Any:
    body = {name: raw if isinstance(raw, list) else {"value": raw} for name, raw in fields.items()}
    return client.put(f"{BASE}/ItemSalesCategory{query}", json=body)


def effects(erp: Acumatica) -> list[tuple[str, str]]:
    return [
        (entry["effect"], entry["key"]) for entry in journal.read(erp.store)["entries"] if "category" in entry["effect"]
    ]


def test_a_category_is_numbered_and_knows_its_path(erp: Acumatica, client: FlaskClient):
    body = put(client, Description="Drills", ParentCategoryID=12).get_json()
    assert body["CategoryID"] == {"value": 101} and body["Path"] == {"value": "/Company/Workshop/Power tools/Drills"}
    again = put(client, CategoryID=101, Description="Drills & bits").get_json()
    assert again["Description"] == {"value": "Drills & bits"} and again["ParentCategoryID"] == {"value": 12}
    assert effects(erp) == [("category_create", "101"), ("category_update", "101")]


def test_the_same_name_twice_makes_two(client: FlaskClient):
    first, second = (put(client, Description="Twins", ParentCategoryID=1).get_json() for _ in range(2))
    assert first["CategoryID"] != second["CategoryID"]
    query = {"$filter": "Description eq 'Twins' and ParentCategoryID eq 1"}
    assert len(client.get(f"{BASE}/ItemSalesCategory", query_string=query).get_json()) == 2


def test_a_category_moves_but_not_below_itself(client: FlaskClient):
    assert put(client, CategoryID=11, ParentCategoryID=20).get_json()["Path"] == {
        "value": "/Company/Kitchen/Hand tools"
    }
    refused = put(client, CategoryID=20, ParentCategoryID=11)
    assert refused.status_code == 422 and "below itself" in refused.get_json()["ParentCategoryID"]["error"]
    assert put(client, Description="Lost", ParentCategoryID=4711).status_code == 422
    assert put(client, ParentCategoryID=1).status_code == 422
    assert put(client, CategoryID=4711, Description="Nowhere").status_code == 500


def test_a_branch_is_deleted_with_its_children_and_items_stay(erp: Acumatica, client: FlaskClient):
    before = client.get(f"{BASE}/ItemSalesCategory/11?$expand=Members").get_json()["Members"]
    assert client.delete(f"{BASE}/ItemSalesCategory/10").status_code == 204
    assert client.get(f"{BASE}/ItemSalesCategory/11").status_code == 500
    assert [name for effect, name in effects(erp) if effect == "category_delete"] == ["11", "12", "13", "10"]
    item = client.get(f"{BASE}/StockItem/{before[0]['InventoryID']['value']}?$expand=Categories").get_json()
    assert item["Categories"] == []


def test_members_come_and_go(client: FlaskClient):
    query = "?$expand=Members"
    body = put(client, query, CategoryID=99, Members=[{"InventoryID": {"value": "TL-00001"}}]).get_json()
    (row,) = body["Members"]
    assert row["InventoryID"] == {"value": "TL-00001"}
    item = client.get(f"{BASE}/StockItem/TL-00001?$expand=Categories").get_json()
    assert {"value": 99} in [one["CategoryID"] for one in item["Categories"]]
    body = put(client, query, CategoryID=99, Members=[{"id": row["id"], "delete": True}]).get_json()
    assert body["Members"] == []


def test_an_item_cannot_stand_in_a_category_that_is_not_there(client: FlaskClient):
    body = {"InventoryID": {"value": "TL-00001"}, "Categories": [{"CategoryID": {"value": 4711}}]}
    answer = client.put(f"{BASE}/StockItem", json=body)
    assert answer.status_code == 422 and "4711" in answer.get_json()["exceptionMessage"]
