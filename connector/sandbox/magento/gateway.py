"""From an address to a handler, and from what it returns to an answer.

The order of checks is Magento's: store code, route, token, content type, body. Source: facts/MAGENTO.md,
sections 1 to 3.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from flask import Response, request

from connector.sandbox.magento import (  # noqa: F401 - they register their routes
    attribute_routes,
    attribute_sets,
    bundles,
    carts,
    categories,
    configurables,
    customer_attributes,
    customers,
    directory,
    groups,
    invoicing,
    media,
    orders,
    prices,
    product_links,
    products,
    promotions,
    refunding,
    returns,
    salable,
    shipping,
    source_items,
    sources,
    special_prices,
    stores,
    taxes,
    tier_prices,
)
from connector.sandbox.magento.routing import (
    NO_ROUTE,
    AfterEffect,
    Call,
    Crash,
    Refusal,
    Route,
    find,
    find_bulk,
    missing,
)
from connector.sandbox.magento.search import project
from connector.sandbox.magento.shop import STORE_IDS
from connector.sandbox.store import Peek

JSON = "application/json; charset=utf-8"
TOKEN_PATTERN = re.compile("^integration/admin/token$")
PAGE = "<!doctype html>\n<html>\n<head>\n    <title>{0}</title>\n</head>\n<body>\n<h1>{1}</h1>\n</body>\n</html>\n"


def reply(body: Any, status: int = 200) -> Response:
    accept = request.headers.get("Accept", "")
    if "text/html" in accept:
        text = PAGE.format(
            "There has been an error processing your request", "There has been an error processing your request"
        )
        return Response(text, 500, content_type="text/html; charset=UTF-8")
    if accept.startswith("application/xml"):
        return Response(xml(body), status, content_type="application/xml; charset=utf-8")
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=JSON)


def xml(body: Any) -> str:
    def inner(value: Any, depth: int) -> str:
        pad = "  " * depth
        rows = value.items() if isinstance(value, dict) else (("item", one) for one in value)
        return "".join(
            f"{pad}<{name}>\n{inner(one, depth + 1)}{pad}</{name}>\n"
            if isinstance(one, dict | list)
            else f"{pad}<{name}>{one}</{name}>\n"
            for name, one in rows
        )

    return (
        f'<?xml version="1.0"?>\n<response>\n{inner(body, 1) if isinstance(body, dict | list) else body}</response>\n'
    )


def answer(system: Any) -> Response:
    """Find the route, check the caller, run the handler. Raises Refusal and Crash."""
    store, mode, segments = address(raw_path())
    if mode and not system.shop.switch("async_api"):
        raise Refusal(400, "Something went wrong while processing the request.")
    entry, params = chosen(system, mode, segments)
    check_caller(system, entry.resource)
    if segments == ["integration", "admin", "token"]:
        return reply(system.auth.admin_token(_needed(body_of(), "username"), _needed(body_of(), "password")))
    body = body_of() if request.method in ("POST", "PUT") else {}
    if mode:
        return later(system, entry, params, store, body if mode == "bulk" else [body])
    data = run(system, entry, params, store, body)
    fields = request.args.get("fields", "")
    return reply(project(data, fields) if fields else data)


def raw_path() -> str:
    """The path as it was sent: %2F inside a sku must not be a slash."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    return raw.split("?", 1)[0]


def address(path: str) -> tuple[int, str, list[str]]:
    """(store view id, "", "async" or "bulk", the segments behind V1). Raises Refusal 400 or 404."""
    parts = [part for part in path.split("/")[2:] if part]
    if "V1" not in parts:
        raise Refusal(404, NO_ROUTE)
    at = parts.index("V1")
    before, segments = parts[:at], parts[at + 1 :]
    mode = ""
    if before[-2:] == ["async", "bulk"]:
        before, mode = before[:-2], "bulk"
    elif before[-1:] == ["async"]:
        before, mode = before[:-1], "async"
    if not before:
        return STORE_IDS["default"], mode, segments
    code = unquote(before[0])
    if len(before) > 1 or (code != "all" and code not in STORE_IDS):
        raise Refusal(400, "Specified request cannot be processed.")
    return 0 if code == "all" else STORE_IDS[code], mode, segments


