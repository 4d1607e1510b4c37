"""Product attributes and their options, and what a fresh installation has of them.

Source: facts/MAGENTO.md, section 6, and the recording `attributes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, missing, route
from connector.sandbox.magento.search import search
from connector.sandbox.store import Unit

ATTRIBUTE = "Magento_Catalog::attributes_attributes"
BACKEND = {
    "text": "varchar",
    "textarea": "text",
    "select": "int",
    "multiselect": "text",
    "boolean": "int",
    "date": "datetime",
    "datetime": "datetime",
    "price": "decimal",
    "weight": "decimal",
    "media_image": "varchar",
    "texteditor": "text",
}
WITH_OPTIONS = ("select", "multiselect")
# code, input, scope, label, required: what a fresh installation has (only what a client can meet)
SYSTEM = (
    ("name", "text", "store", "Product Name", True),
    ("sku", "text", "global", "SKU", True),
    ("price", "price", "global", "Price", True),
    ("status", "select", "website", "Enable Product", False),
    ("visibility", "select", "store", "Visibility", False),
    ("weight", "weight", "global", "Weight", False),
    ("tax_class_id", "select", "website", "Tax Class", False),
    ("description", "textarea", "store", "Description", False),
    ("short_description", "textarea", "store", "Short Description", False),
    ("url_key", "text", "store", "URL Key", False),
    ("special_price", "price", "global", "Special Price", False),
    ("special_from_date", "date", "website", "Special Price From Date", False),
    ("special_to_date", "date", "website", "Special Price To Date", False),
    ("cost", "price", "global", "Cost", False),
    ("manufacturer", "select", "global", "Manufacturer", False),
    ("color", "select", "global", "Color", False),
    ("meta_title", "text", "store", "Meta Title", False),
    ("meta_keyword", "textarea", "store", "Meta Keywords", False),
    ("meta_description", "textarea", "store", "Meta Description", False),
    ("msrp", "price", "global", "Manufacturer's Suggested Retail Price", False),
    ("news_from_date", "date", "website", "Set Product as New from Date", False),
    ("news_to_date", "date", "website", "Set Product as New to Date", False),
    ("country_of_manufacture", "select", "website", "Country of Manufacture", False),
    ("options_container", "select", "store", "Display Product Options In", False),
    ("required_options", "text", "global", "Required Options", False),
    ("has_options", "text", "global", "Has Options", False),
    ("msrp_display_actual_price_type", "select", "website", "Display Actual Price", False),
    ("gift_message_available", "select", "website", "Allow Gift Message", False),
    ("category_ids", "text", "global", "Categories", False),
    ("image", "media_image", "store", "Base", False),
    ("small_image", "media_image", "store", "Small", False),
    ("thumbnail", "media_image", "store", "Thumbnail", False),
    ("swatch_image", "media_image", "store", "Swatch", False),
    ("page_layout", "select", "store", "Layout", False),
    ("custom_design", "select", "store", "New Theme", False),
    ("quantity_and_stock_status", "select", "global", "Quantity", False),
    ("created_at", "date", "global", "Created", True),
    ("updated_at", "date", "global", "Updated", True),
)
USER_DEFINED = ("cost", "manufacturer", "color")
FREE_TYPED = (
    "options_container",
    "msrp_display_actual_price_type",
    "gift_message_available",
    "page_layout",
    "custom_design",
    "country_of_manufacture",
)  # system drop-downs that keep text
FIRST_ID, FIRST_OPTION, DEFAULT_SET = 73, 4, 4
NO_ATTRIBUTE = 'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.'
GROUPS = (
    "Product Details",
    "Content",
    "Bundle Items",
    "Images",
    "Search Engine Optimization",
    "Advanced Pricing",
    "Design",
    "Schedule Design Update",
    "Autosettings",
    "Gift Options",
)
Doc = dict[str, Any]


def fill(unit: Unit, sets: Iterable[str], values: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    """The system attributes, the set Default and further sets that have the same attributes."""
    for at, (code, kind, scope, label, required) in enumerate(SYSTEM):
        doc = new(FIRST_ID + at, code, kind, label, scope, required=required, user=code in USER_DEFINED)
        if code in FREE_TYPED:
            doc["backend_type"] = "varchar"
        unit.put("attribute", code, doc)
    unit.put("sequence", "attribute", {"last": 136})
    unit.put("sequence", "option", {"last": FIRST_OPTION - 1})
    unit.put("sequence", "set", {"last": 8})
    unit.put("sequence", "group", {"last": 30})
    unit.put("sequence", "assignment", {"last": 193})
    unit.put(
        "set",
        str(DEFAULT_SET),
        {"attribute_set_id": DEFAULT_SET, "attribute_set_name": "Default", "sort_order": 1, "codes": []},
    )
    for at, name in enumerate(GROUPS):
        unit.put(
            "group",
            str(7 + at),
            {"attribute_group_id": str(7 + at), "attribute_group_name": name, "attribute_set_id": DEFAULT_SET},
        )
    codes = []
    for name, (label, options) in values.items():
        code = name.lower()
        doc = unit.get("attribute", code) or new(unit.count("attribute"), code, "select", label, "global", user=True)
        unit.put(
            "attribute", code, {**doc, "options": [option(unit, text, order) for order, text in enumerate(options, 1)]}
        )
        codes.append(code)
    default = unit.get("set", str(DEFAULT_SET)) or {}
    unit.put("set", str(DEFAULT_SET), {**default, "codes": codes})
    for at, name in enumerate(sets):
        add_set(unit, name, 10 + at, codes)


def new(number: int, code: str, kind: str, label: str, scope: str, *, required: bool = False, user: bool = True) -> Doc:
    return {"attribute_id": number, "attribute_code": code, "frontend_input": kind, "default_frontend_label": label,
            "scope": scope, "is_required": required, "is_user_defined": user, "is_unique": "0", "options": [],
            "frontend_labels": [], "backend_type": BACKEND[kind], "flags": {}}  # fmt: skip


def option(unit: Unit, label: str, order: int, labels: Iterable[Mapping[str, Any]] = ()) -> Doc:
    own = {str(entry.get("store_id")): entry.get("label") for entry in labels}
    return {"value": str(unit.count("option")), "label": label, "sort_order": order, "labels": own}


def add_set(unit: Unit, name: str, order: int, codes: Iterable[str]) -> Doc:
    number = unit.count("set")
    doc = {"attribute_set_id": number, "attribute_set_name": name, "sort_order": order, "codes": list(codes)}
    unit.put("set", str(number), doc)
    return doc


def show(doc: Doc, store: int = 0) -> Doc:
    """An attribute in full, as its own route answers it."""
    flags = {
        "extension_attributes": {"is_pagebuilder_enabled": False},
        "is_wysiwyg_enabled": False,
        "is_html_allowed_on_front": False,
        "used_for_sort_by": False,
        "is_filterable": False,
        "is_filterable_in_search": False,
        "is_used_in_grid": False,
        "is_visible_in_grid": False,
        "is_filterable_in_grid": False,
        "position": 0,
        "apply_to": [],
        "is_searchable": "0",
        "is_visible_in_advanced_search": "0",
        "is_comparable": "0",
        "is_used_for_promo_rules": "0",
        "is_visible_on_front": "0",
        "used_in_product_listing": "0",
        "is_visible": True,
    }
    shown = {
        **flags,
        **doc["flags"],
        "scope": doc["scope"],
        "attribute_id": doc["attribute_id"],
        "attribute_code": doc["attribute_code"],
        "frontend_input": doc["frontend_input"],
        "entity_type_id": "4",
        "is_required": doc["is_required"],
        "options": options(doc, store),
        "is_user_defined": doc["is_user_defined"],
        "default_frontend_label": doc["default_frontend_label"],
        "frontend_labels": doc["frontend_labels"],
        "backend_type": doc["backend_type"],
    }
    if doc["frontend_input"] == "select":
        shown["source_model"] = "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table"
        shown["default_value"] = ""
    elif doc["frontend_input"] == "boolean":
        shown["source_model"] = "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Boolean"
    models = {"multiselect": "Magento\\Eav\\Model\\Entity\\Attribute\\Backend\\ArrayBackend",
              "date": "Magento\\Eav\\Model\\Entity\\Attribute\\Backend\\Datetime",
              "price": "Magento\\Catalog\\Model\\Product\\Attribute\\Backend\\Price"}  # fmt: skip
    if doc["frontend_input"] in models:
        shown["backend_model"] = models[doc["frontend_input"]]
    return {**shown, "is_unique": doc["is_unique"], "validation_rules": []}


def options(doc: Doc, store: int = 0) -> list[Doc]:
    if doc["frontend_input"] == "boolean":
        return [{"label": "Yes", "value": "1"}, {"label": "No", "value": "0"}]
    if doc["frontend_input"] not in WITH_OPTIONS:
        return []
    rows = sorted(doc["options"], key=lambda row: row["sort_order"])
    listed = [{"label": row["labels"].get(str(store)) or row["label"], "value": row["value"]} for row in rows]
    return [{"label": " ", "value": ""}, *listed]


def attribute_of(call: Call, code: str) -> Doc:
    doc = call.unit.get("attribute", code.lower())
    if doc is None:
        raise Refusal(404, NO_ATTRIBUTE, [code])
    return doc


# Attributes


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
    }
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
    rows[at]["label"] = call.body["option"].get("label", rows[at]["label"])
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
