"""What the store has of a product: looked up by SKU, with and without its quantities."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from connector.errors import Fail
from connector.records import StoreProduct
from tests.systems.magento.shop import DATA, Shop, listing, refusal


def bench(**changes: object) -> dict[str, object]:
    return {**json.loads((DATA / "product.json").read_text()), **changes}


def test_a_product_is_found_under_the_key_that_was_asked_for(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([bench()]))
    found = shop.magento().find("product", ["gb-200", "NOPE"])
    assert list(found) == ["gb-200"]
    product = found["gb-200"]
    assert isinstance(product, StoreProduct)
    assert (product.key, product.target_id, product.name, product.type) == ("gb-200", "731", "Garden bench", "simple")
    assert (product.enabled, product.price, product.special_price) == (True, Decimal("149.9"), Decimal(129))
    assert product.quantities == ()
    assert product.version == 1781196022_000000
    assert product.fields["sku"] == "GB-200" and product.fields["website_ids"] == [1, 2]
    assert product.fields["url_key"] == "garden-bench-gb-200" and product.fields["weight"] == 18.25
    assert "media_gallery_entries" not in product.fields
    assert shop.calls() == ["GET /products"]


def test_the_record_page_gets_the_quantity_of_each_source(shop: Shop) -> None:
    shop.furnished().answer("GET", "/products", listing([bench(), bench(id=9, sku="GB-9", status=2)]))
    rows = [
        {"sku": "GB-200", "source_code": "wh_east", "quantity": 4.5, "status": 1},
        {"sku": "GB-200", "source_code": "default", "quantity": 12, "status": 1},
        {"sku": "ORPHAN", "source_code": "default", "quantity": 1, "status": 1},
    ]
    shop.answer("GET", "/inventory/source-items", listing(rows))
    found = shop.magento().read_many("inventory", ["GB-200", "GB-9"])
    assert found["GB-200"].quantities == (("default", Decimal(12)), ("wh_east", Decimal("4.5")))  # type: ignore[attr-defined]
    assert found["GB-9"].quantities == () and not found["GB-9"].enabled  # type: ignore[attr-defined]


def test_without_sources_the_quantity_is_the_legacy_stock_item(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([bench(sku="A"), bench(sku="B"), bench(sku="C")]))
    shop.answer("GET", "/stockItems/A", {"item_id": 3, "qty": 7, "is_in_stock": True})
    shop.answer("GET", "/stockItems/B", refusal('The Product with the "%1" SKU doesn\'t exist.', ["B"]), 404)
    shop.answer("GET", "/stockItems/C", [])
    found = shop.magento().read_many("product", ["A", "B", "C"])
    assert [found[key].quantities for key in "ABC"] == [(("default", Decimal(7)),), (), ()]  # type: ignore[attr-defined]


def test_nothing_found_asks_for_nothing_more(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([]))
    assert shop.magento().read_many("product", ["A"]) == {}
    assert shop.calls() == ["GET /products"]


def test_no_keys_are_no_requests(shop: Shop) -> None:
    assert shop.magento().find("product", []) == {}
    assert shop.magento().write_many([], known={}) == []
    assert shop.sent == []


def test_a_product_without_half_of_its_fields_is_read_all_the_same(shop: Shop) -> None:
    shop.answer("GET", "/products", listing([{"id": 1, "sku": "A", "updated_at": "?", "extension_attributes": []}]))
    product = shop.magento().find("price", ["A"])["A"]
    assert isinstance(product, StoreProduct)
    assert (product.price, product.special_price, product.version, product.enabled) == (None, None, 0, False)


@pytest.mark.parametrize("call", ["find", "read_many"])
def test_an_entity_that_the_shop_has_not_got_is_refused(shop: Shop, call: str) -> None:
    with pytest.raises(Fail):
        getattr(shop.magento(), call)("starship", ["A"])
    with pytest.raises(Fail):
        shop.magento().delete("starship", "A", "1")
    assert shop.sent == []


def test_the_schema_names_the_stores_own_attributes(shop: Shop) -> None:
    shop.answer("GET", "/products/attributes", listing([{"attribute_code": "color"}, {"attribute_code": "name"}]))
    names = shop.magento().schema("product")
    assert names[:2] == ["sku", "name"] and names[-1] == "color" and names.count("name") == 1
    assert shop.magento().schema("inventory") == ["sku", "source_code", "quantity", "status"]
    assert shop.magento().schema("starship") == []


def test_prices_and_stock_go_with_their_product(shop: Shop) -> None:
    written = shop.magento().delete("price", "A", "A")
    assert written.problem is not None and "goes with the product" in written.problem.reason
    assert shop.sent == []
