"""The store's amounts as the ERP can hold them, adding up to the store's total. Pure; ORD-08..14, ORD-20.

The ERP works with unit price x quantity less discount, in the decimals of the currency. A store may have more decimals
than the currency (Magento rounds to two whatever it is), and a row of prices with tax in them need not be price x
quantity to the cent. So it is settled first what each line has to amount to, then the price with the fewest decimals
that makes it; where none does, the next higher price, and what is too much as discount.

Only rounding is settled here. Where the parts of an order do not make its total nothing is bent: then the comparison
with the ERP's total tells (`order_writing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from connector.records import Line, Order, Payment, Tax

ZERO = Decimal(0)
CENT = Decimal("0.01")  # what a store may round to, also where the currency has three decimals
FEE = "fee"  # the kind of a line that books what is no goods, such as gift wrapping


def settled(order: Order, price_decimals: int = 4, fee_item: str = "") -> Order:
    """The order with every amount in whole units of its currency; fees become lines of `fee_item` where it is named."""
    unit = Decimal(1).scaleb(-order.decimals)
    order = with_fees(order, fee_item)
    total = whole(order.total, unit)
    freight = whole(order.shipping_amount - order.shipping_discount, unit)
    tax = whole(order.tax, unit)
    goods = _goods(order, total - freight - tax, unit)
    lines = _lines(order, goods, unit, price_decimals)
    left = goods - sum((_net(line, unit) for line in lines), ZERO)
    if freight + left >= 0 and abs(left) <= unit * 3:  # goods of next to nothing cannot give up the half of a yen
        freight += left
    return replace(
        order,
        lines=lines,
        shipping_amount=freight + order.shipping_discount,
        tax=tax,
        taxes=_taxes(order, tax, unit),
        total=total,
        payments=_payments(order.payments, unit, total if _paid(order.payments) == order.total else None),
    )


def with_fees(order: Order, fee_item: str) -> Order:
    """What a total contains besides, as lines of a non-stock item. What reduces the total stays where it is."""
    fees = [(what, Decimal(amount)) for what, amount in order.adjustments if fee_item and Decimal(amount) > 0]
    if not fees:
        return order
    more = tuple(
        Line(f"fee-{at}", fee_item, Decimal(1), amount, name=what, kind=FEE, branch=order.branch)
        for at, (what, amount) in enumerate(fees, 1)
    )
    left = tuple(pair for pair in order.adjustments if Decimal(pair[1]) <= 0)
    return replace(order, lines=order.lines + more, adjustments=left)


def foreseen(order: Order) -> Decimal:
    """What the ERP will make of a settled order with the store's taxes: what is booked and nothing else."""
    unit = Decimal(1).scaleb(-order.decimals)
    lines = sum((_net(line, unit) for line in order.lines), ZERO)
    return lines + order.shipping_amount - order.shipping_discount + order.tax


def whole(amount: Decimal, unit: Decimal) -> Decimal:
    """An amount in whole units of its currency, half up as the ERP rounds."""
    return amount.quantize(unit, ROUND_HALF_UP)


def _net(line: Line, unit: Decimal | None = None) -> Decimal:
    """What a line amounts to: exactly, or as the ERP rounds it."""
    worth = line.price * line.quantity
    return (whole(worth, unit) if unit else worth) - line.discount


def _goods(order: Order, rest: Decimal, unit: Decimal) -> Decimal:
    """What the lines have to make together: the rest of the total, when it differs from their sum by rounding only."""
    besides = sum((whole(Decimal(amount), unit) for _, amount in order.adjustments), ZERO)
    exact = sum((_net(line) for line in order.lines), ZERO) + order.rounding
    wanted = rest - besides
    rounded = 3 + len(order.adjustments)  # each of these amounts was rounded by half a unit at the most
    return wanted if order.send_taxes and abs(wanted - exact) * 2 <= unit * rounded else whole(exact, unit)


# --- lines


