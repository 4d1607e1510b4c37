"""Links between products: related, up-sell, cross-sell, and the members of a grouped one.

Source: facts/MAGENTO.md, section 9, and the recording `composite_products`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.configurables import PRODUCTS, product_of
from connector.sandbox.magento.routing import Call, Refusal, as_float, as_int, number, route
from connector.sandbox.magento.shop import Doc, now

TYPES = {"related": 1, "crosssell": 5, "upsell": 4, "associated": 3}
INVALID = "The linked products data is invalid. Verify the data and try again."


def save(call: Call, doc: Doc, rows: list[Mapping[str, Any]]) -> None:
    """What a product save says: the whole list is replaced. Raises Refusal."""
    doc["product_links"] = [_link(call, doc, row) for row in rows]


def _link(call: Call, doc: Doc, raw: Mapping[str, Any]) -> Doc:
    kind = str(raw.get("link_type"))
    if kind not in TYPES:
        raise Refusal(400, 'The "%1" link type is invalid. Verify and try again.', [kind])
    other = call.shop.product(call.unit, str(raw.get("linked_product_sku") or ""))
    if other is None:
        raise Refusal(400, INVALID)
    link: Doc = {
        "sku": doc["sku"],
        "link_type": kind,
        "linked_product_sku": other["sku"],
        "linked_product_type": other["type"],
        "position": as_int("position", raw.get("position")) or 0,
    }
    if kind == "associated":
        quantity = as_float("qty", (raw.get("extension_attributes") or {}).get("qty")) or 1
        link["extension_attributes"] = {"qty": number(quantity)}
    return link


def shown(doc: Doc) -> list[Doc]:
    return list(doc.get("product_links") or ())


def _keep(call: Call, doc: Doc, links: list[Doc]) -> None:
    call.unit.put("product", doc["sku"].lower(), {**doc, "product_links": links, "updated": now()})
    call.unit.note("product_link", doc["sku"], {"product_links": shown(doc)}, {"product_links": links})


@route("GET", "products/links/types", PRODUCTS)
def types(call: Call) -> Any:
    return [{"code": code, "name": name} for name, code in TYPES.items()]


@route("GET", "products/{sku}/links/{type}", PRODUCTS)
def listing(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    if call.params["type"] not in TYPES:
        raise Refusal(404, 'The "%1" link type wasn\'t found. Verify the type and try again.', [call.params["type"]])
    return [row for row in shown(doc) if row["link_type"] == call.params["type"]]


@route("POST", "products/{sku}/links", PRODUCTS, ("items",))
def add(call: Call) -> Any:
    """Adds to the links there are; the same one again takes the new position."""
    doc = product_of(call, call.params["sku"])
    new = [_link(call, doc, row) for row in call.body["items"]]
    marks = {(row["link_type"], row["linked_product_sku"]) for row in new}
    kept = [row for row in shown(doc) if (row["link_type"], row["linked_product_sku"]) not in marks]
    _keep(call, doc, [*kept, *new])
    return True


@route("PUT", "products/{sku}/links", PRODUCTS, ("entity",))
def put(call: Call) -> Any:
    call.body["items"] = [call.body["entity"]]
    return add(call)


@route("DELETE", "products/{sku}/links/{type}/{other}", PRODUCTS)
def remove(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    product_of(call, call.params["other"])
    kept = [row for row in shown(doc) if row["link_type"] != call.params["type"]
            or row["linked_product_sku"].lower() != call.params["other"].lower()]  # fmt: skip
    if len(kept) == len(shown(doc)):
        text = "Product %1 doesn't have linked %2 as %3"
        raise Refusal(404, text, [doc["sku"], call.params["other"], call.params["type"]])
    _keep(call, doc, kept)
    return True
