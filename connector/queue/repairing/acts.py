"""The three things that a person can do to messages, applied to one chunk of locked rows.

Each message gets a row in the log (Attempt, kind "person"): who did it and why stays visible when the message
has long got another status.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, update

from connector.queue.lanes import Lane
from connector.queue.models import (
    FAILED,
    HELD,
    NORMAL,
    PENDING,
    SKIPPED,
    SUPERSEDED,
    URGENT,
    WAITING,
    Attempt,
    Message,
)
from connector.queue.working import stats
from connector.queue.working.back import Return, to_pending

TABLE: Any = Message.__table__
REPROCESS, SKIP, HOLD = "reprocess", "skip", "hold"
MAY = {  # the statuses that each of them may be done to
    REPROCESS: (FAILED, HELD, WAITING),
    SKIP: (FAILED, HELD, WAITING, PENDING),
    HOLD: (PENDING, WAITING),
}
LOG_TYPE = "Reprocess Sync"  # the action type of the log under which all three are filed (LOG-03)
DONE = {REPROCESS: "reprocessed", SKIP: SKIPPED, HOLD: HELD}  # word, and outcome in the log
SAID = {REPROCESS: "Reprocessed", SKIP: "Skipped", HOLD: "Held"}


class Act(NamedTuple):
    """What is done, by whom and why. `urgent` puts reprocessed messages on the urgent lane."""

    action: str
    user: str
    reason: str = ""
    urgent: bool = False
    origin: str = "reprocess"  # what reprocessed messages say of where they come from

    @property
    def why(self) -> str:
        by = f" by {self.user}" if self.user else ""
        return f"{SAID[self.action]}{by}{': ' + self.reason if self.reason else '.'}"

    def sentence(self, number: int, left: int = 0) -> str:
        """For the log: how many messages, by whom, why, and how many had been overtaken."""
        by = f" by {self.user}" if self.user else ""
        text = f"{number:,} message{'' if number == 1 else 's'} {DONE[self.action]}{by}"
        over = f"; {left:,} superseded by newer changes" if left else ""
        return f"{text}{over}{': ' + self.reason if self.reason else '.'}"


def apply(connection: Connection, act: Act, run_id: int, rows: Sequence[Row[Any]], now: datetime) -> int:
    """Do it to these rows, which the caller has locked. Returns how many got the status that was asked for."""
    overtaken: set[int] = set()
    if act.action == REPROCESS:
        overtaken = _reprocess(connection, act, rows, now)
    else:
        _close(connection, act, [row.id for row in rows], now)
    connection.execute(insert(Attempt.__table__), [_entry(act, run_id, row, row.id in overtaken, now) for row in rows])
    if act.action == SKIP:
        for lane, number in Counter(Lane(row.connector_id, row.entity, row.direction) for row in rows).items():
            stats.count(connection, lane, now, skipped=number)
    return len(rows) - len(overtaken)


def _reprocess(connection: Connection, act: Act, rows: Sequence[Row[Any]], now: datetime) -> set[int]:
    values = {
        "attempts": 0,
        "deaths": 0,
        "origin": act.origin,
        "user": act.user,
        "priority": URGENT if act.urgent else NORMAL,
        "error": "",
        "code": "",
    }
    back = [Return(row.id, act.why, now, values) for row in rows]
    return set(to_pending(connection, back, now=now).superseded)


def _close(connection: Connection, act: Act, ids: list[int], now: datetime) -> None:
    values = {"status": DONE[act.action], "reason": act.why, "user": act.user, "settled_at": now, "waits_for": ""}
    connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(values))


def _entry(act: Act, run_id: int, row: Row[Any], overtaken: bool, now: datetime) -> dict[str, Any]:
    return {
        "message_id": row.id,
        "run_id": run_id,
        "kind": "person",
        "connector_id": row.connector_id,
        "entity": row.entity,
        "direction": row.direction,
        "key": row.key,
        "number": row.attempts,
        "level": "info",
        "outcome": SUPERSEDED if overtaken else DONE[act.action],
        "summary": act.why + (" A newer change was already waiting." if overtaken else ""),
        "user": act.user,
        "started_at": now,
        "finished_at": now,
    }
