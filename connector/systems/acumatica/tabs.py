"""On which tab of the schema pages a field stands, and which are ticked from the start (SCM-04..06, SCM-09).

The tabs are those of the ERP's forms. A field that is not named here stands on the first tab. Tables only.
"""

from __future__ import annotations

from connector.records import CATEGORY, CUSTOMER, PRODUCT

GENERAL, PRICES, ATTRIBUTES = "General Settings", "Price/Cost Information", "Attributes"
ECOMMERCE, FEATURES, PACKAGING, CROSS = "eCommerce", "Additional Features", "Packaging", "Cross Reference Details"
INFO, BILLING, DELIVERY = "General Info", "Billing Settings", "Delivery Settings"
PAYMENT, SALESPERSONS, ACTIVITIES, MAIL = "Payment Methods", "Salespersons", "Activities", "Mail Settings"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TABS = {
    PRODUCT: (GENERAL, PRICES, ATTRIBUTES, ECOMMERCE, FEATURES, PACKAGING, CROSS),
    CATEGORY: ("Category Info", ECOMMERCE),
    CUSTOMER: (INFO, BILLING, DELIVERY, PAYMENT, SALESPERSONS, ATTRIBUTES, ACTIVITIES, MAIL),
}
CUSTOM = {PRODUCT: FEATURES, CATEGORY: ECOMMERCE, CUSTOMER: INFO}  # where custom fields go
FIELDS: dict[str, dict[str, frozenset[str]]] = {
    PRODUCT: {
        PRICES: _set(
            "DefaultPrice MSRP CurySpecificPrice CurySpecificMSRP PriceClass PriceManager PriceWorkgroup Markup "
            "MinMarkup PendingStdCost CurrentStdCost LastStdCost AverageCost LastCost MinCost MaxCost CurrentCost "
            "PendingCost PendingCostDate EffectiveDate ValuationMethod"
        ),
        ECOMMERCE: _set(
            "ExportToExternal Availability NotAvailable Visibility CustomURL PageTitle MetaDescription MetaKeywords "
            "SearchKeywords Content ImageUrl Categories/CategoryID"
        ),
        PACKAGING: _set(
            "DimensionWeight WeightUOM DimensionVolume VolumeUOM PackagingOption PackSeparately Weight Volume"
        ),
    },
    CATEGORY: {},
    CUSTOMER: {
        BILLING: _set(
            "Terms StatementCycleID StatementType CurrencyID CurrencyRateType CreditLimit WriteOffLimit "
            "EnableCurrencyOverride EnableRateOverride EnableWriteOffs ApplyOverdueCharges AutoApplyPayments "
            "BillingAddressOverride BillingContactOverride ParentRecord"
        ),
        DELIVERY: _set(
            "ShipVia ShippingTerms ShippingZoneID ShippingRule ShippingBranch FOBPoint WarehouseID LeadTimedays "
            "OrderPriority ResidentialDelivery SaturdayDelivery ShippingAddressOverride ShippingContactOverride "
            "TaxZone TaxRegistrationID TaxExemptionNumber EntityUsageType LocationName"
        ),
        MAIL: _set(
            "PrintInvoices PrintStatements PrintDunningLetters SendInvoicesbyEmail SendStatementsbyEmail "
            "SendDunningLettersbyEmail MultiCurrencyStatements"
        ),
        ACTIVITIES: _set("CreatedDateTime LastModifiedDateTime"),
    },
}
LINKED = {  # tabs of linked entities and details, by the first step of the path
    "BillingContact": BILLING,
    "ShippingContact": DELIVERY,
    "PaymentInstructions": PAYMENT,
    "Salespersons": SALESPERSONS,
    "CrossReferences": CROSS,
    "Attributes": ATTRIBUTES,
}
PRESELECTED = {
    PRODUCT: frozenset({"InventoryID", "Description", "ItemClass", "TaxCategory"}),
    CATEGORY: frozenset({"CategoryID", "Description", "ParentCategoryID"}),
    CUSTOMER: frozenset({"CustomerID", "CustomerName", "CustomerClass"}),
}
READ_ONLY = _set(
    "LastModified LastModifiedDateTime CreatedDateTime NoteID AverageCost LastCost MinCost MaxCost LastStdCost "
    "CurrentStdCost BAccountID TemplateItemID Path DisplayName AddressValidated Validated IsGuestCustomer"
)
MONEY = _set("DefaultPrice MSRP CurySpecificPrice CurySpecificMSRP CreditLimit WriteOffLimit")


def tab_of(entity: str, name: str) -> str:
    """The tab of a field by its name; custom fields are placed by CUSTOM."""
    first, step, _ = name.partition("/")
    if step and first in LINKED:
        return LINKED[first]
    return next((tab for tab, known in FIELDS[entity].items() if name in known), TABS[entity][0])
