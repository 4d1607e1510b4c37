"""Products on their way to Magento: what exactly is sent, and what each answer becomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from requests.exceptions import ConnectTimeout

from connector.errors import Fail, Refused, Retry, Skip
from connector.records import Product
from tests.systems.magento.shop import Sent, Shop, listing, refusal

BENCH = Product(
    "GB-200",
    name="Garden bench",
    item_class="Garden Furniture",
    tax_category="EXEMPT",
    price=Decimal("149.90"),
    msrp=Decimal("179"),
    weight=Decimal("18.2500"),
    description="<p>Oiled oak.</p>",
    short_description="Seats three.",
    meta_title="Bench",
    meta_description="A bench of oak",
    meta_keywords="bench, oak",
    attributes=(("Color", "Oak"), ("FINISH", "Oiled; painted"), ("Outdoor", "True")),
)
TAKEN = refusal("URL key for specified store already exists.")
NO_SET = refusal("Invalid product data: %1", ["Invalid attribute set entity type"])


def product(sent: Sent) -> dict[str, Any]:
    assert set(sent.body) == {"product"}
    return dict(sent.body["product"])


def custom(sent: Sent) -> dict[str, str]:
    return {row["attribute_code"]: row["value"] for row in product(sent)["custom_attributes"]}


def test_a_new_product_is_one_post_with_everything_that_a_new_one_needs(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    (written,) = shop.magento().write_many([BENCH], known={})
    (post,) = shop.writes()
    assert (post.method, post.url) == ("POST", "https://shop.test/rest/all/V1/products")
    body = product(post)
    attributes = custom(post)
    del body["custom_attributes"]
    assert body == {
        "sku": "GB-200",
        "name": "Garden bench",
        "status": 1,
        "visibility": 4,
        "weight": 18.25,
        "attribute_set_id": 12,
        "type_id": "simple",
        "price": 149.9,
        "extension_attributes": {"website_ids": [1, 2]},
    }
    assert attributes == {
        "description": "<p>Oiled oak.</p>",
        "short_description": "Seats three.",
        "meta_title": "Bench",
        "meta_description": "A bench of oak",
        "meta_keyword": "bench, oak",
        "msrp": "179",
        "tax_class_id": "6",
        "color": "21",
        "finish": "31,32",
        "outdoor": "1",
        "url_key": "garden-bench-gb-200",
    }
    assert (written.target_id, written.created, written.problem) == ("900", True, None)
    assert written.fields["color"] == "21" and written.fields["website_ids"] == [1, 2]
    assert "notes" not in written.fields


def test_the_second_product_asks_for_no_metadata_until_five_minutes_are_over(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    magento = shop.magento()
    magento.write_many([BENCH], known={})
    before = len(shop.sent)
    shop.clock.advance(299)
    magento.write_many([BENCH], known={})
    assert shop.calls()[before:] == ["POST /products"]
    shop.clock.advance(2)
    magento.write_many([BENCH], known={})
    assert sorted(shop.calls()[before + 1 :]) == [
        "GET /products/attribute-sets/sets/list",
        "GET /products/attributes",
        "GET /store/websites",
        "GET /taxClasses/search",
        "POST /products",
    ]


def test_a_bound_product_is_one_partial_put_that_leaves_the_stores_own_work_alone(shop: Shop) -> None:
    shop.furnished().file("PUT", "/products/GB-200", "product.json")
    (written,) = shop.magento().write_many([BENCH], known={"GB-200": "731"})
    (put,) = shop.writes()
    body = product(put)
    assert body["sku"] == "GB-200" and body["attribute_set_id"] == 12 and body["status"] == 1
    assert not {"price", "type_id", "extension_attributes"} & set(body)
    assert "url_key" not in custom(put)
    assert (written.target_id, written.created) == ("731", False)


def test_a_sku_is_percent_encoded_once_in_the_path(shop: Shop) -> None:
    sku = "A/B C%41+é#?&"
    shop.furnished().file("PUT", "/products/A%2FB%20C%2541%2B%C3%A9%23%3F%26", "product.json")
    (written,) = shop.magento().write_many([Product(sku, name="Odd")], known={sku: "7"})
    assert written.problem is None
    assert shop.writes()[0].url.endswith("/V1/products/A%2FB%20C%2541%2B%C3%A9%23%3F%26")


def test_an_empty_text_is_not_sent_and_an_empty_attribute_clears(shop: Shop) -> None:
    shop.furnished().file("PUT", "/products/GB-200", "product.json")
    plain = Product("GB-200", name="Garden bench", attributes=(("COLOR", ""),))
    shop.magento().write_many([plain], known={"GB-200": "731"})
    assert custom(shop.writes()[0]) == {"color": ""}


def test_a_service_is_virtual_without_weight_and_without_managed_stock(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    service = Product("SETUP", name="Setup", stock_item=False, requires_shipment=False, weight=Decimal(1))
    shop.magento().write_many([service], known={})
    body = product(shop.writes()[0])
    assert body["type_id"] == "virtual" and "weight" not in body
    assert body["extension_attributes"]["stock_item"] == {
        "qty": 0,
        "is_in_stock": True,
        "manage_stock": False,
        "use_config_manage_stock": False,
    }


def test_a_non_stock_item_that_is_shipped_is_simple_with_a_weight(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    shop.magento().write_many([Product("KIT", name="Kit", stock_item=False, weight=Decimal("0.5"))], known={})
    body = product(shop.writes()[0])
    assert (body["type_id"], body["weight"]) == ("simple", 0.5)
    assert body["extension_attributes"]["stock_item"]["manage_stock"] is False


@pytest.mark.parametrize(("visibility", "number"), [("visible", 4), ("featured", 4), ("invisible", 1), ("??", 4)])
def test_visibility_becomes_magentos_number(shop: Shop, visibility: str, number: int) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    shop.magento().write_many([Product("X", name="X", visibility=visibility)], known={})
    assert product(shop.writes()[0])["visibility"] == number


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({}, ("Default", 4, "Taxable Goods", "2")),
        ({"default_attribute_set": "Tools", "default_tax_class": "EXEMPT"}, ("Tools", 11, "EXEMPT", "6")),
    ],
)
def test_an_unknown_class_and_tax_category_fall_back_and_say_so(
    shop: Shop, given: dict[str, str], used: tuple[str, int, str, str]
) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    record = Product("X", name="X", item_class="Submarines", tax_category="MOON")
    (written,) = shop.magento(None, **given).write_many([record], known={})
    sent = shop.writes()[0]
    assert (product(sent)["attribute_set_id"], custom(sent)["tax_class_id"]) == (used[1], used[3])
    assert written.fields["notes"] == [
        f"no attribute set Submarines in the store: {used[0]} is used",
        f"no tax class MOON in the store: {used[2]} is used",
    ]


def test_an_update_does_not_move_a_product_to_the_default_set(shop: Shop) -> None:
    shop.furnished().file("PUT", "/products/X", "product.json")
    shop.magento().write_many([Product("X", name="X", item_class="Submarines", tax_category="MOON")], known={"X": "1"})
    body = product(shop.writes()[0])
    assert "attribute_set_id" not in body and "custom_attributes" not in body


def test_without_any_attribute_set_the_reason_and_the_cure_are_named(shop: Shop) -> None:
    shop.furnished()
    (written,) = shop.magento(default_attribute_set="Nowhere").write_many([Product("X", name="X")], known={})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.unknown_attribute_set"
    assert "Nowhere" in written.problem.reason and "default attribute set" in written.problem.help
    assert shop.writes() == []


def test_websites_come_from_the_setting_by_code_or_id_without_repeats(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    magento = shop.magento({"product": {"websites": ["Trade", "2"]}})
    magento.write_many([Product("X", name="X")], known={})
    assert product(shop.writes()[0])["extension_attributes"] == {"website_ids": [2]}


def test_an_unknown_website_fails_before_anything_is_sent(shop: Shop) -> None:
    shop.furnished()
    (written,) = shop.magento({"product": {"websites": ["main", "mars"]}}).write_many(
        [Product("X", name="X")], known={}
    )
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.unknown_website"
    assert "mars" in written.problem.reason and shop.writes() == []


def test_attributes_that_the_store_cannot_take_are_left_out_and_named(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    odd = Product(
        "X",
        name="X",
        attributes=(
            ("COLOR", "Purple"),
            ("LABEL IMAGE", "a.png"),
            ("SEASON START", "soon"),
            ("STATUS", "Enabled"),
            ("WARP", "9"),
        ),
    )
    (written,) = shop.magento().write_many([odd], known={})
    assert set(custom(shop.writes()[0])) == {"tax_class_id", "url_key"}
    assert written.fields["notes"] == [
        'attribute COLOR left out: the store has no option "Purple"',
        "attribute LABEL IMAGE left out: attributes of type media_image are not filled",
        'attribute SEASON START left out: "soon" is not a date',
        "attribute STATUS left out: the store has no attribute status of its own",
        "attribute WARP left out: the store has no attribute warp of its own",
    ]


def test_a_taken_address_of_the_erp_becomes_name_and_sku(shop: Shop) -> None:
    shop.furnished()
    shop.answer("POST", "/products", TAKEN, 400)
    shop.file("POST", "/products", "created.json")
    (written,) = shop.magento().write_many([Product("GB-1", name="Bench", url_key="bench")], known={})
    assert [custom(sent)["url_key"] for sent in shop.writes()] == ["bench", "bench-gb-1"]
    assert written.problem is None and written.fields["notes"] == ["URL key bench is taken: bench-gb-1 is used"]


def test_a_taken_address_of_name_and_sku_gets_a_tail_of_its_own_once(shop: Shop) -> None:
    shop.furnished()
    shop.answer("POST", "/products", TAKEN, 400)
    (written,) = shop.magento().write_many([Product("A/B", name="Bench")], known={})
    first, second = [custom(sent)["url_key"] for sent in shop.writes()]
    assert first == "bench-a-b" and second.startswith("bench-a-b-") and len(second) == len(first) + 7
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.url_key_taken"
    assert written.problem.help


def test_an_item_that_is_not_for_sale_and_not_in_the_store_is_skipped_with_its_reason(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([]))
    record = Product("OLD", name="Old", active=False, status_label="No Sales")
    (written,) = shop.magento().write_many([record], known={})
    assert isinstance(written.problem, Skip)
    assert written.problem.reason == "Not sent: it is No Sales in the ERP, and it is not in the store."
    assert shop.sent[0].filters() == {"sku": ("in", "OLD")} and shop.writes() == []


@pytest.mark.parametrize("known", [{"OLD": "731"}, {}])
def test_an_item_that_is_not_for_sale_is_disabled_in_the_store_by_its_status_alone(
    shop: Shop, known: dict[str, str]
) -> None:
    shop.answer("GET", "/products", listing([{"sku": "old", "type_id": "simple"}]))
    shop.file("PUT", "/products/OLD", "product.json")
    (written,) = shop.magento().write_many([Product("OLD", name="Old", exported=False)], known=known)
    assert [product(sent) for sent in shop.writes()] == [{"sku": "OLD", "status": 2}]
    assert len(shop.sent) == (1 if known else 2)
    assert written.problem is None and written.fields["notes"] == ["disabled: its export is off"]


def test_an_item_that_is_not_for_sale_and_was_deleted_in_the_store_is_not_made_anew(shop: Shop) -> None:
    shop.answer("PUT", "/products/OLD", NO_SET, 400)
    (written,) = shop.magento().write_many([Product("OLD", name="Old", active=False)], known={"OLD": "731"})
    assert isinstance(written.problem, Skip) and len(shop.sent) == 1


def test_a_bound_product_that_was_deleted_in_the_store_is_created_again(shop: Shop) -> None:
    shop.furnished()
    shop.answer("PUT", "/products/GB-300", NO_SET, 400)
    shop.answer("GET", "/products", listing([]))
    shop.file("POST", "/products", "created.json")
    (written,) = shop.magento().write_many([Product("GB-300", name="Garden table")], known={"GB-300": "5"})
    assert [f"{sent.method} {sent.path}" for sent in shop.writes()] == ["PUT /products/GB-300", "POST /products"]
    assert (written.target_id, written.created, written.problem) == ("900", True, None)


def test_a_deleted_attribute_set_is_looked_up_again_and_the_product_sent_once_more(shop: Shop) -> None:
    shop.furnished()
    shop.answer("POST", "/products", NO_SET, 400)
    shop.file("POST", "/products", "created.json")
    magento = shop.magento()
    (written,) = magento.write_many([BENCH], known={})
    assert written.problem is None
    assert shop.calls().count("GET /products/attribute-sets/sets/list") == 2 and len(shop.writes()) == 2


def test_an_upsert_of_a_product_that_was_there_is_not_called_a_creation(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "product.json")
    (written,) = shop.magento().write_many([BENCH], known={})
    assert (written.target_id, written.created) == ("731", False)


def test_a_sku_of_65_characters_fails_without_a_request(shop: Shop) -> None:
    (written,) = shop.furnished().magento().write_many([Product("S" * 65, name="Long")], known={})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.sku_too_long"
    assert shop.writes() == []


def test_a_name_is_cut_where_magento_would_cut_it_and_never_empty(shop: Shop) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    shop.magento().write_many([Product("A", name="n" * 300), Product("B")], known={})
    assert [len(product(sent)["name"]) for sent in shop.writes()] == [255, 1]
    assert product(shop.writes()[1])["name"] == "B"


def test_one_refused_product_of_several_does_not_stop_the_others(shop: Shop) -> None:
    shop.furnished()
    shop.answer("PUT", "/products/A", refusal("Could not save: deadlock"), 400)
    shop.answer("PUT", "/products/B", refusal('The value of the "%1" attribute isn\'t unique.', ["EAN"]), 400)
    shop.file("PUT", "/products/C", "product.json")
    records = [Product(key, name=key) for key in "ABC"]
    a, b, c = shop.magento().write_many(records, known={"A": "1", "B": "2", "C": "3"})
    assert isinstance(a.problem, Retry)
    assert isinstance(b.problem, Fail) and b.problem.code == "magento.value_not_unique"
    assert '"EAN"' in b.problem.reason
    assert c.problem is None


def test_a_refused_token_stops_the_whole_write(shop: Shop) -> None:
    text = "The consumer isn't authorized to access %resources."
    shop.answer("PUT", "/products/A", refusal(text, {"resources": "Magento_Catalog::products"}), 401)
    with pytest.raises(Refused, match="Magento_Catalog::products"):
        shop.magento().write_many([Product("A", name="A"), Product("B", name="B")], known={"A": "1", "B": "2"})
    assert len(shop.sent) == 1


def test_deletion_disables_by_default(shop: Shop) -> None:
    shop.file("PUT", "/products/GB-200", "product.json")
    written = shop.magento().delete("product", "GB-200", "731")
    assert product(shop.writes()[0]) == {"sku": "GB-200", "status": 2}
    assert written.problem is None and written.target_id == "731"


def test_deletion_by_setting_deletes(shop: Shop) -> None:
    shop.answer("DELETE", "/products/A%2FB", True)
    written = shop.magento({"product": {"deletion": "delete"}}).delete("product", "A/B", "731")
    assert [sent.method for sent in shop.sent] == ["DELETE"] and written.problem is None


@pytest.mark.parametrize("deletion", ["delete", "disable"])
def test_what_is_already_gone_is_done(shop: Shop, deletion: str) -> None:
    missing = refusal("The product that was requested doesn't exist. Verify the product and try again.")
    shop.answer("DELETE", "/products/X", missing, 404)
    shop.answer("PUT", "/products/X", NO_SET, 400)
    written = shop.magento({"product": {"deletion": deletion}}).delete("product", "X", "9")
    assert written.problem is None and written.fields["notes"] == ["it was already gone"]


def test_deletion_can_be_ignored(shop: Shop) -> None:
    written = shop.magento({"product": {"deletion": "ignore"}}).delete("product", "X", "9")
    assert isinstance(written.problem, Skip) and shop.sent == []


def test_an_answer_that_is_not_magentos_is_a_refusal_and_not_a_crash(shop: Shop) -> None:
    shop.answer("PUT", "/products/A", ["what?"])
    (written,) = shop.magento().write_many([Product("A", name="A")], known={"A": "1"})
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.not_magento"


def test_an_option_that_was_made_a_moment_ago_is_known_half_a_minute_later(shop: Shop) -> None:
    old = {"attribute_code": "color", "frontend_input": "select", "is_user_defined": True, "options": []}
    shop.furnished().answer("PUT", "/products/A", {"id": 1})
    shop._routes["GET", "/products/attributes"] = []
    shop.answer("GET", "/products/attributes", listing([old]))
    shop.answer("GET", "/products/attributes", listing([{**old, "options": [{"label": "Oak", "value": "21"}]}]))
    magento, record = shop.magento(), Product("A", name="n", attributes=(("COLOR", "Oak"),))
    (first,) = magento.write_many([record], known={"A": "1"})
    shop.clock.advance(31)
    (second,) = magento.write_many([record], known={"A": "1"})
    assert "no option" in first.fields["notes"][0] and second.fields["color"] == "21"


def test_the_links_of_many_products_are_looked_at_in_one_request(shop: Shop) -> None:
    shop.furnished()
    held = [{"sku": sku, "extension_attributes": {"category_links": [{"category_id": "3", "position": 1}]}}
            for sku in ("A", "B")]  # fmt: skip
    shop.answer("GET", "/products", listing(held))
    for sku in ("A", "B"):
        shop.file("PUT", f"/products/{sku}", "product.json")
    records = [Product("A", name="A", categories=("3",)), Product("B", name="B", categories=("3", "4"))]
    shop.magento().write_many(records, known={"A": "1", "B": "2"})
    (look,) = [sent for sent in shop.sent if sent.path == "/products"]
    assert look.filters() == {"sku": ("in", "A,B")}
    links = [product(sent).get("extension_attributes", {}).get("category_links") for sent in shop.writes()]
    assert links == [None, [{"category_id": "3", "position": 1}, {"category_id": "4", "position": 0}]]


def test_many_that_are_not_for_sale_are_looked_up_in_one_request(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([]))
    records = [Product(key, name=key, active=False) for key in ("A", "B", "C")]
    assert all(isinstance(one.problem, Skip) for one in shop.magento().write_many(records, known={}))
    assert [sent.filters() for sent in shop.sent] == [{"sku": ("in", "A,B,C")}]


def test_a_store_that_is_away_is_asked_once_and_not_for_each_product(shop: Shop) -> None:
    def nobody(_: Sent) -> None:
        raise ConnectTimeout("too late")

    shop.furnished().on("POST", "/products", nobody)
    done = shop.magento().write_many([Product(key, name=key) for key in ("A", "B", "C")], known={})
    assert [isinstance(one.problem, Retry) and one.problem.away for one in done] == [True] * 3
    assert shop.calls().count("POST /products") == 1


def test_what_a_look_up_did_not_find_is_not_looked_for_again_to_be_taken_off(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([]))
    magento = shop.magento()
    records = [Product(key, name=key, active=False) for key in ("A", "B")]
    assert magento.find_like("product", records) == {}
    assert all(isinstance(one.problem, Skip) for one in magento.write_many(records, known={}))
    assert len(shop.sent) == 1
    shop.clock.advance(301)
    magento.write_many(records, known={})
    assert len(shop.sent) == 2
