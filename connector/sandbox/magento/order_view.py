"""An order as JSON. Here the trap of the REST interface is laid: an item's row total comes out after its discount.

Source: facts/MAGENTO.md, section 14 (ChangeOutputArray), and the recording `orders_read`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.money import exact, plain
from connector.sandbox.magento.shop import Doc

KEPT_APART = ("items", "billing_address", "shipping_address", "shipping_method", "payment", "histories", "extension",
              "raw", "stock_id")  # fmt: skip
UNTOLD = {  # what the database fills in for an order that was written directly
    "amount_refunded": 0, "base_amount_refunded": 0, "base_cost": 0, "base_discount_amount": 0,
    "base_discount_invoiced": 0, "base_price": 0, "base_row_invoiced": 0, "base_row_total": 0, "base_tax_amount": 0,
    "base_tax_invoiced": 0, "discount_amount": 0, "discount_invoiced": 0, "discount_percent": 0, "free_shipping": 0,
    "no_discount": 0, "price": 0, "qty_backordered": 0, "qty_canceled": 0, "qty_invoiced": 0, "qty_ordered": 0,
    "qty_refunded": 0, "qty_shipped": 0, "row_invoiced": 0, "row_total": 0, "row_weight": 0, "tax_amount": 0,
    "tax_invoiced": 0, "tax_percent": 0, "weight": 0,
}  # fmt: skip
SHIPPING = ("shipping_amount", "shipping_discount_amount", "shipping_discount_tax_compensation_amount",
            "shipping_incl_tax", "shipping_tax_amount")  # fmt: skip
SHORT = {"base_shipping_discount_tax_compensation_amount": "base_shipping_discount_tax_compensation_amnt"}


def show(order: Doc, *, fresh: bool = False) -> Doc:
    """The whole order; `fresh` is the answer to writing it, which lacks what the database fills in."""
    shown = {name: value for name, value in order.items() if name not in KEPT_APART and value is not None}
    items = show_items(order, fresh=fresh)
    shown["items"] = items
    if order["billing_address"]:
        shown["billing_address"] = order["billing_address"]
    shown["payment"] = order["payment"]
    shown["status_histories"] = [show_history(row) for row in reversed(order["histories"])]
    assigned = assignments(order, [] if fresh else items)
    extension = {**({"shipping_assignments": assigned} if assigned else {}), **({} if fresh else order["extension"])}
    return {**shown, "extension_attributes": extension} if extension else shown


def show_short(order: Doc, told: Doc) -> Doc:
    """The answer to a partial update: what was not told is null or missing."""
    shown: Doc = {"base_grand_total": None, "base_total_due": 0, "customer_email": None, "grand_total": None,
                  "total_due": 0}  # fmt: skip
    for name in ("billing_address_id", "created_at", "entity_id", "updated_at", *told):
        shown[name] = order.get(name)
    return {**shown, "items": show_items(order), "billing_address": order["billing_address"],
            "payment": order["payment"], "status_histories": []}  # fmt: skip


def show_items(order: Doc, *, fresh: bool = False) -> list[Doc]:
    shown = [show_item(item, raw=order.get("raw", False) and not fresh) for item in order["items"]]
    by_id = {item["item_id"]: item for item in shown}
    return [{**item, "parent_item": by_id[item["parent_item_id"]]} if item.get("parent_item_id") in by_id else item
            for item in shown]  # fmt: skip


def show_item(item: Doc, *, raw: bool = False) -> Doc:
    """Row totals come out net of the discount, the ones with tax are made of them."""
    shown = {**(UNTOLD if raw else {}), **{name: value for name, value in item.items() if value is not None}}
    for base in ("", "base_"):
        net = exact(item.get(f"{base}row_total")) - exact(item.get(f"{base}discount_amount"))
        gross = net + exact(item.get(f"{base}tax_amount")) + exact(item.get(f"{base}discount_tax_compensation_amount"))
        shown[f"{base}row_total"], shown[f"{base}row_total_incl_tax"] = plain(net), plain(gross)
    return shown


def show_history(row: Doc) -> Doc:
    return {name: value for name, value in row.items() if value is not None or name == "comment"}


def assignments(order: Doc, items: list[Doc]) -> list[Doc]:
    """Where a shipping address is, if there is one, and the shipping costs once more."""
    total = {}
    for base in ("", "base_"):
        for name in SHIPPING:
            key = SHORT.get(base + name, base + name)
            if order.get(key) is not None:
                total[key] = order[key]
    shipping: dict[str, Any] = {"total": total}
    if order["shipping_address"]:
        shipping = {"address": order["shipping_address"], "method": order["shipping_method"], "total": total}
    elif order.get("raw"):
        return []
    return [{"shipping": shipping, "items": items}]
