"""The routes to product attributes and their options. Source: facts/MAGENTO.md, section 6, and `attributes`."""

from __future__ import annotations

import re
from typing import Any

from connector.sandbox.magento.attributes import BACKEND, WITH_OPTIONS, Doc, new, option, options, show
from connector.sandbox.magento.routing import Call, Refusal, missing, route
from connector.sandbox.magento.search import search

FLAGS = ("is_filterable", "is_searchable", "is_visible_on_front", "is_comparable", "used_in_product_listing",
         "used_for_sort_by", "is_filterable_in_search", "is_used_for_promo_rules", "position")  # fmt: skip
ATTRIBUTE = "Magento_Catalog::attributes_attributes"
NO_ATTRIBUTE = 'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.'


def attribute_of(call: Call, code: str) -> Doc:
    doc = call.unit.get("attribute", code.lower())
    if doc is None:
        raise Refusal(404, NO_ATTRIBUTE, [code])
    return doc


@route("GET", "products/attributes", ATTRIBUTE)
def attribute_list(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("attribute").values(), key=lambda row: row["attribute_id"])
    return search(call, rows, _read, lambda row: show(row, call.store))


def _read(doc: Doc, name: str) -> Any:
    if name in (
        "attribute_code",
        "attribute_id",
        "frontend_input",
        "is_user_defined",
        "is_required",
        "scope",
        "backend_type",
    ):
        return doc[name]
    return doc["flags"].get(name, {"entity_type_id": "4", "is_unique": doc["is_unique"]}.get(name))


@route("GET", "products/attributes/types", ATTRIBUTE)
def attribute_types(call: Call) -> Any:
    return [{"value": "price", "label": "Price"}, {"value": "media_image", "label": "Media Image"}]


@route("POST", "products/attributes", ATTRIBUTE, ("attribute",))
def attribute_create(call: Call) -> Any:
    raw = call.body["attribute"]
    kind, label = raw.get("frontend_input"), raw.get("default_frontend_label")
    if not label:
        raise missing("frontend_label")
    if not kind:
        raise missing("frontend_input")
    code = str(raw.get("attribute_code") or "attr_" + re.sub(r"[^a-z0-9]+", "_", str(label).lower()).strip("_"))
    if len(code) > 60:
        raise Refusal(400, "An attribute code must not be less than 1 and more than 60 characters.")
    for name, value, fine in (
        ("attribute_code", code, re.fullmatch(r"[a-zA-Z]\w*", code)),
        ("frontend_input", kind, kind in BACKEND),
    ):
        if not fine:
            raise Refusal(
                400, 'Invalid value of "%value" provided for the %fieldName field.', {"fieldName": name, "value": value}
            )
    if call.unit.get("attribute", code.lower()):
        raise Refusal(400, "%1 already exists.", ["Attribute with the same code"])
    doc = new(
        call.unit.count("attribute"),
        code,
        kind,
        str(label),
        raw.get("scope", "global"),
        required=bool(raw.get("is_required")),
    )
    doc["is_unique"] = "1" if raw.get("is_unique") in (True, "1", 1) else "0"
    doc["flags"] = {name: raw[name] for name in raw if name.startswith(("is_", "used_")) and name not in doc}
    doc["options"] = [
        option(call.unit, row["label"], int(row.get("sort_order") or at), row.get("store_labels") or ())
        for at, row in enumerate(raw.get("options") or (), 1)
    ]
    call.unit.put("attribute", code.lower(), doc)
    call.unit.note("attribute", code, None, {"frontend_input": kind})
    return show(doc)


@route("GET", "products/attributes/{code}", ATTRIBUTE)
def attribute_get(call: Call) -> Any:
    return show(attribute_of(call, call.params["code"]), call.store)


