"""Reservations: what is ordered and not yet shipped lowers what can be sold, not what a source holds.

One document for each stock and sku with their sum. Source: facts/MAGENTO.md, section 11, and `reservations`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.money import exact, plain
from connector.sandbox.magento.shop import Doc


def mark(stock: int, sku: str) -> str:
    return f"{stock}:{sku.rstrip().lower()}"


def book(unit: Any, stock: int, sku: str, quantity: float) -> None:
    """Add to the sum: negative for an order, positive when it is shipped or cancelled."""
    key = mark(stock, sku)
    had = unit.get("reservation", key) or {"quantity": 0}
    unit.put("reservation", key, {"quantity": plain(exact(had["quantity"]) + exact(quantity))})


def of(unit: Any, stock: int, sku: str) -> float:
    return float((unit.get("reservation", mark(stock, sku)) or {"quantity": 0})["quantity"])


def physical(order: Doc, item: Doc) -> list[Doc]:
    """The rows that take goods: the children of a configurable or bundle, else the row itself."""
    children = [row for row in order["items"] if row.get("parent_item_id") == item["item_id"]]
    return children or [item]


def share(item: Doc, part: Doc, quantity: float) -> float:
    """How much of a part goes with this much of its row."""
    ordered = float(item.get("qty_ordered") or 0)
    return quantity * float(part.get("qty_ordered") or 0) / ordered if ordered else 0.0
