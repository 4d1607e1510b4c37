"""Stock under orders and shipments: what an open order books, what a shipment reserves, what leaves the warehouse.

An open order lowers what is available, a shipment what may be shipped, its confirmation what is on hand. Source:
facts/ACUMATICA.md, section 3.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica.erp import level
from connector.sandbox.store import Unit

BOOKED = ("Open", "Shipping", "Back Order", "Credit Hold", "Pending Processing", "Awaiting Payment")
Place = tuple[str, str]  # item, warehouse


def of_order(erp: Any, doc: Mapping[str, Any] | None) -> Counter[Place]:
    """What the order still takes from availability; nothing while it is on hold, after it, and for returns."""
    booked: Counter[Place] = Counter()
    if doc is None or doc["fields"].get("Status") not in BOOKED or behavior(erp, doc) not in ("SO", "IN"):
        return booked
    for row in doc["details"].get("Details", ()):
        if row.get("LineType") == "Goods for Inventory" and not row.get("Completed") and row.get("OpenQty"):
            booked[row["InventoryID"], row["WarehouseID"]] += row["OpenQty"]
    return booked


def behavior(erp: Any, doc: Mapping[str, Any]) -> str:
    kind = erp.store.get("soordertype", str(doc["fields"].get("OrderType") or "").upper())
    return str(kind["Behavior"]) if kind else "SO"


def rebook(erp: Any, unit: Unit, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, message: str) -> None:
    """Lower or raise availability by what the order's change makes."""
    before, after = of_order(erp, old), of_order(erp, new)
    allocates = (new or old or {"fields": {}})["fields"].get("OrderType") == "SA"
    for place in before.keys() | after.keys():
        change = before[place] - after[place]
        if change:
            shift(erp, unit, place, available=change, shipping=change if allocates else 0, message=message)


def shift(erp: Any, unit: Unit, place: Place, *, on_hand: float = 0, available: float = 0, shipping: float = 0,
          message: str = "") -> None:  # fmt: skip
    """Change the three quantities of an item in a warehouse; each may go below zero, as in the ERP."""
    item, warehouse = place
    found = unit.get("stock", item.upper())
    if found is None:
        return
    old = found["levels"].get(warehouse) or level(0, 0, 0)
    wanted = {"on_hand": old["on_hand"] + on_hand, "available": old["available"] + available,
              "shipping": old["shipping"] + shipping}  # fmt: skip
    erp.move(unit, item, {warehouse: wanted}, message)
