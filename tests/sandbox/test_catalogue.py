"""The catalogue: believable, the same for everybody, awkward in a few places on purpose."""

from __future__ import annotations

from collections import Counter

from connector.sandbox.catalogue import CLASSES, SELLABLE, generate


def test_it_is_the_same_every_time():
    assert generate(520) == generate(520)


def test_another_seed_is_another_catalogue():
    assert generate(50, seed=1) != generate(50, seed=2)


def test_ids_are_unique_and_there_are_as_many_as_asked_for():
    for count in (1, 39, 520, 3000):
        ids = [item["fields"]["InventoryID"].upper() for item in generate(count)]
        assert len(set(ids)) == len(ids) == count


def test_some_items_are_not_for_sale_and_some_are_services():
    items = generate(520)
    unsold = [
        item for item in items if item["fields"]["ItemStatus"] not in SELLABLE or not item["fields"]["ExportToExternal"]
    ]
    assert 10 <= len(unsold) <= 60
    assert sum(item["kind"] == "NonStockItem" for item in items) >= 5


def test_prices_have_cents_and_no_more():
    for item in generate(520):
        price = item["fields"]["DefaultPrice"]
        assert price > 0 and round(price, 2) == price


def test_stock_lies_in_three_warehouses():
    stocked = [item for item in generate(520) if item["kind"] == "StockItem"]
    assert all(set(item["stock"]) == {"MAIN", "EAST", "RETAIL"} for item in stocked)
    assert any(on_hand == 0 for item in stocked for on_hand, _ in item["stock"].values())


def test_two_items_share_a_description_so_that_url_keys_collide():
    titles = Counter(item["fields"]["Description"] for item in generate(520))
    assert titles.most_common(1)[0][1] >= 2


def test_every_class_is_there():
    assert {item["fields"]["ItemClass"] for item in generate(520)} == {*CLASSES, "SERVICE"}
