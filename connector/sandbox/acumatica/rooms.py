"""Which module looks after which kind of record."""

from __future__ import annotations

from connector.sandbox.acumatica.categories import Categories
from connector.sandbox.acumatica.customers import Contacts, Customers, Places
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.dropping import Receipts
from connector.sandbox.acumatica.entity import Entity
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.invoices import Invoices, SalesInvoices
from connector.sandbox.acumatica.orders import SalesOrders
from connector.sandbox.acumatica.payments import Payments
from connector.sandbox.acumatica.shipments import Shipments
from connector.sandbox.acumatica.templates import Kits, Templates
from connector.sandbox.acumatica.templates import Places as ItemPlaces
from connector.sandbox.acumatica.writing import Writing

SPECIAL: dict[str, type[Writing]] = {
    "customer": Customers,
    "customerlocation": Places,
    "contact": Contacts,
    "itemsalescategory": Categories,
    "salesorder": SalesOrders,
    "payment": Payments,
    "shipment": Shipments,
    "salesinvoice": SalesInvoices,
    "invoice": Invoices,
    "purchasereceipt": Receipts,
    "templateitems": Templates,
    "kitspecification": Kits,
    "itemwarehouse": ItemPlaces,
}


def records(erp: Erp, entity: Entity, version: str, site: str) -> Writing:
    """The records of an entity, with what is special about them."""
    kind = SPECIAL.get(entity.name.lower(), Documents if entity.shape else Writing)
    return kind(erp, entity, version, site)
