"""What a mapping made for the store, put where the store wants it: a top-level property or a typed attribute.

The pairs are written over what would have been written. A field that the store has not got is named in the notes,
since Magento would ignore it without a word (facts/MAGENTO.md, error shapes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.errors import Fail
from connector.systems.magento.store import Attribute
from connector.systems.magento.values import FALSE, TRUE, typed


def write(
    pairs: Iterable[tuple[str, str]],
    *,
    top: Mapping[str, str],
    attributes: Mapping[str, Attribute],
    into: dict[str, Any],
    custom: dict[str, str],
    locked: Iterable[str] = (),
) -> list[str]:
    """Put every (field, value) into the body; `top` is property -> kind. Returns what was left out and why.

    Raises Fail for a value that a top-level property cannot have.
    """
    notes: list[str] = []
    closed = set(locked)
    for name, value in pairs:
        code = name.strip()
        if code in closed:
            notes.append(f"{code} left out: the store writes it itself")
        elif code in top:
            into[code] = plain_value(top[code], code, value)
            custom.pop(code, None)
        elif code in attributes:
            try:
                custom[code] = typed(attributes[code], value)
            except ValueError as reason:
                notes.append(f"{code} left out: {reason}")
        else:
            notes.append(f"{code} left out: the store has no such field")
    return notes


def plain_value(kind: str, name: str, value: str) -> Any:
    """A value in the JSON type of a top-level property. Raises Fail when it cannot be had."""
    text = value.strip()
    if kind == "flag":
        if text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        raise _wrong(name, value, "neither yes nor no")
    if kind in ("number", "money"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise _wrong(name, value, "no number") from None
        return int(number) if number == number.to_integral_value() else float(number)
    if kind == "list" and text.isdigit():
        return int(text)
    if kind == "multi":
        return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    return value


def _wrong(name: str, value: str, why: str) -> Fail:
    return Fail(
        f'The mapped value "{value}" of {name} is {why}.',
        code="magento.mapped_value",
        help="Correct the mapping of this field, or add a transformation to it.",
    )


def flat(row: Mapping[str, Any], *, without: Iterable[str] = ()) -> dict[str, str]:
    """All simple fields and attributes of an answer by code: what a mapping may read (`raw`)."""
    closed = set(without)
    found = {
        name: _text(value) for name, value in row.items() if isinstance(value, str | int | float) and name not in closed
    }
    for item in row.get("custom_attributes") or []:
        if isinstance(item, Mapping) and isinstance(item.get("value"), str | int | float | list):
            found[str(item["attribute_code"])] = _text(item["value"])
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
