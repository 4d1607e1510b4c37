"""Credit memos of the store: polled, and read with the order that they give money back for.

A memo's rows name the order's rows; SKU, kind and who belongs to whom stand there. Money is the base currency's,
as in `orders`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from connector.records import CREDIT_MEMO, CreditMemo, Record
from connector.systems.base import Page
from connector.systems.magento import mapped
from connector.systems.magento.client import reading
from connector.systems.magento.entity import Entity, instant, since_filter, version
from connector.systems.magento.lines import amount, lines, number, rounding
from connector.systems.magento.shares import ZERO, decimals

Row = Mapping[str, Any]
OF_ORDER = (
    "item_id",
    "parent_item_id",
    "product_type",
    "sku",
    "name",
    "is_virtual",
    "product_option",
    "original_price",
)


class CreditMemos(Entity):
    """Reads credit memos of one shop."""

    name: ClassVar[str] = CREDIT_MEMO

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        rows = self.client.search_in("/creditmemos", "increment_id", keys)
        with reading("/creditmemos"):
            numbers = sorted({str(int(row["order_id"])) for row in rows})
        orders = self.client.search_in("/orders", "entity_id", numbers, action="order_sync") if numbers else []
        with reading("/creditmemos"):
            by_id = {str(row["entity_id"]): row for row in orders}
            found = [_memo(row, by_id.get(str(row["order_id"]), {})) for row in rows]
        return {one.key: one for one in found if one.key in keys}

    def changed_since(self, since: datetime | None, position: str) -> Page:
        return self._changes(
            "/creditmemos", key="increment_id", number="entity_id", filters=since_filter(since), position=position
        )


def _memo(row: Row, order: Row) -> CreditMemo:
    currency = str(row.get("base_currency_code") or row.get("order_currency_code") or "")
    made = instant(row.get("created_at"))
    places = decimals(currency)
    unit = Decimal(1).scaleb(-places)
    found = tuple(line for line in lines(_rows(row, order), unit, "qty") if line.quantity)
    told = [str(one.get("comment") or "") for one in row.get("comments") or [] if isinstance(one, Mapping)]
    return CreditMemo(
        key=str(row["increment_id"]),
        version=version(row.get("updated_at")),
        raw=tuple(sorted(mapped.flat(row).items())),
        number=str(order.get("increment_id") or ""),
        created_on=made.date() if made else None,
        ordered_at=instant(order.get("created_at")),
        currency=currency,
        lines=found,
        shipping=amount(row, "shipping_amount"),
        adjustment=amount(row, "adjustment_positive") - amount(row, "adjustment_negative"),
        tax=amount(row, "tax_amount"),
        rounding=rounding(row, found, unit),
        total=amount(row, "grand_total"),
        decimals=places,
        reason=next((text for text in told if text), ""),
    )


def _rows(memo: Row, order: Row) -> list[Row]:
    """The memo's rows with what the order's say of them. A child that no row names takes its parent's share."""
    given = {str(item["order_item_id"]): item for item in memo.get("items") or []}
    placed = [dict(item) for item in order.get("items") or []]
    if not placed:  # the order is gone: the memo's own words have to do
        return [{**item, "item_id": id} for id, item in given.items()]
    found: list[Row] = []
    for item in placed:
        row = given.get(str(item["item_id"]))
        above = given.get(str(item.get("parent_item_id") or ""))
        if row is None and above is None:
            continue
        base = {name: item[name] for name in OF_ORDER if name in item}
        found.append({**(row or {"qty": _share(item, above or {}, placed)}), **base})
    return found


def _share(item: Row, above: Row, placed: Sequence[Row]) -> Any:
    parent = next((row for row in placed if str(row["item_id"]) == str(item.get("parent_item_id"))), {})
    ordered = number(parent, "qty_ordered")
    return number(item, "qty_ordered") / ordered * number(above, "qty") if ordered else ZERO
