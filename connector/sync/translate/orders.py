"""Orders on their way to the ERP: checked to the cent, with the ERP's customer, methods, branch and numbers.

Nothing is guessed: a method that is not mapped and has no default fails the order with its name, so that a row in
the mapping mends all orders of that cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connector.errors import Fail, Outcome, Skip
from connector.records import Line, Order, Payment, Record
from connector.sync import buyers, money, rules
from connector.sync.context import Context
from connector.sync.translate.job import Job
from connector.systems import mapping

MONEY_HELP = (
    "The store's own amounts contradict each other, so nothing was booked. Look at the order in the store: a fee that "
    "the connector does not know, or a rounding set by an extension, is the usual cause."
)
PAYPAL = "paypal"
PLUGIN_HELP = (
    "Acumatica's PayPal plug-in is enabled in the order settings: name it in the row of this method in the payment "
    "mapping, then reprocess the failed orders."
)
MAPPING_HELP = "Add a row to the {} mapping, or a default in the order settings, then reprocess the failed orders."


def to_erp(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Each order as the ERP is to have it, or the word that says why it does not go."""
    made: dict[str, Record | Outcome] = {}
    for one in records:
        if isinstance(one, Order):
            try:
                made[one.key] = _order(job, one)
            except Outcome as word:
                made[one.key] = word
    return made


def _order(job: Job, one: Order) -> Order:
    context = job.context
    if not job.known.get(one.key):
        _wanted(job, one)
    told = money.problems(one)
    if told:
        raise Fail(f"Order {one.key} does not add up: {'; '.join(told)}.", code="order.money", help=MONEY_HELP)
    one, _ = rules.apply(context.rules, _placed(context, one))
    one = replace(one, payments=tuple(_payment(context, one, paid) for paid in one.payments))
    one = replace(
        one, ship_via=one.ship_via or _ship_via(job, one), lines=tuple(_line(one, line) for line in one.lines)
    )
    anyone = one.key in job.persons
    return replace(one, erp_customer=one.erp_customer or buyers.of(context, job.needs, one, anyone=anyone))


def _wanted(job: Job, one: Order) -> None:
    """Orders in other statuses, and older ones than the connector, stay unless a person asks (SYN-34, MAN-18)."""
    if one.key in job.persons:
        return
    statuses = job.context.setting("order", "statuses", ())
    if statuses and one.status not in statuses:
        raise Skip(f"Order {one.key} is {one.status or 'without a status'}: only {', '.join(statuses)} are synced.")
    first = job.context.first_order()
    if first and one.placed_at and one.placed_at < first:
        raise Skip(f"Order {one.key} was placed before {first:%Y-%m-%d %H:%M} UTC, with which the connector begins.")


def _placed(context: Context, one: Order) -> Order:
    """Type, number, branch, warehouse, taxes and references: what the settings say of every order of its view."""
    view = one.store
    row = mapping.branch(context.rows("branch"), view, one.website)
    status = mapping.status_in(context.rows("status_in"), one.status, view=view).row
    houses = row.more.get("warehouses") or () if row else ()
    house = context.setting("order", "warehouse", view=view) or context.setting("inventory", "default_warehouse")
    manual = context.setting("order", "segmentation", "auto") == "manual"
    return replace(
        one,
        erp_type=str(context.setting("order", "type", "SO", view=view)),
        erp_number=one.number if manual else "",
        branch=(row.erp if row else "") or str(context.setting("order", "branch", view=view) or _own_branch(context)),
        warehouse=houses[0] if houses else str(house or ""),
        shipping_terms=str(context.setting("order", "shipping_terms")),
        send_taxes=context.setting("order", "taxes", "store") == "store",
        hold=bool(status and "hold" in status.erp.casefold()),
        reference=referenced(context, one.number),
        description=described(context, f"{one.website or one.store} order {one.number}"),
        discount=sum((line.discount for line in one.lines), Decimal(0)),
    )


def _own_branch(context: Context) -> str:
    return str(context.setting("erp", "branch"))


def referenced(context: Context, number: str) -> str:
    """What the ERP finds it by again: the store's number with the connector's prefix."""
    return f"{context.setting('order', 'reference_prefix')}{number}"


def described(context: Context, text: str) -> str:
    """The description begins with the connector's name: two stores with the same number never collide (CFG-19)."""
    return f"{context.connector} | {text}"


def _line(order: Order, line: Line) -> Line:
    notes = [line.note, *(f"{label}: {value}" for label, value in line.options)]
    return replace(
        line,
        warehouse=line.warehouse or order.warehouse,
        branch=line.branch or order.branch,
        note="\n".join(note for note in notes if note),
    )


def _payment(context: Context, order: Order, paid: Payment) -> Payment:
    """The ERP's method and cash account: by the map (a row of its card type first), else the defaults (SYN-28, 29)."""
    row = mapping.payment(context.rows("payment"), paid.method, paid.card_type, view=order.store)
    method, account = DEFAULTS.get(paid.kind, ("payment_method", "cash_account"))
    erp_method = row.erp if row else str(context.setting("order", method))
    if not erp_method:
        card = f" ({paid.card_type})" if paid.card_type else ""
        text = f"The payment method {paid.method}{card} of order {order.key} is not mapped."
        raise Fail(text, code="order.payment_method", help=MAPPING_HELP.format("payment method"))
    return replace(
        paid,
        erp_method=erp_method,
        cash_account=(row.more.get("cash_account") if row else "") or str(context.setting("order", account)),
        plugin=_plugin(context, order, paid, str(row.more.get("plugin") or "") if row else ""),
        reference=paid.reference or order.number,
    )


def _plugin(context: Context, order: Order, paid: Payment, mapped: str) -> str:
    """The ERP's plug-in that goes on with a payment. PayPal's only where the ERP has one (SYN-35)."""
    if PAYPAL not in paid.method.casefold():
        return mapped
    if not context.setting("order", "paypal_plugin", False):
        return ""
    if not mapped:
        text = f"The payment method {paid.method} of order {order.key} has no plug-in in the mapping."
        raise Fail(text, code="order.payment_plugin", help=PLUGIN_HELP)
    return mapped


DEFAULTS = {
    "gift_card": ("gift_card_method", "gift_card_account"),
    "store_credit": ("credit_method", "credit_account"),
    "reward": ("credit_method", "credit_account"),
}


def _ship_via(job: Job, order: Order) -> str:
    """The ERP's ship via of the store's method (MAP-16); an order without delivery has none."""
    if not order.shipping_method:
        return ""
    rows = job.context.rows("shipping_in")
    row = mapping.shipping_in(rows, order.shipping_method, order.shipping_title, view=order.store)
    if row is None:
        method = f"{order.shipping_method} ({order.shipping_title})"
        text = f"The shipping method {method} of order {order.key} is not mapped."
        raise Fail(text, code="order.shipping_method", help=MAPPING_HELP.format("shipping method"))
    return row.erp
