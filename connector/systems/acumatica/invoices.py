"""Released invoices of orders, and whether the order is completely processed. Facts/ACUMATICA.md, 3.6; SHP-04, SHP-05.

A key is type and number, "Invoice/AR004711", which means its first order; every further order of the same invoice has
its own key, "Invoice/AR004711/SO/SO000002". Invoices that are not released are not there yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from connector.records import INVOICE, Invoice, Shipped
from connector.systems.acumatica import filters, lists, orders
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, instant, micros, number, rows, text
from connector.systems.base import Change, Page

ENTITY, KEY, MODIFIED, TYPE = "SalesInvoice", "ReferenceNbr", "LastModifiedDateTime", "Invoice"
RELEASED = ("open", "closed", "reserved")
COMPLETED = "completed"
DETAILS = "Details/OrderType,Details/OrderNbr"
BACK = timedelta(days=31)  # how far back the dates of invoices are looked at where no date of a change is told


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Invoice]:
    """The released invoices of these keys. Raises Retry, Refused or Fail."""
    parts = {key: key.split("/", 2) for key in keys if "/" in key}
    numbers = [part[1] for part in parts.values()]
    found = lists.by_keys(erp.client, ENTITY, KEY, numbers, {"$expand": "Details"})
    there = {(text(row, "Type").casefold(), text(row, KEY).casefold()): row for row in found}
    chosen: dict[str, tuple[Entity, str]] = {}
    for key, (kind, nbr, *rest) in parts.items():
        entity = there.get((kind.casefold(), nbr.casefold()))
        order = _order(entity, rest[0] if rest else "") if entity is not None else ""
        if entity is not None and order and released(entity):
            chosen[key] = (entity, order)
    asked = {"$select": "OrderType,OrderNbr,CustomerOrder,Status"}
    theirs = orders.rows_of(erp, sorted({order for _, order in chosen.values()}), asked)
    return {key: invoice(key, entity, order, theirs.get(order, {})) for key, (entity, order) in chosen.items()}


def _order(entity: Entity, wanted: str) -> str:
    told = order_keys(entity)
    return wanted if wanted in told else told[0] if told and not wanted else ""


def order_keys(entity: Entity) -> list[str]:
    return sorted({orders.key_of(row) for row in rows(entity, "Details") if text(row, "OrderNbr")})


def released(entity: Entity) -> bool:
    return text(entity, "Status").casefold() in RELEASED


def invoice(key: str, entity: Entity, order: str, theirs: Entity) -> Invoice:
    """What an invoice bills of one order."""
    return Invoice(
        key=key,
        version=micros(instant(entity, MODIFIED)),
        order=order,
        number=text(theirs, "CustomerOrder") or text(entity, "CustomerOrder"),
        status=text(entity, "Status"),
        complete=text(theirs, "Status").casefold() == COMPLETED,
        lines=tuple(
            Shipped(text(row, "InventoryID"), number(row, "Qty") or Decimal(0), text(row, "OrderLineNbr"))
            for row in rows(entity, "Details")
            if orders.key_of(row) == order
        ),
        total=number(entity, "Amount") or Decimal(0),
    )


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of released invoices changed since then."""
    answer: list[Change] = []

    def change(row: Entity, version: int) -> None:
        whole = f"{TYPE}/{text(row, KEY)}"
        if released(row):
            keys = order_keys(row)
            answer.extend(
                Change(INVOICE, whole if at == 0 else f"{whole}/{order}", version=version)
                for at, order in enumerate(keys)
            )

    modified = MODIFIED if erp.client.version() >= "24" else ""  # older endpoints tell none
    dated = filters.since("Date", when - BACK) if when and not modified else ""
    more = filters.both(f"Type eq {filters.literal(TYPE)}", dated)
    names = ",".join(filter(None, ("Type", KEY, modified, "Status", DETAILS)))
    options = {"$select": names, "$expand": "Details"}
    page = lists.page(erp.client, ENTITY, KEY, modified, when, position, change, more=more, options=options)
    return Page(tuple(answer), page.position)
