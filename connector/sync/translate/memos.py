"""Credit memos on their way to the ERP: they hang on an order that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.errors import Outcome, Skip, Wait
from connector.records import ORDER, CreditMemo, Record
from connector.sync import bindings
from connector.sync.translate.job import Job
from connector.sync.translate.orders import described, referenced


def to_erp(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Credit memos with the ERP's order; one whose order is not in the ERP yet waits for it (ORD-15)."""
    found = [one for one in records if isinstance(one, CreditMemo)]
    bound = bindings.get_many(job.context.connector, ORDER, sorted({one.number for one in found}))
    known = {key: row.target_id for key, row in bound.items() if row.target_id}
    late = [one for one in found if one.number not in known and not _early(job, one)]
    job.needs.absent(ORDER, {one.key: one.number for one in late}, known)
    return {one.key: _to_erp(job, one, known) for one in found}


def _to_erp(job: Job, one: CreditMemo, known: dict[str, str]) -> Record | Outcome:
    if one.number not in known and _early(job, one):
        return Skip(f"Order {one.number} of credit memo {one.key} was placed before the connector began.")
    if one.number not in known:
        return Wait(f"Order {one.number} of credit memo {one.key} is not in the ERP yet.", for_=(ORDER, one.number))
    return replace(
        one,
        order=known[one.number],
        erp_type=str(job.context.setting("order", "credit_memo_type", "CM")),
        branch=str(job.context.setting("order", "branch") or job.context.setting("erp", "branch")),
        reference=referenced(job.context, one.key),
        description=described(job.context, f"Credit memo {one.key} of order {one.number}"),
    )


def _early(job: Job, one: CreditMemo) -> bool:
    """Whether it is of an order that was placed before the connector began."""
    first = job.context.first_order()
    return bool(first and one.ordered_at and one.ordered_at < first)
