"""Orders that were entered in the ERP, on their way into the store's account of the buyer (SYN-30, CONFLICTS 26).

Only of the types that are ticked for it. An order that came from this store, or through a connector from any other
one, has its place already. The maps of payment and shipping are read backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.errors import Outcome, Skip
from connector.records import CUSTOMER, ORDER, Customer, Order, Payment, Record
from connector.sync import bindings, buyers
from connector.sync.translate.job import Job
from connector.systems.mapping import Row

TAG = " | "  # ends a connector's name in a description: see translate/orders
OVER = ("canceled", "cancelled", "voided", "rejected")
UNFINISHED = ("onhold",)


def to_store(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Each order as the store is to have it, or why it does not go. Raises what reading the customers raises."""
    found = [one for one in records if isinstance(one, Order)]
    ours = bindings.by_target(job.context.connector, ORDER, [one.key for one in found])
    classes = _classes(job, found)
    made: dict[str, Record | Outcome] = {}
    for one in found:
        reason = _why_not(job, one, one.key in ours, classes)
        made[one.key] = Skip(reason) if reason else _placed(job, one)
    return made


def _why_not(job: Job, one: Order, ours: bool, classes: dict[str, str] | None) -> str:
    """The sentence that keeps an order in the ERP, "" when it may go."""
    if ours or (one.reference and TAG in one.description):
        return f"Order {one.key} came from a store: nothing to send."
    status = "".join(one.status.split()).casefold()
    if status in OVER or status in UNFINISHED:
        return f"Order {one.key} is {one.status}: it is not sent."
    if one.key in job.persons:
        return ""
    first = job.context.first_order()
    if first and one.placed_at and one.placed_at.date() < first.date():
        return f"Order {one.key} was entered before {first:%Y-%m-%d}, with which the connector begins."
    types = job.context.setting("order", "types", ())
    if types and one.erp_type not in types:
        return f"Order {one.key} is of type {one.erp_type}: only {', '.join(types)} are sent (order settings)."
    if classes is not None and one.erp_customer not in classes:
        return f"The customer {one.erp_customer} of order {one.key} is of a class that is not synced."
    return ""


def _classes(job: Job, found: Sequence[Order]) -> dict[str, str] | None:
    """{customer: class} of those whose orders are synced (CFG-10); None: all are."""
    wanted = buyers.enabled_classes(job.context)
    if not wanted:
        return None
    keys = sorted({one.erp_customer for one in found if one.erp_customer})
    told = job.context.source.read_many(CUSTOMER, keys)
    return {
        key: one.customer_class
        for key, one in told.items()
        if isinstance(one, Customer) and one.customer_class in wanted
    }


def _placed(job: Job, one: Order) -> Order:
    """With the store view of its branch, and the store's words for shipping and payment."""
    context = job.context
    branch = next((row for row in context.rows("branch") if row.erp == one.branch and row.store), None)
    method = _backwards(context.rows("shipping_in"), one.ship_via)
    return replace(
        one,
        store=branch.store if branch else "",
        website=str(branch.more.get("website") or "") if branch else "",
        shipping_method=method or one.shipping_method,
        shipping_title=one.ship_via,
        payments=tuple(_paid(context.rows("payment"), paid) for paid in one.payments),
    )


def _paid(rows: Sequence[Row], paid: Payment) -> Payment:
    return replace(paid, method=_backwards(rows, paid.erp_method))


def _backwards(rows: Sequence[Row], erp: str) -> str:
    """The store's code in the first row of the ERP's, "" where none has it."""
    return next((row.store for row in rows if erp and row.erp.casefold() == erp.casefold()), "")
