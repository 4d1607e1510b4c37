"""Names of the fields of sales orders and payments. Source: facts/ACUMATICA.md, section 3.6."""

from __future__ import annotations

from connector.sandbox.acumatica.shapes import shape

shape(
    "SalesOrder",
    {
        "BillToAddress": "Address",
        "BillToContact": "DocContact",
        "FinancialSettings": "FinancialSettings",
        "ShippingSettings": "ShippingSettings",
        "ShipToAddress": "Address",
        "ShipToContact": "DocContact",
        "Totals": "Totals",
    },
    {
        "Details": "SalesOrderDetail",
        "DiscountDetails": "SalesOrdersDiscountDetails",
        "Payments": "SalesOrderPayment",
        "Shipments": "SalesOrderShipment",
        "TaxDetails": "TaxDetail",
    },
    {"Branch": 23, "MaxRiskScore": 24},
    Boolean="Approved BillToAddressOverride BillToAddressValidated BillToContactOverride CreditHold"
    " DisableAutomaticDiscountUpdate DisableAutomaticTaxCalculation ExternalOrderOriginal Hold IsTaxValid"
    " ShipToAddressOverride ShipToAddressValidated ShipToContactOverride UsrExternalOrderOriginal WillCall",
    DateTime="CreatedDate Date EffectiveDate LastModified RequestedOn",
    Decimal="ControlTotal CurrencyRate MaxRiskScore OrderTotal OrderedQty ReciprocalRate TaxTotal VATExemptTotal"
    " VATTaxableTotal",
    Guid="NoteID",
    String="BaseCurrencyID Branch CashAccount ContactID CurrencyID CurrencyRateTypeID CustomerID CustomerOrder"
    " Description DestinationWarehouseID ExternalOrderOrigin ExternalOrderSource ExternalRef ExternalRefundRef"
    " LocationID OrderNbr OrderType PaymentMethod PaymentRef PreferredWarehouseID Project ShipVia Status"
    " TaxCalcMode",
)
shape(
    "Payment",
    {},
    {
        "ApplicationHistory": "PaymentApplicationHistoryDetail",
        "Charges": "PaymentCharge",
        "CreditCardProcessingInfo": "CreditCardProcessingDetail",
        "DocumentsToApply": "PaymentDetail",
        "OrdersToApply": "PaymentOrderDetail",
        "CreditCardTransactionInfo": "CreditCardTransactionDetail",
    },
    {"IsCCPayment": 24},
    Boolean="Hold IsCCPayment IsNewCard SaveCard",
    DateTime="ApplicationDate LastModifiedDateTime",
    Decimal="AppliedToDocuments AppliedToOrders AvailableBalance PaymentAmount",
    Guid="NoteID",
    Int="CardAccountNbr",
    String="Branch BranchID CashAccount CurrencyID CustomerID CustomerLocationID Description ExternalRef"
    " OrigTransaction PaymentMethod PaymentRef ProcessingCenterID ReferenceNbr Status Type",
)
shape(
    "DocContact",
    String="Attention BusinessName Email Phone1",
)
shape(
    "FinancialSettings",
    Boolean="BillSeparately OverrideTaxZone",
    DateTime="CashDiscountDate DueDate InvoiceDate",
    String="Branch CustomerTaxZone EntityUsageType InvoiceNbr OriginalOrderNbr OriginalOrderType Owner PostPeriod"
    " Terms",
)
shape(
    "ShippingSettings",
    {"ShopForRates": "ShopForRates"},
    Boolean="Canceled FreightCostIsuptodate GroundCollect Insurance OverrideFreightPrice ResidentialDelivery"
    " SaturdayDelivery ShipSeparately UseCustomersAccount",
    DateTime="CancelByDate ScheduledShipmentDate",
    Decimal="FreightCost FreightPrice OrderVolume OrderWeight PackageWeight PremiumFreight",
    Short="Priority",
    String="FOBPoint FreightTaxCategory PreferredWarehouseID ShipVia ShippingRule ShippingTerms ShippingZone",
)
shape(
    "Totals",
    Boolean="FreightCostIsuptodate OverrideFreightAmount",
    Decimal="DiscountTotal Freight FreightCost LineTotalAmount MiscTotalAmount OrderVolume OrderWeight PackageWeight"
    " PremiumFreight TaxTotal UnbilledAmount UnbilledQty UnpaidBalance",
    String="FreightTaxCategory",
)
shape(
    "SalesOrderDetail",
    {},
    {"Allocations": "SalesOrderDetailAllocation", "PurchasingDetails": "PurchasingDetail"},
    Boolean="AutoCreateIssue CalculateDiscountsOnImport Commissionable Completed FreeItem ManualDiscount ManualPrice"
    " MarkForPO",
    DateTime="RequestedOn SchedOrderDate ShipOn",
    Decimal="Amount AverageCost DiscountAmount DiscountPercent DiscountedUnitPrice ExtendedPrice OpenQty OrderQty"
    " OvershipThreshold QtyOnShipments UnbilledAmount UndershipThreshold UnitCost UnitPrice",
    Guid="NoteID",
    Int="AssociatedOrderLineNbr InvoiceLineNbr LineNbr",
    String="Account AlternateID Branch CostCode CustomerOrderNbr DiscountCode ExternalRef GiftMessage InventoryID"
    " InvoiceNbr InvoiceType LastModifiedDate LineDescription LineType Location LotSerialNbr Operation"
    " POSource ProjectTask PurchaseWarehouse ReasonCode SalespersonID ShipToLocation ShippingRule Subitem"
    " TaxCategory TaxZone UOM VendorID WarehouseID",
)
shape(
    "SalesOrdersDiscountDetails",
    Boolean="ManualDiscount SkipDiscount",
    Decimal="DiscountAmount DiscountPercent DiscountableAmount DiscountableQty FreeItemQty",
    String="Description DiscountCode ExternalDiscountCode FreeItem SequenceID Type",
)
shape(
    "SalesOrderPayment",
    {},
    {"CreditCardTransactionInfo": "SalesOrderCreditCardTransactionDetail"},
    Boolean="Authorize Capture Hold Refund SaveCard ValidateCCRefundOrigTransaction",
    DateTime="ApplicationDate LastModifiedDateTime",
    Decimal="AppliedToOrder Balance PaymentAmount TransferredtoInvoice",
    Guid="NoteID",
    String="CardAccountNbr CashAccount Currency Description DocType ExternalRef OrigTransactionNbr PaymentMethod"
    " PaymentRef ProcessingCenterID ReferenceNbr Status",
)
shape(
    "SalesOrderShipment",
    DateTime="LastModifiedDateTime ShipmentDate",
    Decimal="ShippedQty ShippedVolume ShippedWeight",
    Guid="InventoryNoteID OrderNoteID ShippingNoteID",
    String="InventoryDocType InventoryRefNbr InvoiceNbr InvoiceType ShipmentNbr ShipmentType Status",
)
shape(
    "TaxDetail",
    Boolean="IncludeInVATExemptTotal PendingVAT ReverseVAT StatisticalVAT",
    Decimal="TaxAmount TaxRate TaxableAmount",
    Int="LineNbr RecordID",
    String="CustomerTaxZone OrderNbr OrderType TaxID TaxType",
)
shape(
    "PaymentApplicationHistoryDetail",
    Boolean="AdjustsVAT",
    DateTime="CashDiscountDate Date DueDate",
    Decimal="AmountPaid Balance BalanceWriteOff CashDiscountBalance CashDiscountTaken",
    Int="AdjustmentNbr",
    String="AdjustedDocType AdjustedRefNbr AdjustingDocType AdjustingRefNbr ApplicationPeriod BatchNbr CurrencyID"
    " Customer CustomerOrder Description DisplayDocType DisplayRefNbr PostPeriod VATCreditMemo",
)
shape(
    "PaymentCharge",
    Decimal="Amount",
    Int="LineNbr",
    String="AccountID Description DocType EntryTypeID RefNbr SubID",
)
shape(
    "CreditCardProcessingDetail",
    Decimal="TransactionAmount",
    String="TransactionStatus",
)
shape(
    "PaymentDetail",
    Decimal="AmountPaid BalanceWriteOff CashDiscountTaken",
    Int="DocLineNbr",
    String="CustomerOrder Description DocType ReferenceNbr WriteOffReasonCode",
)
shape(
    "PaymentOrderDetail",
    Decimal="AppliedToOrder",
    String="OrderNbr OrderType",
)
shape(
    "CreditCardTransactionDetail",
    {},
    {},
    {"CommerceTranNbr": 25},
    Boolean="NeedValidation",
    DateTime="ExpirationDate TranDate",
    String="AuthNbr CardType CommerceTranNbr ExtProfileId OrigTranNbr TranNbr TranType",
)
shape(
    "ShopForRates",
    Boolean="IsManualPackage",
    Decimal="OrderWeight PackageWeight",
)
shape(
    "SalesOrderDetailAllocation",
    Boolean="Allocated Completed",
    DateTime="ExpirationDate SchedOrderDate ShipOn",
    Decimal="Qty QtyOnShipments QtyReceived",
    Int="LineNbr SplitLineNbr",
    String="AllocWarehouseID CustomerOrderNbr InventoryID LocationID LotSerialNbr OrderNbr OrderType RelatedDocument"
    " Subitem UOM",
)
shape(
    "PurchasingDetail",
    Boolean="Selected",
    Int="POOrderLineNbr",
    String="POOrderNbr POOrderType",
)
shape(
    "SalesOrderCreditCardTransactionDetail",
    Boolean="NeedValidation",
    DateTime="TranDate",
    String="AuthNbr CardType ExtProfileId TranNbr TranType",
)
