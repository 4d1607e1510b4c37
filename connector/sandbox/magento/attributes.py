"""Product attributes as documents: what a fresh installation has, and how one is shown.

Source: facts/MAGENTO.md, section 6, and the recording `attributes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox.store import Unit

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
    ("price_type", "select", "global", "Dynamic Price", False),
    ("sku_type", "select", "global", "Dynamic SKU", False),
    ("weight_type", "select", "global", "Dynamic Weight", False),
    ("price_view", "select", "global", "Price View", False),
    ("shipment_type", "select", "global", "Ship Bundle Items", False),
)
USER_DEFINED = ("cost", "manufacturer", "color")
FREE_TYPED = (
    "options_container",
    "msrp_display_actual_price_type",
    "gift_message_available",
    "page_layout",
    "custom_design",
    "country_of_manufacture",
    "price_type",
    "sku_type",
    "weight_type",
    "price_view",
    "shipment_type",
)  # system drop-downs that keep text
FIRST_ID, FIRST_OPTION, DEFAULT_SET = 73, 4, 4
GROUPS = {
    7: "Product Details",
    8: "Advanced Pricing",
    9: "Search Engine Optimization",
    10: "Images",
    11: "Design",
    12: "Autosettings",
    13: "Content",
    14: "Schedule Design Update",
    19: "Bundle Items",
    20: "Gift Options",
}
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
    unit.put("sequence", "group", {"last": 20})
    unit.put("sequence", "assignment", {"last": 193})
    unit.put(
        "set",
        str(DEFAULT_SET),
        {"attribute_set_id": DEFAULT_SET, "attribute_set_name": "Default", "sort_order": 1, "codes": []},
    )
    for number, name in GROUPS.items():
        row = {"attribute_group_id": str(number), "attribute_group_name": name, "attribute_set_id": DEFAULT_SET}
        unit.put("group", str(number), row)
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
    for group in GROUPS.values():  # a new set has the groups of its skeleton
        at = str(unit.count("group"))
        row = {"attribute_group_id": at, "attribute_group_name": group, "attribute_set_id": number}
        unit.put("group", at, row)
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
    if doc["frontend_input"] == "multiselect":
        shown["default_value"] = ""
    elif doc["frontend_input"] == "select":
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
