"""Who reads and writes what: one line for each entity. It knows modules and nothing that they know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CREDIT_MEMO,
    CUSTOMER,
    CUSTOMER_ATTRIBUTE,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
    TAX_CATEGORY,
    Record,
)
from connector.systems.acumatica import (
    attributes,
    categories,
    composites,
    credit_memos,
    customer_writing,
    customers,
    images,
    invoices,
    order_status,
    order_writing,
    orders,
    polls,
    prices,
    product_writing,
    products,
    relations,
    shipments,
    statuses,
    stock,
    stock_extras,
)
from connector.systems.acumatica.erp import Erp
from connector.systems.base import Page, Written

Read = Callable[[Erp, Sequence[str]], Mapping[str, Record]]
Changed = Callable[[Erp, datetime | None, str], Page]
Write = Callable[[Erp, Sequence[Record], Mapping[str, str]], list[Written]]
Alike = Callable[[Erp, Sequence[Record]], Mapping[str, Record]]
Delete = Callable[[Erp, str, str], Written]


@dataclass(frozen=True, slots=True)
class Handler:
    """What can be done with one entity; None: cannot be done here."""

    read: Read | None = None
    changed: Changed | None = None
    write: Write | None = None
    alike: Alike | None = None
    delete: Delete | None = None


def _prices(erp: Erp, keys: Sequence[str]) -> Mapping[str, Record]:
    return prices.read(erp.client, keys, erp.prices, erp.clock)


def _prices_since(erp: Erp, since: datetime | None, position: str) -> Page:
    types = erp.prices.types if erp.prices.inquiry else ()
    return polls.items_since(erp.client, PRICE, since, position, sales=types, clock=erp.clock)


def _products_since(erp: Erp, since: datetime | None, position: str) -> Page:
    return polls.items_since(erp.client, PRODUCT, since, position, clock=erp.clock)


def _stock(erp: Erp, keys: Sequence[str]) -> Mapping[str, Record]:
    return stock_extras.add(erp, stock.read(erp.client, keys, erp.warehouses, erp.inquiry))


def _stock_since(erp: Erp, since: datetime | None, position: str) -> Page:
    return polls.stock_since(erp.client, erp.warehouses, erp.inquiry, since, position, erp.clock)


HANDLERS: dict[str, Handler] = {
    PRODUCT: Handler(products.read, _products_since, product_writing.write),
    PRICE: Handler(_prices, _prices_since),
    INVENTORY: Handler(_stock, _stock_since),
    ATTRIBUTE: Handler(attributes.read, attributes.changed),
    CUSTOMER_ATTRIBUTE: Handler(attributes.read_customers, attributes.changed_customers),
    TAX_CATEGORY: Handler(attributes.read_taxes, attributes.changed_taxes),
    PRODUCT_STATUS: Handler(statuses.read, statuses.changed),
    COMPOSITE: Handler(composites.read, composites.changed),
    RELATION: Handler(relations.read, relations.changed),
    IMAGE: Handler(images.read, images.changed),
    CUSTOMER: Handler(
        customers.read, customers.changed, customer_writing.write, customers.alike, customer_writing.delete
    ),
    CATEGORY: Handler(categories.read, categories.changed, categories.write, categories.alike, categories.delete),
    ORDER: Handler(orders.read, orders.changed, order_writing.write, orders.alike),
    CREDIT_MEMO: Handler(write=credit_memos.write, alike=credit_memos.alike),
    ORDER_STATUS: Handler(order_status.read, order_status.changed),
    SHIPMENT: Handler(shipments.read, shipments.changed),
    INVOICE: Handler(invoices.read, invoices.changed),
}
READS = frozenset(entity for entity, handler in HANDLERS.items() if handler.read)
WRITES = frozenset(entity for entity, handler in HANDLERS.items() if handler.write)
NONE = Handler()
