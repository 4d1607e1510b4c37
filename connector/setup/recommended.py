"""The mappings that fit most shops: what one click fills in (MAP-03), and the statuses to start with.

The ERP's names are those of its default endpoint (facts/ACUMATICA.md 3), the store's are Magento's codes. Pairs that
the connector carries by itself (price, stock, tax class, groups) are not repeated here.
"""

from __future__ import annotations

from typing import Any

from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.systems.mapping import BOTH_NEWEST

SEEDED = ("status_out", "status_in")

PRODUCT = (  # facts/ACUMATICA-DEFAULT-MAPPING.md, items
    ("name", "Description", BOTH_NEWEST),
    ("description", "Content", ERP_TO_STORE),
    ("weight", "DimensionWeight", ERP_TO_STORE),
    ("url_key", "CustomURL", ERP_TO_STORE),
    ("meta_title", "PageTitle", ERP_TO_STORE),
    ("meta_description", "MetaDescription", ERP_TO_STORE),
    ("meta_keyword", "MetaKeywords", ERP_TO_STORE),
    ("country_of_manufacture", "CountryOfOrigin", ERP_TO_STORE),
)
CATEGORY = (("name", "Description", BOTH_NEWEST), ("position", "SortOrder", ERP_TO_STORE))
CUSTOMER = (  # the same page, customer; addresses of the store are written by themselves, so these go one way
    ("email", "MainContact/Email", BOTH_NEWEST),
    ("firstname", "MainContact/FirstName", STORE_TO_ERP),
    ("lastname", "MainContact/LastName", STORE_TO_ERP),
    ("taxvat", "TaxRegistrationID", BOTH_NEWEST),
    ("billing/telephone", "MainContact/Phone1", STORE_TO_ERP),
    ("billing/street", "MainContact/Address/AddressLine1", STORE_TO_ERP),
    ("billing/city", "MainContact/Address/City", STORE_TO_ERP),
    ("billing/region_code", "MainContact/Address/State", STORE_TO_ERP),
    ("billing/postcode", "MainContact/Address/PostalCode", STORE_TO_ERP),
    ("billing/country_id", "MainContact/Address/Country", STORE_TO_ERP),
)
# MAP-19, in the ERP's present spelling (CONFLICTS 39); processing and the two waiting ones are our own choice
STATUS_IN = (
    ("pending", "Pending Approval"),
    ("pending_payment", "Pending Approval"),
    ("pending_paypal", "Pending Approval"),
    ("paypal_reversed", "Pending Approval"),
    ("paypal_canceled_reversal", "Pending Approval"),
    ("payment_review", "On Hold"),
    ("fraud", "On Hold"),
    ("holded", "On Hold"),
    ("processing", "Open"),
    ("complete", "Completed"),
    ("closed", "Completed"),
    ("canceled", "Canceled"),
)
STATUS_OUT = (
    ("Open", "processing"),
    ("On Hold", "holded"),
    ("Credit Hold", "holded"),
    ("Pending Approval", "pending"),
    ("Back Order", "processing"),
    ("Shipping", "processing"),
    ("Invoiced", "processing"),
    ("Completed", "complete"),
    ("Canceled", "canceled"),
    ("Voided", "canceled"),
)
FIELDS = {"product": PRODUCT, "category": CATEGORY, "customer": CUSTOMER}


def rows(kind: str) -> list[dict[str, Any]]:
    """The recommended rows of a mapping; none for one that depends on the shop alone."""
    if kind in FIELDS:
        return [{"store": store, "erp": erp, "direction": direction} for store, erp, direction in FIELDS[kind]]
    if kind == "status_in":
        return [{"store": store, "erp": erp} for store, erp in STATUS_IN]
    if kind == "status_out":
        return [{"store": store, "erp": erp} for erp, store in STATUS_OUT]
    return []
