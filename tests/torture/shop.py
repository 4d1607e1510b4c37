"""How the tortured connector is set up, beside its addresses: everything that is traded. Data only."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "entities": dict.fromkeys(
        ("product", "price", "inventory", "customer", "order", "order_status", "shipment", "invoice"), True
    ),
    "brake": {"enabled": False},  # every price and number here is one that nobody would have typed
    "customer": {"default_class": "ECOMMERCE", "default_terms": "PREPAY", "default_statement_cycle": "EOM"},
    "order": {
        "type": "SO",
        "statuses": ["pending", "processing"],
        "real_time": True,
        "days_back": 1,  # the clocks are skewed: the first orders seem older than the connector
        "retries": 50,
        "payment_method": "CHECK",
        "cash_account": "CHECKING",
        "sales_account": "40100",
        "tax_id": "WEBTAX",
        "tax_zone": "WEB",
        "shipping_terms": "FLATRATE",
        "warehouse": "MAIN",
        "branch": "MAIN",
        "confirmed_shipment": False,
    },
}
MAPPINGS: dict[str, list[dict[str, Any]]] = {
    "shipping_in": [
        {"store": store, "erp": erp, "more": {}}
        for store, erp in (
            ("flatrate_flatrate", "GROUND"),
            ("freeshipping_freeshipping", "LOCAL"),
            ("tablerate_bestway", "GROUND"),
            ("ups_GND", "NEXTDAY"),
        )
    ],
    "shipping_out": [{"store": "flatrate", "erp": "GROUND", "more": {"title": "Ground parcel"}}],
    "customer_group": [{"store": "General", "erp": "ECOMMERCE", "more": {}}],
}
