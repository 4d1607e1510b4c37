"""A product of the shop as a neutral Product: for the way into the ERP and for comparing both sides.

Attribute sets, tax classes and list values are told by their names, which is how the ERP knows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.records import Product
from connector.systems.magento import mapped, numbers
from connector.systems.magento.client import reading
from connector.systems.magento.entity import version
from connector.systems.magento.find import by_key
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import Attribute

NOT_SHIPPED = ("virtual", "downloadable")
MULTI = "multiselect"
LISTS = ("select", MULTI, "swatch_visual", "swatch_text")


def read_many(shop: Shop, skus: Sequence[str]) -> dict[str, Product]:
    """The products of these SKUs, under the keys that were asked for."""
    rows = shop.client.search_in("/products", "sku", skus)
    with reading("/products"):
        return {key: product(shop, row, key) for key, row in by_key(skus, rows)}


def product(shop: Shop, row: Mapping[str, Any], key: str = "") -> Product:
    """One product of an answer. Raises KeyError, TypeError or ValueError for what is none."""
    raw = mapped.flat(row)
    kind = str(row.get("type_id") or "simple")
    known = shop.store.attributes(sorted(code for code in raw if code not in row)) if raw else {}
    extension = row.get("extension_attributes")
    links = extension.get("category_links") if isinstance(extension, Mapping) else None
    return Product(
        key=key or str(row["sku"]),
        version=version(row.get("updated_at")),
        raw=tuple(sorted((code, told(known.get(code), value)) for code, value in raw.items())),
        name=str(row.get("name") or ""),
        stock_item=kind not in NOT_SHIPPED,
        requires_shipment=kind not in NOT_SHIPPED,
        active=str(row.get("status")) == "1",
        visibility="invisible" if str(row.get("visibility")) == "1" else "visible",
        item_class=shop.store.set_name(row.get("attribute_set_id")),
        tax_category=shop.store.tax_class_name(raw.get("tax_class_id")),
        price=numbers.read(row.get("price")),
        msrp=numbers.read(raw.get("msrp")),
        weight=numbers.read(row.get("weight")),
        description=raw.get("description", ""),
        short_description=raw.get("short_description", ""),
        url_key=raw.get("url_key", ""),
        meta_title=raw.get("meta_title", ""),
        meta_description=raw.get("meta_description", ""),
        meta_keywords=raw.get("meta_keyword", ""),
        categories=tuple(str(link["category_id"]) for link in links or [] if isinstance(link, Mapping)),
        attributes=tuple(
            sorted((code.upper(), told(one, raw[code])) for code, one in known.items() if one.own and raw.get(code))
        ),
    )


def told(attribute: Attribute | None, value: str) -> str:
    """A value as people know it: the labels of a list's options."""
    if attribute is None or attribute.kind not in LISTS or not attribute.own:
        return value
    labels = {number: label for label, number in attribute.options}
    parts = value.split(",") if attribute.kind == MULTI else [value]
    return "; ".join(labels.get(part, part) for part in parts)
