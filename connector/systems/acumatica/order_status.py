"""How far an order is: its status, whether a shipment is confirmed, what is unpaid. Facts/ACUMATICA.md, 3.6, 3.7."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.records import ORDER_STATUS, OrderStatus, Shipped
from connector.systems.acumatica import addresses, orders
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, instant, micros, number, rows, text
from connector.systems.base import Page

CONFIRMED = ("confirmed", "partially invoiced", "invoiced", "completed")
EXPAND = {"$expand": "Details,Shipments,Totals"}


def read(erp: Erp, keys: Sequence[str]) -> dict[str, OrderStatus]:
    """The status of these orders ("SO/SO004711"). Raises Retry, Refused or Fail."""
    fees = erp.word("order", "fee_item")
    return {key: status(key, row, fees) for key, row in orders.rows_of(erp, keys, EXPAND).items()}


def status(key: str, entity: Entity, fee_item: str = "") -> OrderStatus:
    """How one order stands. Lines of fees are ours and no goods."""
    return OrderStatus(
        key=key,
        version=micros(instant(entity, orders.MODIFIED, "LastModifiedDateTime")),
        number=text(entity, "CustomerOrder"),
        status=text(entity, "Status"),
        shipped=any(confirmed(row) for row in rows(entity, "Shipments")),
        lines=tuple(
            Shipped(text(row, "InventoryID"), number(row, "OrderQty") or orders.NONE, text(row, "LineNbr"))
            for row in rows(entity, "Details")
            if text(row, "InventoryID").casefold() != fee_item.casefold()
        ),
        unpaid=number(addresses.linked(entity, "Totals"), "UnpaidBalance") or orders.NONE,
    )


def confirmed(shipment: Entity) -> bool:
    """Whether goods have left: a drop shipment has no status of its own and counts once it is received."""
    said = text(shipment, "Status").casefold()
    return said in CONFIRMED or (not said and is_drop(shipment) and bool(text(shipment, "ShipmentNbr")))


def is_drop(shipment: Entity) -> bool:
    return text(shipment, "ShipmentType").casefold().startswith("drop")


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of orders whose state may have changed since then."""
    return orders.since(erp, ORDER_STATUS, when, position, orders.types(erp))
