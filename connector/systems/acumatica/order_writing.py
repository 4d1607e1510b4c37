"""Orders into the ERP: made once, in one request with their payments, and compared with the store to the cent.

When the ERP's total is another one than the store's, the order is put on hold, so that nothing is shipped at a wrong
price, and (as the setting says) the message fails with what differs, line by line (ORD-12, CONFLICTS 47).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.errors import Fail, Outcome, Skip
from connector.records import Order, Record
from connector.systems.acumatica import accounts, addresses, order_body, order_money, orders, raw, writing
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.orders import ENTITY
from connector.systems.acumatica.values import Entity, exact, flag, number, rows, text
from connector.systems.base import Written

ZERO = Decimal(0)
EDITABLE = ("On Hold", "Open", "Credit Hold", "Pending Approval", "Pending Processing", "Awaiting Payment", "Risk Hold")
ANSWER = {"$expand": "Details,Payments,TaxDetails,Totals"}
LONGEST = 6  # lines that an explanation names


def write(erp: Erp, records: Sequence[Record], known: Mapping[str, str]) -> list[Written]:
    """Make these orders; one that is known is only held, opened or cancelled. Raises Refused."""
    wanted = [one for one in records if isinstance(one, Order)]
    return writing.each(wanted, lambda one: _update(erp, one, known[one.key]) if known.get(one.key) else make(erp, one))


def make(erp: Erp, order: Order, more: Mapping[str, Any] | None = None) -> Written:
    """Insert one order (`more` over its body), compare the totals, release its payments. Raises Retry or Fail."""
    decimals, fees = erp.setting("order", "price_decimals", 4), erp.word("order", "fee_item")
    order = accounts.fill(erp, order_money.settled(order, int(decimals), fees))
    body = raw.write({**order_body.body(erp, order), **(more or {})}, order.mapped, None)
    _foreseen(erp, order, body)
    after = erp.client.put(ENTITY, body, ANSWER, new=bool(order.erp_number))
    key = orders.key_of(after)
    if not text(after, "OrderNbr"):
        raise Fail("Acumatica did not say which number the order got.", code="acumatica.no_number")
    sent = {**writing.told(body), **_payments(after)}
    if text(after, "OrderTotal"):
        sent["OrderTotal"] = str(_total(after))
    problem = _compared(erp, order, after, sent)
    if problem is None and erp.setting("order", "release_payments", False):
        sent.update(_released(erp, after))
    return Written(order.key, key, True, sent, problem=problem)


def _payments(after: Entity) -> dict[str, str]:
    made = [text(row, "ReferenceNbr") for row in rows(after, "Payments")]
    return {"Payments": ", ".join(name for name in made if name)} if any(made) else {}


def _released(erp: Erp, after: Entity) -> dict[str, str]:
    """Release the payments; one that cannot be released is told, the order stands all the same."""
    told: dict[str, str] = {}
    for row in rows(after, "Payments"):
        kind, nbr = text(row, "DocType"), text(row, "ReferenceNbr")
        try:
            if nbr:
                erp.client.act("Payment", "ReleasePayment", {"Type": kind, "ReferenceNbr": nbr})
                told[f"Release {nbr}"] = "started"
        except Outcome as problem:
            told[f"Release {nbr}"] = problem.reason
    return told


# --- is it the same money?


def _foreseen(erp: Erp, order: Order, body: Mapping[str, Any]) -> None:
    """Nothing is sent whose difference is known before. Raises Fail, unless such orders are to be put on hold."""
    if not order.send_taxes:
        return
    made = order_money.foreseen(order)
    if abs(made - order.total) > _tolerance(erp) and erp.word("order", "on_difference", "fail") != "hold":
        raise Fail(
            f"The order would be {made} {order.currency} in Acumatica, the store's total is {order.total}: "
            f"{'; '.join(_unbooked(order)) or 'its parts do not make it'}.",
            code="acumatica.unbooked",
            help="Choose an item of fees in the order settings, then reprocess. Fees that lower a total cannot be "
            "booked: put the amount into the order in Acumatica by hand.",
        )
    room = made
    for row in body.get("Payments", ()):  # the ERP refuses a payment of more than the order
        amount = row["AppliedToOrder"]["value"]
        row["AppliedToOrder"] = {"value": writing.figure(max(min(Decimal(str(amount)), room), ZERO))}
        room -= Decimal(str(amount))


def _tolerance(erp: Erp) -> Decimal:
    return exact(erp.setting("order", "tolerance", "0")) or ZERO


def _unbooked(order: Order) -> list[str]:
    return [f"{what} of {amount} is not booked" for what, amount in order.adjustments if exact(amount)]


def _total(entity: Entity) -> Decimal:
    return number(entity, "OrderTotal") or ZERO


def _compared(erp: Erp, order: Order, after: Entity, sent: dict[str, Any]) -> Fail | None:
    """None when the totals agree within the tolerance or holding is enough; else what differs."""
    if text(after, "OrderTotal") == "" or abs(_total(after) - order.total) <= _tolerance(erp):
        return None
    nbr = orders.key_of(after)
    reason = (
        f"Acumatica's total of {nbr} is {_total(after)}, the store's is {order.total} {order.currency}: "
        f"{'; '.join(explained(order, after)) or 'no single line tells why'}. The order is on hold."
    )
    if not flag(after, "Hold"):
        kind, number_ = orders.split(nbr)
        erp.client.put(ENTITY, writing.fields(OrderType=kind, OrderNbr=number_, Hold=True))
    sent["Difference"] = reason
    if erp.word("order", "on_difference", "fail") == "hold":
        return None
    return Fail(
        reason,
        code="acumatica.total_differs",
        help="Correct the order in Acumatica and release its hold. Then look at the taxes, the shipping terms (they "
        "have to leave freight alone) and the discounts of the order type, or allow a tolerance in the order settings.",
    )


def explained(order: Order, after: Entity) -> list[str]:
    """What differs between the store's order and the ERP's: lines, freight, tax, and what was not sent."""
    found = list(_lines(order, rows(after, "Details")))
    more = len(found) - LONGEST
    found = [*found[:LONGEST], f"and {more} more lines"] if more > 0 else found
    totals = addresses.linked(after, "Totals")
    charged = sum((number(totals, name) or ZERO for name in ("Freight", "PremiumFreight")), ZERO)
    wanted = order.shipping_amount - order.shipping_discount
    if totals and charged != wanted:
        found.append(f"freight is {charged} instead of {wanted}")
    tax = number(after, "TaxTotal")
    if tax is not None and tax != order.tax:
        found.append(f"tax is {tax} instead of {order.tax}")
    return found + _unbooked(order)


def _lines(order: Order, there: Sequence[Entity]) -> Iterator[str]:
    by_ref = {text(row, "ExternalRef"): row for row in there if text(row, "ExternalRef")}
    for at, line in enumerate(order.lines):
        row = by_ref.get(line.key) or (there[at] if at < len(there) else None)
        if row is None:
            yield f"line {line.sku} is missing"
            continue
        wanted, got = line.price * line.quantity - line.discount, _amount(row)
        if got is not None and got != wanted:
            yield f"line {line.sku} is {got} instead of {wanted}"


def _amount(row: Entity) -> Decimal | None:
    whole = number(row, "Amount")
    if whole is not None:
        return whole
    whole = number(row, "ExtendedPrice")
    return None if whole is None else whole - (number(row, "DiscountAmount") or ZERO)


# --- one that is there


def _update(erp: Erp, order: Order, key: str) -> Written:
    """Hold, open or cancel; nothing else of an order is ever changed by the store (ORD-19). Raises Skip."""
    current = orders.rows_of(erp, [key], {}).get(key)
    if current is None:
        raise Skip(f"Order {key} is not in Acumatica any more.")
    status, kind, nbr = text(current, "Status"), *orders.split(key)
    keys = {"OrderType": kind, "OrderNbr": nbr}
    if status not in EDITABLE:
        raise Skip(f"Order {key} is {status or 'in an unknown status'} in Acumatica: it is not changed any more.")
    if order.state == "canceled":
        erp.client.act(ENTITY, "CancelSalesOrder", keys)
        return Written(order.key, key, fields={"action": "CancelSalesOrder"})
    if flag(current, "Hold") != order.hold:
        erp.client.put(ENTITY, writing.fields(**keys, Hold=order.hold))
        return Written(order.key, key, fields={"Hold": order.hold})
    raise Skip(f"Order {key} is in Acumatica as it should be.")
