"""Related items and prices beside the item's own: what no entity of Default writes, done from the desk.

Related items are read over an inquiry or over their table; prices for classes of customers over SalesPricesInquiry.
Source: facts/ACUMATICA.md, sections 3.4 and 4; the labels of relations are those of the form, UNCONFIRMED.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import notices
from connector.sandbox.acumatica.values import finite
from connector.sandbox.store import Unit

RELATIONS = ("Cross-Sell", "Up-Sell", "Related", "Substitute", "Other")
Row = dict[str, Any]


def relate(erp: Any, unit: Unit, item: str, rows: list[Mapping[str, Any]]) -> list[Row]:
    """Set the related items of an item; an empty list takes them away. Raises ValueError."""
    doc = unit.get("item", item.strip().upper())
    if doc is None:
        raise ValueError(f"There is no item {item}.")
    kept = [relation(unit, row, number) for number, row in enumerate(rows, 1)]
    key, stamp = doc["fields"]["InventoryID"].upper(), erp.stamp()
    old = unit.get("relation", key) or {"rows": [], "modified": stamp}
    if old["rows"] == kept:
        return kept
    unit.put("relation", key, {"item": doc["fields"]["InventoryID"], "rows": kept, "modified": stamp})
    unit.note("relation", doc["fields"]["InventoryID"], old["rows"], kept, stamp)
    notices.relations_changed(unit, doc["fields"]["InventoryID"], old["rows"], kept, notices.new_id(), stamp,
                              old["modified"])  # fmt: skip
    return kept


def relation(unit: Unit, row: Mapping[str, Any], number: int) -> Row:
    other = unit.get("item", str(row.get("RelatedInventoryID") or "").strip().upper())
    if other is None:
        raise ValueError(f"There is no item {row.get('RelatedInventoryID')}.")
    if row.get("Relation", "Related") not in RELATIONS:
        raise ValueError(f"The relation is one of: {', '.join(RELATIONS)}.")
    return {"RelatedInventoryID": other["fields"]["InventoryID"], "Relation": row.get("Relation", "Related"),
            "Rank": int(row.get("Rank", number)), "IsActive": bool(row.get("IsActive", True))}  # fmt: skip


def prices(erp: Any, unit: Unit, item: str, rows: list[Mapping[str, Any]]) -> list[Row]:
    """Set the sales prices of an item for classes of customers, single customers and quantities: {PriceType?,
    PriceCode, Price, BreakQty?, EffectiveDate?, ExpirationDate?}. Raises ValueError."""
    doc = unit.get("item", item.strip().upper())
    if doc is None:
        raise ValueError(f"There is no item {item}.")
    stamp = erp.stamp()
    kept = [price(erp, row, doc["number"] * 100 + at, stamp) for at, row in enumerate(rows, 1)]
    key = doc["fields"]["InventoryID"].upper()
    old = unit.get("classprice", key) or {"rows": []}
    unit.put("classprice", key, {"rows": kept})
    unit.note("sales_price", doc["fields"]["InventoryID"], old["rows"], kept, stamp)
    notices.price_touched(unit, doc, notices.new_id(), stamp)
    return kept


def price(erp: Any, row: Mapping[str, Any], number: int, stamp: int) -> Row:
    kind = str(row.get("PriceType") or "Customer Price Class")
    lists = {"Customer Price Class": "customerpriceclass", "Customer": "customer", "Base": ""}
    code = str(row.get("PriceCode") or "").strip().upper()
    if kind not in lists or (lists[kind] and erp.store.get(lists[kind], code) is None):
        raise ValueError(f"There is no {kind} {code}.")
    return {"RecordID": 500_000 + number, "PriceType": kind, "PriceCode": code or None, "Price": finite(row["Price"]),
            "BreakQty": finite(row.get("BreakQty") or 0), "Promotion": False, "modified": stamp,
            "EffectiveDate": row.get("EffectiveDate") or "2026-01-01T00:00:00+00:00",
            "ExpirationDate": row.get("ExpirationDate")}  # fmt: skip


def best(erp: Any, key: str, customer: Mapping[str, Any] | None, quantity: float) -> float | None:
    """The price that a customer's own row, else its class's, gives for a quantity; None without one."""
    rows = (erp.store.get("classprice", key.strip().upper()) or {"rows": []})["rows"]
    of = (customer or {"fields": {}})["fields"]
    for kind, code in (("Customer", of.get("CustomerID")), ("Customer Price Class", of.get("PriceClassID"))):
        fits = [row for row in rows if row["PriceType"] == kind and row["PriceCode"] == code and code
                and row["BreakQty"] <= max(quantity, 0)]  # fmt: skip
        if fits:
            return float(max(fits, key=lambda row: row["BreakQty"])["Price"])
    return None
