"""Configurable products: options, children, and what a save says of both.

Source: facts/MAGENTO.md, section 9, and the recording `composite_products`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_int, route
from connector.sandbox.magento.shop import Doc, now

PRODUCTS = "Magento_Catalog::products"
GONE = "The product that was requested doesn't exist. Verify the product and try again."
NO_OPTIONS = "The parent product doesn't have configurable product options."
NO_OPTION = "The option that was requested doesn't exist. Verify the entity and try again."
UNABLE = "The product was unable to be saved. Please try again."


def product_of(call: Call, sku: str) -> Doc:
    doc = call.shop.product(call.unit, sku)
    if doc is None:
        raise Refusal(404, GONE)
    return doc


def info_of(doc: Doc) -> Doc:
    return dict(doc.get("configurable") or {"options": [], "children": []})


def save(call: Call, doc: Doc, extension: Mapping[str, Any]) -> None:
    """What a product save says of options and links; links are ids and replace. Raises Refusal."""
    info = info_of(doc)
    if extension.get("configurable_product_options") is not None:
        info["options"] = [
            _option(call, doc, row, info["options"]) for row in extension["configurable_product_options"]
        ]
    if extension.get("configurable_product_links") is not None:
        by_id = {row["id"]: row["sku"] for row in call.shop.store.kind("product").values()}
        ids = [as_int("configurable_product_links", one) for one in extension["configurable_product_links"]]
        if any(one not in by_id for one in ids):
            raise Refusal(400, UNABLE)
        info["children"] = [by_id[one] for one in ids if one is not None]
    doc["configurable"] = info


def shown(call: Call, doc: Doc) -> Doc:
    """The options with the values that the children have, and the children's ids."""
    info = info_of(doc)
    ids = [child["id"] for sku in info["children"] if (child := call.shop.product(call.unit, sku))]
    return {"configurable_product_options": show_options(call, doc), "configurable_product_links": ids}


def show_options(call: Call, doc: Doc) -> list[Doc]:
    info = info_of(doc)
    rows = []
    for option in info.get("options", ()):
        used = {_value(call, sku, option["attribute_id"]) for sku in info["children"]}
        values = [row for row in option["values"] if not info["children"] or str(row["value_index"]) in used]
        rows.append({**option, "values": values, "product_id": doc["id"]})
    return rows


def code_of(call: Call, attribute: Any) -> str:
    rows = call.shop.store.kind("attribute").values()
    return next((row["attribute_code"] for row in rows if str(row["attribute_id"]) == str(attribute)), "")


def _value(call: Call, sku: str, attribute: Any) -> str:
    child = call.shop.product(call.unit, sku)
    return str(call.shop.value(child, code_of(call, attribute))) if child else ""


def _option(call: Call, doc: Doc, raw: Mapping[str, Any], old: list[Doc]) -> Doc:
    """An option as it is kept; one for the same attribute keeps its id."""
    attribute = str(raw.get("attribute_id"))
    code = code_of(call, attribute)
    if not code:
        raise Refusal(404, "The attribute that was requested doesn't exist. Verify the attribute and try again.")
    known = next((row for row in old if row["attribute_id"] == attribute), None)
    label = raw.get("label") or (known or {}).get("label")
    if raw.get("is_use_default") or not label:
        label = (call.unit.get("attribute", code.lower()) or {})["default_frontend_label"]
    values = [{"value_index": as_int("value_index", row.get("value_index"))} for row in raw.get("values") or ()]
    return {"id": known["id"] if known else call.unit.count("configurable_option"), "attribute_id": attribute,
            "label": label, "position": as_int("position", raw.get("position")) or 0, "values": values}  # fmt: skip


def _keep(call: Call, doc: Doc, info: Doc) -> None:
    new = {**doc, "configurable": info, "updated": now()}
    call.unit.put("product", doc["sku"].lower(), new)
    call.unit.note("composite", doc["sku"], {"configurable": info_of(doc)}, {"configurable": info})


# Routes


@route("POST", "configurable-products/{sku}/options", PRODUCTS, ("option",))
def option_add(call: Call) -> Any:
    doc, raw = product_of(call, call.params["sku"]), call.body["option"]
    info = info_of(doc)
    option = _option(call, doc, raw, info["options"])
    kept = [row for row in info["options"] if row["attribute_id"] != option["attribute_id"]]
    _keep(call, doc, {**info, "options": [*kept, option]})
    return str(option["id"])


@route("PUT", "configurable-products/{sku}/options/{number}", PRODUCTS, ("option",))
def option_update(call: Call) -> Any:
    doc, at = product_of(call, call.params["sku"]), call.params["number"]
    info = info_of(doc)
    old = next((row for row in info["options"] if str(row["id"]) == at), None)
    if old is None:
        raise Refusal(404, NO_OPTION)
    raw = {**old, **call.body["option"], "attribute_id": old["attribute_id"]}
    new = _option(call, doc, raw, info["options"])
    _keep(call, doc, {**info, "options": [new if row is old else row for row in info["options"]]})
    return str(new["id"])


@route("GET", "configurable-products/{sku}/options/all", PRODUCTS)
def option_list(call: Call) -> Any:
    return show_options(call, product_of(call, call.params["sku"]))


@route("GET", "configurable-products/{sku}/options/{number}", PRODUCTS)
def option_get(call: Call) -> Any:
    for row in option_list(call):
        if str(row["id"]) == call.params["number"]:
            return row
    raise Refusal(404, NO_OPTION)


@route("DELETE", "configurable-products/{sku}/options/{number}", PRODUCTS)
def option_remove(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    info = info_of(doc)
    kept = [row for row in info["options"] if str(row["id"]) != call.params["number"]]
    if len(kept) == len(info["options"]):
        raise Refusal(404, NO_OPTION)
    _keep(call, doc, {**info, "options": kept})
    return True


@route("GET", "configurable-products/{sku}/children", PRODUCTS)
def children(call: Call) -> Any:
    from connector.sandbox.magento.products import show  # products shows configurables: imported late

    info = info_of(product_of(call, call.params["sku"]))
    return [show(call, child) for sku in info["children"] if (child := call.shop.product(call.unit, sku))]


@route("POST", "configurable-products/{sku}/child", PRODUCTS, ("childSku",))
def child_add(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    child = product_of(call, str(call.body["childSku"]))
    info = info_of(doc)
    if child["sku"] in info["children"]:
        raise Refusal(400, "The product is already attached.")
    if not info["options"]:
        raise Refusal(400, NO_OPTIONS)
    codes = [code_of(call, row["attribute_id"]) for row in info["options"]]
    for code in codes:
        if call.shop.value(child, code) is None:
            text = 'The child product doesn\'t have the "%1" attribute value. Verify the value and try again.'
            raise Refusal(400, text, [code])
    mine = [call.shop.value(child, code) for code in codes]
    for sku in info["children"]:
        other = call.shop.product(call.unit, sku)
        if other and [call.shop.value(other, code) for code in codes] == mine:
            text = 'Products "%1" and "%2" have the same set of attribute values.'
            raise Refusal(400, text, [str(child["id"]), str(other["id"])])
    _keep(call, doc, {**info, "children": [*info["children"], child["sku"]]})
    return True


@route("DELETE", "configurable-products/{sku}/children/{child}", PRODUCTS)
def child_remove(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    info = info_of(doc)
    kept = [sku for sku in info["children"] if sku.lower() != call.params["child"].lower()]
    if len(kept) == len(info["children"]):
        raise Refusal(404, NO_OPTION)
    _keep(call, doc, {**info, "children": kept})
    return True
