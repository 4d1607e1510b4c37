"""Names of the fields of customers, their places, contacts and classes. Source: facts/ACUMATICA.md, section 3.5."""

from __future__ import annotations

from connector.sandbox.acumatica.shapes import shape

shape(
    "Customer",
    {
        "BillingContact": "Contact",
        "CreditVerificationRules": "CreditVerificationRules",
        "MainContact": "Contact",
        "PrimaryContact": "Contact",
        "ShippingContact": "Contact",
    },
    {
        "Attributes": "AttributeValue",
        "Contacts": "CustomerContact",
        "PaymentInstructions": "BusinessAccountPaymentInstructionDetail",
    },
    {"CustomerCategory": 24, "Email": 24, "PrimaryContactID": 24},
    Boolean="ApplyOverdueCharges AutoApplyPayments BillingAddressOverride BillingContactOverride"
    " EnableCurrencyOverride EnableRateOverride EnableWriteOffs IsGuestCustomer MultiCurrencyStatements"
    " PrintDunningLetters PrintInvoices PrintStatements ResidentialDelivery SaturdayDelivery"
    " SendDunningLettersbyEmail SendInvoicesbyEmail SendStatementsbyEmail ShippingAddressOverride"
    " ShippingContactOverride",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Decimal="CreditLimit WriteOffLimit",
    Guid="NoteID",
    Int="BAccountID PrimaryContactID",
    Short="LeadTimedays OrderPriority",
    String="AccountRef CurrencyID CurrencyRateType CustomerCategory CustomerClass CustomerID CustomerName Email"
    " EntityUsageType FOBPoint LocationName ParentRecord PriceClassID RestrictVisibilityTo ShipVia"
    " ShippingBranch ShippingRule ShippingTerms ShippingZoneID StatementCycleID StatementType Status"
    " TaxExemptionNumber TaxRegistrationID TaxZone Terms WarehouseID",
)
shape(
    "CustomerLocation",
    {"LocationContact": "Contact"},
    {"RoleAssignments": "BCRoleAssignment"},
    {"Default": 24, "ExtRefNbr": 24, "Status": 24},
    Boolean="Active AddressOverride ContactOverride Default FedExGroundCollect Insurance ResidentialDelivery"
    " SaturdayDelivery",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Guid="NoteID",
    Short="LeadTimeDays OrderPriority",
    String="Calendar Customer DefaultProject EntityUsageType ExtRefNbr FOBPoint LocationID LocationName PriceClass"
    " ShipVia ShippingBranch ShippingRule ShippingTerms ShippingZone Status TaxExemptionNbr TaxRegistrationID"
    " TaxZone Warehouse",
)
shape(
    "Contact",
    {"Address": "Address"},
    {"Attributes": "AttributeValue", "RoleAssignments": "BCRoleAssignment"},
    {"ExtRefNbr": 24},
    Boolean="Active AddressValidated DoNotCall DoNotEmail DoNotFax DoNotMail DuplicateFound NoMarketing NoMassMail"
    " OverrideAccountAddress Synchronize",
    DateTime="DateOfBirth LastIncomingActivity LastModifiedDateTime LastOutgoingActivity QualificationDate",
    Guid="NoteID",
    Int="ContactID",
    String="Attention BusinessAccount CompanyName ContactClass ContactMethod ConvertedBy DisplayName Duplicate Email"
    " ExtRefNbr Fax FaxType FirstName FullName Gender Image JobTitle LanguageOrLocale LastName MaritalStatus"
    " MiddleName Owner OwnerEmployeeName ParentAccount Phone1 Phone1Type Phone2 Phone2Type Phone3 Phone3Type"
    " Reason Source SourceCampaign SpouseOrPartnerName Status Title Type WebSite Workgroup"
    " WorkgroupDescription",
)
shape(
    "CustomerClass",
    {},
    {"Attributes": "BusinessAccountClassAttributeDetail"},
    Boolean="ApplyOverdueCharges AutoApplyPayments DefaultLocationIDfromBranch EnableCurrencyOverride"
    " EnableRateOverride EnableWriteOffs MultiCurrencyStatements PrintDunningLetters PrintInvoices"
    " PrintStatements RequireEntityUsageType RequireTaxZone SendDunningLettersbyEmail SendInvoicesbyEmail"
    " SendStatementsByEmail",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Decimal="CreditLimit GroupDocumentDiscountLimit OverLimitAmount WriteOffLimit",
    Short="CreditDaysPastDue",
    String="ARAccount ARSubaccount COGSAccount COGSSubaccount CashDiscountAccount CashDiscountSubaccount ClassID"
    " Country CreditVerification CurrencyID CurrencyRateType DefaultRestrictionGroup Description"
    " DiscountAccount DiscountSubaccount EntityUsageType FreightAccount FreightSubaccount MiscAccount"
    " MiscSubaccount OverdueChargeID PaymentMethod PrepaymentAccount PrepaymentSubaccount SalesAccount"
    " SalesSubaccount SalespersonID ShipVia ShippingRule ShippingTerms StatementCycleID StatementType"
    " TaxZoneID Terms UnrealizedGainAccount UnrealizedGainSubaccount UnrealizedLossAccount"
    " UnrealizedLossSubaccount",
)
shape(
    "CustomerPriceClass",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Guid="NoteID",
    String="Description PriceClassID",
)
shape(
    "CreditVerificationRules",
    DateTime="FirstDueDate",
    Decimal="CreditLimit OpenOrdersBalance RemainingCreditLimit UnreleasedBalance",
    Short="CreditDaysPastDue",
    String="CreditVerification",
)
shape(
    "AttributeValue",
    {},
    {},
    {"IsActive": 24},
    Boolean="IsActive Required",
    Guid="RefNoteID",
    String="AttributeDescription AttributeID Value ValueDescription",
)
shape(
    "CustomerContact",
    {"Contact": "Contact"},
    {},
    {"LastModifiedDateTime": 24},
    DateTime="LastModifiedDateTime",
    Int="ContactID",
)
shape(
    "BusinessAccountPaymentInstructionDetail",
    Int="LocationID",
    String="Description PaymentInstructionsID PaymentMethod Value",
)
shape(
    "BCRoleAssignment",
    DateTime="CreatedDateTime LastModifiedDateTime",
    Int="BAccountID ContactID RoleAssignmentID",
    String="LocationCD Role",
)
shape(
    "Address",
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
    Boolean="Validated",
    String="AddressLine1 AddressLine2 BuildingName BuildingNumber City Country Department DistrictName Floor PostBox"
    " PostalCode Room State StreetName SubDepartment TownLocationName UnitNumber",
)
shape(
    "BusinessAccountClassAttributeDetail",
    Boolean="Active Required",
    Short="SortOrder",
    String="AttributeID DefaultValue Description",
)
