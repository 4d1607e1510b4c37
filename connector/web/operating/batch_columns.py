"""What a batch page shows of each kind of record: ten columns, those of the documents for products (MAN-07).

It reads records, calls nobody and knows no system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _

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
from connector.web.frame.marks import N_

Get = Callable[[Any], Any]
STATES = {"never": "not_synced", "changed": "newer", "failed": "failed", "synced": "synced"}


class Column(NamedTuple):
    """One column: its title (said by `tr`), its value in a record, whether it is a number."""

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
    return said or (_("Stock item") if getattr(one, "stock_item", True) else _("Non-stock item"))


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


KEY = Column(N_("InventoryID"), _of("key"))
TABLES: dict[str, tuple[Column, ...]] = {
    Product.entity: (
        KEY, Column(N_("Description"), _of("name")), Column(N_("Type"), _kind),
        Column(N_("Item Class"), _of("item_class")), Column(N_("Posting Class"), _raw("PostingClass")),
        Column(N_("Tax Category"), _of("tax_category")), Column(N_("Base Unit"), _of("base_uom")),
        Column(N_("Default Price"), _of("price"), True), Column(N_("ItemStatus"), _raw("ItemStatus", "status_label")),
    ),
    Price.entity: (
        KEY, Column(N_("Price"), _of("price"), True), Column(N_("MSRP"), _of("msrp"), True),
        Column(N_("Special Price"), _of("special_price"), True), Column(N_("Special From"), _of("special_from")),
        Column(N_("Special To"), _of("special_to")), Column(N_("Currency"), _of("currency")),
        Column(N_("Tier Prices"), _count("tiers"), True), Column(N_("May Be Sold"), _of("sellable")),
    ),
    Stock.entity: (
        KEY, Column(N_("Warehouses"), lambda one: ", ".join(dict.fromkeys(level.warehouse for level in one.levels))),
        Column(N_("Qty. On Hand"), _sum("on_hand"), True), Column(N_("Qty. Available"), _sum("available"), True),
        Column(N_("Available for Shipping"), _sum("available_for_shipping"), True),
        Column(N_("Reserved"), _of("reserved"), True), Column(N_("Back Orders"), _of("backorders")),
        Column(N_("Vendors"), lambda one: ", ".join(sorted({level.vendor for level in one.levels if level.vendor}))),
        Column(N_("May Be Sold"), _of("sellable")),
    ),
    Category.entity: (
        Column(N_("Category ID"), _of("key")), Column(N_("Description"), _of("name")),
        Column(N_("Parent"), _of("parent")), Column(N_("Active"), _of("active")), Column(N_("In Menu"), _of("in_menu")),
        Column(N_("Position"), _of("position"), True), Column(N_("URL Key"), _of("url_key")),
        Column(N_("Sort By"), _of("sort_by")), Column(N_("Meta Title"), _of("meta_title")),
    ),
    Customer.entity: (
        Column(N_("Customer ID"), _of("key")),
        Column(N_("Customer Name"), lambda one: one.company or f"{one.first_name} {one.last_name}".strip()),
        Column(N_("E-mail"), _of("email")), Column(N_("Customer Class"), _of("customer_class")),
        Column(N_("Price Class"), _of("price_class")), Column(N_("Group"), _of("group")),
        Column(N_("City"), _home("city")), Column(N_("Country"), _home("country")), Column(N_("Active"), _of("active")),
    ),
    Order.entity: (
        Column(N_("Order Number"), _of("key")), Column(N_("Status"), _of("status")),
        Column(N_("Customer"), lambda one: one.customer_name or one.customer),
        Column(N_("E-mail"), _of("customer_email")), Column(N_("Store View"), _of("store")),
        Column(N_("Ordered On"), _of("placed_at")), Column(N_("Payment Method"), _paid),
        Column(N_("Order Total"), _of("total"), True), Column(N_("Currency"), _of("currency")),
    ),
    Shipment.entity: (
        Column(N_("Shipment Number"), _of("key")), Column(N_("Order"), _of("order")),
        Column(N_("Store Order"), _of("number")), Column(N_("Status"), _of("status")),
        Column(N_("Ship Via"), _of("ship_via")), Column(N_("Warehouse"), _of("warehouse")),
        Column(N_("Shipped On"), _of("shipped_on")), Column(N_("Lines"), _count("lines"), True),
        Column(N_("Invoiced"), _of("invoiced")),
    ),
}  # fmt: skip


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
        return (row.change.key, *[""] * len(table[1:]), changed)
    record: Record = row.record
    return (*(_text(column.get(record)) for column in table), changed)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
