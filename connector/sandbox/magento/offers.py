"""What the shop offers at the checkout: ways to ship and to pay, taxes and a coupon. Pure data."""

from __future__ import annotations

from typing import Any

CARRIERS = {  # method: carrier title, method title, price in the base currency (None: 5 for each piece)
    "flatrate_flatrate": ("Flat Rate", "Fixed", None), "freeshipping_freeshipping": ("Free Shipping", "Free", 0),
    "tablerate_bestway": ("Best Way", "Table Rate", 12.5), "ups_GND": ("United Parcel Service", "Ground", 9.99),
}  # fmt: skip
PAYMENTS = {
    "checkmo": "Check / Money order",
    "banktransfer": "Bank Transfer Payment",
    "cashondelivery": "Cash On Delivery",
    "purchaseorder": "Purchase Order",
    "braintree": "Credit Card",
    "authorizenet_acceptjs": "Credit Card (Authorize.Net)",
    "paypal_express": "PayPal Express Checkout",
    "free": "No Payment Information Required",
}
RATES = (  # code, country, region id (0: all), percent
    ("US-TX-8.25", "US", 57, 8.25), ("US-CA-7.25", "US", 12, 7.25), ("US-NY-4", "US", 43, 4.0),
    ("US-WA-6.5", "US", 62, 6.5), ("CA-ON-13", "CA", 74, 13.0), ("DE-19", "DE", 0, 19.0), ("FR-20", "FR", 0, 20.0),
    ("GB-20", "GB", 0, 20.0),
)  # fmt: skip
COUPON, COUPON_PERCENT = "TEN", 10


def documents() -> dict[str, dict[str, dict[str, Any]]]:
    """Carriers, payments, tax rates and rules, the coupon: documents by kind and key."""
    rates = {
        str(at): {"id": at, "tax_country_id": country, "tax_region_id": region, "tax_postcode": "*", "rate": percent,
                  "code": code}
        for at, (code, country, region, percent) in enumerate(RATES, 1)
    }  # fmt: skip
    rule = {"id": 1, "code": "Retail", "priority": 0, "position": 0, "customer_tax_class_ids": [3],
            "product_tax_class_ids": [2, 4], "tax_rate_ids": list(range(1, len(RATES) + 1)),
            "calculate_subtotal": False}  # fmt: skip
    sale = {"rule_id": 1, "name": "Ten percent", "description": "Ten percent", "website_ids": [1, 2], "is_active": True,
            "simple_action": "by_percent", "discount_amount": COUPON_PERCENT, "apply_to_shipping": False}  # fmt: skip
    return {
        "config": {"carriers": {"codes": list(CARRIERS)}, "payments": {"codes": list(PAYMENTS)}},
        "taxrate": rates,
        "taxrule": {"1": rule},
        "salesrule": {"1": sale},
        "coupon": {COUPON: {"coupon_id": 1, "rule_id": 1, "code": COUPON, "usage_limit": 0}},
    }
