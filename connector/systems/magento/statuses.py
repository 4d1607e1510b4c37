"""How far an order is, told to the store: a comment with the status, or the action that the status stands for.

facts/MAGENTO.md, order operations: a comment without a status would wipe the order's status, so the present one is
sent along. Cancelling and holding are calls of their own, since a status alone would leave the stock reserved. From
2.4.7 on a comment does not change the status any more; the status is read back and the difference is told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Skip
from connector.records import ORDER_STATUS, OrderStatus
from connector.systems.base import Written
from connector.systems.magento import errors, placed
from connector.systems.magento.entity import Entity
from connector.systems.magento.placed import Placed
from connector.systems.magento.shares import ZERO

CANCELED, HOLDED = "canceled", "holded"
ACTION = "order_status_update"
FINAL = {"complete", "closed", CANCELED}


class Statuses(Entity):
    """Writes the status of orders of one shop."""

    name: ClassVar[str] = ORDER_STATUS

    def write(self, record: OrderStatus, target_id: str) -> Written:
        order = placed.read(self.client, record.store_id or target_id, record.number)
        wanted, said = record.store_status, _comment(record)
        edited = changes(record, order)
        if edited and edited not in order.comments:  # the store's API changes no lines: its people are told (ORD-19)
            self._tell(order, order.status, edited)
        if (not wanted or wanted == order.status) and said in order.comments:
            return Written(record.key, str(order.id), fields={"status": order.status, "notes": ["it was so already"]})
        now = self._step(order, wanted)
        if said not in order.comments or now != wanted:
            self._tell(order, wanted or now, said)
        if wanted and wanted != now:
            self._verify(order, wanted)
        return Written(record.key, str(order.id), fields={"status": wanted or now, "comment": said})

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The status of an order stays in the store's history."))

    def _step(self, order: Placed, wanted: str) -> str:
        """The calls that a status stands for; the status that the order has after them."""
        if wanted == order.status or not wanted:
            return order.status
        if wanted == CANCELED:
            return self._cancel(order)
        if order.state == CANCELED or (order.state in FINAL and wanted == HOLDED):
            raise _refused(order, wanted)
        if wanted == HOLDED:
            self._act(order, "hold", wanted)
            return HOLDED
        if order.state == HOLDED:
            self._act(order, "unhold", wanted)
            return self._status(order)
        return order.status

    def _cancel(self, order: Placed) -> str:
        if order.state == HOLDED:
            self._act(order, "unhold", CANCELED)
        # 200 with false: the store would not (facts/MAGENTO.md, order operations)
        if self._act(order, "cancel", CANCELED) is not True:
            raise _refused(order, CANCELED)
        return CANCELED

    def _act(self, order: Placed, name: str, wanted: str) -> Any:
        try:
            return self.client.call("POST", f"/orders/{order.id}/{name}").data
        except Fail as word:
            if word.code == errors.ORDER_STATE:
                raise _refused(order, wanted) from word
            raise

    def _tell(self, order: Placed, status: str, said: str) -> None:
        body = {
            "statusHistory": {
                "comment": said,
                "status": status,
                "is_customer_notified": 0,
                "is_visible_on_front": 0,
                "parent_id": order.id,
                "entity_name": "order",
            }
        }
        self.client.call("POST", f"/orders/{order.id}/comments", body=body, action=ACTION)

    def _verify(self, order: Placed, wanted: str) -> None:
        now = self._status(order)
        if now != wanted:
            raise Fail(
                f'The comment was written, but the store kept the status "{now}" of order {order.number} instead of '
                f'"{wanted}".',
                code="magento.status_refused",
                help="From Magento 2.4.7 on a status changes only within its state: map the ERP status to another "
                "store status, or let shipments and invoices move the order on.",
            )

    def _status(self, order: Placed) -> str:
        return str(self.client.get(f"/orders/{order.id}/statuses") or "")


def _comment(record: OrderStatus) -> str:
    """What the order's history says: the connector's words, or the ERP's number and status."""
    return record.comment or f"ERP order {record.key}: {record.status or record.store_status}"


def changes(record: OrderStatus, order: Placed) -> str:
    """What somebody has changed of the order's lines in the ERP, in a sentence; "" for nothing."""
    if not record.lines or record.store_status == CANCELED or order.state == CANCELED:
        return ""
    there: dict[str, Decimal] = {}
    names: dict[str, str] = {}
    for line in record.lines:
        sku = line.sku.casefold()
        names[sku], there[sku] = line.sku, there.get(sku, ZERO) + line.quantity
    told = []
    for sku, wanted in _ordered(order).items():
        now = there.pop(sku, ZERO)
        if now != wanted:
            told.append(f"{names.get(sku, sku.upper())} {now:f} instead of {wanted:f}")
    told += [f"{names[sku]} {now:f} besides" for sku, now in there.items() if now]
    return f"ERP order {record.key} was changed: {', '.join(told)}" if told else ""


def _ordered(order: Placed) -> dict[str, Decimal]:
    """What the buyer ordered of each thing that leaves the warehouse."""
    found: dict[str, Decimal] = {}
    for item in order.items:
        parts = item.parts or {item.skus[-1] if item.skus else "": Decimal(1)}
        for sku, each in parts.items():
            found[sku] = found.get(sku, ZERO) + (each * item.ordered).normalize()
    return found


def _refused(order: Placed, wanted: str) -> Fail:
    return Fail(
        f'The store does not let order {order.number} go from "{order.status}" (state {order.state}) to "{wanted}".',
        code="magento.status_refused",
        help="A complete, closed or cancelled order cannot go back; what was invoiced has to be refunded in the store.",
    )
