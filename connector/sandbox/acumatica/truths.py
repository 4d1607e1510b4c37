"""What the journal says of a record: the fields that a checker compares, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMED: dict[str, tuple[str, ...]] = {
    "customer": ("CustomerID", "CustomerName", "CustomerClass", "Status", "PriceClassID", "AccountRef",
                 "TaxRegistrationID"),
    "order": ("OrderType", "OrderNbr", "Status", "CustomerID", "ExternalRef", "CustomerOrder", "Description",
              "OrderTotal", "TaxTotal", "OrderedQty", "CurrencyID"),
    "payment": ("Type", "ReferenceNbr", "Status", "CustomerID", "PaymentMethod", "CashAccount", "PaymentAmount",
                "PaymentRef", "ExternalRef", "AppliedToOrders"),
    "shipment": ("ShipmentNbr", "Status", "CustomerID", "WarehouseID", "ShipVia", "ShippedQty"),
    "invoice": ("Type", "ReferenceNbr", "Status", "CustomerID", "Amount", "Balance"),
    "category": ("CategoryID", "ParentCategoryID", "Description", "SortOrder"),
}  # fmt: skip


def of(noun: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that matter; orders and shipments with lines, shipments with parcels, customers with their e-mail."""
    names = NAMED.get(noun)
    fields = doc["fields"]
    said = {name: fields[name] for name in names if name in fields} if names else dict(fields)
    if noun == "customer":
        said["Email"] = email(doc)
    if noun == "order":
        said["Freight"] = doc["linked"].get("Totals", {}).get("Freight", 0.0)
        said["lines"] = [
            {name: row.get(name) for name in ("InventoryID", "OrderQty", "UnitPrice", "DiscountAmount", "Amount")}
            for row in doc["details"].get("Details", ())
        ]
    if noun == "shipment":
        said["orders"] = [f"{row['OrderType']}/{row['OrderNbr']}" for row in doc["details"].get("Orders", ())]
        said["lines"] = [
            {name: row.get(name) for name in ("OrderNbr", "InventoryID", "ShippedQty")}
            for row in doc["details"].get("Details", ())
        ]
        said["tracks"] = [row.get("TrackingNbr") for row in doc["details"].get("Packages", ())]
    return said


def email(doc: Mapping[str, Any]) -> str:
    return str((doc.get("linked") or {}).get("MainContact", {}).get("Email") or "")
