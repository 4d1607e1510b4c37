"""Categories beyond what the recordings show."""

from __future__ import annotations

import pytest

from connector.sandbox.magento.app import Magento

ROOT = "/rest/all/V1/categories"


@pytest.fixture
def category(ask):
    def create(name: str, parent: int = 2, **more):
        answer = ask("POST", ROOT, {"category": {"name": name, "parent_id": parent, "is_active": True, **more}})
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    return create


def named(ask, scope, number):
    return ask("GET", f"/rest/{scope}/V1/categories/{number}").get_json()["name"]


def test_some_twenty_categories_are_there(ask):
    found = ask("GET", f"{ROOT}/list?searchCriteria=").get_json()
    assert found["total_count"] == 21
    top = ask("GET", f"{ROOT}?depth=1").get_json()
    assert {row["name"] for row in top["children_data"]} >= {"Tools", "Gifts", "Sale"}
    assert all(row["children_data"] == [] for row in top["children_data"])


def test_a_name_in_one_view_stays_there(ask, category):
    number = category("Lamps")["id"]
    ask("PUT", f"/rest/fr/V1/categories/{number}", {"category": {"name": "Lampes"}})
    ask("PUT", f"{ROOT}/{number}", {"category": {"name": "Lighting"}})
    assert [named(ask, scope, number) for scope in ("all", "default", "fr")] == ["Lighting", "Lighting", "Lampes"]


def test_the_same_name_is_free_below_another_parent(ask, category):
    category("Lamps", 3)
    assert category("Lamps", 8)["path"].startswith("1/2/8/")
    taken = ask("POST", ROOT, {"category": {"name": "Lamps", "parent_id": 3, "is_active": True}})
    assert taken.get_json()["parameters"] == ["URL key for specified store already exists."]


def test_a_moved_category_takes_its_children_along(ask, category):
    upper, lower = category("Upper", 3), None
    lower = category("Lower", upper["id"])
    assert ask("PUT", f"{ROOT}/{upper['id']}/move", {"parentId": 8, "afterId": 9}).get_json() is True
    moved = ask("GET", f"{ROOT}/{lower['id']}").get_json()
    assert moved["path"] == f"1/2/8/{upper['id']}/{lower['id']}" and moved["level"] == 4
    order = [row["id"] for row in ask("GET", f"{ROOT}?rootCategoryId=8").get_json()["children_data"]]
    assert order == [9, upper["id"], 10, 11]


def test_a_deleted_category_takes_its_children_and_links_along(shop: Magento, ask, category, product):
    upper = category("Upper")
    lower = category("Lower", upper["id"])
    product("A-1", extension_attributes={"category_links": [{"category_id": str(lower["id"]), "position": 0}]})
    assert ask("DELETE", f"{ROOT}/{upper['id']}").get_json() is True
    assert ask("GET", f"{ROOT}/{lower['id']}").status_code == 404
    read = ask("GET", "/rest/V1/products/A-1").get_json()
    assert "category_links" not in read["extension_attributes"]
    lines = shop.app.test_client().get("/_sandbox/journal?effect=category").get_json()["entries"]
    assert [line["after"] is None for line in lines] == [False, False, True, True]


def test_the_index_learns_of_a_link_later_than_the_product(shop: Magento, ask, product):
    product("A-1")
    link = {"productLink": {"sku": "A-1", "position": 4, "category_id": "5"}}
    assert ask("POST", f"{ROOT}/5/products", link).get_json() is True
    assert ask("GET", f"{ROOT}/5/products").get_json() == []
    shop.app.test_client().put("/_sandbox/switches", json={"index_seconds": -1})
    assert ask("GET", f"{ROOT}/5/products").get_json() == [{"sku": "A-1", "position": 4, "category_id": "5"}]


def test_tax_classes_are_unique_in_their_kind(ask):
    body = {"taxClass": {"class_name": "Books", "class_type": "PRODUCT"}}
    number = ask("POST", "/rest/V1/taxClasses", body).get_json()
    assert isinstance(number, str)
    assert ask("POST", "/rest/V1/taxClasses", body).status_code == 400
    assert ask("GET", f"/rest/V1/taxClasses/{number}").get_json()["class_name"] == "Books"
    assert ask("DELETE", f"/rest/V1/taxClasses/{number}").get_json() is True
    assert ask("GET", f"/rest/V1/taxClasses/{number}").status_code == 404
