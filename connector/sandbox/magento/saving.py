"""Saving a product: what is refused, what is filled in, what is silently left out.

POST and PUT both create and update by sku; every save moves updated_at, even one that changes nothing. Source:
facts/MAGENTO.md, sections 1 and 8, and the recordings `products` and `product_scopes`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import bundles, configurables, levels, media, product_links
from connector.sandbox.magento.routing import Call, Crash, Refusal, as_float, as_int, internal
from connector.sandbox.magento.search import stamp
from connector.sandbox.magento.shop import Doc, now

EMPTY = 'The "%s" attribute value is empty. Set the attribute and try again.'
TYPES = ("simple", "virtual", "downloadable", "bundle", "grouped", "configurable")
PRICED = ("simple", "virtual", "downloadable")
OWN = ("sku", "name", "attribute_set_id", "price", "status", "visibility", "type_id", "weight")
PLAIN = ("name", "price", "status", "visibility", "weight")  # attributes that are properties of the entity
PROPERTIES = {*OWN, "id", "created_at", "updated_at", "extension_attributes", "product_links", "options",
              "media_gallery_entries", "tier_prices", "custom_attributes"}  # fmt: skip
EXTENSIONS = {"website_ids", "category_links", "stock_item", "bundle_product_options", "downloadable_product_links",
              "downloadable_product_samples", "configurable_product_options", "configurable_product_links"}  # fmt: skip
ALL_WEBSITES = [1, 2]


def check_shape(raw: Mapping[str, Any]) -> None:
    """Unknown properties are an internal error, wrong scalar types a 400, a map of attributes a PHP error."""
    if set(raw) - PROPERTIES:
        raise internal()
    extension = raw.get("extension_attributes") or {}
    if not isinstance(extension, Mapping) or set(extension) - EXTENSIONS:
        raise internal()
    custom = raw.get("custom_attributes")
    if custom is not None and (not isinstance(custom, list) or not all(isinstance(row, Mapping) for row in custom)):
        raise Crash
    for name in ("price", "weight"):
        as_float(name, raw.get(name))
    for name in ("attribute_set_id", "status", "visibility"):
        as_int(name, raw.get(name))


def check(call: Call, raw: Mapping[str, Any], old: Doc | None) -> None:
    """Everything that a save refuses, in Magento's order and words. Raises Refusal."""
    group = raw.get("attribute_set_id", old["set"] if old else None)
    if group is None or call.unit.get("set", str(group)) is None:
        raise Refusal(400, "Invalid product data: %1", ["Invalid attribute set entity type"])
    kind = raw.get("type_id") or (old["type"] if old else "simple")
    if not (raw.get("name") if "name" in raw or not old else True):
        raise Refusal(400, EMPTY % "Product Name")
    price = raw.get("price") if "price" in raw or not old else 0
    if price is None and kind in PRICED:
        raise Refusal(400, EMPTY % "Price")
    if price is not None and float(price) < 0:
        raise Refusal(400, "Please enter a number 0 or greater in this field.")
    websites = (raw.get("extension_attributes") or {}).get("website_ids")
    for website in websites or ():
        if as_int("website_ids", website) not in ALL_WEBSITES:
            raise Refusal(400, "The product was unable to be saved. Please try again.")
    if websites and len(set(websites)) != len(websites):
        raise Refusal(400, "Unique constraint violation found")


def custom_value(call: Call, key: str, code: str, value: Any, doc: Doc) -> Any:
    """A custom attribute's value as it is stored, None clears it. Raises Refusal for a wrong type."""
    if value in (None, "", []):
        return None
    backend, unique = doc["backend_type"], doc["is_unique"] == "1"
    text = ",".join(str(part) for part in value) if isinstance(value, list) else value
    if backend == "int" and not re.fullmatch(r"-?\d+", str(text)):
        raise Refusal(
            400,
            f'Error occurred during "custom_attributes" processing. Attribute "{code}" has invalid value. The '
            f'"{text}" value\'s type is invalid. The "int" type was expected. Verify and try again.',
        )
    if backend == "decimal":
        return as_float("custom_attributes", text)
    if backend == "datetime":
        stored = stamp(str(text))
        if stored is None:
            raise Refusal(
                400, 'Invalid value of "%value" provided for the %fieldName field.', {"fieldName": code, "value": text}
            )
        return stored
    if unique and _taken(call, key, code, str(text)):
        label = doc["default_frontend_label"]
        raise Refusal(400, f'The value of the "{label}" attribute isn\'t unique. Set a unique value and try again.')
    return str(text)


