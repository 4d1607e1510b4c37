"""The tester of a mapping: what its rows make of a real record, and of the last ones that travelled, before a save.

Field rows are tried on a record that is read live, on both sides where rows go both ways; rows of a table are tried
with a value to look up. It reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.errors import Invalid, Outcome
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.records import ERP_TO_STORE, STORE_TO_ERP, Record
from connector.setup import mapping_checks
from connector.setup.connectors import Config
from connector.setup.kinds import Kind
from connector.systems import mapping
from connector.systems.mapping import Result, Row
from connector.web.frame import configuring

LAST = 50
ASKS = {
    "customer_group": ("Customer class", "Price class"),
    "payment": ("Store payment method", "Card type"),
    "shipping_out": ("ERP ship via", ""),
    "shipping_in": ("Store shipping method", "Text that buyers see"),
    "warehouse": ("ERP warehouse", ""),
    "status_out": ("ERP order status", ""),
    "status_in": ("Store order status", ""),
    "branch": ("Store view", "Website"),
}


@dataclass
class Line:
    """What one row gives for one record."""

    name: str
    source: str
    value: str
    problem: str = ""


@dataclass
class Tried:
    """What the tester says: values of the record, changes among the last records, sentences."""

    lines: list[Line] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    looked: int = 0
    problems: list[str] = field(default_factory=list)
    found: str = ""


def asks(kind: Kind) -> tuple[str, str]:
    """What the tester of a kind asks for: one or two fields."""
    return ASKS.get(kind.name, ("Record key", ""))


def tried(
    config: Config,
    kind: Kind,
    old: Sequence[Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    places: Mapping[int, int],
    key: str,
    second: str,
) -> Tried:
    """Try the rows of the form (`places` of `wanted`) without saving them."""
    rows = mapping.of([mapping_checks.cleaned(kind, row) for row in wanted])
    if not kind.fields:
        return Tried(found=looked_up(kind.name, rows, key, second))
    said = Tried()
    if not places:
        said.problems.append("Fill in a row to try it.")
        return said
    before = mapping.of(old)
    mine = [(before[at] if at < len(before) else None, rows[at]) for at in places]
    for direction, name in ((ERP_TO_STORE, "erp"), (STORE_TO_ERP, "store")):
        going = [pair for pair in mine if pair[1].direction in (direction, *mapping.BOTH)]
        if going:
            _one_way(config, kind, direction, name, going, key, said)
    return said


def _one_way(
    config: Config, kind: Kind, direction: str, name: str, rows: Sequence[tuple[Row | None, Row]], key: str, said: Tried
) -> None:
    keys = ([key] if key else []) + [each for each in _last(config, kind.entity, direction) if each != key]
    try:
        system = configuring.side(configuring.engine().systems(config.id), name)
        if not keys:
            said.problems.append(f"No message of {kind.entity} went that way yet: type the key of a record.")
            return
        records: dict[str, Record] = system.read_many(kind.entity, keys)
    except Outcome as word:
        said.problems.append(word.reason)
        return
    except Invalid:
        said.problems.append("The connection of this connector is not complete.")
        return
    if key and key not in records:
        said.problems.append(f"{system.label} has no {kind.entity} {key}.")
    if key in records:
        said.lines += [_line(new, records[key], direction) for _, new in rows]
    for each in keys:
        if each in records and each != key:
            said.looked += 1
            said.changes += _changes(rows, records[each], direction)


def _last(config: Config, entity: str, direction: str) -> list[str]:
    """The keys of the last messages of an entity, each once."""
    page = history.messages(Filter(config.id, entity), limit=LAST)
    return list(dict.fromkeys(row.key for row in page.rows if row.direction == direction))[:LAST]


def _result(row: Row, record: Record, direction: str) -> Result:
    """What a row gives by itself, whatever its scope and use."""
    alone = replace(row, scope="", use_in="both")
    return mapping.results([alone], record.raw, direction=direction, creating=True)[0]


def _line(row: Row, record: Record, direction: str) -> Line:
    result = _result(row, record, direction)
    if result.value is None and not result.problem:
        return Line(
            _name(row, direction), "", "", f"The record does not tell {row.source(direction)}: nothing is sent."
        )
    return Line(_name(row, direction), result.source, result.value or "", result.problem)


def _changes(rows: Sequence[tuple[Row | None, Row]], record: Record, direction: str) -> list[dict[str, str]]:
    """Rows whose new value differs from the stored row's for this record."""
    found = []
    for old, new in rows:
        was = _said(old, record, direction) if old and old.direction in (direction, *mapping.BOTH) else "(not mapped)"
        now = _said(new, record, direction)
        if was != now:
            found.append({"key": record.key, "row": _name(new, direction), "old": was, "new": now})
    return found


def _said(row: Row, record: Record, direction: str) -> str:
    result = _result(row, record, direction)
    if result.problem:
        return f"Fails: {result.problem}"
    return "(nothing)" if result.value is None else result.value[:300]


def _name(row: Row, direction: str) -> str:
    return f"{row.source(direction) or 'a constant'} to {row.target(direction)}"


def looked_up(kind: str, rows: Sequence[Row], first: str, second: str) -> str:
    """What a table answers for a value, in a sentence."""
    if not first:
        return "Type a value to look up."
    if kind == "customer_group":
        group = mapping.group_of(rows, first, second)
        return f"Store group {group}." if group else "No row fits: such a customer keeps the store's default group."
    if kind in ("status_out", "status_in"):
        hit = (mapping.status_out if kind == "status_out" else mapping.status_in)(rows, first)
        said = (hit.row.store if kind == "status_out" else hit.row.erp) if hit.row else ""
        near = f" Did you mean {hit.nearly}?" if hit.nearly else ""
        return f"Becomes {said}." if said else f"No row has this status: the order is left alone.{near}"
    if kind == "warehouse":
        source = mapping.source_of(rows, first)
        return f"Source {source}." if source else "This warehouse is not mapped."
    return _routed(kind, rows, first, second)


def _routed(kind: str, rows: Sequence[Row], first: str, second: str) -> str:
    if kind == "payment":
        row = mapping.payment(rows, first, second)
        account = str(row.more.get("cash_account") or "the default cash account") if row else ""
        return (
            f"ERP method {row.erp}, {account}." if row else "No row fits: the default method of the settings is used."
        )
    if kind == "shipping_out":
        row = mapping.shipping_out(rows, first)
        return (
            f"Carrier {row.store} {row.more.get('title') or ''}".strip() + "."
            if row
            else "This ship via is not mapped."
        )
    if kind == "shipping_in":
        row = mapping.shipping_in(rows, first, second)
        return f"Ship via {row.erp}." if row else f"An order with {first} fails: it is not mapped."
    row = mapping.branch(rows, first, second)
    return f"Branch {row.erp}." if row else "This store view has no branch of its own."
