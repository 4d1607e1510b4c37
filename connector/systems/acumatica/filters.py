"""Building query strings: OData 3 literals, conditions, lists of keys cut to what one address can hold.

It knows the syntax of facts/ACUMATICA.md section 2.5 and no entity. Everything is percent-encoded here
(blanks as %20, `+` and `:` too) because a `+` that stands for a blank is read differently by some filters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

LONGEST = 1_900  # characters of a query: IIS takes 2,048 unless somebody raised it
MOST_KEYS = 50


def literal(text: str) -> str:
    """A string literal: single quotes are doubled."""
    return "'" + text.replace("'", "''") + "'"


def since(field: str, when: datetime) -> str:
    """Condition: the field is at or after the instant (to the millisecond, rounded down)."""
    stamp = when.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{field} ge datetimeoffset'{stamp}'"


def any_of(field: str, keys: Sequence[str]) -> str:
    return " or ".join(f"{field} eq {literal(key)}" for key in keys)


def both(*conditions: str) -> str:
    """All conditions that are not empty, joined with `and`."""
    return " and ".join(condition for condition in conditions if condition)


def query(options: Mapping[str, object]) -> str:
    """The options as a query string with its question mark; empty ones are left out."""
    parts = [f"{name}={quote(str(value), safe='$,()/')}" for name, value in options.items() if value not in ("", None)]
    return "?" + "&".join(parts) if parts else ""


def chunks(field: str, keys: Sequence[str], options: Mapping[str, object]) -> Iterator[list[str]]:
    """The keys in groups whose filter fits into one address beside the other options."""
    room = LONGEST - len(query(options)) - len("&$filter=")
    group: list[str] = []
    used = 0
    for key in keys:
        size = len(quote(any_of(field, ["", key]), safe="$,()/")) - len(quote(f"{field} eq ''", safe="$,()/"))
        if group and (used + size > room or len(group) == MOST_KEYS):
            yield group
            group, used = [], 0
        group.append(key)
        used += size
    if group:
        yield group
