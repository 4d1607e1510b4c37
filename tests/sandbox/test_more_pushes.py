"""Notifications of customers, categories, orders, shipments and invoices; the busy shop works on them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses
from flask.testing import FlaskClient

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE
from tests.sandbox.test_inquiries import BASIC
from tests.sandbox.test_orders import order, wrapped

HOOK = "http://connector.test/hooks/acumatica/DEMO"


@pytest.fixture
def hook():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(HOOK, status=202)
        yield mock


@pytest.fixture
def pushing(erp: Acumatica, client: FlaskClient) -> FlaskClient:
    assert client.put("/_sandbox/push", json={"address": HOOK, "pauses": [0]}).status_code == 200
    return client


def told(erp: Acumatica, hook: responses.RequestsMock) -> list[tuple[str, Any, Any]]:
    """(query, inserted row, deleted row) of what was sent since the last time."""
    hook.calls.reset()
    erp.sender.flush()
    found = []
    for call in hook.calls:
        body = json.loads(call.request.body)
        found.append((body["Query"], *(body[name][0] if body[name] else None for name in ("Inserted", "Deleted"))))
    return found


def test_customers_and_categories_are_told(erp: Acumatica, pushing: FlaskClient, hook):
    body = wrapped({"CustomerID": "C0000001", "CustomerName": "New name"})
    assert pushing.put(f"{BASE}/Customer", json=body).status_code == 200
    ((query, after, before),) = told(erp, hook)
    assert query == "CC Customers" and after["CustomerID"] == "C0000001" and after["Email"]
    assert before["CustomerName"] != after["CustomerName"] == "New name"
    assert before["Customer_lastModifiedDateTime"] < after["Customer_lastModifiedDateTime"]
    pushing.put(f"{BASE}/ItemSalesCategory", json=wrapped({"Description": "New", "ParentCategoryID": 1}))
    pushing.delete(f"{BASE}/ItemSalesCategory/101")
    first, last = told(erp, hook)
    assert first[0] == "CC Categories" and first[1]["CategoryID"] == 101 and first[2] is None
    assert last[1] is None and last[2]["Description"] == "New"


def test_an_order_tells_itself_and_its_stock_in_one_transaction(erp: Acumatica, pushing: FlaskClient, hook):
    order(pushing, ExternalRef="DEMO-1")
    hook.calls.reset()
    erp.sender.flush()
    bodies = [json.loads(call.request.body) for call in hook.calls]
    assert {body["Query"] for body in bodies} == {"CC Orders", "CC Inventory"}
    assert len({body["Id"] for body in bodies}) == 1
    (row,) = next(body for body in bodies if body["Query"] == "CC Orders")["Inserted"]
    assert (row["OrderType"], row["OrderNbr"], row["Status"], row["ExternalRef"]) == (
        "SO",
        "SO000001",
        "Open",
        "DEMO-1",
    )


def test_shipments_and_invoices_are_told(erp: Acumatica, pushing: FlaskClient, hook):
    order(pushing)
    pushing.post("/_sandbox/desk/ship", json={"order": "SO/SO000001", "anyway": True})
    told(erp, hook)
    pushing.post("/_sandbox/desk/confirm", json={"shipment": "000001"})
    rows = told(erp, hook)
    assert {query for query, *_ in rows} == {"CC Shipments", "CC Orders", "CC Inventory"}
    assert next(after["Status"] for query, after, _ in rows if query == "CC Shipments") == "Confirmed"
    assert next(after["Status"] for query, after, _ in rows if query == "CC Orders") == "Completed"
    pushing.post("/_sandbox/desk/invoice", json={"shipment": "000001", "release": True})
    invoices = [after for query, after, _ in told(erp, hook) if query == "CC Invoices"]
    assert [row["Status"] for row in invoices] == ["Balanced", "Open"] and invoices[0]["ReferenceNbr"] == "AR000001"


def test_a_status_of_an_item_is_told_to_both_queries(erp: Acumatica, pushing: FlaskClient, hook):
    erp.erp.edit("TL-00001", {"ItemStatus": "Inactive"})
    rows = told(erp, hook)
    assert [query for query, *_ in rows] == ["CC Products", "CC Product Status"]
    assert rows[1][1]["ItemStatus"] == "Inactive" and rows[1][2]["ItemStatus"] == "Active"


@pytest.mark.parametrize("name", ["CC Categories", "CC Customers", "CC Orders", "CC Shipments", "CC Product Status"])
def test_the_new_queries_answer_over_odata(erp: Acumatica, client: FlaskClient, name: str):
    order(client)
    client.post("/_sandbox/desk/ship", json={"order": "SO/SO000001", "anyway": True})
    answer = client.get(f"/t/Company/api/odata/gi/{name}?$top=2", headers=BASIC)
    assert answer.status_code == 200 and answer.get_json()["value"]


def test_the_busy_shop_sends_orders_on_their_way(erp: Acumatica, client: FlaskClient):
    order(client)
    run = {"kind": "order", "count": 6, "seed": 7, "wait": True}
    assert client.post("/_sandbox/traffic", json=run).status_code == 200
    assert erp.store.get("salesorder", "SO/SO000001")["fields"]["Status"] == "Completed"
    assert [doc["fields"]["Status"] for doc in erp.store.kind("salesinvoice").values()] == ["Open"]
    packages = erp.store.get("shipment", "000001")["details"]["Packages"]
    assert packages[0]["TrackingNbr"].startswith("1Z")


def test_the_busy_shop_edits_customers(erp: Acumatica, client: FlaskClient):
    client.post("/_sandbox/traffic", json={"kind": "customer", "count": 5, "seed": 7, "wait": True})
    assert len(journal.read(erp.store, effect="customer_update")["entries"]) == 5
