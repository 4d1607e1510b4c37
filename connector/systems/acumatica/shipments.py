"""Confirmed shipments of orders, and drop shipments. Facts/ACUMATICA.md, 3.6, 3.7; SHP-01..08.

A key is the ERP's number, which means its first order; every further order of the same shipment has its own key,
"004711/SO/SO000002". A drop shipment is a receipt of the vendor's delivery and no shipment in the ERP: its key is
"drop:RCT000123/SO/SO000002". Shipments that are not confirmed are not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from connector.records import SHIPMENT, Shipment, Shipped, Track
from connector.systems.acumatica import lists, order_status, orders
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, instant, micros, number, rows, text
from connector.systems.base import Change, Page

ENTITY, KEY, MODIFIED = "Shipment", "ShipmentNbr", "LastModifiedDateTime"
WHOLE = {"$expand": "Details,Orders,Packages"}
POLLED = {"$select": f"{KEY},{MODIFIED},Status,Type,Orders/OrderType,Orders/OrderNbr", "$expand": "Orders"}
OF_ORDER = {
    "$select": "OrderType,OrderNbr,CustomerOrder,Shipments/ShipmentNbr,Shipments/ShipmentType,Shipments/Status",
    "$expand": "Shipments",
}
DROP = "drop:"
RECEIPT = {"$expand": "Details"}
DONE = "completed"  # releasing the invoice completes the shipment (facts 3.7)


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Shipment]:
    """The confirmed shipments of these keys, each with what else has left for its order. Raises Retry, Refused or
    Fail."""
    made = _alone(erp, keys)
    found = orders.rows_of(erp, sorted({one.order for one in made.values()}), OF_ORDER)
    names = {key: _others(one, rows(found.get(one.order, {}), "Shipments")) for key, one in made.items()}
    there = _alone(erp, sorted({name for several in names.values() for name in several}))
    return {
        key: replace(
            one,
            number=text(found.get(one.order, {}), "CustomerOrder"),
            others=tuple(there[name] for name in names[key] if name in there),
        )
        for key, one in made.items()
    }


def _others(one: Shipment, told: Sequence[Entity]) -> list[str]:
    """The keys of the other shipments and deliveries of an order; most orders have none."""
    return [
        f"{DROP if order_status.is_drop(row) else ''}{text(row, KEY)}/{one.order}"
        for row in told
        if order_status.confirmed(row)
        and (order_status.is_drop(row), text(row, KEY).casefold()) != (one.drop_ship, one.shipment.casefold())
    ]


def _alone(erp: Erp, keys: Sequence[str]) -> dict[str, Shipment]:
    if not keys:
        return {}
    found = _plain(erp, [key for key in keys if not key.startswith(DROP)])
    return {**found, **_dropped(erp, [key for key in keys if key.startswith(DROP)])}


def _plain(erp: Erp, keys: Sequence[str]) -> dict[str, Shipment]:
    numbers = {key: key.partition("/")[0] for key in keys}
    there = lists.folded(lists.by_keys(erp.client, ENTITY, KEY, list(numbers.values()), WHOLE), KEY)
    made: dict[str, Shipment] = {}
    for key, nbr in numbers.items():
        entity = there.get(nbr.casefold())
        order = _order(entity, key) if entity is not None and order_status.confirmed(entity) else ""
        if entity is not None and order:
            made[key] = shipment(key, entity, order)
    return made


def _order(entity: Entity, key: str) -> str:
    """The order that a key means; "" when it is none of the shipment's."""
    told = order_keys(entity)
    wanted = key.partition("/")[2]
    return wanted if wanted in told else told[0] if told and not wanted else ""


def order_keys(entity: Entity) -> list[str]:
    """The orders of a shipment, in order."""
    found = {orders.key_of(row) for row in rows(entity, "Orders") or rows(entity, "Details") if text(row, "OrderNbr")}
    return sorted(found)


