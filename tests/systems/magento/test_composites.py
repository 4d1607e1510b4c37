"""Products that are made of others, how they are linked, and whether they may be bought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Outcome, Skip, Wait
from connector.records import Composite, Part, Product, ProductStatus, Relation
from connector.systems.base import Written
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Shop, listing, refusal

ABSENT = refusal("The product that was requested doesn't exist. Verify the product and try again.")
TEE = Composite(
    "TEE", product=Product("TEE", name="Tee", item_class="Garden Furniture"), axes=("COLOR",),
    parts=(Part("TEE-O", choices=(("COLOR", "Oak"),)), Part("TEE-G", choices=(("COLOR", "dark green"),))),
)  # fmt: skip
SET = Composite(
    "SET", kind="bundle", product=Product("SET", name="Set", price=Decimal("19.9"), weight=Decimal(2)),
    parts=(Part("CUP", Decimal(4)), Part("PLATE")),
)  # fmt: skip


def rows(*skus: str, type_id: str = "simple") -> list[dict[str, Any]]:
    return [{"id": place, "sku": sku, "type_id": type_id} for place, sku in enumerate(skus, start=41)]


def having(shop: Shop, *found: dict[str, Any]) -> Shop:
    settled(shop).answer("GET", "/products", listing(list(found)))
    shop.answer("POST", "/products", {"id": 60, "sku": "X"})
    return shop


def told(shop: Shop, record: Any, **preferences: Any) -> Written:
    (written,) = shop.magento(preferences).write_many([record], known={})
    return written


def sent(shop: Shop) -> dict[str, Any]:
    return dict(shop.writes()[-1].body["product"])


def test_a_template_becomes_a_configurable_product_in_one_request(shop: Shop) -> None:
    having(shop, *rows("TEE-O", "TEE-G"))
    written = told(shop, TEE)
    body = sent(shop)
    assert (body["type_id"], body["attribute_set_id"]) == ("configurable", 12)
    assert "price" not in body and "weight" not in body
    assert body["extension_attributes"] == {
        "website_ids": [1, 2],
        "stock_item": {"is_in_stock": True},
        "configurable_product_options": [
            {"attribute_id": "0", "label": "color", "position": 0, "values": [{"value_index": 21}, {"value_index": 22}]}
        ],
        "configurable_product_links": [41, 42],
    }
    assert written.created and written.target_id == "60" and written.fields["parts"] == ["TEE-O x 1", "TEE-G x 1"]


def test_a_known_template_gets_its_present_children(shop: Shop) -> None:
    having(shop, *rows("TEE-O", "TEE-G"), {"id": 60, "sku": "TEE", "type_id": "configurable"})
    shop.answer("PUT", "/products/TEE", {"id": 60})
    assert not told(shop, TEE).created
    assert sent(shop)["extension_attributes"]["configurable_product_links"] == [41, 42]


def test_a_template_waits_for_its_variants_and_its_attributes(shop: Shop) -> None:
    having(shop, *rows("TEE-O"))
    variant = told(shop, TEE).problem
    assert isinstance(variant, Wait) and variant.for_ == ("product", "TEE-G")
    shop._routes["GET", "/products"] = []
    having(shop, *rows("TEE-O", "TEE-G"))
    axis = told(shop, Composite("TEE", axes=("SLEEVE",), parts=TEE.parts)).problem
    assert isinstance(axis, Wait) and axis.for_ == ("attribute", "SLEEVE")
    assert not shop.writes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"axes": ()}, "no attribute to choose by"),
        ({"axes": ("FINISH",)}, "can only choose from a list"),
        ({"parts": (Part("TEE-O", choices=(("COLOR", "Pink"),)),)}, 'no option "Pink"'),
        ({"parts": (Part("TEE-O"),)}, "has no value of COLOR"),
        ({"parts": tuple(Part(key, choices=(("COLOR", "Oak"),)) for key in ("TEE-O", "TEE-G"))}, "same values"),
        ({"parts": ()}, "nothing that it is made of"),
        ({"kind": "crate"}, "kind crate"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_refused_in_words(shop: Shop, changes: dict[str, Any], words: str) -> None:
    having(shop, *rows("TEE-O", "TEE-G"))
    values = {"kind": "configurable", "axes": TEE.axes, "parts": TEE.parts, "product": TEE.product} | changes
    problem = told(shop, Composite("TEE", **values)).problem
    assert isinstance(problem, Fail) and words in problem.reason and not shop.writes()


def test_a_product_of_another_type_is_not_turned(shop: Shop) -> None:
    having(shop, *rows("TEE", "TEE-O", "TEE-G"))
    problem = told(shop, TEE).problem
    assert isinstance(problem, Fail) and problem.code == "magento.other_type"


def test_a_kit_becomes_a_bundle_of_the_kits_price(shop: Shop) -> None:
    having(shop, *rows("CUP", "PLATE"))
    told(shop, SET)
    body = sent(shop)
    custom = {row["attribute_code"]: row["value"] for row in body["custom_attributes"]}
    assert (body["type_id"], body["price"]) == ("bundle", 19.9)
    assert {name: custom[name] for name in ("price_type", "shipment_type")} == {"price_type": "1", "shipment_type": "0"}
    options = body["extension_attributes"]["bundle_product_options"]
    assert [(row["title"], row["required"], row["product_links"][0]["qty"]) for row in options] == [
        ("CUP", True, 4),
        ("PLATE", True, 1),
    ]


def bundled(shop: Shop, quantity: int) -> None:
    having(shop, *rows("CUP", "PLATE"), {"id": 60, "sku": "SET", "type_id": "bundle"})
    options = [
        {"option_id": 7, "product_links": [{"sku": "CUP", "qty": quantity}]},
        {"option_id": 8, "product_links": [{"sku": "PLATE", "qty": 1}]},
    ]
    shop.answer("GET", "/bundle-products/SET/options/all", options)
    shop.answer("PUT", "/products/SET", {"id": 60})


def test_a_kit_whose_parts_have_not_changed_keeps_its_options(shop: Shop) -> None:
    bundled(shop, 4)
    told(shop, SET)
    assert "bundle_product_options" not in sent(shop)["extension_attributes"] and "price" not in sent(shop)


def test_a_changed_kit_keeps_the_ids_of_its_options(shop: Shop) -> None:
    bundled(shop, 2)
    told(shop, SET)
    options = sent(shop)["extension_attributes"]["bundle_product_options"]
    assert [(row["option_id"], row["product_links"][0]["qty"]) for row in options] == [(7, 4), (8, 1)]


def test_a_kit_may_be_a_simple_product(shop: Shop) -> None:
    having(shop, *rows("CUP", "PLATE"))
    assert told(shop, SET, product={"kits": "simple"}).problem is None
    assert sent(shop)["type_id"] == "simple" and "bundle_product_options" not in sent(shop)["extension_attributes"]


def test_a_group_keeps_its_other_links(shop: Shop) -> None:
    other = {
        "sku": "GRP",
        "link_type": "related",
        "linked_product_sku": "MUG",
        "linked_product_type": "simple",
        "position": 1,
    }
    having(shop, *rows("CUP"), {"id": 60, "sku": "GRP", "type_id": "grouped", "product_links": [other]})
    shop.answer("PUT", "/products/GRP", {"id": 60})
    told(shop, Composite("GRP", kind="grouped", parts=(Part("CUP", Decimal(2)),)))
    assert [(row["link_type"], row["linked_product_sku"]) for row in sent(shop)["product_links"]] == [
        ("related", "MUG"),
        ("associated", "CUP"),
    ]
    assert sent(shop)["product_links"][1]["extension_attributes"] == {"qty": 2}


def test_a_template_that_is_not_for_sale_is_switched_off_and_never_made(shop: Shop) -> None:
    record = Composite("TEE", product=Product("TEE", active=False), axes=TEE.axes, parts=TEE.parts)
    having(shop)
    assert isinstance(told(shop, record).problem, Skip) and not shop.writes()
    shop._routes["GET", "/products"] = []
    having(shop, {"id": 60, "sku": "TEE", "type_id": "configurable"}).answer("PUT", "/products/TEE", {"id": 60})
    assert told(shop, record).fields == {"status": 2}


def test_a_template_that_is_gone_goes_like_a_product(shop: Shop) -> None:
    shop.answer("DELETE", "/products/TEE", True)
    assert shop.magento({"product": {"deletion": "delete"}}).delete("composite", "TEE", "60").fields == {
        "deleted": True
    }


# --- status -------------------------------------------------------------------------------------------------


def test_a_status_is_only_the_status(shop: Shop) -> None:
    shop.answer("PUT", "/products/A%2FB", {"id": 3})
    (written,) = shop.magento().write_many([ProductStatus("A/B", active=False)], known={"A/B": "3"})
    assert shop.writes()[0].body == {"product": {"sku": "A/B", "status": 2}} and written.target_id == "3"


@pytest.mark.parametrize(("active", "word"), [(True, Wait), (False, Skip)])
def test_a_status_makes_no_product(shop: Shop, active: bool, word: type[Outcome]) -> None:
    shop.answer("GET", "/products", listing([]))
    assert isinstance(told(shop, ProductStatus("A", active=active)).problem, word) and not shop.writes()


def test_a_product_that_was_deleted_meanwhile_is_waited_for(shop: Shop) -> None:
    shop.answer("PUT", "/products/A", ABSENT, 404)
    (written,) = shop.magento().write_many([ProductStatus("A")], known={"A": "3"})
    assert isinstance(written.problem, Wait)


# --- relations ----------------------------------------------------------------------------------------------


def link(kind: str, sku: str) -> dict[str, Any]:
    return {"sku": "A", "link_type": kind, "linked_product_sku": sku, "linked_product_type": "simple", "position": 1}


def test_links_are_added_and_taken_away_and_others_are_sent_along(shop: Shop) -> None:
    found = rows("A", "B", "C")
    found[0]["product_links"] = [link("related", "OLD"), link("associated", "KEEP")]
    shop.answer("GET", "/products", listing(found))
    shop.answer("DELETE", "/products/A/links/related/OLD", True)
    shop.answer("POST", "/products/A/links", True)
    written = told(shop, Relation("A", links=(("related", "B"), ("upsell", "C"), ("related", "A"), ("odd", "B"))))
    away, added = shop.writes()
    assert away.method == "DELETE"
    assert [(row["link_type"], row["linked_product_sku"]) for row in added.body["items"]] == [
        ("associated", "KEEP"),
        ("related", "B"),
        ("upsell", "C"),
    ]
    assert written.fields == {"related": ["B"], "upsell": ["C"]}


def test_links_that_are_there_are_not_sent(shop: Shop) -> None:
    found = rows("A", "B")
    found[0]["product_links"] = [link("related", "b")]
    shop.answer("GET", "/products", listing(found))
    assert told(shop, Relation("A", links=(("related", "B"),))).problem is None and not shop.writes()


def test_a_link_waits_for_the_product_that_it_leads_to(shop: Shop) -> None:
    shop.answer("GET", "/products", listing(rows("A")))
    problem = told(shop, Relation("A", links=(("related", "B"),))).problem
    assert isinstance(problem, Wait) and problem.for_ == ("product", "B")


def test_relations_may_be_switched_off(shop: Shop) -> None:
    problem = told(shop, Relation("A"), product={"relations": False}).problem
    assert isinstance(problem, Skip) and not shop.sent


@pytest.mark.parametrize("entity", ["relation", "image", "product_status"])
def test_what_goes_with_the_product_is_not_deleted_by_itself(shop: Shop, entity: str) -> None:
    assert isinstance(shop.magento().delete(entity, "A", "1").problem, Skip)
