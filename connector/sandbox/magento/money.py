"""Amounts as Magento rounds them: half up, and what one row loses the next one gets.

Inside is Decimal, documents hold plain numbers. It knows no order. Source: the recordings `orders_read`, where 9.65
of tax is split into 2.38 and 7.27.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connector.sandbox.magento.directory import decimals

ZERO = Decimal(0)


def exact(value: Any) -> Decimal:
    """A number of a document as Decimal."""
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))


def rounded(value: Decimal, decimals: int = 2) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def plain(value: Decimal) -> int | float:
    """A number as PHP writes it: 10 and not 10.0."""
    return int(value) if value == value.to_integral_value() else float(value)


class Deltas:
    """Rounding that carries what was cut off to the next amount of the same kind."""

    def __init__(self, decimals: int = 2) -> None:
        self.decimals = decimals
        self.left: dict[str, Decimal] = {}

    def round(self, kind: str, value: Decimal) -> Decimal:
        value += self.left.get(kind, ZERO)
        result = rounded(value, self.decimals)
        self.left[kind] = value - result
        return result


def places(order: Mapping[str, Any], prefix: str) -> int:
    """Decimals of an order's amounts: with the prefix `base_` those of the base currency."""
    return 2 if prefix else decimals(str(order.get("order_currency_code") or "USD"))


def total(rows: Iterable[dict[str, Any]], name: str) -> Decimal:
    """The sum of a field of documents."""
    return sum((exact(row.get(name)) for row in rows), ZERO)
