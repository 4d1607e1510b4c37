"""searchCriteria: filter groups, conditions, sorting, paging, and the `fields` projection.

Groups are ANDed, filters inside a group ORed. Source: facts/MAGENTO.md, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, missing

Read = Callable[[Any, str], Any]  # (row, field) -> value; raises Refusal for an unknown field
KEY = re.compile(r"\[([^\]]*)\]")
SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


class Criteria:
    """What a call asks for. Raises Refusal when there is no searchCriteria, or a wrong direction."""

    def __init__(self, query: Iterable[tuple[str, str]], *, required: bool = True) -> None:
        pairs = [(key, value) for key, value in query if key.split("[")[0] == "searchCriteria"]
        if required and not pairs:
            raise missing("searchCriteria")
        tree: dict[str, Any] = {}
        for key, value in pairs:
            _plant(tree, [SNAKE.sub("_", part).lower() for part in KEY.findall(key)], value)
        self.groups = [
            [_filter(entry) for entry in group.get("filters", {}).values()]
            for group in _rows(tree.get("filter_groups"))
        ]
        self.orders = [_order(entry) for entry in _rows(tree.get("sort_orders"))]
        self.size = _whole(tree.get("page_size"))
        self.page = _whole(tree.get("current_page"))

    def echo(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"filter_groups": [{"filters": group} for group in self.groups]}
        if self.orders:
            shown["sort_orders"] = self.orders
        if self.size is not None:
            shown["page_size"] = self.size
        if self.page is not None:
            shown["current_page"] = self.page
        return shown

    def equal(self, field: str) -> list[str] | None:
        """The values of a field that a whole group asks for with eq or in: a short cut for big tables."""
        for group in self.groups:
            if group and all(f["field"] == field and f["condition_type"] in ("eq", "in") for f in group):
                return [
                    part
                    for f in group
                    for part in (f["value"].split(",") if f["condition_type"] == "in" else [f["value"]])
                ]
        return None


def search(
    call: Call, rows: Iterable[Any], read: Read, show: Callable[[Any], Any], criteria: Criteria | None = None
) -> Any:
    """The answer of a list route: items, search_criteria, total_count."""
    criteria = criteria or Criteria(call.query)
    limit(call, criteria)
    found = [row for row in rows if _matches(row, criteria.groups, read)]
    for order in reversed(criteria.orders):
        found = _sorted(found, order, read)
    shown = [show(row) for row in page(found, criteria)]
    return {"items": shown, "search_criteria": criteria.echo(), "total_count": len(found)}


def limit(call: Call, criteria: Criteria) -> None:
    """Input limits of the shop: a largest page size, and a default one where none was sent."""
    most = call.shop.switch("page_limit")
    if most and criteria.size is not None and criteria.size > most:
        raise Refusal(400, "Maximum SearchCriteria pageSize is %max", {"max": most})
    if most and criteria.size is None:
        criteria.size = min(20, most)


def page(found: list[Any], criteria: Criteria) -> list[Any]:
    if criteria.size is None or criteria.size == 0:
        return found
    size = max(1, criteria.size)
    start = (max(1, criteria.page or 1) - 1) * size
    return found[start : start + size]


def project(value: Any, text: str) -> Any:
    """Only the named fields; unknown names give empty objects, an empty list under brackets becomes null."""
    return _cut(value, _tree(text)) if text else value


def _cut(value: Any, tree: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_cut(row, tree) for row in value]
    if not isinstance(value, dict):
        return value
    cut = {}
    for name, inner in tree.items():
        if name in value:
            part = value[name]
            cut[name] = part if not inner else None if part == [] else _cut(part, inner)
    return cut or []


def _tree(text: str) -> dict[str, Any]:
    stack: list[dict[str, Any]] = [{}]
    name = ""
    for mark in [*re.findall(r"[^\[\],]+|[\[\],]", text), ","]:
        if mark == "[":
            stack.append(stack[-1].setdefault(name, {}))
            name = ""
        elif mark in ",]":
            if name:
                stack[-1].setdefault(name, {})
            name = ""
            if mark == "]" and len(stack) > 1:
                stack.pop()
        else:
            name = mark.strip()
    return stack[0]


def _plant(tree: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    if path:
        tree[path[-1]] = value


def _rows(raw: Any) -> list[dict[str, Any]]:
    return [row for row in raw.values() if isinstance(row, dict)] if isinstance(raw, dict) else []


def _filter(raw: dict[str, Any]) -> dict[str, str]:
    return {
        "field": raw.get("field", ""),
        "value": raw.get("value", ""),
        "condition_type": raw.get("condition_type") or "eq",
    }


def _order(raw: dict[str, Any]) -> dict[str, str]:
    direction = str(raw.get("direction") or "DESC").upper()
    if direction not in ("ASC", "DESC"):
        text = "The sort order has to be specified as %1 for ascending order or %2 for descending order."
        raise Refusal(400, text, ["ASC", "DESC"])
    return {"field": str(raw.get("field", "")), "direction": direction}


def _whole(raw: Any) -> int | None:
    return None if raw in (None, "") else int(raw) if re.fullmatch(r"-?\d+", str(raw)) else 0


def _matches(row: Any, groups: list[list[dict[str, str]]], read: Read) -> bool:
    return all(any(_fits(read(row, f["field"]), f["condition_type"], f["value"]) for f in group) for group in groups)


def _fits(found: Any, condition: str, wanted: str) -> bool:
    if isinstance(found, list):  # website ids, category ids
        return any(_fits(one, condition, wanted) for one in found)
    if condition in ("null", "notnull"):
        return (found is None) == (condition == "null")
    if found is None:
        return False
    if condition == "like":
        return bool(like(wanted).fullmatch(str(found)))
    if condition in ("in", "nin"):
        return any(_same(found, part) for part in wanted.split(",")) == (condition == "in")
    if condition == "finset":
        return wanted in str(found).split(",")
    if condition in ("gt", "gteq", "lt", "lteq", "from", "to", "moreq"):
        return _order_fits(found, condition, wanted)
    return _same(found, wanted) != (condition == "neq")


def like(wanted: str) -> re.Pattern[str]:
    return re.compile(
        "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in wanted), re.IGNORECASE | re.DOTALL
    )


def _same(found: Any, wanted: str) -> bool:
    if isinstance(found, bool):
        found = int(found)
    if isinstance(found, int | float):
        return bool(NUMBER.match(wanted.strip())) and float(wanted) == float(found)
    return str(found).rstrip().lower() == wanted.rstrip().lower()


def _order_fits(found: Any, condition: str, wanted: str) -> bool:
    left, right = _comparable(found, wanted)
    if right is None:
        return True  # garbage for a date matches everything
    compare = {
        "gt": left > right,
        "gteq": left >= right,
        "moreq": left >= right,
        "from": left >= right,
        "lt": left < right,
    }
    return compare.get(condition, left <= right)


def _comparable(found: Any, wanted: str) -> tuple[Any, Any]:
    if isinstance(found, int | float):
        return float(found), float(wanted) if NUMBER.match(wanted.strip()) else 0.0
    if re.match(r"\d{4}-\d\d-\d\d \d\d:", str(found)):
        return found, stamp(wanted)
    if NUMBER.match(str(found)) and NUMBER.match(wanted.strip()):
        return float(found), float(wanted)
    return str(found).lower(), wanted.lower()


def stamp(text: str) -> str | None:
    """A date as it is stored; T and Z are taken, an offset is not applied, garbage is None."""
    match = re.match(r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d))?", text.strip())
    if not match:
        return None
    try:
        datetime.fromisoformat(match[1])
    except ValueError:
        return None
    return f"{match[1]} {match[2] or '00:00:00'}"


def _sorted(found: list[Any], order: dict[str, str], read: Read) -> list[Any]:
    try:
        keyed = [(_sort_key(read(row, order["field"])), row) for row in found]
    except Refusal:
        return found  # an unknown sort field is ignored
    keyed.sort(key=lambda pair: pair[0], reverse=order["direction"] == "DESC")
    return [row for _, row in keyed]


def _sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, list):
        value = value[0] if value else None
    return (0, 0) if value is None else (1, float(value)) if isinstance(value, int | float) else (2, str(value).lower())
