"""Orders placed on request: every amount adds up, and what may be done with an order follows from what was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.sandbox.magento.app import Magento

ROOT = "/rest/V1"


@pytest.fixture(autouse=True)
def shelf(product, stock):
    """Something to buy, also on the second website, and a service."""
    for number in range(6):
        product(f"P-{number}", price=9.99 + number, weight=1.5)
    product("SERVICE", price=25, type_id="virtual")
    stock(*((f"P-{number}", "default", 500, 1) for number in range(6)), ("SERVICE", "default", 500, 1))
    stock(*((f"P-{number}", "east", 500, 1) for number in range(6)))
    stock(*((f"P-{number}", "default", 500, 1) for number in range(6)), ("SERVICE", "default", 500, 1))


@pytest.fixture
def buy(shop: Magento, ask):
    """Place an order of a kind and read it over REST."""

    def place(kind: str = "customer", **more: Any) -> dict[str, Any]:
        body = {"kinds": [kind], "seed": 3, **more}
        answer = shop.app.test_client().post("/_sandbox/orders", json=body)
        assert answer.status_code == 200, answer.text
        return dict(ask("GET", f"{ROOT}/orders/{answer.get_json()['orders'][0]['entity_id']}").get_json())

    return place


@pytest.fixture
def do(ask):
    """Ship, invoice, refund: (order, what, body) -> the answer."""
    return lambda order, what, body=None: ask("POST", f"{ROOT}/order/{order['entity_id']}/{what}", body or {})


def read(ask, order, *fields):
    found = ask("GET", f"{ROOT}/orders/{order['entity_id']}").get_json()
    return tuple(found.get(field) for field in fields)


def money(row, name):
    return Decimal(str(row.get(name, 0)))


KINDS = [
    "guest+many",
    "customer+discount+many",
    "guest+JPY+discount+many",
    "customer+KWD+shipping_tax+discount",
    "gift_card",
    "gift_card+store_credit+reward+EUR",
    "zero",
    "card+EUR",
    "authorized",
    "custom_option",
    "virtual",
    "cart_discount+many",
    "b2b",
    "french+paypal",
    "purchase_order",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["", "base_"])
def test_the_amounts_of_an_order_add_up(buy, kind: str, prefix: str):
    order = buy(kind)
    rows = [row for row in order["items"] if not row.get("parent_item_id")]
    subtotal = sum(money(row, f"{prefix}price") * money(row, "qty_ordered") for row in rows)
    discount = sum(money(row, f"{prefix}discount_amount") for row in rows)
    discount += money(order, f"{prefix}shipping_discount_amount")
    tax = sum(money(row, f"{prefix}tax_amount") for row in rows) + money(order, f"{prefix}shipping_tax_amount")
    names = ("gift_cards_amount", "customer_balance_amount", "reward_currency_amount")
    card = sum(money(order["extension_attributes"], prefix + name) for name in names)
    assert subtotal == money(order, f"{prefix}subtotal") and discount == -money(order, f"{prefix}discount_amount")
    assert tax == money(order, f"{prefix}tax_amount")
    taxes = order["extension_attributes"]["applied_taxes"]
    assert sum(money(row, "base_amount" if prefix else "amount") for row in taxes) == tax
    total = subtotal - discount + money(order, f"{prefix}shipping_amount") + tax - card
    assert total == money(order, f"{prefix}grand_total")


@pytest.mark.parametrize(
    "kind", ["guest+many", "customer+discount", "guest+KWD+shipping_tax+discount", "gift_card+reward"]
)
def test_invoices_and_refunds_in_pieces_make_the_whole(ask, buy, do, kind: str):
    order = buy(kind)
    rows = [{"order_item_id": row["item_id"], "qty": 1} for row in order["items"]]
    assert do(order, "invoice", {"items": rows}).status_code == 200
    do(order, "invoice")
    assert do(order, "ship").status_code == 200
    total = order["grand_total"]
    assert read(ask, order, "state", "total_paid", "total_due") == ("complete", total, 0)
    assert do(order, "refund", {"items": rows[:1], "arguments": {"shipping_amount": 0}}).status_code == 200
    assert do(order, "refund").status_code == 200
    assert read(ask, order, "state", "status", "total_refunded") == ("closed", "closed", total)


def test_an_order_in_yen_has_no_decimals_and_one_in_dinar_three(buy):
    yen, dinar = buy("guest+JPY+many"), buy("guest+KWD+many")
    assert float(yen["grand_total"]).is_integer() and not float(yen["base_grand_total"]).is_integer()
    assert dinar["order_currency_code"] == "KWD" and len(str(dinar["grand_total"]).split(".")[1]) == 3
    assert yen["base_to_order_rate"] == 151.37


def test_a_card_is_captured_at_once_and_tells_its_transaction(ask, buy):
    order = buy("card")
    payment = order["payment"]
    assert (order["state"], order["total_due"], payment["method"]) == ("processing", 0, "braintree")
    assert payment["cc_type"] in ("VI", "MC", "AE") and payment["last_trans_id"] and payment["cc_last4"]
    wanted = "searchCriteria[filter_groups][0][filters][0]"
    query = {f"{wanted}[field]": "order_id", f"{wanted}[value]": order["entity_id"]}
    invoice = ask("GET", f"{ROOT}/invoices", query_string=query).get_json()["items"][0]
    assert invoice["transaction_id"] == payment["last_trans_id"]


def test_a_guest_has_no_account_and_a_customer_an_address(buy):
    guest, customer = buy("guest"), buy("customer")
    assert guest["customer_is_guest"] == 1 and "customer_id" not in guest
    assert customer["customer_is_guest"] == 0 and customer["customer_id"]


def test_a_virtual_order_goes_nowhere_and_is_complete_when_invoiced(ask, buy, do):
    order = buy("virtual")
    assert (
        order["is_virtual"] == 1
        and "address" not in order["extension_attributes"]["shipping_assignments"][0]["shipping"]
    )
    assert do(order, "ship").status_code == 400
    do(order, "invoice")
    assert read(ask, order, "state") == ("complete",)


def test_a_custom_option_is_told_and_costs(ask, buy):
    order = buy("custom_option", lines=[{"sku": "P-1", "qty": 1}])
    assert "product_option" not in order["items"][0], "asked for lines, so nothing else is ordered"
    row = buy("custom_option")["items"][0]
    assert row["product_option"]["extension_attributes"]["custom_options"][0]["option_value"] == "For A. with love"
    assert row["price"] == pytest.approx(row["original_price"] + 2.5)


def test_an_order_lowers_what_can_be_sold_and_a_shipment_the_source(ask, buy, do):
    order = buy(lines=[{"sku": "P-1", "qty": 4}])
    salable = f"{ROOT}/inventory/get-product-salable-quantity/P-1/1"
    assert ask("GET", salable).get_json() == 496
    do(order, "ship")
    assert ask("GET", salable).get_json() == 496
    assert ask("GET", f"{ROOT}/stockItems/P-1").get_json()["qty"] == 496
    other = buy(lines=[{"sku": "P-1", "qty": 10}])
    assert ask("GET", salable).get_json() == 486
    assert ask("POST", f"{ROOT}/orders/{other['entity_id']}/cancel").get_json() is True
    assert ask("GET", salable).get_json() == 496


def test_a_refund_before_shipping_frees_the_stock_and_after_it_only_on_request(ask, buy, do):
    order = buy(lines=[{"sku": "P-1", "qty": 4}])
    do(order, "invoice")
    do(order, "refund")
    assert ask("GET", f"{ROOT}/inventory/get-product-salable-quantity/P-1/1").get_json() == 500
    order = buy(lines=[{"sku": "P-1", "qty": 4}])
    do(order, "invoice")
    do(order, "ship")
    item = order["items"][0]["item_id"]
    back = {"arguments": {"extension_attributes": {"return_to_stock_items": [item]}}}
    do(order, "refund", {"items": [{"order_item_id": item, "qty": 1}], **back})
    assert ask("GET", f"{ROOT}/stockItems/P-1").get_json()["qty"] == 497


def test_numbers_count_in_each_store_view(buy):
    assert [buy("customer")["increment_id"], buy("b2b")["increment_id"], buy("customer")["increment_id"]] == [
        "000000001",
        "2000000001",
        "000000002",
    ]


def test_the_journal_tells_the_life_of_an_order(shop: Magento, ask, buy, do):
    order = buy("customer")
    ask(
        "POST",
        f"{ROOT}/orders/{order['entity_id']}/comments",
        {"statusHistory": {"comment": "hi", "status": "pending"}},
    )
    do(order, "invoice")
    do(order, "ship", {"tracks": [{"track_number": "1Z", "title": "UPS", "carrier_code": "ups"}]})
    do(order, "refund")
    lines = shop.app.test_client().get("/_sandbox/journal?limit=10000").get_json()["entries"]
    life = [line["effect"] for line in lines if line["effect"] not in ("create", "stock", "reset")]
    assert life == [
        "order",
        "order_comment",
        "order_status",
        "invoice",
        "order_status",
        "shipment",
        "order_status",
        "credit_memo",
    ]
    shipment = next(line for line in lines if line["effect"] == "shipment")["after"]
    assert shipment["order"] == order["increment_id"] and shipment["tracks"] == ["1Z"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": "x"}, {"kinds": ["nope"]}, {"currency": "XXX"},
                                   {"kinds": ["bundle"]}, {"lines": [{"sku": "NOPE"}]}, {"store": "mars"},
                                   {"lines": [{"sku": "P-1", "qty": 9999}]}, {"customer_id": 999}])  # fmt: skip
def test_wrong_orders_are_refused_with_a_sentence(shop: Magento, wrong):
    answer = shop.app.test_client().post("/_sandbox/orders", json=wrong)
    assert answer.status_code == 400 and answer.get_json()["error"].endswith(".")
    assert not shop.store.kind("order")


def test_the_same_seed_orders_the_same(shop: Magento, ask, buy):
    first, second = buy("customer+many"), buy("customer+many")
    assert [row["sku"] for row in first["items"]] == [row["sku"] for row in second["items"]]


def test_scripts_handle_an_order_as_the_admin_would(shop: Magento, ask, buy):
    client, order = shop.app.test_client(), buy("customer")
    at = order["entity_id"]
    assert client.post(f"/_sandbox/orders/{at}/hold").get_json()["order"]["state"] == "holded"
    refused = client.post(f"/_sandbox/orders/{at}/ship")
    assert refused.status_code == 400 and "status of holded" in refused.get_json()["error"]
    client.post(f"/_sandbox/orders/{at}/unhold")
    assert client.post(f"/_sandbox/orders/{at}/cancel").get_json()["done"] is True
    assert client.post(f"/_sandbox/orders/{at}/explode").status_code == 404
    assert client.get(f"/_sandbox/orders/{at}").get_json()["state"] == "canceled"


def test_a_row_total_comes_out_net_of_its_discount(buy):
    row = buy("customer+discount", lines=[{"sku": "P-0", "qty": 4}], coupon="TEN")["items"][0]
    assert (row["price"], row["discount_amount"], row["row_total"]) == (9.99, 4.0, 35.96)
