"""Attribute mappings: what the rows of a mapping make of the source's other fields. It knows no row by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.errors import Fail, Outcome
from connector.records import CATEGORY, CUSTOMER, ERP_TO_STORE, PRODUCT, Record
from connector.records.base import Pairs
from connector.sync.translate.job import Job
from connector.systems import mapping
from connector.systems.mapping import Row

ENTITIES = (PRODUCT, CATEGORY, CUSTOMER)
VIEWED = (PRODUCT, CATEGORY)  # what has values of single store views


def mapped(job: Job, record: Record) -> Record | Outcome:
    """The record with the (field, value) pairs that its mapping makes for the target (MAP-01..12).

    A row that cannot be worked out fails the record with the row's name: a wrong value is worse than none.
    """
    rows = job.context.rows(record.entity)
    if not rows:
        return record
    try:
        pairs = _made(job, record, rows, getattr(record, "store", ""))
        views = _views(job, record, rows)
    except Fail as word:
        return word
    return replace(record, mapped=pairs, views=views) if pairs or views else record


def _made(job: Job, record: Record, rows: Sequence[Row], view: str) -> Pairs:
    return mapping.apply(
        rows,
        record.raw,
        direction=job.context.sync.direction,
        creating=not job.known.get(record.key),
        view=view,
        entity_direction=job.context.mode(record.entity) or job.context.sync.direction,
    )


def _views(job: Job, record: Record, rows: Sequence[Row]) -> tuple[tuple[str, Pairs], ...]:
    """What the rows of single store views make of goods on their way to the store; an ERP has no views."""
    if job.context.sync.direction != ERP_TO_STORE or record.entity not in VIEWED:
        return ()
    views = sorted({row.scope for row in rows if row.scope})
    made = ((view, _made(job, record, [row for row in rows if row.scope == view], view)) for view in views)
    return tuple((view, pairs) for view, pairs in made if pairs)
