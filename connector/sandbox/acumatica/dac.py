"""Tables over OData v4 (`/t/<tenant>/api/odata/dac/...`): read only, stored values, codes padded with blanks.

Here are the lists that Default has no entity for, and the tables that a client may look at beside them. Short
names (`Terms`) work as long ones do (`PX_Objects_CS_Terms`). Source: facts/ACUMATICA.md, sections 3.8 and 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from connector.sandbox.acumatica import inquiry_rows
from connector.sandbox.acumatica.answers import reply
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.filters import FilterError
from connector.sandbox.acumatica.odata import shaped

Row = dict[str, Any]
ITEM_STATUS = {"Active": "AC", "No Sales": "NS", "No Purchases": "NP", "No Request": "NR", "Inactive": "IN",
               "Marked for Deletion": "DE"}  # fmt: skip
STORED = {"Cross-Sell": "CSELL", "Up-Sell": "USELL", "Related": "RELTD", "Substitute": "SUBST", "Other": "OTHER"}
PADDED = {"InventoryCD": 30, "CashAccountCD": 10, "BranchCD": 30, "AcctCD": 30, "SiteCD": 30}
LONG = {"CashAccount": "CA", "Terms": "CS", "ARStatementCycle": "AR", "SOOrderType": "SO", "Branch": "GL",
        "Carrier": "CS", "InventoryItem": "IN", "Customer": "AR", "SOOrder": "SO", "INCategory": "IN",
        "INRelatedInventory": "IN_RelatedItems", "INSite": "IN", "ARPriceClass": "AR"}  # fmt: skip


def table(kind: str) -> Callable[[Erp], list[Row]]:
    def rows(erp: Erp) -> list[Row]:
        docs = erp.store.kind(kind)
        return [dict(docs[key]) for key in sorted(docs)]

    return rows


def items(erp: Erp) -> list[Row]:
    return [
        {"InventoryID": doc["number"], "InventoryCD": doc["fields"]["InventoryID"],
         "Descr": doc["fields"].get("Description"), "StkItem": doc["kind"] == "StockItem",
         "ItemStatus": ITEM_STATUS.get(str(doc["fields"].get("ItemStatus")), "AC"),
         "TemplateItemID": doc["fields"].get("TemplateItemID"), "NoteID": doc["id"],
         "LastModifiedDateTime": f"{inquiry_rows.local(doc['modified'])}Z"}
        for doc in erp.items()
    ]  # fmt: skip


def related(erp: Erp) -> list[Row]:
    """Related items with the numbers of the items, as the table stores them (codes of the relations UNCONFIRMED)."""
    rows = []
    for key in sorted(links := erp.store.kind("relation")):
        for at, link in enumerate(links[key]["rows"], 1):
            one, other = erp.item(key), erp.item(link["RelatedInventoryID"])
            if one and other:
                rows.append({"InventoryID": one["number"], "LineID": at, "RelatedInventoryID": other["number"],
                             "Relation": STORED[link["Relation"]], "Rank": link.get("Rank", 0),
                             "IsActive": link.get("IsActive", True)})  # fmt: skip
    return rows


def of(kind: str, columns: str) -> Callable[[Erp], list[Row]]:
    """A table out of records: `Column=Field` pairs, the stamps besides."""
    pairs = [pair.split("=") for pair in columns.split()]

    def rows(erp: Erp) -> list[Row]:
        docs = erp.store.kind(kind)
        return [
            {**{column: docs[key]["fields"].get(field) for column, field in pairs}, "NoteID": docs[key]["id"],
             "LastModifiedDateTime": f"{inquiry_rows.local(docs[key]['modified'])}Z"}
            for key in sorted(docs)
        ]  # fmt: skip

    return rows


TABLES: dict[str, Callable[[Erp], list[Row]]] = {
    "CashAccount": table("cashaccount"), "Terms": table("terms"), "ARStatementCycle": table("arstatementcycle"),
    "SOOrderType": table("soordertype"), "Branch": table("branch"), "Carrier": table("carrier"),
    "InventoryItem": items, "INRelatedInventory": related,
    "Customer": of("customer", "AcctCD=CustomerID AcctName=CustomerName CustomerClassID=CustomerClass Status=Status"),
    "SOOrder": of("salesorder", "OrderType=OrderType OrderNbr=OrderNbr Status=Status CustomerRefNbr=ExternalRef"
                  " CustomerOrderNbr=CustomerOrder CuryOrderTotal=OrderTotal OrderDesc=Description"),
    "INCategory": of("itemsalescategory", "CategoryID=CategoryID ParentID=ParentCategoryID Description=Description"
                     " SortOrder=SortOrder"),
    "INSite": of("warehouse", "SiteCD=WarehouseID Descr=Description Active=Active"),
    "ARPriceClass": of("customerpriceclass", "PriceClassID=PriceClassID Description=Description"),
}  # fmt: skip
NAMES = {name.lower(): name for name in TABLES} | {f"px_objects_{LONG[name].lower()}_{name.lower()}": name
                                                   for name in TABLES}  # fmt: skip


def answer(erp: Erp, name: str, args: Mapping[str, str], root: str) -> Response:
    """The rows of one table with `$filter`, `$select`, `$orderby`, `$top`, `$skip`; 404 for one that is not shown."""
    found = NAMES.get(name.lower())
    if found is None:
        return reply({"error": {"code": "", "message": f"Resource not found for the segment '{name}'."}}, 404)
    try:
        rows = shaped([padded(row) for row in TABLES[found](erp)], args)
    except (FilterError, ValueError) as error:
        return reply({"error": {"code": "", "message": str(error)}}, 400)
    return reply({"@odata.context": f"{root}/$metadata#{name}", "value": rows})


def service(root: str) -> Response:
    names = sorted(f"PX_Objects_{LONG[name]}_{name}" for name in TABLES)
    listed = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return reply({"@odata.context": f"{root}/$metadata", "value": listed})


def padded(row: Row) -> Row:
    """Codes with the blanks of their columns."""
    return {name: str(value).ljust(PADDED[name]) if name in PADDED else value for name, value in row.items()}
