"""Carts, orders and what follows them: the recorded calls of a real Magento 2.4.4 are sent again.

The shop is put in the state that the rig had; orders that the rig placed without recording are placed here as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from connector.sandbox.magento.app import Magento
from connector.sandbox.magento.auth import KEYS
from tests.sandbox.test_recordings import plain, recording, send

ELM = {"firstname": "Ann", "lastname": "Lee", "street": ["9 Elm", "Apt 4"], "city": "Austin", "region": "Texas",
       "regionId": 57, "regionCode": "TX", "postcode": "78701", "countryId": "US", "telephone": "5125550111",
       "email": "ann@example.com", "company": "Guest Co"}  # fmt: skip
OPTIONS = {"configurable_item_options": [{"option_id": "145", "option_value": 8},
                                         {"option_id": "146", "option_value": 11}]}  # fmt: skip
RANDOM = {"protect_code", "remote_ip"}
LEFT: dict[str, set[int]] = {
    "composite_products": {18},  # roles of pictures that there are not
    "tax_and_rules": set(),
    "checkout": {1, 20, 24, 28},  # a random mask; labels of options in the totals, the id of an address
    "orders_read": {8, 9, 10, 12, 14, 15},  # how many orders the rig had had
    "orders_ops": set(),
    "reservations": set(),
}
Send = Callable[..., Any]


@pytest.fixture
def rig() -> Iterator[Magento]:
    system = Magento(":memory:")
    system.reset({"fixture": "bare"})
    yield system
    system.stop()


@pytest.fixture
def tell(rig: Magento) -> Send:
    client = Client(rig.wsgi)

    def call(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {KEYS['access_token']}"}
        answer = client.open(path, method=method, headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    return call


@pytest.fixture
def ready(rig: Magento, tell: Send, shared: Path) -> Client:
    """The products, the customer and the taxes that the rig had before the carts."""
    client = Client(rig.wsgi)
    for code, name, place in (("wh_east", "East", "1"), ("wh_west", "West", "2")):
        tell("POST", "/rest/all/V1/inventory/sources", {"source": {"source_code": code, "name": name, "postcode": place,
                                                                   "country_id": "US", "enabled": True}})  # fmt: skip
    stock = {"name": "B2B", "extension_attributes": {"sales_channels": [{"type": "website", "code": "b2b"}]}}
    number = tell("POST", "/rest/all/V1/inventory/stocks", {"stock": stock})
    link = {"stock_id": number, "source_code": "wh_east", "priority": 1}
    tell("POST", "/rest/all/V1/inventory/stock-source-links", {"links": [link]})
    for sku, name, price, weight, more in (
        ("WB-100", "Steel Hammer", 21.5, 1.5, {}),
        ("VIRT", "Virtual thing", 5, None, {"type_id": "virtual"}),
        ("PG-01", "Paging 01", 3, 1, {"custom_attributes": [{"attribute_code": "cost", "value": 4.2}]}),
        ("PG-08", "Paging 08", 8, 1, {}),
        ("PG-09", "Paging 09", 49, 1, {}),
        ("PG-12", "Paging 12", 12, 1, {}),
        ("TEE-S-Red", "Tee S Red", 15, 0.5, {"visibility": 1}),
    ):
        extension = {"stock_item": {"qty": 500, "is_in_stock": True}, "website_ids": [1, 2]}
        product = {"sku": sku, "name": name, "price": price, "attribute_set_id": 4, "weight": weight, **more}
        tell("POST", "/rest/all/V1/products", {"product": {**product, "extension_attributes": extension}})
    composites(rig, tell)
    for step in recording(shared, "customers")[:1]:
        send(client, step["request"])
    tell("PUT", "/rest/all/V1/customers/1", {"customer": {"taxvat": "TX-1"}})
    return client


def composites(rig: Magento, tell: Send) -> None:
    """A configurable of one child and a bundle of one part, with the ids of the rig."""
    with rig.store.unit() as unit:
        for number, code, value in ((145, "size", "8"), (146, "color2", "11")):
            unit.put("attribute", code, {**rig.store.kind("attribute")["color"], "attribute_id": number,
                                         "attribute_code": code})  # fmt: skip
            child = unit.get("product", "tee-s-red")
            unit.put("product", "tee-s-red", {**child, "values": {**child["values"], code: {"0": value}}})
    options = [{"attribute_id": str(at), "label": "x", "values": [{"value_index": value}]}
               for at, value in ((145, 8), (146, 11))]  # fmt: skip
    links = [rig.store.kind("product")["tee-s-red"]["id"]]
    pick = {"title": "Pick", "type": "select", "required": True, "product_links": [{"sku": "PG-01", "qty": 1}]}
    for sku, name, kind, extension in (
        ("TEE", "Tee", "configurable", {"configurable_product_options": options, "configurable_product_links": links}),
        ("BUN", "Bundle", "bundle", {"bundle_product_options": [pick]}),
    ):
        product = {"sku": sku, "name": name, "attribute_set_id": 4, "type_id": kind, "extension_attributes": extension}
        tell("POST", "/rest/all/V1/products", {"product": product})


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(inner) for name, inner in value.items() if name not in RANDOM}
    return [stripped(inner) for inner in value] if isinstance(value, list) else value


def apart(want: Any, got: Any, path: str = "") -> list[str]:
    """Where two answers differ: `path: recorded / ours`."""
    want, got = stripped(plain(want)), stripped(plain(got))
    if isinstance(want, dict) and isinstance(got, dict):
        names = sorted({*want, *got})
        return [line for name in names for line in apart(want.get(name, "-"), got.get(name, "-"), f"{path}.{name}")]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = enumerate(zip(want, got, strict=True))
        return [line for at, (left, right) in pairs for line in apart(left, right, f"{path}[{at}]")]
    return [] if want == got else [f"{path}: {want} / {got}"]


def replay(client: Client, shared: Path, name: str, masks: dict[str, str], steps: range | None = None) -> list[str]:
    """Send a scenario; returns what was different. The rig's masked cart ids become ours."""
    different = []
    for step in recording(shared, name):
        if steps is not None and step["seq"] not in steps:
            continue
        request = json.loads(json.dumps(step["request"]))
        for theirs, ours in masks.items():
            request = json.loads(json.dumps(request).replace(theirs, ours))
        answer, recorded = send(client, request), step["response"]
        got = answer.get_json(silent=True)
        if request["path"].endswith("/guest-carts"):
            masks[recorded["body"]] = got
        want = recorded.get("body")
        if step["seq"] not in LEFT[name]:
            found = apart({"status": recorded["status"], "body": want}, {"status": answer.status_code, "body": got})
            different += [f"{step['seq']} {step['label']}: {line}" for line in found]
    return different


