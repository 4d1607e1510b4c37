"""Rows of the generic inquiries over records made of nodes: what notifications and OData say of them.

The columns carry the names that the REST fields have; a date has the alias of its table in front. Source:
facts/ACUMATICA.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.sandbox.acumatica import truths
from connector.sandbox.acumatica.model import START

Doc = Mapping[str, Any]
Row = dict[str, Any]
COLUMNS: dict[str, tuple[str, str]] = {  # entity: (columns, alias of the table)
    "category": ("CategoryID Description ParentCategoryID SortOrder", "INCategory"),
    "customer": ("CustomerID CustomerName CustomerClass Status PriceClassID", "Customer"),
    "order_status": ("OrderType OrderNbr Status CustomerID ExternalRef CustomerOrder OrderTotal", "SOOrder"),
    "shipment": ("ShipmentNbr Status CustomerID WarehouseID", "SOShipment"),
    "invoice": ("Type ReferenceNbr Status CustomerID Amount", "ARInvoice"),
    "composite": ("InventoryID Description ItemClass ItemStatus ExportToExternal", "InventoryItem"),
    "product_status": ("InventoryID ItemStatus ExportToExternal Visibility", "InventoryItem"),
}
ENTITY = {"order": "order_status", "template": "composite"}
KIND = {"category": "itemsalescategory", "customer": "customer", "order_status": "salesorder", "shipment": "shipment",
        "invoice": "salesinvoice", "composite": "templateitems", "product_status": "item"}  # fmt: skip


def local(stamp: int) -> str:
    """An instant as the rows carry it: no offset, only as many digits as needed."""
    moment = START + timedelta(microseconds=stamp)
    fraction = f"{moment.microsecond:06d}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "")


def row(entity: str, doc: Doc, stamp: int = 0) -> Row:
    """The record's row; a customer's has the e-mail of its main contact besides."""
    names, alias = COLUMNS[entity]
    found: Row = {name: doc["fields"].get(name) for name in names.split()}
    if entity == "customer":
        found["Email"] = truths.email(doc)
    return {**found, f"{alias}_lastModifiedDateTime": local(stamp or doc["modified"])}


def relation_row(item: str, link: Mapping[str, Any], stamp: int) -> Row:
    """One related item."""
    return {"InventoryID": item, "RelatedInventoryID": link["RelatedInventoryID"], "Relation": link["Relation"],
            "Rank": link.get("Rank", 0), "IsActive": link.get("IsActive", True),
            "INRelatedInventory_lastModifiedDateTime": local(stamp)}  # fmt: skip


def rows(erp: Any, entity: str) -> list[Row]:
    """All rows of one inquiry in the order of the records' keys."""
    if entity == "relation":
        links = erp.store.kind("relation")
        return [
            relation_row(links[key]["item"], link, links[key]["modified"])
            for key in sorted(links)
            for link in links[key]["rows"]
        ]
    docs = erp.store.kind(KIND[entity])
    return [row(entity, docs[key]) for key in sorted(docs)]
