"""Customers, groups and the directory beyond what the recordings show."""

from __future__ import annotations

import pytest

from connector.sandbox.magento.app import Magento

CUSTOMERS = "/rest/all/V1/customers"
HOME = {"firstname": "Ann", "lastname": "Lee", "street": ["1 Main St"], "city": "Austin", "postcode": "78701",
        "country_id": "US", "telephone": "1", "region": {"region_id": 57}}  # fmt: skip


@pytest.fixture
def ann(ask):
    """A fresh customer with one address that is both defaults."""
    address = {**HOME, "default_billing": True, "default_shipping": True}
    body = {"email": "ann@example.org", "firstname": "Ann", "lastname": "Lee", "addresses": [address]}
    answer = ask("POST", CUSTOMERS, {"customer": body})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def put(ask, number, **fields):
    return ask("PUT", f"{CUSTOMERS}/{number}", {"customer": fields})


def found(ask, field, value, condition="eq"):
    query = {"searchCriteria[filter_groups][0][filters][0][field]": field,
             "searchCriteria[filter_groups][0][filters][0][value]": value,
             "searchCriteria[filter_groups][0][filters][0][condition_type]": condition}  # fmt: skip
    return ask("GET", f"{CUSTOMERS}/search", query_string=query).get_json()["items"]


def test_thirty_customers_shop_here(ask):
    everyone = ask("GET", f"{CUSTOMERS}/search?searchCriteria=").get_json()
    assert everyone["total_count"] == 30
    assert len(found(ask, "email", "ADA.MARSH@example.com")) == 2, "one on each website"
    assert found(ask, "website_id", "2") and found(ask, "store_id", "3")


def test_without_a_website_a_customer_belongs_to_the_default_one(ann):
    assert (ann["website_id"], ann["store_id"], ann["created_in"]) == (1, 1, "Default Store View")
    assert ann["addresses"][0]["region"] == {"region_code": "TX", "region": "Texas", "region_id": 57}


def test_a_view_of_another_website_is_refused(ask):
    body = {"email": "x@example.org", "firstname": "X", "lastname": "Y", "website_id": 1, "store_id": 2}
    assert ask("POST", CUSTOMERS, {"customer": body}).status_code == 400


def test_a_new_default_takes_the_flag_from_the_old_address(ask, ann):
    old = ann["addresses"][0]
    new = {**HOME, "city": "Dallas", "default_shipping": True}
    changed = put(ask, ann["id"], addresses=[{**old, "default_shipping": False}, new]).get_json()
    assert changed["default_billing"] == str(old["id"]) and changed["default_shipping"] != str(old["id"])
    assert ask("GET", f"{CUSTOMERS}/{ann['id']}/shippingAddress").get_json()["city"] == "Dallas"


def test_the_address_of_somebody_else_is_not_found(ask, ann):
    answer = put(ask, ann["id"], addresses=[{**HOME, "id": 1}])
    assert answer.status_code == 404 and answer.get_json()["parameters"] == {"fieldName": "addressId", "fieldValue": 1}


def test_a_region_of_another_country_is_refused(ask, ann):
    answer = put(ask, ann["id"], addresses=[{**HOME, "region": {"region_id": 88}}])
    assert answer.status_code == 400 and answer.get_json()["parameters"]["fieldName"] == "regionId"


@pytest.mark.parametrize("junk", [{"nope": 1}, {"addresses": [{**HOME, "nope": 1}]}])
def test_a_property_that_there_is_not_is_an_internal_error(ask, ann, junk):
    assert put(ask, ann["id"], **junk).status_code == 500


def test_two_missing_names_are_told_together(ask):
    answer = ask("POST", CUSTOMERS, {"customer": {"email": "x@example.org"}})
    assert [row["message"] for row in answer.get_json()["errors"]] == [
        '"First Name" is a required value.',
        '"Last Name" is a required value.',
    ]


