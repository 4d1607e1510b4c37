"""What settings and mappings choose from: lists, views, fields, endpoints and the clock of the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import Fail
from connector.records import Price
from connector.systems.magento.endpoints import ENDPOINTS, Paths, below
from connector.systems.magento.lists import READERS, REFERENCES
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Shop, listing

ORDER = {
    "status": "awaiting_parts",
    "shipping_description": "Parcel - Next day",
    "payment": {"method": "braintree", "additional_information": ["Credit card"]},
    "extension_attributes": {"shipping_assignments": [{"shipping": {"method": "parcel_next"}}]},
}


def test_every_list_that_is_promised_can_be_read() -> None:
    assert {one.name for one in REFERENCES} == set(READERS)


def test_the_store_views_have_website_and_currency_and_the_admin_is_none(shop: Shop) -> None:
    views = settled(shop).magento().views()
    assert [(view.code, view.website, view.id, view.currency) for view in views] == [
        ("default", "main", "1", "USD"),
        ("fr", "main", "2", "USD"),
        ("trade_en", "trade", "3", "EUR"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("store_view", "fr", "Jardin"),
        ("website", "main", "Garden shop"),
        ("customer_group", "Wholesale", "Wholesale"),
        ("source", "wh_east", "wh_east"),
        ("attribute_set", "Default", "Default"),
    ],
)
def test_a_list_is_read_from_the_shop(shop: Shop, name: str, value: str, label: str) -> None:
    choices = {one.value: one.label for one in settled(shop).magento().reference(name)}
    assert choices[value] == label


def test_categories_are_labelled_with_their_way_from_the_root(shop: Shop) -> None:
    rows = [
        {"id": 2, "parent_id": 1, "name": "Default", "path": "1/2"},
        {"id": 5, "parent_id": 2, "name": "Tools", "path": "1/2/5"},
        {"id": 9, "parent_id": 5, "name": "Hammers", "path": "1/2/5/9"},
    ]
    shop.answer("GET", "/categories/list", listing(rows))
    found = shop.magento().reference("category")
    assert [(one.value, one.label) for one in found][-1] == ("9", "Default / Tools / Hammers")


def test_product_attributes_are_labelled_with_their_code(shop: Shop) -> None:
    rows = [{"attribute_code": "color", "default_frontend_label": "Color", "frontend_input": "select"}]
    shop.answer("GET", "/products/attributes", listing(rows))
    assert shop.magento().reference("product_attribute")[0].label == "Color [color]"


def test_tax_classes_are_those_of_products(shop: Shop) -> None:
    settled(shop).magento().reference("tax_class")
    assert shop.sent[-1].filters() == {"class_type": ("eq", "PRODUCT")}


def test_statuses_carriers_methods_and_payments_are_learnt_from_the_orders(shop: Shop) -> None:
    shop.answer("GET", "/orders", listing([ORDER]))
    magento = shop.magento()

    def values(name: str) -> dict[str, str]:
        return {one.value: one.label for one in magento.reference(name)}

    assert {"pending", "complete", "awaiting_parts"} <= set(values("order_status"))
    assert {"custom", "flatrate", "parcel"} <= set(values("shipping_carrier"))
    assert values("shipping_method") == {"parcel_next": "Parcel - Next day"}
    assert values("payment_method") == {"braintree": "Credit card"}


@pytest.mark.parametrize("name", ["payment_method", "shipping_method"])
def test_what_the_api_does_not_tell_is_refused_in_words_so_that_it_can_be_typed(shop: Shop, name: str) -> None:
    shop.answer("GET", "/orders", listing([]))
    with pytest.raises(Fail, match="type the code"):
        shop.magento().reference(name)


def test_an_unknown_list_is_refused_in_words(shop: Shop) -> None:
    with pytest.raises(Fail, match="keeps no list"):
        shop.magento().reference("starships")


def test_without_inventory_modules_there_are_no_sources_to_choose(shop: Shop) -> None:
    with pytest.raises(Fail, match="switched off"):
        shop.magento().reference("source")


def test_the_fields_of_a_customer_are_its_attributes_and_its_default_addresses(shop: Shop) -> None:
    fields = {field.name: field for field in settled(shop).magento().fields("customer")}
    assert fields["vip"].kind == "flag" and fields["vip"].custom and fields["vip"].path == "/root/custom_attributes/"
    assert fields["taxvat"].path == "/root/" and fields["taxvat"].writable
    assert not fields["group_id"].writable and "password_hash" not in fields
    assert fields["billing/postcode"].path == "/root/addresses/billing/"


def test_the_fields_of_a_category_and_of_a_product_come_from_the_shop(shop: Shop) -> None:
    rows = [
        {"attribute_id": 1, "attribute_code": "color", "default_frontend_label": "Color", "frontend_input": "select",
         "is_user_defined": True, "options": [{"label": " ", "value": ""}, {"label": "Oak", "value": "21"}]},
        {"attribute_id": 2, "attribute_code": "sku", "frontend_input": "text"},
    ]  # fmt: skip
    magento = settled(shop).magento()
    shop._routes["GET", "/products/attributes"] = []
    shop.answer("GET", "/products/attributes", listing(rows))
    category = {field.name for field in magento.fields("category")}
    product = {field.name: field for field in magento.fields("product")}
    assert {"name", "description", "season", "include_in_menu"} <= category
    assert product["color"].options == (("21", "Oak"),) and product["color"].kind == "list"
    assert not product["sku"].writable and product["price"].path == "/root/"
    assert magento.fields("invoice") == []


def test_the_sixteen_actions_have_the_native_path() -> None:
    assert len(ENDPOINTS) == len({one.code for one in ENDPOINTS}) == 16
    assert all(one.path.startswith("/V1/") for one in ENDPOINTS)


@pytest.mark.parametrize(
    ("action", "override", "path", "goes"),
    [
        ("pricing", "", "/products/base-prices", "/products/base-prices"),
        ("pricing", "rest/V1/connector/price", "/products/base-prices", "/connector/price"),
        ("pricing", "/rest/all/V1/x/price", "/products/base-prices-more", "/products/base-prices-more"),
        ("category_sync", "V1/tree", "/categories/5/move", "/tree/5/move"),
        ("order_status_update", "/V1/state/{id}", "/orders/7/comments", "/state/7"),
        ("product_deletion", "/V1/goods", "/products/A%2FB", "/goods"),
        ("nothing", "/V1/x", "/products", "/products"),
    ],
)  # fmt: skip
def test_an_endpoint_that_was_put_in_place_is_where_the_request_goes(
    action: str, override: str, path: str, goes: str
) -> None:
    assert Paths({action: override}).path(action, path) == goes


@pytest.mark.parametrize(
    "path", ["/V1/products", "V1/products", "rest/all/V1/products", "/rest/V1/products/", "products"]
)
def test_a_path_may_be_given_in_many_ways(path: str) -> None:
    assert below(path) == "/products"


def test_an_override_is_really_used(shop: Shop) -> None:
    from tests.systems.magento.shop import Sent

    def taken(sent: Sent) -> Any:
        return []

    shop.on("POST", "/own/price", taken)
    magento = shop.magento({"endpoints": {"store": {"pricing": "V1/own/price"}}})
    magento.write_many([Price("A")], known={"A": "1"})
    assert shop.calls() == ["POST /own/price"]
    shop.sent.clear()  # no route of the document, on purpose


def test_the_shops_clock_is_read_from_its_answer(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", [], Date="Sat, 21 Nov 2026 08:31:49 GMT")
    assert shop.magento().now() == datetime(2026, 11, 21, 8, 31, 49, tzinfo=UTC)


def test_a_shop_that_tells_no_time_is_no_error(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", [])
    assert shop.magento().now() is None
