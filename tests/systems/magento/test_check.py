"""Test Connection: what it finds, what it says about a refused token, and that it never raises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from connector.clock import FakeClock
from connector.systems.magento import Magento
from tests.systems.magento.shop import SITE, Shop, listing, refusal

BULK = "/bulk/00000000-0000-0000-0000-000000000000/status"
VIEWS = [{"id": 0, "code": "admin", "name": "Admin"}, {"id": 2, "code": "fr"}, {"id": 1, "code": "default"}]
NOT_ALLOWED = "The consumer isn't authorized to access %resources."


def healthy(shop: Shop) -> Shop:
    shop.furnished()
    shop.answer("GET", "/magento_version", "Magento/2.4 (Community)", Content_Type="text/plain")
    shop.answer("GET", "/store/storeViews", VIEWS)
    shop.answer("GET", "/products", {"total_count": 512})
    shop.answer("GET", BULK, refusal("Bulk uuid %bulkUuid not exist", {"bulkUuid": "0"}), 404)
    return shop


def refuse(shop: Shop, path: str, resource: str) -> None:
    shop._routes.pop(("GET", path), None)
    shop.answer("GET", path, refusal(NOT_ALLOWED, {"resources": resource}), 401)


def test_a_healthy_shop_says_what_it_is(shop: Shop) -> None:
    check = healthy(shop).magento().check()
    assert (check.ok, check.problem, check.help) == (True, "", "")
    assert dict(check.facts) == {
        "Sign-in": "access token (bearer) accepted",
        "Edition": "Magento Open Source",
        "Version": "2.4",
        "Websites": "main (1), trade (2)",
        "Store views": "default, fr",
        "Inventory (MSI)": "yes, sources: default, wh_east, wh_west",
        "Products": "512 in the store",
        "Bulk API": "yes",
        "Indexers": "must be on Update by Schedule: saved prices are not reindexed otherwise",
    }
    assert shop.writes() == [], "a connection test writes nothing"


def test_adobe_commerce_is_told_from_open_source(shop: Shop) -> None:
    healthy(shop)
    shop._routes[("GET", "/magento_version")].clear()
    shop.answer("GET", "/magento_version", "Magento/2.4 (Enterprise)", Content_Type="text/plain")
    assert dict(shop.magento().check().facts)["Edition"] == "Adobe Commerce"


@pytest.mark.parametrize(
    ("modules", "edition"),
    [
        (["Magento_Catalog"], "Magento Open Source, 1 modules"),
        (["Magento_Enterprise", "Magento_Catalog"], "Adobe Commerce, 2 modules"),
        ({"message": "?"}, "not told by the shop"),
    ],
)
def test_a_shop_that_hides_its_version_is_known_by_its_modules(shop: Shop, modules: Any, edition: str) -> None:
    healthy(shop)
    del shop._routes[("GET", "/magento_version")]
    shop.answer("GET", "/modules", modules)
    assert dict(shop.magento().check().facts)["Edition"] == edition


def test_a_shop_without_msi_and_bulk_says_so_and_is_fine(shop: Shop) -> None:
    healthy(shop)
    del shop._routes[("GET", "/inventory/sources")], shop._routes[("GET", BULK)]
    check = shop.magento().check()
    facts = dict(check.facts)
    assert check.ok and facts["Inventory (MSI)"].startswith("no") and facts["Bulk API"] == "no"


def test_a_bare_token_that_is_refused_everywhere_names_the_switch(shop: Shop) -> None:
    refuse(shop, "/store/websites", "Magento_Backend::store")
    refuse(shop, "/products", "Magento_Catalog::products")
    check = shop.magento().check()
    assert not check.ok and "refuses the access token" in check.problem
    assert "enable_integration_as_bearer" in check.help and "OAuth 1.0a" in check.help


def test_a_token_that_lacks_one_resource_names_it(shop: Shop) -> None:
    refuse(shop, "/store/websites", "Magento_Backend::store")
    shop.answer("GET", "/products", {"total_count": 3})
    check = shop.magento().check()
    assert check.problem == "The access token works, but the integration may not use: Magento_Backend::store."
    assert "System > Integrations" in check.help


def test_all_missing_resources_are_named_at_once(shop: Shop) -> None:
    healthy(shop)
    refuse(shop, "/taxClasses/search", "Magento_Tax::manage_tax")
    refuse(shop, "/inventory/sources", "Magento_InventoryApi::source")
    check = shop.magento().check()
    assert not check.ok
    assert "Magento_Tax::manage_tax, Magento_InventoryApi::source" in check.problem
    assert dict(check.facts)["Products"] == "512 in the store"


def test_names_in_the_settings_that_the_store_has_not_got_are_problems(shop: Shop) -> None:
    preferences = {
        "product": {"websites": ["mars"]},
        "inventory": {"source_map": ["EAST=wh_moon"], "default_source": "default"},
    }
    values = {"default_attribute_set": "Gone", "default_tax_class": "Nothing"}
    check = healthy(shop).magento(preferences, **values).check()
    assert not check.ok
    for text in ("attribute set Gone", "tax class Nothing", "website mars", "source wh_moon"):
        assert text in check.problem
    assert check.help


def test_an_unknown_store_view_is_named(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", refusal("Specified request cannot be processed."), 400)
    check = shop.magento(store_view="klingon").check()
    assert not check.ok and "store view" in check.help


def test_the_shops_clock_is_compared_with_ours(shop: Shop) -> None:
    healthy(shop)
    shop._routes[("GET", "/store/websites")].clear()
    shop.answer("GET", "/store/websites", [], Date="Thu, 01 Jan 2026 00:01:30 GMT")
    shop.clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert shop.magento().check().clock_offset == 90.0


def test_without_a_usable_date_there_is_no_offset(shop: Shop) -> None:
    assert healthy(shop).magento().check().clock_offset is None


def test_a_missing_token_is_said_without_a_request(shop: Shop) -> None:
    check = shop.magento(token="").check()
    assert not check.ok and "No access token" in check.problem and shop.sent == []


@pytest.mark.parametrize("error", [requests.ConnectionError("refused"), requests.ReadTimeout("slow")])
def test_a_shop_that_cannot_be_reached_is_a_sentence(error: Exception) -> None:
    with responses.RequestsMock() as mock:
        mock.add("GET", f"{SITE}/rest/all/V1/store/websites", body=error)
        check = Magento({"url": SITE, "token": "t", "auth": "bearer"}).check()
    assert not check.ok and "Magento" in check.problem


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        ("<html>Welcome</html>", 200, "text/html"),
        ("<title>Error 503</title>", 503, "text/html"),
        ("", 200, "application/json"),
        ({}, 200, "application/json"),
        ([1], 200, "application/json"),
        ([{"nothing": 1}], 200, "application/json"),
        ("boom", 500, "text/plain"),
    ],
)
def test_whatever_the_other_side_answers_the_check_does_not_raise(
    shop: Shop, data: Any, status: int, kind: str
) -> None:
    paths = ["/store/websites", "/store/storeViews", "/products", "/inventory/sources", "/taxClasses/search"]
    paths += ["/products/attribute-sets/sets/list", "/products/attributes", "/magento_version", "/modules", BULK]
    for path in paths:
        shop.answer("GET", path, data, status, Content_Type=kind)
    assert not shop.magento().check().ok


def test_one_strange_answer_in_the_middle_is_a_problem_and_not_a_crash(shop: Shop) -> None:
    healthy(shop)
    shop._routes[("GET", "/taxClasses/search")].clear()
    shop.answer("GET", "/taxClasses/search", listing([{"class": 1}]))
    check = shop.magento().check()
    assert not check.ok and "taxClasses" in check.problem


def test_what_the_entities_that_are_on_will_need_is_asked_too(shop: Shop) -> None:
    healthy(shop)
    shop.answer("GET", "/categories/list", {"total_count": 40})
    refuse(shop, "/orders", "Magento_Sales::actions_view")
    check = shop.magento({"entities": {"order": True, "category": True, "customer": False}}).check()
    assert dict(check.facts)["Categories"] == "40 in the store" and "Customers" not in dict(check.facts)
    assert not check.ok and "Magento_Sales::actions_view" in check.problem
