"""What open orders of the shop still want of products: for stock that is sent less the orders the ERP has not seen.

Magento keeps reservations of its own beside the quantity of its sources (facts/MAGENTO.md, reservations): where it
sells by the salable quantity these orders are counted there already, which the help of the setting says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.systems.magento import numbers
from connector.systems.magento.client import Client, reading
from connector.systems.magento.values import utc_text

OPEN = "new,pending_payment,processing,payment_review,holded"
CONFIGURABLE, BUNDLE = "configurable", "bundle"  # their parts are rows of their own
ITEM = "sku,product_type,item_id,parent_item_id,qty_ordered,qty_canceled,qty_refunded,qty_shipped"
GONE = ("qty_canceled", "qty_refunded", "qty_shipped")


def open_orders(client: Client, keys: Sequence[str], since: datetime) -> dict[str, dict[str, Decimal]]:
    """Order number -> SKU as asked for -> quantity that is ordered and neither cancelled, refunded nor shipped."""
    spelled = {key.casefold(): key for key in keys}
    filters = [("state", OPEN, "in"), ("created_at", utc_text(since), "gteq")]
    rows = client.search("/orders", filters, fields=f"increment_id,items[{ITEM}]", sort="entity_id")
    found: dict[str, dict[str, Decimal]] = {}
    with reading("/orders"):
        for row in rows:
            wanted = _wanted(row.get("items") or ())
            mine = {spelled[sku]: quantity for sku, quantity in wanted.items() if sku in spelled and quantity > 0}
            if mine:
                found[str(row["increment_id"])] = mine
    return found


def _wanted(items: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Folded SKU -> quantity, of rows that stand for goods."""
    parents = {str(item.get("item_id")): item for item in items if item.get("product_type") == CONFIGURABLE}
    found: dict[str, Decimal] = {}
    for item in items:
        if item.get("product_type") not in (CONFIGURABLE, BUNDLE):
            sku = str(item["sku"]).casefold()
            parent = parents.get(str(item.get("parent_item_id") or ""), {})
            found[sku] = found.get(sku, Decimal(0)) + _left(item, parent)
    return found


def _left(item: Mapping[str, Any], parent: Mapping[str, Any]) -> Decimal:
    """What is still to go out; of a configurable's child the parent says what was shipped (facts, order operations)."""
    gone = (max(_number(item, name), _number(parent, name)) for name in GONE)
    return _number(item, "qty_ordered") - sum(gone, Decimal(0))


def _number(row: Mapping[str, Any], name: str) -> Decimal:
    return numbers.read(row.get(name)) or Decimal(0)
