"""Orders as they come out of the shop: every line once, every cent in its place, nothing rounded."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail
from connector.records import Order
from connector.sync import money
from connector.systems.magento.shares import decimals, shares
from tests.systems.magento.furniture import settled
from tests.systems.magento.sales import item, order
from tests.systems.magento.shop import Shop, listing


def read(shop: Shop, row: dict[str, Any], **preferences: Any) -> Order:
    settled(shop).answer("GET", "/orders", listing([row]))
    found = shop.magento(preferences).read_many("order", [row["increment_id"]])[row["increment_id"]]
    assert isinstance(found, Order)
    return found


def test_an_order_is_read_by_the_number_that_the_buyer_saw(shop: Shop) -> None:
    found = read(shop, order([item(1, "MUG", 2, 8)], subtotal=16, grand_total=21, shipping_amount=5))
    assert shop.sent[0].filters() == {"increment_id": ("in", "000000007")}
    assert (found.key, found.number, found.store_id, found.store, found.website) == (
        "000000007", "000000007", "7", "default", "main",
    )  # fmt: skip
    assert (found.customer, found.customer_group, found.guest, found.customer_name) == (
        "1",
        "Wholesale",
        False,
        "Ann Lee",
    )
    assert found.placed_at == datetime(2026, 11, 21, 8, 32, 30, tzinfo=UTC)
    assert (found.currency, found.decimals, found.total) == ("USD", 2, Decimal(21))
    assert found.shipping_method == "flatrate_flatrate" and found.delivery is not None and found.billing is not None
    assert found.delivery.region == "TX" and found.delivery.lines == ("9 Elm", "Apt 4")
    assert money.problems(found) == []
    assert "hush" not in repr(found)


def test_a_number_that_is_not_asked_for_or_not_there_is_no_order(shop: Shop) -> None:
    settled(shop).answer("GET", "/orders", listing([order([])]))
    assert shop.magento().read_many("order", ["999"]) == {}


def test_two_orders_with_one_number_are_refused_in_words(shop: Shop) -> None:
    settled(shop).answer("GET", "/orders", listing([order([]), order([], entity_id=8)]))
    with pytest.raises(Fail, match="two orders with the number 000000007"):
        shop.magento().read_many("order", ["000000007"])


def test_the_simple_product_under_a_configurable_is_one_line_with_the_parents_money(shop: Shop) -> None:
    rows = [
        item(4, "TEE-S-RED", 2, 15, product_type="configurable", discount_amount=3, tax_amount=1.24),
        item(5, "TEE-S-RED", 2, 0, parent_item_id=4),
    ]
    found = read(shop, order(rows, subtotal=30, discount_amount=-3, tax_amount=1.24, grand_total=28.24))
    (line,) = found.lines
    assert (line.key, line.sku, line.quantity, line.price) == ("4", "TEE-S-RED", Decimal(2), Decimal(15))
    assert (line.discount, line.tax, line.kind) == (Decimal(3), Decimal("1.24"), "simple")
    assert money.problems(found) == []


def test_a_bundle_of_dynamic_price_is_its_children_and_not_counted_twice(shop: Shop) -> None:
    rows = [
        item(6, "SET", 1, 13, product_type="bundle", tax_amount=0.25),
        item(7, "CUP", 2, 4, parent_item_id=6, tax_amount=0.1),
        item(8, "PLATE", 1, 5, parent_item_id=6, tax_amount=0.15),
    ]
    found = read(shop, order(rows, subtotal=13, tax_amount=0.25, grand_total=13.25))
    assert [(line.sku, line.parent_sku, line.price) for line in found.lines] == [
        ("CUP", "SET", Decimal(4)),
        ("PLATE", "SET", Decimal(5)),
    ]
    assert money.problems(found) == []


def test_the_fixed_price_of_a_bundle_is_spread_over_its_children_to_the_cent(shop: Shop) -> None:
    rows = [
        item(6, "SET", 1, 10, product_type="bundle", discount_amount=1, tax_amount=0.82),
        item(7, "CUP", 1, 0, parent_item_id=6, original_price=0),
        item(8, "PLATE", 1, 0, parent_item_id=6, original_price=0),
        item(9, "SPOON", 1, 0, parent_item_id=6, original_price=0),
    ]
    found = read(shop, order(rows, subtotal=10, discount_amount=-1, tax_amount=0.82, grand_total=9.82))
    assert sum(line.price for line in found.lines) == Decimal(10)
    assert sum(line.discount for line in found.lines) == Decimal(1)
    assert sum(line.tax for line in found.lines) == Decimal("0.82")
    assert money.problems(found) == []


def test_a_virtual_order_has_nothing_to_ship(shop: Shop) -> None:
    found = read(
        shop, order([item(1, "WARRANTY", 1, 5, product_type="virtual")], shipping=False, subtotal=5, grand_total=5)
    )
    assert found.delivery is None and found.shipping_method == ""
    assert found.lines[0].kind == "virtual"


def test_a_cart_discount_is_told_by_line_and_the_shippings_apart(shop: Shop) -> None:
    """CONFLICTS 45 and 46: 80.00 + 20.00 shipping with 99 % off everything is 1.00."""
    found = read(
        shop,
        order(
            [item(1, "A", 2, 30, discount_amount=59.4), item(2, "B", 1, 20, discount_amount=19.8)],
            subtotal=80, shipping_amount=20, shipping_discount_amount=19.8, discount_amount=-99, grand_total=1,
        ),
    )  # fmt: skip
    assert [line.discount for line in found.lines] == [Decimal("59.4"), Decimal("19.8")]
    assert found.discount == Decimal("79.2")
    assert found.shipping_amount - found.shipping_discount == Decimal("0.2")
    assert found.total == Decimal(1) and money.problems(found) == []


def test_the_tax_in_a_discount_of_prices_with_tax_is_taken_out_of_it(shop: Shop) -> None:
    """10.00 with 10 % tax in it, 10 % off: 9.09 - 0.91 + 0.82 = 9.00."""
    rows = [item(1, "A", 1, 9.09, discount_amount=1, discount_tax_compensation_amount=0.09, tax_amount=0.82)]
    found = read(
        shop,
        order(
            rows,
            subtotal=9.09,
            discount_amount=-1,
            discount_tax_compensation_amount=0.09,
            tax_amount=0.82,
            grand_total=9,
        ),
    )
    assert found.lines[0].discount == found.discount == Decimal("0.91")
    assert money.problems(found) == []


def test_cents_of_rounded_prices_are_named(shop: Shop) -> None:
    found = read(shop, order([item(1, "A", 7, 9.23)], subtotal=64.6, tax_amount=5.33, grand_total=69.93))
    assert (found.adjustments, found.rounding) == ((), Decimal("-0.01"))
    assert money.problems(found) == []


def test_a_difference_that_nobody_names_is_left_to_be_seen(shop: Shop) -> None:
    found = read(shop, order([item(1, "A", 1, 10)], subtotal=10, grand_total=13))
    assert (found.adjustments, found.rounding) == ((), 0) and money.problems(found)


def test_fixed_product_taxes_and_gift_wrapping_are_named(shop: Shop) -> None:
    rows = [item(1, "A", 2, 10, weee_tax_applied_row_amount=1.5)]
    found = read(shop, order(rows, subtotal=20, grand_total=24.5, extension={"gw_price": "3.0000"}))
    assert found.adjustments == (("Gift wrapping", "3.0000"), ("Fixed product tax", "1.5"))
    assert money.problems(found) == []


def test_gift_cards_store_credit_and_reward_points_are_payments(shop: Shop) -> None:
    extension = {
        "base_gift_cards_amount": 30,
        "gift_cards": [{"code": "SECRET-0001", "base_amount": 10}, {"code": "SECRET-0002", "base_amount": 20}],
        "base_customer_balance_amount": 5,
        "base_reward_currency_amount": 2,
    }
    found = read(
        shop,
        order(
            [item(1, "A", 1, 100)], subtotal=100, grand_total=63, total_paid=63, base_total_paid=63, extension=extension
        ),
    )
    assert [(one.kind, one.amount) for one in found.payments] == [
        ("payment", Decimal(63)),
        ("gift_card", Decimal(10)),
        ("gift_card", Decimal(20)),
        ("store_credit", Decimal(5)),
        ("reward", Decimal(2)),
    ]
    assert found.total == Decimal(100) and money.problems(found) == []
    assert found.payments[0].captured and "SECRET" not in repr(found.payments)


def test_an_order_paid_by_gift_card_alone_has_no_other_payment(shop: Shop) -> None:
    row = order([item(1, "A", 1, 9)], subtotal=9, payment={"method": "free"}, extension={"base_gift_cards_amount": 9})
    assert [one.kind for one in read(shop, row).payments] == ["gift_card"]


def test_card_and_transaction_are_told(shop: Shop) -> None:
    payment = {"method": "braintree", "last_trans_id": "tx-9", "cc_type": "VI"}
    found = read(shop, order([item(1, "A", 1, 9)], subtotal=9, grand_total=9, payment=payment)).payments[0]
    assert (found.method, found.reference, found.card_type, found.captured) == ("braintree", "tx-9", "VI", False)


def test_a_card_among_the_additional_information_is_found(shop: Shop) -> None:
    row = order([], grand_total=9, extension={"payment_additional_info": [{"key": "card_type", "value": "Visa"}]})
    assert read(shop, row).payments[0].card_type == "Visa"


def test_taxes_have_rate_amount_and_what_they_were_reckoned_on(shop: Shop) -> None:
    extension = {
        "applied_taxes": [{"code": "TX", "percent": 8.25, "amount": 1.32, "base_amount": 1.32}],
        "item_applied_taxes": [
            {"type": "product", "item_id": 1, "applied_taxes": [{"code": "TX", "amount": 1.32}]},
            {"type": "shipping", "applied_taxes": [{"code": "TX", "amount": 0}]},
        ],
    }
    row = order(
        [item(1, "A", 2, 8, tax_amount=1.32)],
        subtotal=16,
        shipping_amount=5,
        tax_amount=1.32,
        grand_total=22.32,
        extension=extension,
    )
    (tax,) = read(shop, row).taxes
    assert (tax.code, tax.rate, tax.amount, tax.taxable) == ("TX", Decimal("8.25"), Decimal("1.32"), Decimal(21))


def test_the_amounts_are_those_of_the_base_currency(shop: Shop) -> None:
    """ORD-20: the ERP is told the website's base currency."""
    row = order([item(1, "A", 1, 9, base_price=10)], order_currency_code="EUR", subtotal=10, grand_total=10)
    row["grand_total"] = row["subtotal"] = 9
    found = read(shop, row)
    assert (found.currency, found.total, found.lines[0].price) == ("USD", Decimal(10), Decimal(10))
    assert dict(found.raw)["order_currency_code"] == "EUR"


