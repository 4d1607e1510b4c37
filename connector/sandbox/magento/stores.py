"""What the store is: websites, views, configuration, modules, categories.

Source: facts/MAGENTO.md, section 5, and the recording `store`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.routing import Call, route
from connector.sandbox.magento.search import Criteria, search
from connector.sandbox.magento.shop import GROUPS, VIEWS, WEBSITES, Doc

STORE = "Magento_Backend::store"
MODULES = (
    "AdminAnalytics",
    "Store",
    "Directory",
    "Theme",
    "Config",
    "Backend",
    "Eav",
    "Customer",
    "Catalog",
    "Indexer",
    "CatalogInventory",
    "Bundle",
    "ConfigurableProduct",
    "GroupedProduct",
    "Tax",
    "Sales",
    "Webapi",
    "WebapiSecurity",
    "Integration",
    "UrlRewrite",
)
MSI_MODULES = (
    "Inventory",
    "InventoryApi",
    "InventoryCatalog",
    "InventoryCatalogApi",
    "InventorySales",
    "InventorySalesApi",
)
ASYNC_MODULES = ("Amqp", "AsynchronousOperations", "WebapiAsync")
TYPES = ("simple", "virtual", "downloadable", "bundle", "grouped", "configurable")


@route("GET", "store/websites", STORE)
def websites(call: Call) -> Any:
    return list(WEBSITES)


@route("GET", "store/storeGroups", STORE)
def groups(call: Call) -> Any:
    return list(GROUPS)


@route("GET", "store/storeViews", STORE)
def views(call: Call) -> Any:
    return list(VIEWS)


@route("GET", "store/storeConfigs", STORE)
def configs(call: Call) -> Any:
    wanted = call.args("storeCodes[]")
    root = f"http://{call.host}/"
    shown = []
    for view in VIEWS:
        if view["id"] == 0 or (wanted and view["code"] not in wanted):
            continue
        row: Doc = {"id": view["id"], "code": view["code"], "website_id": view["website_id"], "locale": "en_US",
                    "base_currency_code": "USD", "default_display_currency_code": "USD", "timezone": "America/Chicago",
                    "weight_unit": "lbs"}  # fmt: skip
        for name, path in (
            ("base", ""),
            ("base_link", ""),
            ("base_static", "static/version1/"),
            ("base_media", "media/"),
        ):
            row[f"{name}_url"] = root + path
            row[f"secure_{name}_url"] = root + path
        shown.append(row)
    return shown


@route("GET", "modules", "Magento_Backend::admin")
def modules(call: Call) -> Any:
    """Plain names; paging is asked for and not honoured."""
    Criteria(call.query)
    names = (
        MODULES
        + (MSI_MODULES if call.shop.switch("msi") else ())
        + (ASYNC_MODULES if call.shop.switch("async_api") else ())
    )
    return [f"Magento_{name}" for name in names]


@route("GET", "products/types", "Magento_Catalog::products")
def product_types(call: Call) -> Any:
    return [{"name": name, "label": f"{name.capitalize()} Product"} for name in TYPES]


@route("GET", "categories", "Magento_Catalog::categories")
def categories(call: Call) -> Any:
    """The tree under the root category of the shop."""
    rows = sorted(call.shop.store.kind("category").values(), key=lambda row: row["id"])
    return _tree(rows, next(row for row in rows if row["id"] == int(call.arg("rootCategoryId") or 2)), 1)


def _tree(rows: list[Doc], row: Doc, level: int) -> Doc:
    children = [_tree(rows, child, level + 1) for child in rows if child["parent_id"] == row["id"]]
    return {
        "id": row["id"],
        "parent_id": row["parent_id"],
        "name": row["name"],
        "is_active": row["is_active"],
        "position": row["id"],
        "level": level,
        "product_count": 0,
        "children_data": children,
    }


@route("GET", "categories/list", "Magento_Catalog::categories")
def category_list(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("category").values(), key=lambda row: row["id"])
    return search(call, rows, lambda row, name: row.get({"entity_id": "id"}.get(name, name)), lambda row: row)
