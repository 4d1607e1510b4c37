"""The judge: did everything that happened in the ERP arrive in the store, once, and in order?

A process of its own that shares no code with the product, nor with the sandbox: it reads the two journals and
the two final states over HTTP and says what it found as JSON. It never looks into the connector.

    python tests/torture/checker.py http://127.0.0.1:8101 http://127.0.0.1:8102 [--source MAIN=default ...]

A record has facts: `name`, `price`, and `stock:<source>` for each warehouse. The ERP's journal gives the values
that each fact had, in order. What the store was told must come from that list:

lost            the ERP's last value is not what the store holds at the end
stale           an older value after a newer one, and nothing newer after that: the store is wrong
repaired        an older value after a newer one that was written over again: the store was wrong for a while
double_creates  a record was created again although it was there
unknown         a value that the ERP never had

The exit code is 1 when anything but `repaired` was found, 2 when the two could not be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fact = tuple[str, str]  # (key, name | price | stock:<source>)
PAGE = 5000
SELLABLE = {"Active", "No Purchases", "No Request"}
FIELDS = {"Description": "name", "DefaultPrice": "price"}


@dataclass
class Truth:
    """The ERP's side: the values of each fact in their order, and what is true at the end."""

    values: dict[Fact, list[Any]] = field(default_factory=lambda: defaultdict(list))
    last: dict[Fact, Any] = field(default_factory=dict)
    changes: int = 0

    def add(self, fact: Fact, before: Any, after: Any) -> None:
        known = self.values[fact]
        if not known and before is not None:
            known.append(before)
        known.append(after)


@dataclass
class Store:
    """The store's side: each value that was set, in order, the creates, and what it holds at the end."""

    effects: list[tuple[int, Fact, Any]] = field(default_factory=list)
    creates: list[str] = field(default_factory=list)
    deletes: list[str] = field(default_factory=list)
    last: dict[Fact, Any] = field(default_factory=dict)


def truth(
    entries: Iterable[Mapping[str, Any]], state: Mapping[str, Mapping[str, Any]], sources: Mapping[str, str]
) -> Truth:
    """The ERP's journal and final state as facts."""
    found = Truth()
    for entry in entries:
        before, after = entry["before"] or {}, entry["after"] or {}
        if entry["effect"] == "stock":
            for warehouse, level in after.items():
                fact = entry["key"], f"stock:{sources.get(warehouse, warehouse)}"
                found.add(fact, (before.get(warehouse) or {}).get("on_hand", 0), level["on_hand"])
        elif entry["effect"] in ("create", "price", "product"):
            for name in FIELDS.keys() & after.keys():
                found.add((entry["key"], FIELDS[name]), before.get(name), after[name])
        else:
            continue
        found.changes += 1
    for key, item in state.items():
        _final(found, key, item, sources)
    return found


def _final(found: Truth, key: str, item: Mapping[str, Any], sources: Mapping[str, str]) -> None:
    """What is true at the end; a fact that never changed has just this one value."""
    if item.get("ItemStatus") not in SELLABLE or not item.get("ExportToExternal"):
        return
    facts = {(key, FIELDS[name]): item.get(name) for name in FIELDS}
    for warehouse, level in (item.get("stock") or {}).items():
        facts[key, f"stock:{sources.get(warehouse, warehouse)}"] = level["on_hand"]
    for fact, value in facts.items():
        if not found.values[fact]:
            found.values[fact].append(value)
    found.last.update(facts)
    for source in sources.values():  # no stock there at all: the store may be told so or not
        found.values.setdefault((key, f"stock:{source}"), [0])


def store(entries: Iterable[Mapping[str, Any]]) -> Store:
    """The store's journal as facts. What it says of its own accord when it creates a product does not count."""
    found = Store()
    births: set[int] = set()
    for entry in entries:
        key, effect, after = entry["key"], entry["effect"], entry["after"] or {}
        if effect == "create":
            found.creates.append(key)
            births.add(entry["request"])
        elif effect == "delete":
            found.deletes.append(key)
        elif effect == "stock" and entry["request"] in births:
            continue  # an empty default source comes with every new product
        own = effect == "stock" and entry.get("path", "").endswith("/ship")  # taken off by the store itself
        for name, value in _told(effect, after):
            if not own:
                found.effects.append((entry["n"], (key, name), value))
            elif value == 0:
                _forget_last(found, (key, name))
            found.last[key, name] = value
    return found


