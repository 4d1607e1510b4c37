"""Credit memos of the store as return orders of the ERP, linked to the order that they give money back for (ORD-15).

A credit memo is an order of its own type with the same customer, warehouses and units as the original; what is given
back besides the lines (shipping, adjustments) goes as premium freight, so that both totals agree. Taxes have the ids
of the original's taxes, in its proportions, when the settings name none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from connector.errors import Fail
from connector.records import CreditMemo, Line, Order, Record, Tax
from connector.systems.acumatica import order_writing, orders, writing
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, number, rows, text
from connector.systems.base import Written


def write(erp: Erp, records: Sequence[Record], known: Mapping[str, str]) -> list[Written]:
    """Make these credit memos; one that is known stays as it is. Raises Refused."""
    wanted = [one for one in records if isinstance(one, CreditMemo)]
    return writing.each(wanted, lambda one: _write(erp, one, known.get(one.key, "")))


def _write(erp: Erp, memo: CreditMemo, id: str) -> Written:
    if id:
        return Written(memo.key, id)
    there = orders.rows_of(erp, [memo.order], {"$expand": orders.WHOLE}).get(memo.order)
    if there is None:
        raise Fail(
            f"The order {memo.order or memo.number} of credit memo {memo.key} is not in Acumatica.",
            code="acumatica.no_original",
            help="Sync the order first, then reprocess the credit memo.",
        )
    kind, nbr = orders.split(memo.order)
    link = {
        **writing.fields(ExternalRefundRef=memo.key),
        "FinancialSettings": writing.fields(OriginalOrderType=kind, OriginalOrderNbr=nbr),
    }
    return order_writing.make(erp, as_order(erp, memo, there), link)


def as_order(erp: Erp, memo: CreditMemo, original: Entity) -> Order:
    """The credit memo as an order: what the original says of the customer, what the memo says of the money."""
    was = orders.order(original)
    by_sku = {line.sku.casefold(): line for line in was.lines}
    return Order(
        key=memo.key,
        number=memo.key,
        placed_at=datetime.combine(memo.created_on, time(), UTC) if memo.created_on else None,
        currency=memo.currency or was.currency,
        billing=was.billing,
        delivery=was.delivery,
        lines=tuple(_line(line, by_sku.get(line.sku.casefold())) for line in memo.lines),
        shipping_amount=memo.shipping + memo.adjustment,
        tax=memo.tax,
        taxes=_taxes(memo.tax, original, memo.decimals),
        rounding=memo.rounding,
        total=memo.total,
        decimals=memo.decimals,
        comment=memo.reason,
        erp_type=memo.erp_type or erp.word("order", "credit_memo_type", "CM"),
        erp_customer=memo.customer or was.customer,
        branch=memo.branch or was.branch,
        warehouse=was.warehouse,
        reference=memo.reference,
        description=memo.description,
        send_taxes=erp.word("order", "taxes", "store") == "store",
        mapped=memo.mapped,
    )


def _line(line: Line, was: Line | None) -> Line:
    if was is None:
        return line
    return replace(line, warehouse=line.warehouse or was.warehouse, uom=line.uom or was.uom, sku=was.sku)


def _taxes(amount: Decimal, original: Entity, decimals: int) -> tuple[Tax, ...]:
    """The amount under the original's taxes in proportion, in whole units; the last one takes the rest."""
    listed = [(text(row, "TaxID"), number(row, "TaxAmount") or Decimal(0)) for row in rows(original, "TaxDetails")]
    whole = sum((share for _, share in listed), Decimal(0))
    if not amount or not whole:
        return ()
    left, made, unit = amount, [], Decimal(1).scaleb(-decimals)
    for id, share in listed[:-1]:
        part = (amount * share / whole).quantize(unit, ROUND_HALF_UP)
        made.append(Tax(id, amount=part))
        left -= part
    return (*made, Tax(listed[-1][0], amount=left))


def alike(erp: Erp, records: Sequence[Record]) -> Mapping[str, Record]:
    """Return orders that were made of these before: same reference, same connector, same type."""
    wanted = {one.reference: one for one in records if isinstance(one, CreditMemo) and one.reference}
    found: dict[str, Record] = {}
    for row in orders.by_reference(erp, list(wanted)):
        memo = wanted.get(text(row, "ExternalRef"))
        kind = memo and (memo.erp_type or erp.word("order", "credit_memo_type", "CM"))
        if memo is not None and orders.ours(row, memo.description) and text(row, "OrderType") == kind:
            key = orders.key_of(row)
            found.setdefault(memo.key, CreditMemo(key, target_id=key, reference=memo.reference, erp_type=str(kind)))
    return found
