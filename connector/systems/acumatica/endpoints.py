"""The services of Acumatica that this product calls, and where: the rows of the endpoint page (END-02, END-04).

A path holds `{endpoint}` and `{version}`, so that one change of the setting changes all rows. A row that somebody
edited takes the place of the default: a whole path ("entity/Other/20.200.001/StockItem") or only the name inside
the endpoint ("MyStockItem"). It knows no entity of ours and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from connector.systems.base import Endpoint

ROOT = "entity/{endpoint}/{version}/"
SERVICES = (  # code, label, name inside the endpoint, method
    ("stock_item", "Stock Items", "StockItem", "GET, PUT"),
    ("non_stock_item", "Non-Stock Items", "NonStockItem", "GET, PUT"),
    ("template_item", "Template Items", "TemplateItems", "GET"),
    ("kit", "Kit Specifications", "KitSpecification", "GET"),
    ("category", "Item Sales Categories", "ItemSalesCategory", "GET, PUT, DELETE"),
    ("item_class", "Item Classes", "ItemClass", "GET"),
    ("attribute_definition", "Attributes", "AttributeDefinition", "GET"),
    ("tax_category", "Tax Categories", "TaxCategory", "GET"),
    ("tax", "Taxes", "Tax", "GET"),
    ("tax_zone", "Tax Zones", "TaxZone", "GET"),
    ("warehouse", "Warehouses", "Warehouse", "GET"),
    ("stock_summary", "Inventory Summary", "InventorySummaryInquiry", "PUT"),
    ("stock_storage", "Storage Details", "StorageDetailsInquiry", "PUT"),
    ("sales_prices", "Sales Prices", "SalesPricesInquiry", "PUT"),
    ("customer", "Customers", "Customer", "GET, PUT, DELETE"),
    ("customer_location", "Customer Locations", "CustomerLocation", "GET, PUT"),
    ("customer_class", "Customer Classes", "CustomerClass", "GET"),
    ("customer_price_class", "Customer Price Classes", "CustomerPriceClass", "GET"),
    ("sales_order", "Sales Orders", "SalesOrder", "GET, PUT, POST"),
    ("shipment", "Shipments", "Shipment", "GET"),
    ("sales_invoice", "Sales Invoices", "SalesInvoice", "GET"),
    ("payment", "Payments and Applications", "Payment", "POST"),
    ("purchase_receipt", "Purchase Receipts (drop shipments)", "PurchaseReceipt", "GET"),
    ("payment_method", "Payment Methods and Cash Accounts", "PaymentMethod", "GET"),
    ("account", "Chart of Accounts", "Account", "GET"),
    ("ship_via", "Ship Via Codes", "ShipVia", "GET"),
    ("shipping_terms", "Shipping Terms", "ShippingTerm", "GET"),
    ("companies", "Companies and Branches", "CompaniesStructure", "PUT"),
    ("files", "Attached Files", "files", "GET"),
    ("swagger", "Description of Fields", "swagger.json", "GET"),
)
ENDPOINTS = tuple(Endpoint(code, label, ROOT + name, method) for code, label, name, method in SERVICES)
CODES = {name: code for code, _, name, _ in SERVICES}


class Paths:
    """Where each service really is: the defaults, and what was edited (by code)."""

    def __init__(self, edited: Mapping[str, str]) -> None:
        self.edited = {code: str(path).strip().strip("/") for code, path in edited.items() if str(path).strip()}

    def resolve(self, path: str, endpoint: str, version: str) -> str:
        """The whole path of `Entity...` (its keys, query and all), from the site's root on."""
        end = next((at for at, letter in enumerate(path) if letter in "/?"), len(path))
        name, rest = path[:end], path[end:]
        place = self.edited.get(CODES.get(name, ""), name)
        whole = place if place.startswith("entity/") else ROOT + place
        filled = whole.replace("{endpoint}", quote(endpoint, safe="")).replace("{version}", quote(version, safe=""))
        if "?" in filled and rest.startswith("?"):  # an edited row may bring options of its own
            rest = "&" + rest[1:]
        return f"/{filled}{rest}"
