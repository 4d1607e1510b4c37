"""What this site's endpoint offers of what entities need (INS-03) and what else is of use (INS-01).

The site's own description of its endpoint says which entities there are; features that are switched off, and
packages that are not published, leave theirs out. It reads one document and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CUSTOMER,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    SHIPMENT,
    TAX_CATEGORY,
)
from connector.systems.acumatica.client import Client, strange
from connector.systems.base import Feature

NEEDED: dict[str, tuple[str, ...]] = {  # entity of the endpoint -> our entities that cannot do without it
    "StockItem": (PRODUCT, PRICE, INVENTORY),
    "NonStockItem": (PRODUCT, PRICE),
    "Warehouse": (INVENTORY,),
    "StorageDetailsInquiry": (INVENTORY,),
    "ItemSalesCategory": (CATEGORY,),
    "AttributeDefinition": (ATTRIBUTE,),
    "TaxCategory": (TAX_CATEGORY,),
    "Customer": (CUSTOMER, ORDER),
    "SalesOrder": (ORDER, ORDER_STATUS),
    "Shipment": (SHIPMENT,),
    "SalesInvoice": (INVOICE,),
    "TemplateItems": (COMPOSITE,),
}
OPTIONAL = {
    "KitSpecification": "Kit specifications",
    "SalesPricesInquiry": "Sales prices",
    "CustomerPriceClass": "Customer price classes",
    "CustomerLocation": "Customer locations",
    "Payment": "Payments",
    "PurchaseReceipt": "Purchase receipts (drop shipments)",
    "CompaniesStructure": "Branches",
}


def read(client: Client) -> list[Feature]:
    """Every feature and whether it is there. Raises Retry, Refused or Fail."""
    data = client.entity("GET", "swagger.json").data
    if not isinstance(data, Mapping):
        raise strange("the description of its endpoint")
    there = _names(data)
    return [
        *(Feature(name, name in there, needs_it=who) for name, who in NEEDED.items()),
        *(Feature(label, name in there) for name, label in OPTIONAL.items()),
    ]


def _names(swagger: Mapping[str, Any]) -> set[str]:
    """Both dialects: `components.schemas` since 24.200, `definitions` before (facts/ACUMATICA.md, section 2.1)."""
    components = swagger.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else swagger.get("definitions")
    return set(schemas) if isinstance(schemas, Mapping) else set()
