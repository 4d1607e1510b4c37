"""Sales orders: numbering by type, defaults, addresses, status, what they do to stock and payments.

A PUT without the number of an order makes a new one every time. Source: facts/ACUMATICA.md, 2.4, 3.6 and 3.7.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.acumatica import booking, customers, money, notices, order_checks, payments, tree
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import Documents, customs
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, keep, node_of, remove
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.acumatica.values import plain
from connector.sandbox.store import Unit

PREFIX = {"SOORDER": "SO", "SOCREDIT": "CM", "SORETURN": "RC", "SOQUOTE": "QT", "WEBORDER": "WO"}
EARLY = (None, "", "On Hold", "Open", "Credit Hold", "Awaiting Payment")
SHARED = {
    "ShipVia": ("ShippingSettings", "ShipVia"),
    "PreferredWarehouseID": ("ShippingSettings", "PreferredWarehouseID"),
    "Branch": ("FinancialSettings", "Branch"),
}
FREIGHT = {
    "Freight": "FreightPrice",
    "OverrideFreightAmount": "OverrideFreightPrice",
    "PremiumFreight": "PremiumFreight",
}


class SalesOrders(Documents):
    """SalesOrder (SO301000)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        today = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00+00:00")
        return {
            "OrderType": "SO",
            "Date": today,
            "RequestedOn": plain(body.get("Date")) or today,
            "Hold": False,
            "LocationID": "MAIN",
            "Branch": "MAIN",
            "CurrencyRate": 1.0,
            "ReciprocalRate": 1.0,
            "BaseCurrencyID": "USD",
            "Approved": True,
            "CreditHold": False,
            "Project": "X",
            "WillCall": False,
            "TaxCalcMode": "Tax Settings",
            "IsTaxValid": False,
            "Details": [],
            "CurrencyRateTypeID": "SPOT",
        }

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        node["OrderType"] = str(node.get("OrderType") or "").strip().upper()
        shared_fields(node, body)
        customer = order_checks.head(self.erp, node, errors)
        for at, row in enumerate(node.get("Details") or ()):
            item = order_checks.line(self.erp, row, at, errors)
            if item:
                line_defaults(self.erp, row, item, node, customer)
        if customer:
            self._fill(node, customer)
            self._sums(node, customer)
            payments.rows_checked(self.erp, node, errors)
            over_limit(self.erp, node, customer)
        if old:
            order_checks.unchanged(old, node, errors)
        if not errors and old is None:
            node["OrderNbr"] = self._number(unit, node, errors)

    def _fill(self, node: Node, customer: Mapping[str, Any]) -> None:
        """What comes from the customer, and addresses that are not overridden."""
        of = customer["fields"]
        node["CustomerID"] = of["CustomerID"]
        node["CurrencyID"] = node.get("CurrencyID") or of.get("CurrencyID") or "USD"
        settings = node.setdefault("FinancialSettings", {})
        settings.setdefault("Terms", of.get("Terms"))
        shipping = node.setdefault("ShippingSettings", {})
        shipping.setdefault("ShippingTerms", of.get("ShippingTerms"))
        shipping.setdefault("ShippingRule", "Back Order Allowed")
        shipping.setdefault("ScheduledShipmentDate", node.get("RequestedOn"))
        if not settings.get("OverrideTaxZone"):
            settings["CustomerTaxZone"] = of.get("TaxZone")
        people = customers.whole(node_of(customer))
        for part, source in (("BillTo", "BillingContact"), ("ShipTo", "ShippingContact")):
            from_ = self._place(node, people) if part == "ShipTo" else people[source]
            if not node.get(f"{part}AddressOverride"):
                node[f"{part}Address"] = dict(from_.get("Address") or {})
            if not node.get(f"{part}ContactOverride"):
                node[f"{part}Contact"] = {
                    "Attention": from_.get("Attention"),
                    "BusinessName": from_.get("FullName"),
                    "Email": from_.get("Email"),
                    "Phone1": from_.get("Phone1"),
                }
        node["Status"], node["CreditHold"] = status(node, of)

    def _place(self, node: Node, people: Node) -> Node:
        """The contact of the place that the goods go to."""
        own = find(self.erp, "CustomerLocation", node["CustomerID"], node.get("LocationID"))
        contact = (own or {"linked": {}})["linked"].get("LocationContact") or {}
        return {**people["ShippingContact"], **contact}

    def _sums(self, node: Node, customer: Mapping[str, Any]) -> None:
        for number, row in enumerate(node.get("Details") or (), 1):
            row.setdefault("LineNbr", number)
            if row["LineNbr"] in {one.get("LineNbr") for one in node["Details"] if one is not row}:
                row["LineNbr"] = max(one.get("LineNbr") or 0 for one in node["Details"]) + 1
        zone = str((node.get("FinancialSettings") or {}).get("CustomerTaxZone") or "")
        names = {row.get("InventoryID") for row in node.get("Details") or ()}
        weights = {
            name: (self.erp.item(str(name)) or {"fields": {}})["fields"].get("DimensionWeight") or 0.0 for name in names
        }
        money.order(node, taxes_of(self.erp, zone), zone, weights)
        for name, other in FREIGHT.items():
            node["ShippingSettings"][other] = node["Totals"][name]
        open_quantities(node)

    def _number(self, unit: Unit, node: Node, errors: Errors) -> str:
        """Types with numbers of their own need one; the others get one, whatever was sent."""
        kind = self.erp.store.get("soordertype", node["OrderType"]) or {}
        sent = str(node.get("OrderNbr") or "").strip().upper()
        if kind["UserNumbering"]:
            if sent in ("", "<NEW>"):
                errors.append((("OrderNbr",), "'Order Nbr.' cannot be empty."))
            return sent
        if self.erp.switch("numbering_broken"):
            text = f"Cannot generate the next number for the {kind['OrderNumberingID']} sequence."
            raise Problem(exception(text, "PX.Objects.CS.AutoNumberException"))
        return f"{PREFIX[kind['OrderNumberingID']]}{unit.count(kind['OrderNumberingID']):06d}"

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        rows = node.pop("Payments", []) if isinstance(body.get("Payments"), list) else []
        node.pop("Shipments", None)
        return place(self.erp, unit, old, node, rows, customs(old, body))

    def branches(self, doc: Doc, node: Node, expand: tree.Paths) -> Node:
        asked = {name.lower() for name in expand}
        if "payments" in asked and "Payments" not in doc["details"]:
            node["Payments"] = payments.rows_of(self.erp, doc["fields"])
        if "shipments" in asked:
            node["Shipments"] = shipments_of(self.erp, doc)
        return node

    def delete(self, doc: Doc, unit: Unit) -> None:
        """Refused once there is a shipment; what it booked is free again."""
        if shipments_of(self.erp, doc):
            raise Problem(exception("The sales order cannot be deleted because it has shipments."))
        booking.rebook(self.erp, unit, doc, None, notices.new_id())
        remove(self.erp, unit, doc)


