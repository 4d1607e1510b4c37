"""One file, from the ERP's push to the store's journal: what the product is there for, on both databases.

The two systems are real loopback processes, the engine runs in this one. LIF-12, LIF-13, LIF-17, QUE-01.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.db import db
from tests.conftest import make_app
from tests.flow.shop import Shop, eventually, open_shop

PRODUCTS = 90


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose store has everything that the ERP has."""
    folder = tmp_path_factory.mktemp("flow")
    url = f"sqlite:///{folder / 'connector.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create("flow")
    app = make_app(url, folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder / "sandbox", PRODUCTS) as opened:
        opened.fill()
        yield opened
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_what_the_erp_has_is_in_the_store_at_first(shop: Shop) -> None:
    there = shop.products()
    assert set(shop.keys()) <= set(there)
    assert shop.messages("product").get("failed", 0) == 0


def test_a_price_edit_arrives_in_the_store(shop: Shop, record_property: pytest.RecordProperty) -> None:
    key = shop.keys()[0]
    shop.edit((key, {"DefaultPrice": 1234.56}))
    seconds = eventually(lambda: shop.product(key)["price"] == 1234.56, "the price arrives")
    record_property("price_seconds", round(seconds, 3))
    shop.settle()
    assert shop.messages("price").get("failed", 0) == 0


def test_stock_arrives_in_the_source_of_its_warehouse(shop: Shop) -> None:
    key = shop.keys()[1]
    shop.edit((key, {"stock": {"EAST": 77}}))
    eventually(lambda: shop.product(key)["stock"]["east"]["quantity"] == 77, "the stock arrives")
    assert shop.product(key)["stock"]["east"]["status"] == 1


def test_a_new_name_arrives(shop: Shop) -> None:
    key = shop.keys()[2]
    shop.edit((key, {"Description": "A hammer with another name"}))
    eventually(lambda: shop.product(key)["name"] == "A hammer with another name", "the name arrives")


def test_a_product_that_the_store_has_lost_is_created_again_with_its_price(shop: Shop) -> None:
    key = shop.keys()[3]
    shop.delete_in_store(key)
    assert shop.product(key) == {}
    shop.edit((key, {"Description": "Back again", "DefaultPrice": 55.5}))
    eventually(lambda: shop.product(key).get("price") == 55.5, "the product is back")
    assert shop.product(key)["name"] == "Back again"


def test_a_new_item_comes_with_price_and_stock(shop: Shop) -> None:
    shop.add("FLOW-1", "A new item", 19.5)
    eventually(lambda: shop.product("FLOW-1").get("price") == 19.5, "the new product arrives")
    shop.edit(("FLOW-1", {"stock": {"MAIN": 3}}))
    eventually(lambda: shop.product("FLOW-1")["stock"]["default"]["quantity"] == 3, "its stock arrives")
    creates = [row for row in shop.effects() if row["effect"] == "create" and row["key"] == "FLOW-1"]
    assert len(creates) == 1


def test_sixty_changes_during_an_outage_all_arrive_and_in_batches(shop: Shop) -> None:
    """LIF-17: the store is killed, 60 prices change, the store comes back later than all tries would have lasted."""
    shop.settle()
    keys, before = shop.keys()[:60], shop.last_effect()
    shop.sandboxes.processes["magento"].kill()
    shop.sandboxes.processes["magento"].wait()
    shop.edit(*((key, {"DefaultPrice": 500 + place}) for place, key in enumerate(keys)))
    looks = shop.looks("price")
    eventually(lambda: shop.looks("price") - looks >= 60 * 3, "each has been looked at more often than tried", 60)
    assert shop.messages("price").get("failed", 0) == 0
    shop.sandboxes.launch("magento")
    shop.sandboxes.await_health("magento")
    shop.settle()
    there = shop.products()
    assert [there[key]["price"] for key in keys] == [500 + place for place in range(60)]
    told = [row["key"] for row in shop.effects(before) if row["effect"] == "price"]
    assert sorted(told) == sorted(keys), "each exactly once"
    calls = [call for call in shop.calls("/products/base-prices") if call["status"] == "200"]
    assert len(calls) < 30, "above the threshold prices travel in batches"


def test_a_paused_connector_collects_and_sends_after_activate(shop: Shop) -> None:
    """LIF-12."""
    key = shop.keys()[4]
    shop.settle()
    shop.life("pause")
    before = shop.last_call()
    shop.edit((key, {"DefaultPrice": 321.0}))
    eventually(lambda: shop.messages("price").get("pending", 0) == 1, "the change waits")
    assert shop.calls("/products/base-prices", before) == []
    shop.life("activate")
    eventually(lambda: shop.product(key)["price"] == 321.0, "the change is sent")
    assert len(shop.calls("/products/base-prices", before)) == 1


def test_a_stopped_connector_collects_nothing(shop: Shop) -> None:
    """LIF-13: what changes meanwhile is not sent after Activate either."""
    key = shop.keys()[5]
    shop.settle()
    shop.life("stop")
    before, price = shop.messages("price"), shop.product(key)["price"]
    shop.edit((key, {"DefaultPrice": 987.0}))
    eventually(lambda: not shop.unsent_pushes(), "the push was answered")
    assert shop.messages("price") == before
    shop.life("activate")
    shop.edit((shop.keys()[6], {"DefaultPrice": 988.0}))  # a later change goes, so an earlier one would have gone
    eventually(lambda: shop.product(shop.keys()[6])["price"] == 988.0, "the connector works again")
    shop.poll("price")  # and the net under the pushes does not fish it out
    shop.settle()
    assert shop.product(key)["price"] == price
