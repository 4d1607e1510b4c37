"""What an order allows and what becomes of it: new, processing, complete, closed, canceled, on hold.

Only sums and states; who asks is no matter here. Source: facts/MAGENTO.md, section 15, and `orders_ops`.
"""

from __future__ import annotations

from connector.sandbox.magento.money import exact
from connector.sandbox.magento.shop import Doc

DEFAULT_STATUS = {"new": "pending", "pending_payment": "pending_payment", "processing": "processing",
                  "complete": "complete", "closed": "closed", "canceled": "canceled", "holded": "holded",
                  "payment_review": "payment_review"}  # fmt: skip
STOPPED = ("payment_review", "holded", "canceled")


def quantity(item: Doc, name: str) -> float:
    return float(item.get(f"qty_{name}") or 0)


def top(order: Doc) -> list[Doc]:
    """The rows without a parent: the ones that are shipped and invoiced by their id."""
    return [item for item in order["items"] if not item.get("parent_item_id")]


def to_invoice(item: Doc) -> float:
    return max(0.0, quantity(item, "ordered") - quantity(item, "invoiced") - quantity(item, "canceled"))


def to_ship(item: Doc) -> float:
    if item.get("is_virtual"):
        return 0.0
    gone = max(quantity(item, "shipped"), quantity(item, "refunded"))
    return max(0.0, quantity(item, "ordered") - gone - quantity(item, "canceled"))


def to_refund(item: Doc) -> float:
    return max(0.0, quantity(item, "invoiced") - quantity(item, "refunded"))


def can_invoice(order: Doc) -> bool:
    if order.get("state") in (*STOPPED, "complete", "closed"):
        return False
    return any(to_invoice(item) > 0 for item in top(order))


def can_ship(order: Doc) -> bool:
    if order.get("state") in STOPPED or order.get("is_virtual"):
        return False
    return any(to_ship(item) > 0 for item in top(order))


def can_refund(order: Doc) -> bool:
    if order.get("state") in (*STOPPED, "closed"):
        return False
    return refundable(order) > 0


def refundable(order: Doc) -> float:
    """Money that has been paid and not given back."""
    left = exact(order.get("total_paid")) - exact(order.get("total_refunded"))
    return float(max(left, exact(0)))


def can_cancel(order: Doc) -> bool:
    if order.get("state") in (*STOPPED, "complete", "closed"):
        return False
    return any(to_invoice(item) > 0 for item in top(order))


def can_hold(order: Doc) -> bool:
    return order.get("state") not in (*STOPPED, "complete", "closed")


def settle(order: Doc, *, in_progress: bool = False) -> None:
    """Give the order the state that follows from what was shipped, invoiced and refunded, and its usual status."""
    state = order.get("state") or "new"
    done = state not in STOPPED and not can_invoice(order) and not can_ship(order)
    if done and (not exact(order.get("base_grand_total")) or can_refund(order)):
        state = "complete"
    elif done and exact(order.get("total_refunded")):
        state = "closed"
    elif state == "new" and in_progress:
        state = "processing"
    order["state"], order["status"] = state, DEFAULT_STATUS.get(state, state)
