"""An order adds up, or it is told line by line why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from connector.records import Line, Order, Tax
from connector.sync import money

ORDER = Order(
    "1",
    lines=(Line("1", "A", D(2), D("10.00"), discount=D("1.50")), Line("2", "B", D(1), D("5.00"))),
    discount=D("1.50"),
    shipping_amount=D("6.00"),
    shipping_discount=D("1.00"),
    tax=D("5.99"),
    total=D("34.49"),
    currency="EUR",
)


def test_lines_discounts_shipping_and_tax_make_the_total() -> None:
    assert money.problems(ORDER) == []


def test_a_difference_of_a_cent_is_told_line_by_line() -> None:
    told = money.problems(replace(ORDER, total=D("34.50")))
    assert told[0] == "A: 2 x 10.00 less 1.50 = 18.50"
    assert told[-1] == "together 34.49, but the order says 34.50: -0.01 EUR"


def test_a_tolerance_lets_a_cent_pass_but_not_two() -> None:
    assert money.problems(replace(ORDER, total=D("34.50")), D("0.01")) == []
    assert money.problems(replace(ORDER, total=D("34.51")), D("0.01"))


def test_a_discount_that_no_line_carries_is_told() -> None:
    assert "the lines' discounts are 1.50, the order's is 2.00" in money.problems(replace(ORDER, discount=D("2.00")))


def test_taxes_by_name_have_to_be_the_tax() -> None:
    assert money.problems(replace(ORDER, taxes=(Tax("VAT", D(21), D("5.99")),))) == []
    assert money.problems(replace(ORDER, taxes=(Tax("VAT", D(21), D("5.98")),)))


def test_fees_count_as_adjustments() -> None:
    order = replace(ORDER, adjustments=(("payment fee", "2.00"),), total=D("36.49"))
    assert money.problems(order) == []


def test_three_decimals_are_compared_to_the_thousandth_and_none_to_the_unit() -> None:
    dinar = Order("1", lines=(Line("1", "A", D(3), D("1.333")),), total=D("3.999"), decimals=3)
    assert money.problems(dinar) == [] and money.problems(replace(dinar, total=D("4.000")))
    yen = Order("1", lines=(Line("1", "A", D(3), D("133.33")),), total=D("400"), decimals=0)
    assert money.problems(yen) == [], "a unit price may have more decimals than the currency"


def test_the_ninety_nine_per_cent_example_keeps_its_sum() -> None:
    """product/CONFLICTS 46: 80 of goods and 20 of shipping, 99 % off everything, leaves one."""
    order = Order(
        "1",
        lines=(Line("1", "A", D(1), D("80.00"), discount=D("79.20")),),
        discount=D("79.20"),
        shipping_amount=D("20.00"),
        shipping_discount=D("19.80"),
        total=D("1.00"),
    )
    assert money.problems(order) == []


@given(
    amount=st.decimals(0, 10_000, places=2),
    weights=st.lists(st.decimals(0, 1_000, places=2), min_size=1, max_size=12),
)
def test_a_spread_discount_is_exact_to_the_cent(amount: D, weights: list[D]) -> None:
    parts = money.spread(amount, weights, D("0.01"))
    assert sum(parts) == amount and len(parts) == len(weights)
    assert all(part == part.quantize(D("0.01")) and part >= 0 for part in parts)
    if sum(weights):
        ideal = [amount * weight / sum(weights) for weight in weights]
        assert all(abs(part - wanted) < D("0.01") for part, wanted in zip(parts, ideal, strict=True))
