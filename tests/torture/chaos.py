"""What goes wrong, and when: a list of events made from a seed, and the faults of the two systems.

It knows no process: `plan` says what happens to whom at which second, the harness does it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KILL, FREEZE, THAW, RESTART, STORM, CALM = "kill", "freeze", "thaw", "restart database", "storm", "calm"
POLL, SKEW = "poll twice at once", "skew the clocks"

WRITES = (
    r"^/rest/[^?]*V1/(products($|/[^/]+$|/base-prices$)|inventory/source-items$|customers($|/\d+$)"
    r"|orders?/\d+/(ship|invoice|comments)$|shipment/track$)"
)
ERP_WRITES = r"^/entity/[^?]*/(SalesOrder|Customer|CustomerLocation|Payment)$"
STORE_FAULTS: list[dict[str, Any]] = [
    *({"route": WRITES, "method": method, "fault": "lost_reply", "rate": 0.2} for method in ("POST", "PUT")),
    {"route": "^/rest", "fault": "500_after", "rate": 0.02},
    {"route": "^/rest", "fault": "500_before", "rate": 0.02},
    {"route": "^/rest", "fault": "cut_json", "rate": 0.01},
]
ERP_FAULTS: list[dict[str, Any]] = [
    {"fault": "duplicate_push", "rate": 0.1},
    {"fault": "reorder_push", "rate": 0.2},
    {"fault": "drop_push", "rate": 0.01},
    {"route": ERP_WRITES, "method": "PUT", "fault": "lost_reply", "rate": 0.2},
    {"route": ERP_WRITES, "method": "PUT", "fault": "500_after", "rate": 0.03},
    {"route": "^/entity/Default", "fault": "500_before", "rate": 0.02},
]
STORE_STORM: list[dict[str, Any]] = [{"route": "^/rest", "fault": "429", "rate": 0.7, "retry_after": 1}]
ERP_STORM: list[dict[str, Any]] = [{"route": "^/entity/Default", "fault": "429", "rate": 0.5, "retry_after": 1}]


@dataclass(frozen=True, slots=True)
class Event:
    """At `at` seconds, `act` happens to the process `whom` (empty: to no process)."""

    at: float
    act: str
    whom: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `freeze_seconds` is longer than the lease; `storm_seconds` is how long one lasts.

    `edits` and `people` (new ones) are for each of the two sides; `polls` are done twice at once.
    """

    products: int
    changes: int
    new: int
    seconds: float
    kills: int
    freezes: int
    storms: int
    orders: int = 0
    shipments: int = 0
    edits: int = 0
    people: int = 0
    polls: int = 0
    skews: int = 0
    restarts: int = 0
    freeze_seconds: float = 7.0
    storm_seconds: float = 3.0
    lease_seconds: int = 5


def plan(size: Size, workers: Sequence[str], web: Sequence[str], seed: int) -> list[Event]:
    """Every event in its order: kills spread evenly but for a jitter, so that each hits work in hand."""
    chance = random.Random(seed)
    events = [Event(at, KILL, chance.choice([*workers, *web])) for at in _spread(size, size.kills, chance)]
    for at in _spread(size, size.freezes, chance):
        whom = chance.choice(list(workers))
        events += [Event(at, FREEZE, whom), Event(at + size.freeze_seconds, THAW, whom)]
    for at in _spread(size, size.storms, chance):
        events += [Event(at, STORM), Event(at + size.storm_seconds, CALM)]
    for act, count in ((RESTART, size.restarts), (POLL, size.polls), (SKEW, size.skews)):
        events += [Event(at, act) for at in _spread(size, count, chance)]
    return sorted(events, key=lambda event: event.at)


def _spread(size: Size, count: int, chance: random.Random) -> list[float]:
    """`count` moments, none in the first seconds, where there is nothing to break yet."""
    first, length = 3.0, max(1.0, size.seconds - 3.0)
    return [first + length * (place + chance.random()) / count for place in range(count)]