def _forget_last(found: Store, fact: Fact) -> None:
    """The last pieces may be put into a source to be shipped; that number says nothing, and they are gone now."""
    place = next((at for at in reversed(range(len(found.effects))) if found.effects[at][1] == fact), None)
    if place is not None:
        del found.effects[place]


def _told(effect: str, after: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Facts of one line; values of a single store view are not the product's own."""
    if after.get("store_id"):
        return []
    if effect in ("create", "update", "price"):
        return [(name, after[name]) for name in ("name", "price") if after.get(name) is not None]
    if effect == "stock" and after:
        return [(f"stock:{after['source_code']}", after["quantity"])]
    return []


def judge(erp: Truth, shop: Store) -> dict[str, Any]:
    """What is wrong, as lists of short rows."""
    out_of_order, unknown = _order(erp, shop)
    lost = [
        {"key": key, "fact": name, "erp": value, "store": shop.last.get((key, name))}
        for (key, name), value in sorted(erp.last.items())
        if not same(shop.last.get((key, name)), value)
    ]
    wrong = {(row["key"], row["fact"]) for row in lost}
    remaining = [row for row in out_of_order if (row["key"], row["fact"]) in wrong]
    repaired = [row for row in out_of_order if (row["key"], row["fact"]) not in wrong]
    return {
        "records": len({key for key, _ in erp.last}),
        "changes": erp.changes,
        "effects": len(shop.effects),
        "lost": lost,
        "stale": remaining,
        "repaired": repaired,
        "double_creates": _doubles(shop),
        "unknown": unknown,
    }


def _order(erp: Truth, shop: Store) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Effects that set an older value than one before them, and effects with a value the ERP never had."""
    newest: dict[Fact, int] = {}
    stale, unknown = [], []
    for number, fact, value in shop.effects:
        places = [place for place, known in enumerate(erp.values.get(fact, ())) if same(known, value)]
        row = {"key": fact[0], "fact": fact[1], "value": value, "n": number}
        if not places:
            unknown.append(row)
            continue
        before = newest.get(fact, 0)
        later = [place for place in places if place >= before]
        if later:  # a value that came twice counts for its first place that is in order
            newest[fact] = later[0]
        else:
            stale.append({**row, "after": erp.values[fact][before]})
    return stale, unknown


def _doubles(shop: Store) -> list[dict[str, Any]]:
    return [
        {"key": key, "creates": shop.creates.count(key)}
        for key in sorted(set(shop.creates))
        if shop.creates.count(key) > 1 + shop.deletes.count(key)
    ]


def same(one: Any, other: Any) -> bool:
    """Numbers by value to a ten-thousandth (4 digits are what the store keeps), everything else as it is."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 0.00005
    return bool(one == other)


def read(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


def journal(address: str) -> list[dict[str, Any]]:
    """Every line of a system's journal since its last reset, oldest first."""
    entries: list[dict[str, Any]] = []
    while True:
        after = entries[-1]["n"] if entries else 0
        page = read(f"{address}/_sandbox/journal?after={after}&limit={PAGE}")["entries"]
        entries += page
        if len(page) < PAGE:
            return entries


def check(erp: str, shop: str, sources: Mapping[str, str]) -> dict[str, Any]:
    """Read both systems and judge. The ERP must be at rest, the store as well."""
    return judge(truth(journal(erp), read(f"{erp}/_sandbox/state"), sources), store(journal(shop)))


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Compares the journals of the two systems.")
    parser.add_argument("erp")
    parser.add_argument("store")
    parser.add_argument("--source", action="append", default=[], metavar="WAREHOUSE=SOURCE")
    chosen = parser.parse_args(words)
    sources = dict(pair.split("=", 1) for pair in chosen.source)
    try:
        found = check(chosen.erp.rstrip("/"), chosen.store.rstrip("/"), sources)
    except OSError as error:
        print(json.dumps({"error": str(error)}))
        return 2
    print(json.dumps(found, ensure_ascii=False))
    return 1 if any(found[name] for name in ("lost", "stale", "double_creates", "unknown")) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
