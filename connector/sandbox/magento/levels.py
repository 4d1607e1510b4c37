"""How much there is: source items, the stock item of old, and what can be sold of it.

The defect of 2.4.4 is here as well: a product whose index row says "not salable" stays unsalable after the
first source item that brings it back in stock, and only a second write heals it. Source: facts/MAGENTO.md,
section 11, and the recording `back_in_stock`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import reservations
from connector.sandbox.magento.routing import Call, as_float, number
from connector.sandbox.magento.shop import Doc, clock

DEFAULTS: Doc = {
    "is_qty_decimal": False,
    "show_default_notification_message": False,
    "use_config_min_qty": True,
    "min_qty": 0,
    "use_config_min_sale_qty": 1,
    "min_sale_qty": 1,
    "use_config_max_sale_qty": True,
    "max_sale_qty": 10000,
    "use_config_backorders": True,
    "backorders": 0,
    "use_config_notify_stock_qty": True,
    "notify_stock_qty": 1,
    "use_config_qty_increments": True,
    "qty_increments": 0,
    "use_config_enable_qty_inc": True,
    "enable_qty_increments": False,
    "use_config_manage_stock": True,
    "manage_stock": True,
    "low_stock_date": None,
    "is_decimal_divided": False,
    "stock_status_changed_auto": 0,
}
DEFAULT = "default"
COMPOSITE = ("configurable", "bundle", "grouped")


def stock_item(call: Call, doc: Doc) -> Doc:
    """The stock item: quantity and status follow the source `default`."""
    if doc["type"] in COMPOSITE:
        flag = {"qty": 0, "is_in_stock": bool(doc.get("in_stock"))}
        head = {"item_id": doc["item_id"], "product_id": doc["id"], "stock_id": 1, **flag}
        return {**head, **DEFAULTS, **doc["stock"]}
    row = call.shop.levels(call.unit, doc["sku"]).get(DEFAULT)
    quantity = (
        None if doc["qty"] is None and not (row and row["quantity"]) else number(row["quantity"]) if row else doc["qty"]
    )
    head = {
        "item_id": doc["item_id"],
        "product_id": doc["id"],
        "stock_id": 1,
        "qty": quantity,
        "is_in_stock": in_stock(row),
    }
    return {**head, **DEFAULTS, **doc["stock"]}


def in_stock(row: Mapping[str, Any] | None) -> bool:
    return bool(row and row["status"] == 1 and row["quantity"] > 0)


def write(call: Call, sku: str, source: str, quantity: float, status: int) -> None:
    """Set one source item; an unknown sku is stored all the same. The journal gets a line."""
    key = sku.rstrip().lower()
    product = call.unit.get("product", key)
    found = call.unit.get("level", key) or {"sku": product["sku"] if product else sku, "rows": {}}
    before = found["rows"].get(source)
    row = {"quantity": quantity, "status": status}
    call.unit.put("level", key, {**found, "rows": {**found["rows"], source: row}})
    call.unit.note("stock", found["sku"], before and {"source_code": source, **before}, {"source_code": source, **row})


def take(call: Call, sku: str, source: str, quantity: float) -> None:
    """Take from a source, negative puts back; nothing left is out of stock."""
    row = call.shop.levels(call.unit, sku).get(source) or {"quantity": 0.0, "status": 0}
    left = row["quantity"] - quantity
    write(call, sku, source, left, row["status"] if left > 0 else 0)


def remove(call: Call, sku: str, source: str) -> None:
    key = sku.rstrip().lower()
    found = call.unit.get("level", key)
    if found and source in found["rows"]:
        rows = {code: row for code, row in found["rows"].items() if code != source}
        call.unit.put("level", key, {**found, "rows": rows})
        call.unit.note("stock", found["sku"], {"source_code": source, **found["rows"][source]}, None)


def saved_with_product(call: Call, doc: Doc, item: Mapping[str, Any] | None, *, fresh: bool) -> None:
    """A product save writes its stock item through to the source `default` and puts the index right."""
    if doc["type"] in COMPOSITE:  # they have no sources of their own, only a flag
        told = bool(item["is_in_stock"]) if item and "is_in_stock" in item else doc.get("in_stock", False)
        call.unit.put("product", doc["sku"].lower(), {**doc, "in_stock": told})
        return
    row = call.shop.levels(call.unit, doc["sku"]).get(DEFAULT)
    if item is not None:
        had = row or {"quantity": 0.0, "status": 0}
        quantity = as_float("qty", item.get("qty"))
        status = int(bool(item["is_in_stock"])) if "is_in_stock" in item else had["status"]
        write(call, doc["sku"], DEFAULT, had["quantity"] if quantity is None else quantity, status)
        extra = {name: value for name, value in item.items() if name in DEFAULTS}
        doc = {**doc, "stock": {**doc["stock"], **extra}, "qty": quantity if quantity is not None else doc["qty"]}
    elif fresh and row is None:
        write(call, doc["sku"], DEFAULT, 0.0, 0)
    row = call.shop.levels(call.unit, doc["sku"]).get(DEFAULT)
    indexed = True if in_stock(row) else None if fresh else False
    call.unit.put("product", doc["sku"].lower(), {**doc, "index": indexed, "stale": False, "index_at": clock()})


def pushed(call: Call, sku: str, before: Mapping[str, Any]) -> None:
    """After a source-items call: the index of the default stock, with its defect (`before` is the product then)."""
    key = sku.rstrip().lower()
    doc = call.unit.get("product", key)
    if doc is None:
        return
    row = call.shop.levels(call.unit, sku).get(DEFAULT)
    salable = in_stock(row)
    stale = salable and indexed(call, before) is False
    new = {**doc, "index": salable, "stale": stale, "qty": row["quantity"] if row else doc["qty"], "index_at": clock()}
    call.unit.put("product", key, new)


def indexed(call: Call, doc: Mapping[str, Any]) -> bool | None:
    """What the index says: salable or not, None for a product that the cron has not met yet."""
    if doc["index"] is None and clock() - doc.get("index_at", clock()) > call.shop.switch("index_seconds"):
        return False
    value = doc["index"]
    return None if value is None else bool(value)


def sources_of(call: Call, stock: int) -> list[str]:
    """Codes of the enabled sources of a stock, by priority."""
    links = [link for link in call.shop.store.kind("link").values() if link["stock_id"] == stock]
    codes = [link["source_code"] for link in sorted(links, key=lambda link: link["priority"])]
    return [code for code in codes if (call.unit.get("source", code) or {}).get("enabled")]


def salable_quantity(call: Call, sku: str, stock: int) -> float:
    """What can be sold in a stock; 0 for the default one while the index is stale."""
    doc = call.shop.product(call.unit, sku)
    if stock == 1 and doc and doc["stale"]:
        return 0.0
    rows = call.shop.levels(call.unit, sku)
    held = sum(rows[code]["quantity"] for code in sources_of(call, stock) if code in rows and rows[code]["status"] == 1)
    return float(held) + reservations.of(call.unit, stock, sku)


def is_salable(call: Call, sku: str, stock: int) -> bool:
    doc = call.shop.product(call.unit, sku)
    if doc is None:
        return False  # an orphan row sells nothing
    if doc["type"] in COMPOSITE:
        return bool(doc.get("in_stock"))
    rows = call.shop.levels(call.unit, sku)
    held = [rows[code] for code in sources_of(call, stock) if in_stock(rows.get(code))]
    return sum(row["quantity"] for row in held) + reservations.of(call.unit, stock, sku) > 0
