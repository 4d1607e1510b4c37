"""Tier prices, and stock that may go below zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connector.errors import Fail
from connector.records import Level, Price, Product, Stock, Tier
from connector.systems.base import Written
from tests.systems.magento.shop import Shop, listing

TIERS = (Tier(Decimal(10), Decimal("8.5")), Tier(Decimal(5), Decimal(9), "WHOLESALE", "Wholesale"))
ON = {"price": {"tiers": True}}


def held(sku: str, group: str, quantity: int, price: float) -> dict[str, Any]:
    return {
        "sku": sku, "customer_group": group, "quantity": quantity, "price": price, "price_type": "fixed",
        "website_id": 0,
    }  # fmt: skip


def write(shop: Shop, *records: Price, found: tuple[dict[str, Any], ...] = (), said: Any = ()) -> list[Written]:
    shop.answer("POST", "/products/base-prices", [])
    shop.answer("POST", "/products/tier-prices-information", list(found))
    shop.answer("PUT", "/products/tier-prices", list(said))
    shop.answer("POST", "/products/tier-prices-delete", [])
    return shop.magento(ON).write_many(list(records), known={})


def rest(shop: Shop) -> list[Any]:
    return [sent for sent in shop.writes() if "tier-prices" in sent.path and "information" not in sent.path]


def test_the_tiers_of_a_product_replace_those_of_the_store(shop: Shop) -> None:
    (written,) = write(shop, Price("A", price=Decimal(10), tiers=TIERS))
    (put,) = rest(shop)
    assert put.method == "PUT"
    assert [
        (row["customer_group"], row["quantity"], row["price"], row["website_id"]) for row in put.body["prices"]
    ] == [
        ("ALL GROUPS", 10, 8.5, 0),
        ("Wholesale", 5, 9, 0),
    ]
    assert written.fields["tiers"] == ["10 for ALL GROUPS: 8.5", "5 for Wholesale: 9"]


def test_tiers_that_are_right_are_not_sent_and_unread_ones_are_left_alone(shop: Shop) -> None:
    found = (held("a", "all groups", 10, 8.5), held("A", "Wholesale", 5, 9.0))
    write(shop, Price("A", price=Decimal(10), tiers=TIERS), Price("B", price=Decimal(1)), found=found)
    assert rest(shop) == []


def test_no_tiers_any_more_takes_the_stores_away(shop: Shop) -> None:
    row = held("A", "all groups", 10, 8.5)
    write(shop, Price("A", price=Decimal(10), tiers=()), found=(row,))
    (post,) = rest(shop)
    assert post.path == "/products/tier-prices-delete" and post.body == {"prices": [row]}


def test_a_class_without_a_group_and_one_customers_price_are_nobody_elses(shop: Shop) -> None:
    tiers = (Tier(Decimal(5), Decimal(9), "GOLD"), Tier(Decimal(5), Decimal(8), customer="C1"))
    (written,) = write(shop, Price("A", price=Decimal(10), tiers=tiers))
    assert rest(shop) == []
    assert written.fields["notes"] == [
        "prices of single customers left out, Magento has none: C1",
        "prices left out of classes that no customer group is mapped to: GOLD",
    ]


def test_a_refused_tier_names_its_product(shop: Shop) -> None:
    said = [{"message": "Invalid attribute Customer Group", "parameters": ["Gold", "B", "0", "Gold", "5"]}]
    good, bad = write(shop, *(Price(key, price=Decimal(10), tiers=TIERS) for key in "AB"), said=said)
    assert good.problem is None and isinstance(bad.problem, Fail) and bad.problem.code == "magento.tier_price_not_taken"


def test_a_limit_of_rows_never_splits_one_product(shop: Shop) -> None:
    shop.answer(
        "PUT",
        "/products/tier-prices",
        {"message": 'Maximum items of type "%type" is %max', "parameters": {"type": "x", "max": 2}},
        400,
    )
    write(shop, *(Price(key, price=Decimal(10), tiers=TIERS) for key in "ABC"))
    assert [[row["sku"] for row in sent.body["prices"]] for sent in rest(shop)][1:] == [
        ["A", "A"],
        ["B", "B"],
        ["C", "C"],
    ]


def test_without_the_setting_tiers_are_not_looked_at(shop: Shop) -> None:
    shop.answer("POST", "/products/base-prices", [])
    shop.magento().write_many([Price("A", price=Decimal(10), tiers=TIERS)], known={})
    assert len(shop.sent) == 1


# --- back orders (PRD-15) -----------------------------------------------------------------------------------


def test_what_may_be_ordered_below_zero_stays_in_stock(shop: Shop) -> None:
    shop.furnished().answer("GET", "/inventory/source-items", listing([]))
    shop.answer("POST", "/inventory/source-items", [])
    stocks = [
        Stock("A", backorders="1"),
        Stock("B", backorders="0"),
        Stock("C", levels=(Level("M", available=Decimal(1)),)),
    ]
    shop.magento().write_many(stocks, known={"A": "1", "B": "2", "C": "3"})
    body = shop.writes()[-1].body["sourceItems"]
    assert [(row["sku"], row["quantity"], row["status"]) for row in body] == [("A", 0, 1), ("B", 0, 0), ("C", 1, 1)]


def test_the_attribute_for_back_orders_is_a_field_of_the_stock(shop: Shop) -> None:
    shop.furnished().answer("PUT", "/products/A", {"id": 1})
    record = Product("A", name="n", attributes=(("BACKORDERS", "2"), ("COLOR", "Oak")))
    shop.magento().write_many([record], known={"A": "1"})
    body = shop.writes()[0].body["product"]
    assert body["extension_attributes"] == {"stock_item": {"backorders": 2, "use_config_backorders": False}}
    assert body["custom_attributes"] == [{"attribute_code": "color", "value": "21"}]


def test_another_value_of_it_is_said_and_left_alone(shop: Shop) -> None:
    shop.furnished().answer("PUT", "/products/A", {"id": 1})
    record = Product("A", name="n", attributes=(("BACK", "yes"),))
    (written,) = shop.magento({"product": {"backorders_attribute": "back"}}).write_many([record], known={"A": "1"})
    assert written.fields["notes"] == ['back orders left alone: "yes" is neither 0, 1 nor 2']
