"""Attribute mappings: what the rows of a mapping make of the source's other fields. It knows no row by name."""

from __future__ import annotations

from dataclasses import replace

from connector.errors import Fail, Outcome
from connector.records import CATEGORY, CUSTOMER, PRODUCT, Record
from connector.sync.translate.job import Job
from connector.systems import mapping

ENTITIES = (PRODUCT, CATEGORY, CUSTOMER)


def mapped(job: Job, record: Record) -> Record | Outcome:
    """The record with the (field, value) pairs that its mapping makes for the target (MAP-01..12).

    A row that cannot be worked out fails the record with the row's name: a wrong value is worse than none.
    """
    context = job.context
    rows = context.rows(record.entity)
    if not rows:
        return record
    try:
        pairs = mapping.apply(
            rows,
            record.raw,
            direction=context.sync.direction,
            creating=not job.known.get(record.key),
            view=getattr(record, "store", ""),
            entity_direction=context.mode(record.entity) or context.sync.direction,
        )
    except Fail as word:
        return word
    return replace(record, mapped=pairs) if pairs else record
