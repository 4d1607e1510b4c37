"""Causes of refused documents that a person can mend, each with its own code and what to do (LOG-21).

The texts are Acumatica's, which arrive as the error of a field or as a plain 500 (facts/ACUMATICA.md, 2.8); they
differ a little between builds, so only their telling words are matched. What nobody knows here keeps the word of
its status. It sends nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connector.errors import Fail


@dataclass(frozen=True, slots=True)
class Cause:
    code: str
    pattern: re.Pattern[str]
    help: str


def _cause(code: str, pattern: str, help: str) -> Cause:
    return Cause(f"acumatica.{code}", re.compile(pattern, re.IGNORECASE | re.DOTALL), help)


CAUSES = (
    _cause(
        "unknown_item",
        r"(inventory ?(id|item|cd)\b.{0,80}(cannot be found|not found|does not exist|doesn't exist))"
        r"|inventoryid: .{0,80}cannot be found",
        "The order holds an item that Acumatica has not got. Create the item there with the store's SKU as its "
        "Inventory ID, then reprocess.",
    ),
    _cause(
        "inactive_item",
        r"(inventory item|item|inventoryid)\b.{0,60}(is inactive|no sales|marked for deletion)|item status is",
        "The item may not be sold. Set its status to Active in Acumatica (Stock Items, IN202500), then reprocess.",
    ),
    _cause(
        "overpaid",
        r"exceeds the unpaid balance of the order|appliedtoorder.{0,60}exceed",
        "Acumatica reckons another total for the order than the store. Take the store's taxes (order settings), or "
        "correct the tax zone, then reprocess.",
    ),
    _cause(
        "credit_limit",
        r"credit limit|credit hold|over ?limit amount|failed credit|past due",
        "The customer is over the credit limit or has overdue invoices. Raise the limit, book the payment, or release "
        "the credit hold in Acumatica (Customers, AR303000), then reprocess.",
    ),
    _cause(
        "number_taken",
        r"(order nbr|ordernbr|reference nbr|record|number)\b.{0,60}already exists|duplicate key|duplicates existing",
        "Two documents would have one number. Use an order type of its own for the store, or leave the numbering to "
        "Acumatica (segmentation: auto).",
    ),
    _cause(
        "numbering",
        r"numbering sequence|manual numbering|auto-?number|cannot generate the next number|last number",
        "Check the numbering sequence of the order type (Order Types, SO201000): for the store's own numbers it has to "
        "allow manual numbering.",
    ),
    _cause(
        "ship_via",
        r"(ship ?via|carrier)\b.{0,80}(cannot be found|not found|inactive|not active|does not exist)",
        "Correct the shipping mapping, or activate the code in Acumatica (Ship Via Codes, CS207500).",
    ),
    _cause(
        "shipping_terms",
        r"shipping ?terms?\b.{0,80}(cannot be found|not found|does not exist)",
        "Correct the shipping terms in the order settings (Shipping Terms, CS208000).",
    ),
    _cause(
        "payment_method",
        r"payment ?method\b.{0,80}(cannot be found|not found|inactive|not active|does not exist)",
        "Correct the payment mapping, or activate the method in Acumatica (Payment Methods, CA204000).",
    ),
    _cause(
        "cash_account",
        r"cash ?account\b.{0,80}(cannot be found|not found|inactive|not active|does not exist|not allowed|empty)",
        "Correct the cash account in the payment mapping; it has to be allowed for that payment method (CA204000).",
    ),
    _cause(
        "tax",
        r"(tax ?(id|zone|category))\b.{0,80}(cannot be found|not found|not active|does not exist|empty)",
        "Correct tax ID and tax zone in the order settings; both have to be active in Acumatica (TX205000, TX206000).",
    ),
    _cause(
        "warehouse",
        r"(warehouse\w*|site)\b.{0,80}(cannot be found|not found|inactive|not active|does not exist)",
        "Correct the warehouse mapping or the default warehouse (Warehouses, IN204000).",
    ),
    _cause(
        "branch",
        r"branch\w*\b.{0,80}(cannot be found|not found|inactive|not active|does not exist|access)",
        "Correct the branch in the order settings or the branch mapping (Branches, CS102000).",
    ),
    _cause(
        "customer_class",
        r"customer ?class\b.{0,80}(cannot be found|not found|does not exist|empty)",
        "Choose a default customer class, or correct the customer group mapping (Customer Classes, AR201000).",
    ),
    _cause(
        "customer",
        r"customer\w*\b.{0,80}(cannot be found|not found|is inactive|on hold|does not exist)",
        "Look at the customer in Acumatica (Customers, AR303000): it has to be there and active.",
    ),
    _cause(
        "period",
        r"financial period|fin\. ?period|period .{0,40}(closed|inactive|not open|does not exist|is not defined)",
        "Open the financial period of the document's date in Acumatica (Manage Financial Periods, GL503000).",
    ),
    _cause(
        "currency",
        r"(currency|rate)\b.{0,80}(cannot be found|not found|not defined|cannot be changed|not entered|override)",
        "Allow the currency for the customer (Enable Currency Override, AR303000) and enter its rate (CM301000).",
    ),
    _cause(
        "order_type",
        r"order ?type\b.{0,80}(cannot be found|not found|inactive|not active|does not exist)",
        "Choose an active order type in the order settings (Order Types, SO201000).",
    ),
    _cause(
        "uom",
        r"(uom|unit)\b.{0,80}(cannot be found|not found|conversion|does not exist)",
        "Define the unit or its conversion for that item in Acumatica.",
    ),
    _cause(
        "postal_address",
        r"(country|state|postal ?code|zip)\b.{0,80}(cannot be found|not found|does not match|invalid|does not exist)",
        "Acumatica does not know the country, region or postal code of the address (Countries/States, CS204000).",
    ),
    _cause(
        "required", r"cannot be empty", "Acumatica wants a field that was not sent; map it or give it a default there."
    ),
)


def of(said: str) -> Fail | None:
    """The word for a text of Acumatica; None when nobody knows it."""
    cause = next((each for each in CAUSES if each.pattern.search(said)), None)
    return Fail(f"Acumatica refused it: {said}", code=cause.code, help=cause.help) if cause else None
