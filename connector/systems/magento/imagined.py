"""What a shop would answer to a write that is only rehearsed, and where the fields of a write come from.

A success repeats the object with its id, or lists the rows that went wrong: none (facts/MAGENTO.md, products,
bulk price endpoints). What is not said here ends a rehearsal at that request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.records import CATEGORY, CUSTOMER, PRICE, PRODUCT, Product, Record, Stock
from connector.systems.magento.values import code_of

OBJECTS = ("product", "category", "customer")
BULK = ("base-prices", "special-price", "tier-prices", "source-items", "special-price-delete", "tier-prices-delete")
NEW = "(new)"
REASONS: dict[str, dict[str, str]] = {
    PRODUCT: {
        "sku": "The item's Inventory ID.",
        "name": "The item's description.",
        "status": "1 while the item may be sold and its export is on, else 2: the item's status.",
        "visibility": "The item's visibility in the ERP: 4 in catalogue and search, 1 not by itself.",
        "weight": "The item's weight.",
        "attribute_set_id": "The attribute set named like the item class; for a new product else the default set of "
        "the store settings.",
        "tax_class_id": "The tax class named like the tax category; for a new product else the default of the store "
        "settings.",
        "price": "The item's default price: only for the first creation, later ones travel as prices.",
        "type_id": "Virtual when the item is neither kept in stock nor shipped, else simple.",
        "website_ids": "The stores and branches mapping, else the websites of the product settings.",
        "category_links": "The item's sales categories, by the bindings of categories.",
        "stock_item": "The item's back-order attribute, or that it is no stock item.",
        "url_key": "The item's URL key, else made of its name.",
        "description": "The item's long description.",
        "short_description": "The item's short description.",
        "meta_title": "The item's meta title.",
        "meta_description": "The item's meta description.",
        "meta_keyword": "The item's meta keywords.",
        "msrp": "The item's MSRP.",
    },
    PRICE: {
        "price": "The price that the price settings choose: default price or sales price.",
        "store_id": "The store view of prices in the store settings.",
        "special_price": "A promotional sales price that is in force; switched on in the price settings.",
        "special_from": "When the promotional price begins.",
        "special_to": "When the promotional price ends.",
        "tier_prices": "Sales prices with a quantity or a price class, by the customer group mapping.",
    },
    CATEGORY: {
        "name": "The category's description.",
        "is_active": "The category's status in the ERP.",
        "include_in_menu": "Include in navigation menu, in the ERP.",
        "position": "The category's place; switched on as sort order in the category settings.",
        "parent_id": "The parent category, by its binding; else the store root of the category settings.",
        "url_key": "The category's URL key, else made of its name.",
        "default_sort_by": "Product sort by, in the ERP.",
    },
    CUSTOMER: {
        "email": "The e-mail of the customer's main contact.",
        "firstname": "The main contact's name, else the first word of the company.",
        "lastname": "The main contact's name, else the rest of the company.",
        "taxvat": "The customer's tax registration.",
        "group_id": "The customer group mapping: customer class and price class to group.",
        "website_id": "The store view of the branch mapping, else the default website.",
        "store_id": "The store view of the branch mapping.",
        "addresses": "The customer's billing, shipping and location addresses.",
    },
}


def answer(method: str, path: str, body: Any) -> Any:
    """The JSON of a success, None when nobody can say."""
    whole = path.partition("?")[0].rstrip("/")
    last = whole.rpartition("/")[2]
    if last in BULK:
        return []
    if last == "ship" and "/order/" in whole:
        return NEW
    found = body.get(next((name for name in OBJECTS if name in body), "")) if isinstance(body, Mapping) else None
    if method in ("POST", "PUT") and isinstance(found, Mapping):
        number = int(last) if last.isascii() and last.isdigit() else 0
        return {"id": number, **found}
    return None


def reason(record: Record, name: str) -> str:
    """Where a field of a write comes from; "" when it is not known here."""
    if isinstance(record, Stock):
        return "The warehouses that feed this source by the mapping, the kind of quantity of the inventory settings."
    if isinstance(record, Product):
        for attribute, _ in record.attributes:
            if code_of(attribute) == name:
                return f"The item's attribute {attribute}."
    return REASONS.get(record.entity, {}).get(name, "")