def _taken(call: Call, key: str, code: str, text: str) -> bool:
    docs = call.shop.store.kind("product")
    return any(call.shop.value(doc, code) == text for other, doc in docs.items() if other != key)


# Saving


def save(call: Call, sku: str, raw: Mapping[str, Any]) -> Doc:
    """Create or update the product of this sku and return its document. Raises Refusal."""
    old = call.shop.product(call.unit, sku)
    check(call, raw, old)
    if len(sku) > 64:
        raise Refusal(400, "SKU length should be 64 characters maximum.")
    doc = dict(old) if old else blank(call, sku, raw)
    key = doc["sku"].lower()
    doc["values"] = {code: dict(values) for code, values in doc["values"].items()}
    written = _plain(call, doc, raw) | _custom(call, doc, raw, key)
    _address(call, doc, old, raw)
    _extensions(call, doc, raw)
    doc["updated"] = now()
    if raw.get("type_id"):
        doc["type"] = raw["type_id"]
    if raw.get("attribute_set_id") is not None:
        doc["set"] = as_int("attribute_set_id", raw["attribute_set_id"])
    before = None if old is None else {code: call.shop.value(old, code, call.store) for code in written}
    after = {code: call.shop.value(doc, code, call.store) for code in written} | {
        "id": doc["id"],
        "type_id": doc["type"],
        "attribute_set_id": doc["set"],
        "website_ids": doc["websites"],
    }
    if call.store:
        after["store_id"] = call.store
    call.unit.note("create" if old is None else "update", doc["sku"], before, after)
    call.unit.put("product", key, doc)
    item = (raw.get("extension_attributes") or {}).get("stock_item")
    levels.saved_with_product(call, doc, item if isinstance(item, Mapping) else None, fresh=old is None)
    return call.unit.get("product", key) or doc


def blank(call: Call, sku: str, raw: Mapping[str, Any]) -> Doc:
    """A new product with what Magento fills in by itself."""
    kind = raw.get("type_id") or "simple"
    values: dict[str, dict[str, Any]] = {
        "status": {"0": 1},
        "visibility": {"0": 4},
        "options_container": {"0": "container2"},
        "required_options": {"0": "0"},
        "has_options": {"0": "0"},
    }
    if kind in TYPES and kind != "grouped":
        values |= {"msrp_display_actual_price_type": {"0": "0"}, "tax_class_id": {"0": "2"}}
    moment = now()
    return {
        "id": call.unit.count("product"),
        "item_id": call.unit.count("stock_item"),
        "sku": sku,
        "type": kind,
        "set": 0,
        "values": values,
        "websites": list(ALL_WEBSITES),
        "links": [],
        "tiers": [],
        "stock": {},
        "qty": None if kind in TYPES else 0,
        "created": moment,
        "updated": moment,
        "index": None,
        "stale": False,
    }


def _plain(call: Call, doc: Doc, raw: Mapping[str, Any]) -> set[str]:
    """The attributes that are properties of the product itself. Returns the codes that were written."""
    written: set[str] = set()
    kind = raw.get("type_id") or doc["type"]
    for code in PLAIN:
        if raw.get(code) is None or (code == "price" and kind not in TYPES):
            continue
        value: Any = raw[code]
        if code == "name":
            value = str(value)[:255]  # cut without a word
        elif code in ("price", "weight"):
            value = float(value)
        else:
            value = int(value)
            value = 1 if code == "status" and value not in (1, 2) else value  # 9 is answered, 1 is kept
        _set(call, doc, code, value)
        written.add(code)
    return written