def chosen(system: Any, mode: str, segments: list[str]) -> tuple[Route, dict[str, str]]:
    if mode and request.method == "GET":
        raise Refusal(400, "Specified request cannot be processed.")
    found: tuple[Route, dict[str, str]] | None
    if mode == "bulk":
        entry = find_bulk(request.method, "/".join(segments))
        found = (entry, {}) if entry else None
    elif segments == ["integration", "admin", "token"] and request.method == "POST":
        found = (Route("POST", "", TOKEN_PATTERN, "anonymous", (), lambda call: None), {})
    else:
        found = find(request.method, segments)
    if found is None or (segments[0] == "inventory" and not system.shop.switch("msi")):
        raise Refusal(404, NO_ROUTE)
    return found


def check_caller(system: Any, resource: str) -> None:
    url = f"{request.scheme}://{request.host}{raw_path()}?{request.query_string.decode()}"
    system.auth.check(request.headers.get("Authorization", ""), resource, request.method, url)


def body_of() -> Any:
    """The JSON body; an empty one is an empty object. Raises Refusal for a wrong content type or broken JSON."""
    kind = request.headers.get("Content-Type", "").split(";")[0].strip()
    raw = request.get_data()
    if not kind and raw:
        raise Refusal(400, "Content-Type header is empty.")
    if kind and kind not in ("application/json", "application/xml", "text/xml"):
        raise Refusal(400, f"Server cannot understand Content-Type HTTP header media type {kind}")
    if not raw.strip():
        return {}
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except ValueError:
        raise Refusal(400, "Decoding error.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _needed(body: Any, name: str) -> Any:
    if not isinstance(body, dict) or name not in body:
        raise missing(name)
    return body[name]


def check_body(system: Any, entry: Route, body: Any) -> None:
    """Envelope keys and input limits. Raises Refusal."""
    for name in entry.needs:
        _needed(body, name)
    rows = body.get(entry.list_name) if entry.list_name and isinstance(body, dict) else None
    most = system.shop.switch("item_limit")
    if most and isinstance(rows, list) and len(rows) > most:
        raise Refusal(400, 'Maximum items of type "%type" is %max', {"type": entry.item_type, "max": most})
    if rows is not None and (not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows)):
        raise Crash


def run(system: Any, entry: Route, params: dict[str, str], store: int, body: Any, *, background: bool = False) -> Any:
    """One call of a handler inside its transaction. Raises Refusal and Crash, then nothing is kept."""
    check_body(system, entry, body)
    if entry.method == "GET":
        return entry.handler(call_of(system, Peek(system.store), params, store, {}, background))
    with system.store.unit(entry.method, "" if background else request.path) as unit:
        try:
            data = entry.handler(call_of(system, unit, params, store, body, background))
        except AfterEffect as error:
            late: Refusal | None = error
        else:
            late = None
    if late:
        raise late
    return data


def call_of(system: Any, unit: Any, params: dict[str, str], store: int, body: Any, background: bool) -> Call:
    query = [] if background else parse_qsl(request.query_string.decode(), keep_blank_values=True)
    return Call(system.shop, unit, store, params, query, body, "" if background else request.host)


def later(system: Any, entry: Route, params: dict[str, str], store: int, bodies: Any) -> Response:
    """Accept for the asynchronous interface: 202, envelopes checked at once."""
    if not isinstance(bodies, list):
        bodies = [bodies.get(name) for name in bodies] if isinstance(bodies, dict) else []
    for body in bodies:
        check_body(system, entry, body if isinstance(body, dict) else {})

    def operate(entry: Route, params: dict[str, str], body: Any) -> Any:
        return run(system, entry, params, store, body, background=True)

    return reply(system.bulks.accept(entry, params, bodies, operate), 202)
