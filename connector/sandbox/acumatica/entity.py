"""One top-level entity of the Default endpoint: its name, screen, keys, fields and details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def fields(**kinds: str) -> dict[str, str]:
    """{field: type} out of `String="A B C"`."""
    return {name: kind for kind, names in kinds.items() for name in names.split()}


@dataclass(frozen=True)
class Entity:
    """One top-level entity. `read_only` fields are ignored on input, without a word (facts, section 2.3).

    One with a `shape` has linked records and rows within rows; `caption` is how its errors call it.
    """

    name: str
    screen: str
    view: str
    keys: tuple[str, ...]
    fields: Mapping[str, str]
    details: tuple[str, ...] = ()
    read_only: frozenset[str] = frozenset()
    since: Mapping[str, int] = field(default_factory=dict)
    shape: str = ""
    caption: str = ""

    def fields_of(self, version: str) -> dict[str, str]:
        """The fields that this endpoint version has."""
        major = int(version[:2])
        return {name: kind for name, kind in self.fields.items() if self.since.get(name, 0) <= major}
