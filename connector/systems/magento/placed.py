"""One order of the shop as the writers of statuses, shipments and invoices need it: its rows and what is left of them.

It reads by the store's own id where translation has put it in, else by the number. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.errors import Fail
from connector.systems.magento.client import Client, reading
from connector.systems.magento.entity import gone
from connector.systems.magento.lines import PARENTS, number
from connector.systems.magento.shares import ZERO

ACTION = "order_sync"


@dataclass(slots=True)
class Item:
    """A row that can be shipped or billed: the parent's where there is one (facts/MAGENTO.md, order operations)."""

    id: int
    skus: tuple[str, ...]  # every SKU that this row answers to
    left: Decimal  # still to be shipped
    unbilled: Decimal
    kind: str
    virtual: bool
    ordered: Decimal = ZERO
    shipped: Decimal = ZERO
    parts: dict[str, Decimal] = field(default_factory=dict)  # SKU -> pieces in one bundle


@dataclass(frozen=True, slots=True)
class Placed:
    """One order."""

    id: int
    number: str
    state: str
    status: str
    items: tuple[Item, ...]
    comments: tuple[str, ...]


def read(client: Client, store_id: str, increment_id: str) -> Placed:
    """The order as it is now. Raises Fail when the store has none such."""
    if store_id.isdigit():
        try:
            row = client.call("GET", f"/orders/{int(store_id)}", action=ACTION).data
        except Fail as word:
            if gone(word):
                raise _absent(increment_id or store_id) from word
            raise
    else:
        rows = client.search("/orders", [("increment_id", increment_id, "eq")], action=ACTION) if increment_id else []
        if len(rows) != 1:
            raise _absent(increment_id)
        row = rows[0]
    with reading("/orders"):
        return _placed(row)


def _absent(name: str) -> Fail:
    return Fail(
        f"The store has no order {name}.",
        code="magento.no_order",
        help="It was deleted in the store, or it belongs to another shop.",
    )


def _placed(row: Mapping[str, Any]) -> Placed:
    rows = [dict(item) for item in row.get("items") or []]
    return Placed(
        id=int(row["entity_id"]),
        number=str(row.get("increment_id") or ""),
        state=str(row.get("state") or ""),
        status=str(row.get("status") or ""),
        items=tuple(_item(item, rows) for item in rows if not item.get("parent_item_id")),
        comments=tuple(
            str(one.get("comment") or "") for one in row.get("status_histories") or [] if isinstance(one, Mapping)
        ),
    )


def _item(item: Mapping[str, Any], rows: list[dict[str, Any]]) -> Item:
    children = [row for row in rows if str(row.get("parent_item_id") or "") == str(item["item_id"])]
    kind = str(item.get("product_type") or "simple")
    ordered = number(item, "qty_ordered")
    skus = [str(item.get("sku") or "")]
    parts: dict[str, Decimal] = {}
    if kind == "bundle" and ordered:
        parts = {str(child.get("sku") or ""): number(child, "qty_ordered") / ordered for child in children}
    elif kind in PARENTS:
        skus += [str(child.get("sku") or "") for child in children]
    gone_ = number(item, "qty_canceled") + number(item, "qty_refunded")
    return Item(
        id=int(item["item_id"]),
        skus=tuple(dict.fromkeys(sku.casefold() for sku in skus if sku)),
        left=max(ordered - number(item, "qty_shipped") - gone_, ZERO),
        unbilled=max(ordered - number(item, "qty_invoiced") - number(item, "qty_canceled"), ZERO),
        kind=kind,
        virtual=str(item.get("is_virtual")) == "1",
        ordered=ordered,
        shipped=number(item, "qty_shipped"),
        parts={sku.casefold(): quantity for sku, quantity in parts.items()},
    )
