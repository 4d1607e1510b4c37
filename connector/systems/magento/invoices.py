"""The invoice of an order, one and for all of it, when the ERP has processed it completely (SHP-04, SHP-05).

It is made without capturing: the money is the ERP's business or was taken already. With everything shipped the
order is complete by it (facts/MAGENTO.md, order operations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from connector.errors import Fail, Skip
from connector.records import INVOICE, Invoice, Record
from connector.systems.base import Written
from connector.systems.magento import numbers, placed
from connector.systems.magento.client import reading
from connector.systems.magento.entity import Entity
from connector.systems.magento.errors import ORDER_STATE


class Invoices(Entity):
    """Writes invoices of one shop."""

    name: ClassVar[str] = INVOICE

    def write(self, record: Invoice, target_id: str) -> Written:
        if not record.complete:
            return Written(record.key, problem=Skip("The order is not completely processed in the ERP yet."))
        order = placed.read(self.client, record.store_id, record.number)
        rows = [item for item in order.items if item.unbilled > 0]
        if not rows:
            made = self._made(order.id)
            if made:
                return _there(record, made)
            text = f"Nothing of order {order.number} is left to invoice in the store."
            return Written(record.key, problem=Skip(text, code="magento.nothing_left"))
        body = {
            "capture": False,
            "items": [{"order_item_id": item.id, "qty": numbers.plain(item.unbilled)} for item in rows],
            "notify": False,
            "appendComment": False,
            "comment": {"comment": f"ERP invoice {record.key}", "is_visible_on_front": 0},
        }
        try:
            answer = self.client.call("POST", f"/order/{order.id}/invoice", body=body).data
        except Fail as word:
            made = self._quicker(record, order.id) if word.code == ORDER_STATE else ""
            if not made:
                raise
            return _there(record, made)
        return Written(record.key, str(answer or ""), created=True, fields={"order": order.number, "rows": len(rows)})

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("An invoice of the store cannot be taken back, only refunded."))

    def find_like(self, records: Sequence[Invoice]) -> dict[str, Record]:
        """Invoices that we have made: an order is invoiced once, so that any full one is it."""
        found: dict[str, Record] = {}
        for record in records:
            if not record.complete or not record.store_id.isdigit():
                continue
            order = placed.read(self.client, record.store_id, record.number)
            if any(item.unbilled > 0 for item in order.items):
                continue
            made = self._made(order.id)
            if made:
                found[record.key] = replace(record, key=made)
        return found

    def _quicker(self, record: Invoice, order_id: int) -> str:
        """The invoice that somebody has made since we looked: two shipments of an order may be billed at one moment."""
        order = placed.read(self.client, record.store_id, record.number)
        return "" if any(item.unbilled > 0 for item in order.items) else self._made(order_id)

    def _made(self, order_id: int) -> str:
        rows = self.client.search("/invoices", [("order_id", str(order_id), "eq")], fields="entity_id")
        with reading("/invoices"):
            return str(max((int(row["entity_id"]) for row in rows), default="") or "")


def _there(record: Invoice, made: str) -> Written:
    return Written(record.key, made, fields={"notes": ["the order was invoiced in the store already"]})
