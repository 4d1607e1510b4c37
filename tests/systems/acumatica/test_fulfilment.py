"""What becomes of an order in the ERP: its status, its shipments and drop shipments, its invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.records import INVOICE, ORDER_STATUS, SHIPMENT, Invoice, OrderStatus, Shipment, Shipped, Track
from connector.systems.acumatica import Acumatica
from tests.systems.acumatica.conftest import ENDPOINT, Wire, options
from tests.systems.acumatica.test_customers import wrapped

D = Decimal
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
WHEN = "2026-03-03T10:00:00+00:00"


def order(nbr: str = "SO1", **more: Any) -> dict[str, Any]:
    return dict(wrapped({"OrderType": "SO", "OrderNbr": nbr, "CustomerOrder": f"web-{nbr}", **more}))


def shipment(status: str = "Confirmed", **more: Any) -> dict[str, Any]:
    fields = {
        "ShipmentNbr": "004711", "Status": status, "Type": "Shipment", "ShipVia": "UPS", "WarehouseID": "WEST ",
        "ShipmentDate": WHEN, "Orders": [{"OrderType": "SO", "OrderNbr": "SO1"}],
        "Details": [{"OrderType": "SO", "OrderNbr": "SO1", "OrderLineNbr": 2, "InventoryID": "TEA", "ShippedQty": 3}],
        "Packages": [{"TrackingNbr": "1Z9"}, {"TrackingNbr": ""}, {"TrackingNbr": "1Z9"}],
    }  # fmt: skip
    return dict(wrapped({**fields, **more}))


# --- status


@pytest.mark.parametrize(
    ("rows", "shipped"),
    [
        ([], False),
        ([{"ShipmentNbr": "1", "ShipmentType": "Issue", "Status": "Open"}], False),
        ([{"ShipmentNbr": "1", "Status": "Confirmed"}], True),
        ([{"ShipmentNbr": "1", "Status": "Invoiced"}], True),
        ([{"ShipmentNbr": "RCT1", "ShipmentType": "Drop-Shipment"}], True),
    ],
)
def test_a_status_tells_whether_goods_left_and_what_is_unpaid(
    erp: Acumatica, wire: Wire, rows: list[dict[str, str]], shipped: bool
) -> None:
    wire.get(
        f"{ENDPOINT}/SalesOrder",
        json=[order(Status="Back Order", Shipments=rows, Totals={"UnpaidBalance": 5.5})],
    )
    found = erp.read_many(ORDER_STATUS, ["SO/SO1"])
    assert found == {
        "SO/SO1": OrderStatus("SO/SO1", number="web-SO1", status="Back Order", shipped=shipped, unpaid=D("5.5"))
    }


# --- shipments


def test_a_shipment_has_number_order_lines_and_parcels(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Shipment", json=[shipment()])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order()])
    assert erp.read_many(SHIPMENT, ["004711"]) == {
        "004711": Shipment(
            "004711", shipment="004711", order="SO/SO1", number="web-SO1", status="Confirmed", ship_via="UPS",
            shipped_on=date(2026, 3, 3), warehouse="WEST", lines=(Shipped("TEA", D(3), "2"),), tracks=(Track("1Z9"),),
            others=(),
        )
    }  # fmt: skip


@pytest.mark.parametrize(("status", "there", "invoiced"), [
    ("Open", False, False), ("On Hold", False, False), ("Confirmed", True, False), ("Invoiced", True, False),
    ("Completed", True, True),
])  # fmt: skip
def test_only_confirmed_shipments_are_there_and_a_completed_one_is_billed(
    erp: Acumatica, wire: Wire, status: str, there: bool, invoiced: bool
) -> None:
    wire.get(f"{ENDPOINT}/Shipment", json=[shipment(status)])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order()])
    found = erp.read_many(SHIPMENT, ["004711"])
    assert bool(found) == there
    assert [one.invoiced for one in found.values() if isinstance(one, Shipment)] == [invoiced] * there


def test_a_shipment_of_two_orders_is_two_records(erp: Acumatica, wire: Wire) -> None:
    both = [{"OrderType": "SO", "OrderNbr": nbr} for nbr in ("SO2", "SO1")]
    lines = [{**each, "OrderLineNbr": 1, "InventoryID": each["OrderNbr"], "ShippedQty": 1} for each in both]
    wire.get(f"{ENDPOINT}/Shipment", json=[shipment(Orders=both, Details=lines)])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order("SO1"), order("SO2")])
    page = erp.changed_since(SHIPMENT, SINCE)
    keys = [change.key for change in page.changes]
    assert (keys, page.position) == (["004711", "004711/SO/SO2"], "drop:")
    found = erp.read_many(SHIPMENT, [*keys, "004711/SO/SO9"])
    told = {key: (one.order, one.lines) for key, one in found.items() if isinstance(one, Shipment)}
    assert told == {
        "004711": ("SO/SO1", (Shipped("SO1", D(1), "1"),)),
        "004711/SO/SO2": ("SO/SO2", (Shipped("SO2", D(1), "1"),)),
    }


def test_a_shipment_knows_what_else_has_left_for_its_order(erp: Acumatica, wire: Wire) -> None:
    """For bundles, whose parts may leave one by one: a second request only where there is something else."""
    told = [
        {"ShipmentNbr": "004711", "ShipmentType": "Shipment", "Status": "Confirmed"},
        {"ShipmentNbr": "004712", "ShipmentType": "Shipment", "Status": "Confirmed"},
        {"ShipmentNbr": "004713", "ShipmentType": "Shipment", "Status": "Open"},
        {"ShipmentNbr": "RCT9", "ShipmentType": "Drop-Shipment", "ShipmentDate": WHEN},
    ]
    line = {"OrderType": "SO", "OrderNbr": "SO1", "OrderLineNbr": 1, "InventoryID": "CUP", "ShippedQty": 2}
    second = shipment(ShipmentNbr="004712", Details=[line], Packages=[{"TrackingNbr": "1Z10"}])
    wire.get(f"{ENDPOINT}/Shipment", json=[shipment()])
    wire.get(f"{ENDPOINT}/Shipment", json=[second])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order(Shipments=told)])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order(Shipments=told, Details=[{"LineNbr": 4, "InventoryID": "SOFA"}])])
    receipt = {"ReceiptNbr": "RCT9", "VendorRef": "V-77", "Details": [{"InventoryID": "SOFA", "ReceiptQty": 1}]}
    wire.get(f"{ENDPOINT}/PurchaseReceipt", json=[dict(wrapped(receipt))])
    found = erp.read_many(SHIPMENT, ["004711"])["004711"]
    assert isinstance(found, Shipment) and found.others is not None
    assert [(one.shipment, one.drop_ship, one.lines[0].sku, one.tracks) for one in found.others] == [
        ("004712", False, "CUP", (Track("1Z10"),)),
        ("RCT9", True, "SOFA", (Track("V-77"),)),
    ]


def test_what_a_vendor_delivered_is_a_drop_shipment(erp: Acumatica, wire: Wire) -> None:
    drop = [{"ShipmentType": "Drop-Shipment", "ShipmentNbr": "RCT9", "ShipmentDate": WHEN}]
    lines = [{"LineNbr": 4, "InventoryID": "SOFA"}]
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order(Details=lines, Shipments=drop)])
    items = [{"InventoryID": "SOFA", "ReceiptQty": 1}, {"InventoryID": "OTHER", "ReceiptQty": 5}]
    wire.get(
        f"{ENDPOINT}/PurchaseReceipt", json=[wrapped({"ReceiptNbr": "RCT9", "VendorRef": "V-77", "Details": items})]
    )
    page = erp.changed_since(SHIPMENT, SINCE, "drop:SO:")
    assert [change.key for change in page.changes] == ["drop:RCT9/SO/SO1"] and page.position is None
    (found,) = erp.read_many(SHIPMENT, ["drop:RCT9/SO/SO1"]).values()
    assert isinstance(found, Shipment) and found.drop_ship and found.number == "web-SO1"
    assert (found.lines, found.tracks) == ((Shipped("SOFA", D(1), "4"),), (Track("V-77"),))


def test_a_first_reading_of_everything_looks_for_no_drop_shipments(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Shipment", json=[shipment("Open"), shipment(Type="Transfer")])
    page = erp.changed_since(SHIPMENT, None)
    assert (page.changes, page.position) == ((), "drop:")
    assert erp.changed_since(SHIPMENT, None, "drop:").position is None


# --- invoices


def invoice(status: str = "Open", **more: Any) -> dict[str, Any]:
    fields = {
        "Type": "Invoice", "ReferenceNbr": "AR1", "Status": status, "Amount": 87.42,
        "Details": [{"OrderType": "SO", "OrderNbr": "SO1", "InventoryID": "TEA", "Qty": 3, "OrderLineNbr": 2}],
    }  # fmt: skip
    return dict(wrapped({**fields, **more}))


@pytest.mark.parametrize(("status", "complete"), [("Completed", True), ("Back Order", False)])
def test_an_invoice_tells_its_order_and_whether_that_is_done(
    erp: Acumatica, wire: Wire, status: str, complete: bool
) -> None:
    wire.get(f"{ENDPOINT}/SalesInvoice", json=[invoice()])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order(Status=status)])
    assert erp.read_many(INVOICE, ["Invoice/AR1", "nonsense"]) == {
        "Invoice/AR1": Invoice("Invoice/AR1", order="SO/SO1", number="web-SO1", status="Open", complete=complete,
                               lines=(Shipped("TEA", D(3), "2"),), total=D("87.42"))
    }  # fmt: skip


def test_only_released_invoices_are_there(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/SalesInvoice", json=[invoice("Balanced")])
    assert erp.read_many(INVOICE, ["Invoice/AR1"]) == {}
    assert erp.changed_since(INVOICE, SINCE).changes == ()
    assert "Type eq 'Invoice'" in options(wire.requests("/SalesInvoice")[1])["$filter"]


def test_an_invoice_of_two_orders_is_two_records(erp: Acumatica, wire: Wire) -> None:
    lines = [{"OrderType": "SO", "OrderNbr": nbr, "InventoryID": nbr, "Qty": 1} for nbr in ("SO1", "SO2")]
    wire.get(f"{ENDPOINT}/SalesInvoice", json=[invoice(Details=lines)])
    keys = [change.key for change in erp.changed_since(INVOICE, SINCE).changes]
    assert keys == ["Invoice/AR1", "Invoice/AR1/SO/SO2"]
    wire.get(f"{ENDPOINT}/SalesOrder", json=[order("SO1"), order("SO2")])
    assert [one.order for one in erp.read_many(INVOICE, keys).values() if isinstance(one, Invoice)] == [
        "SO/SO1",
        "SO/SO2",
    ]
