"""Customers: groups become classes and back, defaults fill what the ERP must have, and some stay where they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from connector.errors import Fail, Outcome, Skip
from connector.records import Customer, Record
from connector.sync.context import Context
from connector.sync.translate.job import Job
from connector.systems import mapping

UNSAFE = re.compile(r"[^A-Z0-9_-]+")


def to_store(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """ERP customers with the store's group. Other classes than the chosen ones do not travel (CFG-04)."""
    return {one.key: _to_store(job, one) for one in records if isinstance(one, Customer)}


def _to_store(job: Job, one: Customer) -> Record | Outcome:
    wanted = job.context.setting("customer", "classes", ())
    if wanted and one.customer_class not in wanted and one.key not in job.persons:
        return Skip(f"Customer {one.key} is of class {one.customer_class or '(none)'}, which is not synced.")
    if not one.email:
        return Skip(f"Customer {one.key} has no e-mail address: a store knows its customers by it.")
    group = mapping.group_of(job.context.rows("customer_group"), one.customer_class, one.price_class)
    return replace(one, group=group or one.group)


def to_erp(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """The store's customers as the ERP wants a new one: class, terms, cycle, number (SYN-19..23)."""
    made: dict[str, Record | Outcome] = {}
    for one in records:
        if isinstance(one, Customer):
            try:
                made[one.key] = for_erp(job.context, one, new=not job.known.get(one.key))
            except Fail as word:
                made[one.key] = word
    return made


def for_erp(context: Context, one: Customer, *, new: bool) -> Customer:
    """One customer with the ERP's words. Terms, cycle and number are only for a new one. Raises Fail."""
    customer_class, price_class = mapping.classes_of(context.rows("customer_group"), one.group, view=one.store)
    customer_class = customer_class or str(context.setting("customer", "default_class"))
    reference = f"{one.key}-{context.connector}" if one.key and not one.key.startswith("guest") else ""
    one = replace(one, customer_class=customer_class, price_class=price_class, reference=reference)
    if not new:
        return one
    return replace(
        one,
        terms=str(context.setting("customer", "default_terms")),
        statement_cycle=str(context.setting("customer", "default_statement_cycle")),
        number=number(context, one),
    )


def number(context: Context, one: Customer) -> str:
    """The ERP id of a new customer: "" leaves it to the ERP's numbering, else made by the pattern (SYN-23).

    In the pattern {id} is the store's id, {email} the part before the @, {last} the last name; the number is filled
    with zeros up to the key length, behind what stands before the first placeholder. Raises Fail when it is too long.
    """
    if context.setting("customer", "segmentation", "auto") != "manual":
        return ""
    length = int(context.setting("customer", "key_length", 9) or 9)
    pattern = str(context.setting("customer", "key_pattern") or "{id}")
    if "{" not in pattern:
        pattern += "{id}"
    head, _, _ = pattern.partition("{")
    words = {"{id}": one.key, "{email}": one.email.partition("@")[0], "{last}": one.last_name}
    for word, value in words.items():
        pattern = pattern.replace(word, value)
    tail = UNSAFE.sub("", pattern[len(head) :].upper())
    made = UNSAFE.sub("", head.upper()) + tail.rjust(length - len(head), "0")
    if len(made) > length or not tail:
        text = f"The ERP number {made!r} of customer {one.email} does not fit into {length} characters."
        raise Fail(
            text, code="customer.number", help="Correct the key pattern or the key length in the customer settings."
        )
    return made
