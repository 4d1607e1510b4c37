"""`$filter` of contract 4 (OData v3 flavoured) and of the generic inquiries (OData v4), parsed and compiled.

eq ne gt ge lt le, and or not, parentheses, substringof startswith endswith contains, datetimeoffset'..',
date'..', guid'..', decimals with M. It knows values, no entities: the caller says how a field is read.
Source: facts/ACUMATICA.md, section 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<typed>(?:datetimeoffset|datetime|date|guid)'[^']*')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<stamp>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d+(?:\.\d+)?)[MmLlDdFf]?\b"
    r"|(?P<mark>[(),])|(?P<word>[A-Za-z_][\w./]*))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and a > b,
    "ge": lambda a, b: a is not None and a >= b,
    "lt": lambda a, b: a is not None and a < b,
    "le": lambda a, b: a is not None and a <= b,
}
FUNCTIONS = ("substringof", "startswith", "endswith", "contains")
Read = Callable[[Any, str], Any]
Test = Callable[[Any], bool]


class FilterError(ValueError):
    """The filter cannot be understood; the text is what the server says."""


class Moment(int):
    """Microseconds since 1970, so that a date is not taken for a number."""


def moment(text: str) -> Moment:
    """A date or an instant (no offset = UTC) as microseconds since 1970. Raises FilterError."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise FilterError(f"Unrecognized 'Edm.DateTimeOffset' literal '{text}'.") from None
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    delta = value - datetime(1970, 1, 1, tzinfo=UTC)
    return Moment((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds)


def parse(text: str) -> Any:
    """The filter as a tree of tuples: ("and", a, b), ("not", a), ("eq", field, value), ("startswith", field, value)."""
    return _Parser(text).whole()


def keys(tree: Any, field: str) -> set[str] | None:
    """The values of `field` that the filter can match at all (upper case), or None when it does not say."""
    if tree[0] == "eq" and str(tree[1]).lower() == field.lower() and isinstance(tree[2], str):
        return {tree[2].strip().upper()}
    if tree[0] == "or":
        left, right = keys(tree[1], field), keys(tree[2], field)
        return None if left is None or right is None else left | right
    if tree[0] == "and":
        left, right = keys(tree[1], field), keys(tree[2], field)
        return left if right is None else right if left is None else left & right
    return None


def compiled(tree: Any, read: Read) -> Test:
    """A function that tells whether a record matches. `read(record, field)` gives the field's value."""
    word = tree[0]
    if word in ("and", "or"):
        left, right = compiled(tree[1], read), compiled(tree[2], read)
        return (lambda r: left(r) and right(r)) if word == "and" else (lambda r: left(r) or right(r))
    if word == "not":
        inner = compiled(tree[1], read)
        return lambda r: not inner(r)
    if word in FUNCTIONS:
        return _function(word, tree[1], _plain(tree[2]), read)
    return _comparison(COMPARE[word], tree[1], _plain(tree[2]), read)


def _comparison(compare: Callable[[Any, Any], bool], name: str, value: Any, read: Read) -> Test:
    def test(record: Any) -> bool:
        found = _plain(read(record, name))
        if found is not None and value is not None and isinstance(found, str) != isinstance(value, str):
            raise FilterError(
                "A binary operator with incompatible types was detected. Found operand types"
                f" '{_kind(found)}' and '{_kind(value)}'."
            )
        return compare(found, value)

    return test


def _function(word: str, name: str, value: Any, read: Read) -> Test:
    def test(record: Any) -> bool:
        found = str(_plain(read(record, name)) or "")
        if word == "startswith":
            return found.startswith(value)
        return found.endswith(value) if word == "endswith" else value in found

    return test


def _plain(value: Any) -> Any:
    """Strings compare without case and padding, as in the database."""
    return value.strip().lower() if isinstance(value, str) else value


def _kind(value: Any) -> str:
    return "Edm.String" if isinstance(value, str) else "Edm.Boolean" if isinstance(value, bool) else "Edm.Decimal"


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self.tokens = self._tokens(text)
        self.at = 0

    def whole(self) -> Any:
        tree = self.either()
        if self.at != len(self.tokens):
            raise FilterError(f"Syntax error at '{self.tokens[self.at][1]}' in the filter.")
        return tree

    def either(self) -> Any:
        tree = self.both()
        while self._word("or"):
            tree = ("or", tree, self.both())
        return tree

    def both(self) -> Any:
        tree = self.single()
        while self._word("and"):
            tree = ("and", tree, self.single())
        return tree

    def single(self) -> Any:
        if self._word("not"):
            return ("not", self.single())
        if self._mark("("):
            tree = self.either()
            self._need(")")
            return tree
        kind, text = self._next()
        if kind == "word" and text in FUNCTIONS:
            return self._call(text)
        if kind != "word":
            raise FilterError(f"Expected a field name but found '{text}'.")
        operator = self._next()[1]
        if operator not in COMPARE:
            raise FilterError(f"Unknown operator '{operator}' in the filter.")
        return (operator, text, self._value())

    def _call(self, name: str) -> Any:
        self._need("(")
        first = self._argument()
        self._need(",")
        second = self._argument()
        self._need(")")
        if self.at < len(self.tokens) and self.tokens[self.at][1] == "eq":  # `startswith(A,'x') eq true`
            self.at += 1
            tree = self._tree(name, first, second)
            return tree if self._value() is True else ("not", tree)
        return self._tree(name, first, second)

    def _tree(self, name: str, first: tuple[str, Any], second: tuple[str, Any]) -> Any:
        field, value = (second, first) if name == "substringof" else (first, second)
        if field[0] != "word" or not isinstance(value[1], str) or value[0] == "word":
            raise FilterError(f"No function signature for the function with name '{name}' matches the arguments.")
        return (name, field[1], value[1])

    def _argument(self) -> tuple[str, Any]:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if kind == "word" and text not in ("true", "false", "null"):
            self.at += 1
            return "word", text
        return "value", self._value()

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text)
        if kind == "stamp":
            return moment(text)
        if kind == "typed":
            inner = text[text.index("'") + 1 : -1]
            return inner if text.startswith("guid") else moment(inner)
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        raise FilterError(f"Expected a value but found '{text}'.")

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        found, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if not match:
                raise FilterError(f"Syntax error at position {at} in '{text}'.")
            found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            at = match.end()
        return found

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FilterError("The filter ends where something is still missing.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _word(self, word: str) -> bool:
        return self._take("word", word)

    def _mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise FilterError(f"')' or operator expected: '{mark}' is missing.")

    def _take(self, kind: str, text: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == (kind, text):
            self.at += 1
            return True
        return False
