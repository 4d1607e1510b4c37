"""Does an order add up? The sum is made again from its parts and compared with what the buyer was told. Pure.

Nothing is rounded but the comparison: lines - discounts + shipping + tax + adjustments + the store's own rounding has
to be the total, to the smallest unit of the currency. A difference is told line by line, so that a person sees where
it comes from.
"""

from __future__ import annotations

from decimal import Decimal

from connector.records import Line, Order

ZERO = Decimal(0)


def unit(order: Order) -> Decimal:
    """The smallest unit of the order's currency: 0.01 for two decimals, 1 for none."""
    return Decimal(1).scaleb(-order.decimals)


def recomputed(order: Order) -> Decimal:
    """The total as its parts say it."""
    lines = sum((line.price * line.quantity - line.discount for line in order.lines), ZERO)
    shipping = order.shipping_amount - order.shipping_discount
    besides = sum((Decimal(amount) for _, amount in order.adjustments), ZERO)
    return lines + shipping + order.tax + besides + order.rounding


def difference(order: Order) -> Decimal:
    """What the parts make more (or less) than the total says, rounded to the currency's unit; 0 when it adds up."""
    return (recomputed(order) - order.total).quantize(unit(order))


def problems(order: Order, tolerance: Decimal = ZERO) -> list[str]:
    """Sentences, one for each part, when the order does not add up; empty when it does (within `tolerance`)."""
    wrong = _discounts(order, tolerance) + _taxes(order, tolerance)
    off = difference(order)
    if abs(off) <= tolerance and not wrong:
        return []
    told = [_line(line) for line in order.lines]
    told.append(f"shipping {order.shipping_amount} less {order.shipping_discount}")
    told.append(f"tax {order.tax}")
    told += [f"{what} {amount}" for what, amount in order.adjustments]
    told += [f"rounding of prices {order.rounding}"] if order.rounding else []
    told.append(f"together {recomputed(order)}, but the order says {order.total}: {off:+} {order.currency}")
    return told + wrong


def _line(line: Line) -> str:
    amount = line.price * line.quantity - line.discount
    return f"{line.sku}: {line.quantity} x {line.price} less {line.discount} = {amount}"


def _discounts(order: Order, tolerance: Decimal) -> list[str]:
    """The lines' discounts have to be the order's: else some of it would be booked nowhere (ORD-10)."""
    lines = sum((line.discount for line in order.lines), ZERO)
    if abs((lines - order.discount).quantize(unit(order))) <= tolerance:
        return []
    return [f"the lines' discounts are {lines}, the order's is {order.discount}"]


def _taxes(order: Order, tolerance: Decimal) -> list[str]:
    if not order.taxes:
        return []
    named = sum((tax.amount for tax in order.taxes), ZERO)
    if abs((named - order.tax).quantize(unit(order))) <= tolerance:
        return []
    return [f"the taxes by name are {named}, the order's is {order.tax}"]


def spread(amount: Decimal, weights: list[Decimal], smallest: Decimal) -> list[Decimal]:
    """`amount` in parts in proportion to `weights`, multiples of `smallest`, their sum exact (largest remainder)."""
    total = sum(weights, ZERO)
    if not weights or total == 0:
        return [amount, *([ZERO] * (len(weights) - 1))] if weights else []
    exact = [amount * weight / total for weight in weights]
    parts = [(part / smallest).to_integral_value(rounding="ROUND_FLOOR") * smallest for part in exact]
    rest = int((amount - sum(parts, ZERO)) / smallest)
    order = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in order[:rest]:
        parts[at] += smallest
    return parts
