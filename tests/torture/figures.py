"""What one run measured, and the line that it prints for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FOUND = ("lost", "stale", "repaired", "double_creates", "unknown")


@dataclass
class Figures:
    """What one run measured; `summary()` is the line for people."""

    database: str
    changes: int = 0
    accepted: int = 0  # changes that came in, counted by the product
    messages: int = 0  # rows of the message table
    kills: int = 0
    freezes: int = 0
    restarts: int = 0
    storms: int = 0
    faults: Counter[str] = field(default_factory=Counter)  # how often each kind of fault struck
    crashes: list[str] = field(default_factory=list)  # processes that ended without being killed
    seconds: float = 0.0  # of chaos
    rest_seconds: float = 0.0  # until nothing was left to do
    stuck: dict[str, int] = field(default_factory=dict)  # after REST seconds
    deferred: int = 0  # then still resting until their own next try
    failed: int = 0
    causes: list[str] = field(default_factory=list)  # why, each once
    held: int = 0  # put aside after three deaths of their workers; then sent on, as a person would
    resting: list[str] = field(default_factory=list)  # what happened when while it came to rest
    verdict: dict[str, Any] = field(default_factory=dict)

    def summary(self) -> str:
        found = {
            name: len(self.verdict.get(name, ())) for name in ("lost", "stale", "repaired", "double_creates", "unknown")
        }
        counts = ", ".join(f"{name} {number}" for name, number in found.items())
        return (
            f"torture {self.database}: {self.kills} kills, {self.freezes} freezes, {self.storms} storms, "
            f"{self.restarts} database restarts, {self.changes} changes, {self.accepted} accepted, "
            f"{self.messages} messages, {self.faults['lost_reply']} replies lost, "
            f"{self.verdict.get('effects', 0)} effects, "
            f"{self.seconds:.0f} s chaos + {self.rest_seconds:.0f} s rest; "
            f"{counts}, stuck {sum(self.stuck.values())}, failed {self.failed}, held {self.held}"
        )
