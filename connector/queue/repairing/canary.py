"""A repair by stages: one message of each cause first, the others only when it does not fail of the same again.

The state is kept in the repair's Run beside its plan, so whoever goes on with it knows how far it is. It decides and
counts; sending is `acts`, the table's locks and the progress are `repair`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, literal, select, tuple_

from connector.queue.models import FAILED, PENDING, RUNNING, Message

TABLE: Any = Message.__table__
MOST = 20  # causes that get a canary of their own
ENOUGH = 3  # of the following that fail of the same again end their cause
Cause = tuple[str, str, str]  # connector, entity, code


class Stages:
    """How far a repair by stages has come. `sent` are messages whose end is still to be looked at."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self.canaries: bool = kept.get("canaries", True)  # nothing but canaries has been sent so far
        self.sent: dict[int, Cause] = {number: (a, b, c) for number, a, b, c in kept.get("sent", ())}
        self.again: list[Cause] = [(a, b, c) for a, b, c in kept.get("again", ())]
        self.barred: list[Cause] = [(a, b, c) for a, b, c in kept.get("barred", ())]
        self.first: list[int] = list(kept.get("first", ()))  # the canaries, for the page

    def keep(self) -> dict[str, Any]:
        """A value that JSON can hold."""
        sent = [[number, *cause] for number, cause in self.sent.items()]
        return {
            "canaries": self.canaries,
            "sent": sent,
            "again": self.again,
            "barred": self.barred,
            "first": self.first,
        }

    def look(self, connection: Connection, most_open: int) -> bool:
        """See what has become of those that were sent; True when the next ones have to wait for more of them."""
        c = TABLE.c
        query = select(c.id, c.status, c.code).where(c.id.in_(list(self.sent)))
        for row in connection.execute(query).all() if self.sent else ():
            if row.status in (PENDING, RUNNING):
                continue
            cause = self.sent.pop(row.id)
            if row.status == FAILED and row.code == cause[2]:
                self.again.append(cause)
        enough = 1 if self.canaries else ENOUGH
        self.barred += [
            cause
            for cause in dict.fromkeys(self.again)
            if cause not in self.barred and self.again.count(cause) >= enough
        ]
        if self.canaries and self.first:
            if self.sent:
                return True
            self.canaries, self.again = False, []
        return len(self.sent) > most_open

    def pick_canaries(self, connection: Connection, rows: Select[Any]) -> Sequence[Row[Any]]:
        """The oldest message of each cause, of those that `rows` selects."""
        c = TABLE.c
        cause = (c.connector_id, c.entity, c.code)  # the columns of ix_message_failed: each jump is one step in it
        ids: list[int] = []
        query = rows
        while len(ids) < MOST:
            row = connection.execute(query.order_by(*cause, c.id).limit(1)).first()
            if row is None:
                break
            ids.append(row.id)
            last = (row.connector_id, row.entity, row.code)
            query = rows.where(tuple_(*cause) > tuple_(*map(literal, last)))
        self.first = ids
        return connection.execute(rows.where(c.id.in_(ids)).with_for_update()).all() if ids else []

    def left_out(self) -> list[ColumnElement[bool]]:
        """Conditions that keep the causes out which have failed again."""
        return [~_of(cause) for cause in self.barred]

    def took(self, rows: Iterable[Row[Any]]) -> None:
        """Remember what was sent."""
        self.sent |= {row.id: (row.connector_id, row.entity, row.code) for row in rows}

    def sentence(self) -> str:
        """Which causes were left alone and why; empty when there is none."""
        if not self.barred:
            return ""
        names = ", ".join(f"{entity} {code or 'without a code'}" for _, entity, code in self.barred)
        return f" Stopped, because it failed again of the same: {names}."


def _of(cause: Cause) -> ColumnElement[bool]:
    c = TABLE.c
    found: ColumnElement[bool] = (c.connector_id == cause[0]) & (c.entity == cause[1]) & (c.code == cause[2])
    return found
