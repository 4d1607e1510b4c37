"""Categories: parents become the other side's parents, and what is not active does not begin to travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.errors import Outcome, Skip, Wait
from connector.records import CATEGORY, Category, Record
from connector.sync import bindings
from connector.sync.bindings import PROVISIONAL
from connector.sync.translate.job import Job


def to_store(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """ERP categories with the store's parent ids; a parent that is not there yet makes them wait (PRD-12)."""
    context = job.context
    top = str(context.setting("category", "root"))
    found = [one for one in records if isinstance(one, Category)]
    parents = {one.key: one.parent for one in found if one.parent not in ("", top)}
    bound = bindings.get_many(context.connector, CATEGORY, sorted(set(parents.values())))
    known = {key: row.target_id for key, row in bound.items() if row.target_id}
    job.needs.absent(CATEGORY, {key: parent for key, parent in parents.items() if parent not in known}, known)
    return {one.key: _to_store(job, one, known, top) for one in found}


def _to_store(job: Job, one: Category, known: dict[str, str], top: str) -> Record | Outcome:
    if not one.active and not job.known.get(one.key):
        return Skip(f"Category {one.key} ({one.name}) is not active in the ERP: it is not sent to the store.")
    if one.key == top:
        return Skip(f"Category {one.key} is the root: it stands for the store's own root category.")
    if one.parent in ("", top):
        return replace(one, parent=str(job.context.setting("category", "store_root")))
    if one.parent not in known:
        reason = f"The parent category {one.parent} of {one.name} is not in the store yet."
        return Wait(reason, for_=(CATEGORY, one.parent))
    return replace(one, parent=known[one.parent])


def to_erp(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """The store's categories with the ERP's parent ids; a parent that is not there yet makes them wait."""
    roots = {"", str(job.context.setting("category", "store_root"))}
    found = [one for one in records if isinstance(one, Category)]
    known = job.needs.in_erp(CATEGORY, {one.key: one.parent for one in found if one.parent not in roots})
    return {one.key: _to_erp(job, one, known, roots) for one in found}


def _to_erp(job: Job, one: Category, known: dict[str, str], roots: set[str]) -> Record | Outcome:
    if one.key in roots or not one.parent:
        return Skip(f"Category {one.key} ({one.name}) is a root of the store: it has no counterpart in the ERP.")
    if one.parent in roots:
        return replace(one, parent=str(job.context.setting("category", "root")))
    if one.parent not in known:
        reason = f"The parent category {one.parent} of {one.name} is not in the ERP yet."
        return Wait(reason, for_=(CATEGORY, PROVISIONAL + one.parent))
    return replace(one, parent=known[one.parent])
