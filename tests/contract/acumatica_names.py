"""Whether requests to Acumatica's endpoint use only names and types that the published contract has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest

TYPES: dict[str, tuple[type, ...]] = {
    "Boolean": (bool,), "DateTime": (str,), "Decimal": (int, float), "Double": (int, float), "Guid": (str,),
    "Int": (int,), "Long": (int,), "Short": (int,), "String": (str,),
}  # fmt: skip
BARE = ("id", "note", "custom", "delete", "rowNumber", "files")
Entities = Mapping[str, Any]


def inside(request: PreparedRequest) -> tuple[str, str, dict[str, str], Any] | None:
    """Version, entity, options and body of a request to the Default endpoint; None for any other request."""
    parts = urlsplit(request.url or "")
    found = re.fullmatch(r".*/entity/Default/([\d.]+)/(\w+)(/[^/]+)*", parts.path)
    if found is None or found[2] in ("swagger", "files"):
        return None
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return found[1], found[2], query, json.loads(request.body) if request.body else None


def wrong(request: PreparedRequest, known: Entities) -> Iterator[str]:
    """What a request says that the contract does not know, in words."""
    told = inside(request)
    if told is None or "adHocSchema" in (request.url or ""):
        return
    _, entity, query, body = told
    if entity not in known or not known[entity].get("topLevel"):
        yield f"{entity} is no entity"
        return
    for option in ("$select", "$expand"):
        for name in filter(None, query.get(option, "").split(",")):
            if name != "files" and not _exists(known, entity, name.split("/")):
                yield f"{option} {entity}: {name}"
    plain = re.sub(r"'(?:[^']|'')*'", "''", query.get("$filter", ""))
    for name in re.findall(r"([\w/]+) (?:eq|ge|gt|le|lt) ", plain):
        if not _exists(known, entity, name.split("/")):
            yield f"$filter {entity}: {name}"
    if request.method == "PUT":
        yield from _body(known, entity, body)
    if request.method == "POST":
        yield from _body(known, entity, body["entity"])


def _exists(known: Entities, entity: str, path: list[str]) -> bool:
    own, (first, *rest) = known[entity], path
    inner = {**(own.get("details") or {}), **(own.get("linked") or {})}
    if first in inner:
        return not rest or _exists(known, inner[first], rest)
    return not rest and first in own["fields"]


def _body(known: Entities, entity: str, body: Mapping[str, Any]) -> Iterator[str]:
    own = known[entity]
    for name, value in body.items():
        if name in BARE:
            continue
        if name in (own.get("details") or {}):
            for row in value:
                yield from _body(known, own["details"][name], row)
        elif name in (own.get("linked") or {}):
            yield from _body(known, own["linked"][name], value)
        elif name not in own["fields"]:
            yield f"{entity} has no {name}"
        elif set(value) != {"value"} or not isinstance(value["value"], TYPES[own["fields"][name]]):
            yield f"{entity}.{name} is a {own['fields'][name]}, not {value!r}"
