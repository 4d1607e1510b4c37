"""The asynchronous interface: accepted at once, judged later."""

from __future__ import annotations

from connector.sandbox.magento.app import Magento

NEW = {"product": {"sku": "B-1", "name": "Bulk", "attribute_set_id": 4, "price": 5}}


def status(ask, answer):
    return ask("GET", f"/rest/V1/bulk/{answer.get_json()['bulk_uuid']}/status").get_json()


def test_one_body(ask, shop: Magento):
    answer = ask("POST", "/rest/all/async/V1/products", NEW)
    assert answer.status_code == 202 and answer.get_json()["request_items"][0]["status"] == "accepted"
    assert status(ask, answer)["operations_list"][0]["status"] == 1
    assert "B-1" in shop.shop.state([])


def test_a_list_of_bodies_where_one_is_wrong(ask):
    answer = ask(
        "POST", "/rest/all/async/bulk/V1/products", [NEW, {"product": {"sku": "B-2", "attribute_set_id": 999}}]
    )
    rows = status(ask, answer)["operations_list"]
    assert [row["status"] for row in rows] == [1, 3]
    assert rows[1]["result_message"] == "Invalid product data: Invalid attribute set entity type"


def test_row_errors_of_prices_hide_in_the_details(ask):
    answer = ask(
        "POST",
        "/rest/all/async/bulk/V1/products/base-prices",
        [{"prices": [{"sku": "nope", "price": 1, "store_id": 0}]}],
    )
    details = ask("GET", f"/rest/V1/bulk/{answer.get_json()['bulk_uuid']}/detailed-status").get_json()
    assert (
        details["operations_list"][0]["status"] == 1
        and "nope" in details["operations_list"][0]["result_serialized_data"]
    )


def test_with_a_delay_operations_stay_open(ask, shop: Magento):
    shop.app.test_client().put("/_sandbox/switches", json={"async_delay": 60.0})
    answer = ask("POST", "/rest/all/async/V1/products", NEW)
    assert status(ask, answer)["operations_list"][0]["status"] == 4
    assert shop.shop.state([]) == {}


def test_envelopes_are_checked_at_once(ask):
    for path, body in (("async/V1/products", {"wrong": 1}), ("async/bulk/V1/products", [NEW, {"wrong": 1}])):
        answer = ask("POST", f"/rest/all/{path}", body)
        assert (answer.status_code, answer.get_json()["parameters"]) == (400, {"fieldName": "product"})
    assert ask("POST", "/rest/all/async/bulk/V1/products", []).get_json()["request_items"] == []


def test_bulk_routes_with_path_parameters_have_the_defect(ask):
    answer = ask("PUT", "/rest/all/async/bulk/V1/products/bySku", [NEW])
    assert answer.status_code == 500 and answer.text.startswith("An error has happened")


def test_unknown_bulks_get_requests_and_a_missing_broker(ask, shop: Magento):
    assert ask("GET", "/rest/V1/bulk/nope/status").get_json()["parameters"] == {"bulkUuid": "nope"}
    assert ask("GET", "/rest/async/V1/products/A").status_code == 400
    shop.app.test_client().put("/_sandbox/switches", json={"async_api": False})
    answer = ask("POST", "/rest/async/V1/products", NEW)
    assert answer.get_json() == {"message": "Something went wrong while processing the request."}