def place(
    erp: Any, unit: Unit, old: Doc | None, node: Node, rows: list[Node], custom: Any = None, effect: str = ""
) -> Doc:
    """Keep an order with the payments that came with it, and book its stock: one transaction, one message id."""
    message = notices.new_id()
    payments.balance(erp, unit, node, rows)
    doc = keep(erp, unit, "SalesOrder", node, message=message, custom=custom, effect=effect)
    booking.rebook(erp, unit, old, doc, message)
    for row in rows:
        payments.from_order(erp, unit, doc, row)
    return doc


def change(
    erp: Any, unit: Unit, doc: Doc, changes: Mapping[str, Any], *, lines: list[Node] | None = None, effect: str = ""
) -> Doc:
    """Change an order from the inside: status, lines. Stock follows."""
    node = {**node_of(doc), **changes}
    if lines is not None:
        node["Details"] = lines
    open_quantities(node)
    return place(erp, unit, doc, node, [], effect=effect)


def status(node: Node, customer: Mapping[str, Any]) -> tuple[str, bool]:
    """(status, credit hold) of an order that no shipment or invoice has taken over yet."""
    if node.get("Status") not in EARLY:
        return node["Status"], bool(node.get("CreditHold"))
    if node.get("Hold") or customer.get("Status") == "On Hold":
        return "On Hold", False
    return ("Credit Hold", True) if customer.get("Status") == "Credit Hold" else ("Open", False)


def over_limit(erp: Any, node: Node, customer: Mapping[str, Any]) -> None:
    """An open order that takes its customer over the credit limit goes on credit hold."""
    limit = money.exact(customer["fields"].get("CreditLimit"))
    if not limit or node.get("Status") != "Open":
        return
    owed = money.exact(node.get("OrderTotal")) - payments.applied_to(erp, node)
    owed -= sum((money.exact(row.get("AppliedToOrder")) for row in node.get("Payments") or ()), money.exact(0))
    for one in list(erp.store.kind("salesorder").values()):
        same = one["fields"].get("OrderNbr") == node.get("OrderNbr")
        if one["fields"]["CustomerID"] == node["CustomerID"] and not same:
            owed += money.exact(one["linked"]["Totals"].get("UnpaidBalance"))
    if owed > limit:
        node["Status"], node["CreditHold"] = "Credit Hold", True


