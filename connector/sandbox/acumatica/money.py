"""What an order amounts to: lines, discounts, freight, taxes, total. Pure: a node in, the node filled.

A line's amount is its price times quantity less its discount; the total is lines and services less the discounts of
the document, plus taxes and both freights. Taxes are worked out by zone unless they were imported (IsTaxValid).
Source: facts/ACUMATICA.md, section 3.6; ACUMATICA-DEFAULT-MAPPING.md, order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Node = dict[str, Any]
CENT = Decimal("0.01")
NO_TAX = ("EXEMPT",)
SERVICE = "Misc. Charge"


def exact(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def cents(value: Decimal) -> float:
    """Half up to two places, as the ERP does."""
    return float(value.quantize(CENT, ROUND_HALF_UP))


def line(row: Node) -> None:
    """Work out one line. The discount is an amount, else a percentage."""
    price = Decimal(0) if row.get("FreeItem") else exact(row.get("UnitPrice"))
    quantity = exact(row.get("OrderQty"))
    whole = exact(cents(price * quantity))
    if row.get("DiscountAmount"):
        off = exact(row["DiscountAmount"])
        row["DiscountPercent"] = float((off / whole * 100).quantize(Decimal("0.000001"))) if whole else 0.0
    else:
        off = exact(cents(whole * exact(row.get("DiscountPercent")) / 100))
        row.setdefault("DiscountPercent", 0.0)
    row["UnitPrice"], row["ExtendedPrice"], row["DiscountAmount"] = float(price), cents(whole), cents(off)
    row["Amount"] = cents(whole - off)
    row["DiscountedUnitPrice"] = float(((whole - off) / quantity).quantize(Decimal("0.0001"))) if quantity else 0.0


def order(node: Node, taxes: Iterable[tuple[str, float]], zone: str, weights: Mapping[str, float]) -> None:
    """Fill lines, totals and taxes. `taxes` are those of the zone, as (tax, percent)."""
    rows: list[Node] = node.get("Details") or []
    for row in rows:
        line(row)
    totals = dict(node.get("Totals") or {})
    goods = sum((exact(row["Amount"]) for row in rows if row.get("LineType") != SERVICE), Decimal(0))
    services = sum((exact(row["Amount"]) for row in rows if row.get("LineType") == SERVICE), Decimal(0))
    off = discounts(node, goods + services)
    freight = exact(totals.get("Freight")) if totals.get("OverrideFreightAmount") else Decimal(0)
    premium = exact(totals.get("PremiumFreight"))
    tax = taxed(node, taxes, zone, off, goods + services, freight + premium)
    quantity = sum((exact(row.get("OrderQty")) for row in rows), Decimal(0))
    weight = sum(
        (exact(weights.get(row.get("InventoryID", ""))) * exact(row.get("OrderQty")) for row in rows), Decimal(0)
    )
    total = goods + services - off + tax + freight + premium
    totals |= {
        "LineTotalAmount": cents(goods),
        "MiscTotalAmount": cents(services),
        "DiscountTotal": cents(off),
        "TaxTotal": cents(tax),
        "Freight": cents(freight),
        "PremiumFreight": cents(premium),
        "FreightCost": 0.0,
        "OverrideFreightAmount": bool(totals.get("OverrideFreightAmount")),
        "OrderWeight": float(weight),
    }
    node |= {"Totals": totals, "OrderTotal": cents(total), "TaxTotal": cents(tax), "OrderedQty": float(quantity)}


def discounts(node: Node, base: Decimal) -> Decimal:
    """The discounts of the document; a percentage is of lines and services."""
    off = Decimal(0)
    for row in node.get("DiscountDetails") or ():
        if not row.get("DiscountAmount") and row.get("DiscountPercent"):
            row["DiscountAmount"] = cents(base * exact(row["DiscountPercent"]) / 100)
        row.setdefault("Type", "Document")
        row["DiscountableAmount"] = cents(base)
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
        row.setdefault("TaxableAmount", cents(base - off))
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
            "TaxableAmount": cents(share),
            "TaxAmount": cents(share * exact(rate) / 100),
            "TaxType": "Sales",
            "CustomerTaxZone": zone,
        }
        for tax, rate in taxes
        if rate and share
    ]