def order(tell: Send, *lines: tuple[str, float], view: str = "default", coupon: str = "") -> str:
    """Ann orders; the order's id."""
    customer = 1
    if view != "default":
        body = {"customer": {"email": "bea@example.com", "firstname": "Bea", "lastname": "Lee", "website_id": 2}}
        found = tell("GET", "/rest/all/V1/customers/search?searchCriteria[filter_groups][0][filters][0][field]=email"
                     "&searchCriteria[filter_groups][0][filters][0][value]=bea@example.com")["items"]  # fmt: skip
        customer = (found or [tell("POST", "/rest/all/V1/customers", body)])[0]["id"]
    root = f"/rest/{view}/V1"
    cart = tell("POST", f"{root}/customers/{customer}/carts")
    for sku, many in lines:
        tell("POST", f"{root}/carts/{cart}/items", {"cartItem": {"sku": sku, "qty": many, "quote_id": str(cart)}})
    if coupon:
        tell("PUT", f"{root}/carts/{cart}/coupons/{coupon}")
    tell("POST", f"{root}/carts/{cart}/shipping-information", {"addressInformation": {
        "shipping_address": ELM, "billing_address": ELM, "shipping_carrier_code": "flatrate",
        "shipping_method_code": "flatrate"}})  # fmt: skip
    return str(tell("PUT", f"{root}/carts/{cart}/order", {"paymentMethod": {"method": "checkmo"}}))