def shared_fields(node: Node, body: Mapping[str, Any]) -> None:
    """Fields that the order shows twice are one: whichever was sent counts, the inner one first."""
    for name, (link, inner) in SHARED.items():
        below = dict(node.get(link) or {})
        sent = plain((body.get(link) or {}).get(inner)) if isinstance(body.get(link), Mapping) else None
        outer = node.get(name) if node.get(name) is not None else below.get(inner)
        value = sent if sent is not None else outer
        node[name], node[link] = value, {**below, inner: value}
    totals, sent_settings = dict(node.get("Totals") or {}), body.get("ShippingSettings")
    for name, inner in FREIGHT.items():
        if isinstance(sent_settings, Mapping) and plain(sent_settings.get(inner)) is not None:
            totals[name] = node["ShippingSettings"].get(inner)
    node["Totals"] = totals


def line_defaults(erp: Any, row: Node, item: Mapping[str, Any], node: Node, customer: Mapping[str, Any] | None) -> None:
    """What a line takes from its item: description, unit, price, warehouse, tax category."""
    of, back = item["fields"], booking.behavior(erp, {"fields": node}) in ("CM", "RM")
    stock = item["kind"] == "StockItem"
    rule = (node.get("ShippingSettings") or {}).get("ShippingRule") or "Back Order Allowed"
    row["InventoryID"] = of["InventoryID"]
    row["LineType"] = (
        "Goods for Inventory" if stock else "Non-Inventory Goods" if of.get("RequireShipment") else money.SERVICE
    )
    defaults = {
        "LineDescription": of.get("Description"),
        "UOM": of.get("SalesUOM") or of.get("SalesUnit") or "EA",
        "TaxCategory": of.get("TaxCategory"),
        "OrderQty": 0.0,
        "FreeItem": False,
        "Branch": node.get("Branch"),
        "Operation": "Receipt" if back else "Issue",
        "Completed": False,
        "QtyOnShipments": 0.0,
        "WarehouseID": (node.get("PreferredWarehouseID") or of.get("DefaultWarehouseID") or "MAIN") if stock else None,
        "NoteID": str(uuid.uuid4()),
        "ShippingRule": rule,
    }
    for name, value in defaults.items():
        if row.get(name) is None:
            row[name] = value
    if row.get("UnitPrice") is None:
        row["UnitPrice"] = erp.price_for(of["InventoryID"], customer, row["OrderQty"])


def open_quantities(node: Node) -> None:
    """Open is what no confirmed shipment has taken."""
    done = node.get("Status") in ("Completed", "Canceled", "Invoiced")
    for row in node.get("Details") or ():
        left = 0.0 if done or row.get("Completed") else max(0.0, (row.get("OrderQty") or 0.0) - row.get("Shipped", 0.0))
        row["OpenQty"], row["UnbilledAmount"] = left, 0.0 if done else row.get("Amount", 0.0)


def taxes_of(erp: Any, zone: str) -> list[tuple[str, float]]:
    """(tax, percent) of a zone."""
    found = erp.store.get("taxzone", zone.upper()) if zone else None
    rows = found["details"]["ApplicableTaxes"] if found else []
    taxes = [erp.store.get("tax", row["TaxID"]) for row in rows]
    return [(tax["fields"]["TaxID"], tax["details"]["TaxSchedule"][0]["TaxRate"]) for tax in taxes if tax]


def shipments_of(erp: Any, doc: Doc) -> list[Node]:
    """The rows of an order's shipments."""
    key = (doc["fields"]["OrderType"], doc["fields"]["OrderNbr"])
    found = []
    for one in list(erp.store.kind("shipment").values()):
        for row in one["details"].get("Orders", ()):
            if (row["OrderType"], row["OrderNbr"]) == key:
                of = one["fields"]
                found.append(
                    {
                        "id": one["id"],
                        "ShipmentNbr": of["ShipmentNbr"],
                        "ShipmentType": of["Type"],
                        "ShipmentDate": of["ShipmentDate"],
                        "Status": of["Status"],
                        "ShippedQty": row["ShippedQty"],
                        "InvoiceType": row.get("InvoiceType"),
                        "InvoiceNbr": row.get("InvoiceNbr"),
                        "OrderNoteID": doc["id"],
                        "ShippingNoteID": one["id"],
                    }
                )
    return [*found, *drop_rows(erp, doc["fields"])]


def drop_rows(erp: Any, order: Mapping[str, Any]) -> list[Node]:
    """What vendors have sent of an order."""
    found = erp.store.get("dropped", f"{order['OrderType']}/{order['OrderNbr']}".upper())
    return list(found["rows"]) if found else []
