"""The store's amounts in the ERP's arithmetic: price x quantity less discount, each rounded, makes its total."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest

from connector.records import Line, Order, Payment, Tax
from connector.systems.acumatica.order_money import settled

PLAIN = Order(
    "1", lines=(Line("1", "A", D(3), D("9.99"), D("1.97")), Line("2", "B", D(1), D(40))), shipping_amount=D(8),
    shipping_discount=D("1.50"), tax=D("12.92"), taxes=(Tax("VAT", amount=D("12.92")),), total=D("87.42"),
    payments=(Payment("visa", D("87.42")),),
)  # fmt: skip


def booked(order: Order) -> D:
    """What an ERP makes of it: every amount rounded half up to the currency's unit."""
    unit = D(1).scaleb(-order.decimals)

    def cents(amount: D) -> D:
        return amount.quantize(unit, ROUND_HALF_UP)

    lines = sum((cents(line.price * line.quantity) - cents(line.discount) for line in order.lines), D(0))
    taxes = sum((cents(tax.amount) for tax in order.taxes), D(0))
    return lines + taxes + cents(order.shipping_amount - order.shipping_discount)


def test_what_adds_up_stays_as_it_is() -> None:
    made = settled(PLAIN)
    assert [(line.price, line.discount) for line in made.lines] == [(D("9.99"), D("1.97")), (D(40), D(0))]
    assert (made.total, made.tax, made.payments) == (PLAIN.total, PLAIN.tax, PLAIN.payments)


@pytest.mark.parametrize(
    ("quantity", "price", "rounding", "wanted"),
    [
        (7, "9.23", "-0.01", ("9.229", "0")),  # 64.60 of 7 pieces
        (3, "3.33", "0.01", ("3.333", "0")),
        (300, "3.33", "1.00", ("3.3334", "0.02")),  # no price of four decimals makes 1000.00
    ],
)
def test_cents_of_rounded_prices_go_into_the_price_or_the_discount(
    quantity: int, price: str, rounding: str, wanted: tuple[str, str]
) -> None:
    total = D(price) * quantity + D(rounding)
    (line,) = settled(
        Order("1", lines=(Line("1", "A", D(quantity), D(price)),), rounding=D(rounding), total=total)
    ).lines
    assert (line.price, line.discount) == (D(wanted[0]), D(wanted[1]))


def test_prices_have_no_more_decimals_than_the_erp() -> None:
    order = Order("1", lines=(Line("1", "A", D(3), D("3.33")),), rounding=D("0.01"), total=D(10))
    (line,) = settled(order, 2).lines
    assert (line.price, line.discount) == (D("3.34"), D("0.02")) and booked(settled(order, 2)) == D(10)


def test_a_yen_has_no_cents_and_the_sum_is_the_totals() -> None:
    """Magento keeps two decimals of every currency: 999.50 + 99.95 + 500.50 = 1599.95."""
    order = Order(
        "1", lines=(Line("1", "A", D(1), D("999.50")),), shipping_amount=D("500.50"), tax=D("99.95"), decimals=0,
        taxes=(Tax("A", amount=D("49.98")), Tax("B", amount=D("49.97"))), total=D("1599.95"),
        payments=(Payment("visa", D("1000.45")), Payment("gift", D("599.50"), "gift_card")),
    )  # fmt: skip
    made = settled(order)
    assert made.total == booked(made) == D(1600)
    assert [tax.amount for tax in made.taxes] == [D(50), D(50)]
    assert [paid.amount for paid in made.payments] == [D(1000), D(600)]


def test_where_goods_are_worth_nothing_the_freight_gives_up_the_half_of_a_yen() -> None:
    order = Order(
        "1", lines=(Line("1", "A", D(1), D("0.01")),), shipping_amount=D("17.50"), tax=D("0.88"), decimals=0,
        total=D("18.39"), taxes=(Tax("A", amount=D("0.88")),),
    )  # fmt: skip
    made = settled(order)
    assert (made.total, booked(made), made.shipping_amount) == (D(18), D(18), D(17))


def test_what_does_not_add_up_is_not_bent() -> None:
    made = settled(replace(PLAIN, total=D("87.52")))
    assert booked(made) == D("87.42") and made.total == D("87.52")
    unnamed = settled(replace(PLAIN, adjustments=(("Gift wrapping", "3.00"),), total=D("90.42")))
    assert booked(unnamed) == D("87.42"), "a fee without an item for it is not hidden in the lines"


def test_fees_are_lines_of_their_item() -> None:
    order = replace(PLAIN, adjustments=(("Gift wrapping", "3.00"), ("Bonus", "-1.00")), total=D("89.42"))
    made = settled(order, 4, "FEE")
    assert [(line.sku, line.name, line.price) for line in made.lines[2:]] == [("FEE", "Gift wrapping", D(3))]
    assert made.adjustments == (("Bonus", "-1.00"),), "what reduces the total cannot be sold"


def test_without_the_stores_taxes_the_lines_keep_their_sum() -> None:
    made = settled(replace(PLAIN, send_taxes=False, total=D("90.00")))
    assert [line.price for line in made.lines] == [D("9.99"), D(40)]


def test_a_free_line_and_one_of_nothing_stay() -> None:
    lines = (Line("1", "A", D(2), D(5), D(10)), Line("2", "B", D(0), D(5)), Line("3", "C", D(1), D(5)))
    made = settled(Order("1", lines=lines, total=D(5)))
    assert [(line.price, line.discount) for line in made.lines] == [(D(5), D(10)), (D(5), D(0)), (D(5), D(0))]
