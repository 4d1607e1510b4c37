"""What an order amounts to: lines, discounts, freight, taxes, total. Pure: a node in, the node filled.

A line's amount is its price times quantity less its discount; the total is lines and services less the discounts of
the document, plus taxes and both freights. Taxes are worked out by zone unless they were imported (IsTaxValid).
Amounts have the decimals of the document's currency, unit prices those of the company.
Source: facts/ACUMATICA.md, section 3.6; ACUMATICA-DEFAULT-MAPPING.md, order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Node = dict[str, Any]
DECIMALS = {"JPY": 0, "KWD": 3}  # the other currencies have two
PRICE = Decimal("0.0001")  # unit prices of this company
NO_TAX = ("EXEMPT",)
SERVICE = "Misc. Charge"


def exact(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def places(node: Mapping[str, Any]) -> int:
    """The decimals of a document's amounts."""
    return DECIMALS.get(str(node.get("CurrencyID") or "USD"), 2)


def cents(value: Decimal, decimals: int = 2) -> float:
    """Half up to the currency's places, as the ERP does."""
    return float(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def money(value: Any, decimals: int) -> Decimal:
    """A field of a document as an amount of its currency."""
    return exact(cents(exact(value), decimals))


def line(row: Node, decimals: int = 2) -> None:
    """Work out one line. The discount is an amount, else a percentage."""
    price = Decimal(0) if row.get("FreeItem") else exact(row.get("UnitPrice")).quantize(PRICE, ROUND_HALF_UP)
    quantity = exact(row.get("OrderQty"))
    whole = exact(cents(price * quantity, decimals))
    if row.get("DiscountAmount"):
        off = exact(cents(exact(row["DiscountAmount"]), decimals))
        row["DiscountPercent"] = float((off / whole * 100).quantize(Decimal("0.000001"))) if whole else 0.0
    else:
        off = exact(cents(whole * exact(row.get("DiscountPercent")) / 100, decimals))
        row.setdefault("DiscountPercent", 0.0)
    row["UnitPrice"], row["ExtendedPrice"], row["DiscountAmount"] = float(price), float(whole), float(off)
    row["Amount"] = cents(whole - off, decimals)
    row["DiscountedUnitPrice"] = float(((whole - off) / quantity).quantize(Decimal("0.0001"))) if quantity else 0.0


def order(node: Node, taxes: Iterable[tuple[str, float]], zone: str, weights: Mapping[str, float]) -> None:
    """Fill lines, totals and taxes. `taxes` are those of the zone, as (tax, percent)."""
    rows: list[Node] = node.get("Details") or []
    decimals = places(node)
    for row in rows:
        line(row, decimals)
    totals = dict(node.get("Totals") or {})
    goods = sum((exact(row["Amount"]) for row in rows if row.get("LineType") != SERVICE), Decimal(0))
    services = sum((exact(row["Amount"]) for row in rows if row.get("LineType") == SERVICE), Decimal(0))
    off = discounts(node, goods + services)
    freight = money(totals.get("Freight"), decimals) if totals.get("OverrideFreightAmount") else Decimal(0)
    premium = money(totals.get("PremiumFreight"), decimals)
    tax = taxed(node, taxes, zone, off, goods + services, freight + premium)
    quantity = sum((exact(row.get("OrderQty")) for row in rows), Decimal(0))
    weight = sum(
        (exact(weights.get(row.get("InventoryID", ""))) * exact(row.get("OrderQty")) for row in rows), Decimal(0)
    )
    total = goods + services - off + tax + freight + premium
    totals |= {
        "LineTotalAmount": cents(goods, decimals),
        "MiscTotalAmount": cents(services, decimals),
        "DiscountTotal": cents(off, decimals),
        "TaxTotal": cents(tax, decimals),
        "Freight": cents(freight, decimals),
        "PremiumFreight": cents(premium, decimals),
        "FreightCost": 0.0,
        "OverrideFreightAmount": bool(totals.get("OverrideFreightAmount")),
        "OrderWeight": float(weight),
    }
    node |= {
        "Totals": totals,
        "OrderTotal": cents(total, decimals),
        "TaxTotal": cents(tax, decimals),
        "OrderedQty": float(quantity),
    }


def discounts(node: Node, base: Decimal) -> Decimal:
    """The discounts of the document; a percentage is of lines and services."""
    off = Decimal(0)
    for row in node.get("DiscountDetails") or ():
        if not row.get("DiscountAmount") and row.get("DiscountPercent"):
            row["DiscountAmount"] = cents(base * exact(row["DiscountPercent"]) / 100, places(node))
        row.setdefault("Type", "Document")
        row["DiscountableAmount"] = cents(base, places(node))
        if not row.get("SkipDiscount"):
            off += exact(row.get("DiscountAmount"))
    return off


def taxed(
    node: Node, taxes: Iterable[tuple[str, float]], zone: str, off: Decimal, base: Decimal, freight: Decimal
) -> Decimal:
    """The tax total. Imported taxes stay as they came; others are worked out anew, whatever was sent."""
    if not (node.get("IsTaxValid") or node.get("DisableAutomaticTaxCalculation")):
        node["TaxDetails"] = worked_out(node, taxes, zone, off, base, freight)
    for number, row in enumerate(node.get("TaxDetails") or (), 1):
        row.update({"LineNbr": number, "OrderType": node.get("OrderType"), "OrderNbr": node.get("OrderNbr")})
        row.setdefault("TaxRate", 0.0)
        row.setdefault("TaxableAmount", cents(base - off, places(node)))
        row["TaxAmount"] = cents(exact(row.get("TaxAmount")), places(node))
    return sum((exact(row.get("TaxAmount")) for row in node.get("TaxDetails") or ()), Decimal(0))


def worked_out(
    node: Node, taxes: Iterable[tuple[str, float]], zone: str, off: Decimal, base: Decimal, freight: Decimal
) -> list[Node]:
    """One row for each tax of the zone that has a rate; exempt lines and their share of the discount are left out."""
    rows = [row for row in node.get("Details") or () if row.get("TaxCategory") not in NO_TAX]
    amount = sum((exact(row["Amount"]) for row in rows), Decimal(0))
    share = amount - (off * amount / base if base else Decimal(0)) + freight
    old = {row.get("TaxID"): row.get("id") for row in node.get("TaxDetails") or ()}
    return [
        {
            "id": old.get(tax) or str(uuid.uuid4()),
            "TaxID": tax,
            "TaxRate": rate,
            "TaxableAmount": cents(share, places(node)),
            "TaxAmount": cents(share * exact(rate) / 100, places(node)),
            "TaxType": "Sales",
            "CustomerTaxZone": zone,
        }
        for tax, rate in taxes
        if rate and share
    ]
