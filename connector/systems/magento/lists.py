"""The lists that settings and mappings choose from: groups, carriers, statuses, sources, categories, attributes ...

Magento's REST API has no route for carriers, payment methods and order statuses. What the shop's orders and
modules cannot tell is refused with a sentence, so that the page lets a person type it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector.errors import Fail
from connector.systems.base import Choice, Reference
from connector.systems.magento.client import reading
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import rows_of

REFERENCES = (
    Reference("store_view", "Store views"),
    Reference("website", "Websites"),
    Reference("customer_group", "Customer groups"),
    Reference("payment_method", "Payment methods"),
    Reference("shipping_carrier", "Shipping carriers"),
    Reference("shipping_method", "Shipping methods"),
    Reference("order_status", "Order statuses"),
    Reference("source", "Inventory sources"),
    Reference("tax_class", "Product tax classes"),
    Reference("attribute_set", "Attribute sets"),
    Reference("category", "Categories"),
    Reference("product_attribute", "Product attributes"),
)
# The statuses of a fresh shop with their states (facts/MAGENTO.md, carts and orders); the API lists none.
STATUSES = (
    ("pending", "Pending"),
    ("pending_payment", "Pending Payment"),
    ("pending_paypal", "Pending PayPal"),
    ("paypal_reversed", "PayPal Reversed"),
    ("paypal_canceled_reversal", "PayPal Canceled Reversal"),
    ("payment_review", "Payment Review"),
    ("fraud", "Suspected Fraud"),
    ("processing", "Processing"),
    ("holded", "On Hold"),
    ("complete", "Complete"),
    ("closed", "Closed"),
    ("canceled", "Canceled"),
)
CARRIERS = (
    ("custom", "Custom"),
    ("flatrate", "Flat Rate"),
    ("freeshipping", "Free Shipping"),
    ("tablerate", "Best Way (table rates)"),
    ("instore", "In-Store Pickup"),
    ("dhl", "DHL"),
    ("fedex", "FedEx"),
    ("ups", "UPS"),
    ("usps", "USPS"),
)
SEEN = 300  # orders that are looked through for words that no list has


def reference(shop: Shop, name: str) -> list[Choice]:
    """One list as the shop has it now. Raises Fail for an unknown name and for what the API does not tell."""
    read = READERS.get(name)
    if read is None:
        raise Fail(f"Magento keeps no list of that name: {name}.", code="magento.no_list")
    return read(shop)


def _views(shop: Shop) -> list[Choice]:
    return [
        Choice(view.code, view.label, {"website": view.website, "id": view.id, "currency": view.currency})
        for view in shop.directory.views()
    ]


def _websites(shop: Shop) -> list[Choice]:
    rows = rows_of(shop.client.get("/store/websites"), "/store/websites")
    with reading("/store/websites"):
        found = [(int(row["id"]), str(row["code"]), str(row.get("name") or row["code"])) for row in rows]
    return [Choice(code, label, {"id": str(number)}) for number, code, label in sorted(found) if number]


def _groups(shop: Shop) -> list[Choice]:
    return [Choice(code, code, {"id": str(number)}) for number, code in sorted(shop.directory.groups().items())]


def _sources(shop: Shop) -> list[Choice]:
    known = shop.store.sources()
    if known is None:
        raise Fail("This shop has no inventory sources: its inventory modules are switched off.", code="magento.no_msi")
    return [Choice(code, code) for code in sorted(known)]


def _tax_classes(shop: Shop) -> list[Choice]:
    rows = shop.client.search("/taxClasses/search", [("class_type", "PRODUCT", "eq")])
    with reading("/taxClasses/search"):
        return [Choice(str(row["class_name"]), str(row["class_name"]), {"id": str(row["class_id"])}) for row in rows]


def _sets(shop: Shop) -> list[Choice]:
    path = "/products/attribute-sets/sets/list"
    rows = shop.client.search(path, fields="attribute_set_id,attribute_set_name", sort="attribute_set_id")
    with reading(path):
        return [
            Choice(str(row["attribute_set_name"]), str(row["attribute_set_name"]), {"id": str(row["attribute_set_id"])})
            for row in rows
        ]


def _categories(shop: Shop) -> list[Choice]:
    """Every category by id, labelled with its way from the root."""
    rows = shop.client.search("/categories/list", fields="id,parent_id,name,level,path,position", sort="entity_id")
    with reading("/categories/list"):
        names = {str(row["id"]): str(row.get("name") or row["id"]) for row in rows}
        found = [(str(row["id"]), _way(row, names), str(row.get("parent_id") or "")) for row in rows]
    return [Choice(id, label, {"parent": parent}) for id, label, parent in sorted(found, key=lambda one: one[1])]


def _way(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    above = [part for part in str(row.get("path") or row["id"]).split("/") if part in names and part != "1"]
    return " / ".join(names[part] for part in above) or names[str(row["id"])]


def _attributes(shop: Shop) -> list[Choice]:
    """Label and code, as the mapping page shows them: `Color [color]`."""
    fields = "attribute_id,attribute_code,default_frontend_label,frontend_input,is_user_defined"
    rows = shop.client.search("/products/attributes", fields=fields, sort="attribute_id", action="verify_attributes")
    with reading("/products/attributes"):
        found = [
            Choice(
                str(row["attribute_code"]),
                f"{row.get('default_frontend_label') or row['attribute_code']} [{row['attribute_code']}]",
                {"type": str(row.get("frontend_input") or "text"), "own": "1" if row.get("is_user_defined") else ""},
            )
            for row in rows
        ]
    return sorted(found, key=lambda one: one.label.lower())


def _statuses(shop: Shop) -> list[Choice]:
    """A fresh shop's statuses, and those of its own that the last orders have."""
    return _with_seen(STATUSES, (str(row.get("status") or "") for row in _orders(shop, "status,state")))


