"""A store is set up from an empty database: through the pages alone, and from a file with one command.

Both end with a product in the store by Sync Now. Nothing here but what a person has: the set-up code of the log, the
addresses and the credentials of the two systems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.db import db
from tests.flow.nothing import CONNECTIONS, PASSWORD, command, house
from tests.flow.shop import Shop, eventually, open_shop
from tests.flow.visitor import Visitor


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("nothing")
    with open_shop(house(folder), folder / "sandbox", 12, lambda sandboxes: None) as shop:
        yield shop


def test_through_the_pages_alone(shop: Shop) -> None:
    """First administrator, connector, both tests, settings, lists, mapping, Initialize, Sync Now."""
    visitor = Visitor(shop.app)
    visitor.open("/")
    visitor.follow("Make the first administrator")
    code = command(shop.app, "user", "code").split()[-1]
    visitor.press(
        "Make the administrator",
        {"Set-up code": code, "Name": "ada", "Password": PASSWORD, "Password again": PASSWORD},
    )
    visitor.follow("New connector")
    addresses = {"Acumatica URL": shop.erp, "Store URL": shop.store}
    visitor.press("Make the connector", {"Connector ID": "WEB", "Name": "Web shop", **addresses, **CONNECTIONS})

    visitor.follow("Connection")
    visitor.press("Test connection with Acumatica connection")
    assert visitor.sees("Default endpoints")
    visitor.press("Test connection with Magento 2 connection")
    assert visitor.sees("Magento Open Source")

    visitor.follow("Sync configuration")
    visitor.press("Update Warehouses data for Default warehouse")
    assert "MAIN" in visitor.page.lists["inventory-default_warehouse-choices"]
    visitor.press("Save", {"Default warehouse": "MAIN", "Product sync: Individual sync": True})
    assert visitor.sees("Default warehouse")
    visitor.follow("Mapping")
    visitor.follow("Update schema")
    visitor.press("OK")
    visitor.follow("Recommended mapping")
    visitor.press("OK")
    assert visitor.sees("name Description Both ways, last update wins")

    visitor.follow("Initialize")
    visitor.press("Initialize WEB")
    visitor.press("Yes, initialize")
    eventually(lambda: visitor.open("/connectors/WEB/activity") and visitor.sees("Last action: Initialized"), "ready")

    key = shop.keys()[0]
    visitor.follow("Product")
    visitor.press("Show the record", {"Record key": key})
    visitor.press("Sync Now")
    eventually(lambda: shop.product(key), f"{key} is in the store")
    assert visitor.open(f"/records/WEB/product/{key}") and visitor.sees("Synced")


def test_by_one_command_from_a_file(shop: Shop, tmp_path: Path) -> None:
    """The file is what the page of the connector exports; its secrets come from the environment."""
    visitor = Visitor(shop.app)
    visitor.open("/")
    visitor.press("Sign in", {"Name": "ada", "Password": PASSWORD})
    exported = visitor.client.get("/connectors/WEB/export").get_data(as_text=True)
    assert "sandbox-token" not in exported and PASSWORD not in exported
    (tmp_path / "web.json").write_text(exported)
    env = dict.fromkeys(re.findall(r'"env:(\w+)"', exported), "sandbox")
    env["WEB_STORE_TOKEN"] = "sandbox-token"
    env["WEB_PUSH_SECRET"] = "a-secret-of-the-flow-tests"

    other, key = house(tmp_path), shop.keys()[1]
    said = command(other, "connector", "import", str(tmp_path / "web.json"), "--initialize", **env)
    assert "WEB: created" in said and "WEB is initialized." in said
    assert "no change" in command(other, "connector", "import", str(tmp_path / "web.json"), "--initialize", **env)
    with other.app_context():
        engine = other.extensions["engine"]
        engine.start()
        try:
            assert f"{key}: succeeded" in command(other, "sync", "product", key, "--connector", "WEB")
        finally:
            engine.stop()
            db.engine.dispose()
    assert shop.product(key)["name"]
    assert json.loads(command(other, "connector", "export", "WEB"))["connectors"] == json.loads(exported)["connectors"]
