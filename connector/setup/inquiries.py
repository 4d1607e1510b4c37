"""The generic inquiries that notifications come from, one for each pushed entity: a table, nothing else.

Built by the rules for notifications (facts/ACUMATICA.md, section 5): no grouping, no formula, no two detail
tables, left joins, and a column without a caption is called Alias_field. Names of tables and fields: the sample
project of contracts/acumatica/customization-template and the field mapping of the Default endpoint; what is not
in them carries a hint for the person who builds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.records import (
    CATEGORY,
    COMPOSITE,
    CUSTOMER,
    INVENTORY,
    INVOICE,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an inquiry: its alias and the full name of its data access class."""

    alias: str
    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """A left join: pairs of fields that have to be equal."""

    parent: str
    child: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the result. `tracked`: a change of it is worth a notification."""

    table: str
    field: str
    caption: str = ""
    tracked: bool = True

    @property
    def name(self) -> str:
        """What a notification calls it."""
        return self.caption or f"{self.table}_{self.field}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A row is shown only when this field has this value."""

    table: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One inquiry as it has to be built. `hints` are what the person should look at."""

    entity: str
    tables: tuple[Table, ...]
    columns: tuple[Column, ...]
    joins: tuple[Join, ...] = ()
    conditions: tuple[Condition, ...] = ()
    hints: tuple[str, ...] = ()


ITEM = Table("InventoryItem", "PX.Objects.IN.InventoryItem")
CHANGED = "lastModifiedDateTime"


def _columns(table: str, *pairs: str) -> tuple[Column, ...]:
    """Columns out of "field=Caption"; the date of the last change follows, which alone is no change."""
    named = (pair.partition("=") for pair in pairs)
    return (*(Column(table, field, caption) for field, _, caption in named), Column(table, CHANGED, tracked=False))


def _item(*pairs: str) -> tuple[Column, ...]:
    return _columns("InventoryItem", "inventoryCD=InventoryID", *pairs)


INQUIRIES = (
    Inquiry(
        PRODUCT,
        (ITEM,),
        _item("descr=Description", "stkItem=StockItem", "itemStatus=ItemStatus", "itemClassID=ItemClass",
              "exportToExternal=ExportToExternal"),
        hints=("Leave out ExportToExternal where the retail features are off.",),
    ),
    Inquiry(
        PRICE,
        (ITEM,),
        _item("basePrice=DefaultPrice", "recPrice=MSRP"),
        hints=(
            "Where prices are kept for each currency (multicurrency), take them from InventoryItemCurySettings.",
            "When the connector sends sales prices, add a second inquiry over ARSalesPrice with InventoryID.",
        ),
    ),
    Inquiry(
        INVENTORY,
        (Table("INSiteStatus", "PX.Objects.IN.INSiteStatus"), ITEM, Table("INSite", "PX.Objects.IN.INSite")),
        (
            Column("InventoryItem", "inventoryCD", "InventoryID"),
            Column("INSite", "siteCD", "Warehouse"),
            *_columns("INSiteStatus", "qtyOnHand=QtyOnHand", "qtyAvail=QtyAvailable",
                      "qtyHardAvail=QtyAvailableForShipping"),
        ),
        joins=(
            Join("INSiteStatus", "InventoryItem", (("inventoryID", "inventoryID"),)),
            Join("INSiteStatus", "INSite", (("siteID", "siteID"),)),
        ),
        hints=("Leave the field out that your release does not offer for the date of the last change.",),
    ),
    Inquiry(
        CATEGORY,
        (Table("INCategory", "PX.Objects.IN.INCategory"),),
        _columns("INCategory", "categoryID=CategoryID", "description=Description", "parentID=ParentCategoryID",
                 "sortOrder=SortOrder"),
    ),
    Inquiry(
        CUSTOMER,
        (Table("Customer", "PX.Objects.AR.Customer"), Table("Contact", "PX.Objects.CR.Contact")),
        (
            *_columns("Customer", "acctCD=CustomerID", "acctName=CustomerName", "customerClassID=CustomerClass",
                      "status=Status"),
            Column("Contact", "eMail", "Email"),
        ),
        joins=(Join("Customer", "Contact", (("defContactID", "contactID"),)),),
    ),
    Inquiry(
        ORDER_STATUS,
        (Table("SOOrder", "PX.Objects.SO.SOOrder"),),
        _columns("SOOrder", "orderType=OrderType", "orderNbr=OrderNbr", "status=Status",
                 "customerRefNbr=ExternalRef", "customerOrderNbr=CustomerOrder"),
    ),
    Inquiry(
        SHIPMENT,
        (Table("SOShipment", "PX.Objects.SO.SOShipment"),),
        _columns("SOShipment", "shipmentNbr=ShipmentNbr", "status=Status"),
    ),
    Inquiry(
        INVOICE,
        (Table("ARInvoice", "PX.Objects.AR.ARInvoice"),),
        _columns("ARInvoice", "docType=Type", "refNbr=ReferenceNbr", "status=Status"),
    ),
    Inquiry(
        PRODUCT_STATUS,
        (ITEM,),
        _item("itemStatus=ItemStatus", "exportToExternal=ExportToExternal", "visibility=Visibility"),
        hints=("Visibility is there with the retail features only.",),
    ),
    Inquiry(
        RELATION,
        (
            Table("INRelatedInventory", "PX.Objects.IN.RelatedItems.INRelatedInventory"),
            ITEM,
            Table("Related", "PX.Objects.IN.InventoryItem"),
        ),
        (
            Column("InventoryItem", "inventoryCD", "InventoryID"),
            Column("Related", "inventoryCD", "RelatedInventoryID"),
            *_columns("INRelatedInventory", "relation=Relation", "rank=Rank", "isActive=IsActive"),
        ),
        joins=(
            Join("INRelatedInventory", "InventoryItem", (("inventoryID", "inventoryID"),)),
            Join("INRelatedInventory", "Related", (("relatedInventoryID", "inventoryID"),)),
        ),
        hints=("Related items are a feature of their own (CS100000).",),
    ),
    Inquiry(
        COMPOSITE,
        (ITEM,),
        _item("descr=Description", "itemClassID=ItemClass", "itemStatus=ItemStatus",
              "exportToExternal=ExportToExternal"),
        conditions=(Condition("InventoryItem", "isTemplate", "True"),),
        hints=("Matrix items are a feature of their own (CS100000).",),
    ),
)  # fmt: skip
BY_ENTITY = {inquiry.entity: inquiry for inquiry in INQUIRIES}

# REST name -> field of the inquiry's main table, for the fields that a schema can switch on
FIELDS = {
    PRODUCT: {
        "BaseUOM": "baseUnit", "CountryOfOrigin": "countryOfOrigin", "DefaultPrice": "basePrice",
        "DimensionVolume": "baseItemVolume", "DimensionWeight": "baseItemWeight", "ImageUrl": "imageUrl",
        "IsAKit": "kitItem", "ItemType": "itemType", "MSRP": "recPrice", "PostingClass": "postClassID",
        "PriceClass": "priceClassID", "SalesUOM": "salesUnit", "PurchaseUOM": "purchaseUnit",
        "TaxCategory": "taxCategoryID", "Content": "body",
    },
    CUSTOMER: {
        "Terms": "termsID", "StatementCycleID": "statementCycleID", "CurrencyID": "curyID",
        "AccountRef": "acctReferenceNbr",
    },
}  # fmt: skip
