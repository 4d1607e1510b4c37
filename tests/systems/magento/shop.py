"""A Magento shop for tests: canned answers by method and path, and every request kept as it was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import responses
from requests import PreparedRequest

from connector.clock import FakeClock
from connector.systems.base import clean_all
from connector.systems.magento import Magento

DATA = Path(__file__).parent / "data"
SITE = "https://shop.test"
Reply = tuple[int, dict[str, str], str]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: `path` from /V1 on (encoded), `query` decoded."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: Any
    headers: Mapping[str, str]
    url: str

    def filters(self) -> dict[str, tuple[str, str]]:
        """field -> (condition, value) of the search criteria."""
        query = dict(self.query)
        group = "searchCriteria[filterGroups][{}][filters][0]"
        numbers = [number for number in range(10) if f"{group.format(number)}[field]" in query]
        return {
            query[f"{group.format(number)}[field]"]: (
                query[f"{group.format(number)}[conditionType]"],
                query[f"{group.format(number)}[value]"],
            )
            for number in numbers
        }


class Shop:
    """Answers in the order in which they were prepared for a route; the last one stays."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.clock = FakeClock()
        self.sent: list[Sent] = []
        self._routes: dict[tuple[str, str], list[Callable[[Sent], Reply]]] = {}
        for method in ("GET", "POST", "PUT", "DELETE"):
            mock.add_callback(method, re.compile(r".*"), callback=self._answer)

    def answer(self, method: str, path: str, data: Any = None, status: int = 200, **headers: str) -> None:
        """The next answer of a route: JSON, or text as it is when a Content_Type says so."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = sent.setdefault("Content-Type", "application/json; charset=utf-8")
        page = data if isinstance(data, str) and "json" not in kind else json.dumps(data)
        self._routes.setdefault((method, path), []).append(lambda _: (status, sent, page))

    def on(self, method: str, path: str, reply: Callable[[Sent], Any]) -> None:
        """An answer that is worked out from the request; an exception in its place is raised."""

        def run(request: Sent) -> Reply:
            return 200, {"Content-Type": "application/json"}, json.dumps(reply(request))

        self._routes.setdefault((method, path), []).append(run)

    def file(self, method: str, path: str, name: str, status: int = 200) -> None:
        self.answer(method, path, json.loads((DATA / name).read_text()), status)

    def furnished(self) -> Shop:
        """The metadata that every shop has: websites, sets, tax classes, attributes, sources."""
        self.file("GET", "/store/websites", "websites.json")
        self.file("GET", "/products/attribute-sets/sets/list", "attribute_sets.json")
        self.file("GET", "/taxClasses/search", "tax_classes.json")
        self.file("GET", "/inventory/sources", "sources.json")
        rows = json.loads((DATA / "attributes.json").read_text())
        self.on("GET", "/products/attributes", lambda sent: _matching(rows, sent))
        return self

    def magento(self, preferences: Mapping[str, Any] | None = None, **values: Any) -> Magento:
        given = {"url": SITE, "token": "the-access-token", **values}
        empty = [name for name, value in values.items() if value == ""]  # a form refuses these, the client too
        cleaned = clean_all(Magento.settings, given | dict.fromkeys(empty, "x")) | dict.fromkeys(empty, "")
        return Magento(cleaned, clock=self.clock, preferences=preferences)

    def writes(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.method != "GET"]

    def calls(self) -> list[str]:
        return [f"{sent.method} {sent.path}" for sent in self.sent]

    def _answer(self, request: PreparedRequest) -> Reply:
        parts = urlsplit(request.url or "")
        path = re.sub(r"^(/index\.php)?/rest/[^/]+/V1", "", parts.path)
        body = json.loads(request.body) if request.body else None
        query = parse_qsl(parts.query, keep_blank_values=True)
        headers = {name: text(value) for name, value in request.headers.items()}
        sent = Sent(request.method or "", path, query, body, headers, request.url or "")
        self.sent.append(sent)
        waiting = self._routes.get((sent.method, path))
        if not waiting:
            missing = refusal("Request does not match any route.")
            return 404, {"Content-Type": "application/json"}, json.dumps(missing)
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0])(sent)


def listing(items: list[dict[str, Any]]) -> dict[str, Any]:
    """What a search route answers."""
    return {"items": items, "search_criteria": {"filter_groups": []}, "total_count": len(items)}


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value  # the signer leaves bytes


def refusal(message: str, parameters: Any = None) -> dict[str, Any]:
    return {"message": message} if parameters is None else {"message": message, "parameters": parameters}


def _matching(rows: list[dict[str, Any]], sent: Sent) -> dict[str, Any]:
    _, codes = sent.filters().get("attribute_code", ("in", ""))
    wanted = set(codes.split(","))
    return listing([row for row in rows if row["attribute_code"] in wanted])
