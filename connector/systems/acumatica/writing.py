"""What all writers share: one outcome for each record, numbers and dates as Acumatica takes them. No entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from connector.errors import Outcome, Refused
from connector.records import Record
from connector.systems.base import Written

Kind = TypeVar("Kind", bound=Record)


def each(records: Sequence[Kind], write: Callable[[Kind], Written]) -> list[Written]:
    """One outcome for each record, in order. Raises Refused when the credentials were refused at the first."""
    done: list[Written] = []
    for record in records:
        try:
            done.append(write(record))
        except Refused as problem:
            if not done:
                raise
            done.append(Written(record.key, problem=problem))
        except Outcome as problem:
            done.append(Written(record.key, problem=problem))
    return done


def figure(amount: Decimal) -> int | float:
    """A number for JSON: whole ones whole, else the shortest that reads back as the same."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def fields(**values: Any) -> dict[str, dict[str, Any]]:
    """A body's fields without the empty ones; Decimals, dates and instants as Acumatica takes them."""
    return {name: {"value": plain(value)} for name, value in values.items() if value not in ("", None)}


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return figure(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00+00:00"
    return value


def told(body: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """What a body says, flat: {"MainContact/Email": ...}, for the record page; rows are counted."""
    found: dict[str, Any] = {}
    for name, field in body.items():
        if isinstance(field, list):
            found[prefix + name] = f"{len(field)} rows"
        elif isinstance(field, Mapping) and "value" in field:
            found[prefix + name] = field["value"]
        elif isinstance(field, Mapping):
            found.update(told(field, f"{prefix}{name}/"))
    return found
