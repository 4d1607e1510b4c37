"""Invoices and credit memos: prepared from a shipment or an order, then released. Seen as SalesInvoice and Invoice.

What was paid on the order pays its invoice. Source: facts/ACUMATICA.md, sections 2.6, 3.6 and 3.7.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.sandbox.acumatica import booking, orders, payments
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, keep, node_of, remove
from connector.sandbox.acumatica.money import cents, exact, places
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.store import Unit


class SalesInvoices(Documents):
    """SalesInvoice (SO303000)."""

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        if old is None:
            raise Problem(exception("A sales invoice is prepared from a shipment or from a sales order."))
        if node["Status"] in ("Balanced", "On Hold"):
            node["Status"] = "On Hold" if node.get("Hold") else "Balanced"

    def delete(self, doc: Doc, unit: Unit) -> None:
        if doc["fields"]["Status"] not in ("On Hold", "Balanced"):
            raise Problem(exception("A released invoice cannot be deleted."))
        remove(self.erp, unit, doc)


class Invoices(SalesInvoices):
    """Invoice (AR301000): the same documents under the names of that form."""

    def all(self) -> list[Doc]:
        docs = self.erp.store.kind("salesinvoice")
        return [docs[key] for key in sorted(docs)]

    def by_keys(self, keys: list[str]) -> Doc | None:
        return find(self.erp, "SalesInvoice", *keys)

    def by_id(self, text: str) -> Doc | None:
        return next((doc for doc in self.all() if doc["id"] == text.lower()), None)

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        raise Problem(exception("Invoices and memos of the simulated site come from sales orders."))

    def node(self, doc: Doc) -> Node:
        found = super().node(doc)
        rows = [
            {**row, "TransactionDescription": row.get("TransactionDescr"), "ExtendedPrice": row.get("Amount")}
            for row in found.get("Details") or ()
        ]
        return {**found, "Customer": found.get("CustomerID"), "LocationID": "MAIN", "Details": rows}


def of_shipment(erp: Any, unit: Unit, doc: Doc) -> list[Doc]:
    """Prepare the invoices of a confirmed shipment, one for each order. Raises Problem for another status."""
    if doc["fields"]["Status"] != "Confirmed":
        text = f"Shipment {doc['fields']['ShipmentNbr']} is {doc['fields']['Status']} and cannot be invoiced."
        raise Problem(exception(text))
    made, links = [], []
    for link in doc["details"]["Orders"]:
        order = find(erp, "SalesOrder", link["OrderType"], link["OrderNbr"], unit=unit)
        sent = {
            row["OrderLineNbr"]: row["ShippedQty"]
            for row in doc["details"]["Details"]
            if (row["OrderType"], row["OrderNbr"]) == (link["OrderType"], link["OrderNbr"])
        }
        if order:
            made.append(prepare(erp, unit, order, sent, doc["fields"]["ShipmentNbr"]))
            links.append(
                {**link, "InvoiceType": made[-1]["fields"]["Type"], "InvoiceNbr": made[-1]["fields"]["ReferenceNbr"]}
            )
    keep(erp, unit, "Shipment", {**node_of(doc), "Status": "Invoiced", "Orders": links}, effect="invoice")
    return made


def of_order(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """Prepare the invoice (or credit memo) of an order that needs no shipment; the order is then Invoiced."""
    if doc["fields"]["Status"] not in ("Open", "Completed", "Back Order"):
        raise Problem(exception(f"The order is {doc['fields']['Status']} and cannot be invoiced."))
    goods = [row for row in doc["details"]["Details"] if row.get("LineType") != "Misc. Charge"]
    if goods and booking.behavior(erp, doc) == "SO":
        raise Problem(exception("The order has items that have to be shipped first."))
    invoice = prepare(erp, unit, doc, {row["LineNbr"]: row["OrderQty"] for row in doc["details"]["Details"]}, "")
    orders.change(erp, unit, doc, {"Status": "Invoiced"})
    return invoice


def prepare(erp: Any, unit: Unit, order: Doc, sent: Mapping[int, float], shipment: str) -> Doc:
    """The invoice of quantities by line: amounts in proportion, freight and services with the first one."""
    of, totals = order["fields"], order["linked"]["Totals"]
    memo, decimals = booking.behavior(erp, order) in ("CM", "RM"), places(of)
    first = not any(billed(one, of) for one in erp.store.kind("salesinvoice").values())
    rows = [
        line(row, share, order, shipment) for row in order["details"]["Details"] if (share := portion(row, sent, first))
    ]
    goods = sum((exact(row["Amount"]) for row in rows), Decimal(0))
    base = exact(totals["LineTotalAmount"]) + exact(totals["MiscTotalAmount"])
    part = goods / base if base else Decimal(1)
    freight = exact(totals["Freight"]) + exact(totals["PremiumFreight"]) if first else Decimal(0)
    tax, off = exact(totals["TaxTotal"]) * part, exact(totals["DiscountTotal"]) * part
    amount = exact(cents(goods + freight - off, decimals)) + exact(cents(tax, decimals))
    taxes = [
        {
            "id": str(uuid.uuid4()),
            "TaxID": row["TaxID"],
            "TaxableAmount": cents(exact(row["TaxableAmount"]) * part, decimals),
            "TaxAmount": cents(exact(row["TaxAmount"]) * part, decimals),
        }
        for row in order["details"].get("TaxDetails", ())
    ]
    node: Node = {
        "Type": "Credit Memo" if memo else "Invoice",
        "ReferenceNbr": f"AR{unit.count('ARINVOICE'):06d}",
        "Status": "Balanced",
        "Hold": False,
        "Date": payments.today(),
        "DueDate": payments.today(),
        "CustomerID": of["CustomerID"],
        "Currency": of.get("CurrencyID"),
        "CustomerOrder": of.get("CustomerOrder"),
        "ExternalRef": of.get("ExternalRef"),
        "Description": of.get("Description"),
        "Project": "X",
        "DetailTotal": cents(goods, decimals),
        "DiscountTotal": cents(off, decimals),
        "FreightPrice": cents(freight, decimals),
        "TaxTotal": cents(tax, decimals),
        "Amount": cents(amount, decimals),
        "Balance": cents(amount, decimals),
        "IsTaxValid": of.get("IsTaxValid"),
        "PaymentTotal": 0.0,
        "Details": rows,
        "TaxDetails": taxes,
        "BillToAddress": order["linked"].get("BillToAddress") or {},
        "BillToContact": order["linked"].get("BillToContact") or {},
        "ShipToAddress": order["linked"].get("ShipToAddress") or {},
        "ShipToContact": order["linked"].get("ShipToContact") or {},
    }
    return keep(erp, unit, "SalesInvoice", node)


def portion(row: Node, sent: Mapping[int, float], first: bool) -> float:
    """How much of a line this invoice bills; a service goes with the first one."""
    if row.get("LineType") == "Misc. Charge":
        return float(row["OrderQty"]) if first else 0.0
    return float(sent.get(row["LineNbr"], 0.0))


def line(row: Node, quantity: float, order: Doc, shipment: str) -> Node:
    of = order["fields"]
    share = exact(quantity) / exact(row["OrderQty"]) if row.get("OrderQty") else Decimal(0)
    return {
        "id": str(uuid.uuid4()),
        "LineNbr": row["LineNbr"],
        "InventoryID": row["InventoryID"],
        "Qty": quantity,
        "UOM": row.get("UOM"),
        "UnitPrice": row["UnitPrice"],
        "TransactionDescr": row.get("LineDescription"),
        "DiscountAmount": cents(exact(row["DiscountAmount"]) * share, places(of)),
        "Amount": cents(exact(row["Amount"]) * share, places(of)),
        "OrderType": of["OrderType"],
        "OrderNbr": of["OrderNbr"],
        "OrderLineNbr": row["LineNbr"],
        "ShipmentNbr": shipment or None,
        "WarehouseID": row.get("WarehouseID"),
        "TaxCategory": row.get("TaxCategory"),
        "Account": row.get("Account"),
    }


def billed(invoice: Doc, order: Mapping[str, Any]) -> bool:
    return any(
        (row["OrderType"], row["OrderNbr"]) == (order["OrderType"], order["OrderNbr"])
        for row in invoice["details"].get("Details", ())
    )


def release(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """Balanced becomes Open, or Closed when the order was paid; shipment and order go on to Completed."""
    of = doc["fields"]
    if of["Status"] != "Balanced":
        raise Problem(exception(f"Invoice {of['ReferenceNbr']} is {of['Status']} and cannot be released."))
    names = {(row["OrderType"], row["OrderNbr"]): row for row in doc["details"]["Details"]}
    paid = sum((payments.applied_to(erp, row) for row in names.values()), Decimal(0)) - earlier(erp, doc, names)
    paid = max(Decimal(0), min(paid, exact(of["Amount"]))) if of["Type"] == "Invoice" else Decimal(0)
    left = exact(of["Amount"]) - paid
    new = keep(
        erp,
        unit,
        "SalesInvoice",
        {**node_of(doc), "Status": "Open" if left else "Closed", "Balance": cents(left), "PaymentTotal": cents(paid)},
        effect="release",
    )
    for number in {row.get("ShipmentNbr") for row in doc["details"]["Details"]} - {None}:
        shipment = find(erp, "Shipment", number, unit=unit)
        if shipment:
            keep(erp, unit, "Shipment", {**node_of(shipment), "Status": "Completed"}, effect="complete")
    for row in names.values():
        order = find(erp, "SalesOrder", row["OrderType"], row["OrderNbr"], unit=unit)
        if order and order["fields"]["Status"] == "Invoiced":
            orders.change(erp, unit, order, {"Status": "Completed"})
    return new


def earlier(erp: Any, doc: Doc, names: Mapping[Any, Any]) -> Decimal:
    """What released invoices of the same orders have been paid already."""
    return sum(
        (
            exact(one["fields"].get("PaymentTotal"))
            for one in list(erp.store.kind("salesinvoice").values())
            if one["id"] != doc["id"]
            and any((row["OrderType"], row["OrderNbr"]) in names for row in one["details"]["Details"])
        ),
        Decimal(0),
    )