def _lines(order: Order, goods: Decimal, unit: Decimal, price_decimals: int) -> tuple[Line, ...]:
    parts = _parts(order.lines, goods, unit)
    return tuple(_line(line, part, unit, price_decimals) for line, part in zip(order.lines, parts, strict=True))


def _parts(lines: Sequence[Line], goods: Decimal, unit: Decimal) -> list[Decimal]:
    """What each line has to amount to. Units that are over go where the rounding was largest, then by quantity."""
    exact = [line.price * line.quantity - whole(line.discount, unit) for line in lines]
    parts = [whole(line.price * line.quantity, unit) - whole(line.discount, unit) for line in lines]
    for at, line in enumerate(lines):  # all of it was given away, and more than its rounded price says
        if -max(unit, CENT) * line.quantity <= parts[at] < 0:
            parts[at] = ZERO
    left = int((goods - sum(parts, ZERO)) / unit)
    step = unit if left > 0 else -unit
    open_ = [at for at, line in enumerate(lines) if line.quantity > 0]
    pieces = sum((lines[at].quantity for at in open_), ZERO) + len(open_)
    if abs(left * unit) > max(unit, CENT) * pieces:
        return parts  # more than rounding

    def worst(at: int) -> tuple[bool, bool, Decimal, Decimal]:
        return lines[at].kind != FEE, parts[at] > 0, (exact[at] - parts[at]) * step, lines[at].quantity

    for _ in range(abs(left)):
        found = max((at for at in open_ if step > 0 or parts[at] >= unit), key=worst, default=None)
        if found is None:
            break
        parts[found] += step
    return parts


def _line(line: Line, amount: Decimal, unit: Decimal, price_decimals: int) -> Line:
    """A line whose price x quantity less discount is `amount` after the ERP has rounded each."""
    discount = whole(line.discount, unit)
    worth = amount + discount
    if line.quantity <= 0 or worth < 0 or amount < 0:
        return replace(line, discount=discount)
    price = _price(line, worth, unit, price_decimals)
    return replace(line, price=price, discount=whole(price * line.quantity, unit) - amount)


def _price(line: Line, worth: Decimal, unit: Decimal, price_decimals: int) -> Decimal:
    """The line's own price if it makes `worth`, else the shortest that does, else the next higher one."""
    fewest = -int(unit.as_tuple().exponent)
    smallest = Decimal(1).scaleb(-max(price_decimals, fewest))
    if line.price == line.price.quantize(smallest) and whole(line.price * line.quantity, unit) == worth:
        return line.price
    exact = worth / line.quantity
    for places in range(fewest, max(price_decimals, fewest) + 1):
        price = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if whole(price * line.quantity, unit) == worth:
            return price
    return exact.quantize(smallest, ROUND_CEILING)


# --- taxes and payments


def _taxes(order: Order, tax: Decimal, unit: Decimal) -> tuple[Tax, ...]:
    named = sum((one.amount for one in order.taxes), ZERO)
    amounts = _summing([one.amount for one in order.taxes], tax if named == order.tax else None, unit)
    return tuple(
        replace(one, amount=amount, taxable=whole(one.taxable, unit))
        for one, amount in zip(order.taxes, amounts, strict=True)
    )


def _paid(payments: Sequence[Payment]) -> Decimal:
    return sum((one.amount for one in payments), ZERO)


def _payments(payments: Sequence[Payment], unit: Decimal, total: Decimal | None) -> tuple[Payment, ...]:
    amounts = _summing([one.amount for one in payments], total, unit)
    return tuple(replace(one, amount=amount) for one, amount in zip(payments, amounts, strict=True))


def _summing(amounts: Sequence[Decimal], total: Decimal | None, unit: Decimal) -> list[Decimal]:
    """Amounts in whole units; the largest one takes what is missing to `total`, where one is given."""
    made = [whole(one, unit) for one in amounts]
    if made and total is not None:
        at = max(range(len(made)), key=lambda each: abs(made[each]))
        made[at] += total - sum(made, ZERO)
    return made
