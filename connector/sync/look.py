"""Both sides of one record as they are now, for the record page. It reads and never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Outcome
from connector.records import CATEGORY, CUSTOMER, IMAGE, INVENTORY, ORDER, PRICE, PRODUCT, PRODUCT_STATUS, Record
from connector.sync import bindings
from connector.sync.bindings import PROVISIONAL
from connector.sync.context import Context

BY_ID = (CATEGORY, CUSTOMER, ORDER)  # read in the target by its own ids; the others by their key
OF_PRODUCT = (PRODUCT, PRICE, INVENTORY, PRODUCT_STATUS, IMAGE)  # the target's product says it all


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
    source = _read(lambda: context.source.read_many(entity, [key]).get(key), context.source.label, problems)
    target = _read(lambda: there(context, key), context.target.label, problems)
    return Look(source, target, bindings.one(context.connector, entity, bound_key(context, key)), problems)


def there(context: Context, key: str) -> Record | None:
    """What the target has under the id that the record is bound to. Raises Retry, Refused or Fail."""
    entity = context.sync.entity
    if entity not in BY_ID:
        return context.target.read_many(PRODUCT if entity in OF_PRODUCT else entity, [key]).get(key)
    id = target_id(context, key)
    return context.target.read_many(entity, [id]).get(id) if id else None


def target_id(context: Context, key: str) -> str:
    """The id in the target that a record is bound to, "" when it is not."""
    sync = context.sync
    find = bindings.by_target if sync.reverse else bindings.get_many
    bound = find(context.connector, sync.entity, [key]).get(key)
    if bound is None or bound.key.startswith(PROVISIONAL):
        return ""
    return bound.key if sync.reverse else bound.target_id


def bound_key(context: Context, key: str) -> str:
    """The key under which a record is bound: the ERP's where it came from the store."""
    return (target_id(context, key) or PROVISIONAL + key) if context.sync.reverse else key


def _read(read: Callable[[], Record | None], label: str, problems: list[str]) -> Record | None:
    try:
        return read()
    except Outcome as problem:
        problems.append(f"{label}: {problem.reason}")
        return None
