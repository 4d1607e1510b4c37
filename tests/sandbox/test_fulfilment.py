"""From order to shipment to invoice: statuses, stock and money follow, whoever pushes the button."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE
from tests.sandbox.test_orders import EVERYTHING, order, value, wrapped

DESK = "/_sandbox/desk"


def put_stock(erp: Acumatica, quantity: float) -> None:
    level = {"on_hand": quantity, "available": quantity, "shipping": quantity}
    for item in ("TL-00001", "KT-00002"):
        erp.erp.edit(item, {"stock": {"MAIN": level, "EAST": level}})


@pytest.fixture
def two(erp: Acumatica, client: FlaskClient) -> FlaskClient:
    """An order of 4 TL-00001 in MAIN and 2 KT-00002 in EAST, both in stock."""
    put_stock(erp, 20)
    lines = [
        {"InventoryID": "TL-00001", "OrderQty": 4, "UnitPrice": 10.0, "WarehouseID": "MAIN"},
        {"InventoryID": "KT-00002", "OrderQty": 2, "UnitPrice": 5.0, "WarehouseID": "EAST"},
    ]
    order(client, Details=lines, Totals={"OverrideFreightAmount": True, "Freight": 8}, ShipVia="GROUND",
          CustomerOrder="100000001", ExternalRef="DEMO-100000001")  # fmt: skip
    return client


def do(client: FlaskClient, what: str, **raw: Any) -> Any:
    return client.post(f"{DESK}/{what}", json=raw)


def levels(erp: Acumatica, item: str, warehouse: str) -> tuple[float, float, float]:
    level = erp.erp.levels(item)[warehouse]
    return level["on_hand"], level["available"], level["shipping"]


def read(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get(f"{BASE}/SalesOrder/SO/SO000001{EVERYTHING}").get_json())


def test_there_is_one_shipment_for_each_warehouse(erp: Acumatica, two: FlaskClient):
    body = do(two, "ship", order="SO/SO000001").get_json()
    assert body["created"] == ["000001", "000002"] and body["fields"]["Status"] == "Shipping"
    assert levels(erp, "TL-00001", "MAIN") == (20, 16, 16)
    shipment = two.get(f"{BASE}/Shipment/000002?$expand=Details,Orders,Packages").get_json()
    assert value(shipment, "WarehouseID") == "MAIN" and value(shipment, "ShipVia") == "GROUND"
    row = shipment["Details"][0]
    assert [value(row, name) for name in ("OrderNbr", "OrderLineNbr", "ShippedQty")] == ["SO000001", 1, 4]
    rows = read(two)["Shipments"]
    assert [(value(row, "ShipmentNbr"), value(row, "Status")) for row in rows] == [
        ("000001", "Open"),
        ("000002", "Open"),
    ]


def test_confirming_takes_goods_out_and_moves_the_order(erp: Acumatica, two: FlaskClient):
    do(two, "ship", order="SO/SO000001")
    parcel = [{"TrackingNbr": "1Z999", "Weight": 2.5}]
    body = do(two, "confirm", shipment="000002", packages=parcel).get_json()
    assert body["shipment"]["Status"] == "Confirmed" and body["orders"][0]["fields"]["Status"] == "Shipping"
    assert levels(erp, "TL-00001", "MAIN") == (16, 16, 16)
    shipment = two.get(f"{BASE}/Shipment/000002?$expand=Packages").get_json()
    assert value(shipment, "Packages", 0, "TrackingNbr") == "1Z999" and value(shipment, "Packages", 0, "Confirmed")
    assert value(shipment, "PackageCount") == 1
    do(two, "confirm", shipment="000001")
    after = read(two)
    assert value(after, "Status") == "Completed" and value(after, "Details", 0, "OpenQty") == 0
    entries = journal.read(erp.store, effect="shipment_confirm")["entries"]
    assert [entry["key"] for entry in entries] == ["000002", "000001"]


def test_a_partial_shipment_leaves_a_back_order(erp: Acumatica, two: FlaskClient):
    do(two, "ship", order="SO/SO000001", quantities={"TL-00001": 1, "KT-00002": 2})
    do(two, "confirm", shipment="000001")
    body = do(two, "confirm", shipment="000002").get_json()
    (after,) = body["orders"]
    assert after["fields"]["Status"] == "Back Order"
    assert [(row["OpenQty"], row["QtyOnShipments"]) for row in after["lines"]] == [(3.0, 1.0), (0.0, 2.0)]
    assert levels(erp, "TL-00001", "MAIN") == (19, 16, 19)
    assert do(two, "ship", order="SO/SO000001").get_json()["created"] == ["000003"]
    assert do(two, "confirm", shipment="000003").get_json()["orders"][0]["fields"]["Status"] == "Completed"
    assert levels(erp, "TL-00001", "MAIN") == (16, 16, 16)


def test_quantities_can_be_cut_when_confirming(erp: Acumatica, two: FlaskClient):
    do(two, "ship", order="SO/SO000001", warehouse="MAIN")
    body = do(two, "confirm", shipment="000001", quantities={"TL-00001": 3}).get_json()
    assert body["orders"][0]["fields"]["Status"] == "Back Order"
    assert levels(erp, "TL-00001", "MAIN") == (17, 16, 17)


def test_nothing_in_stock_is_a_back_order(erp: Acumatica, two: FlaskClient):
    put_stock(erp, 0)
    answer = do(two, "ship", order="SO/SO000001")
    assert answer.status_code == 400 and "no items" in answer.get_json()["error"]
    assert value(read(two), "Status") == "Back Order"
    assert do(two, "ship", order="SO/SO000001", anyway=True).status_code == 200


def test_a_confirmation_can_be_taken_back(erp: Acumatica, two: FlaskClient):
    two.put("/_sandbox/switches", json={"action_polls": 0})
    do(two, "ship", order="SO/SO000001")
    do(two, "confirm", shipment="000002")
    body = {"entity": wrapped({"ShipmentNbr": "000002"})}
    assert two.post(f"{BASE}/Shipment/CorrectShipment", json=body).status_code == 204
    assert levels(erp, "TL-00001", "MAIN") == (20, 16, 16) and value(read(two), "Status") == "Shipping"
    assert two.delete(f"{BASE}/Shipment/000002").status_code == 204
    assert levels(erp, "TL-00001", "MAIN") == (20, 16, 20)


def test_the_chain_over_rest_ends_with_a_released_invoice(erp: Acumatica, two: FlaskClient):
    def act(entity: str, name: str, **keys: str) -> None:
        answer = two.post(f"{BASE}/{entity}/{name}", json={"entity": wrapped(keys), "parameters": {}})
        assert answer.status_code == 202, answer.text
        place = answer.headers["Location"]
        assert [two.get(place).status_code, two.get(place).status_code] == [202, 204]

    act("SalesOrder", "SalesOrderCreateShipment", OrderType="SO", OrderNbr="SO000001")
    row = read(two)["Shipments"][1]
    number = value(row, "ShipmentNbr")
    package = [wrapped({"TrackingNbr": "1Z1"})]
    assert (
        two.put(f"{BASE}/Shipment", json={**wrapped({"ShipmentNbr": number}), "Packages": package}).status_code == 200
    )
    act("Shipment", "ConfirmShipment", ShipmentNbr=number)
    act("Shipment", "PrepareInvoice", ShipmentNbr=number)
    link = two.get(f"{BASE}/Shipment/{number}?$expand=Orders").get_json()["Orders"][0]
    name = value(link, "InvoiceNbr")
    invoice = two.get(f"{BASE}/SalesInvoice/Invoice/{name}?$expand=Details").get_json()
    assert (value(invoice, "Status"), value(invoice, "Amount")) == ("Balanced", 48.0)  # 4 x 10 and the freight
    assert value(invoice, "Details", 0, "OrderNbr") == "SO000001" and value(invoice, "Details", 0, "Qty") == 4
    act("SalesInvoice", "ReleaseSalesInvoice", Type="Invoice", ReferenceNbr=name)
    assert value(two.get(f"{BASE}/Invoice/Invoice/{name}").get_json(), "Status") == "Open"
    assert value(two.get(f"{BASE}/Shipment/{number}").get_json(), "Status") == "Completed"
    assert [value(one, "InvoiceNbr") if one["InvoiceNbr"] else None for one in read(two)["Shipments"]] == [None, name]


def test_a_paid_order_closes_its_invoices(two: FlaskClient):
    apply = [{"OrderType": "SO", "OrderNbr": "SO000001", "AppliedToOrder": 58}]
    body = {"Type": "Prepayment", "CustomerID": "C0000001", "PaymentMethod": "VISA", "PaymentAmount": 58,
            "OrdersToApply": apply}  # fmt: skip
    assert two.put(f"{BASE}/Payment", json=wrapped(body)).status_code == 200
    do(two, "ship", order="SO/SO000001")
    totals = []
    for number in ("000001", "000002"):
        do(two, "confirm", shipment=number)
        (made,) = do(two, "invoice", shipment=number, release=True).get_json()["invoices"]
        totals.append((made["Status"], made["Amount"], made["Balance"]))
    assert totals == [("Closed", 18.0, 0.0), ("Closed", 40.0, 0.0)]


def test_services_alone_are_billed_without_a_shipment(erp: Acumatica, client: FlaskClient):
    order(client, Details=[{"InventoryID": "SV-001", "OrderQty": 1, "UnitPrice": 15}])
    (name,) = do(client, "invoice", order="SO/SO000001").get_json()["invoices"]
    assert value(read(client), "Status") == "Invoiced"
    assert do(client, "release", name=name).status_code == 200
    assert value(read(client), "Status") == "Completed"


def test_a_credit_memo_gives_money_back(client: FlaskClient):
    body = order(client, OrderType="CM", Details=[{"InventoryID": "TL-00001", "OrderQty": 1, "UnitPrice": 10}])
    assert value(body, "OrderNbr") == "CM000001" and value(body, "Details", 0, "Operation") == "Receipt"
    (name,) = do(client, "invoice", order="CM/CM000001").get_json()["invoices"]
    assert name.startswith("Credit Memo/")


def test_a_return_comes_in_again(erp: Acumatica, client: FlaskClient):
    before = erp.erp.levels("TL-00001")["MAIN"]["on_hand"]
    order(client, OrderType="RC", Details=[{"InventoryID": "TL-00001", "OrderQty": 2, "UnitPrice": 10}])
    assert erp.erp.levels("TL-00001")["MAIN"]["on_hand"] == before
    (number,) = do(client, "ship", order="RC/RC000001").get_json()["created"]
    do(client, "confirm", shipment=number)
    assert erp.erp.levels("TL-00001")["MAIN"]["on_hand"] == before + 2
    assert value(client.get(f"{BASE}/Shipment/{number}").get_json(), "Type") == "Receipt"


def test_a_drop_shipment_is_a_receipt_and_no_shipment(erp: Acumatica, two: FlaskClient):
    before = levels(erp, "TL-00001", "MAIN")[0]
    body = do(two, "drop", order="SO/SO000001", quantities={"TL-00001": 4}, tracking="VEND-1").get_json()
    assert body["receipt"] == "RCT000001" and body["fields"]["Status"] == "Back Order"
    assert levels(erp, "TL-00001", "MAIN") == (before, before, before)
    (row,) = read(two)["Shipments"]
    assert (value(row, "ShipmentType"), value(row, "ShipmentNbr")) == ("Drop-Shipment", "RCT000001")
    receipt = two.get(f"{BASE}/PurchaseReceipt/Receipt/RCT000001?$expand=Details").get_json()
    assert value(receipt, "VendorRef") == "VEND-1" and value(receipt, "Details", 0, "ReceiptQty") == 4
    assert two.get(f"{BASE}/Shipment").get_json() == []


def test_an_order_that_is_being_shipped_stays_as_it_is(two: FlaskClient):
    do(two, "ship", order="SO/SO000001")
    change = wrapped({"OrderType": "SO", "OrderNbr": "SO000001", "Details": [{"LineNbr": 1, "OrderQty": 9}]})
    refused = two.put(f"{BASE}/SalesOrder", json=change)
    assert refused.status_code == 422 and "Shipping" in refused.get_json()["error"]
    note = wrapped({"OrderType": "SO", "OrderNbr": "SO000001", "Description": "a note"})
    assert two.put(f"{BASE}/SalesOrder", json=note).status_code == 200
    assert two.delete(f"{BASE}/SalesOrder/SO/SO000001").status_code == 500


@pytest.mark.parametrize(
    ("what", "raw"),
    [
        ("ship", {"order": "SO/NOPE"}),
        ("ship", {}),
        ("confirm", {"shipment": "004711"}),
        ("invoice", {"shipment": "1"}),
        ("invoice", {"order": "SO/SO000001"}),
        ("release", {"name": "Invoice/AR000009"}),
        ("act", {"order": "SO/SO000001", "action": "dance"}),
        ("ship", {"order": "SO/SO000001", "quantities": {"X": 1}}),
        ("order", {"CustomerID": "NOPE"}),
    ],
)
def test_what_cannot_be_done_is_said(two: FlaskClient, what: str, raw: dict[str, Any]):
    answer = do(two, what, **raw)
    assert answer.status_code == 400 and answer.get_json()["error"]


def test_records_are_edited_from_scripts(two: FlaskClient):
    made = two.put(f"{DESK}/record", json={"entity": "Customer", "fields": {"CustomerName": "By hand"}}).get_json()
    assert made["fields"]["CustomerID"] == "C0000040"
    gone = two.delete(f"{DESK}/record", json={"entity": "Customer", "keys": ["C0000040"]})
    assert gone.status_code == 200
    found = two.get(f"{DESK}/orders?ref=DEMO-100000001").get_json()
    assert [row["order"] for row in found] == ["SO/SO000001"]
    assert do(two, "act", order="SO/SO000001", action="hold").get_json()["fields"]["Status"] == "On Hold"
