"""The actions of the shop's API as the endpoint pages list them, and what somebody has put in place of one.

The paths are Magento's own (product/ENTITIES.md, table 3): no module has to be installed in the shop. An override
is for a shop whose own module answers elsewhere with the same bodies (END-01, END-03).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connector.systems.base import Endpoint

ENDPOINTS = (
    Endpoint("verify_attributes", "Verify Attributes", "/V1/products/attributes", "GET"),
    Endpoint(
        "manage_attribute_options",
        "Manage Attribute Options",
        "/V1/products/attributes/{attributeCode}/options",
        "POST",
    ),
    Endpoint("manage_attribute_sets", "Manage Attribute Sets", "/V1/products/attribute-sets", "POST"),
    Endpoint(
        "manage_attribute_set_attributes",
        "Manage Attributeset Attributes",
        "/V1/products/attribute-sets/attributes",
        "POST",
    ),
    Endpoint("product_sync", "Product Sync", "/V1/products", "POST"),
    Endpoint("product_deletion", "Product Deletion", "/V1/products/{sku}", "DELETE"),
    Endpoint("product_status_update", "Product Status Update", "/V1/products/{sku}", "PUT"),
    Endpoint("pricing", "Pricing Sync", "/V1/products/base-prices", "POST"),
    Endpoint("inventory", "Inventory Sync", "/V1/inventory/source-items", "POST"),
    Endpoint("category_sync", "Category Sync", "/V1/categories", "POST"),
    Endpoint("category_deletion", "Category Deletion", "/V1/categories/{categoryId}", "DELETE"),
    Endpoint("customer_sync", "Customer Sync", "/V1/customers", "POST"),
    Endpoint("customer_deletion", "Customer Deletion", "/V1/customers/{customerId}", "DELETE"),
    Endpoint("order_sync", "Order Sync", "/V1/orders", "GET"),
    Endpoint("order_status_update", "Order Status Update", "/V1/orders/{id}/comments", "POST"),
    Endpoint("shipment_sync", "Shipment Sync", "/V1/order/{orderId}/ship", "POST"),
)
DEFAULTS = {endpoint.code: endpoint.path for endpoint in ENDPOINTS}


class Paths:
    """The paths of one shop: Magento's own, or what was put in their place."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        changed = {code: below(path) for code, path in (overrides or {}).items() if path and code in DEFAULTS}
        self._changed = {code: path for code, path in changed.items() if path != below(DEFAULTS[code])}

    def path(self, action: str, path: str) -> str:
        """Where a request of this action goes; `path` is where it goes by default, from /V1 on.

        What follows the action's own path (an id behind /categories) stays behind the new one.
        """
        changed = self._changed.get(action)
        if changed is None:
            return path
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", below(DEFAULTS[action]))
        )
        found = re.fullmatch(pattern + "(?P<rest_of_path>/.*)?", path)
        if found is None:
            return path
        named = found.groupdict()
        rest = named.pop("rest_of_path") or ""
        for name, value in named.items():
            changed = changed.replace(f"{{{name}}}", value)
        return changed + rest


def below(path: str) -> str:
    """The part of a path from /V1 on: `rest/all/V1/products`, `V1/products` and `/products` are the same."""
    path = "/" + path.strip().strip("/")
    return re.sub(r"^(/rest)?(/[^/]+)?/V1(?=/|$)", "", path) or path
