"""Products out of the shop, and what else a product takes with it: categories, websites, mapped fields."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from connector.records import Product, StoreProduct
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import DATA, Sent, Shop, listing

BOTH = {"direction": {"product": "both"}}


def bench(**changes: Any) -> dict[str, Any]:
    return {**json.loads((DATA / "product.json").read_text()), **changes}


def sent_product(sent: Sent) -> dict[str, Any]:
    return dict(sent.body["product"])


def linked(*links: tuple[str, int]) -> dict[str, Any]:
    rows = [{"category_id": number, "position": position} for number, position in links]
    return {"sku": "GB-200", "extension_attributes": {"category_links": rows}}


def test_where_products_come_from_the_store_they_are_read_as_products(shop: Shop) -> None:
    custom = [
        {"attribute_code": "color", "value": "21"}, {"attribute_code": "finish", "value": "31,32"},
        {"attribute_code": "tax_class_id", "value": "2"}, {"attribute_code": "meta_keyword", "value": "a, b"},
        {"attribute_code": "description", "value": "Text"},
    ]  # fmt: skip
    row = bench(
        custom_attributes=custom, attribute_set_id=4, extension_attributes=linked(("9", 1))["extension_attributes"]
    )
    settled(shop).answer("GET", "/products", listing([row]))
    found = shop.magento(BOTH).read_many("product", ["GB-200"])["GB-200"]
    assert isinstance(found, Product)
    assert (found.name, found.active, found.item_class, found.price) == (
        "Garden bench",
        True,
        "Default",
        Decimal("149.9"),
    )
    assert found.attributes == (("COLOR", "Oak"), ("FINISH", "Oiled; Painted")) and found.meta_keywords == "a, b"
    assert found.tax_category and found.categories == ("9",)
    assert dict(found.raw)["color"] == "Oak"


def test_where_they_do_not_the_record_page_gets_quantities(shop: Shop) -> None:
    settled(shop).answer("GET", "/products", listing([bench()]))
    shop.answer("GET", "/inventory/source-items", listing([]))
    assert isinstance(shop.magento().read_many("product", ["GB-200"])["GB-200"], StoreProduct)


def test_a_virtual_product_has_no_stock(shop: Shop) -> None:
    settled(shop).answer("GET", "/products", listing([bench(type_id="virtual", visibility=1, status=2)]))
    found = shop.magento(BOTH).read_many("product", ["GB-200"])["GB-200"]
    assert isinstance(found, Product)
    assert (found.stock_item, found.requires_shipment, found.visibility, found.active) == (
        False,
        False,
        "invisible",
        False,
    )


def test_changed_products_are_polled_by_sku(shop: Shop) -> None:
    shop.answer(
        "GET", "/products", {"items": [{"id": 3, "sku": "A", "updated_at": "2026-11-21 08:00:00"}], "total_count": 9}
    )
    page = shop.magento(BOTH).changed_since("product", None)
    assert [change.key for change in page.changes] == ["A"] and page.position == "3"


def test_what_the_store_made_of_a_write_is_seen(shop: Shop) -> None:
    settled(shop).answer("PUT", "/products/GB-200", bench())
    (written,) = shop.magento(BOTH).write_many([Product("GB-200", name="Bench")], known={"GB-200": "731"})
    assert isinstance(written.seen, Product) and written.seen.key == "GB-200"


def test_both_ways_a_product_is_bound_by_what_it_can_be_read_by(shop: Shop) -> None:
    settled(shop).answer("PUT", "/products/GB-200", bench())
    shop.answer("GET", "/products", listing([bench()]))
    magento, record = shop.magento(BOTH), Product("GB-200", name="Bench")
    (written,) = magento.write_many([record], known={"GB-200": "731"})
    assert list(magento.read_many("product", [written.target_id])) == ["GB-200"]
    assert isinstance(magento.find_like("product", [record])["GB-200"], Product)


def test_a_new_product_is_put_into_its_categories_and_websites(shop: Shop) -> None:
    settled(shop).file("POST", "/products", "created.json")
    shop.magento().write_many([Product("GB-200", name="Bench", categories=("9", "11"), websites=("main",))], known={})
    extension = sent_product(shop.writes()[0])["extension_attributes"]
    assert extension["category_links"] == [{"category_id": "9", "position": 0}, {"category_id": "11", "position": 0}]
    assert extension["website_ids"] == [1]


def test_a_known_one_is_moved_and_kept_links_keep_their_place(shop: Shop) -> None:
    settled(shop).answer("PUT", "/products/GB-200", bench())
    shop.answer("GET", "/products", listing([linked(("9", 40), ("13", 2))]))
    record = Product("GB-200", name="Bench", categories=("9", "11"))
    shop.magento().write_many([record], known={"GB-200": "731"})
    shop.magento({"product": {"keep_categories": True}}).write_many([record], known={"GB-200": "731"})
    replaced, kept = (sent_product(sent)["extension_attributes"]["category_links"] for sent in shop.writes())
    assert replaced == [{"category_id": "9", "position": 40}, {"category_id": "11", "position": 0}]
    assert [link["category_id"] for link in kept] == ["9", "11", "13"]


def test_links_that_are_right_already_are_not_sent(shop: Shop) -> None:
    settled(shop).answer("PUT", "/products/GB-200", bench())
    shop.answer("GET", "/products", listing([linked(("9", 40))]))
    shop.magento().write_many([Product("GB-200", name="Bench", categories=("9",))], known={"GB-200": "731"})
    assert "extension_attributes" not in sent_product(shop.writes()[0])


def test_mapped_fields_are_written_over_the_others(shop: Shop) -> None:
    settled(shop).answer("PUT", "/products/GB-200", bench())
    pairs = (("name", "Mapped"), ("color", "oak"), ("weight", "3.5"), ("sku", "X"), ("outdoor", "maybe"), ("nope", "1"))
    (written,) = shop.magento().write_many([Product("GB-200", name="Bench", mapped=pairs)], known={"GB-200": "731"})
    sent = sent_product(shop.writes()[0])
    assert (sent["name"], sent["weight"], sent["sku"]) == ("Mapped", 3.5, "GB-200")
    assert sent["custom_attributes"] == [{"attribute_code": "color", "value": "21"}]
    assert written.fields["notes"] == [
        "sku left out: the store writes it itself",
        'outdoor left out: "maybe" is neither yes nor no',
        "nope left out: the store has no such field",
    ]


def test_a_value_of_one_store_view_is_written_through_that_view_after_the_global_ones(shop: Shop) -> None:
    shop.furnished().file("PUT", "/products/GB-200", "product.json")
    french = (("name", "Banc de jardin"), ("price", "1"))
    record = Product("GB-200", name="Garden bench", views=(("fr", french),))
    (written,) = shop.magento().write_many([record], known={"GB-200": "5"})
    everywhere, view = shop.writes()
    assert "/rest/all/V1/" in everywhere.url and everywhere.body["product"]["name"] == "Garden bench"
    assert "/rest/fr/V1/" in view.url and view.body == {"product": {"sku": "GB-200", "name": "Banc de jardin"}}
    assert written.problem is None and written.fields["name in fr"] == "Banc de jardin"
    assert any(note.startswith("fr: price left out") for note in written.fields["notes"]), "it would be everybody's"
