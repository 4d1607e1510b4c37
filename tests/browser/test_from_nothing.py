"""A store is set up from an empty database in a real browser, with the keyboard alone, up to a product in the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visit, served
from tests.browser.keyboard import Keyboard
from tests.flow.nothing import CONNECTIONS, PASSWORD, command, house
from tests.flow.shop import Shop, eventually, open_shop

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("keyboard")
    with open_shop(house(folder), folder / "sandbox", 12, lambda sandboxes: None) as shop:
        yield shop


@pytest.fixture
def site(shop: Shop) -> Iterator[Site]:
    with served(shop.app) as site:
        yield site


def test_a_store_is_set_up_with_the_keyboard_alone(shop: Shop, visit: Visit) -> None:
    page = visit("/", who="")
    keys = Keyboard(page)
    keys.follow("Make the first administrator")
    code = command(shop.app, "user", "code").split()[-1]
    person = {"Set-up code": code, "Name": "ada", "Password": PASSWORD, "Password again": PASSWORD}
    keys.press("Make the administrator", person)
    keys.follow("New connector")
    addresses = {"Acumatica URL": shop.erp, "Store URL": shop.store}
    keys.press("Make the connector", {"Connector ID": "WEB", "Name": "Web shop", **addresses, **CONNECTIONS})
    expect(page.get_by_role("heading", level=1)).to_have_text("Web shop")

    keys.follow("Connection")
    keys.press("Test connection with Acumatica connection", stays=True)
    expect(page.get_by_text("Default endpoints")).to_be_visible()
    keys.press("Test connection with Magento 2 connection", stays=True)
    expect(page.get_by_text("Magento Open Source").first).to_be_visible()

    keys.follow("Sync configuration")
    keys.press("Save", {"Default warehouse": "MAIN", "Product sync: Individual sync": True})
    expect(page.get_by_role("status").first).to_contain_text("Default warehouse")

    keys.unfold("What travels")
    keys.follow("Mapping")
    keys.follow("Recommended mapping")
    keys.press("OK")
    expect(page.get_by_role("status").first).to_contain_text("added")

    keys.unfold("Set up")
    keys.follow("Initialize")
    keys.press("Initialize WEB")
    keys.press("Yes, initialize")
    expect(page.get_by_text("Last action: Initialized")).to_be_visible(timeout=60_000)

    key = shop.keys()[0]
    keys.unfold("Real-Time Processes")
    keys.follow("Product")
    keys.press("Show the record", {"Record key": key})
    keys.press("Sync Now", stays=True)
    eventually(lambda: shop.product(key), f"{key} is in the store")
    expect(page.locator("#record-status")).to_contain_text("Synced")
