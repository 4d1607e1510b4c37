"""How the demo connector is set up so that every entity travels between the two sandbox systems. Data only."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

SETTINGS: dict[str, dict[str, Any]] = {
    "entities": dict.fromkeys(
        (
            "product",
            "price",
            "inventory",
            "category",
            "attribute",
            "tax_category",
            "product_status",
            "composite",
            "relation",
            "image",
            "customer",
            "order",
            "order_status",
            "shipment",
            "invoice",
            "credit_memo",
        ),
        True,
    ),
    "customer": {
        "default_class": "ECOMMERCE",
        "default_terms": "PREPAY",
        "default_statement_cycle": "EOM",
        "individual_sync": True,
    },
    "category": {"store_root": "2", "individual_sync": True},
    "order": {
        "type": "SO",
        "statuses": ["pending", "processing"],
        "real_time": True,
        "individual_sync": True,
        "payment_method": "CHECK",
        "cash_account": "CHECKING",
        "sales_account": "40100",
        "tax_id": "WEBTAX",
        "tax_zone": "WEB",
        "shipping_terms": "FLATRATE",
        "gift_card_method": "GIFTCARD",
        "gift_card_account": "GIFTCARDS",
        "warehouse": "MAIN",
        "branch": "MAIN",
        "confirmed_shipment": False,
    },
    "shipment": {"drop_ship_via": "DROPSHIP"},
}


def _row(store: str, erp: str, **more: str) -> Row:
    return {"store": store, "erp": erp, "more": more}


MAPPINGS: dict[str, list[Row]] = {
    "payment": [
        _row("checkmo", "CHECK", cash_account="CHECKING"),
        _row("banktransfer", "BANK", cash_account="CHECKING"),
        _row("cashondelivery", "COD", cash_account="CHECKING"),
        _row("purchaseorder", "CHECK", cash_account="CHECKING"),
        _row("free", "CHECK", cash_account="CHECKING"),
        _row("paypal_express", "PAYPAL", cash_account="PAYPAL"),
        _row("braintree", "VISA", cash_account="CARDS", card_type="VI"),
        _row("braintree", "MASTERCARD", cash_account="CARDS"),
        _row("authorizenet_acceptjs", "AMEX", cash_account="CARDS"),
    ],
    "shipping_in": [
        _row("flatrate_flatrate", "GROUND"),
        _row("freeshipping_freeshipping", "LOCAL"),
        _row("tablerate_bestway", "GROUND"),
        _row("ups_GND", "NEXTDAY"),
    ],
    "shipping_out": [
        _row("flatrate", "GROUND", title="Ground parcel"),
        _row("ups", "NEXTDAY", title="Next day air"),
        _row("flatrate", "LOCAL", title="Our own van"),
        _row("flatrate", "DROPSHIP", title="Sent by the vendor"),
    ],
    "customer_group": [
        _row("General", "ECOMMERCE"),
        _row("Wholesale", "WHOLESALE", price_class="WHOLESALE"),
        _row("Retailer", "RETAIL", price_class="RETAIL"),
    ],
}