def test_a_guest_has_no_customer(shop: Shop) -> None:
    row = order([])
    del row["customer_id"]
    found = read(shop, row | {"customer_is_guest": 1, "customer_group_id": 0})
    assert found.guest and found.customer == "" and found.customer_group == "NOT LOGGED IN"


def test_what_the_buyer_wrote_and_chose_is_told(shop: Shop) -> None:
    chosen = {"extension_attributes": {"custom_options": [{"option_id": "3", "option_value": "For Bob"}]}}
    row = order(
        [item(1, "A", 1, 5, product_option=chosen)],
        customer_note="Ring twice",
        extension={"gift_message": {"sender": "Ann", "message": "Enjoy"}},
    )
    found = read(shop, row)
    assert found.comment == "Ring twice\nGift message from Ann: Enjoy"
    assert found.lines[0].options == (("Option 3", "For Bob"),) and found.lines[0].note == "Option 3: For Bob"


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("USD", 2), ("KWD", 3)])
def test_each_currency_has_its_decimals(shop: Shop, currency: str, places: int) -> None:
    assert decimals(currency) == places == read(shop, order([], base_currency_code=currency)).decimals


def test_shares_keep_the_sum() -> None:
    unit = Decimal("0.01")
    assert shares(Decimal(10), [Decimal(1)] * 3, unit) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert shares(Decimal("0.005"), [Decimal(2), Decimal(1)], unit) == [Decimal("0.005"), Decimal(0)]
    assert shares(Decimal(5), [Decimal(0), Decimal(0)], unit) == [Decimal("2.5"), Decimal("2.5")]
    assert shares(Decimal(1), [], unit) == []


