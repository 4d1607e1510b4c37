"""Watching over a shop, with the simulated systems: drift is found and repaired, and the brake holds what harms.

Issue 5: change 1 % behind our back, 100 % found, all repaired by one click, none false; ERP answers empty, all zero,
prices times a hundred: nothing is written before a person says yes, and there is one question.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connector import events
from connector.db import db
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.records import ERP_TO_STORE, INVENTORY, PRICE, PRODUCT
from connector.sandbox.process import Children
from connector.setup import connectors, lifecycle
from connector.watch import brakes, drift
from tests.conftest import make_app
from tests.flow.shop import CONNECTOR, Shop, ask, eventually, open_shop, values_for

PRODUCTS = 80
HEADERS = {"Authorization": "Bearer sandbox-token"}


def configure(sandboxes: Children) -> None:
    values = values_for(sandboxes) | {"brake": {"share": 20, "minimum": 10, "pause": 1}}
    connectors.create(CONNECTOR, "Watching", "magento", values, "ann")
    lifecycle.initialize(CONNECTOR, "ann")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("watching")
    app = make_app(f"sqlite:///{folder / 'connector.sqlite'}", folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder / "sandbox", PRODUCTS, configure) as opened:
        opened.fill()
        yield opened
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def compare(shop: Shop, entity: str) -> Any:
    with shop.app.app_context():
        number = drift.begin(CONNECTOR, entity, "full", "ann")
        shop.engine._jobs.comparer.run(number)
        return drift.find(number)


def found(shop: Shop, number: int) -> dict[str, str]:
    with shop.app.app_context():
        return {row.key: row.kind for row in drift.differences(number, limit=1000)}


def question(shop: Shop, entity: str) -> Any:
    with shop.app.app_context():
        asked = [row for row in brakes.latest(asking=True) if row.entity == entity]
    assert len(asked) <= 1, "one question, however many records"
    return asked[0] if asked else None


def decide(shop: Shop, asked: Any, approve: bool) -> None:
    with shop.app.app_context():
        brakes.decide(asked.id, approve, user="ann", reason="tried", bell=shop.engine.bell)
    shop.settle()


def await_held(shop: Shop, entity: str, number: int) -> Any:
    eventually(lambda: shop.messages(entity).get("held", 0) == number, f"{number} {entity} messages are held")
    return question(shop, entity)


def test_what_was_changed_behind_our_back_is_found_and_repaired_and_nothing_else(shop: Shop) -> None:
    for entity in (PRODUCT, PRICE, INVENTORY):
        row = compare(shop, entity)
        assert (row.status, found(shop, row.id)) == ("done", {}), "no false difference"
        assert row.checked - row.left_out > 50
    cheap, other, gone, renamed = shop.keys()[:4]
    put(shop, {"sku": cheap, "price": 0.5})
    put(shop, {"sku": renamed, "name": "Somebody's own name"})
    rows = [{"sku": other, "source_code": "default", "quantity": 9999, "status": 1}]
    answer = requests.post(
        f"{shop.store}/rest/V1/inventory/source-items", json={"sourceItems": rows}, headers=HEADERS, timeout=30
    )
    answer.raise_for_status()
    shop.delete_in_store(gone)
    expected = {
        PRODUCT: {gone: drift.MISSING_STORE, renamed: drift.DIFFERENT},
        PRICE: {cheap: drift.DIFFERENT, gone: drift.MISSING_STORE},
        INVENTORY: {other: drift.DIFFERENT, gone: drift.MISSING_STORE},
    }
    runs = {entity: compare(shop, entity) for entity in expected}
    stockless = {gone} - found(shop, runs[INVENTORY].id).keys()  # an item without stock has none to miss
    expected[INVENTORY] = {key: kind for key, kind in expected[INVENTORY].items() if key not in stockless}
    assert {entity: found(shop, row.id) for entity, row in runs.items()} == expected
    for entity in expected:
        with shop.app.app_context():
            drift.repair(runs[entity].id, user="ann", bell=shop.engine.bell)
        shop.settle()
    for entity in expected:
        assert found(shop, compare(shop, entity).id) == {}
    assert shop.product(renamed)["name"] != "Somebody's own name" and shop.product(cheap)["price"] != 0.5


def put(shop: Shop, product: dict[str, Any]) -> None:
    address = f"{shop.store}/rest/all/V1/products/{product['sku']}"
    requests.put(address, json={"product": product}, headers=HEADERS, timeout=30).raise_for_status()


def test_when_every_stock_falls_to_zero_nothing_is_written_before_a_person_says_yes(shop: Shop) -> None:
    shop.settle()
    stocked = [key for key, one in shop.products().items() if any(s["quantity"] for s in one["stock"].values())]
    before = shop.last_effect()
    shop.edit(*((key, {"stock": {"MAIN": 0, "EAST": 0, "RETAIL": 0}}) for key in stocked))
    asked = await_held(shop, INVENTORY, len(stocked))
    assert shop.effects(before) == [] and asked.zeroed == len(stocked)
    decide(shop, asked, approve=False)
    assert shop.effects(before) == []


def test_prices_times_a_hundred_wait_and_go_after_the_yes(shop: Shop) -> None:
    shop.settle()
    there = shop.products()
    sold = shop.keys()
    keys = [key for key in sold if there.get(key, {}).get("price")]
    before = shop.last_effect()
    shop.edit(*((key, {"DefaultPrice": round(there[key]["price"] * 100, 2)}) for key in keys))
    asked = await_held(shop, PRICE, len(keys))
    assert shop.effects(before) == []
    with shop.app.app_context():
        alerts = [one for one in events.latest(action=brakes.ACTION, level="warning") if "price" in one.message]
    assert len(alerts) == 1
    decide(shop, asked, approve=True)
    assert {row["key"] for row in shop.effects(before)} == set(keys)
    assert shop.product(keys[0])["price"] == round(there[keys[0]]["price"] * 100, 2)


def test_an_erp_that_answers_empty_takes_nothing_out_of_the_store(shop: Shop) -> None:
    shop.settle()
    keys, before = shop.keys(), shop.last_effect()
    ask("POST", f"{shop.erp}/_sandbox/reset", {"products": 0})
    with shop.app.app_context():
        for entity in (PRODUCT, PRICE, INVENTORY):
            inbox.put(Lane(CONNECTOR, entity, ERP_TO_STORE), [inbox.Item(key) for key in keys], bell=shop.engine.bell)
    await_held(shop, PRODUCT, len(keys))
    shop.settle()
    assert shop.effects(before) == []