def _carriers(shop: Shop) -> list[Choice]:
    """The carriers of Magento itself, and those of the last orders' methods (carrier_method)."""
    methods = (_method(row) for row in _orders(shop, METHOD))
    return _with_seen(CARRIERS, (method.partition("_")[0] for method in methods))


def _methods(shop: Shop) -> list[Choice]:
    found = {_method(row): str(row.get("shipping_description") or "") for row in _orders(shop, METHOD)}
    return _told({code: label for code, label in found.items() if code}, "shipping methods")


def _payments(shop: Shop) -> list[Choice]:
    found: dict[str, str] = {}
    for row in _orders(shop, "payment[method,additional_information]"):
        payment = row.get("payment")
        if isinstance(payment, Mapping) and payment.get("method"):
            said = payment.get("additional_information")
            title = str(said[0]) if isinstance(said, list) and said and isinstance(said[0], str) else ""
            found.setdefault(str(payment["method"]), title)
    return _told(found, "payment methods")


METHOD = "shipping_description,extension_attributes[shipping_assignments[shipping[method]]]"


def _method(row: Mapping[str, Any]) -> str:
    assignments = (row.get("extension_attributes") or {}).get("shipping_assignments") or []
    for one in assignments:
        shipping = one.get("shipping") if isinstance(one, Mapping) else None
        if isinstance(shipping, Mapping) and shipping.get("method"):
            return str(shipping["method"])
    return ""


def _orders(shop: Shop, fields: str) -> list[dict[str, Any]]:
    """The newest orders, one page: the only place where the API tells these words."""
    query = [
        ("searchCriteria[sortOrders][0][field]", "entity_id"),
        ("searchCriteria[sortOrders][0][direction]", "DESC"),
        ("searchCriteria[pageSize]", min(SEEN, shop.client.most_page)),
        ("searchCriteria[currentPage]", 1),
        ("fields", f"items[{fields}],total_count"),
    ]
    data = shop.client.call("GET", "/orders", query=query, action="order_sync").data
    with reading("/orders"):
        return [dict(row) for row in data.get("items") or []]


def _with_seen(known: Iterable[tuple[str, str]], seen: Iterable[str]) -> list[Choice]:
    rows = dict(known)
    for code in sorted(set(seen) - {""}):
        rows.setdefault(code, code)
    return [Choice(code, label) for code, label in rows.items()]


def _told(found: Mapping[str, str], what: str) -> list[Choice]:
    if not found:
        raise Fail(
            f"Magento's API does not list {what}, and no order has one yet: type the code.", code="magento.no_list"
        )
    return [Choice(code, label or code) for code, label in sorted(found.items())]


READERS: dict[str, Callable[[Shop], list[Choice]]] = {
    "store_view": _views,
    "website": _websites,
    "customer_group": _groups,
    "payment_method": _payments,
    "shipping_carrier": _carriers,
    "shipping_method": _methods,
    "order_status": _statuses,
    "source": _sources,
    "tax_class": _tax_classes,
    "attribute_set": _sets,
    "category": _categories,
    "product_attribute": _attributes,
}
