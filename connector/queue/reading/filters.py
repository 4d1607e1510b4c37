"""What a person looks for in the message table, as a value: the same for a list, a count and a repair of all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal_column

from connector.db import instant, micros
from connector.errors import REHEARSAL
from connector.queue.models import STATUSES, Message
from connector.queue.repairing import care

TABLE: Any = Message.__table__
TIMES = ("since", "until", "awake")


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty fields do not restrict. `since` and `until` bound when a message was settled; `text` is looked for in
    its key, reason and error; a `code` of "" means messages without one, None means any. `without` are connectors
    that are left out: those that the person who asks must not see, or not change. `awake` is the moment at which
    what somebody has put aside (see `care`) is left out; None leaves it in."""

    connector: str = ""
    entity: str = ""
    direction: str = ""
    status: str = ""
    key: str = ""
    text: str = ""
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    without: tuple[str, ...] = ()
    awake: datetime | None = None

    def __post_init__(self) -> None:
        if self.status and self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is not a status of a message")

    def conditions(self) -> list[ColumnElement[bool]]:
        """The WHERE of this filter on the message table."""
        c = TABLE.c
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(has_status(self.status))
        exact = {c.connector_id: self.connector, c.entity: self.entity, c.direction: self.direction, c.key: self.key}
        found += [column == value for column, value in exact.items() if value]
        if self.code == REHEARSAL:  # as a literal, for the sake of its partial index
            found.append(c.code == literal_column(f"'{REHEARSAL}'"))
        elif self.code is not None:
            found.append(c.code == self.code)
        if self.since is not None:
            found.append(c.settled_at >= self.since)
        if self.until is not None:
            found.append(c.settled_at <= self.until)
        if self.text:
            found.append(says(self.text, c.key, c.reason, c.error))
        if self.without:
            found.append(c.connector_id.not_in(self.without))
        if self.awake is not None:
            found.append(care.awake(self.awake))
        return found

    def as_json(self) -> dict[str, Any]:
        """A value that JSON can hold; `from_json` gives the filter back."""
        times = {name: micros(value) for name in TIMES if (value := getattr(self, name)) is not None}
        return {**asdict(self), **dict.fromkeys(TIMES), **times}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Filter:
        times = {name: instant(values[name]) for name in TIMES if values.get(name) is not None}
        return cls(**{**values, **times, "without": tuple(values.get("without", ()))})


def has_status(status: str, table: Any = TABLE) -> ColumnElement[bool]:
    """The status as a literal: a bound value would keep both databases from their partial indexes."""
    if status not in STATUSES:
        raise ValueError(f"{status!r} is not a status of a message")
    wanted: ColumnElement[bool] = table.c.status == literal_column(f"'{status}'")
    return wanted


def says(text: str, *columns: Any) -> ColumnElement[bool]:
    """One of the columns holds the text, in whatever case."""
    first, *others = (column.icontains(text, autoescape=True) for column in columns)
    condition: ColumnElement[bool] = first
    for other in others:
        condition = condition | other
    return condition
