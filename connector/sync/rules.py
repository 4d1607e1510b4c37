"""Sync rules at work: an order goes through the rules in their order and comes out changed, or not at all (RUL-03).

Lower priority numbers come first, and what a rule has set no later one sets again. It knows orders and no table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.errors import Skip
from connector.records import Order
from connector.systems.mapping import conditions

SETS = {"order_type": "erp_type", "warehouse": "warehouse", "ship_via": "ship_via", "branch": "branch"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `actions` are {"do": order_type | warehouse | ship_via | branch | hold | skip, "value": ...}."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()


def of(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules as setup keeps them, in their order."""
    return tuple(Rule(row["name"], row.get("conditions") or {}, tuple(row.get("actions") or ())) for row in rows)


def apply(rules: Sequence[Rule], order: Order) -> tuple[Order, tuple[str, ...]]:
    """The order as the rules want it, and the names of those that fitted. Raises Skip when one says skip."""
    names: list[str] = []
    wanted: dict[str, Any] = {}
    hold = order.hold
    for rule in rules:
        if not conditions.matches(rule.conditions, order):
            continue
        names.append(rule.name)
        for action in rule.actions:
            done = str(action.get("do"))
            if done == "skip":
                raise Skip(f"The sync rule {rule.name} says that this order is not synced.", code="rule.skip")
            hold = hold or done == "hold"
            if done in SETS:
                wanted.setdefault(SETS[done], str(action.get("value") or ""))
    lines = order.lines
    if wanted.get("warehouse") or wanted.get("branch"):
        more: Any = {name: wanted[name] for name in ("warehouse", "branch") if wanted.get(name)}
        lines = tuple(replace(line, **more) for line in lines)
    return replace(order, lines=lines, hold=hold, rules=tuple(names), **wanted), tuple(names)
