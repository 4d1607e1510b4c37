"""What one piece of work is given: the two systems, the settings, and the ways to reach the queue.

The sync room does not know the queue: releasing what waited, saying what may have to wait, asking for a dependency
and asking whether a message is still ours are functions that the engine hands in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from connector.errors import Outcome
from connector.records import Record
from connector.sync.brake import Danger
from connector.sync.catalogue import Sync
from connector.sync.rules import Rule
from connector.systems.base import System, Written
from connector.systems.mapping import Row

# sections that decide what is sent: a change there makes every record of the entity worth sending again
DECIDING = {
    "price": ("price",),
    "inventory": ("inventory",),
    "product": ("product", "price", "inventory"),
    "category": ("category",),
    "customer": ("customer",),
    "composite": ("product", "composite"),
    "relation": ("product",),
    "image": ("image",),
    "attribute": ("attribute",),
    "order_status": ("order",),
}
# and the mappings that do
MAPPINGS = {
    "product": ("product", "branch"),
    "category": ("category",),
    "customer": ("customer", "customer_group"),
    "price": ("customer_group",),
    "inventory": ("warehouse", "branch"),
    "order_status": ("status_out",),
}
# somebody pressed Sync Now, or an old value may have been written: send even what looks unchanged
UNKNOWN = timedelta(minutes=15)  # by how much a clock may be behind before it has been compared
FORCING = ("person", "batch", "fenced")


class Task(Protocol):
    """One claimed message, as far as this room needs it."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def origin(self) -> str: ...


def _nobody(_entity: str, _keys: Sequence[str]) -> None:
    return None


def _no_one(_connection: Connection | None, _entity: str, _keys: Sequence[str]) -> None:
    return None


@dataclass(frozen=True)
class Context:
    """One connector's sync, ready to work. `enabled(entity)` is the Individual Sync Status (LIF-18)."""

    connector: str
    sync: Sync
    source: System
    target: System
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # (entity, keys) are bound: in this transaction, or (None) for sure now
    release: Callable[[Connection | None, str, Sequence[str]], None] = _no_one
    # messages of these keys may wait for (entity, the key given for each)
    announce: Callable[[str, Mapping[str, str]], None] = lambda entity, wanted: None
    need: Callable[[str, Sequence[str]], None] = _nobody  # (entity, keys) must be synced before
    coming: Callable[[str, Sequence[str]], set[str]] = lambda entity, keys: set()  # which of these are on their way
    again: Callable[[str, Sequence[str]], None] = _nobody  # (entity, keys) have to be written once more
    enabled: Callable[[str], bool] = lambda entity: True
    stopping: Callable[[], bool] = lambda: False  # the work is to end: what is not begun goes back
    batch: int = 0  # records that are written, and bound, at a time; 0: all of them
    mappings: Mapping[str, Sequence[Row]] = field(default_factory=dict)  # kind -> active rows, in order
    rules: Sequence[Rule] = ()  # sync rules, in order of priority
    began: datetime | None = None  # when the connector was initialized
    opposite: Callable[[str, Sequence[str]], None] = _nobody  # these have to travel the other way too
    # messages that would do harm, with what they would do: the word for those that must not go yet, by key
    brake: Callable[[Sequence[tuple[Task, Danger]]], Mapping[str, Outcome]] | None = None
    edits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by key: {path: text}, for this message only
    edited: Callable[[Sequence[int]], None] = lambda ids: None  # these messages have taken theirs
    # one at a time, everywhere; what it gives says whether we still are the one
    exclusive: Callable[[str], AbstractContextManager[Callable[[], bool]]] = lambda name: nullcontext(lambda: True)
    dry: bool = False  # a rehearsal: requests that would change something are held back, and nothing is remembered
    # of a rehearsal: (as read, as it would be written, what came of it)
    told: Callable[[Record, Record, Written], None] = lambda source, record, written: None

    def fingerprint(self) -> str:
        """Eight characters that change when a setting or a mapping changes what is sent."""
        entity = self.sync.entity
        deciding: dict[str, Any] = {name: dict(self.settings.get(name, {})) for name in DECIDING.get(entity, ())}
        deciding |= {f"map:{kind}": [asdict(row) for row in self.rows(kind)] for kind in MAPPINGS.get(entity, ())}
        text = json.dumps(deciding, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def rows(self, kind: str) -> Sequence[Row]:
        """The active rows of one mapping."""
        return self.mappings.get(kind, ())

    def first_order(self) -> datetime | None:
        """Orders that were placed earlier, by the clock of their system, are none of ours (order.days_back); None: all
        are. A clock that nobody has compared yet may be behind: a little older ones count, so that none is left out."""
        days = int(self.setting("order", "days_back", 0) or 0)
        behind = timedelta(seconds=max(0, -int(self.setting("clock", f"{self.sync.source}_offset", 0) or 0)))
        return self.began - timedelta(days=days) - behind - UNKNOWN if self.began else None

    def mode(self, entity: str) -> str:
        """erp_to_store, store_to_erp or both: the direction that is set for an entity."""
        return str(self.settings.get("direction", {}).get(entity) or "")

    def setting(self, section: str, name: str, default: Any = "", *, view: str = "") -> Any:
        """One setting, as it is for that store view (CON-10)."""
        scoped = self.settings.get(f"@{view}", {}).get(section, {}).get(name) if view else None
        value = scoped if scoped is not None else self.settings.get(section, {}).get(name)
        return default if value is None else value
