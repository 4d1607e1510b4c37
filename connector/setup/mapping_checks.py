"""Whether a mapping can be saved: a sentence for each field of each row that is wrong. No database.

Errors are by "<row>.<column>", rows counted from 0, so that a page can put each beside its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.setup.kinds import FIXED_ERP, Column, Kind
from connector.systems import mapping
from connector.systems.mapping import Transform

CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
SCOPE = re.compile(r"[A-Za-z0-9_.-]{0,64}")
LONGEST, MOST = 255, 5_000


def cleaned(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """One row as it is kept: texts without blanks at their ends, only the columns that its kind has."""
    more_given = given.get("more")
    more_given = more_given if isinstance(more_given, Mapping) else {}
    row: dict[str, Any] = {
        "store": _text(given.get("store")),
        "erp": _text(given.get("erp")),
        "scope": _text(given.get("scope")) if kind.scoped else "",
        "direction": _text(given.get("direction")) or ERP_TO_STORE if kind.fields else _way(kind),
        "use_in": _text(given.get("use_in")) or "both" if kind.fields else "both",
        "active": bool(given.get("active", True)),
        "more": {},
    }
    for column in kind.columns:
        if column.name not in ("store", "erp"):
            value = _several(more_given.get(column.name)) if column.several else _text(more_given.get(column.name))
            if value:
                row["more"][column.name] = value
    if kind.fields:
        transform = more_given.get("transform")
        stored = Transform.of(transform if isinstance(transform, Mapping) else None)
        if stored.kind != "none":
            row["more"]["transform"] = stored.stored() or {"kind": stored.kind}
    return row


def _way(kind: Kind) -> str:
    return STORE_TO_ERP if kind.name in ("payment", "shipping_in", "status_in") else ERP_TO_STORE


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _several(value: Any) -> list[str]:
    parts = value if isinstance(value, list | tuple) else str(value or "").split(",")
    return list(dict.fromkeys(text for part in parts if (text := _text(part))))


def errors(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Sentences by "<row>.<column>" over cleaned rows; empty when they can be saved."""
    if len(rows) > MOST:
        return {"rows": f"A mapping has at most {MOST:,} rows."}
    found: dict[str, str] = {}
    for at, row in enumerate(rows):
        for name, sentence in _row(kind, row).items():
            found.setdefault(f"{at}.{name}", sentence)
    for columns in kind.once:
        _twice(kind, rows, columns, found)
    if kind.fields:
        _same_target(rows, found)
    return found


def _row(kind: Kind, row: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for column in kind.columns:
        if sentence := _column(column, value_of(row, column.name)):
            found[column.name] = sentence
    if not SCOPE.fullmatch(row["scope"]):
        found["scope"] = "This is not the code of a store view."
    if kind.name == "customer_group" and not row["erp"] and not row["more"].get("price_class"):
        found.setdefault("erp", "Choose a customer class, a price class, or both.")
    if kind.fields:
        found |= {name: text for name, text in _field_row(kind, row).items() if name not in found}
    return found


def _column(column: Column, value: Any) -> str:
    for text in value if isinstance(value, list) else [value]:
        if len(text) > LONGEST:
            return f"{column.label} has at most {LONGEST} characters."
        if CONTROL.search(text):
            return f"{column.label} holds a character that cannot be kept."
    return f"{column.label} is missing." if column.required and not value else ""


def _field_row(kind: Kind, row: Mapping[str, Any]) -> dict[str, str]:
    """Direction, use, transform and source of a row that maps fields."""
    found = {}
    transform = Transform.of(row["more"].get("transform"))
    if row["direction"] not in mapping.DIRECTIONS:
        found["direction"] = "Choose one of the directions."
    elif row["erp"] in FIXED_ERP.get(kind.name, ()) and row["direction"] != ERP_TO_STORE:
        found["direction"] = f"{row['erp']} goes from the ERP to the store only."
    elif row["direction"] in mapping.BOTH and not transform.reversible:
        found["direction"] = "A constant, a format or a template works one way only: choose a one-way direction."
    if row["use_in"] not in mapping.USES:
        found["use_in"] = "Choose create, update or both."
    if sentence := mapping.problem(transform):
        found["transform"] = sentence
    if not row["erp"] and not (transform.free and row["direction"] == ERP_TO_STORE):
        found["erp"] = "ERP field is missing."
    return found


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a column: of the row itself, or of its `more`."""
    return row[name] if name in ("store", "erp") else row["more"].get(name, "")


def _twice(kind: Kind, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], found: dict[str, str]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for at, row in enumerate(rows):
        values = tuple("".join(str(value_of(row, name)).split()).casefold() for name in columns)
        if not values[0]:
            continue
        first = seen.setdefault((row["scope"], *values), at)
        if first != at:
            label, where = kind.column(columns[0]).label, f" for store view {row['scope']}" if row["scope"] else ""
            shown = " / ".join(str(value_of(row, name)) for name in columns if value_of(row, name))
            found.setdefault(f"{at}.{columns[0]}", f"{label} {shown} is mapped already, in row {first + 1}{where}.")


def _same_target(rows: Sequence[Mapping[str, Any]], found: dict[str, str]) -> None:
    """Two rows that write the same ERP field in one scope would overwrite each other."""
    seen: dict[tuple[str, str, str], int] = {}
    for at, row in enumerate(rows):
        if row["direction"] == ERP_TO_STORE or not row["erp"] or not row["active"]:
            continue
        uses = ("create", "update") if row["use_in"] == "both" else (row["use_in"],)
        for use in uses:
            first = seen.setdefault((row["scope"], row["erp"].casefold(), use), at)
            if first != at:
                found.setdefault(f"{at}.erp", f"Row {first + 1} writes {row['erp']} already.")
