"""Products, prices and stock in the store's words: categories, groups, warehouses and vendors."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from flask import Flask

from connector.errors import Skip, Wait
from connector.records import Category, Level, Price, Product, Stock, Tier
from connector.sync import bindings
from tests.sync.both import Both


@pytest.fixture
def both(any_app: Flask) -> Both:
    found = Both(settings={"category": {"root": "", "store_root": "2"}})
    found.erp.put(Product("A", name="A", categories=("10",)))
    return found


def sold(both: Both) -> None:
    """The product is in the store."""
    both.erp.put(Product("A", name="A"))
    both.store.put(Product("A"))
    assert both.go("product", "erp_to_store", "A").word is None
    both.store.written.clear()


def test_a_product_waits_for_its_category_and_then_hangs_on_it(both: Both) -> None:
    both.erp.put(Category("10", name="Shoes"))
    waiting = both.go("product", "erp_to_store", "A").word
    assert isinstance(waiting, Wait) and waiting.for_ == ("category", "10")
    assert ("category", "erp_to_store", "10") in both.asked
    both.go("category", "erp_to_store", "10")
    assert both.go("product", "erp_to_store", "A").word is None
    (_, sent) = both.store.written
    assert isinstance(sent, Product) and sent.categories == (both.store.created[0],)


def test_a_category_that_is_kept_out_holds_no_product_up(both: Both) -> None:
    both.erp.put(Category("10", name="Old", active=False))
    assert isinstance(both.go("category", "erp_to_store", "10").word, Skip)
    assert both.go("product", "erp_to_store", "A").word is None
    (sent,) = both.store.written
    assert isinstance(sent, Product) and sent.categories == ()


def test_a_category_that_was_switched_off_is_still_updated_in_the_store(both: Both) -> None:
    both.erp.put(Category("10", name="Shoes"))
    both.go("category", "erp_to_store", "10")
    both.erp.edit("category", "10", active=False)
    assert both.go("category", "erp_to_store", "10").word is None
    assert bindings.get_many("DEMO", "category", ["10"])["10"].target_id == both.store.created[0]


def test_a_product_appears_in_the_website_of_its_branch_only(both: Both) -> None:
    """MAP-21: the branch is the one whose warehouses hold the item's own; any other item goes by the settings."""
    both.tables["branch"] = [
        {"store": "nl", "erp": "NORTH", "more": {"website": "dutch", "warehouses": ["MAIN", "EAST"]}},
        {"store": "de", "erp": "SOUTH", "more": {"website": "german", "warehouses": ["WEST"]}},
    ]
    for key, warehouse in (("A", "EAST"), ("B", "WEST"), ("C", "OTHER"), ("D", "")):
        both.erp.put(Product(key, name=key, warehouse=warehouse))
        assert both.go("product", "erp_to_store", key).word is None
    told = {one.key: one.websites for one in both.store.written if isinstance(one, Product)}
    assert told == {"A": ("dutch",), "B": ("german",), "C": (), "D": ()}


def test_tier_prices_name_the_stores_groups_and_others_are_the_stores_to_leave_out(both: Both) -> None:
    sold(both)
    both.tables["customer_group"] = [{"store": "Wholesale", "erp": "W", "more": {"price_class": "WHOLE"}}]
    tiers = (Tier(D(1), D(9), "WHOLE"), Tier(D(5), D(8)), Tier(D(1), D(7), "SECRET"), Tier(D(1), D(6), customer="C1"))
    both.erp.put(Price("A", price=D(10), tiers=tiers))
    assert both.go("price", "erp_to_store", "A").word is None
    (sent,) = both.store.written
    assert isinstance(sent, Price) and sent.tiers is not None
    told = [(one.group, one.price_class, one.customer, one.price) for one in sent.tiers]
    assert told == [("Wholesale", "WHOLE", "", 9), ("", "", "", 8), ("", "SECRET", "", 7), ("", "", "C1", 6)]


LEVELS = (
    Level("EAST", D(3), D(2), D(1)),
    Level("MAIN", D(30), D(20), D(10)),
    Level("ACME", D(7), D(7), D(7), vendor="ACME"),
)


def counted(both: Both) -> dict[str, D]:
    sold(both)
    both.erp.put(Stock("A", levels=LEVELS))
    assert both.go("inventory", "erp_to_store", "A").word is None
    (sent,) = both.store.written
    assert isinstance(sent, Stock)
    return {level.warehouse: level.available for level in sent.levels}


def test_vendors_do_not_count_by_default(both: Both) -> None:
    assert counted(both) == {"EAST": D(2), "MAIN": D(20)}


def test_vendors_are_added_or_kept_apart_as_the_settings_say(both: Both) -> None:
    both.settings["inventory"] = {"vendor": "sum"}
    assert counted(both) == {"EAST": D(9), "MAIN": D(20)}


def test_vendors_apart_keep_their_own_number(both: Both) -> None:
    both.settings["inventory"] = {"vendor": "separate"}
    assert counted(both) == {"EAST": D(2), "MAIN": D(20), "ACME": D(7)}


