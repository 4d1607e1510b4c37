"""What a shop's books hold before the first sale: classes, methods of payment, carriers, taxes, order types.

Pure data. Lists without an entity in Default (cash accounts, terms, statement cycles, order types, branches) are
kept under the names of their tables and read over OData. Source: facts/ACUMATICA.md, sections 3.5 to 3.8 and 4.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
ACCOUNTS = (  # account, type, class, description, is a cash account
    ("10100", "Asset", "CASHASSET", "Checking account", True), ("10200", "Asset", "CASHASSET", "Card clearing", True),
    ("10300", "Asset", "CASHASSET", "PayPal account", True), ("10400", "Asset", "CASHASSET", "Gift cards sold", True),
    ("11000", "Asset", "AR", "Accounts receivable", False), ("12100", "Asset", "INVENTORY", "Inventory", False),
    ("20000", "Liability", "AP", "Accounts payable", False), ("20800", "Liability", "OTHERLIAB", "Prepayments", False),
    ("24100", "Liability", "TAXESPAY", "Sales tax payable", False),
    ("40000", "Income", "SALES", "Sales of goods", False), ("40100", "Income", "SALES", "Sales over the web", False),
    ("40200", "Income", "SALES", "Services", False), ("40300", "Income", "SALES", "Freight charged", False),
    ("49000", "Income", "SALESDISC", "Discounts given", False), ("50000", "Expense", "COGS", "Cost of goods", False),
    ("51000", "Expense", "FREIGHT", "Freight paid", False),
)  # fmt: skip
CASH_ACCOUNTS = (("CHECKING", "Checking account", "10100"), ("CARDS", "Card clearing", "10200"),
                 ("PAYPAL", "PayPal account", "10300"), ("GIFTCARDS", "Gift cards sold", "10400"))  # fmt: skip
METHODS = (  # method, title, means, cash accounts (first = default), processing centre, active
    ("CHECK", "Check or money order", "Cash/Check", ("CHECKING",), "", True),
    ("CASH", "Cash", "Cash/Check", ("CHECKING",), "", True),
    ("BANK", "Bank transfer", "Direct Deposit", ("CHECKING",), "", True),
    ("COD", "Cash on delivery", "Cash/Check", ("CHECKING",), "", True),
    ("VISA", "Visa cards", "Credit Card", ("CARDS", "CHECKING"), "STRIPE", True),
    ("MASTERCARD", "Mastercard", "Credit Card", ("CARDS",), "STRIPE", True),
    ("AMEX", "American Express", "Credit Card", ("CARDS",), "AUTHNET", True),
    ("PAYPAL", "PayPal", "Cash/Check", ("PAYPAL",), "", True),
    ("GIFTCARD", "Gift card of the shop", "Cash/Check", ("GIFTCARDS",), "", True),
    ("OLDCHEQUE", "Cheque, no longer used", "Cash/Check", ("CHECKING",), "", False),
)
CUSTOMER_CLASSES = (  # class, title, terms, cycle, method, price class of new customers
    ("DEFAULT", "Customers", "30D", "EOM", "CHECK"), ("ECOMMERCE", "Web shop customers", "PREPAY", "EOM", "VISA"),
    ("WHOLESALE", "Wholesale", "45D", "EOM", "BANK"), ("RETAIL", "Walk-in and retail", "PREPAY", "WEEKLY", "CASH"),
)  # fmt: skip
PRICE_CLASSES = (("BASIC", "Basic prices"), ("RETAIL", "Retail prices"), ("WHOLESALE", "Wholesale prices"),
                 ("VIP", "Very good customers"))  # fmt: skip
TERMS = (("30D", "30 days net", 30), ("45D", "45 days net", 45), ("COD", "On delivery", 0), ("PREPAY", "In advance", 0),
         ("2P10N30", "2 % in 10 days, 30 days net", 30))  # fmt: skip
CYCLES = (("EOM", "End of month", "Twice a month"), ("WEEKLY", "Every week", "Weekly"))
SHIP_VIAS = (  # code, title, common carrier, active
    ("GROUND", "Ground parcel", True, True), ("NEXTDAY", "Next day air", True, True),
    ("FREIGHT", "Freight", True, True), ("LOCAL", "Our own van", False, True),
    ("PICKUP", "Collected by the customer", False, True),
    ("DROPSHIP", "Sent by the vendor", True, True), ("AIRSHIP", "Airship, given up in 1937", True, False),
)  # fmt: skip
SHIP_TERMS = (("FREESHIP", "Freight paid by us", 0.0), ("FLATRATE", "Freight as charged", 100.0),
              ("COLLECT", "Freight collect", 0.0))  # fmt: skip
ZONES = (("DOMESTIC", "Within the country"), ("ABROAD", "Abroad"), ("ISLANDS", "Islands and Alaska"))
TAXES = (("NYSTATE", "New York state sales tax", 4.0), ("NYCITY", "New York city sales tax", 4.5),
         ("CASTATE", "California sales tax", 7.25), ("WEBTAX", "Tax as the web shop worked it out", 0.0),
         ("EXEMPT", "Exempt", 0.0))  # fmt: skip
TAX_ZONES = (("NY", "New York", ("NYSTATE", "NYCITY")), ("CA", "California", ("CASTATE",)),
             ("WEB", "Tax as imported", ("WEBTAX",)), ("EXEMPT", "No tax", ("EXEMPT",)))  # fmt: skip
ORDER_TYPES = (  # type, title, behaviour, numbering, own numbers, active
    ("SO", "Sales Order", "SO", "SOORDER", False, True), ("SA", "Sales Order with Allocation", "SO", "SOORDER", False,
     True), ("CT", "Web order under the shop's number", "SO", "WEBORDER", True, True),
    ("IN", "Invoice", "IN", "SOORDER", False, True), ("CM", "Credit Memo", "CM", "SOCREDIT", False, True),
    ("RC", "Return for Credit", "RM", "SORETURN", False, True), ("RM", "RMA Order", "RM", "SORETURN", False, True),
    ("RR", "Return with Replacement", "RM", "SORETURN", False, True), ("QT", "Quote", "QT", "SOQUOTE", False, True),
    ("BL", "Blanket Order", "BL", "SOORDER", False, False),
)  # fmt: skip
BRANCHES = (("MAIN", "Head office"), ("WEST", "West coast branch"))
UNITS = (("EA", "Each"), ("HOUR", "Hour"), ("BOX", "Box"), ("PACK", "Pack"), ("KG", "Kilogram"))
DISCOUNTS = (("WEBDOC", "Discount of the web shop", "Document", "Unconditional"),
             ("WEBLINE", "Discount on a line", "Line", "Unconditional"))  # fmt: skip
CUSTOMER_ATTRIBUTES = (  # attribute, title, control, values
    ("INDUSTRY", "Industry", "Combo", ("Building", "Catering", "Retail", "Schools")),
    ("LOYALTYNO", "Loyalty card", "Text", ()), ("NEWSLETTER", "Wants the newsletter", "Checkbox", ()),
    ("INTERESTS", "Interests", "Multi Select Combo", ("Tools", "Kitchen", "Outdoor", "Clothing")),
)  # fmt: skip
