"""Values by the names of the schema pages: out of a document that was read, and into one that is written.

A field's place is its path and its API name, which may have been edited (SCM-07, SCM-08). Only active fields take
part (SCM-02). It knows documents and names, and no entity.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from connector.records import Record
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, exact, plain, rows, text

Active = Mapping[str, Mapping[str, str]]
Place = tuple[tuple[str, ...], str]  # steps from the root, API name
NAMED = {"Attributes": ("AttributeID", "Value"), "CrossReferences": ("AlternateType", "AlternateID")}
CUSTOM = "custom"
FLAGS = {"true": True, "false": False}
Kind = TypeVar("Kind", bound=Record)


def active(erp: Erp, entity: str) -> Active | None:
    """The active fields of an entity; None: nobody chose, so all default fields count."""
    found = erp.section("schema").get(entity)
    return found if isinstance(found, Mapping) else None


def place(name: str, entry: Mapping[str, str] | None = None) -> Place:
    """Where a field stands: as the schema says, else as its name says."""
    path, member = (entry or {}).get("path") or "", (entry or {}).get("api_name") or ""
    if not path:
        head, _, last = name.rpartition("/")
        view, dot, custom = name.partition(".")
        path, member = (f"{CUSTOM}/{view}", member or custom) if dot and not head else (head, member or last)
        first = name.partition("/")[0]
        if first in NAMED:
            path, member = first, name.partition("/")[2]
    steps = tuple(step for step in path.split("/") if step and step != "root")
    return steps, member or name.rpartition("/")[2]


# --- what to ask for


def asked(wanted: Active) -> tuple[set[str], set[str], set[str]]:
    """Top-level names, details and linked entities, and custom fields (View.Field) that these fields need."""
    select: set[str] = set()
    expand: set[str] = set()
    custom: set[str] = set()
    for name, entry in wanted.items():
        steps, member = place(name, entry)
        if not steps:
            select.add(member)
        elif steps[0] == CUSTOM:
            custom.add(".".join((*steps[1:], member)))
        else:
            expand.update("/".join(steps[: at + 1]) for at in range(len(steps)))
    return select, expand, custom


# --- out of a document


def pairs(doc: Entity, wanted: Active | None) -> tuple[tuple[str, str], ...]:
    """(name, value) of the wanted fields, all simple ones and attributes when nobody chose; sorted by name."""
    if wanted is None:
        return tuple(sorted(_everything(doc)))
    return tuple(sorted((name, value(doc, place(name, entry))) for name, entry in wanted.items()))


def value(doc: Entity, where: Place) -> str:
    """The value at a place as text; several rows joined with commas; "" where there is none."""
    steps, member = where
    here: Any = doc
    for at, step in enumerate(steps):
        found = here.get(step) if isinstance(here, Mapping) else None
        if isinstance(found, list):
            return ",".join(_of_rows(rows(here, step), step, (*steps[at + 1 :], member)))
        here = found
    return _text(here.get(member)) if isinstance(here, Mapping) else ""


def _of_rows(found: Iterable[Entity], detail: str, rest: tuple[str, ...]) -> Iterator[str]:
    for row in found:
        if detail in NAMED:
            kind, content = NAMED[detail]
            if text(row, kind).casefold() == "/".join(rest).casefold() and text(row, content):
                yield text(row, content)
        elif known := value(row, (rest[:-1], rest[-1])):
            yield known


def _text(field: Any) -> str:
    found = field.get("value") if isinstance(field, Mapping) else None
    if found is None or isinstance(found, Mapping | list):
        return ""
    if isinstance(found, bool):
        return str(found).lower()
    return str(exact(found)) if isinstance(found, int | float) else plain(str(found))


def _everything(doc: Entity, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, field in doc.items():
        if name == CUSTOM and isinstance(field, Mapping):
            for view, inside in field.items():
                if isinstance(inside, Mapping):
                    yield from ((f"{view}.{one}", _text(what)) for one, what in inside.items())
        elif isinstance(field, Mapping) and not name.startswith("_"):
            if "value" in field or not field:
                yield prefix + name, _text(field)
            else:
                yield from _everything(field, f"{prefix}{name}/")
        elif name in NAMED and isinstance(field, list):
            kind = NAMED[name][0]
            ids = {text(row, kind) for row in rows(doc, name)} - {""}
            yield from ((f"{prefix}{name}/{id}", value(doc, ((name,), id))) for id in ids)


def only_active(record: Kind, wanted: Active | None, sources: Mapping[str, Sequence[str]]) -> Kind:
    """The record with what comes from inactive fields left empty (SCM-02).

    `sources` names the schema fields (any one will do) that a field of the record comes from.
    """
    if wanted is None:
        return record
    lost = {attribute for attribute, names in sources.items() if not any(name in wanted for name in names)}
    empty: dict[str, Any] = {each.name: each.default for each in dataclasses.fields(record) if each.name in lost}
    return dataclasses.replace(record, **empty)


# --- into a document


def write(body: dict[str, Any], mapped: Sequence[tuple[str, str]], wanted: Active | None) -> dict[str, Any]:
    """The body with what a mapping made put in its places, over what stood there; the same body."""
    for name, content in mapped:
        steps, member = place(name, (wanted or {}).get(name))
        _put(body, steps, member, content)
    return body


def _put(body: dict[str, Any], steps: Sequence[str], member: str, content: str) -> None:
    if steps and steps[0] in NAMED:
        kind, value_name = NAMED[steps[0]]
        row = {kind: {"value": "/".join((*steps[1:], member))}, value_name: {"value": content}}
        body.setdefault(steps[0], []).append(row)
        return
    here = body
    for step in steps:
        here = here.setdefault(step, {})
    typed = {"type": "CustomStringField"} if steps and steps[0] == CUSTOM else {}
    here[member] = {**typed, "value": FLAGS.get(content.strip().lower(), content)}
