"""Both sides of one record as they are now, for the record page. It reads and never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Outcome
from connector.records import PRODUCT, Record
from connector.sync import bindings
from connector.sync.context import Context


@dataclass(frozen=True, slots=True)
class Look:
    """`source` and `target` are None when the side has no such record or could not be read (see `problems`)."""

    source: Record | None
    target: Record | None
    binding: Any | None
    problems: list[str] = field(default_factory=list)


def look(context: Context, key: str) -> Look:
    """Read a record on both sides. A side that cannot be read becomes a sentence, not an exception."""
    problems: list[str] = []
    entity = context.sync.entity
    source = _read(lambda: context.source.read_many(entity, [key]), key, context.source.label, problems)
    target = _read(lambda: context.target.read_many(PRODUCT, [key]), key, context.target.label, problems)
    return Look(source, target, bindings.one(context.connector, entity, key), problems)


def _read(read: Callable[[], dict[str, Record]], key: str, label: str, problems: list[str]) -> Record | None:
    try:
        return read().get(key)
    except Outcome as problem:
        problems.append(f"{label}: {problem.reason}")
        return None
