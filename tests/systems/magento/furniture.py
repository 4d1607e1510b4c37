"""What a shop has of views, groups, regions and attribute metadata, for the tests of people and orders."""

from __future__ import annotations

from typing import Any

from tests.systems.magento.shop import Shop, listing, refusal

VIEWS = [
    {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1},
    {"id": 3, "code": "trade_en", "name": "Trade", "website_id": 2, "store_group_id": 2, "is_active": 1},
    {"id": 1, "code": "default", "name": "Garden shop", "website_id": 1, "store_group_id": 1, "is_active": 1},
    {"id": 2, "code": "fr", "name": "Jardin", "website_id": 1, "store_group_id": 1, "is_active": 1},
]
CONFIGS = [
    {"id": number, "code": "x", "base_currency_code": money} for number, money in ((1, "USD"), (2, "USD"), (3, "EUR"))
]
GROUPS = [
    {"id": 0, "code": "NOT LOGGED IN", "tax_class_id": 3},
    {"id": 1, "code": "General", "tax_class_id": 3},
    {"id": 2, "code": "Wholesale", "tax_class_id": 3},
]
REGIONS = [{"id": "12", "code": "CA", "name": "California"}, {"id": "57", "code": "TX", "name": "Texas"}]


def attribute(code: str, kind: str = "text", *, own: bool = False, label: str = "", **more: Any) -> dict[str, Any]:
    """One row of a customer's attribute metadata."""
    return {
        "attribute_code": code, "frontend_input": kind, "user_defined": own, "system": not own,
        "frontend_label": label or code, "options": [], **more,
    }  # fmt: skip


def settled(shop: Shop) -> Shop:
    """A furnished shop with views, groups, two countries and attributes of customers and categories."""
    shop.furnished()
    shop.answer("GET", "/store/storeViews", VIEWS)
    shop.answer("GET", "/store/storeConfigs", CONFIGS)
    shop.answer("GET", "/customerGroups/search", listing(GROUPS))
    shop.answer("GET", "/directory/countries/US", {"id": "US", "available_regions": REGIONS})
    shop.answer("GET", "/directory/countries/DE", {"id": "DE"})
    shop.answer("GET", "/directory/countries/ZZ", refusal("The country isn't available."), 404)
    shop.answer(
        "GET",
        "/attributeMetadata/customer",
        [
            attribute("firstname", label="First Name"),
            attribute("taxvat", label="Tax/VAT Number"),
            attribute("password_hash", "hidden"),
            attribute("group_id", "select"),
            attribute("acu_customer_id", own=True, label="ERP id"),
            attribute("vip", "boolean", own=True),
        ],
    )
    shop.answer(
        "GET",
        "/categories/attributes",
        listing(
            [
                {
                    "attribute_id": 1,
                    "attribute_code": "name",
                    "frontend_input": "text",
                    "default_frontend_label": "Name",
                },
                {"attribute_id": 2, "attribute_code": "description", "frontend_input": "textarea"},
                {
                    "attribute_id": 3,
                    "attribute_code": "acu_category_id",
                    "frontend_input": "text",
                    "is_user_defined": True,
                },
                {"attribute_id": 4, "attribute_code": "season", "frontend_input": "boolean", "is_user_defined": True},
            ]
        ),
    )
    return shop
