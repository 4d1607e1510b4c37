"""Names of the fields of shipments and invoices. Source: facts/ACUMATICA.md, section 3.6."""

from __future__ import annotations

from connector.sandbox.acumatica.shapes import shape

shape(
    "Shipment",
    {"ShippingSettings": "ShipToSettings"},
    {"Details": "ShipmentDetail", "Orders": "ShipmentOrderDetail", "Packages": "ShipmentPackage"},
    {"UnlimitedPackages": 24},
    Boolean="CreateNewShipmentForEveryOrder CurrencyViewState GroundCollect Hold Insurance OverrideFreightPrice"
    " Picked ResidentialDelivery SaturdayDelivery UnlimitedPackages UseCustomersAccount",
    DateTime="CreatedDateTime EffectiveDate LastModifiedDateTime ShipmentDate",
    Decimal="ControlQty CurrencyRate FreightCost FreightPrice PackageWeight ReciprocalRate ShippedQty ShippedVolume"
    " ShippedWeight",
    Guid="NoteID",
    Int="PackageCount",
    String="BaseCurrencyID CurrencyRateTypeID CustomerID Description FOBPoint FreightCurrencyID LocationID Operation"
    " Owner ShipVia ShipmentNbr ShippingTerms ShippingZoneID Status ToWarehouseID Type WarehouseID WorkgroupID",
)
shape(
    "SalesInvoice",
    {
        "BillingSettings": "BillToSettings",
        "FinancialDetails": "SalesInvoiceFinancialDetails",
        "BillToAddress": "SalesInvoiceAddress",
        "BillToContact": "SalesInvoiceDocContact",
        "ShipToAddress": "SalesInvoiceAddress",
        "ShipToContact": "SalesInvoiceDocContact",
    },
    {
        "ApplicationsCreditMemo": "SalesInvoiceApplicationCreditMemo",
        "ApplicationsInvoice": "SalesInvoiceApplicationInvoice",
        "Details": "SalesInvoiceDetail",
        "DiscountDetails": "SalesInvoiceDiscountDetails",
        "FreightDetails": "SalesInvoiceFreightDetail",
        "TaxDetails": "SalesInvoiceTaxDetail",
    },
    {
        "BillToAddressOverride": 24,
        "BillToContactOverride": 24,
        "CreatedDate": 24,
        "ExternalRef": 24,
        "LastModifiedDate": 24,
        "LastModifiedDateTime": 24,
        "ShipToAddressOverride": 24,
        "ShipToContactOverride": 24,
        "TaxCalcMode": 24,
    },
    Boolean="BillToAddressOverride BillToContactOverride CreditHold Hold IsTaxValid ShipToAddressOverride"
    " ShipToContactOverride",
    DateTime="CreatedDate Date DueDate LastModifiedDate LastModifiedDateTime",
    Decimal="Amount Balance CashDiscount DetailTotal DiscountTotal FreightPrice PaymentTotal TaxTotal VATExemptTotal"
    " VATTaxableTotal",
    String="Currency CustomerID CustomerOrder Description ExternalRef Project ReferenceNbr Status TaxCalcMode Type",
)
shape(
    "Invoice",
    {"BillToContact": "DocContact", "ShipToContact": "DocContact"},
    {
        "ApplicationsCreditMemo": "InvoiceApplicationsCreditMemo",
        "ApplicationsDefault": "InvoiceApplicationsDefault",
        "Details": "InvoiceDetail",
        "DiscountDetails": "InvoiceDiscountDetail",
        "TaxDetails": "InvoiceTaxDetail",
    },
    Boolean="BillToContactOverride BillingPrinted Hold IsTaxValid ShipToContactOverride",
    DateTime="CreatedDateTime Date DueDate LastModifiedDateTime",
    Decimal="Amount Balance TaxTotal",
    String="Customer CustomerOrder Description LinkARAccount LinkBranch LocationID PostPeriod Project ReferenceNbr"
    " Status Terms Type",
)
shape(
    "PurchaseReceipt",
    {},
    {"Details": "PurchaseReceiptDetail"},
    {"LastModifiedDateTime": 24},
    Boolean="CreateBill Hold ProcessReturnWithOriginalCost",
    DateTime="BillDate CurrencyEffectiveDate Date LastModifiedDateTime",
    Decimal="ControlQty CurrencyRate CurrencyReciprocalRate TotalCost TotalQty UnbilledQuantity",
    String="BaseCurrencyID Branch CurrencyID CurrencyRateTypeID InventoryRefNbr Location PostPeriod ReceiptNbr"
    " Status Type VendorID VendorRef Warehouse",
)
shape(
    "ShipToSettings",
    {"ShipToAddress": "Address", "ShipToContact": "DocContact"},
    Boolean="ShipToAddressOverride ShipToContactOverride Validated",
)
shape(
    "ShipmentDetail",
    {},
    {"Allocations": "ShipmentDetailAllocation"},
    Boolean="FreeItem",
    DateTime="ExpirationDate",
    Decimal="OpenQty OrderedQty OriginalQty ShippedQty",
    Int="LineNbr OrderLineNbr",
    String="Description InventoryID LocationID LotSerialNbr OrderNbr OrderType ReasonCode Subitem UOM WarehouseID",
)
shape(
    "ShipmentOrderDetail",
    Decimal="ShippedQty ShippedVolume ShippedWeight",
    Guid="OrderNoteID",
    String="InventoryDocType InventoryRefNbr InvoiceNbr InvoiceType OrderNbr OrderType ShipmentNbr ShipmentType",
)
shape(
    "ShipmentPackage",
    {},
    {"PackageContents": "ShipmentPackageDetail"},
    Boolean="Confirmed",
    Decimal="CODAmount DeclaredValue Height Length Weight Width",
    Guid="NoteID",
    Int="LineNbr",
    String="BoxID CustomRefNbr1 CustomRefNbr2 Description TrackingNbr Type UOM",
)
shape(
    "BillToSettings",
    {"BillToAddress": "Address", "BillToContact": "DocContact"},
    Boolean="BillToAddressOverride BillToContactOverride",
    String="CustomerLocation",
)
shape(
    "SalesInvoiceFinancialDetails",
    String="BatchNbr Branch CustomerTaxZone",
)
shape(
    "SalesInvoiceAddress",
    {},
    {},
    {
        "BuildingName": 25,
        "BuildingNumber": 25,
        "Department": 25,
        "DistrictName": 25,
        "Floor": 25,
        "PostBox": 25,
        "Room": 25,
        "StreetName": 25,
        "SubDepartment": 25,
        "TownLocationName": 25,
        "UnitNumber": 25,
    },
    String="AddressLine1 AddressLine2 BuildingName BuildingNumber City Country Department DistrictName Floor PostBox"
    " PostalCode Room State StreetName SubDepartment TownLocationName UnitNumber",
)
shape(
    "SalesInvoiceDocContact",
    String="Attention BusinessName Email Phone1",
)
shape(
    "SalesInvoiceApplicationCreditMemo",
    DateTime="Date",
    Decimal="AmountPaid Balance",
    String="Currency Customer CustomerOrder Description DocType PostPeriod ReferenceNbr Status",
)
shape(
    "SalesInvoiceApplicationInvoice",
    DateTime="PaymentDate",
    Decimal="AmountPaid Balance CashDiscountTaken",
    Int="AdjustmentNbr",
    String="AdjustedDocReferenceNbr AdjustingDocReferenceNbr Currency Customer Description DocType DocumentType"
    " PaymentPeriod PaymentRef Status",
)
shape(
    "SalesInvoiceDetail",
    {},
    {},
    {"Account": 24, "ExternalRef": 24, "ManualPrice": 24, "NoteID": 24, "SubAccount": 24},
    Boolean="CalculateDiscountsOnImport ManualDiscount ManualPrice",
    DateTime="ExpirationDate",
    Decimal="Amount DiscountAmount DiscountPercent Qty UnitPrice",
    Guid="NoteID",
    Int="LineNbr OrderLineNbr OrigInvLineNbr",
    String="Account BranchID CostCode Description ExternalRef InventoryDocType InventoryID InventoryRefNbr Location"
    " LotSerialNbr OrderNbr OrderType OrigInvNbr OrigInvType ProjectTask ShipmentNbr SubAccount Subitem"
    " TaxCategory TransactionDescr UOM WarehouseID",
)
shape(
    "SalesInvoiceDiscountDetails",
    Boolean="ManualDiscount SkipDiscount",
    Decimal="DiscountAmount DiscountPercent DiscountableAmount DiscountableQty FreeItemQty",
    String="Description DiscountCode ExternalDiscountCode FreeItem OrderNbr OrderType SequenceID Type",
)
shape(
    "SalesInvoiceFreightDetail",
    Decimal="FreightAmount FreightCost LineTotal PremiumFreightAmount TotalFreightAmount Volume Weight",
    String="Description ShipmentNbr ShipmentType",
)
shape(
    "SalesInvoiceTaxDetail",
    Decimal="TaxAmount TaxableAmount",
    String="TaxID",
)
shape(
    "InvoiceApplicationsCreditMemo",
    Decimal="AmountPaid Balance",
    String="Customer CustomerOrder Description DocType PostPeriod ReferenceNbr Status",
)
shape(
    "InvoiceApplicationsDefault",
    DateTime="PaymentDate",
    Decimal="AmountPaid Balance CashDiscountTaken",
    String="DocType ReferenceNbr Status",
)
shape(
    "InvoiceDetail",
    Boolean="CalculateDiscountsOnImport",
    DateTime="LastModifiedDateTime",
    Decimal="Amount DiscountAmount ExtendedPrice Qty UnitPrice",
    Int="LineNbr",
    String="Account Branch CostCode InventoryID ProjectTask Subaccount Subitem TaxCategory TransactionDescription UOM",
)
shape(
    "InvoiceDiscountDetail",
    Boolean="ManualDiscount SkipDiscount",
    Decimal="DiscountAmount DiscountPercent DiscountableAmount DiscountableQty RetainedDiscount",
    String="Description DiscountCode ExternalDiscountCode OrderNbr OrderType SequenceID Type",
)
shape(
    "InvoiceTaxDetail",
    Decimal="TaxAmount TaxRate TaxableAmount",
    String="TaxID",
)
shape(
    "PurchaseReceiptDetail",
    Boolean="EditableUnitCost",
    DateTime="ExpirationDate",
    Decimal="EstimatedINExtendedCost ExtendedCost FinalINExtendedCost OpenQty OrderedQty ReceiptQty UnitCost",
    Int="LineNbr POLineNbr POReceiptLineNbr TransferOrderLineNbr",
    String="Account AccrualAccount AccrualSubaccount Branch Description InventoryID LineType Location LotSerialNbr"
    " POOrderNbr POOrderType POReceiptNbr Subaccount Subitem TransactionDescription TransferOrderNbr"
    " TransferOrderType TransferShipmentNbr UOM Warehouse",
)
shape(
    "ShipmentDetailAllocation",
    DateTime="ExpirationDate",
    Decimal="Qty",
    Int="SplitLineNbr",
    String="Description InventoryID LocationID LotSerialNbr OrderNbr OrderType Subitem UOM",
)
shape(
    "ShipmentPackageDetail",
    Decimal="Quantity",
    Int="ShipmentSplitLineNbr",
    String="InventoryID LotSerialNbr OrigOrderNbr OrigOrderType Subitem UOM",
)