def test_custom_attributes_are_lost_in_open_source_and_kept_in_commerce(shop: Magento, ask, ann):
    wanted = [{"attribute_code": "erp_account", "value": "C000017"}]
    assert "custom_attributes" not in put(ask, ann["id"], custom_attributes=wanted).get_json()
    assert ask("GET", "/magento_version").text == "Magento/2.4 (Community)"
    shop.app.test_client().put("/_sandbox/switches", json={"edition": "commerce"})
    assert put(ask, ann["id"], custom_attributes=wanted).get_json()["custom_attributes"] == wanted
    assert found(ask, "erp_account", "C000017")[0]["id"] == ann["id"]
    assert ask("GET", "/magento_version").text == "Magento/2.4 (Enterprise)"
    codes = [row["attribute_code"] for row in ask("GET", "/rest/V1/attributeMetadata/customer/custom").get_json()]
    assert codes == ["erp_account", "credit_note", "contact_channel"]


def test_the_customers_of_a_deleted_group_are_general_again(ask, ann):
    group = ask("POST", "/rest/V1/customerGroups", {"group": {"code": "VIP", "tax_class_id": 3}}).get_json()
    assert put(ask, ann["id"], group_id=group["id"]).get_json()["group_id"] == group["id"]
    assert ask("DELETE", f"/rest/V1/customerGroups/{group['id']}").get_json() is True
    assert ask("GET", f"{CUSTOMERS}/{ann['id']}").get_json()["group_id"] == 1


def test_a_new_group_has_tier_prices_of_its_own(ask, product):
    product("A-1")
    ask("POST", "/rest/V1/customerGroups", {"group": {"code": "VIP", "tax_class_id": 3}})
    row = {"sku": "A-1", "price": 5, "price_type": "fixed", "website_id": 0, "customer_group": "vip", "quantity": 1}
    assert ask("POST", "/rest/all/V1/products/tier-prices", {"prices": [row]}).get_json() == []
    read = ask("POST", "/rest/all/V1/products/tier-prices-information", {"skus": ["A-1"]}).get_json()
    assert read[0]["customer_group"] == "VIP"


def test_the_journal_tells_what_happened_to_a_customer(shop: Magento, ask, ann):
    put(ask, ann["id"], lastname="Moss")
    ask("DELETE", f"{CUSTOMERS}/{ann['id']}")
    lines = shop.app.test_client().get(f"/_sandbox/journal?effect=customer&key={ann['id']}").get_json()["entries"]
    assert [(line["before"] is None, line["after"] is None) for line in lines] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert "password" not in lines[0]["after"] and lines[1]["after"]["lastname"] == "Moss"


def test_regions_have_ids_and_currencies_have_rates(ask):
    states = ask("GET", "/rest/V1/directory/countries/DE").get_json()["available_regions"]
    assert {"id": "88", "code": "NRW", "name": "Nordrhein-Westfalen"} in states
    assert "JPY" in ask("GET", "/rest/V1/directory/currency").get_json()["available_currency_codes"]


def test_a_file_from_before_the_store_could_sell_grows(tmp_path):
    old = Magento(tmp_path)
    with old.store.unit() as unit:
        for kind in ("customer", "customer_group", "taxrate", "config"):
            for key in old.store.kind(kind):
                unit.drop(kind, key)
        unit.put("category", "3", {"id": 3, "parent_id": 2, "name": "Tools", "is_active": True})
    old.stop()
    grown = Magento(tmp_path)
    assert len(grown.store.kind("customer")) == 30 and grown.store.get("category", "3")["path"] == "1/2/3"
    grown.stop()


def test_an_order_outlives_its_customer(shop: Magento, ask, product, stock):
    product("A-1")
    stock(("A-1", "default", 5, 1))
    stock(("A-1", "default", 5, 1))
    placed = shop.app.test_client().post("/_sandbox/orders", json={"customer_id": 3, "kinds": ["simple"]}).get_json()
    order = placed["orders"][0]
    assert order["customer_id"] == 3
    ask("DELETE", f"{CUSTOMERS}/3")
    assert "customer_id" not in ask("GET", f"/rest/V1/orders/{order['entity_id']}").get_json()


def test_the_edition_is_one_of_two(shop: Magento):
    client = shop.app.test_client()
    refused = client.put("/_sandbox/switches", json={"edition": "deluxe"})
    assert refused.status_code == 400 and "community, commerce" in refused.get_json()["error"]
    assert "<option selected>community</option>" in client.get("/_sandbox/pages/settings").text
