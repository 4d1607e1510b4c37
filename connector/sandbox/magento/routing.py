"""Routes, calls and answers of the store's REST interface. It knows no product.

A handler gets a Call and returns what becomes JSON, or raises Refusal. Unknown routes and wrong methods are
the same 404; that check comes before the token. Source: facts/MAGENTO.md, sections 1 to 3.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from connector.sandbox.magento.shop import Shop

NO_ROUTE = "Request does not match any route."
NO_FIELD = '"%fieldName" is required. Enter and try again.'
CRASH = "An error has happened during application run. See exception log for details.\n"


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, message: str, parameters: Any = None, errors: Any = None) -> None:
        super().__init__(message)
        self.status, self.message, self.parameters, self.errors = status, message, parameters, errors

    def body(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            shown["errors"] = self.errors
        if self.parameters is not None:
            shown["parameters"] = self.parameters
        return shown

    def text(self) -> str:
        """The sentence with its placeholders filled in, as the log of an asynchronous call has it."""
        named = self.parameters if isinstance(self.parameters, Mapping) else {}
        listed = self.parameters if isinstance(self.parameters, Sequence) else ()
        sentence = self.message
        for name, value in named.items():
            sentence = sentence.replace(f"%{name}", str(value))
        for at, value in enumerate(listed, 1):
            sentence = sentence.replace(f"%{at}", str(value))
        return sentence


class AfterEffect(Refusal):
    """A refusal that comes when everything is already written."""


class Crash(Exception):
    """A PHP error: plain text instead of JSON."""


def internal() -> Refusal:
    report = secrets.token_hex(7)[:13]
    return Refusal(500, f"Internal Error. Details are available in Magento log file. Report ID: webapi-{report}")


def missing(name: str) -> Refusal:
    return Refusal(400, NO_FIELD, {"fieldName": name})


def wrong_type(name: str, value: Any, kind: str) -> Refusal:
    shown = (
        value if isinstance(value, str) else number(value) if isinstance(value, int | float) else type(value).__name__
    )
    return Refusal(400, f'Error occurred during "{name}" processing. The "{shown}" value\'s type is invalid. '
                        f'The "{kind}" type was expected. Verify and try again.')  # fmt: skip


def number(value: Any) -> Any:
    """Numbers as PHP writes them: 10 and not 10.0."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def as_float(name: str, value: Any) -> float | None:
    """A float or None. Raises Refusal for what is not a number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong_type(name, value, "float")
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise wrong_type(name, value, "float")
    return found


def as_int(name: str, value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    try:
        if not isinstance(value, str | float):
            raise ValueError
        return int(float(value))
    except (ValueError, OverflowError):
        raise wrong_type(name, value, "int") from None


@dataclass
class Call:
    """One REST call. `store` is the id of the store view that is written (0 = global, `all`)."""

    shop: Shop
    unit: Any  # a Unit, or a Peek for a read
    store: int
    params: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    host: str = ""

    def arg(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def args(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    resource: str
    needs: tuple[str, ...]
    handler: Handler
    list_name: str = ""  # the key of its list and the PHP name of what that holds, for the input limits
    item_type: str = ""


ROUTES: list[Route] = []  # kept so that `products/types` is asked before `products/{sku}`


def _order(entry: Route) -> int:
    return entry.template.count("{")


def route(
    method: str, template: str, resource: str = "", needs: tuple[str, ...] = (), limits: tuple[str, str] = ("", "")
) -> Callable[[Handler], Handler]:
    """Register a handler for `V1/<template>`; `needs` are the keys that its body must have."""
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "$")

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, template, pattern, resource, needs, handler, *limits))
        ROUTES.sort(key=_order)
        return handler

    return register


def find(method: str, segments: list[str]) -> tuple[Route, dict[str, str]] | None:
    """The route for the still encoded segments behind V1, and its path parameters decoded."""
    path = "/".join(segments)
    for entry in ROUTES:
        if entry.method == method and (match := entry.pattern.match(path)):
            return entry, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def find_bulk(method: str, path: str) -> Route | None:
    """The route that a bulk path means; with path parameters (`products/bySku`) the 2.4.4 defect strikes."""
    for entry in ROUTES:
        if entry.method != method:
            continue
        named = re.sub(r"\{(\w)(\w*)\}", lambda m: f"by{m[1].upper()}{m[2]}", entry.template)
        if named == path:
            if "{" in entry.template:
                raise Crash
            return entry
    return None
