"""What the store is made of: read once, kept for five minutes, looked for again when a name is new."""

from __future__ import annotations

import threading

import pytest

from connector.clock import FakeClock
from connector.errors import Fail, Retry
from connector.systems.magento.store import Kept
from tests.systems.magento.shop import Shop, listing, refusal


def test_a_value_is_kept_for_its_time_and_read_again_after() -> None:
    clock, reads = FakeClock(), []
    kept = Kept(clock, lambda: reads.append(1) or len(reads))
    assert [kept.get(), kept.get()] == [1, 1]
    clock.advance(299.9)
    assert kept.get() == 1
    clock.advance(0.2)
    assert kept.get() == 2
    kept.forget()
    assert kept.get() == 3


def test_threads_that_ask_at_once_cause_one_read() -> None:
    reads: list[int] = []
    started, go = threading.Barrier(5), threading.Event()

    def read() -> int:
        go.wait(5)
        reads.append(1)
        return len(reads)

    kept, seen = Kept(FakeClock(), read), []

    def ask() -> None:
        started.wait(5)
        seen.append(kept.get())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait(5)
    go.set()
    for thread in threads:
        thread.join(5)
    assert seen == [1, 1, 1, 1]


def test_a_failed_read_is_not_kept(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", {"message": "x"}, 500)
    shop.file("GET", "/store/websites", "websites.json")
    store = shop.magento().store
    with pytest.raises(Retry):
        store.website_ids([])
    assert store.website_ids([]) == [1, 2]


def test_a_set_made_a_moment_ago_is_found_half_a_minute_later(shop: Shop) -> None:
    path = "/products/attribute-sets/sets/list"
    shop.answer("GET", path, listing([{"attribute_set_id": 4, "attribute_set_name": "Default"}]))
    shop.answer("GET", path, listing([{"attribute_set_id": 9, "attribute_set_name": "Tools"}]))
    store = shop.magento().store
    assert store.attribute_set("tools") is None and store.attribute_set("TOOLS ") is None
    assert len(shop.sent) == 1
    shop.clock.advance(30)
    assert store.attribute_set("tools") == 9
    assert store.attribute_set("") is None


def test_only_product_tax_classes_are_asked_for(shop: Shop) -> None:
    shop.file("GET", "/taxClasses/search", "tax_classes.json")
    assert shop.magento().store.tax_class("exempt") == 6
    assert shop.sent[0].filters() == {"class_type": ("eq", "PRODUCT")}


def test_attributes_are_asked_for_once_even_those_that_are_not_there(shop: Shop) -> None:
    store = shop.furnished().magento().store
    assert set(store.attributes(["color", "warp"])) == {"color"}
    assert store.attributes(["warp"]) == {}
    assert set(store.attributes(["color", "outdoor"])) == {"color", "outdoor"}
    assert [sent.filters()["attribute_code"][1] for sent in shop.sent] == ["color,warp", "outdoor"]
    shop.clock.advance(300)
    store.attributes(["color"])
    assert len(shop.sent) == 3


def test_a_shop_without_the_inventory_routes_has_no_sources(shop: Shop) -> None:
    assert shop.magento().store.sources() is None


def test_another_404_is_not_taken_for_a_shop_without_sources(shop: Shop) -> None:
    shop.answer("GET", "/inventory/sources", refusal("Something else is missing."), 404)
    with pytest.raises(Fail):
        shop.magento().store.sources()


@pytest.mark.parametrize("data", [{}, [1], [{"code": "x"}], [{"id": "x", "code": "y"}]])
def test_websites_in_an_unknown_shape_are_a_refusal(shop: Shop, data: object) -> None:
    shop.answer("GET", "/store/websites", data)
    with pytest.raises(Fail) as caught:
        shop.magento().store.website_ids([])
    assert caught.value.code == "magento.not_magento"


def test_sets_in_an_unknown_shape_are_a_refusal(shop: Shop) -> None:
    shop.answer("GET", "/products/attribute-sets/sets/list", listing([{"name": "Default"}]))
    with pytest.raises(Fail, match="not one of Magento"):
        shop.magento().store.attribute_set("Default")
