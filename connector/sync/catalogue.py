"""Which entities travel, from where to where, and what each needs first. A table, nothing else.

`kind` is the queue's documented name of the message (PRODUCT, PRICING, QUANTITY ...); `action` is the type
under which the log files it (LOG-03). A new entity is a new row here plus the systems' reading and writing.
The order is the one in which a first full sync has to go: what others need comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CREDIT_MEMO,
    CUSTOMER,
    CUSTOMER_ATTRIBUTE,
    ERP_TO_STORE,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
    STORE_TO_ERP,
    TAX_CATEGORY,
)


@dataclass(frozen=True, slots=True)
class Sync:
    """One entity in one direction.

    `needs` are entities of the same key that must be bound before. `once`: it is made in the target one time and
    never written again, so a second message for it ends with a look. `deletes`: what is gone from the source is
    taken out of the target as the settings say.
    """

    entity: str
    direction: str
    title: str
    kind: str
    action: str
    needs: tuple[str, ...] = ()
    once: bool = False
    deletes: bool = False

    @property
    def source(self) -> str:
        """Which side is read: erp or store."""
        return "erp" if self.direction == ERP_TO_STORE else "store"

    @property
    def label(self) -> str:
        """The title, which says so where an entity that goes both ways comes from the store."""
        both = self.direction == STORE_TO_ERP and any(
            (sync.entity, sync.direction) == (self.entity, ERP_TO_STORE) for sync in SYNCS
        )
        return f"{self.title} from the store" if both else self.title

    @property
    def reverse(self) -> bool:
        """Whether its keys are ids of the store, of records that are bound under the ERP's keys."""
        return self.direction == STORE_TO_ERP and self.entity in (CATEGORY, CUSTOMER)


ON_PRODUCT = (PRODUCT,)
DEPENDENCIES = "Product Dependencies Update"
SYNCS = (
    Sync(TAX_CATEGORY, ERP_TO_STORE, "Tax Category", "TAXCATEGORY", "Metadata Sync"),
    Sync(ATTRIBUTE, ERP_TO_STORE, "Product Attribute", "ATTRIBUTE", "Metadata Sync"),
    Sync(CUSTOMER_ATTRIBUTE, ERP_TO_STORE, "Customer Attribute", "CUSTOMERATTRIBUTE", "Metadata Sync"),
    Sync(CATEGORY, ERP_TO_STORE, "Category", "ITEMSALESCATEGORY", "Category Sync", deletes=True),
    Sync(CATEGORY, STORE_TO_ERP, "Category", "ITEMSALESCATEGORY", "Category Sync"),
    Sync(PRODUCT, ERP_TO_STORE, "Product", "PRODUCT", "Product Sync", deletes=True),
    Sync(PRODUCT, STORE_TO_ERP, "Product", "PRODUCT", "Product Sync"),
    Sync(PRODUCT_STATUS, ERP_TO_STORE, "Product Status", "PRODSTATUS", "Product Status Update", ON_PRODUCT),
    Sync(COMPOSITE, ERP_TO_STORE, "Product Configurator", "COMPOSITE", "Product Sync"),
    Sync(RELATION, ERP_TO_STORE, "Product Relation", "PRODUCTDEPENDENCIES", DEPENDENCIES, ON_PRODUCT),
    Sync(PRICE, ERP_TO_STORE, "Price", "PRICING", "Pricing Sync", ON_PRODUCT),
    Sync(INVENTORY, ERP_TO_STORE, "Inventory", "QUANTITY", "Inventory Sync", ON_PRODUCT),
    Sync(IMAGE, ERP_TO_STORE, "Product Image", "IMAGE", "Product Sync", ON_PRODUCT),
    Sync(CUSTOMER, ERP_TO_STORE, "Customer", "CUSTOMER", "Customer Sync", deletes=True),
    Sync(CUSTOMER, STORE_TO_ERP, "Customer", "CUSTOMER", "Customer Sync"),
    Sync(ORDER, STORE_TO_ERP, "Order", "SALESORDER", "Order Sync", once=True),
    Sync(ORDER, ERP_TO_STORE, "Order", "SALESORDER", "Order Sync", once=True),
    Sync(ORDER_STATUS, ERP_TO_STORE, "Order Status", "ORDERSTATUS", "Order Status Update"),
    Sync(SHIPMENT, ERP_TO_STORE, "Shipment", "SHIPMENT", "Shipment Sync", once=True),
    Sync(INVOICE, ERP_TO_STORE, "Invoice", "INVOICE", "Order Sync", once=True),
    Sync(CREDIT_MEMO, STORE_TO_ERP, "Credit Memo", "CREDITMEMO", "Order Sync", once=True),
)  # fmt: skip


def find(entity: str, direction: str = "") -> Sync:
    """The sync of an entity; without a direction its first one. Raises KeyError when there is none."""
    for sync in SYNCS:
        if sync.entity == entity and direction in ("", sync.direction):
            return sync
    raise KeyError(f"{entity} {direction}".strip())
