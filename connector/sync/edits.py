"""Fields of a record that a person may write over for one message: which there are, and the record with them.

Only plain values (text, numbers, yes or no) that the record has, by path ("billing.city", "lines.0.sku"); never its
key, its version or the other system's ids, which decide what is written where. It reads and writes nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from connector.errors import Fail
from connector.records import Record

FIXED = {"key", "version", "raw", "mapped", "target_id", "store_id", "rules", "entity", "others"}
LONGEST = 4_000
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")
PLAIN = (str, int, bool, Decimal)


class Field(NamedTuple):
    """One value that may be edited, as text."""

    path: str
    text: str
    kind: type


def fields(record: Any, before: str = "") -> Iterator[Field]:
    """Every field of a record that may be edited, in its order."""
    kind: Any = type(record)
    hints = _hints(kind)
    for field in dataclasses.fields(record):
        name, value = field.name, getattr(record, field.name)
        if name in FIXED:
            continue
        if hints[name] in PLAIN:
            yield Field(before + name, told(value), hints[name])
        elif dataclasses.is_dataclass(value):
            yield from fields(value, f"{before}{name}.")
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if dataclasses.is_dataclass(item):
                    yield from fields(item, f"{before}{name}.{number}.")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def told(value: Any) -> str:
    """A value as it stands in the form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def read(kind: type, text: str) -> Any:
    """What somebody typed, in the field's type. Raises ValueError with a sentence."""
    text = text.strip()
    if kind is bool:
        if text.lower() not in YES + NO:
            raise ValueError("Write yes or no.")
        return text.lower() in YES
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValueError("Write a whole number.")
        return int(text)
    if kind is Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or len(text) > 40 or abs(number.adjusted()) > 30:
            raise ValueError("Write a number such as 12.50.")
        return number
    if len(text) > LONGEST or CONTROL.search(text):
        raise ValueError("This is too long, or holds a character that cannot be sent.")
    return text


def put(record: Record, wanted: Mapping[str, str]) -> Record:
    """The record with these texts in place of its own. Raises Fail when a field is not there any more."""
    known = {field.path: field for field in fields(record)}
    for path, text in wanted.items():
        if path not in known:
            raise Fail(f"The edited field {path} is not in the record any more.", code="edit.field")
        try:
            record = _replaced(record, path.split("."), read(known[path].kind, text))
        except ValueError as error:
            raise Fail(f"The edited field {path} does not fit: {error}", code="edit.field") from None
    return record


def empty(record: Record, wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the edits whose field the source leaves empty: translation fills it, so they are put in after it."""
    blank = {field.path for field in fields(record) if not field.text}
    return {path: text for path, text in wanted.items() if path in blank}


def _replaced(of: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    if not rest:
        return dataclasses.replace(of, **{name: value})
    inner = getattr(of, name)
    if isinstance(inner, tuple):
        number, *rest = int(rest[0]), *rest[1:]
        items = list(inner)
        items[number] = _replaced(items[number], rest, value)
        return dataclasses.replace(of, **{name: tuple(items)})
    return dataclasses.replace(of, **{name: _replaced(inner, rest, value)})
