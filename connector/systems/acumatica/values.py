"""Reading Acumatica's `{"value": x}` fields. It knows the wire format and no entity.

An empty field is `{}`, texts can be padded with blanks, instants have a variable fraction and mostly an
offset (facts/ACUMATICA.md, sections 2.3 and 5). A field that is missing reads like an empty one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FRACTION = re.compile(r"\.(\d+)")
TICKS_1970 = 621_355_968_000_000_000  # .NET ticks (100 ns since the year 1) of 1970
PLAUSIBLE = range(946_684_800_000_000, 4_102_444_800_000_000)  # microseconds of the years 2000 to 2100

Entity = Mapping[str, Any]


def wrap(fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Plain values as Acumatica wants them in a body."""
    return {name: {"value": value} for name, value in fields.items()}


def value(entity: Entity, *names: str) -> Any:
    """The first of the named fields that is filled, else None."""
    for name in names:
        field = entity.get(name)
        found = field.get("value") if isinstance(field, Mapping) else None
        if found is not None:
            return found
    return None


def text(entity: Entity, *names: str) -> str:
    """The field as text without the blanks it is padded with; "" when it is empty."""
    found = value(entity, *names)
    return "" if found is None else plain(str(found))


def plain(raw: str) -> str:
    """Trimmed, and without what no database can keep (NUL, halves of surrogate pairs)."""
    return raw.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def number(entity: Entity, *names: str) -> Decimal | None:
    """The field as an exact number in its shortest form (280.000000 is 280); None when it is empty."""
    return exact(value(entity, *names))


def exact(raw: Any) -> Decimal | None:
    """A JSON number or a number sent as text (OData 3 does that) as Decimal; None for anything else."""
    if raw is None or isinstance(raw, bool):
        return None
    try:
        found = Decimal(str(raw).strip())
        return Decimal(format(found.normalize(), "f")) if found.is_finite() else None
    except InvalidOperation:
        return None


def flag(entity: Entity, name: str, default: bool = False) -> bool:
    found = value(entity, name)
    if isinstance(found, str):
        return found.strip().lower() == "true"
    return default if found is None else bool(found)


def instant(entity: Entity, *names: str) -> datetime | None:
    return moment(value(entity, *names))


def moment(raw: Any) -> datetime | None:
    """An instant in UTC; one without an offset is taken as UTC. None for what is no instant."""
    if not isinstance(raw, str):
        return None
    try:
        found = datetime.fromisoformat(FRACTION.sub(lambda m: "." + m[1][:6].ljust(6, "0"), raw.strip()))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def micros(when: datetime | None) -> int:
    """Microseconds since 1970: the version of a record; 0 without an instant."""
    return 0 if when is None else max(0, (when - EPOCH) // timedelta(microseconds=1))


def from_ticks(ticks: int) -> int:
    """.NET ticks as microseconds since 1970; 0 when they are no instant of our century."""
    found = (ticks - TICKS_1970) // 10
    return found if found in PLAUSIBLE else 0


def rows(entity: Entity, name: str) -> list[Entity]:
    """The rows of an expanded detail."""
    found = entity.get(name)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
