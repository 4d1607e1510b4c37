"""From an order to its shipment: create, confirm, correct. Stock and the order's status follow.

One shipment for each warehouse; a line that does not fit is shipped in part and the rest stays on back order, unless
its rule says otherwise. Source: facts/ACUMATICA.md, sections 2.6 and 3.7.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response

from connector.sandbox.acumatica import booking, notices, orders
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, keep, node_of
from connector.sandbox.acumatica.payments import today
from connector.sandbox.acumatica.tree import Node
from connector.sandbox.store import Unit

READY = ("Open", "Back Order", "Shipping")
Wanted = Mapping[int, float]  # line number: quantity


def refusal(text: str) -> Response:
    return exception(text)


def create(
    erp: Any,
    unit: Unit,
    order: Doc,
    *,
    warehouse: str = "",
    date: str | None = None,
    wanted: Wanted | None = None,
    anyway: bool = False,
) -> list[Doc] | str:
    """Shipments of an order, one for each warehouse (or of one). A text when nothing can be shipped: the order is
    then on back order. `anyway` ships what is not in stock. Raises Problem for an order that is not ready."""
    of = order["fields"]
    if of["Status"] not in READY:
        raise Problem(refusal(f"The order {of['OrderType']} {of['OrderNbr']} is {of['Status']} and cannot be shipped."))
    receipt = booking.behavior(erp, order) == "RM"
    picked = [
        (row, quantity)
        for row in order["details"]["Details"]
        if (quantity := shippable(erp, unit, order, row, wanted, anyway or receipt)) > 0
        and row.get("WarehouseID", warehouse)
        and warehouse.upper() in ("", str(row.get("WarehouseID")).upper())
    ]
    if not picked:
        orders.change(erp, unit, order, {"Status": "Back Order"})
        return f"The order {of['OrderType']} {of['OrderNbr']} has no items that can be shipped now."
    made = []
    for place in sorted({str(row.get("WarehouseID") or "MAIN") for row, _ in picked}):
        lines = [(row, quantity) for row, quantity in picked if str(row.get("WarehouseID") or "MAIN") == place]
        made.append(shipment(erp, unit, order, place, lines, date, receipt))
    order = find(erp, "SalesOrder", of["OrderType"], of["OrderNbr"], unit=unit) or order
    taken = {row["LineNbr"]: quantity for row, quantity in picked}
    rows = [
        {**row, "QtyOnShipments": row.get("QtyOnShipments", 0.0) + taken.get(row["LineNbr"], 0.0)}
        for row in order["details"]["Details"]
    ]
    orders.change(erp, unit, order, {"Status": "Shipping"}, lines=rows)
    return made


def shippable(erp: Any, unit: Unit, order: Doc, row: Node, wanted: Wanted | None, anyway: bool) -> float:
    """How much of a line can go: what is open and on no shipment yet, no more than there is."""
    if row.get("Completed") or row.get("LineType") == "Misc. Charge":
        return 0.0
    left = (row.get("OrderQty") or 0.0) - (row.get("QtyOnShipments") or 0.0)
    asked = min(left, wanted.get(row["LineNbr"], 0.0)) if wanted is not None else left
    stock = unit.get("stock", str(row["InventoryID"]).upper())
    if anyway or stock is None:
        return asked
    level = stock["levels"].get(row.get("WarehouseID")) or {"shipping": 0.0}
    own = left if order["fields"]["OrderType"] == "SA" else 0.0  # allocated to this order already
    possible = max(0.0, min(asked, level["shipping"] + own))
    return 0.0 if row.get("ShippingRule") == "Ship Complete" and possible < left else possible


def shipment(
    erp: Any, unit: Unit, order: Doc, warehouse: str, lines: list[tuple[Node, float]], date: str | None, receipt: bool
) -> Doc:
    of, message = order["fields"], notices.new_id()
    number = f"{unit.count('SOSHIPMENT'):06d}"
    rows = [
        {
            "id": str(uuid.uuid4()),
            "LineNbr": at,
            "OrderType": of["OrderType"],
            "OrderNbr": of["OrderNbr"],
            "OrderLineNbr": row["LineNbr"],
            "InventoryID": row["InventoryID"],
            "Description": row.get("LineDescription"),
            "UOM": row.get("UOM"),
            "WarehouseID": warehouse,
            "LocationID": "MAIN",
            "ShippedQty": quantity,
            "OrderedQty": row["OrderQty"],
            "OriginalQty": quantity,
            "OpenQty": row["OrderQty"] - quantity,
            "FreeItem": bool(row.get("FreeItem")),
        }
        for at, (row, quantity) in enumerate(lines, 1)
    ]
    total = sum(quantity for _, quantity in lines)
    settings = order["linked"].get("ShippingSettings") or {}
    link = {
        "id": str(uuid.uuid4()),
        "OrderType": of["OrderType"],
        "OrderNbr": of["OrderNbr"],
        "ShipmentNbr": number,
        "ShipmentType": "Receipt" if receipt else "Shipment",
        "ShippedQty": total,
        "OrderNoteID": order["id"],
    }
    node: Node = {
        "ShipmentNbr": number,
        "Type": "Receipt" if receipt else "Shipment",
        "Status": "Open",
        "Hold": False,
        "ShipmentDate": date or today(),
        "CustomerID": of["CustomerID"],
        "LocationID": of.get("LocationID"),
        "WarehouseID": warehouse,
        "Operation": "Receipt" if receipt else "Issue",
        "ShipVia": of.get("ShipVia"),
        "ShippingTerms": settings.get("ShippingTerms"),
        "ShippingZoneID": settings.get("ShippingZone"),
        "ShippedQty": total,
        "ControlQty": total,
        "Description": of.get("Description"),
        "PackageCount": 0,
        "PackageWeight": 0.0,
        "FreightPrice": settings.get("FreightPrice") or 0.0,
        "FreightCost": 0.0,
        "Details": rows,
        "Orders": [link],
        "Packages": [],
        "BaseCurrencyID": "USD",
        "CurrencyRate": 1.0,
        "ShippingSettings": {
            "ShipToAddress": order["linked"].get("ShipToAddress") or {},
            "ShipToContact": order["linked"].get("ShipToContact") or {},
        },
    }
    if not receipt:
        allocated = of["OrderType"] == "SA"
        for row in rows:
            booking.shift(
                erp,
                unit,
                (row["InventoryID"], warehouse),
                shipping=0 if allocated else -row["ShippedQty"],
                message=message,
            )
    return keep(erp, unit, "Shipment", node, message=message)


def confirm(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """Confirm an open shipment: goods leave (or come back), orders go on. Raises Problem for another status."""
    if doc["fields"]["Status"] != "Open":
        text = f"Shipment {doc['fields']['ShipmentNbr']} is {doc['fields']['Status']} and cannot be confirmed."
        raise Problem(refusal(text))
    if not any(row["ShippedQty"] for row in doc["details"]["Details"]):
        raise Problem(refusal(f"Shipment {doc['fields']['ShipmentNbr']} has no quantity to be shipped."))
    message = notices.new_id()
    packages = [{**row, "Confirmed": True} for row in doc["details"].get("Packages", ())]
    new = keep(
        erp,
        unit,
        "Shipment",
        {**node_of(doc), "Status": "Confirmed", "Packages": packages},
        effect="confirm",
        message=message,
    )
    moved(erp, unit, new, 1, message)
    for row in new["details"]["Orders"]:
        order_follows(erp, unit, row, new, 1)
    return new


def correct(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """Take a confirmation back: goods are in again, orders are being shipped again."""
    if doc["fields"]["Status"] != "Confirmed":
        raise Problem(refusal(f"Shipment {doc['fields']['ShipmentNbr']} is not confirmed."))
    message = notices.new_id()
    new = keep(erp, unit, "Shipment", {**node_of(doc), "Status": "Open"}, effect="correct", message=message)
    moved(erp, unit, new, -1, message)
    for row in new["details"]["Orders"]:
        order_follows(erp, unit, row, new, -1)
    return new


def moved(erp: Any, unit: Unit, doc: Doc, sign: int, message: str) -> None:
    """Goods leave the warehouse with a shipment and come in with a receipt."""
    back = doc["fields"]["Type"] == "Receipt"
    for row in doc["details"]["Details"]:
        change = sign * (row["ShippedQty"] if back else -row["ShippedQty"])
        booking.shift(
            erp,
            unit,
            (row["InventoryID"], row["WarehouseID"]),
            on_hand=change,
            available=change,
            shipping=change if back else 0,
            message=message,
        )


def order_follows(erp: Any, unit: Unit, link: Mapping[str, Any], doc: Doc, sign: int) -> None:
    """Lines count what has left; the order is completed, on back order or still being shipped."""
    order = find(erp, "SalesOrder", link["OrderType"], link["OrderNbr"], unit=unit)
    if order is None:
        return
    sent = {row["OrderLineNbr"]: row["ShippedQty"] for row in doc["details"]["Details"]}
    rows = [line_after(row, sent.get(row["LineNbr"], 0.0) * sign) for row in order["details"]["Details"]]
    orders.change(erp, unit, order, {"Status": after(rows, undone=sign < 0)}, lines=rows)


def line_after(row: Node, change: float) -> Node:
    if not change:
        return dict(row)
    shipped = row.get("Shipped", 0.0) + change
    done = shipped >= row["OrderQty"] or (change > 0 and row.get("ShippingRule") == "Cancel Remainder")
    on = max(shipped, row.get("QtyOnShipments", 0.0)) if change < 0 else row.get("QtyOnShipments", 0.0)
    return {**row, "Shipped": shipped, "Completed": done, "QtyOnShipments": shipped if done else on}


def after(rows: list[Node], *, undone: bool) -> str:
    goods = [row for row in rows if row.get("LineType") != "Misc. Charge"]
    if undone or any(row.get("QtyOnShipments", 0.0) > row.get("Shipped", 0.0) for row in goods):
        return "Shipping"
    return "Completed" if all(row.get("Completed") for row in goods) else "Back Order"


def cut(erp: Any, unit: Unit, old: Doc, node: Node) -> None:
    """A person ships less than was picked: what is not taken is free again, on the order too."""
    before = {row["LineNbr"]: row["ShippedQty"] for row in old["details"]["Details"]}
    for row in node["Details"]:
        less = before.get(row["LineNbr"], 0.0) - row["ShippedQty"]
        if less:
            row["OpenQty"] = row["OrderedQty"] - row["ShippedQty"]
            booking.shift(erp, unit, (row["InventoryID"], row["WarehouseID"]), shipping=less)
            freed(erp, unit, row, less)


def freed(erp: Any, unit: Unit, row: Mapping[str, Any], less: float) -> None:
    order = find(erp, "SalesOrder", row["OrderType"], row["OrderNbr"], unit=unit)
    if order:
        lines = [
            {**one, "QtyOnShipments": one.get("QtyOnShipments", 0.0) - less}
            if one["LineNbr"] == row["OrderLineNbr"]
            else one
            for one in order["details"]["Details"]
        ]
        orders.change(erp, unit, order, {}, lines=lines)
