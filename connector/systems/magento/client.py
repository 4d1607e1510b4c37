"""Requests to the REST API of one Magento store view: paths, search criteria, row limits.

Every path is below /rest/<store view>/V1, because /rest/V1 alone is the default view and a write through it
would shadow later global values there (facts/MAGENTO.md, URL and store scope). It knows no entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from connector.clock import CLOCK, Clock
from connector.errors import Fail, Outcome
from connector.systems.base import Gate
from connector.systems.http import Answer, Http
from connector.systems.magento import errors, oauth
from connector.systems.magento.endpoints import Paths
from connector.systems.magento.settings import OAUTH1

Filter = tuple[str, str, str]  # field, value, condition
IN_LIST, IN_LENGTH = 100, 4000  # a URL of 5 kB passes, 13 kB does not; keep far away from both
PAGE = 300


class Client:
    """One shop's REST API. Remembers the row limits that the shop named, so that each is met only once."""

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        paths: Mapping[str, str] | None = None,
    ) -> None:
        """`paths` are the overrides of the endpoint page by action (END-03)."""
        self.values = values
        self.paths = Paths(paths)
        self.bearer = values.get("auth") != OAUTH1
        self.site = re.sub(r"/rest(/.*)?$", "", str(values["url"]).rstrip("/"))
        self.view = values.get("store_view") or "all"
        self.most_rows: int | None = None
        self.most_page = PAGE
        self._auth: Any = None
        self._signed_in = False
        self.http = Http(
            self.site,
            gate=gate,
            clock=clock,
            name="Magento",
            pool=int(values.get("parallel") or 4) + 2,
            verify=bool(values.get("verify_tls", True)),
            explain=self._explain,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, Any]] = (),
        body: Any = None,
        timeout: tuple[float, float] | None = None,
        safe: bool | None = None,
        view: str = "",
        action: str = "",
    ) -> Answer:
        """One request below /rest/<view>/V1; `safe` marks a POST that only reads, `action` names its endpoint.

        Raises Retry, Refused or Fail (NotAllowed, TooMany).
        """
        # %20 and not +: a plus sign breaks the OAuth signature (facts/MAGENTO.md, authentication)
        tail = "?" + urlencode(list(query), quote_via=quote) if query else ""
        self._sign_in()
        return self.http.call(
            method,
            f"/rest/{quote(view or self.view, safe='')}/V1{self.paths.path(action, path)}{tail}",
            body=body,
            auth=self._auth,
            timeout=timeout,
            safe=safe,
        )

    def information(self, path: str, skus: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of one of the ...-information endpoints; a SKU that is unknown there is just missing."""
        data = self.call("POST", path, body={"skus": list(skus)}, safe=True).data
        with reading(path):
            return [dict(row) for row in data]

    def get(self, path: str, query: Sequence[tuple[str, Any]] = ()) -> Any:
        return self.call("GET", path, query=query).data

    def search(
        self, path: str, filters: Sequence[Filter] = (), *, fields: str = "", sort: str = "", action: str = ""
    ) -> list[dict[str, Any]]:
        """All items that match every filter, page by page. `fields` is what to project of each item."""
        while True:
            size = self.most_page  # another thread may learn the shop's limit at this moment
            try:
                return list(self._pages(path, filters, fields, sort, action, size))
            except errors.TooMany as word:
                if not word.page or word.limit >= size:
                    raise
                self.most_page = word.limit

    def _pages(
        self, path: str, filters: Sequence[Filter], fields: str, sort: str, action: str, size: int
    ) -> Iterator[dict[str, Any]]:
        seen, page = 0, 1
        while True:
            query = criteria(filters, size=size, page=page, sort=sort)
            if fields:
                query.append(("fields", f"items[{fields}],total_count"))
            data = self.call("GET", path, query=query, action=action).data
            with reading(path):
                total = int(data["total_count"])
                # null beyond the end when a projection is asked for
                items = [dict(item) for item in data.get("items") or []]
            yield from items
            seen, page = seen + len(items), page + 1
            if not items or seen >= total:
                return

    def search_in(
        self,
        path: str,
        field: str,
        values: Sequence[str],
        *,
        also: Sequence[Filter] = (),
        fields: str = "",
        action: str = "",
    ) -> list[dict[str, Any]]:
        """All items whose field is one of the values, in as few requests as the URL length allows."""
        found: list[dict[str, Any]] = []
        for condition, value in in_lists(values):
            found += self.search(path, [(field, value, condition), *also], fields=fields, action=action)
        return found

    def post_rows(
        self, path: str, name: str, rows: Sequence[Mapping[str, Any]], *, action: str = ""
    ) -> list[dict[str, Any]]:
        """POST {name: rows}, split where the shop limits them; the row errors of all answers together."""
        said: list[dict[str, Any]] = []
        rest = list(rows)
        while rest:
            part = rest[: self.most_rows] if self.most_rows else rest
            try:
                answer = self.call("POST", path, body={name: part}, action=action)
            except errors.TooMany as word:
                if word.page or word.limit >= len(part):
                    raise
                self.most_rows = word.limit
                continue
            said += [row for row in answer.data or [] if isinstance(row, dict)] if isinstance(answer.data, list) else []
            rest = rest[len(part) :]
        return said

    def put_rows(
        self, path: str, name: str, groups: Sequence[Sequence[Mapping[str, Any]]], *, action: str = ""
    ) -> list[dict[str, Any]]:
        """PUT {name: rows} of whole groups, as many as the shop takes at a time; all row errors together."""
        said: list[dict[str, Any]] = []
        rest = [list(group) for group in groups]
        while rest:
            count = 0
            rows: list[Mapping[str, Any]] = []
            for group in rest:
                if rows and self.most_rows and len(rows) + len(group) > self.most_rows:
                    break
                rows += group
                count += 1
            try:
                answer = self.call("PUT", path, body={name: rows}, action=action)
            except errors.TooMany as word:
                if word.page or count == 1 or word.limit >= len(rows):
                    raise
                self.most_rows = word.limit
                continue
            said += [row for row in answer.data if isinstance(row, dict)] if isinstance(answer.data, list) else []
            rest = rest[count:]
        return said

    def close(self) -> None:
        self.http.close()

    def _sign_in(self) -> None:
        if not self._signed_in:
            self._auth = oauth.signer(self.values)
            if self._auth is None:
                self.http.session.headers["Authorization"] = f"Bearer {self.values['token']}"
            self._signed_in = True

    def _explain(self, answer: Answer) -> str | Outcome:
        return errors.explain(answer, bearer=self.bearer)


def sku_path(sku: str) -> str:
    """A SKU as one segment of a path: percent-encoded once, slashes too (facts/MAGENTO.md, products)."""
    return quote(sku, safe="")


def criteria(filters: Sequence[Filter], *, size: int, page: int = 1, sort: str = "") -> list[tuple[str, Any]]:
    """searchCriteria parameters; the filters are ANDed. Each index stays below 10 (see oauth)."""
    if len(filters) > 9:
        raise ValueError("more than nine filters would break the OAuth signature")
    query: list[tuple[str, Any]] = []
    for number, (field, value, condition) in enumerate(filters):
        group = f"searchCriteria[filterGroups][{number}][filters][0]"
        query += [(f"{group}[field]", field), (f"{group}[value]", value), (f"{group}[conditionType]", condition)]
    if sort:
        query += [("searchCriteria[sortOrders][0][field]", sort), ("searchCriteria[sortOrders][0][direction]", "ASC")]
    return [*query, ("searchCriteria[pageSize]", size), ("searchCriteria[currentPage]", page)]


def in_lists(values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(condition, value) for each look-up: comma lists of at most 100 values and 4 kB, a value with a comma alone."""
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        if "," in value:
            yield "eq", value
            continue
        if part and (len(part) >= IN_LIST or length + len(quote(value)) + 3 > IN_LENGTH):
            yield "in", ",".join(part)
            part, length = [], 0
        part.append(value)
        length += len(quote(value)) + 3
    if part:
        yield "in", ",".join(part)


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Around the reading of an answer: a shape that Magento would not send is a refusal, not a bug."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise not_magento(path) from error


def not_magento(path: str) -> Fail:
    """The word for an answer of 200 that Magento would not give."""
    return Fail(
        f"The answer to {path} is not one of Magento's REST API.",
        code="magento.not_magento",
        help="Check the store URL: it must be the address of the shop itself.",
    )