def _custom(call: Call, doc: Doc, raw: Mapping[str, Any], key: str) -> set[str]:
    written: set[str] = set()
    for row in raw.get("custom_attributes") or ():
        code = str(row.get("attribute_code", ""))
        known = call.unit.get("attribute", code.lower())
        if known is None or code in ("category_ids", "sku", *PLAIN):
            continue  # an unknown code is ignored
        _set(call, doc, code, custom_value(call, key, code, row.get("value"), known))
        written.add(code)
    return written


def _set(call: Call, doc: Doc, code: str, value: Any) -> None:
    known = call.unit.get("attribute", code.lower())
    scope = known["scope"] if known else "global"
    if code == "price" and call.shop.switch("price_scope") == "website":
        scope = "website"
    for store in call.shop.stores_written(scope, call.store):
        doc["values"].setdefault(code, {})[store] = value
    doc["values"][code] = {store: kept for store, kept in doc["values"][code].items() if kept is not None}


def _address(call: Call, doc: Doc, old: Doc | None, raw: Mapping[str, Any]) -> None:
    """The url_key: made from the name where there is none, unique in the store. Raises Refusal."""
    store = str(call.store)
    if not call.shop.value(doc, "url_key", call.store):
        doc["values"].setdefault("url_key", {})[store] = slug(str(call.shop.value(doc, "name", call.store)))
    key = doc["sku"].lower()
    for mark in addresses(doc):
        owner = call.unit.get("address", mark)
        if owner and owner["sku"] != key:
            raise Refusal(400, "URL key for specified store already exists.")
    for mark in set(addresses(old) if old else ()) - set(addresses(doc)):
        call.unit.drop("address", mark)
    for mark in addresses(doc):
        call.unit.put("address", mark, {"sku": key})


def addresses(doc: Doc) -> list[str]:
    return sorted({str(value) for value in doc["values"].get("url_key", {}).values()})


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _extensions(call: Call, doc: Doc, raw: Mapping[str, Any]) -> None:
    """Websites and category links replace the whole list; a category that is not there is dropped."""
    extension = raw.get("extension_attributes") or {}
    if extension.get("website_ids") is not None:
        doc["websites"] = [as_int("website_ids", website) for website in extension["website_ids"]]
    if extension.get("category_links") is not None:
        doc["links"] = [
            {"position": as_int("position", row.get("position")) or 0, "category_id": str(row.get("category_id"))}
            for row in extension["category_links"]
            if call.unit.get("category", str(row.get("category_id")))
        ]
    if doc["type"] == "configurable" or raw.get("type_id") == "configurable":
        configurables.save(call, doc, extension)
    if extension.get("bundle_product_options") is not None:
        bundles.save(call, doc, extension["bundle_product_options"])
    if isinstance(raw.get("product_links"), list):
        product_links.save(call, doc, raw["product_links"])
    if isinstance(raw.get("media_gallery_entries"), list):
        media.save(call, doc, raw["media_gallery_entries"])
    if isinstance(raw.get("options"), list):
        doc["options"] = [_custom_option(call, doc, row) for row in raw["options"]]
    if isinstance(raw.get("tier_prices"), list):
        doc["tiers"] = [
            {
                "website_id": int((row.get("extension_attributes") or {}).get("website_id", 0)),
                "price": float(row.get("value", 0)),
                "customer_group_id": row.get("customer_group_id"),
                "quantity": float(row.get("qty", 1)),
                "price_type": "fixed",
            }
            for row in raw["tier_prices"]
        ]


def _custom_option(call: Call, doc: Doc, row: Mapping[str, Any]) -> Doc:
    """A custom option as it is kept: its id and those of its values are given here."""
    option = {**row, "product_sku": doc["sku"], "option_id": row.get("option_id") or call.unit.count("custom_option")}
    if row.get("values"):
        option["values"] = [
            {**one, "option_type_id": one.get("option_type_id") or call.unit.count("custom_value")}
            for one in row["values"]
        ]
    return option
