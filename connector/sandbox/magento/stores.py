"""What the store is: websites, views, configuration, modules.

Source: facts/MAGENTO.md, section 5, and the recording `store`.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.routing import Call, route
from connector.sandbox.magento.search import Criteria
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
COMMERCE_MODULES = ("Enterprise", "CustomerCustomAttributes", "GiftCardAccount", "Rma", "Staging")
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
        + (COMMERCE_MODULES if call.shop.switch("edition") == "commerce" else ())
    )
    return [f"Magento_{name}" for name in names]


@route("GET", "products/types", "Magento_Catalog::products")
def product_types(call: Call) -> Any:
    return [{"name": name, "label": f"{name.capitalize()} Product"} for name in TYPES]
