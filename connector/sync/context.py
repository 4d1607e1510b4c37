"""What one piece of work is given: the two systems, the settings, and the ways to reach the queue.

The sync room does not know the queue: releasing what waited, saying what may have to wait, asking for a dependency
and asking whether a message is still ours are functions that the engine hands in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from connector.sync.catalogue import Sync
from connector.systems.base import System

# sections that decide what is sent: a change there makes every record worth sending again
DECIDING = ("price", "inventory", "product")
# somebody pressed Sync Now, or an old value may have been written: send even what looks unchanged
FORCING = ("person", "fenced")


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
    announce: Callable[[str, Sequence[str]], None] = _nobody  # messages of these keys may wait for their (entity, key)
    need: Callable[[str, Sequence[str]], None] = _nobody  # (entity, keys) must be synced before
    again: Callable[[str, Sequence[str]], None] = _nobody  # (entity, keys) have to be written once more
    enabled: Callable[[str], bool] = lambda entity: True

    def fingerprint(self) -> str:
        """Eight characters that change when a setting changes what is sent."""
        deciding = {name: dict(self.settings.get(name, {})) for name in DECIDING}
        text = json.dumps(deciding, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]
