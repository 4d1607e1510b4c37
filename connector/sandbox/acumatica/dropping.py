"""Drop shipments: the vendor sends the goods. No shipment in the ERP but a purchase receipt, whose vendor reference is
the parcel's number; the order lists it among its shipments as a Drop-Shipment. Stock does not move."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import fulfilment, orders
from connector.sandbox.acumatica.answers import Problem
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import keep
from connector.sandbox.acumatica.payments import today
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.store import Unit


class Receipts(Documents):
    """PurchaseReceipt (PO302000), read only here."""

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        raise Problem(fulfilment.refusal("Purchase receipts of the simulated site come from its purchase orders."))


def received(erp: Any, unit: Unit, order: Doc, wanted: fulfilment.Wanted | None, tracking: str) -> Doc:
    """A vendor's delivery of an order (or of some of it). Raises Problem when nothing is left to send."""
    of = order["fields"]
    if of["Status"] not in fulfilment.READY:
        raise Problem(fulfilment.refusal(f"The order is {of['Status']} and cannot be shipped."))
    sent = {row["LineNbr"]: left(row, wanted) for row in order["details"]["Details"]}
    if not any(sent.values()):
        raise Problem(fulfilment.refusal("Nothing of the order is left to be sent."))
    receipt = keep(erp, unit, "PurchaseReceipt", receipt_of(unit, order, sent, tracking))
    rows = [
        fulfilment.line_after({**row, "QtyOnShipments": row.get("QtyOnShipments", 0.0) + sent[row["LineNbr"]]},
                              sent[row["LineNbr"]])
        for row in order["details"]["Details"]
    ]  # fmt: skip
    drops = [*orders.drop_rows(erp, of), link(receipt, sum(sent.values()))]
    unit.put("dropped", f"{of['OrderType']}/{of['OrderNbr']}".upper(), {"rows": drops})
    orders.change(erp, unit, order, {"Status": fulfilment.after(rows, undone=False)}, lines=rows)
    return receipt


def left(row: Node, wanted: fulfilment.Wanted | None) -> float:
    if row.get("Completed") or row.get("LineType") == "Misc. Charge":
        return 0.0
    open_ = float((row.get("OrderQty") or 0.0) - (row.get("QtyOnShipments") or 0.0))
    return open_ if wanted is None else min(open_, wanted.get(row["LineNbr"], 0.0))


def receipt_of(unit: Unit, order: Doc, sent: Mapping[int, float], tracking: str) -> Node:
    number, bought = f"RCT{unit.count('PORECEIPT'):06d}", f"PO{unit.count('POORDER'):06d}"
    lines = [
        {"id": str(uuid.uuid4()), "LineNbr": row["LineNbr"], "InventoryID": row["InventoryID"], "UOM": row.get("UOM"),
         "LineType": "Goods for Drop-Ship", "ReceiptQty": sent[row["LineNbr"]], "OrderedQty": row["OrderQty"],
         "Description": row.get("LineDescription"), "POOrderType": "Drop-Ship", "POOrderNbr": bought,
         "POLineNbr": row["LineNbr"], "Warehouse": row.get("WarehouseID")}
        for row in order["details"]["Details"] if sent[row["LineNbr"]]
    ]  # fmt: skip
    return {"Type": "Receipt", "ReceiptNbr": number, "Status": "Released", "Hold": False, "Date": today(),
            "VendorID": "V000001", "VendorRef": tracking or None, "TotalQty": sum(sent.values()), "Branch": "MAIN",
            "CurrencyID": "USD", "Details": lines}  # fmt: skip


def link(receipt: Doc, quantity: float) -> Node:
    """The row among the order's shipments; it has no status of its own."""
    of = receipt["fields"]
    return {"id": receipt["id"], "ShipmentNbr": of["ReceiptNbr"], "ShipmentType": "Drop-Shipment",
            "ShipmentDate": of["Date"], "ShippedQty": quantity, "ShippingNoteID": receipt["id"]}  # fmt: skip