def shipment(key: str, entity: Entity, order: str) -> Shipment:
    """What a shipment holds of one order; its parcels are told with each of them."""
    status = text(entity, "Status")
    when = instant(entity, "ShipmentDate")
    return Shipment(
        key=key,
        version=micros(instant(entity, MODIFIED)),
        shipment=text(entity, KEY),
        order=order,
        status=status,
        ship_via=text(entity, "ShipVia"),
        shipped_on=when.date() if when else None,
        warehouse=text(entity, "WarehouseID"),
        lines=tuple(
            Shipped(text(row, "InventoryID"), number(row, "ShippedQty") or Decimal(0), text(row, "OrderLineNbr"))
            for row in rows(entity, "Details")
            if orders.key_of(row) == order and number(row, "ShippedQty")
        ),
        tracks=_tracks(text(row, "TrackingNbr") for row in rows(entity, "Packages")),
        invoiced=status.casefold() == DONE,
    )


def _tracks(numbers: Iterator[str]) -> tuple[Track, ...]:
    return tuple(Track(nbr) for nbr in dict.fromkeys(numbers) if nbr)


# --- drop shipments


def _dropped(erp: Erp, keys: Sequence[str]) -> dict[str, Shipment]:
    parts = {key: key.removeprefix(DROP).partition("/") for key in keys}
    there = orders.rows_of(erp, sorted({order for _, _, order in parts.values()}), {"$expand": "Details,Shipments"})
    receipts = lists.folded(
        lists.by_keys(erp.client, "PurchaseReceipt", "ReceiptNbr", [nbr for nbr, _, _ in parts.values()], RECEIPT),
        "ReceiptNbr",
    )
    made: dict[str, Shipment] = {}
    for key, (nbr, _, order) in parts.items():
        entity, receipt = there.get(order), receipts.get(nbr.casefold(), {})
        rows_ = [row for row in rows(entity or {}, "Shipments") if order_status.is_drop(row)]
        row = next((each for each in rows_ if text(each, KEY).casefold() == nbr.casefold()), None)
        if entity is not None and row is not None:
            made[key] = _drop(key, order, entity, row, receipt)
    return made


def _drop(key: str, order: str, entity: Entity, row: Entity, receipt: Entity) -> Shipment:
    """A vendor's delivery: what was received of the order's items; the vendor's reference is the parcel."""
    wanted = {text(line, "InventoryID"): text(line, "LineNbr") for line in rows(entity, "Details")}
    when = instant(row, "ShipmentDate") or instant(receipt, "Date")
    reference = text(receipt, "VendorRef")
    return Shipment(
        key=key,
        version=micros(instant(receipt, MODIFIED) or instant(entity, orders.MODIFIED)),
        shipment=text(row, KEY),
        order=order,
        status=text(row, "Status"),
        drop_ship=True,
        shipped_on=when.date() if when else None,
        lines=tuple(
            Shipped(
                text(line, "InventoryID"), number(line, "ReceiptQty") or Decimal(0), wanted[text(line, "InventoryID")]
            )
            for line in rows(receipt, "Details")
            if text(line, "InventoryID") in wanted
        ),
        tracks=_tracks(iter([reference])),
        invoiced=bool(text(row, "InvoiceNbr")),
    )


# --- polls


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of confirmed shipments changed since then; after them those that vendors delivered."""
    part, _, after = position.partition(":")
    if part == "drop":
        return _drops_since(erp, when, after)
    answer: list[Change] = []

    def change(row: Entity, version: int) -> None:
        if text(row, "Type") in ("Shipment", "") and order_status.confirmed(row):
            keys = order_keys(row)
            answer.extend(
                Change(SHIPMENT, text(row, KEY) if at == 0 else f"{text(row, KEY)}/{order}", version=version)
                for at, order in enumerate(keys)
            )

    page = lists.page(erp.client, ENTITY, KEY, MODIFIED, when, after, change, options=POLLED)
    return Page(tuple(answer), f"ship:{page.position}" if page.position else "drop:")


def _drops_since(erp: Erp, when: datetime | None, position: str) -> Page:
    """Orders changed since then that hold a drop shipment; without an instant nothing, which would read all orders."""
    if when is None:
        return Page((), None)
    kinds = orders.types(erp)
    page = orders.since(erp, SHIPMENT, when, position, kinds)
    there = orders.rows_of(erp, [each.key for each in page.changes], {"$expand": "Shipments"})
    found = tuple(
        Change(SHIPMENT, f"{DROP}{text(row, KEY)}/{order}", version=0)
        for order, entity in there.items()
        for row in rows(entity, "Shipments")
        if order_status.is_drop(row) and order_status.confirmed(row)
    )
    return Page(found, f"drop:{page.position}" if page.position else None)
