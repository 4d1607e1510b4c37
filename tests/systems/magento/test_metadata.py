"""Attributes, options, sets, tax classes: made once, added to, never altered or moved."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail, Skip
from connector.records import Attribute, CustomerAttribute, Option, TaxCategory
from connector.systems.base import Written
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Shop, listing, refusal

SIZES = Attribute(
    "SHOE SIZE", label="Shoe size", kind="list", item_classes=("Garden Furniture",),
    options=(Option("S", "Small", 1), Option("M", "Medium", 2)),
)  # fmt: skip


def row(code: str, kind: str = "select", *options: tuple[str, str], own: bool = True) -> dict[str, Any]:
    rows = [{"label": label, "value": number} for label, number in options]
    return {"attribute_id": 90, "attribute_code": code, "frontend_input": kind, "is_user_defined": own, "options": rows}


def having(shop: Shop, *answers: list[dict[str, Any]]) -> Shop:
    """A shop whose attributes are, one read after another, these."""
    settled(shop)._routes["GET", "/products/attributes"] = []
    for rows in answers:
        shop.answer("GET", "/products/attributes", listing(rows))
    shop.answer("GET", "/products/attribute-sets/groups/list", listing([]))
    shop.answer("POST", "/products/attribute-sets/groups", {"attribute_group_id": "77"})
    shop.answer("GET", "/products/attribute-sets/12/attributes", [{"attribute_code": "color"}])
    shop.answer("POST", "/products/attribute-sets/attributes", "812")
    return shop


def told(shop: Shop, record: Any, **preferences: Any) -> Written:
    (written,) = shop.magento(preferences).write_many([record], known={})
    return written


def test_a_new_attribute_is_made_with_options_and_put_into_the_sets_of_its_item_classes(shop: Shop) -> None:
    having(shop, [], [row("shoe_size")]).answer("POST", "/products/attributes", {"attribute_id": 90})
    shop.answer("POST", "/products/attributes/shoe_size/options", "5")
    written = told(shop, SIZES)
    made, small, medium, group, assigned = shop.writes()
    assert made.body == {
        "attribute": {
            "attribute_code": "shoe_size", "frontend_input": "select", "default_frontend_label": "Shoe size",
            "scope": "global", "is_required": False,
        }
    }  # fmt: skip
    assert small.body["option"] == {
        "label": "S", "sort_order": 1,
        "store_labels": [{"store_id": view, "label": "Small"} for view in (1, 2, 3)],
    }  # fmt: skip
    assert medium.body["option"]["label"] == "M"
    assert group.body == {"group": {"attribute_group_name": "Acumatica", "attribute_set_id": 12}}
    assert assigned.body == {
        "attributeSetId": 12, "attributeGroupId": 77, "attributeCode": "shoe_size", "sortOrder": 0,
    }  # fmt: skip
    assert written.created and written.target_id == "shoe_size"
    assert written.fields["options_added"] == ["S", "M"] and written.fields["sets"] == ["Garden Furniture"]


def test_an_attribute_that_is_there_gets_new_options_and_is_never_altered(shop: Shop) -> None:
    having(shop, [row("shoe_size", "select", ("S", "5"))])
    shop.answer("GET", "/products/attribute-sets/12/attributes", [{"attribute_code": "shoe_size"}])
    shop._routes["GET", "/products/attribute-sets/12/attributes"].pop(0)
    shop.answer(
        "GET", "/products/attributes/shoe_size/options", [{"label": " ", "value": ""}, {"label": "Tiny", "value": "5"}]
    )
    shop.answer("POST", "/products/attributes/shoe_size/options", "6")
    written = told(shop, SIZES)
    assert [(sent.method, sent.path) for sent in shop.writes()] == [("POST", "/products/attributes/shoe_size/options")]
    assert not written.created and written.fields["notes"] == ["option S stays Tiny, which the ERP calls Small"]


def test_an_option_that_was_made_by_hand_under_its_description_is_taken(shop: Shop) -> None:
    having(shop, [row("shoe_size", "select", ("Small", "5"), ("m", "6"))])
    shop.answer("GET", "/products/attributes/shoe_size/options", [{"label": "Medium", "value": "6"}])
    assert "options_added" not in told(shop, SIZES).fields


def test_an_attribute_of_magento_itself_is_left_alone(shop: Shop) -> None:
    having(shop, [row("status", own=False)])
    written = told(shop, Attribute("STATUS", kind="list"))
    assert isinstance(written.problem, Skip) and not shop.writes()


def test_a_text_attribute_of_the_store_gets_no_options(shop: Shop) -> None:
    having(shop, [row("shoe_size", "text")])
    assert "has no options" in told(shop, SIZES, attribute={"sets": False}).fields["notes"][0]
    assert not shop.writes()


def test_a_set_is_made_for_an_item_class_that_has_none(shop: Shop) -> None:
    having(shop, [row("shoe_size", "text")])
    shop.answer("POST", "/products/attribute-sets", {"attribute_set_id": 20})
    shop.answer("GET", "/products/attribute-sets/20/attributes", [])
    written = told(shop, Attribute("SHOE SIZE", item_classes=("Books ", "Books")))
    assert shop.writes()[0].body == {
        "attributeSet": {"attribute_set_name": "Books", "sort_order": 0}, "skeletonId": 4,
    }  # fmt: skip
    assert written.fields["sets_created"] == ["Books"] == written.fields["sets"]


def test_no_set_is_made_where_the_settings_say_so(shop: Shop) -> None:
    having(shop, [row("shoe_size", "text")])
    assert (
        "sets_created"
        not in told(shop, Attribute("SHOE SIZE", item_classes=("Books",)), attribute={"sets": False}).fields
    )
    assert not shop.writes()


def test_an_existing_group_is_used(shop: Shop) -> None:
    having(shop, [row("shoe_size", "text")])
    shop._routes["GET", "/products/attribute-sets/groups/list"] = []
    shop.answer("GET", "/products/attribute-sets/groups/list", listing([{"attribute_group_id": "31"}]))
    told(shop, SIZES, attribute={"group": "From the ERP"})
    (assigned,) = shop.writes()
    assert assigned.body["attributeGroupId"] == 31


def test_an_attribute_that_somebody_made_meanwhile_is_taken(shop: Shop) -> None:
    having(shop, [], [row("shoe_size", "text")])
    taken = refusal("%1 already exists.", ["Attribute with the same code"])
    shop.answer("POST", "/products/attributes", taken, 400)
    assert told(shop, Attribute("SHOE SIZE")).problem is None


@pytest.mark.parametrize("key", ["", "9LIVES", "X" * 61])
def test_an_id_that_gives_no_code_is_refused_in_words(shop: Shop, key: str) -> None:
    problem = told(shop, Attribute(key)).problem
    assert isinstance(problem, Fail) and problem.code == "magento.attribute_code"


def test_attributes_are_found_by_their_code(shop: Shop) -> None:
    settled(shop)
    found = shop.magento().find_like("attribute", [Attribute("COLOR"), Attribute("STATUS"), Attribute("NEW")])
    assert {key: one.key for key, one in found.items()} == {"COLOR": "color"}


def test_attributes_stay(shop: Shop) -> None:
    for entity in ("attribute", "customer_attribute", "tax_category"):
        assert isinstance(shop.magento().delete(entity, "A", "a").problem, Skip)


def test_an_attribute_of_customers_is_refused_with_what_to_do(shop: Shop) -> None:
    problem = told(settled(shop), CustomerAttribute("CREDIT RATING")).problem
    assert isinstance(problem, Fail) and "Open Source" in problem.reason and "credit_rating" in problem.help
    assert "Open Source" in shop.magento().capabilities.limits["customer_attribute"]


def test_one_that_the_store_has_is_taken(shop: Shop) -> None:
    assert told(settled(shop), CustomerAttribute("VIP")).problem is None


def test_a_tax_category_becomes_a_product_tax_class_once(shop: Shop) -> None:
    settled(shop).answer("POST", "/taxClasses", "9")
    written = told(shop, TaxCategory("LUXURY"))
    assert shop.writes()[0].body == {"taxClass": {"class_name": "LUXURY", "class_type": "PRODUCT"}}
    assert written.created and written.target_id == "9"


def test_a_tax_class_that_is_there_is_taken_and_an_inactive_one_is_not_made(shop: Shop) -> None:
    magento = settled(shop).magento()
    there, off = magento.write_many([TaxCategory("taxable goods"), TaxCategory("OLD", active=False)], known={})
    assert there.target_id == "2" and isinstance(off.problem, Skip) and not shop.writes()
    found = magento.find_like("tax_category", [TaxCategory("Taxable Goods"), TaxCategory("OLD")])
    assert {key: one.key for key, one in found.items()} == {"Taxable Goods": "2"}
