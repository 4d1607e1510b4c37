"""Stock on its way to Magento: warehouses into sources, the fewest calls, the defect of coming back in stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Retry, Skip, Wait
from connector.records import Level, Stock
from tests.systems.magento.shop import Sent, Shop, listing, refusal

ITEMS = "/inventory/source-items"
MAPPED = {"inventory": {"source_map": ["EAST=wh_east", " west = wh_west "], "default_source": "default"}}


def stock(key: str, **levels: str) -> Stock:
    return Stock(key, levels=tuple(Level(name, available=Decimal(value)) for name, value in levels.items()))


def held(shop: Shop, *rows: tuple[str, str, float, int]) -> None:
    names = ("sku", "source_code", "quantity", "status")
    shop.answer("GET", ITEMS, listing([dict(zip(names, row, strict=True)) for row in rows]))


def rows(sent: Sent) -> list[dict[str, Any]]:
    assert set(sent.body) == {"sourceItems"}
    return list(sent.body["sourceItems"])


def row(sku: str, source: str, quantity: float, status: int) -> dict[str, Any]:
    return {"sku": sku, "source_code": source, "quantity": quantity, "status": status}


def calls(shop: Shop) -> list[str]:
    """What was called, without the sources that are read once in five minutes."""
    return [call for call in shop.calls() if call != "GET /inventory/sources"]


def test_a_sold_out_product_is_one_request(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    (written,) = shop.magento().write_many([stock("A", MAIN="0")], known={"A": "1"})
    assert calls(shop) == [f"POST {ITEMS}"]
    assert rows(shop.writes()[0]) == [row("A", "default", 0, 0)]
    assert (written.problem, written.target_id, written.fields) == (
        None,
        "A",
        {"default": 0, "why": ["MAIN: 0 available, for default", "default gets 0"]},
    )


def test_a_quantity_that_stays_above_zero_is_pushed_once(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 5, 1), ("B", "default", 7, 1))
    shop.magento().write_many([stock("A", MAIN="4"), stock("B", MAIN="66.5")], known={"A": "1", "B": "2"})
    assert calls(shop) == [f"GET {ITEMS}", f"POST {ITEMS}"]
    assert rows(shop.writes()[0]) == [row("A", "default", 4, 1), row("B", "default", 66.5, 1)]
    get = shop.sent[1]
    assert get.filters() == {"sku": ("in", "A,B"), "source_code": ("in", "default")}


@pytest.mark.parametrize("before", [("A", "default", 0, 0), ("A", "default", 5, 0), ("A", "default", -3, 1), None])
def test_a_product_that_comes_back_in_stock_is_pushed_twice_and_the_others_once(shop: Shop, before: Any) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, *([before] if before else []), ("B", "default", 7, 1))
    records = [stock("A", MAIN="40"), stock("B", MAIN="8"), stock("C", MAIN="0")]
    shop.magento().write_many(records, known={"A": "1", "B": "2", "C": "3"})
    first, second = shop.writes()
    assert rows(first) == [row("A", "default", 40, 1)]
    assert rows(second) == [row("A", "default", 40, 1), row("B", "default", 8, 1), row("C", "default", 0, 0)]
    assert shop.sent[1].filters()["sku"] == ("in", "A,B"), "what becomes 0 needs no look at the former quantity"


def test_the_push_that_is_repeated_after_a_break_is_the_second_one(shop: Shop) -> None:
    shop.furnished()
    held(shop, ("A", "default", 0, 0))
    held(shop, ("A", "default", 40, 1))
    shop.answer("POST", ITEMS, [])
    shop.answer("POST", ITEMS, "bad gateway", 502, Content_Type="text/html")
    shop.answer("POST", ITEMS, [])
    magento = shop.magento()
    with pytest.raises(Retry):
        magento.write_many([stock("A", MAIN="40")], known={"A": "1"})
    magento.write_many([stock("A", MAIN="40")], known={"A": "1"})
    assert [rows(sent) for sent in shop.writes()] == [[row("A", "default", 40, 1)]] * 3


def test_a_source_that_is_not_the_default_one_needs_no_look_and_no_second_push(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    magento = shop.magento({"inventory": {"default_source": "wh_east"}})
    magento.write_many([stock("A", MAIN="3")], known={"A": "1"})
    assert calls(shop) == [f"POST {ITEMS}"]
    assert rows(shop.writes()[0]) == [row("A", "wh_east", 3, 1)]


def test_warehouses_are_summed_into_the_sources_that_they_feed(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 1, 1))
    (written,) = shop.magento(MAPPED).write_many(
        [stock("A", East="2", WEST="3.25", SHOP="4", OUTLET="0.5")], known={"A": "1"}
    )
    assert rows(shop.writes()[0]) == [
        row("A", "wh_east", 2, 1),
        row("A", "wh_west", 3.25, 1),
        row("A", "default", 4.5, 1),
    ]
    assert {**written.fields, "why": None} == {"wh_east": 2, "wh_west": 3.25, "default": 4.5, "why": None}


def test_a_mapped_source_that_the_erp_no_longer_mentions_is_emptied(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "wh_west", 9, 1), ("B", "wh_west", 0, 0))
    records = [stock("A", EAST="2"), stock("B", EAST="1")]
    shop.magento(MAPPED).write_many(records, known={"A": "1", "B": "2"})
    assert rows(shop.writes()[0]) == [
        row("A", "wh_east", 2, 1),
        row("A", "wh_west", 0, 0),
        row("B", "wh_east", 1, 1),
    ]
    assert calls(shop) == [f"GET {ITEMS}", f"POST {ITEMS}"]


def test_only_the_chosen_warehouses_count(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 1, 1))
    magento = shop.magento({"inventory": {"warehouses": ["main", "Outlet"]}})
    magento.write_many([stock("A", MAIN="2", OUTLET="3", TRANSIT="100")], known={"A": "1"})
    assert rows(shop.writes()[0]) == [row("A", "default", 5, 1)]


@pytest.mark.parametrize(
    ("kind", "quantity"), [("available", 1), ("available_for_shipping", 2), ("on_hand", 3), ("", 1), ("junk", 1)]
)
def test_the_quantity_is_of_the_kind_that_the_setting_names(shop: Shop, kind: str, quantity: int) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 9, 1))
    level = Level("MAIN", on_hand=Decimal(3), available=Decimal(1), available_for_shipping=Decimal(2))
    shop.magento({"inventory": {"quantity_kind": kind}}).write_many([Stock("A", levels=(level,))], known={"A": "1"})
    assert rows(shop.writes()[0])[0]["quantity"] == quantity


def test_below_zero_is_zero_and_out_of_stock(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    shop.magento().write_many([stock("A", MAIN="-7", BACK="2"), Stock("B")], known={"A": "1", "B": "2"})
    assert rows(shop.writes()[0]) == [row("A", "default", 0, 0), row("B", "default", 0, 0)]


def test_a_negative_warehouse_takes_away_from_its_own_source_only(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop)
    shop.magento(MAPPED).write_many([stock("A", EAST="-5", WEST="6")], known={"A": "1"})
    assert rows(shop.writes()[0]) == [row("A", "wh_east", 0, 0), row("A", "wh_west", 6, 1)]


def test_unknown_skus_are_looked_up_in_one_request_and_the_absent_ones_wait(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    shop.answer("GET", "/products", listing([{"sku": "there", "type_id": "simple"}]))
    records = [stock("KNOWN", MAIN="0"), stock("THERE", MAIN="0"), stock("GONE", MAIN="0")]
    known, there, gone = shop.magento().write_many(records, known={"KNOWN": "1"})
    assert known.problem is None and there.problem is None
    assert isinstance(gone.problem, Wait) and gone.problem.for_ == ("product", "GONE")
    assert calls(shop) == ["GET /products", f"POST {ITEMS}"]
    assert shop.sent[1].filters() == {"sku": ("in", "THERE,GONE")}
    assert [item["sku"] for item in rows(shop.writes()[0])] == ["KNOWN", "THERE"]


def test_an_unsellable_item_that_is_not_in_the_store_is_skipped(shop: Shop) -> None:
    shop.furnished().answer("GET", "/products", listing([]))
    (written,) = shop.magento().write_many([Stock("OLD", sellable=False)], known={})
    assert isinstance(written.problem, Skip) and shop.writes() == []


def test_an_unknown_source_fails_its_own_row_and_the_others_go(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop)
    preferences = {"inventory": {"source_map": ["MOON=wh_moon"], "default_source": "default"}}
    moon, main = shop.magento(preferences).write_many(
        [stock("A", MOON="1"), stock("B", MAIN="0")], known={"A": "1", "B": "2"}
    )
    assert isinstance(moon.problem, Fail) and moon.problem.code == "magento.unknown_source"
    assert "wh_moon" in moon.problem.reason and main.problem is None
    assert [item["sku"] for item in rows(shop.writes()[0])] == ["B"]


@pytest.mark.parametrize("quantity", ["1E+9", "NaN", "-Infinity"])
def test_a_quantity_that_the_store_cannot_keep_fails_its_own_row(shop: Shop, quantity: str) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    big, small = shop.magento().write_many(
        [stock("A", MAIN=quantity), stock("B", MAIN="0")], known={"A": "1", "B": "2"}
    )
    assert isinstance(big.problem, Fail) and small.problem is None


def test_a_refused_request_is_one_refusal_of_all_so_that_the_caller_splits_it(shop: Shop) -> None:
    shop.furnished()
    text = 'Validation Failed: Not able to assign "wh_east" to product "A", as it is part of bundle product "BUN"'
    shop.answer("POST", ITEMS, refusal(text), 400)
    with pytest.raises(Fail) as caught:
        shop.magento().write_many([stock("A", MAIN="0"), stock("B", MAIN="0")], known={"A": "1", "B": "2"})
    assert caught.value.code == "magento.bundle_source" and caught.value.help


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (refusal("Could not save Source Item"), "magento.could_not_save"),
        (
            refusal("Could not ping search engine: %1", ["No alive nodes found in your cluster"]),
            "magento.search_engine",
        ),
    ],
)
def test_refusals_that_pass_are_tried_again(shop: Shop, body: dict[str, Any], code: str) -> None:
    shop.furnished().answer("POST", ITEMS, body, 400)
    with pytest.raises(Retry) as caught:
        shop.magento().write_many([stock("A", MAIN="0")], known={"A": "1"})
    assert caught.value.code == code and caught.value.unknown, "the quantity may have been written"


def test_a_shop_without_sources_gets_one_legacy_stock_item_each(shop: Shop) -> None:
    shop.answer("PUT", "/products/A%2FB/stockItems/1", 35)
    shop.answer("PUT", "/products/C/stockItems/1", 36)
    missing = refusal('The Product with the "%1" SKU doesn\'t exist.', ["GONE"])
    shop.answer("PUT", "/products/GONE/stockItems/1", missing, 404)
    records = [stock("A/B", MAIN="2", EAST="1.5"), stock("C", MAIN="-1"), stock("GONE", MAIN="1")]
    magento = shop.magento(MAPPED)
    first, second, gone = magento.write_many(records, known={})
    assert [sent.body for sent in shop.writes()[:2]] == [
        {"stockItem": {"qty": 3.5, "is_in_stock": True}},
        {"stockItem": {"qty": 0, "is_in_stock": False}},
    ]
    assert first.problem is None and second.problem is None
    assert isinstance(gone.problem, Wait) and gone.problem.for_ == ("product", "GONE")
    magento.write_many(records[:1], known={})
    assert shop.calls().count("GET /inventory/sources") == 1, "that there are no sources is remembered"


def test_a_source_made_a_moment_ago_is_found_half_a_minute_later(shop: Shop) -> None:
    shop.answer("GET", "/inventory/sources", listing([{"source_code": "default"}]))
    shop.answer("GET", "/inventory/sources", listing([{"source_code": "default"}, {"source_code": "new"}]))
    shop.answer("POST", ITEMS, [])
    magento = shop.magento({"inventory": {"default_source": "new"}})
    (early,) = magento.write_many([stock("A", MAIN="1")], known={"A": "1"})
    shop.clock.advance(31)
    (late,) = magento.write_many([stock("A", MAIN="1")], known={"A": "1"})
    assert isinstance(early.problem, Fail) and late.problem is None


# --- vendors, open orders, and why (INV-05, INV-09)

VENDORS = Stock(
    "A",
    levels=(
        Level("MAIN", available=Decimal(20)),
        Level("ACME", Decimal(7), Decimal(7), Decimal(7), vendor="ACME"),
    ),
)
APART = {"inventory": {"vendor": "separate", "vendor_attribute": "supplier_qty"}}


def attribute(shop: Shop, value: str | None) -> None:
    """The store's attribute for the vendor's quantity, and what the product has in it."""
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 5, 1))
    one = {"attribute_id": 90, "attribute_code": "supplier_qty", "frontend_input": "text", "is_user_defined": True}
    shop._routes["GET", "/products/attributes"] = []
    shop.answer("GET", "/products/attributes", listing([one]))
    custom = [{"attribute_code": "supplier_qty", "value": value}] if value is not None else []
    shop.answer("GET", "/products", listing([{"sku": "A", "custom_attributes": custom}]))
    shop.file("PUT", "/products/A", "product.json")


def test_a_vendors_quantity_apart_is_never_added_and_becomes_the_attribute(shop: Shop) -> None:
    attribute(shop, "3")
    (written,) = shop.magento(APART).write_many([VENDORS], known={"A": "1"})
    stock_call, put = shop.writes()
    assert rows(stock_call) == [row("A", "default", 20, 1)]
    assert put.body == {
        "product": {"sku": "A", "custom_attributes": [{"attribute_code": "supplier_qty", "value": "7"}]}
    }
    assert "ACME (vendor): 7, told apart as supplier_qty" in written.fields["why"]


def test_a_vendors_quantity_that_is_there_already_is_not_sent_again(shop: Shop) -> None:
    attribute(shop, "7.0000")
    shop.magento(APART).write_many([VENDORS], known={"A": "1"})
    assert [sent.method for sent in shop.writes()] == ["POST"]


def test_a_vendor_who_has_nothing_any_more_leaves_no_stale_number(shop: Shop) -> None:
    attribute(shop, "7")
    shop.magento(APART).write_many([stock("A", MAIN="20")], known={"A": "1"})
    put = shop.writes()[-1]
    assert put.body["product"]["custom_attributes"] == [{"attribute_code": "supplier_qty", "value": "0"}]


def test_an_attribute_that_the_store_has_not_is_said_and_the_stock_is_sent(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop, ("A", "default", 5, 1))
    (written,) = shop.magento(APART).write_many([VENDORS], known={"A": "1"})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.vendor_attribute"
    assert rows(shop.writes()[0]) == [row("A", "default", 20, 1)]


def test_a_mapped_vendor_is_a_source_of_its_own(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop)
    preferences = {"inventory": {"vendor": "separate", "source_map": ["ACME=wh_east"]}}
    shop.magento(preferences).write_many([VENDORS], known={"A": "1"})
    assert row("A", "wh_east", 7, 1) in rows(shop.writes()[-1])


def test_orders_that_the_erp_does_not_know_are_taken_off_the_default_source_first(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    held(shop)
    one = replace(stock("A", MAIN="3", EAST="10"), reserved=Decimal(5), reserved_by=("000000012", "000000013"))
    (written,) = shop.magento(MAPPED).write_many([one], known={"A": "1"})
    assert rows(shop.writes()[-1]) == [row("A", "default", 0, 0), row("A", "wh_east", 8, 1)]
    assert written.fields["why"] == [
        "MAIN: 3 available, for default",
        "EAST: 10 available, for wh_east",
        "5 on orders of the store that the ERP does not know yet (000000012, 000000013)",
        "default: 3 taken off for them",
        "wh_east: 2 taken off for them",
        "default gets 0",
        "wh_east gets 8",
    ]


def test_more_on_orders_than_there_is_is_zero_and_never_below(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    one = replace(stock("A", MAIN="3"), reserved=Decimal(9))
    shop.magento().write_many([one], known={"A": "1"})
    assert rows(shop.writes()[-1]) == [row("A", "default", 0, 0)]


def test_a_number_says_what_was_not_counted_and_what_was_below_zero(shop: Shop) -> None:
    shop.furnished().answer("POST", ITEMS, [])
    preferences = {"inventory": {"warehouses": ["MAIN"]}}
    (written,) = shop.magento(preferences).write_many([stock("A", MAIN="-4", EAST="9")], known={"A": "1"})
    assert written.fields["why"] == [
        "MAIN: -4 available, for default",
        "EAST: 9 available, not counted: the warehouse is not chosen",
        "default: below zero, so 0 counts",
        "default gets 0",
    ]


def test_what_open_orders_want_is_asked_for_once_and_counted_by_goods(shop: Shop) -> None:
    """A configurable is two rows of one SKU, a bundle its parts; what was cancelled or shipped is wanted no more."""
    item = {"item_id": 1, "sku": "A", "product_type": "simple", "qty_ordered": 4, "qty_canceled": 1}
    parent = {"item_id": 2, "sku": "B", "product_type": "configurable", "qty_ordered": 3, "qty_shipped": 1}
    child = {"item_id": 3, "parent_item_id": 2, "sku": "B", "product_type": "simple", "qty_ordered": 3}
    bundle = {"item_id": 4, "sku": "SET", "product_type": "bundle", "qty_ordered": 1}
    part = {"item_id": 5, "parent_item_id": 4, "sku": "a", "product_type": "simple", "qty_ordered": 2}
    orders = [
        {"increment_id": "000000012", "items": [item, parent, child]},
        {"increment_id": "000000013", "items": [bundle, part]},
        {"increment_id": "000000014", "items": [{**item, "sku": "ELSE"}]},
    ]
    shop.answer("GET", "/orders", listing(orders))
    found = shop.magento().open_orders(["A", "B"], datetime(2026, 11, 1, tzinfo=UTC))
    assert found == {"000000012": {"A": Decimal(3), "B": Decimal(2)}, "000000013": {"A": Decimal(2)}}
    (sent,) = shop.sent
    assert sent.filters()["created_at"] == ("gteq", "2026-11-01 00:00:00")
