"""Prices on their way to Magento: bulk rows, complaints inside a 200, special prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Outcome, Retry, Skip, Wait
from connector.records import Price
from tests.systems.magento.shop import Sent, Shop, listing, refusal

INVALID = "Invalid attribute %fieldName = %fieldValue."
BASE, BASE_INFO = "/products/base-prices", "/products/base-prices-information"
SPECIAL, SPECIAL_INFO = "/products/special-price", "/products/special-price-information"
SPECIAL_DELETE = "/products/special-price-delete"
ON = {"price": {"special_price": True}}


def prices(*pairs: tuple[str, str]) -> list[Price]:
    return [Price(key, price=Decimal(value)) for key, value in pairs]


def rows(sent: Sent) -> list[dict[str, Any]]:
    assert set(sent.body) == {"prices"}
    return list(sent.body["prices"])


@pytest.mark.parametrize("count", [1, 60])
def test_any_number_of_prices_is_one_request(shop: Shop, count: int) -> None:
    shop.answer("POST", BASE, [])
    records = prices(*((f"P-{number}", "11.25") for number in range(count)))
    written = shop.magento().write_many(records, known={})
    assert shop.calls() == [f"POST {BASE}"]
    assert rows(shop.sent[0]) == [{"sku": f"P-{number}", "price": 11.25, "store_id": 0} for number in range(count)]
    assert [item.key for item in written] == [f"P-{number}" for number in range(count)]
    assert all(item.problem is None and item.target_id == item.key for item in written)
    assert written[0].fields == {"price": 11.25, "store_id": 0}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.1", "0.1"),
        ("19.99", "19.99"),
        ("19.990000", "19.99"),
        ("1.00005", "1.0001"),
        ("2.50", "2.5"),
        ("7", "7"),
        ("0.0001", "0.0001"),
        ("99999999.9999", "99999999.9999"),
        ("1E+3", "1000"),
    ],
)
def test_money_is_written_digit_for_digit(shop: Shop, value: str, text: str) -> None:
    shop.answer("POST", BASE, [])
    with_body: list[bytes] = []
    magento = shop.magento()
    magento.client.http.session.hooks["response"].append(lambda answer, **_: with_body.append(answer.request.body))
    magento.write_many(prices(("A", value)), known={})
    assert with_body == [b'{"prices": [{"sku": "A", "price": %s, "store_id": 0}]}' % text.encode()]


def test_the_store_id_of_the_setting_is_sent(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    shop.magento(price_store_id="3").write_many(prices(("A", "1")), known={})
    assert rows(shop.sent[0])[0]["store_id"] == 3


@pytest.mark.parametrize("value", ["-0.01", "NaN", "Infinity", "100000000"])
def test_a_price_that_cannot_be_right_fails_alone_and_the_others_go(shop: Shop, value: str) -> None:
    shop.answer("POST", BASE, [])
    bad, good = shop.magento().write_many(prices(("BAD", value), ("GOOD", "5")), known={})
    assert isinstance(bad.problem, Fail) and bad.problem.code in ("magento.negative_price", "magento.number_too_large")
    assert good.problem is None
    assert [row["sku"] for row in rows(shop.sent[0])] == ["GOOD"]


def test_nothing_is_sent_when_no_price_can_be_right(shop: Shop) -> None:
    (written,) = shop.magento().write_many(prices(("BAD", "-1")), known={})
    assert isinstance(written.problem, Fail) and shop.sent == []


def test_after_a_complaint_only_the_rows_that_differ_when_read_back_are_marked(shop: Shop) -> None:
    shop.answer(
        "POST",
        BASE,
        [
            refusal(INVALID, ["SKU", "GONE"]),
            refusal(INVALID, ["Price", "12.5"]),
            refusal("Requested store is not found. Row ID: SKU = LOST, Store ID: 0.", ["LOST", "0"]),
        ],
    )
    shop.answer(
        "POST",
        BASE_INFO,
        [
            {"price": 11.75, "store_id": 0, "sku": "good"},
            {"price": 9, "store_id": 0, "sku": "ODD"},
            {"price": 12.5, "store_id": 3, "sku": "ODD"},
            {"price": 1, "store_id": 0, "sku": "LOST"},
        ],
    )
    shop.answer(
        "GET", "/products", listing([{"sku": "ODD", "type_id": "simple"}, {"sku": "LOST", "type_id": "simple"}])
    )
    records = prices(("GOOD", "11.75"), ("GONE", "1"), ("ODD", "12.5"), ("LOST", "13"))
    good, gone, odd, lost = shop.magento().write_many(records, known={})
    assert good.problem is None
    assert isinstance(gone.problem, Wait) and gone.problem.for_ == ("product", "GONE")
    assert isinstance(odd.problem, Fail) and "Invalid attribute Price = 12.5." in odd.problem.reason
    assert isinstance(lost.problem, Fail) and "Requested store is not found" in lost.problem.reason
    assert "Price = 12.5" not in lost.problem.reason
    assert shop.calls() == [f"POST {BASE}", f"POST {BASE_INFO}", "GET /products"]
    assert shop.sent[1].body == {"skus": ["GOOD", "GONE", "ODD", "LOST"]}
    assert shop.sent[2].filters() == {"sku": ("in", "GONE,ODD,LOST")}


@pytest.mark.parametrize(("kind", "word"), [("configurable", Skip), ("grouped", Skip), ("bundle", Fail)])
def test_a_product_without_a_price_of_its_own_is_told_by_its_type(shop: Shop, kind: str, word: type[Outcome]) -> None:
    shop.answer("POST", BASE, [refusal(INVALID, ["SKU", "TEE"])])
    shop.answer("POST", BASE_INFO, [])
    shop.answer("GET", "/products", listing([{"sku": "TEE", "type_id": kind}]))
    (written,) = shop.magento().write_many(prices(("TEE", "5")), known={"TEE": "1"})
    assert isinstance(written.problem, word) and kind in f"{written.problem.reason} {written.problem.help}"


def test_the_price_of_an_unsellable_item_that_is_not_in_the_store_is_skipped(shop: Shop) -> None:
    shop.answer("POST", BASE, [refusal(INVALID, ["SKU", "OLD"])])
    shop.answer("POST", BASE_INFO, [])
    shop.answer("GET", "/products", listing([]))
    (written,) = shop.magento().write_many([Price("OLD", price=Decimal(1), sellable=False)], known={})
    assert isinstance(written.problem, Skip)


def test_a_complaint_about_a_row_that_reads_back_right_marks_nothing(shop: Shop) -> None:
    shop.answer("POST", BASE, [refusal(INVALID, ["Price", "5"])])
    shop.answer("POST", BASE_INFO, [{"price": 5, "store_id": 0, "sku": "A"}])
    (written,) = shop.magento().write_many(prices(("A", "5")), known={})
    assert written.problem is None


def test_a_row_that_differs_without_a_complaint_of_its_own_is_tried_again(shop: Shop) -> None:
    shop.answer("POST", BASE, [refusal(INVALID, ["SKU", "GONE"])])
    shop.answer("POST", BASE_INFO, [{"price": 4, "store_id": 0, "sku": "A"}])
    shop.answer("GET", "/products", listing([{"sku": "A", "type_id": "simple"}]))
    raced, gone = shop.magento().write_many(prices(("A", "5"), ("GONE", "1")), known={})
    assert isinstance(raced.problem, Retry) and isinstance(gone.problem, Wait)


def test_a_deadlock_that_arrives_as_400_is_tried_again(shop: Shop) -> None:
    shop.answer("POST", BASE, refusal("Could not save Prices."), 400)
    with pytest.raises(Retry, match="Could not save Prices"):
        shop.magento().write_many(prices(("A", "5")), known={})


def test_a_limit_of_rows_is_met_once_and_then_kept_to(shop: Shop) -> None:
    limit = refusal(
        'Maximum items of type "%type" is %max',
        {"type": "\\Magento\\Catalog\\Api\\Data\\BasePriceInterface", "max": 20},
    )
    shop.answer("POST", BASE, limit, 400)
    shop.answer("POST", BASE, [])
    magento = shop.magento()
    written = magento.write_many(prices(*((f"P{number}", "1") for number in range(45))), known={})
    assert all(item.problem is None for item in written)
    assert [len(rows(sent)) for sent in shop.sent] == [45, 20, 20, 5]
    magento.write_many(prices(*((f"P{number}", "1") for number in range(25))), known={})
    assert [len(rows(sent)) for sent in shop.sent[4:]] == [20, 5]


def test_special_prices_are_not_looked_at_unless_the_setting_says_so(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    shop.magento().write_many([Price("A", price=Decimal(9), special_price=Decimal(7))], known={})
    assert shop.calls() == [f"POST {BASE}"]


def test_special_prices_are_set_changed_and_taken_away_where_they_differ(shop: Shop) -> None:
    start, end = datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    shop.answer("POST", BASE, [])
    held = [
        {"price": 8, "store_id": 0, "sku": "SAME", "price_from": "2026-03-01 06:00:00", "price_to": None},
        {"price": 7, "store_id": 0, "sku": "OVER", "price_from": "2026-01-01 00:00:00", "price_to": None},
        {"price": 6, "store_id": 0, "sku": "OPEN", "price_from": None, "price_to": "2026-02-01 00:00:00"},
        {"price": 5, "store_id": 3, "sku": "NONE", "price_from": None, "price_to": None},
    ]
    shop.answer("POST", SPECIAL_INFO, held)
    shop.answer("POST", SPECIAL_DELETE, [])
    shop.answer("POST", SPECIAL, [])
    records = [
        Price("NEW", price=Decimal(9), special_price=Decimal("7.5"), special_from=start, special_to=end),
        Price("SAME", price=Decimal(9), special_price=Decimal("8.00"), special_from=start),
        Price("OVER", price=Decimal(9)),
        Price("OPEN", price=Decimal(9), special_price=Decimal(6)),
        Price("NONE", price=Decimal(9)),
    ]
    written = shop.magento(ON).write_many(records, known={})
    assert [item.problem for item in written] == [None] * 5
    assert [sent.path for sent in shop.sent] == [BASE, SPECIAL_INFO, SPECIAL_DELETE, SPECIAL]
    assert rows(shop.sent[2]) == [
        {"price": 7, "store_id": 0, "sku": "OVER", "price_from": "2026-01-01 00:00:00"},
        {"price": 6, "store_id": 0, "sku": "OPEN", "price_to": "2026-02-01 00:00:00"},
    ]
    assert rows(shop.sent[3]) == [
        {
            "sku": "NEW",
            "price": 7.5,
            "store_id": 0,
            "price_from": "2026-03-01 06:00:00",
            "price_to": "2026-04-01 00:00:00",
        },
        {"sku": "OPEN", "price": 6, "store_id": 0},
    ]
    assert written[0].fields == {
        "price": 9,
        "store_id": 0,
        "special_price": 7.5,
        "price_from": "2026-03-01 06:00:00",
        "price_to": "2026-04-01 00:00:00",
    }
    assert written[2].fields["special_price"] is None


def test_special_prices_that_are_all_in_order_are_read_and_not_written(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    shop.answer("POST", SPECIAL_INFO, [])
    shop.magento(ON).write_many(prices(("A", "1"), ("B", "2")), known={})
    assert [sent.path for sent in shop.sent] == [BASE, SPECIAL_INFO]


def test_a_refused_special_price_marks_its_own_row_only(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    shop.answer("POST", SPECIAL_INFO, [])
    text = "Invalid attribute Price From = bad. Row ID: SKU = B, Store ID: 0, Price From: bad, Price To: ."
    shop.answer("POST", SPECIAL, [refusal(text, ["Price From", "B", "0", "bad", ""])])
    records = [Price(key, price=Decimal(9), special_price=Decimal(8)) for key in ("B", "BB")]
    refused, good = shop.magento(ON).write_many(records, known={})
    assert isinstance(refused.problem, Fail) and refused.problem.code == "magento.special_price_not_taken"
    assert "SKU = B, Store" in refused.problem.reason
    assert good.problem is None


def test_a_complaint_that_names_nobody_is_held_against_every_special_price_sent(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    shop.answer("POST", SPECIAL_INFO, [])
    shop.answer("POST", SPECIAL, [refusal("No.")])
    records = [Price("A", price=Decimal(9), special_price=Decimal(8)), Price("B", price=Decimal(9))]
    sent, not_sent = shop.magento(ON).write_many(records, known={})
    assert isinstance(sent.problem, Fail) and not_sent.problem is None


def test_a_negative_special_price_fails_after_the_base_price_went(shop: Shop) -> None:
    shop.answer("POST", BASE, [])
    (written,) = shop.magento(ON).write_many([Price("A", price=Decimal(9), special_price=Decimal(-1))], known={})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.negative_price"
    assert [sent.path for sent in shop.sent] == [BASE]
