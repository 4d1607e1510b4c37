"""Decimals on their way into JSON and back, without float noise."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connector.errors import Fail

FOUR = Decimal("0.0001")
MOST = Decimal(10) ** 8  # Magento keeps money and quantities as decimal(12,4) in its narrowest columns


def plain(value: Decimal, what: str = "number") -> int | float:
    """The value with at most four decimals as a number that JSON writes digit for digit.

    A float with up to fifteen significant digits is printed as it was read, and twelve are the most here.
    Raises Fail for a number that the store cannot keep.
    """
    if not value.is_finite() or abs(value) >= MOST:
        raise Fail(f"The {what} {value} does not fit into the store.", code="magento.number_too_large")
    value = value.quantize(FOUR, ROUND_HALF_UP)
    return int(value) if value == value.to_integral_value() else float(value)


def money(value: Decimal, what: str) -> int | float:
    """The same for an amount of money. Raises Fail for a negative one, which Magento refuses."""
    number = plain(value, what)
    if number < 0:
        raise Fail(f"The {what} {value} is negative.", code="magento.negative_price")
    return number


def read(value: Any) -> Decimal | None:
    """A number of an answer as Decimal, None for nothing or for what is not a number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