def test_carts_become_orders_and_orders_are_handled_as_recorded(ready: Client, shared: Path, tell: Send, rig: Magento):
    masks: dict[str, str] = {}
    assert replay(ready, shared, "tax_and_rules", masks) == []
    assert replay(ready, shared, "checkout", masks) == []
    assert order(tell, ("PG-08", 4), ("PG-09", 2), coupon="TEN") == "6"
    for _ in range(3):
        order(tell, ("PG-08", 4), ("PG-09", 2), coupon="TEN")
    reserved = [("PG-12", 4), ("PG-12", 10)]
    assert replay(ready, shared, "reservations", masks, range(1, 5)) == []
    assert order(tell, reserved[0]) == "10"
    assert replay(ready, shared, "reservations", masks, range(5, 13)) == []
    assert order(tell, reserved[1]) == "11"
    assert replay(ready, shared, "reservations", masks, range(13, 21)) == []
    assert order(tell, ("PG-12", 5), view="b2b_en") == "12"
    assert replay(ready, shared, "reservations", masks, range(21, 26)) == []
    assert order(tell, ("PG-12", 5), view="b2b_en") == "13"
    assert replay(ready, shared, "reservations", masks, range(26, 29)) == []
    assert order(tell, ("PG-12", 5), view="b2b_en") == "14"
    assert replay(ready, shared, "reservations", masks, range(29, 34)) == []
    assert replay(ready, shared, "orders_ops", masks) == []


def test_orders_are_read_as_recorded(ready: Client, shared: Path, tell: Send):
    masks: dict[str, str] = {}
    replay(ready, shared, "tax_and_rules", masks)
    replay(ready, shared, "checkout", masks)
    for _ in range(4):
        order(tell, ("PG-08", 4), ("PG-09", 2), coupon="TEN")
    for _ in range(4):
        order(tell, ("PG-12", 1))
    assert replay(ready, shared, "orders_read", masks) == []


def test_composite_products_as_recorded(rig: Magento, tell: Send, shared: Path):
    """The rig's attributes 145 and 146 with their options, its plain products, its four children."""
    with rig.store.unit() as unit:
        for number, code, label, first in ((145, "erp_size", "Size", 8), (146, "erp_color", "Color2", 11)):
            options = [{"value": str(first + at), "label": str(at), "sort_order": at, "labels": {}} for at in range(2)]
            unit.put(
                "attribute",
                code,
                {
                    **rig.store.kind("attribute")["color"],
                    "attribute_id": number,
                    "attribute_code": code,
                    "default_frontend_label": label,
                    "options": options,
                },
            )
    for sku, price in (("AB-MIN", 10), ("PG-01", 1), ("PG-02", 2), ("PG-03", 3)):
        tell("POST", "/rest/all/V1/products", {"product": {"sku": sku, "name": sku, "price": price, "weight": 1,
                                                           "attribute_set_id": 4}})  # fmt: skip
    with rig.store.unit() as unit:
        unit.put("sequence", "product", {"last": 40})
    client = Client(rig.wsgi)
    child = recording(shared, "composite_products")[0]["request"]["body"]["product"]

    def variant(sku: str, size: str, color: str) -> None:
        values = [{"attribute_code": "erp_size", "value": size}, {"attribute_code": "erp_color", "value": color}]
        body = {**child, "sku": sku, "name": sku.replace("-", " ").title(), "custom_attributes": values}
        tell("POST", "/rest/all/V1/products", {"product": body})

    for sku, size, color in (("TEE-S-Red", "8", "11"), ("TEE-S-Blue", "8", "12"), ("TEE-M-Red", "9", "11")):
        variant(sku, size, color)
    variant("TEE-M-Blue", "9", "12")
    assert replay(client, shared, "composite_products", {}, range(1, 28)) == []
    variant("TEE-DUP", "8", "11")
    assert replay(client, shared, "composite_products", {}, range(28, 99)) == []
