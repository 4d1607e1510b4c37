"""Seeding the lists of the business: those with an entity as records, the others as rows of their tables."""

from __future__ import annotations

from typing import Any

from connector.sandbox.acumatica import business as of
from connector.sandbox.acumatica.keeping import seed
from connector.sandbox.catalogue import identity
from connector.sandbox.store import Unit


def business(unit: Unit, stamp: int) -> None:
    """Everything that customers, orders and payments refer to."""
    _money(unit, stamp)
    _people(unit, stamp)
    _freight_and_tax(unit, stamp)
    _tables(unit)


def _money(unit: Unit, stamp: int) -> None:
    for number, (code, kind, group, title, cash) in enumerate(of.ACCOUNTS, 1):
        seed(unit, "Account", {"AccountCD": code, "AccountID": 1000 + number, "Description": title, "Type": kind,
                               "AccountClass": group, "Active": True, "CashAccount": cash, "PostOption": "Summary",
                               "CurrencyID": "USD" if cash else None}, stamp)  # fmt: skip
    for method, title, means, accounts, centre, active in of.METHODS:
        allowed = [
            {"id": row_id(method, account), "CashAccount": account, "Description": cash_title(account),
             "PaymentMethod": method, "UseInAR": True, "UseInAP": False, "ARDefault": at == 0,
             "ARDefaultForRefund": at == 0, "ARSuggestNextNbr": False, "Branch": "MAIN"}
            for at, account in enumerate(accounts)
        ]  # fmt: skip
        centres = [{"id": row_id(method, centre), "ProcCenterID": centre, "PaymentMethod": method, "Active": True,
                    "Default": True}] if centre else []  # fmt: skip
        seed(unit, "PaymentMethod", {"PaymentMethodID": method, "Description": title, "MeansOfPayment": means,
                                     "Active": active, "UseInAR": True, "UseInAP": not centre, "UseInPR": False,
                                     "IntegratedProcessing": bool(centre), "AllowedCashAccounts": allowed,
                                     "ProcessingCenters": centres}, stamp)  # fmt: skip


def _people(unit: Unit, stamp: int) -> None:
    for code, label, control, choices in of.CUSTOMER_ATTRIBUTES:
        values = [{"ValueID": value, "Description": value, "SortOrder": at, "Disabled": False}
                  for at, value in enumerate(choices, 1)]  # fmt: skip
        fields = {"AttributeID": code, "Description": label, "ControlType": control, "Internal": False}
        unit.put("attributedefinition", code, {"id": identity("attributedefinition", code), "fields": fields,
                 "kind": "attributedefinition", "details": {"Values": values}, "modified": stamp,
                 "created": stamp})  # fmt: skip
    asked = [{"id": row_id("class", code), "AttributeID": code, "Description": label, "Required": False,
              "SortOrder": at, "Active": True}
             for at, (code, label, *_) in enumerate(of.CUSTOMER_ATTRIBUTES, 1)]  # fmt: skip
    for name, title, terms, cycle, method in of.CUSTOMER_CLASSES:
        seed(unit, "CustomerClass", {"ClassID": name, "Description": title, "Terms": terms, "StatementCycleID": cycle,
                                     "PaymentMethod": method, "Country": "US", "CurrencyID": "USD",
                                     "EnableCurrencyOverride": True, "ARAccount": "11000", "SalesAccount": "40000",
                                     "ShippingTerms": "FLATRATE", "CreditVerification": "Disabled",
                                     "StatementType": "Open Item", "TaxZoneID": "WEB", "Attributes": asked},
             stamp)  # fmt: skip
    for name, title in of.PRICE_CLASSES:
        seed(unit, "CustomerPriceClass", {"PriceClassID": name, "Description": title}, stamp)


def _freight_and_tax(unit: Unit, stamp: int) -> None:
    for name, title, common, _ in of.SHIP_VIAS:
        seed(unit, "ShipVia", {"CarrierID": name, "Description": title, "CommonCarrier": common,
                               "CalculationMethod": "Manual", "TaxCategory": "TAXABLE"}, stamp)  # fmt: skip
    for name, title, share in of.SHIP_TERMS:
        bands = [{"id": row_id(name, "1"), "LineNbr": 1, "BreakAmount": 0.0, "FreightCost": share,
                  "InvoiceAmount": 0.0, "LineHandling": 0.0, "ShippingandHandling": 0.0}]  # fmt: skip
        seed(unit, "ShippingTerm", {"TermID": name, "Description": title, "Details": bands}, stamp)
    for name, title in of.ZONES:
        seed(unit, "ShippingZones", {"ZoneID": name, "Description": title}, stamp)
    for name, title, rate in of.TAXES:
        schedule = [{"id": row_id(name, "1"), "TaxID": name, "RevisionID": 1, "TaxRate": rate,
                     "StartDate": "2020-01-01T00:00:00+00:00"}]  # fmt: skip
        seed(unit, "Tax", {"TaxID": name, "Description": title, "TaxType": "Sales", "CalculateOn": "Exclude from Item",
                           "CashDiscount": "Reduces Taxable Amount", "TaxPayableAccount": "24100",
                           "TaxSchedule": schedule, "Zones": []}, stamp)  # fmt: skip
    for name, title, taxes in of.TAX_ZONES:
        rows = [{"id": row_id(name, tax), "TaxID": tax} for tax in taxes]
        seed(unit, "TaxZone", {"TaxZoneID": name, "Description": title, "ApplicableTaxes": rows}, stamp)
    for name, title in of.UNITS:
        seed(unit, "UnitsOfMeasure", {"UnitID": name, "Description": title, "Conversion": []}, stamp)
    for name, title, kind, to in of.DISCOUNTS:
        seed(unit, "DiscountCode", {"DiscountCodeID": name, "Description": title, "DiscountType": kind,
                                    "ApplicableTo": to}, stamp)  # fmt: skip


def _tables(unit: Unit) -> None:
    """Lists that Default has no entity for, under the names of their tables."""
    for number, (name, title, account) in enumerate(of.CASH_ACCOUNTS, 1):
        row: dict[str, Any] = {"CashAccountID": number, "CashAccountCD": name, "Descr": title, "BranchID": 1,
                               "CuryID": "USD", "Active": True, "AccountCD": account}  # fmt: skip
        unit.put("cashaccount", name, row)
    for name, title, days in of.TERMS:
        unit.put("terms", name, {"TermsID": name, "Descr": title, "DayDue00": days, "DueType": "N", "VisibleTo": "AL"})
    for name, title, _ in of.CYCLES:
        unit.put("arstatementcycle", name, {"StatementCycleId": name, "Descr": title})
    for name, title, behavior, numbering, own, active in of.ORDER_TYPES:
        unit.put("soordertype", name, {"OrderType": name, "Descr": title, "Behavior": behavior, "Active": active,
                                       "OrderNumberingID": numbering, "UserNumbering": own})  # fmt: skip
    for number, (name, title) in enumerate(of.BRANCHES, 1):
        unit.put("branch", name, {"BranchID": number, "BranchCD": name, "AcctName": title, "Active": True})
    for name, title, common, active in of.SHIP_VIAS:
        unit.put("carrier", name, {"CarrierID": name, "Description": title, "IsCommonCarrier": common,
                                   "IsActive": active, "CalcMethod": "M"})  # fmt: skip


def cash_title(account: str) -> str:
    return next(title for name, title, _ in of.CASH_ACCOUNTS if name == account)


def row_id(owner: str, name: str) -> str:
    """The id of a row: the same in every run."""
    return identity("row", f"{owner}:{name}")
