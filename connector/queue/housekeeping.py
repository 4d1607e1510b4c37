"""Takes old entries out: messages that came to a good end, the log of messages that are gone, runs, and what the
house noted by itself.

It walks each table from its oldest id on and stops at the first row that is young enough, in short
transactions: nobody waits for it, and it needs no index of its own. What failed, waits or is held stays,
however old, until a person has seen to it; so does its log. What people did (events with a user) stays too: it is
the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import RowMapping

from connector.db import db, micros
from connector.queue.sql import run

CHUNK = 500


class Table(NamedTuple):
    """One table of the log: by which column it is old, and which old rows may go."""

    name: str
    time: str
    goes: str


TABLES = (
    Table(
        "message",
        "created_at",
        "(status = 'superseded' OR (status IN ('succeeded', 'skipped') AND settled_at < :before))",
    ),
    Table(
        "attempt",
        "finished_at",
        """NOT EXISTS (SELECT 1 FROM message WHERE message.id = attempt.message_id)
      AND NOT EXISTS (SELECT 1 FROM attempt AS child JOIN message ON message.id = child.message_id
                      WHERE child.parent_id = attempt.id)""",
    ),
    Table("run", "created_at", "status <> 'processing'"),
    Table("event", "at", "event.user = ''"),
    Table("field_change", "at", "id > 0"),
)
EMPTY = """DELETE FROM attempt WHERE id IN
    (SELECT id FROM attempt WHERE connector_id = :connector ORDER BY id LIMIT :most)"""
Keep = Callable[[str, Sequence[RowMapping]], None]


class Cleaned(NamedTuple):
    """How many rows went."""

    messages: int
    attempts: int
    runs: int = 0
    events: int = 0
    changes: int = 0


def clean(
    connector: str, before: datetime, *, stop: Callable[[], bool] = lambda: False, keep: Keep | None = None
) -> Cleaned:
    """Drop what ended well before that instant, and its log. `stop()` ends it between two transactions.

    `keep(table, rows)` is given the rows before they go (the archive); what it raises leaves them where they are.
    """
    return Cleaned(*(_walk(table, connector, before, stop, keep) for table in TABLES))


def _walk(table: Table, connector: str, before: datetime, stop: Callable[[], bool], keep: Keep | None) -> int:
    name, time = table.name, table.time
    page = f"SELECT max(id) FROM (SELECT id FROM {name} WHERE id > :after ORDER BY id LIMIT :most) AS page"
    young = f"SELECT 1 FROM {name} WHERE id = :upto AND {time} >= :before"
    old = f"id > :after AND id <= :upto AND connector_id = :connector AND {time} < :before AND {table.goes}"
    after = dropped = 0
    while not stop():
        values = {"connector": connector, "before": micros(before), "after": after, "most": CHUNK}
        with db.read() as connection:
            upto = run(connection, page, values).scalar_one()
        if upto is None:
            break
        if keep is not None:
            with db.read() as connection:
                rows = run(connection, f"SELECT * FROM {name} WHERE {old}", {**values, "upto": upto}).mappings().all()
            keep(name, rows)
        with db.write() as connection:
            dropped += run(connection, f"DELETE FROM {name} WHERE {old}", {**values, "upto": upto}).rowcount
            done = run(connection, young, {**values, "upto": upto}).first()
        if done:  # later rows are younger still
            break
        after = upto
    return dropped


def clear(connectors: Sequence[str], *, stop: Callable[[], bool] = lambda: False) -> int:
    """Empty the log of tries of these connectors (LOG-05); returns how many entries went. Messages stay."""
    dropped = 0
    for connector in connectors:
        went = CHUNK
        while went == CHUNK and not stop():
            with db.write() as connection:
                went = run(connection, EMPTY, {"connector": connector, "most": CHUNK}).rowcount
            dropped += went
    return dropped


def count(connectors: Sequence[str], cap: int) -> int:
    """How many entries `clear` would take out, counted up to `cap + 1`."""
    found = 0
    for connector in connectors:
        query = "SELECT 1 FROM attempt WHERE connector_id = :connector LIMIT :most"
        values = {"connector": connector, "most": cap + 1 - found}
        with db.read() as connection:
            found += run(connection, f"SELECT count(*) FROM ({query}) AS some", values).scalar_one()
    return found
