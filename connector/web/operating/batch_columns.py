"""What a batch page shows of each kind of record: ten columns, those of the documents for products (MAN-07).

It reads records, calls nobody and knows no system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from connector.db import instant
from connector.records import (
    Category,
    Customer,
    Order,
    Price,
    Product,
    Record,
    Shipment,
    Stock,
)
from connector.sync.picking import Row

SOURCES = {"erp": "Acumatica", "store": "the store"}
Get = Callable[[Any], Any]
STATES = {"never": "not_synced", "changed": "newer", "failed": "failed", "synced": "synced"}


class Column(NamedTuple):
    """One column: its title, its value in a record, whether it is a number."""

    title: str
    get: Get
    number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page. `cells` are texts in the order of the columns."""

    key: str
    cells: tuple[str, ...]
    state: str


def _of(name: str) -> Get:
    return lambda record: getattr(record, name, "")


def _raw(name: str, other: str = "") -> Get:
    """What the source says under that name, else a field of the record."""
    return lambda record: (
        dict(getattr(record, "shown", ())).get(name)
        or dict(record.raw).get(name)
        or (getattr(record, other, "") if other else "")
    )


def _kind(one: Any) -> str:
    said = dict(one.shown).get("ItemType") if isinstance(one, Product) else ""
    return said or ("Stock item" if getattr(one, "stock_item", True) else "Non-stock item")


def _sum(name: str) -> Get:
    return lambda one: sum((getattr(level, name) for level in getattr(one, "levels", ())), Decimal(0))


def _paid(one: Any) -> str:
    return ", ".join(dict.fromkeys(paid.method for paid in getattr(one, "payments", ())))


def _home(name: str) -> Get:
    def get(one: Any) -> str:
        addresses = getattr(one, "addresses", ())
        return str(getattr(addresses[0], name)) if addresses else ""

    return get


def _count(name: str) -> Get:
    return lambda one: len(getattr(one, name, ()) or ())


KEY = Column("InventoryID", _of("key"))
TABLES: dict[str, tuple[Column, ...]] = {
    Product.entity: (
        KEY, Column("Description", _of("name")), Column("Type", _kind), Column("Item Class", _of("item_class")),
        Column("Posting Class", _raw("PostingClass")), Column("Tax Category", _of("tax_category")),
        Column("Base Unit", _of("base_uom")), Column("Default Price", _of("price"), True),
        Column("ItemStatus", _raw("ItemStatus", "status_label")),
    ),
    Price.entity: (
        KEY, Column("Price", _of("price"), True), Column("MSRP", _of("msrp"), True),
        Column("Special Price", _of("special_price"), True), Column("Special From", _of("special_from")),
        Column("Special To", _of("special_to")), Column("Currency", _of("currency")),
        Column("Tier Prices", _count("tiers"), True), Column("May Be Sold", _of("sellable")),
    ),
    Stock.entity: (
        KEY, Column("Warehouses", lambda one: ", ".join(dict.fromkeys(level.warehouse for level in one.levels))),
        Column("Qty. On Hand", _sum("on_hand"), True), Column("Qty. Available", _sum("available"), True),
        Column("Available for Shipping", _sum("available_for_shipping"), True),
        Column("Reserved", _of("reserved"), True), Column("Back Orders", _of("backorders")),
        Column("Vendors", lambda one: ", ".join(sorted({level.vendor for level in one.levels if level.vendor}))),
        Column("May Be Sold", _of("sellable")),
    ),
    Category.entity: (
        Column("Category ID", _of("key")), Column("Description", _of("name")), Column("Parent", _of("parent")),
        Column("Active", _of("active")), Column("In Menu", _of("in_menu")), Column("Position", _of("position"), True),
        Column("URL Key", _of("url_key")), Column("Sort By", _of("sort_by")), Column("Meta Title", _of("meta_title")),
    ),
    Customer.entity: (
        Column("Customer ID", _of("key")),
        Column("Customer Name", lambda one: one.company or f"{one.first_name} {one.last_name}".strip()),
        Column("E-mail", _of("email")), Column("Customer Class", _of("customer_class")),
        Column("Price Class", _of("price_class")), Column("Group", _of("group")), Column("City", _home("city")),
        Column("Country", _home("country")), Column("Active", _of("active")),
    ),
    Order.entity: (
        Column("Order Number", _of("key")), Column("Status", _of("status")),
        Column("Customer", lambda one: one.customer_name or one.customer), Column("E-mail", _of("customer_email")),
        Column("Store View", _of("store")), Column("Ordered On", _of("placed_at")),
        Column("Payment Method", _paid), Column("Order Total", _of("total"), True), Column("Currency", _of("currency")),
    ),
    Shipment.entity: (
        Column("Shipment Number", _of("key")), Column("Order", _of("order")), Column("Store Order", _of("number")),
        Column("Status", _of("status")), Column("Ship Via", _of("ship_via")), Column("Warehouse", _of("warehouse")),
        Column("Shipped On", _of("shipped_on")), Column("Lines", _count("lines"), True),
        Column("Invoiced", _of("invoiced")),
    ),
}  # fmt: skip
MODIFIED = "Last Modified On"


def rows(table: Sequence[Column], found: Sequence[Row], sort: int | None, down: bool) -> list[Line]:
    """The rows as they are shown; `sort` is a column's place (the last one: the time of the change)."""
    if sort is not None and sort <= len(table):
        found = sorted(found, key=lambda row: _order(table, row, sort), reverse=down)
    return [Line(row.change.key, _cells(table, row), STATES.get(row.state, row.state)) for row in found]


def _order(table: Sequence[Column], row: Row, sort: int) -> tuple[int, Any]:
    value = row.change.version if sort == len(table) else table[sort].get(row.record) if row.record else None
    if value is None or value == "":
        return 0, ""
    return (1, Decimal(value)) if isinstance(value, int | Decimal) else (2, str(value).casefold())


def _cells(table: Sequence[Column], row: Row) -> tuple[str, ...]:
    version = row.change.version or (row.record.version if row.record else 0)
    changed = _text(instant(version)) if version else ""
    if row.record is None:
        return (row.change.key, *("" for _ in table[1:]), changed)
    record: Record = row.record
    return (*(_text(column.get(record)) for column in table), changed)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
