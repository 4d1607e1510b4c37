"""What a site would answer to a write that is only rehearsed, and where the fields of a write come from.

A PUT answers the saved record (facts/ACUMATICA.md, 2.4): the body with the number that the site would give. Actions
answer with a place to look for their end; a rehearsal ends there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.records import CUSTOMER, ORDER, Record

NEW = "(new)"
NUMBERS = {
    "SalesOrder": "OrderNbr",
    "Customer": "CustomerID",
    "ItemSalesCategory": "CategoryID",
    "StockItem": "InventoryID",
    "NonStockItem": "InventoryID",
}
REASONS: dict[str, dict[str, str]] = {
    ORDER: {
        "OrderType": "The order type of the order settings.",
        "OrderNbr": "The store's number, where the segmentation key of the order settings is manual.",
        "CustomerID": "The customer that the buyer is bound to, found by e-mail, or made for this order.",
        "CustomerOrder": "The store's order number with the prefix of the order settings.",
        "ExternalRef": "The store's order number with the prefix of the order settings.",
        "Description": "The connector's name and the store's order number.",
        "Branch": "The stores and branches mapping, else the branch of the order settings.",
        "ShippingSettings/ShipVia": "The shipping method mapping.",
        "ShippingSettings/ShippingTerms": "The shipping terms of the order settings.",
        "ShippingSettings/PreferredWarehouseID": "The warehouse of the order settings or of the branch mapping.",
        "PreferredWarehouseID": "The warehouse of the order settings or of the branch mapping.",
        "FinancialSettings/Branch": "The stores and branches mapping, else the branch of the order settings.",
        "Hold": "On where the order status mapping says so.",
        "CurrencyID": "The order's currency.",
        "Date": "The day on which the order was placed.",
        "RequestedOn": "The day on which the order was placed.",
        "Details": "The order's lines: the warehouse of the order settings or of the branch mapping.",
        "Payments": "The order's payments: method and cash account by the payment method mapping, else the defaults.",
        "TaxDetails": "The store's taxes, under the tax of the order settings.",
    },
    CUSTOMER: {
        "CustomerID": "The key pattern of the customer settings, where the segmentation key is manual.",
        "CustomerName": "The company, else the person's name, else the e-mail.",
        "CustomerClass": "The customer group mapping, else the default class of the customer settings.",
        "PriceClassID": "The customer group mapping.",
        "Terms": "The default terms of the customer settings.",
        "StatementCycleID": "The default statement cycle of the customer settings.",
        "AccountRef": "The store's id of the customer and the connector's name.",
        "TaxRegistrationID": "The customer's VAT number in the store.",
        "Status": "Active unless the customer is switched off in the store.",
    },
}
PARTS = {
    "MainContact": "The customer's name, e-mail and default billing address in the store.",
    "BillingContact": "The default billing address in the store.",
    "ShippingContact": "The default shipping address in the store.",
    "ShipToContact": "The delivery address of the order.",
    "ShipToAddress": "The delivery address of the order.",
    "BillToContact": "The billing address of the order.",
    "BillToAddress": "The billing address of the order.",
    "Totals": "What the buyer paid for shipping.",
}


KEPT = "So that Acumatica keeps what this order says."
ALWAYS = ("Override", "DisableAutomatic", "IsTaxValid", "CustomerTaxZone")


def answer(method: str, path: str, body: Any) -> Any:
    """The JSON of a success, None when nobody can say."""
    name = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    if method != "PUT" or not isinstance(body, Mapping) or name not in NUMBERS:
        return None
    return {NUMBERS[name]: {"value": NEW}, **body}


def reason(record: Record, name: str) -> str:
    """Where a field of a write comes from; "" when it is not known here."""
    first = name.partition("/")[0]
    if record.entity == ORDER and any(word in name for word in ALWAYS):
        return KEPT
    return REASONS.get(record.entity, {}).get(name, "") or PARTS.get(first, "")
