"""The Magento plug-in against the shop's own document and against what a real shop answered.

Every test of tests/systems/magento sends its requests past the same document (see its conftest); here are
the routes that the plug-in uses at all, the document's own teeth, and every recorded answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import responses

from connector.errors import Fail, Outcome, Refused, Retry, Skip, Wait
from connector.records import CreditMemo, Customer, Level, Order, Price, Product, Stock, StoreProduct
from connector.sync import money
from connector.systems.http import Answer
from connector.systems.magento.client import Client
from connector.systems.magento.errors import NotAllowed, TooMany
from tests.contract.magento_swagger import Swagger, load
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import SITE, Shop, listing

RECORDED = [
    "products",
    "prices",
    "price_scope_website",
    "inventory",
    "back_in_stock",
    "product_scopes",
    "product_search",
    "attributes",
    "store",
    "auth",
    "outages",
    "input_limits",
    "reservations",
    "media",
    "media_scopes",
    "composite_products",
    "categories",
    "category_product_links",
    "customers",
    "checkout",
    "orders_read",
    "orders_ops",
    "tax_and_rules",
    "async_bulk",
    "async_bulk_bysku_fixed",
]
USED = {
    ("GET", "/V1/bulk/{bulkUuid}/status"),
    ("GET", "/V1/inventory/source-items"),
    ("GET", "/V1/inventory/sources"),
    ("GET", "/V1/products"),
    ("GET", "/V1/products/attribute-sets/sets/list"),
    ("GET", "/V1/products/attributes"),
    ("GET", "/V1/store/storeViews"),
    ("GET", "/V1/store/websites"),
    ("GET", "/V1/stockItems/{productSku}"),
    ("GET", "/V1/taxClasses/search"),
    ("GET", "/V1/modules"),
    ("POST", "/V1/inventory/source-items"),
    ("POST", "/V1/products"),
    ("POST", "/V1/products/base-prices"),
    ("POST", "/V1/products/base-prices-information"),
    ("POST", "/V1/products/special-price"),
    ("POST", "/V1/products/special-price-delete"),
    ("POST", "/V1/products/special-price-information"),
    ("PUT", "/V1/products/{productSku}/stockItems/{itemId}"),
    ("PUT", "/V1/products/{sku}"),
    ("DELETE", "/V1/products/{sku}"),
}


@pytest.fixture
def document(shared: Path) -> Swagger:
    return load(shared / "contracts" / "magento-2.4.4-all.json")


@pytest.fixture
def shop() -> Iterator[Shop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Shop(mock)


def used(shop: Shop, document: Swagger) -> set[tuple[str, str]]:
    return {
        (sent.method, document.route(sent.method, f"/V1{sent.path}"))
        for sent in shop.sent
        if "version" not in sent.path
    }


# --- what the plug-in sends ---------------------------------------------------------------------------------


def test_the_plug_in_uses_the_routes_that_this_list_names_and_all_its_requests_are_allowed(
    shop: Shop, document: Swagger
) -> None:
    shop.furnished().file("POST", "/products", "created.json")
    shop.answer("PUT", "/products/A%2FB", json.loads('{"id": 3}'))
    shop.answer("DELETE", "/products/A%2FB", True)
    product = Product("A/B", name="n", attributes=(("COLOR", "Oak"),), weight=Decimal("1.5"), msrp=Decimal(3))
    magento = shop.magento({"product": {"deletion": "delete"}, "price": {"special_price": True}})
    service = Product("S", name="s", stock_item=False, requires_shipment=False)
    magento.write_many([product, service], known={})
    magento.write_many([product], known={"A/B": "3"})
    magento.delete("product", "A/B", "3")

    shop.answer("GET", "/products", listing([{"id": 1, "sku": "A/B"}, {"id": 2, "sku": "B"}]))
    complaint = {"message": "Invalid attribute %fieldName = %fieldValue.", "parameters": ["Price", "1"]}
    shop.answer("POST", "/products/base-prices", [complaint])
    shop.answer(
        "POST", "/products/base-prices-information", [{"sku": key, "price": 1, "store_id": 0} for key in ("A/B", "B")]
    )
    shop.answer("POST", "/products/special-price-information", [{"sku": "B", "price": 1, "store_id": 0}])
    shop.answer("POST", "/products/special-price", [])
    shop.answer("POST", "/products/special-price-delete", [])
    magento.write_many(
        [Price("A/B", price=Decimal(1), special_price=Decimal("0.5")), Price("B", price=Decimal(1))], known={}
    )

    shop.answer("GET", "/inventory/source-items", listing([]))
    shop.answer("POST", "/inventory/source-items", [])
    magento.write_many([Stock("A/B", levels=(Level("M", available=Decimal("2.5")),))], known={})
    magento.read_many("product", ["A/B"])
    magento.schema("product")
    magento.check()

    del shop._routes[("GET", "/inventory/sources")]
    shop.answer("PUT", "/products/A%2FB/stockItems/1", 35)
    shop.answer("GET", "/stockItems/A%2FB", {"qty": 1})
    old = shop.magento()
    old.write_many([Stock("A/B")], known={"A/B": "3"})
    old.read_many("product", ["A/B"])
    assert used(shop, document) == USED
    for sent in shop.sent:
        if sent.path != "/magento_version":
            assert document.problems(sent.method, f"/V1{sent.path}", sent.query, sent.body) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "problem"),
    [
        ("GET", "/V1/nothing", [], None, "no operation"),
        ("PATCH", "/V1/products", [], None, "no operation"),
        ("GET", "/V1/products/A/B", [], None, "no operation"),
        ("GET", "/V1/products", [("searchCriteria[nope]", "1")], None, "unknown query parameter"),
        ("GET", "/V1/products", [("searchCriteria[pageSize]", "many")], None, "not an integer"),
        ("GET", "/V1/store/websites", [], {}, "has a body"),
        ("POST", "/V1/products", [], {}, "'product' is a required property"),
        ("POST", "/V1/products", [], {"product": {"sku": "A"}, "extra": 1}, "'extra' was unexpected"),
        ("POST", "/V1/products", [], {"product": {"sku": "A", "nope": 1}}, "'nope' was unexpected"),
        ("POST", "/V1/products", [], {"product": {"sku": "A", "price": "1"}}, "not of type 'number'"),
        ("POST", "/V1/products", [], {"product": {"sku": "A", "custom_attributes": {"a": 1}}}, "not of type 'array'"),
        ("POST", "/V1/products/base-prices", [], {"prices": [{"sku": "A", "price": 1}]}, "'store_id' is a required"),
    ],
)
def test_the_document_has_teeth(
    document: Swagger, method: str, path: str, query: list[tuple[str, str]], body: Any, problem: str
) -> None:
    assert problem in " | ".join(document.problems(method, path, query, body))


# --- what a real shop answered ------------------------------------------------------------------------------


@cache
def interactions(path: Path) -> dict[int, dict[str, Any]]:
    recorded = json.loads(path.read_text())["interactions"]
    return {item["seq"]: item for item in recorded if item.get("request") and item.get("response")}


def heard(item: dict[str, Any]) -> Answer | Outcome:
    """A recorded answer as the client understands it. Anything but an answer or a word is an error."""
    request, response = item["request"], item["response"]
    body = json.dumps(response["body"]) if "body" in response else response.get("body_text") or ""
    headers = {name: value for name, value in response.get("headers", {}).items() if name != "Set-Cookie"}
    with responses.RequestsMock() as mock:
        kind = headers.pop("Content-Type", "application/json")
        mock.add(
            request["method"],
            f"{SITE}{request['path']}",
            body=body,
            status=response["status"],
            headers=headers,
            content_type=kind,
        )
        client = Client({"url": SITE, "token": "t"})
        try:
            return client.http.call(request["method"], request["path"], body=request.get("body"))
        except Outcome as word:
            return word


def recorded(shared: Path, name: str, seq: int) -> dict[str, Any]:
    return interactions(shared / "recordings" / "magento-2.4.4" / f"{name}.json")[seq]


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_answer_is_read_into_data_or_one_of_the_words(shared: Path, name: str) -> None:
    count = 0
    for item in interactions(shared / "recordings" / "magento-2.4.4" / f"{name}.json").values():
        said, status = heard(item), item["response"]["status"]
        where = f"{name} {item['seq']} {item['label']}"
        if status < 300:
            assert isinstance(said, Answer), where
            assert said.data == item["response"].get("body", said.data), where
        else:
            assert isinstance(said, Fail | Retry), where
            assert str(status) in said.reason or status == 401, where
            parameters = (item["response"].get("body") or {}).get("parameters") or {}
            assert not [key for key in parameters if isinstance(parameters, dict) and f"%{key}" in said.reason], where
            assert "<" not in said.reason.replace("<a href", "").replace("</a>", ""), where
        count += 1
    assert count > 3


@pytest.mark.parametrize(
    ("name", "seq", "word", "code", "text"),
    [
        (
            "products",
            8,
            Fail,
            "magento.unknown_attribute_set",
            "Invalid product data: Invalid attribute set entity type",
        ),
        ("products", 10, Fail, "magento.missing_value", '"Product Name" attribute value is empty'),
        ("products", 12, Retry, "http.500", "An error has happened during application run"),
        ("products", 13, Fail, "magento.negative_price", "0 or greater"),
        ("products", 15, Fail, "magento.sku_too_long", "64 characters"),
        ("products", 18, Fail, "magento.url_key_taken", "URL key"),
        ("products", 19, Fail, "magento.url_key_taken", "URL key"),
        ("products", 22, Fail, "magento.wrong_type", '"erp_brand"'),
        ("products", 24, Fail, "magento.value_not_unique", '"Unique"'),
        (
            "products",
            25,
            Fail,
            "magento.invalid_value",
            'Invalid value of "not a date" provided for the erp_date field',
        ),
        ("products", 27, Retry, "magento.could_not_save", "unable to be saved"),
        ("products", 28, Retry, "http.500", "Report ID: webapi-"),
        ("products", 36, Fail, "magento.no_route", "does not match any route"),
        ("products", 63, Fail, "magento.unknown_attribute_set", ""),
        ("products", 90, Fail, "magento.no_such_product", ""),
        ("inventory", 9, Fail, None, 'Source with code "nope" does not exist.'),
        ("inventory", 21, Fail, "magento.bundle_source", '"wh_east"'),
        ("inventory", 26, Retry, "magento.could_not_save", "Could not save Source Item"),
        ("inventory", 30, Fail, None, 'Validation Failed: "quantity" should be numeric.'),
        ("inventory", 58, Retry, "http.500", "Internal Error"),
        ("inventory", 63, Fail, "magento.no_such_product", '"nope"'),
        ("auth", 3, NotAllowed, "magento.not_allowed", "Magento_Backend::store"),
        ("auth", 5, Fail, "magento.signature_method", "HMAC-SHA1"),
        ("auth", 6, Refused, "magento.signature", ""),
        ("auth", 8, Retry, "magento.nonce_used", "ID 1"),
        ("auth", 10, Refused, "magento.clock", ""),
        ("auth", 21, NotAllowed, "magento.not_allowed", "Magento_Catalog::products"),
        ("auth", 26, Fail, "magento.unknown_store_view", ""),
        ("auth", 30, Retry, "http.500", "There has been an error processing your request"),
        ("product_search", 29, Fail, None, '"searchCriteria" is required'),
        ("product_search", 44, Refused, "magento.signature", ""),
        ("product_search", 46, Fail, None, "414"),
        ("input_limits", 3, TooMany, "magento.too_many", "is 20"),
        ("input_limits", 4, TooMany, "magento.too_many", "is 20"),
        ("input_limits", 5, TooMany, "magento.too_many", "is 300"),
        ("outages", 1, Retry, "http.503", "maintenance"),
        ("outages", 4, Retry, "http.502", "502 Bad Gateway"),
        ("outages", 6, Retry, "http.500", ""),
        ("outages", 8, Retry, "magento.broker_down", ""),
        ("outages", 12, Retry, "magento.search_engine", "No alive nodes found"),
        ("outages", 16, NotAllowed, "magento.not_allowed", "Magento_Sales::actions_view"),
        ("attributes", 33, Fail, "magento.option_exists", '"Initech" is already exists'),
        ("product_scopes", 34, Fail, None, 'product "2" to websites "77"'),
        ("async_bulk", 59, Fail, None, "Bulk uuid 00000000-0000-0000-0000-000000000000 not exist"),
    ],
)
def test_important_refusals_get_their_word_code_and_text(
    shared: Path, name: str, seq: int, word: type, code: str | None, text: str
) -> None:
    said = heard(recorded(shared, name, seq))
    assert type(said) is word, f"{type(said)} {said}"
    assert isinstance(said, Outcome) and said.code == code and text in said.reason


def test_what_may_have_been_written_is_called_unknown(shared: Path) -> None:
    search_engine, database_down = (heard(recorded(shared, "outages", seq)) for seq in (12, 6))
    maintenance_get = heard(recorded(shared, "outages", 1))
    assert isinstance(search_engine, Retry) and search_engine.unknown
    assert isinstance(database_down, Retry) and database_down.unknown
    assert isinstance(maintenance_get, Retry) and not maintenance_get.unknown


def replay(shop: Shop, shared: Path, name: str, seq: int, method: str, path: str) -> None:
    response = recorded(shared, name, seq)["response"]
    shop.answer(method, path, response["body"], response["status"])


def test_the_recorded_store_is_read_into_names_and_ids(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "store", 1, "GET", "/store/websites")
    replay(shop, shared, "store", 12, "GET", "/taxClasses/search")
    replay(shop, shared, "attributes", 1, "GET", "/products/attribute-sets/sets/list")
    replay(shop, shared, "inventory", 1, "GET", "/inventory/sources")
    options = [recorded(shared, "attributes", seq)["response"]["body"] for seq in (10, 13, 14)]
    shop.answer("GET", "/products/attributes", listing(options))
    store = shop.magento().store
    assert store.website_ids([]) == [1, 2] and store.website_ids(["b2b"]) == [2]
    assert store.tax_class("Taxable Goods") == 2
    assert store.attribute_set("default") == 4
    assert store.sources() == {"default"}
    found = store.attributes(["erp_brand", "erp_weight_class", "erp_flag"])
    assert found["erp_brand"].kind == "select" and found["erp_brand"].options == (("Acme", "4"), ("Globex", "5"))
    assert found["erp_weight_class"].kind == "multiselect" and found["erp_flag"].kind == "boolean"


def test_the_recorded_product_is_read_for_the_record_page(shop: Shop, shared: Path) -> None:
    shop.furnished()
    replay(shop, shared, "product_search", 41, "GET", "/products")
    rows = recorded(shared, "inventory", 23)["response"]["body"]["items"]
    shop.answer("GET", "/inventory/source-items", listing([{**row, "sku": "ab-min"} for row in rows]))
    product = shop.magento().read_many("product", ["AB-MIN"])["AB-MIN"]
    assert isinstance(product, StoreProduct)
    assert (product.target_id, product.enabled, product.price) == ("2", False, Decimal(99))
    assert product.quantities == (("default", Decimal(11)), ("wh_east", Decimal(5)))
    assert product.fields["url_key"] == "minimal-via-rest-v1" and product.fields["website_ids"] == [1]


def test_the_recorded_creation_is_a_creation_and_the_partial_put_an_update(shop: Shop, shared: Path) -> None:
    shop.furnished()
    replay(shop, shared, "products", 1, "POST", "/products")
    replay(shop, shared, "products", 69, "PUT", "/products/WB-100")
    record = Product("WB-100", name="Steel Hammer", price=Decimal("19.99"))
    (created,) = shop.magento().write_many([record], known={})
    (updated,) = shop.magento().write_many([record], known={"WB-100": "1"})
    assert (created.target_id, created.created) == ("1", True)
    assert (updated.target_id, updated.created) == ("1", False)


def test_the_recorded_partial_failure_of_prices_hits_the_bad_rows_only(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "prices", 2, "POST", "/products/base-prices")
    replay(shop, shared, "prices", 3, "POST", "/products/base-prices-information")
    shop.answer(
        "GET", "/products", listing([{"sku": "PG-02", "type_id": "simple"}, {"sku": "PG-03", "type_id": "simple"}])
    )
    sent = [("PG-01", "11.75"), ("nope", "1"), ("PG-02", "5"), ("PG-03", "13")]
    good, absent, price, store = shop.magento().write_many(
        [Price(key, price=Decimal(value)) for key, value in sent], known={}
    )
    assert good.problem is None
    assert isinstance(absent.problem, Wait) and absent.problem.for_ == ("product", "nope")
    assert isinstance(price.problem, Fail) and "Price = -5" in price.problem.reason
    assert isinstance(store.problem, Fail) and "Store ID: 99" in store.problem.reason


def test_the_recorded_refusal_of_a_configurables_price_names_its_type(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "prices", 10, "POST", "/products/base-prices")
    shop.answer("POST", "/products/base-prices-information", [])
    shop.answer("GET", "/products", listing([{"sku": "TEE", "type_id": "configurable"}]))
    (written,) = shop.magento().write_many([Price("TEE", price=Decimal(5))], known={"TEE": "1"})
    assert isinstance(written.problem, Skip) and "configurable" in written.problem.reason


def test_the_recorded_partial_failure_of_special_prices_hits_the_bad_rows_only(shop: Shop, shared: Path) -> None:
    shop.answer("POST", "/products/base-prices", [])
    shop.answer("POST", "/products/special-price-information", [])
    replay(shop, shared, "prices", 21, "POST", "/products/special-price")
    records = [Price(key, price=Decimal(9), special_price=Decimal(1)) for key in ("PG-01", "nope", "PG-02", "PG-03")]
    written = shop.magento({"price": {"special_price": True}}).write_many(records, known={})
    assert [item.key for item in written if item.problem] == ["nope", "PG-02"]


def test_the_recorded_way_back_in_stock_is_gone_with_two_pushes(shop: Shop, shared: Path) -> None:
    """Recording back_in_stock: 0 -> 40 with one push stays unsalable (11), a second identical one heals (16)."""
    assert recorded(shared, "back_in_stock", 11)["response"]["body"] == 0
    assert recorded(shared, "back_in_stock", 16)["response"]["body"] == 40
    pushes = [recorded(shared, "back_in_stock", seq)["request"]["body"] for seq in (8, 13)]
    shop.furnished()
    zero = recorded(shared, "back_in_stock", 4)["request"]["body"]["sourceItems"]
    shop.answer("GET", "/inventory/source-items", listing(zero))
    shop.answer("POST", "/inventory/source-items", [])
    shop.magento().write_many([Stock("BS-1", levels=(Level("M", available=Decimal(40)),))], known={"BS-1": "56"})
    assert [sent.body for sent in shop.writes()] == pushes


# --- recorded orders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seq", "skus", "total"),
    [
        (1, ["PG-08", "PG-09"], "201.45"),  # a guest's, with tax
        (3, ["TEE-S-Red"], "21.24"),  # a configurable: two rows, one line
        (4, ["PG-01"], "8.25"),  # a bundle: its child
        (5, ["VIRT"], "5.41"),  # nothing to ship
        (6, ["PG-08", "PG-09"], "156.65"),  # a coupon
    ],
)
def test_the_recorded_orders_add_up_to_the_cent(
    shop: Shop, shared: Path, seq: int, skus: list[str], total: str
) -> None:
    row = recorded(shared, "orders_read", seq)["response"]["body"]
    settled(shop).answer("GET", "/orders", listing([row]))
    order = shop.magento().read_many("order", [row["increment_id"]])[row["increment_id"]]
    assert isinstance(order, Order)
    assert [line.sku for line in order.lines] == skus
    assert order.total == Decimal(total)
    assert money.problems(order) == []


def test_the_recorded_search_is_polled(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "orders_read", 8, "GET", "/orders")
    page = shop.magento().changed_since("order", None)
    assert page.changes and all(change.key.isdigit() and change.version > 0 for change in page.changes)


def test_the_recorded_customers_of_one_e_mail_are_told_apart_by_website(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "customers", 32, "GET", "/customers/search")
    settled(shop)
    found = shop.magento().find_like("customer", [Customer("C1", email="ANN@example.com", website="main")])
    one = found["C1"]
    assert isinstance(one, Customer)
    assert (one.key, one.website, one.addresses[0].region, one.addresses[0].billing) == ("1", "main", "TX", True)


def test_the_recorded_credit_memo_is_read_with_its_order(shop: Shop, shared: Path) -> None:
    replay(shop, shared, "orders_ops", 52, "GET", "/creditmemos")
    shop.answer("GET", "/orders", listing([recorded(shared, "orders_read", 1)["response"]["body"]]))
    memo = shop.magento().read_many("credit_memo", ["000000001"])["000000001"]
    assert isinstance(memo, CreditMemo)
    assert (memo.number, memo.total, memo.tax) == ("000000001", Decimal("53.04"), Decimal("4.04"))
    assert [(line.sku, line.quantity, line.price) for line in memo.lines] == [("PG-09", Decimal(1), Decimal(49))]


@pytest.mark.parametrize(
    ("name", "seq", "code"),
    [
        ("orders_ops", 12, "magento.order_state"),
        ("orders_ops", 13, "magento.order_state"),
        ("orders_ops", 22, "magento.order_state"),
        ("orders_ops", 25, "magento.source_refused"),
        ("orders_ops", 27, "magento.no_such_entity"),
        ("orders_ops", 33, "magento.order_state"),
        ("customers", 3, "magento.email_taken"),
        ("customers", 5, "magento.bad_email"),
        ("customers", 8, "magento.unknown_group"),
        ("customers", 16, "magento.no_such_entity"),
        ("categories", 6, "magento.url_key_taken"),
        ("categories", 13, "magento.no_such_entity"),
        ("composite_products", 11, "magento.already_attached"),
        ("composite_products", 13, "magento.variant_value"),
        ("composite_products", 28, "magento.same_variant"),
        ("composite_products", 39, "magento.unknown_link"),
        ("attributes", 8, "magento.attribute_set_exists"),
        ("attributes", 11, "magento.attribute_exists"),
        ("media", 8, "magento.image_refused"),
        ("media", 10, "magento.image_refused"),
        ("store", 9, "magento.unknown_country"),
    ],
)
def test_each_cause_of_a_refusal_has_its_own_code(shared: Path, name: str, seq: int, code: str) -> None:
    """LOG-21: failures of one cause are told together, with what to do about them."""
    said = heard(recorded(shared, name, seq))
    assert isinstance(said, Fail) and said.code == code, f"{said} {said.code}"  # type: ignore[union-attr]
