"""Template expressions of a mapping row: Jinja in its sandbox, cut down until it cannot run for long.

Everything that a person may write is listed here; the rest is refused when the row is saved: no loop, no call, no
assignment, no attribute, no import. So a template ends after as many steps as it has words, and the size of each
step is limited: no time-out is needed, which a thread could not keep anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST, LONGEST_RESULT, DEEPEST = 4_000, 100_000, 40
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.TemplateData, nodes.Name, nodes.Filter,
    nodes.Test, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.Neg, nodes.Concat, nodes.Getitem, nodes.Slice, nodes.List, nodes.Tuple,
    nodes.Keyword,
)  # fmt: skip
FAULTS = (
    TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError, SyntaxError,
    MemoryError,
)  # fmt: skip
TAG = re.compile(r"<[^<>]*>")


def _text(value: Any) -> str:
    """A value as text, no longer than a result may be."""
    text = _number_text(value) if isinstance(value, Decimal) else str(value)
    if len(text) > LONGEST_RESULT:
        raise ValueError(f"A value has more than {LONGEST_RESULT:,} characters.")
    return text


def _number_text(value: Decimal) -> str:
    if value.is_finite() and abs(value.adjusted()) > 60:
        raise ValueError("A number is too large.")
    return format(value, "f")


def _number(value: Any, default: Any = None) -> Decimal:
    """The value as an exact number. Raises ValueError with a sentence when it is none and there is no default."""
    try:
        found = Decimal(str(value).strip()[:60])
    except InvalidOperation:
        if default is None:
            raise ValueError(f"{str(value)[:40]!r} is no number") from None
        return Decimal(str(default))
    if not found.is_finite():
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return found


def _round(value: Any, places: int = 0) -> Decimal:
    if not 0 <= int(places) <= 9:
        raise ValueError("round takes 0 to 9 places")
    return _number(value).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


def _replace(value: Any, old: Any, new: Any) -> str:
    text, old_text, new_text = _text(value), _text(old), _text(new)
    if not old_text:
        return text
    if len(text) + text.count(old_text) * len(new_text) > LONGEST_RESULT:
        raise ValueError(f"A value has more than {LONGEST_RESULT:,} characters.")
    return text.replace(old_text, new_text)


def _part(value: Any, separator: Any, place: int = 0) -> str:
    """One part of a text that is cut at a separator; "" when there are not so many."""
    parts = _text(value).split(_text(separator) or None)
    return parts[int(place)] if -len(parts) <= int(place) < len(parts) else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "upper": lambda value: _text(value).upper(),
    "lower": lambda value: _text(value).lower(),
    "title": lambda value: _text(value).title(),
    "capitalize": lambda value: _text(value).capitalize(),
    "trim": lambda value: _text(value).strip(),
    "cut": lambda value, length: _text(value)[: max(0, int(length))],
    "length": lambda value: len(_text(value)),
    "number": _number,
    "round": _round,
    "replace": _replace,
    "part": _part,
    "striptags": lambda value: " ".join(TAG.sub(" ", _text(value)).split()),
}
TESTS = ("defined", "undefined", "in", "eq", "equalto", "ne", "lt", "le", "gt", "ge")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with our filters only, numbers that stay exact, and no way to an attribute of anything."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"-", "+"})

    def __init__(self) -> None:
        super().__init__(autoescape=False, undefined=StrictUndefined, cache_size=0, finalize=_text)
        self.globals.clear()
        default, tests = self.filters["default"], dict(self.tests)
        self.filters = {**FILTERS, "default": default}
        self.tests = {name: tests[name] for name in TESTS}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field of the record, or a part of a text: never an attribute."""
        if isinstance(obj, str | list | tuple) and not isinstance(argument, int | slice):
            return self.undefined(obj=obj, name=argument)
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Numbers only (exact ones), and + also for two texts."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _text(_text(left) + _text(right))
        if isinstance(left, str) or isinstance(right, str):
            raise ValueError(f"{operator} is for numbers: put |number behind a field")
        return self.binop_table[operator](_number(left), _number(right))

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        return self.unop_table[operator](_number(arg))


SANDBOX = Sandbox()


def check(text: str) -> None:
    """Raises ValueError with a sentence when this template cannot be saved."""
    _compiled(text)


def render(text: str, source: str, fields: Mapping[str, str]) -> str:
    """What a template makes of a record: `value` is the row's own field, `fields["Name"]` any, Name where it is a word.

    Raises ValueError with a sentence, whatever went wrong.
    """
    template = _compiled(text)
    known = {name: value for name, value in fields.items() if name.isidentifier()}
    try:
        return _text(template.render({**known, "fields": dict(fields), "value": source}).strip())
    except FAULTS as error:
        raise ValueError(f"The template breaks: {_said(error)}.") from None


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    if len(text) > LONGEST:
        raise ValueError(f"A template has at most {LONGEST:,} characters.")
    try:
        tree = SANDBOX.parse(text)
        _refuse(tree)
        return SANDBOX.from_string(text)
    except FAULTS as error:
        raise ValueError(f"This is no template that can be used: {_said(error)}.") from None


def _refuse(tree: nodes.Node) -> None:
    """Raise ValueError for anything that is not on the list, without recursion: a tree may be deep."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        if not isinstance(node, ALLOWED):
            raise ValueError(f"{type(node).__name__.lower()} is not possible here")
        if isinstance(node, nodes.Name) and node.name in ("self", "super", "loop"):
            raise ValueError(f"{node.name} is no field")
        if isinstance(node, nodes.Const) and isinstance(node.value, int) and abs(node.value) > 10**18:
            raise ValueError("a number is too large")
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]


def _said(error: BaseException) -> str:
    said = str(error).strip().rstrip(".") or type(error).__name__
    return said.splitlines()[0][:200]