# --- polling ------------------------------------------------------------------------------------------------


def rows(*numbers: int) -> list[dict[str, Any]]:
    return [{"entity_id": n, "increment_id": f"00{n}", "updated_at": "2026-11-21 08:00:00"} for n in numbers]


def test_a_poll_asks_for_the_chosen_statuses_and_pages_by_the_shops_id(shop: Shop) -> None:
    shop.answer("GET", "/orders", {"items": rows(3, 5), "total_count": 3})
    shop.answer("GET", "/orders", {"items": rows(9), "total_count": 1})
    magento = shop.magento({"order": {"statuses": ["pending", "processing"]}})
    since = datetime(2026, 11, 21, 7, 58, tzinfo=UTC)
    first = magento.changed_since("order", since)
    second = magento.changed_since("order", since, first.position or "")
    assert [change.key for change in (*first.changes, *second.changes)] == ["003", "005", "009"]
    assert first.changes[0].version == 1795248000_000000
    assert (first.position, second.position) == ("5", None)
    assert shop.sent[1].filters() == {
        "updated_at": ("gteq", "2026-11-21 07:58:00"),
        "status": ("in", "pending,processing"),
        "entity_id": ("gt", "5"),
    }
    assert ("searchCriteria[sortOrders][0][field]", "entity_id") in shop.sent[1].query


def test_a_shop_that_limits_its_pages_is_read_in_smaller_ones(shop: Shop) -> None:
    shop.answer(
        "GET", "/orders", {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": 20}}, 400
    )
    shop.answer("GET", "/orders", {"items": rows(1), "total_count": 1})
    assert len(shop.magento().changed_since("order", None).changes) == 1
    assert dict(shop.sent[1].query)["searchCriteria[pageSize]"] == "20"
