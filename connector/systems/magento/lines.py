"""The rows of a Magento order made into lines: what leaves the warehouse, once, with the money that belongs to it.

facts/MAGENTO.md, carts and orders: a configurable is two rows with the child's SKU, the money is in the parent's; a
bundle is a row with the sum and rows of the children, which have the money too when its price is dynamic and none
when it is fixed. `row_total` of the REST answer is after discount, so that a line is price x quantity. Amounts are
those of the base currency, the one that the ERP is told (product/CONFLICTS.md; ORD-20). The SKU of a configurable
itself stands in no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connector.records import Line
from connector.systems.magento import numbers
from connector.systems.magento.shares import ZERO, shares

Row = Mapping[str, Any]
PARENTS = ("configurable", "bundle")
CENT = Decimal("0.01")


def amount(row: Row, name: str) -> Decimal:
    """An amount in the base currency, of the order's where the row has no other; 0 for none."""
    found = numbers.read(row.get(f"base_{name}"))
    if found is None:
        found = numbers.read(row.get(name))
    return found if found is not None else ZERO


def number(row: Row, name: str) -> Decimal:
    return numbers.read(row.get(name)) or ZERO


def rounding(row: Row, found: Sequence[Line], unit: Decimal, fixed: Decimal = ZERO) -> Decimal:
    """What rounded prices make the subtotal of an order or a memo more than its lines; 0 when it is no rounding.

    `fixed` are fixed product taxes, which some shops count into the subtotal. Magento rounds to two decimals, also
    where the currency has three.
    """
    pieces = sum((line.quantity for line in found), ZERO)
    off = amount(row, "subtotal") - sum((line.price * line.quantity for line in found), ZERO)
    most = max(unit, CENT) * max(pieces, Decimal(1))
    off = min(off, off - fixed, key=abs)
    return off if abs(off) <= most else ZERO


@dataclass(frozen=True, slots=True)
class _Family:
    """A row with the rows of its children."""

    row: Row
    children: tuple[Row, ...]


def lines(rows: Sequence[Row], unit: Decimal, quantity: str = "qty_ordered") -> tuple[Line, ...]:
    """The lines of an order, or of a credit memo (its quantity is `qty`). Nothing is rounded."""
    by_parent: dict[str, list[Row]] = {}
    for row in rows:
        by_parent.setdefault(str(row.get("parent_item_id") or ""), []).append(row)
    there = {str(row["item_id"]) for row in rows}
    tops = [row for row in rows if str(row.get("parent_item_id") or "") not in there]
    found: list[Line] = []
    for row in tops:
        found += _family(_Family(row, tuple(by_parent.get(str(row["item_id"]), ()))), unit, quantity)
    return tuple(found)


def _family(family: _Family, unit: Decimal, quantity: str) -> list[Line]:
    row, children = family.row, family.children
    kind = str(row.get("product_type") or "simple")
    if not children or kind not in PARENTS:
        return [_line(row, quantity)]
    if kind == "configurable":
        child = children[0]
        line = _line(row, quantity)
        own = str(row.get("sku") or "")
        sku = str(child.get("sku") or own)
        return [
            replace(
                line, sku=sku, kind=str(child.get("product_type") or "simple"), parent_sku=own if own != sku else ""
            )
        ]
    return _bundle(family, unit, quantity)


def _bundle(family: _Family, unit: Decimal, quantity: str) -> list[Line]:
    """The children of a bundle. What only the parent's row has is spread over them by their worth."""
    parent = _line(family.row, quantity)
    parts = [replace(_line(child, quantity), parent_sku=parent.sku) for child in family.children]
    worth = [part.price * part.quantity for part in parts]
    if sum(worth, ZERO) == 0:  # fixed price: the children are worth what they would cost alone, or their pieces
        list_prices = [
            amount(child, "original_price") * part.quantity for child, part in zip(family.children, parts, strict=True)
        ]
        worth = list_prices if sum(list_prices, ZERO) else [part.quantity for part in parts]
        totals = shares(parent.price * parent.quantity, worth, unit)
        parts = [
            replace(part, price=total / part.quantity if part.quantity else total)
            for part, total in zip(parts, totals, strict=True)
        ]
    if parent.discount and not sum((part.discount for part in parts), ZERO):
        split = shares(parent.discount, worth, unit)
        parts = [replace(part, discount=share) for part, share in zip(parts, split, strict=True)]
    if parent.tax and not sum((part.tax for part in parts), ZERO):
        split = shares(parent.tax, worth, unit)
        parts = [replace(part, tax=share) for part, share in zip(parts, split, strict=True)]
    return [replace(part, note=parent.note or part.note) for part in parts]


def _line(row: Row, quantity: str) -> Line:
    options = _options(row)
    return Line(
        key=str(row["item_id"]),
        sku=str(row.get("sku") or ""),
        quantity=number(row, quantity),
        price=amount(row, "price"),
        # with prices including tax the discount includes tax too; the difference is named apart
        discount=amount(row, "discount_amount") - amount(row, "discount_tax_compensation_amount"),
        tax=amount(row, "tax_amount"),
        name=str(row.get("name") or ""),
        kind=_kind(row),
        options=options,
        note="; ".join(f"{label}: {value}" for label, value in options),
        cancelled=number(row, "qty_canceled"),
        shipped=number(row, "qty_shipped"),
        refunded=number(row, "qty_refunded"),
    )


def _kind(row: Row) -> str:
    kind = str(row.get("product_type") or "simple")
    return "virtual" if kind == "simple" and str(row.get("is_virtual")) == "1" else kind


def _options(row: Row) -> tuple[tuple[str, str], ...]:
    """Custom options of an ordered product. REST tells their ids; titles where a module or Commerce adds them."""
    extension = (row.get("product_option") or {}).get("extension_attributes")
    if not isinstance(extension, Mapping):
        return ()
    found = [
        (
            str(one.get("option_title") or one.get("label") or f"Option {one.get('option_id')}"),
            str(one.get("option_value") or ""),
        )
        for one in extension.get("custom_options") or []
        if isinstance(one, Mapping)
    ]
    card = extension.get("giftcard_item_option")
    if isinstance(card, Mapping):
        found += [(name.replace("giftcard_", "").replace("_", " "), str(value)) for name, value in card.items()]
    return tuple(found)
