"""Nodes: how a record with linked records and rows is shown, changed and read for a filter. It knows no entity.

Linked records and rows come only when they are asked for, nested ones with a slash (`MainContact/Address`). Rows
are found by their id or by their key fields; rows not named stay. Source: facts/ACUMATICA.md, sections 2.3 to 2.5.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica.filters import moment
from connector.sandbox.acumatica.model import show, when
from connector.sandbox.acumatica.shapes import SHAPES, Shape
from connector.sandbox.acumatica.values import plain, typed

Node = dict[str, Any]
Paths = dict[str, Any]  # {"MainContact": {"Address": {}}}
Errors = list[tuple[tuple[str | int, ...], str]]  # where in the record, what is wrong


def paths(text: str) -> Paths:
    """`A,B/C` as nested dicts."""
    found: Paths = {}
    for part in text.split(","):
        at = found
        for name in part.strip().split("/") if part.strip() else ():
            at = at.setdefault(name, {})
    return found


def unknown(shape: Shape, expand: Paths) -> str:
    """The first part of an expand that the shape has not, or nothing."""
    known = lower(shape)
    for name, inner in expand.items():
        if name.lower() == "files":
            continue
        if name.lower() not in known:
            return name
        wrong = unknown(SHAPES[known[name.lower()][1]], inner)
        if wrong:
            return wrong
    return ""


def lower(shape: Shape) -> dict[str, tuple[str, str]]:
    """{linked or detail name in small letters: (name, shape)}."""
    return {name.lower(): (name, of) for name, of in (*shape.linked.items(), *shape.details.items())}


def branches(node: Node, shape: Shape, version: str, expand: Paths, select: Paths, owner: str) -> Node:
    """The linked records and rows that were asked for."""
    shown: Node = {}
    known = lower(shape)
    for asked, inner in expand.items():
        if asked.lower() not in known:
            continue
        name, of = known[asked.lower()]
        chosen = select.get(name) or {}
        if name in shape.linked:
            shown[name] = leaf(node.get(name) or {}, SHAPES[of], version, inner, chosen, f"{owner}/{name}", None)
        else:
            shown[name] = [
                leaf(row, SHAPES[of], version, inner, chosen, f"{owner}/{name}/{at}", at)
                for at, row in enumerate(node.get(name) or (), 1)
            ]
    return shown


def leaf(node: Node, shape: Shape, version: str, expand: Paths, select: Paths, owner: str, number: int | None) -> Node:
    wanted = {name for name, inner in select.items() if not inner} or None
    head = {"id": node.get("id") or str(uuid.uuid5(uuid.NAMESPACE_URL, owner)), "rowNumber": number or 1,
            "note": {"value": node["note"]} if node.get("note") else None if number else {"value": ""}}  # fmt: skip
    shown = show(node, shape.fields_of(version), wanted)
    return {**head, **shown, **branches(node, shape, version, expand, select, owner), "custom": {}}


def merge(node: Node, shape: Shape, body: Mapping[str, Any], errors: Errors, at: tuple[str | int, ...] = (),
          locked: frozenset[str] = frozenset()) -> Node:  # fmt: skip
    """The node with the changes of a body; unknown and derived fields are passed over without a word."""
    new = {**node, **values(shape, body, errors, at, locked | shape.derived)}
    if isinstance(body.get("note"), Mapping | str):
        new["note"] = str(plain(body["note"]) or "")
    for name, of in shape.linked.items():
        if isinstance(body.get(name), Mapping):
            inner = body[name].get("value", body[name])
            new[name] = merge(node.get(name) or {}, SHAPES[of], inner, errors, (*at, name))
    for name, of in shape.details.items():
        if isinstance(body.get(name), list):
            new[name] = rows(node.get(name) or [], SHAPES[of], body[name], errors, (*at, name))
    return new


def values(shape: Shape, body: Mapping[str, Any], errors: Errors, at: tuple[str | int, ...],
           locked: frozenset[str]) -> Node:  # fmt: skip
    found: Node = {}
    for name, kind in shape.fields.items():
        raw = body.get(name)
        if name in locked or not isinstance(raw, Mapping) or "value" not in raw:
            continue
        try:
            value = typed(raw["value"], kind)
            found[name] = when(moment(value)) if kind == "DateTime" and value else value
        except (TypeError, ValueError):
            errors.append(((*at, name), f"'{raw['value']}' is not a valid value."))
    return found


def mentioned(shape: Shape, body: Mapping[str, Any], before: str = "") -> list[str]:
    """Paths of the linked records and details that a body speaks of."""
    found: list[str] = []
    for name, of in (*shape.linked.items(), *shape.details.items()):
        inner = body.get(name)
        if isinstance(inner, Mapping | list):
            found.append(before + name)
            for one in inner if isinstance(inner, list) else [inner]:
                found += mentioned(SHAPES[of], one, f"{before}{name}/") if isinstance(one, Mapping) else []
    return found


def rows(old: list[Node], shape: Shape, changes: list[Any], errors: Errors, at: tuple[str | int, ...]) -> list[Node]:
    """Rows after the changes. One with an id that is not there is an error of the row."""
    kept = [dict(row) for row in old]
    for change in changes:
        if not isinstance(change, Mapping):
            continue
        place = position(kept, shape, change)
        if change.get("delete"):
            if place is not None:
                kept[place] = {}
        elif place is not None:
            kept[place] = merge(kept[place], shape, change, errors, (*at, place))
        else:
            new = merge({"id": str(uuid.uuid4())}, shape, change, errors, (*at, len(kept)))
            kept.append(new)
    return [row for row in kept if row]


def position(kept: list[Node], shape: Shape, change: Mapping[str, Any]) -> int | None:
    """Where the row is that a change means: by its id, else by its key fields, if they are all sent."""
    if change.get("id"):
        wanted = str(change["id"]).lower()
        return next((at for at, row in enumerate(kept) if row.get("id") == wanted), None)
    sent = [plain(change.get(name)) for name in shape.row_key]
    if not sent or any(value in (None, "") for value in sent):
        return None
    mark = [str(value).strip().lower() for value in sent]
    same = (
        at for at, row in enumerate(kept) if [str(row.get(name, "")).strip().lower() for name in shape.row_key] == mark
    )
    return next(same, None)


def read(node: Node, shape: Shape, path: str) -> tuple[Any, str] | None:
    """(value, type) at a path of fields and linked records; None when there is no such path."""
    name, _, rest = path.partition("/")
    names = {one.lower(): one for one in (*shape.fields, *shape.linked)}
    found = names.get(name.lower())
    if found is None:
        return None
    if not rest:
        return (node.get(found), shape.fields[found]) if found in shape.fields else None
    return read(node.get(found) or {}, SHAPES[shape.linked[found]], rest) if found in shape.linked else None
