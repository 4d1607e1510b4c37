"""The fields of products, categories and customers as this shop has them, for the mapping pages.

A field's name is the store's own code. Top-level properties and attributes are told apart by their path, since
they are written in different places (facts/MAGENTO.md, products, categories, customers).
"""

from __future__ import annotations

from connector.records import CATEGORY, CUSTOMER, PRODUCT
from connector.systems.base import Field
from connector.systems.magento.client import reading
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import FIELDS, Attribute, attribute_of

ROOT, CUSTOM = "/root/", "/root/custom_attributes/"
KINDS = {
    "select": "list", "swatch_visual": "list", "swatch_text": "list", "multiselect": "multi", "boolean": "flag",
    "date": "date", "datetime": "date", "price": "money", "weight": "number",
}  # fmt: skip
TOP: dict[str, dict[str, str]] = {  # property -> kind, where Magento takes it outside of custom_attributes
    PRODUCT: {"name": "text", "price": "money", "weight": "number", "status": "list", "visibility": "list"},
    CATEGORY: {
        "name": "text", "is_active": "flag", "include_in_menu": "flag", "position": "number",
        "available_sort_by": "multi",
    },
    CUSTOMER: {
        "email": "text", "firstname": "text", "lastname": "text", "middlename": "text", "prefix": "text",
        "suffix": "text", "dob": "date", "taxvat": "text", "gender": "list",
    },
}  # fmt: skip
READ_ONLY = {
    PRODUCT: {"sku", "created_at", "updated_at", "has_options", "required_options", "type_id", "category_ids",
              "media_gallery", "gallery", "old_id", "tier_price", "quantity_and_stock_status", "links_exist"},
    CATEGORY: {"path", "level", "children", "children_count", "all_children", "path_in_store", "url_path",
               "parent_id", "created_at", "updated_at", "image", "is_anchor"},
    CUSTOMER: {"website_id", "store_id", "created_in", "created_at", "updated_at", "password_hash", "rp_token",
               "rp_token_created_at", "default_billing", "default_shipping", "confirmation", "group_id",
               "disable_auto_group_change", "failures_num", "first_failure", "lock_expires"},
}  # fmt: skip
# Values of a customer's default addresses, mapped by the address they stand in (MAP-12)
ADDRESS = ("company", "street", "city", "region", "region_code", "postcode", "country_id", "telephone", "vat_id")


def fields(shop: Shop, entity: str) -> list[Field]:
    """The fields of one entity; none for an entity that has no mapping."""
    if entity not in TOP:
        return []
    attributes = _products(shop) if entity == PRODUCT else list(shop.directory.attributes(entity).values())
    found = [_field(entity, attribute) for attribute in attributes if attribute.kind != "hidden"]
    named = {field.name for field in found}
    found += [
        Field(name, name, kind=kind, path=ROOT, api_name=name)
        for name, kind in TOP[entity].items()
        if name not in named
    ]
    if entity == CUSTOMER:
        for which in ("billing", "shipping"):
            found += [
                Field(f"{which}/{name}", f"Default {which} address: {name}", section="Addresses",
                      path=f"/root/addresses/{which}/", api_name=name, writable=False)
                for name in ADDRESS
            ]  # fmt: skip
    return sorted(found, key=lambda one: one.label.lower())


def _products(shop: Shop) -> list[Attribute]:
    rows = shop.client.search("/products/attributes", fields=FIELDS, sort="attribute_id", action="verify_attributes")
    with reading("/products/attributes"):
        return [attribute_of(row) for row in rows]


def _field(entity: str, attribute: Attribute) -> Field:
    top = TOP[entity].get(attribute.code)
    label = attribute.label or attribute.code
    return Field(
        attribute.code,
        f"{label} [{attribute.code}]",
        section="Own attributes" if attribute.own else "Attributes of Magento",
        kind=top or KINDS.get(attribute.kind, "text"),
        path=ROOT if top else CUSTOM,
        api_name=attribute.code,
        custom=attribute.own,
        writable=attribute.code not in READ_ONLY[entity] and attribute.kind not in ("media_image", "gallery"),
        options=tuple((number, text) for text, number in attribute.options),
    )
