"""The HTTP calls of an attempt as people read them: request, answer, and the same as a curl command.

They were stored without secrets (`***`); the command asks for them by that mask, so it can be copied into a
ticket. It knows no system.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from flask_babel import gettext as _

from connector.web.frame.language import format_decimal

FEW = 5  # calls that are all shown with each record of a batch
LONGEST = 20_000  # characters of one body that a page shows
SECRET = re.compile(r"pass|secret|token|api[-_]?key|signature|authorization", re.IGNORECASE)
FIRST = re.compile(r'"url": "((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call. Bodies are pretty-printed text; `status` is None when no answer came."""

    method: str
    url: str
    at: str
    status: int | None
    seconds: float | None
    error: str
    request_headers: tuple[tuple[str, str], ...]
    request: str
    response_headers: tuple[tuple[str, str], ...]
    response: str
    curl: str

    @property
    def short(self) -> str:
        """The address without its query, which can be longer than all the rest."""
        return shortened(self.url)

    @property
    def ok(self) -> bool:
        return self.status is not None and self.status < 400


def read(text: str) -> list[Exchange]:
    """The exchanges stored with an attempt; what is not readable is left out, never an error."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [_one(entry) for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def about(found: list[Exchange], key: str) -> list[Exchange]:
    """Of the many calls of a batch those that name a record; all of them where they are few, or none names it."""
    if len(found) <= FEW:
        return found
    return [one for one in found if any(key in text for text in (unquote(one.url), one.request, one.response))] or found


def first_address(opening: str) -> str:
    """The address of the first call, from the first characters of what is stored."""
    found = FIRST.search(opening)
    if not found:
        return ""
    text = found.group(1)
    return masked_address(json.loads(f'"{text}"') if "\\" in text else text)


def shortened(url: str) -> str:
    """The address up to its query."""
    path, mark, _ = url.partition("?")
    return f"{path}?…" if mark else path


def _one(entry: Mapping[str, Any]) -> Exchange:
    status, seconds = entry.get("status"), entry.get("seconds")
    url = masked_address(_with_params(str(entry.get("url") or ""), entry.get("params")))
    method, headers = str(entry.get("method") or "GET"), _pairs(entry.get("headers"))
    return Exchange(
        method=method,
        url=url,
        at=str(entry.get("at") or ""),
        status=status if isinstance(status, int) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        error=str(entry.get("error") or ""),
        request_headers=headers,
        request=pretty(entry.get("body")),
        response_headers=_pairs(entry.get("response_headers")),
        response=pretty(entry.get("response")),
        curl=_curl(method, url, headers, entry.get("body")),
    )


def _with_params(url: str, params: Any) -> str:
    if not params:
        return url
    if isinstance(params, str):
        text = params
    else:
        pairs = params.items() if isinstance(params, Mapping) else [tuple(pair) for pair in params if len(pair) == 2]
        text = urlencode([(str(name), str(value)) for name, value in pairs], safe="*,:/'()$[]")
    return f"{url}{'&' if '?' in url else '?'}{text}"


def masked_address(url: str) -> str:
    """The address with the values of secret-looking parameters masked, and without a password in front."""
    if "?" not in url and "@" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.rpartition("@")[2]
    text = parts.query
    if SECRET.search(text):
        pairs = parse_qsl(text, keep_blank_values=True)
        text = urlencode([(name, "***" if SECRET.search(name) else value) for name, value in pairs], safe="*,:/'()$[]")
    return urlunsplit((parts.scheme, host, parts.path, text, ""))


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in headers.items()) if isinstance(headers, Mapping) else ()


def pretty(value: Any) -> str:
    """JSON indented, other text as it is; "" for nothing; cut when it is very long."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return _cut(value)
    return _cut(json.dumps(value, indent=2, ensure_ascii=False))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    more = _("… %(number)s more characters", number=format_decimal(len(text) - LONGEST))
    return f"{text[:LONGEST]}\n{more}"


def _curl(method: str, url: str, headers: tuple[tuple[str, str], ...], body: Any) -> str:
    words = ["curl", "-X", method, shlex.quote(url)]
    for name, value in headers:
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if body not in (None, ""):
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        words += ["--data", shlex.quote(text)]
    return " ".join(words)
