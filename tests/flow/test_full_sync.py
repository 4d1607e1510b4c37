"""The first full sync: paused in the middle, gone on with, in a process that dies and one that takes over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from connector.db import db
from tests.conftest import make_app
from tests.flow.shop import Shop, ask, eventually, open_shop

PRODUCTS = 60


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("full")
    app = make_app(f"sqlite:///{folder / 'connector.sqlite'}", folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder / "sandbox", PRODUCTS) as shop:
        yield shop
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def created(shop: Shop) -> Counter[str]:
    """How often each product was made in the store."""
    return Counter(entry["key"] for entry in shop.effects() if entry["effect"] == "create")


def test_a_full_sync_goes_on_where_it_was_after_a_pause_and_after_a_restart(shop: Shop) -> None:
    slow = [{"route": "/products$", "method": "POST", "fault": "slow", "rate": 1, "seconds": 0.1}]
    ask("PUT", f"{shop.store}/_sandbox/faults", slow)
    for entity in ("product", "price", "inventory"):
        shop.poll(entity)
    eventually(lambda: len(created(shop)) >= 5, "the first products are there")
    shop.life("pause")
    eventually(lambda: not shop.messages("product").get("running"), "the work in hand is done")
    paused = created(shop)
    assert 5 <= len(paused) < PRODUCTS * 0.8, "it was paused in the middle"
    shop.engine.stop()  # the process ends; another one begins on the same database
    assert created(shop) == paused, "nothing was sent while it was paused"
    config = shop.app.config
    restarted = make_app(config["DATABASE_URL"], config["INSTANCE"], LEASE_SECONDS=5)
    shop.engine, engine = restarted.extensions["engine"], shop.engine
    try:
        with restarted.app_context():
            shop.engine.start()
        shop.life("activate")
        ask("PUT", f"{shop.store}/_sandbox/faults", [])
        shop.settle(60)
        found = created(shop)
        assert set(shop.keys()) <= set(found) and set(found.values()) == {1}, "all of them, and none twice"
        assert shop.failures() == []
        assert all(shop.product(key)["price"] is not None for key in list(found)[:5])
    finally:
        with restarted.app_context():
            shop.engine.stop()
            db.session.remove()
            db.engine.dispose()
        shop.engine = engine
