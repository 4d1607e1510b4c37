"""The tester of a mapping: what its rows make of a real record, and of the last ones that travelled, before a save.

Field rows are tried on a record that is read live, on both sides where rows go both ways; rows of a table are tried
with a value to look up. It reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _

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
from connector.web.frame.language import tr
from connector.web.frame.marks import N_

LAST = 50
ASKS = {
    "customer_group": (N_("Customer class"), N_("Price class")),
    "payment": (N_("Store payment method"), N_("Card type")),
    "shipping_out": (N_("ERP ship via"), ""),
    "shipping_in": (N_("Store shipping method"), N_("Text that buyers see")),
    "warehouse": (N_("ERP warehouse"), ""),
    "status_out": (N_("ERP order status"), ""),
    "status_in": (N_("Store order status"), ""),
    "branch": (N_("Store view"), N_("Website")),
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
    first, second = ASKS.get(kind.name, (N_("Record key"), ""))
    return tr(first), tr(second)


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
        said.problems.append(_("Fill in a row to try it."))
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
            said.problems.append(
                _("No message of %(entity)s went that way yet: type the key of a record.", entity=kind.entity)
            )
            return
        records: dict[str, Record] = system.read_many(kind.entity, keys)
    except Outcome as word:
        said.problems.append(word.reason)
        return
    except Invalid:
        said.problems.append(_("The connection of this connector is not complete."))
        return
    if key and key not in records:
        said.problems.append(
            _("%(system)s has no %(entity)s %(key)s.", system=system.label, entity=kind.entity, key=key)
        )
    if key in records:
        said.lines += [_line(new, records[key], direction) for _old, new in rows]
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
        problem = _("The record does not tell %(field)s: nothing is sent.", field=row.source(direction))
        return Line(_name(row, direction), "", "", problem)
    return Line(_name(row, direction), result.source, result.value or "", result.problem)


def _changes(rows: Sequence[tuple[Row | None, Row]], record: Record, direction: str) -> list[dict[str, str]]:
    """Rows whose new value differs from the stored row's for this record."""
    found = []
    for old, new in rows:
        was = (
            _said(old, record, direction) if old and old.direction in (direction, *mapping.BOTH) else _("(not mapped)")
        )
        now = _said(new, record, direction)
        if was != now:
            found.append({"key": record.key, "row": _name(new, direction), "old": was, "new": now})
    return found


def _said(row: Row, record: Record, direction: str) -> str:
    result = _result(row, record, direction)
    if result.problem:
        return _("Fails: %(why)s", why=result.problem)
    return _("(nothing)") if result.value is None else result.value[:300]


def _name(row: Row, direction: str) -> str:
    return _("%(source)s to %(target)s", source=row.source(direction) or _("a constant"), target=row.target(direction))


def looked_up(kind: str, rows: Sequence[Row], first: str, second: str) -> str:
    """What a table answers for a value, in a sentence."""
    if not first:
        return _("Type a value to look up.")
    if kind == "customer_group":
        group = mapping.group_of(rows, first, second)
        if not group:
            return _("No row fits: such a customer keeps the store's default group.")
        return _("Store group %(group)s.", group=group)
    if kind in ("status_out", "status_in"):
        hit = (mapping.status_out if kind == "status_out" else mapping.status_in)(rows, first)
        said = (hit.row.store if kind == "status_out" else hit.row.erp) if hit.row else ""
        if said:
            return _("Becomes %(status)s.", status=said)
        if hit.nearly:
            return _("No row has this status: the order is left alone. Did you mean %(status)s?", status=hit.nearly)
        return _("No row has this status: the order is left alone.")
    if kind == "warehouse":
        source = mapping.source_of(rows, first)
        return _("Source %(source)s.", source=source) if source else _("This warehouse is not mapped.")
    return _routed(kind, rows, first, second)


def _routed(kind: str, rows: Sequence[Row], first: str, second: str) -> str:
    if kind == "payment":
        row = mapping.payment(rows, first, second)
        if not row:
            return _("No row fits: the default method of the settings is used.")
        account = str(row.more.get("cash_account") or _("the default cash account"))
        return _("ERP method %(method)s, %(account)s.", method=row.erp, account=account)
    if kind == "shipping_out":
        row = mapping.shipping_out(rows, first)
        if not row:
            return _("This ship via is not mapped.")
        return _("Carrier %(carrier)s.", carrier=f"{row.store} {row.more.get('title') or ''}".strip())
    if kind == "shipping_in":
        row = mapping.shipping_in(rows, first, second)
        if not row:
            return _("An order with %(method)s fails: it is not mapped.", method=first)
        return _("Ship via %(ship_via)s.", ship_via=row.erp)
    row = mapping.branch(rows, first, second)
    return _("Branch %(branch)s.", branch=row.erp) if row else _("This store view has no branch of its own.")
