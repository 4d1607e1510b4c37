"""What one run measured, and the line that it prints for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FOUND = ("lost", "stale", "repaired", "double_creates", "unknown")
TRADE = (
    "missing_orders", "double_orders", "wrong_totals", "overpaid", "unknown_orders", "missing_shipments",
    "double_shipments", "wrong_shipments", "too_much", "unbilled", "missing_people", "double_people",
    "unlike_people", "strange_people",
)  # fmt: skip


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
    polls: int = 0  # twice at once
    skews: int = 0  # clocks set to another time
    verdict: dict[str, Any] = field(default_factory=dict)  # of goods
    trade: dict[str, Any] = field(default_factory=dict)  # of orders, shipments and people

    @property
    def troubles(self) -> dict[str, Any]:
        """What is wrong with orders, shipments and people; empty is well."""
        return {name: self.trade[name] for name in TRADE if self.trade[name]}

    def summary(self) -> str:
        found = {name: len(self.verdict.get(name, ())) for name in FOUND}
        found |= {name: len(rows) for name, rows in self.troubles.items()}
        counts = ", ".join(f"{name} {number}" for name, number in found.items())
        traded = ", ".join(f"{number} {name}" for name, number in self.trade.get("counts", {}).items())
        return (
            f"torture {self.database}: {self.kills} kills, {self.freezes} freezes, {self.storms} storms, "
            f"{self.restarts} database restarts, {self.skews} clock skews, {self.polls} double polls, "
            f"{self.changes} changes, {traded}, {self.accepted} accepted, "
            f"{self.messages} messages, {self.faults['lost_reply']} replies lost, "
            f"{self.verdict.get('effects', 0)} effects, "
            f"{self.seconds:.0f} s chaos + {self.rest_seconds:.0f} s rest; "
            f"{counts}, stuck {sum(self.stuck.values())}, failed {self.failed}, held {self.held}"
        )
