"""Names of the fields of lists and of records beside the items. Source: facts/ACUMATICA.md, sections 3.1 and 3.2."""

from __future__ import annotations

from connector.sandbox.acumatica.shapes import shape

shape(
    "PaymentMethod",
    {},
    {
        "AllowedCashAccounts": "PaymentMethodAllowedCashAccountDetail",
        "ProcessingCenters": "PaymentMethodProcessingCenterDetail",
    },
    Boolean="Active IntegratedProcessing RequireRemittanceInformationforCashAccount"
    " SetPaymentDatetoBankTransactionDate UseInAP UseInAR UseInPR",
    DateTime="CreatedDateTime LastModifiedDateTime",
    String="Description MeansOfPayment PaymentMethodID",
)
shape(
    "Account",
    Boolean="Active CashAccount RequireUnits Secured UseDefaultSubaccount",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Int="AccountID ChartOfAccountsOrder",
    String="AccountCD AccountClass AccountGroup ConsolidationAccount CurrencyID Description PostOption"
    " RevaluationRateType TaxCategory Type",
)
shape(
    "ShipVia",
    {},
    {"FreightRates": "ShipViaFreightRate", "Packages": "ShippingBox"},
    Boolean="CommonCarrier",
    String="CalculationMethod Calendar CarrierID Description FreightExpenseAccount FreightExpenseSubaccount"
    " FreightSalesAccount FreightSalesSubaccount TaxCategory",
)
shape(
    "ShippingTerm",
    {},
    {"Details": "ShippingTermDetail"},
    String="Description TermID",
)
shape(
    "ShippingZones",
    String="Description ZoneID",
)
shape(
    "Tax",
    {},
    {"TaxSchedule": "TaxScheduleDetail", "Zones": "TaxZoneDetail"},
    Boolean="DeductibleVAT EnterFromTaxBill ExcludeFromTaxonTaxCalculation IncludeInVATExemptTotal"
    " IncludeInVATTaxableTotal PendingVAT ReverseVAT StatisticalVAT",
    DateTime="CreatedDateTime LastModifiedDateTime NotValidAfter",
    String="CalculateOn CashDiscount Description TaxAgency TaxClaimableAccount TaxClaimableSubaccount"
    " TaxExpenseAccount TaxExpenseSubaccount TaxID TaxPayableAccount TaxPayableSubaccount TaxType",
)
shape(
    "TaxZone",
    {},
    {"ApplicableTaxes": "TaxZoneApplicableTaxDetail"},
    DateTime="CreatedDateTime LastModifiedDateTime",
    String="Description TaxZoneID",
)
shape(
    "UnitsOfMeasure",
    {},
    {"Conversion": "Units"},
    {"Description": 24, "L3Code": 24, "UnitID": 24},
    String="Description L3Code UnitID",
)
shape(
    "TemplateItems",
    {},
    {
        "Attributes": "AttributeValue",
        "Categories": "CategoryStockItem",
        "FileURLs": "InventoryFileUrls",
        "Matrix": "MatrixItems",
        "VendorDetails": "TemplateItemVendorDetail",
    },
    {"LastModifiedDateTime": 24},
    Boolean="ExportToExternal IsStockItem RequireShipment",
    DateTime="LastModified LastModifiedDateTime",
    Decimal="CurrentStdCost CurySpecificMSRP CurySpecificPrice DefaultPrice DimensionWeight MSRP",
    String="Availability BaseUOM Content CustomURL DefaultIssueLocationID Description InventoryID ItemClass"
    " ItemStatus MetaDescription MetaKeywords NotAvailable PageTitle SalesUOM SearchKeywords TaxCategory"
    " Visibility WeightUOM",
)
shape(
    "KitSpecification",
    {},
    {"NonStockComponents": "KitNonStockComponent", "StockComponents": "KitStockComponent"},
    {"LastModifiedDateTime": 24},
    Boolean="Active IsNonStock",
    DateTime="LastModifiedDateTime",
    String="Description KitInventoryID RevisionID",
)
shape(
    "ItemWarehouse",
    Boolean="OverrideInventoryAccountSubaccount OverrideMaxQty OverridePreferredVendor OverridePrice"
    " OverrideProductManager OverrideReorderPoint OverrideReplenishmentSettings OverrideSafetyStock"
    " OverrideServiceLevel OverrideStandardCost",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Decimal="MSRP MaxQty ReorderPoint SafetyStock ServiceLevel",
    String="DefaultIssueFrom DefaultReceiptTo DefaultSubitem InventoryAccount InventoryID InventorySubaccount"
    " PreferredLocation PreferredVendor ProductManager ProductWorkgroup ReplenishmentClass ReplenishmentMethod"
    " ReplenishmentSource ReplenishmentWarehouse Seasonality Status WarehouseID",
)
shape(
    "DiscountCode",
    DateTime="CreatedDateTime LastModifiedDateTime",
    String="ApplicableTo Description DiscountCodeID DiscountType",
)
shape(
    "ItemSalesCategory",
    {},
    {"Members": "ItemSalesCategoryMember"},
    DateTime="LastModifiedDateTime",
    Guid="NoteID",
    Int="CategoryID ParentCategoryID SortOrder",
    String="Description Path",
)
shape(
    "PaymentMethodAllowedCashAccountDetail",
    Boolean="APDefault APSuggestNextNbr ARDefault ARDefaultForRefund ARSuggestNextNbr UseInAP UseInAR UseInPR",
    DateTime="LastModifiedDateTime",
    String="APLastRefNbr ARLastRefNbr BatchLastRefNbr Branch CashAccount Description PaymentMethod",
)
shape(
    "PaymentMethodProcessingCenterDetail",
    Boolean="Active Default",
    String="PaymentMethod ProcCenterID",
)
shape(
    "ShipViaFreightRate",
    Decimal="Rate Volume Weight",
    Int="LineNbr",
    String="ZoneID",
)
shape(
    "ShippingBox",
    Boolean="ActiveByDefault",
    Decimal="BoxWeight Height Length MaxVolume MaxWeight Width",
    String="BoxID CarriersPackage Description LinearUOM VolumeUOM WeightUOM",
)
shape(
    "ShippingTermDetail",
    Decimal="BreakAmount FreightCost InvoiceAmount LineHandling ShippingandHandling",
    Int="LineNbr",
)
shape(
    "TaxScheduleDetail",
    DateTime="StartDate",
    Decimal="DeductibleTaxRate MaxTaxableAmount MinTaxableAmount TaxRate",
    Int="RevisionID",
    String="ReportingGroup TaxID",
)
shape(
    "TaxZoneDetail",
    String="DefaultTaxCategory Description TaxID TaxZoneID",
)
shape(
    "TaxZoneApplicableTaxDetail",
    String="TaxID",
)
shape(
    "Units",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Decimal="ConversionFactor",
    String="FromUOM MultiplyOrDivide ToUOM",
)
shape(
    "CategoryStockItem",
    Int="CategoryID",
)
shape(
    "InventoryFileUrls",
    Guid="NoteID",
    String="FileType FileURL",
)
shape(
    "MatrixItems",
    Boolean="ExportToExternal",
    Decimal="DefaultPrice MSRP",
    String="Description InventoryID ItemStatus",
)
shape(
    "TemplateItemVendorDetail",
    {},
    {},
    {"RecordID": 24},
    Boolean="Default",
    Int="RecordID",
    String="VendorID VendorName",
)
shape(
    "KitNonStockComponent",
    Boolean="AllowComponentQtyVariance",
    Decimal="ComponentQty MaxComponentQty MinComponentQty",
    String="NonStockInventoryID UOM",
)
shape(
    "KitStockComponent",
    Boolean="AllowComponentQtyVariance",
    Decimal="ComponentQty MaxComponentQty MinComponentQty",
    String="StockInventoryID Subitem UOM",
)
shape(
    "ItemSalesCategoryMember",
    String="Description InventoryID ItemClass ItemStatus",
)
