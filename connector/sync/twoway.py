"""Entities that travel both ways: what of one record goes over now, and what has to go back. It sends nothing.

The rule is in `merge`; here are the fields of each entity, the rows of its mapping, and the record that is to be
written: the target's own, with the winning fields of the source's in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from connector.records import CATEGORY, CUSTOMER, ERP_TO_STORE, PRODUCT, STORE_TO_ERP, Record
from connector.sync import merge as merging
from connector.sync.bindings import Bound
from connector.sync.context import Context
from connector.sync.merge import ERP, STORE, Rule
from connector.systems import mapping
from connector.systems.mapping import Row

TEXTS = ("name", "description", "url_key", "meta_title", "meta_description", "meta_keywords")
FIELDS: dict[str, tuple[str, ...]] = {
    CATEGORY: (*TEXTS, "parent", "active", "in_menu", "position", "sort_by"),
    PRODUCT: (*TEXTS, "short_description", "active", "visibility", "weight", "item_class", "tax_category"),
    CUSTOMER: ("email", "first_name", "last_name", "company", "phone", "vat_number", "active", "addresses", "group"),
}
GROUP = ("group", "customer_class", "price_class")  # one thing, said by each side in its own words
MAPPED = "map:"
SECOND = 1_000_000  # versions count microseconds
ONE_WAY = (ERP_TO_STORE, STORE_TO_ERP)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with one record. `record` is None when nothing goes this way; `back`: the other lane has work.

    `source` and `target` are what to keep of both sides after the write; `conflicts` are sentences for the log.
    """

    record: Record | None
    back: bool
    source: dict[str, Any]
    open_source: set[str]
    done: set[str]
    conflicts: tuple[str, ...] = ()


def both(context: Context) -> bool:
    """Whether this entity travels both ways now."""
    return context.mode(context.sync.entity) == "both"


def plan(context: Context, source: Record, translated: Record, target: Record, bound: Bound | None) -> Plan:
    """Decide for one record. `translated` is the source's in the target's terms, `target` the target's as it is now."""
    entity, way = context.sync.entity, context.sync.direction
    rows = [row for row in context.rows(entity) if row.store and row.erp]
    forward = way == ERP_TO_STORE
    erp, store = (source, target) if forward else (target, source)
    here, there = values(erp, ERP, rows), values(store, STORE, rows)
    found = merging.merge(
        here,
        there,
        _base(bound),
        rule=_rules(context, rows),
        newer=_newer(context, erp, store),
        meeting=_meeting(translated, target, rows, way),
    )
    go, back = found.towards(way), found.towards(STORE_TO_ERP if forward else ERP_TO_STORE)
    return Plan(
        _written(translated, target, go, rows, way) if go else None,
        bool(back),
        here if forward else there,
        back,
        go,
        tuple(f"{name.removeprefix(MAPPED)}: both sides had changed, {who} won" for name, who in found.conflicts),
    )


def values(record: Record, side: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The fields of a record that are compared, by name, and what each row of the mapping finds in it."""
    found = {name: _value(record, name, side) for name in FIELDS[record.entity]}
    raw = dict(record.raw)
    found |= {MAPPED + row.store: raw.get(row.erp if side == ERP else row.store) for row in rows}
    return found


def _meeting(
    translated: Record, target: Record, rows: Sequence[Row], way: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both sides say in the words of the target, ERP first."""
    side = STORE if way == ERP_TO_STORE else ERP
    made = dict(translated.mapped)
    mine, theirs = values(translated, side, []), values(target, side, rows)
    mine |= {MAPPED + row.store: made.get(row.target(way)) for row in rows}
    return (mine, theirs) if way == ERP_TO_STORE else (theirs, mine)


def _value(record: Record, name: str, side: str) -> Any:
    if name == "group" and side == ERP:
        return [getattr(record, "customer_class", ""), getattr(record, "price_class", "")]
    if name == "addresses":
        return [{k: v for k, v in asdict(one).items() if k != "key"} for one in getattr(record, "addresses", ())]
    return getattr(record, name)


def _base(bound: Bound | None) -> tuple[dict[str, Any], dict[str, Any]] | None:
    if bound is None or not bound.source_state or not bound.target_state:
        return None
    return json.loads(bound.source_state), json.loads(bound.target_state)


def _rules(context: Context, rows: Sequence[Row]) -> Any:
    own = {MAPPED + row.store: row for row in rows}

    def rule(name: str) -> Rule:
        row = own.get(name)
        if row is None:
            return Rule()
        way = mapping.effective(row, context.mode(context.sync.entity))
        return Rule(frozenset({way} if way in ONE_WAY else ONE_WAY), mapping.winner(row))

    return rule


def _newer(context: Context, erp: Record, store: Record) -> str:
    """The side that changed later, both clocks corrected (DIR-03, CON-16); the ERP when nobody can say."""
    clock = context.settings.get("clock", {})
    ahead = {side: int(clock.get(f"{side}_offset") or 0) * SECOND for side in (ERP, STORE)}
    return STORE if store.version - ahead[STORE] > erp.version - ahead[ERP] else ERP


def _written(translated: Record, target: Record, go: set[str], rows: Sequence[Row], way: str) -> Record:
    names = {name for name in go if not name.startswith(MAPPED)}
    if "group" in names:
        names |= {name for name in GROUP if hasattr(target, name)}
    won = {name: getattr(translated, name) for name in names if hasattr(translated, name)}
    if way == ERP_TO_STORE and hasattr(translated, "websites"):  # the branches decide, whoever wins the rest
        won["websites"] = translated.websites
    fields = {row.store if way == ERP_TO_STORE else row.erp for row in rows if MAPPED + row.store in go}
    pairs = tuple(pair for pair in translated.mapped if pair[0] in fields)
    return replace(target, key=translated.key, version=translated.version, mapped=pairs, **won)


def states(context: Context, done: Plan | None, bound: Bound | None, source: Record, target: Record) -> tuple[str, str]:
    """What to keep of both sides, ERP first, now that `target` is what the target says after the write."""
    rows = [row for row in context.rows(context.sync.entity) if row.store and row.erp]
    forward = context.sync.direction == ERP_TO_STORE
    sides = (ERP, STORE) if forward else (STORE, ERP)
    here, there = values(source, sides[0], rows), values(target, sides[1], rows)
    base = _base(bound)
    old: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] = base or (None, None)
    if not forward:
        old = (old[1], old[0])
    open_, went = (done.open_source, done.done) if done else (set(), set())
    kept = (merging.settled(old[0], here, went, open_), merging.settled(old[1], there, went, open_))
    erp, store = kept if forward else (kept[1], kept[0])
    return merging.keep(erp), merging.keep(store)
