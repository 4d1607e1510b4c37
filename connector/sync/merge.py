"""Who wins, field by field, when a record travels both ways. It reads and writes nothing.

Each side is compared with its own former self (what it said at the last sync), because the two sides never say
the same thing in the same words. A field that only one side has changed flows, whatever the rule; the rule
decides only where both have (DIR-03..06). Without a last sync every difference counts as changed on both sides,
and an empty value never wins over a filled one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.records import ERP_TO_STORE, STORE_TO_ERP

ERP, STORE, NEWEST = "erp", "store", "newest"
Values = Mapping[str, Any]
EMPTY: tuple[Any, ...] = (None, "", [], (), {})


@dataclass(slots=True)
class Merge:
    """Which fields go where. `conflicts` tells (field, who won) where both sides had changed."""

    to_store: set[str] = field(default_factory=set)
    to_erp: set[str] = field(default_factory=set)
    conflicts: list[tuple[str, str]] = field(default_factory=list)

    def towards(self, direction: str) -> set[str]:
        """The fields that go in this direction."""
        return self.to_store if direction == ERP_TO_STORE else self.to_erp


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may do: the ways it may go, and who wins: erp, store or newest."""

    ways: frozenset[str] = frozenset({ERP_TO_STORE, STORE_TO_ERP})
    winner: str = NEWEST


def merge(
    erp: Values,
    store: Values,
    base: tuple[Values, Values] | None,
    *,
    rule: Callable[[str], Rule],
    newer: str,
    meeting: tuple[Values, Values] | None = None,
) -> Merge:
    """Decide for every field. `base` is (what the ERP said, what the store said) at the last sync.

    `meeting` is what both say in the same words: fields that have never been in step are compared by it.

    `newer` is the side whose record was changed later: the winner under "newest" (a tie is the ERP's,
    CONFLICTS 29).
    """
    found = Merge()
    for name in sorted(erp.keys() | store.keys()):
        rules = rule(name)
        first, met = _first(name, base), meeting or (erp, store)
        here, there = _differ(name, met) if first else _changed(name, erp, store, base)
        if here and there and rules.ways == {ERP_TO_STORE, STORE_TO_ERP}:
            winner = newer if rules.winner == NEWEST else rules.winner
            if first:
                winner = _filled(met[0].get(name), met[1].get(name), winner)
            else:
                found.conflicts.append((name, winner))
            here, there = winner == ERP, winner == STORE
        if here and ERP_TO_STORE in rules.ways:
            found.to_store.add(name)
        if there and STORE_TO_ERP in rules.ways:
            found.to_erp.add(name)
    return found


def _changed(name: str, erp: Values, store: Values, base: tuple[Values, Values] | None) -> tuple[bool, bool]:
    was = base or ({}, {})
    return plain(erp.get(name)) != was[0].get(name), plain(store.get(name)) != was[1].get(name)


def _differ(name: str, met: tuple[Values, Values]) -> tuple[bool, bool]:
    here, there = (plain(side.get(name)) for side in met)
    differ = here != there and not (here in EMPTY and there in EMPTY)
    return differ, differ


def _first(name: str, base: tuple[Values, Values] | None) -> bool:
    """Whether this field has never been in step."""
    return base is None or name not in base[0] or name not in base[1]


def _filled(erp: Any, store: Any, winner: str) -> str:
    if erp in EMPTY:
        return STORE
    return ERP if store in EMPTY else winner


def plain(value: Any) -> Any:
    """A value as it comes back from being kept: what it is compared by."""
    return json.loads(json.dumps(value, default=str, ensure_ascii=False))


def keep(values: Values) -> str:
    """Values as text, to be kept until the next sync."""
    return json.dumps(values, default=str, ensure_ascii=False, sort_keys=True)


def settled(before: Values | None, now: Values, done: set[str], open_: set[str]) -> dict[str, Any]:
    """What to keep of one side: as it is now; what still has to travel keeps its old value, so that it still does."""
    kept = {name: plain(value) for name, value in now.items()}
    for name in open_ - done:
        if before is not None and name in before:
            kept[name] = before[name]
        else:
            kept.pop(name, None)
    return kept