def test_the_default_warehouse_counts_alone_where_nothing_else_is_chosen(both: Both) -> None:
    both.settings["inventory"] = {"default_warehouse": "MAIN"}
    assert counted(both) == {"MAIN": D(20)}


def test_mapped_warehouses_go_before_the_default_one(both: Both) -> None:
    both.settings["inventory"] = {"default_warehouse": "MAIN"}
    both.tables["warehouse"] = [{"store": "east", "erp": "EAST"}]
    assert counted(both) == {"EAST": D(2)}


def test_branch_wise_the_branches_warehouses_count_and_go_before_all_others(both: Both) -> None:
    both.settings["inventory"] = {"branch_wise": True, "default_warehouse": "EAST"}
    both.tables["warehouse"] = [{"store": "east", "erp": "EAST"}]
    both.tables["branch"] = [{"store": "nl", "erp": "NORTH", "more": {"warehouses": ["MAIN"]}}]
    assert counted(both) == {"MAIN": D(20)}


def test_a_branch_may_leave_vendors_out(both: Both) -> None:
    """INV-04: the table of branches says for each whether vendors' stock counts."""
    both.settings["inventory"] = {"branch_wise": True, "vendor": "sum"}
    both.tables["branch"] = [
        {"store": "nl", "erp": "NORTH", "more": {"warehouses": ["EAST"], "vendor": "no"}},
        {"store": "be", "erp": "SOUTH", "more": {"warehouses": ["MAIN"]}},
    ]
    assert counted(both) == {"EAST": D(2), "MAIN": D(27)}


def test_where_no_branch_counts_vendors_they_count_nowhere(both: Both) -> None:
    both.settings["inventory"] = {"branch_wise": True, "vendor": "sum"}
    both.tables["branch"] = [{"store": "nl", "erp": "NORTH", "more": {"warehouses": ["MAIN"], "vendor": "no"}}]
    assert counted(both) == {"MAIN": D(20)}


def test_orders_that_the_erp_does_not_know_yet_are_subtracted_until_it_does(both: Both) -> None:
    """INV-09: two orders wait in the store, one of them is in the ERP already."""
    sold(both)
    both.settings["inventory"] = {"subtract_open_orders": True}
    both.store.orders = {"000000012": {"A": D(3)}, "000000013": {"A": D(2)}}
    bindings.adopt("DEMO", "order", {"000000013": "SO/SO0001"}, sure=True)
    both.erp.put(Stock("A", levels=LEVELS))
    assert both.go("inventory", "erp_to_store", "A").word is None
    (sent,) = both.store.written
    assert isinstance(sent, Stock) and (sent.reserved, sent.reserved_by) == (D(3), ("000000012",))
    bindings.adopt("DEMO", "order", {"000000012": "SO/SO0002"}, sure=True)
    assert both.go("inventory", "erp_to_store", "A").word is None, "the number is another one now: it is sent"
    sent = both.store.written[-1]
    assert isinstance(sent, Stock) and (sent.reserved, sent.reserved_by) == (D(0), ())


def test_without_the_setting_nobody_asks_the_store_for_its_orders(both: Both) -> None:
    both.store.orders = {"000000012": {"A": D(3)}}
    counted(both)
    (sent,) = both.store.written
    assert isinstance(sent, Stock) and sent.reserved == 0


def test_a_vendors_new_number_is_sent_though_our_own_stock_is_the_same(both: Both) -> None:
    """INV-06: what a scheduled batch of Inventory reads anew is written where it differs, and only there."""
    both.settings["inventory"] = {"vendor": "sum"}
    counted(both)
    assert isinstance(both.go("inventory", "erp_to_store", "A").word, Skip)
    fed = Level("ACME", D(9), D(9), D(9), vendor="ACME")
    both.erp.put(Stock("A", levels=(*LEVELS[:2], fed)))
    assert both.go("inventory", "erp_to_store", "A", "batch").word is None
    sent = both.store.written[-1]
    assert isinstance(sent, Stock) and sent.levels[0].available == D(11)


def test_rows_of_a_store_view_make_values_of_that_view_only(both: Both) -> None:
    both.tables["product"] = [
        {"store": "name", "erp": "Description", "direction": "erp_to_store"},
        {"store": "name", "erp": "NAME_FR", "direction": "erp_to_store", "scope": "fr"},
    ]
    both.erp.put(Product("A", name="A", raw=(("Description", "Bench"), ("NAME_FR", "Banc"))))
    assert both.go("product", "erp_to_store", "A").word is None
    (sent,) = both.store.written
    assert sent.mapped == (("name", "Bench"),) and sent.views == (("fr", (("name", "Banc"),)),)


def test_a_record_without_values_of_a_view_has_the_hash_that_it_always_had() -> None:
    assert "views" not in Product("A", name="A").content()
    assert Product("A", views=(("fr", (("name", "Banc"),)),)).content_hash() != Product("A").content_hash()
