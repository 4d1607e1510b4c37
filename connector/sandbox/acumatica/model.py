"""The entities of the Default endpoint that are simulated: fields, types, details and how a record is shown.

Field names as in the site's own swagger (facts/ACUMATICA.md, section 3). A field without a value is shown as
an empty object, details only when they are asked for, dates with an offset and as many digits as they need.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sandbox.acumatica import directory
from connector.sandbox.acumatica.entity import Entity, fields

START = datetime(1970, 1, 1, tzinfo=UTC)
VERSIONS = ("25.200.001", "24.200.001", "23.200.001", "22.200.001")


DETAILS: dict[str, tuple[str, dict[str, str]]] = {  # detail: (fields that tell its rows apart, fields)
    "Attributes": (
        "AttributeID",
        fields(
            String="AttributeID AttributeDescription Value ValueDescription",
            Boolean="IsActive Required",
            Guid="RefNoteID",
        ),
    ),
    "Categories": ("CategoryID", fields(Int="CategoryID")),
    "SalesCategories": ("CategoryID", fields(Int="CategoryID")),
    "CrossReferences": (
        "AlternateType AlternateID UOM",
        fields(String="AlternateID AlternateType Description Subitem VendorOrCustomer UOM"),
    ),
    "UOMConversions": ("FromUOM", fields(Decimal="ConversionFactor", String="FromUOM MultiplyOrDivide ToUOM")),
    "VendorDetails": (
        "VendorID",
        fields(
            Boolean="Active Default",
            Decimal="LastVendorPrice MinOrderQty LotSize",
            Short="LeadTimeDays",
            Int="RecordID",
            String="CurrencyID Location PurchaseUnit VendorID VendorName Warehouse",
        ),
    ),
    "WarehouseDetails": (
        "WarehouseID",
        fields(
            String="WarehouseID Status DefaultIssueLocationID DefaultReceiptLocationID PreferredVendor",
            Boolean="IsDefault Override PriceOverride",
            Decimal="QtyOnHand",
        ),
    ),
    "FileURLs": ("FileURL", fields(String="FileType FileURL", Guid="NoteID")),
    "FileUrls": ("FileURL", fields(String="FileType FileURL", Guid="NoteID")),
    "Boxes": ("BoxID", fields(String="BoxID Description UOM", Decimal="MaxQty MaxVolume MaxWeight Qty")),
    "ReplenishmentParameters": ("ReplenishmentClass", fields(String="ReplenishmentClass Source Method")),
    "Locations": (
        "LocationID",
        fields(
            Boolean="Active AssemblyAllowed ReceiptsAllowed SalesAllowed TransfersAllowed",
            Short="PickPriority",
            String="Description LocationID",
        ),
    ),
    "Details": ("TaxID", fields(String="CalculateOn CashDiscount Description TaxCategory TaxID TaxType")),
    "Values": ("ValueID", fields(String="Description ValueID", Boolean="Disabled", Short="SortOrder")),
    "Results": ("WarehouseID", {}),
}
CLASS_ATTRIBUTES = ("AttributeID", fields(String="AttributeID", Boolean="Required", Short="SortOrder"))
ACCOUNTS = (
    "COGSAccount COGSSubaccount DiscountAccount DiscountSubaccount InventoryAccount InventorySubaccount"
    " POAccrualAccount POAccrualSubaccount ReasonCodeSubaccount SalesAccount SalesSubaccount"
    " StandardCostRevaluationAccount StandardCostRevaluationSubaccount StandardCostVarianceAccount"
    " StandardCostVarianceSubaccount PurchasePriceVarianceAccount PurchasePriceVarianceSubaccount"
    " LandedCostVarianceAccount LandedCostVarianceSubaccount"
)
STORE = "Availability CustomURL MetaDescription MetaKeywords PageTitle SearchKeywords TemplateItemID Visibility Content"


STOCK_ITEM = Entity(
    "StockItem",
    "IN202500",
    "PX.Objects.IN.InventoryItemMaint/Item",
    ("InventoryID",),
    fields(
        String=f"ABCCode AutoIncrementalValue BaseUOM CountryOfOrigin DefaultIssueLocationID DefaultReceiptLocationID"
        f" DeferralAccount DeferralSubaccount"
        " DefaultSubitem DefaultWarehouseID Description ImageUrl InventoryID ItemClass ItemStatus ItemType"
        " LotSerialClass PackagingOption PostingClass PriceClass PriceManager PriceWorkgroup ProductManager"
        " ProductWorkgroup PurchaseUOM SalesUOM TaxCategory TariffCode ValuationMethod VolumeUOM WeightUOM NotAvailable"
        f" {STORE} {ACCOUNTS}",
        Decimal="AverageCost CurrentStdCost DefaultPrice DimensionVolume DimensionWeight LastCost LastStdCost Markup"
        " MaxCost MinCost MinMarkup MSRP PendingStdCost CurySpecificMSRP CurySpecificPrice",
        Boolean="IsAKit PackSeparately SubjectToCommission UseOnEntry ExportToExternal",
        DateTime="LastModified LastModifiedDateTime",
        Guid="NoteID",
    ),
    (
        "Attributes",
        "Boxes",
        "Categories",
        "CrossReferences",
        "ReplenishmentParameters",
        "UOMConversions",
        "VendorDetails",
        "WarehouseDetails",
        "FileURLs",
    ),
    frozenset({"LastModified", "LastModifiedDateTime", "NoteID", "AverageCost", "LastCost", "MinCost", "MaxCost"}),
    {"LastModifiedDateTime": 24},
)
NON_STOCK_ITEM = Entity(
    "NonStockItem",
    "IN202000",
    "PX.Objects.IN.NonStockItemMaint/Item",
    ("InventoryID",),
    fields(
        String=f"BaseUnit DeferralAccount DeferralSubaccount Description ExpenseAccount ExpenseAccrualAccount"
        f" ExpenseAccrualSubaccount ExpenseSubaccount InventoryID ItemClass ItemStatus ItemType POAccrualAccount"
        " POAccrualSubaccount PurchasePriceVarianceAccount PurchasePriceVarianceSubaccount PostingClass PriceClass"
        " PurchaseUnit ReasonCodeSubaccount SalesAccount SalesSubaccount SalesUnit TaxCategory VolumeUOM"
        f" WeightUOM {STORE}",
        Decimal="CurrentCost CurrentStdCost DefaultPrice DimensionWeight LastCost MSRP PendingCost Volume Weight"
        " CurySpecificMSRP CurySpecificPrice",
        Boolean="IsKit IsAKit RequireReceipt RequireShipment ExportToExternal",
        DateTime="EffectiveDate LastModifiedDateTime PendingCostDate",
        Guid="NoteID",
    ),
    ("Attributes", "CrossReferences", "SalesCategories", "VendorDetails", "Categories", "FileUrls"),
    frozenset({"LastModifiedDateTime", "NoteID", "LastCost"}),
    {"IsAKit": 24},
)
READ_ONLY = frozenset({"LastModifiedDateTime", "CreatedDateTime", "NoteID", "Path"})
ENTITIES: dict[str, Entity] = directory.entities() | {
    entity.name.lower(): entity
    for entity in (
        STOCK_ITEM,
        NON_STOCK_ITEM,
        Entity(
            "Warehouse",
            "IN204000",
            "PX.Objects.IN.INSiteMaint/site",
            ("WarehouseID",),
            fields(
                Boolean="Active OverrideInventoryAccountSubaccount UseItemDefaultLocationForPicking",
                DateTime="LastModifiedDateTime",
                String="Description DropShipLocationID NonStockPickingLocationID ReceivingLocationID RMALocationID"
                " ShippingLocationID WarehouseID",
            ),
            ("Locations",),
            READ_ONLY,
            {"LastModifiedDateTime": 24, "NonStockPickingLocationID": 24, "UseItemDefaultLocationForPicking": 24},
        ),
        Entity(
            "ItemClass",
            "IN201000",
            "PX.Objects.IN.INItemClassMaint/itemclass",
            ("ClassID",),
            fields(
                String="AvailabilityCalculationRule BaseUOM ClassID CountryOfOrigin DefaultWarehouseID Description"
                " ItemType LotSerialClass PostingClass PriceClass PurchaseUOM SalesUOM TariffCode TaxCategoryID"
                " ValuationMethod",
                Boolean="StockItem",
                DateTime="LastModifiedDateTime",
            ),
            ("Attributes",),
            READ_ONLY,
        ),
        Entity(
            "TaxCategory",
            "TX205500",
            "PX.Objects.TX.TaxCategoryMaint/TxCategory",
            ("TaxCategoryID",),
            fields(
                String="Description TaxCategoryID",
                Boolean="Active ExcludeListedTaxes",
                DateTime="CreatedDateTime LastModifiedDateTime",
            ),
            ("Details",),
            READ_ONLY,
        ),
        Entity(
            "AttributeDefinition",
            "CS205000",
            "PX.CS.CSAttributeMaint/Attributes",
            ("AttributeID",),
            fields(
                String="AttributeID ControlType Description EntryMask RegExp",
                Boolean="Internal",
                DateTime="CreatedDateTime LastModifiedDateTime",
            ),
            ("Values",),
            READ_ONLY,
        ),
    )
}
ITEMS = ("stockitem", "nonstockitem")


def detail_of(entity: Entity, name: str) -> tuple[str, dict[str, str]]:
    """(fields that tell the rows apart, fields) of one detail of an entity."""
    return CLASS_ATTRIBUTES if entity.name == "ItemClass" else DETAILS[name]


def when(stamp: int) -> str:
    """Microseconds since 1970 as the REST answers write it: only as many digits as the fraction has."""
    moment = START + timedelta(microseconds=stamp)
    fraction = f"{moment.microsecond:06d}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "+00:00"


def row_id(owner: str, detail: str, ident: str) -> str:
    """The GUID of a detail row: the same in every read."""
    return str(uuid.uuid5(uuid.UUID(owner), f"{detail}:{ident}"))


def cell(value: Any) -> dict[str, Any]:
    return {} if value is None or value == "" else {"value": value}


def show(values: Mapping[str, Any], names: Mapping[str, str], wanted: set[str] | None = None) -> dict[str, Any]:
    """All fields in alphabetical order, empty ones as {}."""
    return {name: cell(values.get(name)) for name in sorted(names) if wanted is None or name in wanted}


def show_row(owner: str, detail: str, number: int, row: Mapping[str, Any], ident: str, names: Mapping[str, str],
             wanted: set[str] | None = None) -> dict[str, Any]:  # fmt: skip
    """One detail row with its own id; `ident` names the fields that tell rows apart."""
    identity = ":".join(str(row.get(name, "")) for name in ident.split())
    head = {"id": row_id(owner, detail, identity), "rowNumber": number, "note": None}
    return {**head, **show(row, names, wanted), "custom": {}}
