"""What Sync Now would write of one record: field by field, beside what the target has now, with where it comes from.

It is the real way of the record (`perform`), in a rehearsal: systems, mappings, settings and rules are those of the
next message, and only requests that would change something are held back. It writes nothing, in no place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.errors import REHEARSAL, Outcome
from connector.records import Record, StoreProduct
from connector.sync import bindings
from connector.sync import look as looking
from connector.sync.context import Context
from connector.sync.perform import perform
from connector.systems import mapping
from connector.systems.base import Written
from connector.systems.mapping import Result

TRANSFORMS = {
    "constant": "a constant",
    "lookup": "looked up in the row's list",
    "format": "put into the row's format",
    "template": "worked out by the row's template",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what the target has (None: it does not tell), what it would be told, and why."""

    name: str
    now: str | None
    then: str
    changed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a record. `word` is None when it would be written, else what would be said instead."""

    summary: str
    word: Outcome | None = None
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    requests: Sequence[dict[str, Any]] = field(default_factory=list)
    new: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The message that Sync Now would put."""

    key: str
    id: int = 0
    operation: str = "upsert"
    origin: str = "person"


def preview(context: Context, key: str, requests: Sequence[dict[str, Any]]) -> Preview:
    """Rehearse one record. `context` is dry; `requests` fills with what is held back while this runs.

    Raises Retry, Refused or Fail when the source or the target cannot be read.
    """
    seen: list[tuple[Record, Record, Written]] = []
    watching = replace(context, told=lambda source, record, written: seen.append((source, record, written)))
    (result,) = perform(watching, [Asked(key)], lambda: {0})
    word = result.word
    if word is None or word.code != REHEARSAL:
        return Preview(result.summary, word, requests=requests)
    if not seen:
        return Preview(result.summary, requests=requests)
    source, record, written = seen[0]
    told = dict(written.fields) or _bodies(requests)
    notes = told.pop("notes", ())
    there = _there(context, key, record)
    now = None if there is None else values(there)
    lines = [_line(name, value, now, _reason(context, source, record, name)) for name, value in told.items()]
    return Preview(result.summary, None, tuple(lines), tuple(map(str, notes)), requests, there is None)


def _there(context: Context, key: str, record: Record) -> Record | None:
    """What the target has of it now: by the id that it is bound to, else by its natural key."""
    found = looking.there(context, key) if looking.target_id(context, key) else None
    return found or context.target.find_like(context.sync.entity, [record]).get(record.key)


def values(record: Record) -> dict[str, Any]:
    """What a side says of a record, in its own words."""
    if not isinstance(record, StoreProduct):
        return dict(record.raw)
    own = {"sku": record.key, "name": record.name, "type_id": record.type, "status": 1 if record.enabled else 2}
    money = {"price": record.price, "special_price": record.special_price}
    return {**record.fields, **own, **money, **dict(record.quantities)}


def _bodies(requests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of what was held back, where the system could not say them: the rest hangs on an answer."""
    found: dict[str, Any] = {}
    for request in requests:
        _flatten(request.get("body"), "", found)
    return found


def _flatten(body: Any, prefix: str, into: dict[str, Any]) -> None:
    if isinstance(body, Mapping) and body.keys() != {"value"}:
        for name, value in body.items():
            _flatten(value, f"{prefix}/{name}" if prefix else str(name), into)
    elif prefix:
        into[prefix] = body["value"] if isinstance(body, Mapping) else body


def _line(name: str, value: Any, now: Mapping[str, Any] | None, reason: str) -> Line:
    if now is None:
        return Line(name, "", _text(value), True, reason)
    if name not in now:
        return Line(name, None, _text(value), True, reason)
    return Line(name, _text(now[name]), _text(value), _plain(now[name]) != _plain(value), reason)


def _reason(context: Context, source: Record, record: Record, name: str) -> str:
    for result in _mapped(context, source, record):
        if result.value is not None and result.row.target(context.sync.direction).strip() == name:
            how = TRANSFORMS.get(result.row.transform.kind, "as it is")
            said = f"{context.source.label} says {result.source!r}, " if result.source else ""
            return f"Mapping row {result.row.name}: {said}{how}."
    return context.target.reason(record, name) or f"What {context.source.label} says, or what is always written."


def _mapped(context: Context, source: Record, record: Record) -> Sequence[Result]:
    if not record.mapped:
        return ()
    entity, way = context.sync.entity, context.sync.direction
    known = bindings.by_target if context.sync.reverse else bindings.get_many
    creating = record.key not in known(context.connector, entity, [record.key])
    mode = context.mode(entity) or way
    view = getattr(source, "store", "")
    return mapping.results(
        context.rows(entity), source.raw, direction=way, creating=creating, view=view, entity_direction=mode
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    return str(value)


def _plain(value: Any) -> Any:
    """What two spellings of the same value have in common: 12.5 and "12.50", true and "1"."""
    if isinstance(value, list | tuple):
        return sorted(map(str, map(_plain, value)))
    if isinstance(value, Mapping):
        return sorted((str(name), str(_plain(each))) for name, each in value.items())
    said = "" if value is None else str(value).strip()
    text = {"true": "1", "yes": "1", "false": "0", "no": "0"}.get(said.casefold(), said)
    try:
        return Decimal(text).normalize()
    except InvalidOperation:
        return text
