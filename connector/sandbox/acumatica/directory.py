"""The entities that are kept as nodes (customers, orders, lists ...): screens, views, keys and what is read only.

What Default has no entity for (cash accounts, terms, statement cycles, order types, branches) is not here but in
dac.py. Source: facts/ACUMATICA.md, sections 3.1 and 3.8.
"""

from __future__ import annotations

from connector.sandbox.acumatica import shapes_lists, shapes_people, shapes_sales, shapes_shipping  # noqa: F401
from connector.sandbox.acumatica.entity import Entity
from connector.sandbox.acumatica.shapes import SHAPES

STAMPS = "LastModified LastModifiedDateTime LastModifiedDate CreatedDate CreatedDateTime NoteID"
TABLE = (  # name, screen, view, keys, caption, read only
    ("CustomerClass", "AR201000", "AR.CustomerClassMaint/CustomerClassRecord", "ClassID", "Customer Classes", ""),
    ("CustomerPriceClass", "AR208000", "AR.ARPriceClassMaint/Records", "PriceClassID", "Customer Price Classes", ""),
    ("PaymentMethod", "CA204000", "CA.PaymentMethodMaint/PaymentMethod", "PaymentMethodID", "Payment Methods", ""),
    ("Account", "GL202500", "GL.AccountMaint/AccountRecords", "AccountCD", "Chart of Accounts", "AccountID"),
    ("ShipVia", "CS207500", "CS.CarrierMaint/Carrier", "CarrierID", "Ship via Codes", ""),
    ("ShippingTerm", "CS208000", "CS.ShipTermsMaint/ShipTermsCurrent", "TermID", "Shipping Terms", ""),
    ("ShippingZones", "CS207510", "CS.ShippingZoneMaint/ShippingZones", "ZoneID", "Shipping Zones", ""),
    ("Tax", "TX205000", "TX.SalesTaxMaint/Tax", "TaxID", "Taxes", ""),
    ("TaxZone", "TX206000", "TX.TaxZoneMaint/TxZone", "TaxZoneID", "Tax Zones", ""),
    ("UnitsOfMeasure", "CS203500", "IN.INUnitMaint/Unit", "UnitID", "Units of Measure", ""),
    ("DiscountCode", "AR209000", "AR.ARDiscountMaint/Document", "DiscountCodeID", "Discount Codes", ""),
    ("KitSpecification", "IN209500", "IN.INKitSpecMaint/Hdr", "KitInventoryID RevisionID", "Kit Specifications", ""),
    ("ItemWarehouse", "IN204500", "IN.INItemSiteMaint/itemsiterecord", "InventoryID WarehouseID",
     "Item Warehouse Details", ""),
    ("TemplateItems", "IN203000", "IN.Matrix.Graphs.TemplateInventoryItemMaint/Item", "InventoryID",
     "Template Items", ""),
    ("ItemSalesCategory", "IN204060", "IN.INCategoryMaint/Folders", "CategoryID", "Item Sales Categories", "Path"),
    ("Customer", "AR303000", "AR.CustomerMaint/BAccount", "CustomerID", "Customers", "BAccountID PrimaryContactID"),
    ("CustomerLocation", "AR303020", "AR.CustomerLocationMaint/Location", "Customer LocationID",
     "Customer Locations", ""),
    ("Contact", "CR302000", "CR.ContactMaint/Contact", "ContactID", "Contacts", "DisplayName"),
    ("SalesOrder", "SO301000", "SO.SOOrderEntry/Document", "OrderType OrderNbr", "Sales Order",
     "Status OrderTotal TaxTotal OrderedQty Approved VATExemptTotal VATTaxableTotal BaseCurrencyID MaxRiskScore"),
    ("Shipment", "SO302000", "SO.SOShipmentEntry/Document", "ShipmentNbr", "Shipment",
     "Status ShippedQty ShippedWeight ShippedVolume PackageCount PackageWeight"),
    ("PurchaseReceipt", "PO302000", "PO.POReceiptEntry/Document", "Type ReceiptNbr", "Purchase Receipts", "Status"),
    ("SalesInvoice", "SO303000", "SO.SOInvoiceEntry/Document", "Type ReferenceNbr", "Invoice",
     "Status Balance DetailTotal TaxTotal PaymentTotal DiscountTotal"),
    ("Invoice", "AR301000", "AR.ARInvoiceEntry/Document", "Type ReferenceNbr", "Invoices and Memos",
     "Status Balance TaxTotal"),
    ("Payment", "AR302000", "AR.ARPaymentEntry/Document", "Type ReferenceNbr", "Payments and Applications",
     "Status AvailableBalance AppliedToDocuments AppliedToOrders"),
)  # fmt: skip


def entities() -> dict[str, Entity]:
    """{name in small letters: entity}."""
    return {row[0].lower(): entity(*row) for row in TABLE}


def entity(name: str, screen: str, view: str, keys: str, caption: str, read_only: str) -> Entity:
    of = SHAPES[name]
    derived = frozenset(f"{STAMPS} {read_only}".split()) & set(of.fields)
    return Entity(name, screen, f"PX.Objects.{view}", tuple(keys.split()), of.fields, tuple(of.details), derived,
                  of.since, name, caption)  # fmt: skip
