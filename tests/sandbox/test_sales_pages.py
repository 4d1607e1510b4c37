"""The store's control pages for orders, customers, categories and traffic, and the busy shop behind the last."""

from __future__ import annotations

import pytest

from connector.sandbox.magento.app import Magento
from tests.sandbox.test_pages import well_made

ROOT = "/_sandbox/pages"
PATHS = [f"{ROOT}/orders", f"{ROOT}/orders?q=nobody", f"{ROOT}/order?id=1", f"{ROOT}/credit-memos", f"{ROOT}/customers",
         f"{ROOT}/customers?q=ada", f"{ROOT}/customer?id=1", f"{ROOT}/customer?id=23", f"{ROOT}/categories",
         f"{ROOT}/traffic"]  # fmt: skip


@pytest.fixture(autouse=True)
def shelf(product, stock):
    for number in range(3):
        product(f"P-{number}", price=10 + number, weight=1)
        stock((f"P-{number}", "default", 500, 1))
        stock((f"P-{number}", "default", 500, 1))


@pytest.fixture
def page(shop: Magento):
    """Post a form; the order, customer or whatever it is about is in the address."""
    client = shop.app.test_client()

    def post(path: str, **form: str):
        return client.post(f"{ROOT}/{path}", data=form)

    return post


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_well_made(shop: Magento, page, path: str):
    assert page("orders", kind="customer+many").status_code == 303
    for what in ("invoice", "refund"):
        assert page("order?id=1", do=what).status_code == 303
    answer = shop.app.test_client().get(path)
    assert answer.status_code == 200
    well_made(answer.text)


@pytest.mark.parametrize("path", ["order?id=99", "customer?id=99"])
def test_what_is_not_there_has_no_page(shop: Magento, path: str):
    assert shop.app.test_client().get(f"{ROOT}/{path}").status_code == 404


def test_one_click_places_an_order(shop: Magento, page):
    assert page("orders", kind="guest").status_code == 303
    assert page("orders", who="customer", kind="discount", currency="EUR", count="3").status_code == 303
    found = list(shop.store.kind("order").values())
    assert len(found) == 4 and found[0]["customer_is_guest"] == 1
    assert {row["order_currency_code"] for row in found[1:]} == {"EUR"}


def test_what_cannot_be_ordered_is_said(page):
    answer = page("orders", kind="bundle")
    assert answer.status_code == 422 and "no bundle product in stock" in answer.text


def test_the_buttons_of_an_order_do_what_they_say(shop: Magento, page):
    page("orders", kind="customer")
    for form in ({"do": "hold"}, {"do": "unhold"}, {"do": "comment", "comment": "hi", "status": "pending"},
                 {"do": "invoice"}, {"do": "ship", "source": "default", "track": "1Z"},
                 {"do": "refund", "part": "1"}, {"do": "refund"}):  # fmt: skip
        assert page("order?id=1", **form).status_code == 303, form
    order = shop.store.get("order", "1")
    assert (order["state"], len(shop.store.kind("creditmemo")), len(order["histories"])) == ("closed", 2, 1)
    refused = page("order?id=1", do="cancel")
    assert refused.status_code == 422 and "cannot be cancelled" in refused.text
    assert page("order?id=1", do="explode").status_code == 422
    assert page("order?id=1", do="ship", source="default").status_code == 422


def test_a_customer_is_made_changed_and_deleted(shop: Magento, page):
    wrong = page("customers", email="ada.marsh@example.com", firstname="A", lastname="M", store_id="1")
    assert wrong.status_code == 422 and "already exists" in wrong.text
    assert page("customers", email="new@example.org", firstname="N", lastname="W", store_id="2").status_code == 303
    made = shop.store.get("customer", "31")
    assert (made["website_id"], made["store_id"]) == (2, 2)
    told = {"email": "ada.marsh@example.com", "firstname": "Ada", "lastname": "Moss", "telephone": "1", "group_id": "3"}
    assert page("customer?id=1", **told).status_code == 303
    ada = shop.store.get("customer", "1")
    assert (ada["lastname"], ada["group_id"], ada["addresses"][0]["telephone"]) == ("Moss", 3, "1")
    assert ada["default_billing"] == ada["addresses"][0]["id"], "the default stays"
    assert page("customer?id=31", delete="1").status_code == 303 and shop.store.get("customer", "31") is None


def test_a_category_is_made_renamed_and_deleted(shop: Magento, page):
    assert page("categories", name="Lamps", parent_id="3").status_code == 303
    assert page("categories", id="22", name="Lights").status_code == 303
    doc = shop.store.get("category", "22")
    assert doc["values"]["name"] == {"0": "Lights"} and doc["values"]["is_active"] == {"0": False}
    assert page("categories", name="Hand Tools", parent_id="3").status_code == 422
    assert page("categories", delete="22").status_code == 303 and shop.store.get("category", "22") is None


def test_a_run_of_traffic_sells_and_edits(shop: Magento):
    client = shop.app.test_client()
    ran = client.post("/_sandbox/traffic", json={"kind": "mixed", "count": 40, "seed": 1, "wait": True}).get_json()
    assert ran["runs"]["count"]["done"] == 40 and not ran["running"]
    effects = {line["effect"] for line in client.get("/_sandbox/journal?limit=5000").get_json()["entries"]}
    assert {"order", "customer", "order_status", "invoice"} <= effects


def test_the_busy_shop_can_be_closed(shop: Magento):
    client = shop.app.test_client()
    assert client.post("/_sandbox/traffic", json={"busy": True, "per_second": 0.5}).get_json()["running"]
    assert client.post("/_sandbox/traffic", json={"stop": True}).get_json()["running"] is False


def test_an_empty_shop_says_why_nothing_is_sold(shop: Magento):
    shop.reset({})
    ran = shop.app.test_client().post("/_sandbox/traffic", json={"kind": "order", "count": 5, "wait": True}).get_json()
    assert "no simple product in stock" in ran["runs"]["count"]["problem"]


@pytest.mark.parametrize("wrong", [{}, {"kind": "nope", "count": 1}, {"count": "x"}, {"busy": True, "per_second": 0}])
def test_wrong_traffic_is_refused(shop: Magento, wrong):
    assert shop.app.test_client().post("/_sandbox/traffic", json=wrong).status_code == 400
