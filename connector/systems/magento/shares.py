"""An amount split into parts without losing a cent, and the decimals of a currency. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

ZERO = Decimal(0)
# ISO 4217: what has not two decimals
NONE = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def decimals(currency: str) -> int:
    """How many decimals amounts of a currency have."""
    return 0 if currency in NONE else 3 if currency in THREE else 2


def shares(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """`amount` in proportion to the weights, in whole units; their sum is exact (largest remainder first)."""
    total = sum(weights, ZERO)
    if not weights:
        return []
    if total <= 0:
        weights, total = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [amount * weight / total for weight in weights]
    parts = [(one / unit).to_integral_value(ROUND_FLOOR) * unit for one in exact]
    by_rest = sorted(range(len(parts)), key=lambda at: exact[at] - parts[at], reverse=True)
    left = amount - sum(parts, ZERO)
    for at in by_rest:
        if left < unit:
            break
        parts[at] += unit
        left -= unit
    parts[by_rest[0]] += left  # less than a unit, where the amount itself has more decimals
    return parts
