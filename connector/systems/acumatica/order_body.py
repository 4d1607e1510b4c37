"""The sales order as it is sent: facts/ACUMATICA-DEFAULT-MAPPING.md, "Order"; ORD-01..13; CONFLICTS F.

Money is the store's, to the cent: prices and discounts are manual, freight goes as premium freight over a freight of
nothing, taxes as the store has them (or the ERP computes them), and payments stand in the order itself, so that
order and payments are made in one request or not at all. It builds bodies and sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connector.errors import Fail
from connector.records import Address, Line, Order, Payment, Tax
from connector.systems.acumatica import addresses
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.writing import fields

Body = dict[str, Any]


def body(erp: Erp, order: Order) -> Body:
    """The whole of a new order. Raises Fail when taxes have no tax ID."""
    made: Body = {
        **fields(
            OrderType=order.erp_type,
            OrderNbr=order.erp_number,
            CustomerID=order.erp_customer,
            CustomerOrder=order.number,
            ExternalRef=order.reference,
            Description=order.description,
            Date=order.placed_at.date() if order.placed_at else None,
            RequestedOn=order.placed_at.date() if order.placed_at else None,
            CurrencyID=order.currency,
            PreferredWarehouseID=order.warehouse,
            Hold=order.hold,
            DisableAutomaticDiscountUpdate=True,
        ),
        **_branch(erp, order.branch),
        **_parties(order),
        "ShippingSettings": fields(
            ShipVia=order.ship_via,
            ShippingTerms=order.shipping_terms or erp.word("order", "shipping_terms"),
            PreferredWarehouseID=order.warehouse,
        ),
        "Totals": freight(order.shipping_amount - order.shipping_discount),
        "Details": [_line(line, order) for line in order.lines],
    }
    if order.comment:
        made["note"] = {"value": order.comment}
    if order.payments:
        made["Payments"] = [payment(paid, order) for paid in order.payments if paid.amount]
    return _taxed(erp, made, order)


def freight(amount: Decimal) -> Body:
    """The store's shipping as premium freight; the ERP's own freight is overridden by nothing (ORD-11, ORD-12)."""
    return fields(OverrideFreightAmount=True, Freight=Decimal(0), PremiumFreight=amount)


def _branch(erp: Erp, branch: str) -> Body:
    """The order's branch: its own field since 23.200, before that in the financial settings (facts 2.1)."""
    if not branch:
        return {}
    return fields(Branch=branch) if erp.client.version() >= "23" else {"FinancialSettings": fields(Branch=branch)}


def _parties(order: Order) -> Body:
    """Both addresses, on this order only (CUS-04)."""
    made: Body = {}
    for side, where in (("BillTo", order.billing), ("ShipTo", order.delivery)):
        if where is not None:
            made.update(fields(**{f"{side}AddressOverride": True, f"{side}ContactOverride": True}))
            made[f"{side}Contact"] = _contact(where, order)
            made[f"{side}Address"] = {
                name: {"value": text} for name, text in addresses.place(where).items() if text or name == "AddressLine2"
            }
    return made


def _contact(where: Address, order: Order) -> Body:
    return fields(
        Attention=addresses.name(where) or order.customer_name,
        BusinessName=where.company or addresses.name(where) or order.customer_name,
        Email=where.email or order.customer_email,
        Phone1=where.phone,
    )


def _line(line: Line, order: Order) -> Body:
    made = fields(
        InventoryID=line.sku,
        LineDescription=line.name[:256],
        OrderQty=line.quantity,
        UOM=line.uom,
        UnitPrice=line.price,
        ManualPrice=True,
        DiscountAmount=line.discount,
        ManualDiscount=True,
        WarehouseID=line.warehouse or order.warehouse,
        Branch=line.branch or order.branch,
        TaxCategory=line.tax_category,
        Account=line.account,
        ExternalRef=line.key,
    )
    return {**made, "note": {"value": line.note}} if line.note else made


# --- taxes


def _taxed(erp: Erp, made: Body, order: Order) -> Body:
    """The store's taxes as they are, or none at all: then the ERP computes its own (ORD-08, CONFLICTS 48)."""
    zone = erp.word("order", "tax_zone")
    if zone:
        own = made.setdefault("FinancialSettings", {})
        own.update(fields(OverrideTaxZone=True, CustomerTaxZone=zone))
    if order.send_taxes:
        made.update(fields(IsTaxValid=True, DisableAutomaticTaxCalculation=True))
        made["TaxDetails"] = [_tax(tax) for tax in taxes(order, erp.word("order", "tax_id"))]
    return made


def taxes(order: Order, tax_id: str) -> list[Tax]:
    """The taxes with the ERP's id: all in one when a setting names it, else each under its own code. Raises Fail."""
    listed = [tax for tax in order.taxes if tax.amount]
    if not order.tax and not listed:
        return []
    if tax_id:
        amount = order.tax or sum((tax.amount for tax in listed), Decimal(0))
        return [Tax(tax_id, amount=amount, taxable=_taxable(order, listed))]
    if not listed or any(not tax.code for tax in listed):
        raise Fail(
            f"The order has taxes of {order.tax} but names no tax.",
            code="acumatica.tax_id",
            help="Choose a tax ID in the order settings, or let Acumatica compute the taxes.",
        )
    return listed


def _taxable(order: Order, listed: Iterable[Tax]) -> Decimal:
    known = max((tax.taxable for tax in listed), default=Decimal(0))
    lines = sum((line.price * line.quantity - line.discount for line in order.lines if line.tax), Decimal(0))
    shipping = order.shipping_amount - order.shipping_discount if order.shipping_tax else Decimal(0)
    return known or lines + shipping


def _tax(tax: Tax) -> Body:
    return fields(TaxID=tax.code, TaxRate=tax.rate or None, TaxableAmount=tax.taxable or None, TaxAmount=tax.amount)


# --- payments


def payment(paid: Payment, order: Order) -> Body:
    """One payment that is made with the order and applied to it whole (ORD-05, ORD-13)."""
    made = fields(
        DocType="Payment" if paid.captured or paid.kind != "payment" or not paid.plugin else "Prepayment",
        ApplicationDate=order.placed_at.date() if order.placed_at else None,
        PaymentMethod=paid.erp_method,
        CashAccount=paid.cash_account,
        PaymentRef=paid.reference or order.number,
        ExternalRef=paid.reference or order.number,
        Description=f"{order.description} | {paid.method}"[:256],
        PaymentAmount=paid.amount,
        AppliedToOrder=paid.amount,
        Hold=False,
    )
    return {**made, **_token(paid, order)} if paid.plugin else made


def _token(paid: Payment, order: Order) -> Body:
    """A card that the store's gateway took: its transaction, for the plug-in to go on with (ORD-06)."""
    kind = "AAC" if paid.captured else "AUT"  # authorized and captured, or authorized only
    transaction = fields(
        TranNbr=paid.reference or order.number,
        TranType=kind,
        TranDate=order.placed_at,
        NeedValidation=not paid.captured,
    )
    return {**fields(ProcessingCenterID=paid.plugin), "CreditCardTransactionInfo": [transaction]}
