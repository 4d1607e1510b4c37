"""Shipments over REST: packages with tracking numbers, quantities that are cut, deletion. Made by an order's action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import checks, fulfilment, orders
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, remove
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.store import Unit


class Shipments(Documents):
    """Shipment (SO302000)."""

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        if old is None:
            raise Problem(exception("A shipment is created from its sales order."))
        checks.active_carrier(self.erp, node, errors)
        numbered(node)
        for at, row in enumerate(node.get("Details") or ()):
            if not 0 <= (row.get("ShippedQty") or 0.0) <= row["OriginalQty"]:
                errors.append((("Details", at, "ShippedQty"), "The quantity exceeds what can be shipped."))
        quantities = [row.get("ShippedQty") for row in node.get("Details") or ()]
        before, was = [row["ShippedQty"] for row in old["details"]["Details"]], old["fields"]["Status"]
        if quantities != before and was not in ("Open", "On Hold"):
            errors.append(((), f"The shipment cannot be changed because its status is {was}."))
        if node["Status"] in ("Open", "On Hold"):
            node["Status"] = "On Hold" if node.get("Hold") else "Open"

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        if old:
            fulfilment.cut(self.erp, unit, old, node)
        totals(node)
        return super().keep(unit, old, node, body)

    def delete(self, doc: Doc, unit: Unit) -> None:
        """Only while it is open; the order can be shipped again."""
        if doc["fields"]["Status"] not in ("Open", "On Hold"):
            raise Problem(exception(f"The shipment cannot be deleted because its status is {doc['fields']['Status']}."))
        empty = {**doc, "details": {**doc["details"], "Details": [dict(row) for row in doc["details"]["Details"]]}}
        rows = [{**row, "ShippedQty": 0.0} for row in empty["details"]["Details"]]
        fulfilment.cut(self.erp, unit, doc, {"Details": rows})
        remove(self.erp, unit, doc)
        for link in doc["details"]["Orders"]:
            order = find(self.erp, "SalesOrder", link["OrderType"], link["OrderNbr"], unit=unit)
            if order:
                shipped = any(row.get("Shipped") for row in order["details"]["Details"])
                orders.change(self.erp, unit, order, {"Status": "Back Order" if shipped else "Open"})


def numbered(node: Node) -> None:
    """Packages are numbered as they come."""
    used = max((row.get("LineNbr") or 0 for row in node.get("Packages") or ()), default=0)
    for row in node.get("Packages") or ():
        if not row.get("LineNbr"):
            used += 1
            row["LineNbr"] = used
        row.setdefault("BoxID", "MEDIUM")
        row.setdefault("Type", "Manual")
        row.setdefault("Confirmed", False)


def totals(node: Node) -> None:
    """Sums over rows and packages, on the order's row as well."""
    total = sum(row.get("ShippedQty") or 0.0 for row in node.get("Details") or ())
    node["ShippedQty"], node["PackageCount"] = total, len(node.get("Packages") or ())
    node["PackageWeight"] = sum(row.get("Weight") or 0.0 for row in node.get("Packages") or ())
    if len(node.get("Orders") or ()) == 1:
        node["Orders"] = [{**node["Orders"][0], "ShippedQty": total}]
