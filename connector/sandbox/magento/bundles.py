"""Bundles: options and the products in them. Source: facts/MAGENTO.md, section 9, and `composite_products`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.configurables import NO_OPTION, PRODUCTS, product_of
from connector.sandbox.magento.routing import Call, Refusal, as_float, as_int, number, route
from connector.sandbox.magento.shop import Doc, now


def save(call: Call, doc: Doc, rows: list[Mapping[str, Any]]) -> None:
    """What a product save says: the list replaces, options with an id keep it. Raises Refusal 404."""
    doc["bundle_options"] = [_option(call, doc, row, at) for at, row in enumerate(rows, 1)]


def _option(call: Call, doc: Doc, raw: Mapping[str, Any], at: int = 1) -> Doc:
    told = as_int("option_id", raw.get("option_id"))
    old: Doc = next((row for row in doc.get("bundle_options") or () if row["option_id"] == told), {})
    option = {
        "option_id": old.get("option_id") or call.unit.count("bundle_option"),
        "title": raw.get("title", old.get("title")),
        "required": bool(raw.get("required", old.get("required", True))),
        "type": raw.get("type") or old.get("type") or "select",
        "position": as_int("position", raw.get("position")) or old.get("position") or at,
        "sku": doc["sku"],
    }
    links = raw.get("product_links")
    if links is None:
        return {**option, "product_links": old.get("product_links") or []}
    known = {row["sku"].lower(): row for row in old.get("product_links") or ()}
    return {**option, "product_links": [_link(call, option, row, known, n) for n, row in enumerate(links, 1)]}


def _link(call: Call, option: Doc, raw: Mapping[str, Any], known: Mapping[str, Doc], at: int) -> Doc:
    child = product_of(call, str(raw.get("sku") or ""))
    old = known.get(child["sku"].lower())
    return {
        "id": old["id"] if old else str(call.unit.count("bundle_link")), "sku": child["sku"],
        "option_id": option["option_id"], "qty": number(as_float("qty", raw.get("qty")) or 1),
        "position": as_int("position", raw.get("position")) or at, "is_default": bool(raw.get("is_default")),
        "can_change_quantity": int(raw.get("can_change_quantity") or 0),
    }  # fmt: skip


def shown(call: Call, doc: Doc, *, priced: bool = True) -> list[Doc]:
    """The options; each link tells its product's price of today."""
    return [{**option, "product_links": [_priced(call, link, priced) for link in option["product_links"]]}
            for option in doc.get("bundle_options") or ()]  # fmt: skip


def _priced(call: Call, link: Doc, priced: bool) -> Doc:
    child = call.shop.product(call.unit, link["sku"]) if priced else None
    price = call.shop.value(child, "price", call.store) if child else None
    return {**link, "price": None if price is None else number(price), "price_type": None}


def _keep(call: Call, doc: Doc, options: list[Doc]) -> None:
    call.unit.put("product", doc["sku"].lower(), {**doc, "bundle_options": options, "updated": now()})
    call.unit.note("composite", doc["sku"], {"bundle": doc.get("bundle_options")}, {"bundle": options})


def _at(call: Call, doc: Doc, told: str) -> Doc:
    for option in doc.get("bundle_options") or ():
        if str(option["option_id"]) == told:
            return dict(option)
    raise Refusal(404, NO_OPTION)


@route("GET", "bundle-products/{sku}/options/all", PRODUCTS)
def options(call: Call) -> Any:
    return shown(call, product_of(call, call.params["sku"]))


@route("GET", "bundle-products/{sku}/options/{option}", PRODUCTS)
def option_get(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    _at(call, doc, call.params["option"])
    return next(row for row in shown(call, doc) if str(row["option_id"]) == call.params["option"])


@route("GET", "bundle-products/{sku}/children", PRODUCTS)
def children(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    return [link for option in shown(call, doc, priced=False) for link in option["product_links"]]


@route("POST", "bundle-products/options/add", PRODUCTS, ("option",))
def option_add(call: Call) -> Any:
    raw = call.body["option"]
    doc = product_of(call, str(raw.get("sku") or ""))
    old = list(doc.get("bundle_options") or ())
    option = _option(call, doc, raw, len(old) + 1)
    _keep(call, doc, [*old, option])
    return option["option_id"]


@route("PUT", "bundle-products/options/{option}", PRODUCTS, ("option",))
def option_update(call: Call) -> Any:
    raw = call.body["option"]
    doc = product_of(call, str(raw.get("sku") or ""))
    old = _at(call, doc, call.params["option"])
    new = _option(call, doc, {**raw, "option_id": old["option_id"]})
    _keep(call, doc, [new if row["option_id"] == old["option_id"] else row for row in doc["bundle_options"]])
    return new["option_id"]


@route("DELETE", "bundle-products/{sku}/options/{option}", PRODUCTS)
def option_remove(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    old = _at(call, doc, call.params["option"])
    _keep(call, doc, [row for row in doc["bundle_options"] if row["option_id"] != old["option_id"]])
    return True


@route("POST", "bundle-products/{sku}/links/{option}", PRODUCTS, ("linkedProduct",))
def link_add(call: Call) -> Any:
    """Answers the id of the link as a number."""
    doc = product_of(call, call.params["sku"])
    option, raw = _at(call, doc, call.params["option"]), call.body["linkedProduct"]
    if any(row["sku"].lower() == str(raw.get("sku", "")).lower() for row in option["product_links"]):
        raise Refusal(400, 'Child with specified sku: "%1" already assigned to product: "%2"', [raw["sku"], doc["sku"]])
    link = _link(call, option, raw, {}, len(option["product_links"]) + 1)
    option["product_links"] = [*option["product_links"], link]
    _keep(call, doc, [option if row["option_id"] == option["option_id"] else row for row in doc["bundle_options"]])
    return int(link["id"])


@route("DELETE", "bundle-products/{sku}/options/{option}/children/{child}", PRODUCTS)
def link_remove(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    option = _at(call, doc, call.params["option"])
    kept = [row for row in option["product_links"] if row["sku"].lower() != call.params["child"].lower()]
    if len(kept) == len(option["product_links"]):
        raise Refusal(404, "The bundle product link doesn't exist. Verify the link and try again.")
    option["product_links"] = kept
    _keep(call, doc, [option if row["option_id"] == option["option_id"] else row for row in doc["bundle_options"]])
    return True