@route("PUT", "products/attributes/{code}", ATTRIBUTE, ("attribute",))
def attribute_update(call: Call) -> Any:
    doc, raw = attribute_of(call, call.params["code"]), call.body["attribute"]
    label = raw.get("default_frontend_label") or doc["default_frontend_label"]
    new_doc = {
        **doc,
        "default_frontend_label": label,
        "frontend_labels": raw.get("frontend_labels", doc["frontend_labels"]),
        "is_required": bool(raw.get("is_required", doc["is_required"])),
        "flags": {**doc["flags"], **{name: raw[name] for name in raw if name in FLAGS}},
    }
    for row in raw.get("options") or ():
        if not row.get("value") and row.get("label"):
            made = option(call.unit, row["label"], int(row.get("sort_order") or 0), row.get("store_labels") or ())
            new_doc["options"] = [*new_doc["options"], made]
    call.unit.put("attribute", doc["attribute_code"].lower(), new_doc)
    call.unit.note("attribute", doc["attribute_code"], {"label": doc["default_frontend_label"]}, {"label": label})
    return show(new_doc)


@route("DELETE", "products/attributes/{code}", ATTRIBUTE)
def attribute_delete(call: Call) -> Any:
    doc = attribute_of(call, call.params["code"])
    if not doc["is_user_defined"]:
        raise Refusal(400, "The system attribute can't be deleted.")
    call.unit.drop("attribute", doc["attribute_code"].lower())
    call.unit.note("delete", doc["attribute_code"], {"attribute": doc["attribute_code"]}, None)
    return True


@route("GET", "products/attributes/{code}/options", ATTRIBUTE)
def option_list(call: Call) -> Any:
    return options(attribute_of(call, call.params["code"]), call.store)


@route("POST", "products/attributes/{code}/options", ATTRIBUTE, ("option",))
def option_add(call: Call) -> Any:
    doc, raw = attribute_of(call, call.params["code"]), call.body["option"]
    if doc["frontend_input"] not in WITH_OPTIONS:
        raise Refusal(400, 'The "%1" attribute doesn\'t work with options.', [call.params["code"]])
    label = str(raw.get("label", ""))
    if any(row["label"] == label for row in doc["options"]):
        raise Refusal(400, 'Admin store attribute option label "%1" is already exists.', [label])
    row = option(call.unit, label, int(raw.get("sort_order") or len(doc["options"]) + 1), raw.get("store_labels") or ())
    call.unit.put("attribute", doc["attribute_code"].lower(), {**doc, "options": [*doc["options"], row]})
    call.unit.note("option", doc["attribute_code"], None, {"label": label, "value": row["value"]})
    return row["value"]


@route("PUT", "products/attributes/{code}/options/{option}", ATTRIBUTE, ("option",))
def option_update(call: Call) -> Any:
    doc, at = _option(call)
    rows = [dict(row) for row in doc["options"]]
    told = call.body["option"]
    rows[at]["label"] = told.get("label", rows[at]["label"])
    if told.get("sort_order") is not None:
        rows[at]["sort_order"] = int(told["sort_order"])
    if told.get("store_labels") is not None:  # the labels of the views are replaced
        rows[at]["labels"] = {str(one.get("store_id")): one.get("label") for one in told["store_labels"]}
    call.unit.put("attribute", doc["attribute_code"].lower(), {**doc, "options": rows})
    call.unit.note("option", doc["attribute_code"], doc["options"][at], rows[at])
    return True


@route("DELETE", "products/attributes/{code}/options/{option}", ATTRIBUTE)
def option_delete(call: Call) -> Any:
    doc, at = _option(call)
    rows = [row for number, row in enumerate(doc["options"]) if number != at]
    call.unit.put("attribute", doc["attribute_code"].lower(), {**doc, "options": rows})
    call.unit.note("option", doc["attribute_code"], doc["options"][at], None)
    return True


def _option(call: Call) -> tuple[Doc, int]:
    doc = attribute_of(call, call.params["code"])
    for at, row in enumerate(doc["options"]):
        if row["value"] == call.params["option"]:
            return doc, at
    raise Refusal(
        404, 'The "%1" attribute doesn\'t include an option with "%2" ID.', [call.params["code"], call.params["option"]]
    )
