"""Takes old entries out: messages that came to a good end, and the log of messages that are gone.

It walks both tables from their oldest id on and stops at the first row that is young enough, in short
transactions: nobody waits for it, and it needs no index of its own. What failed, waits or is held stays,
however old, until a person has seen to it; so does its log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from connector.db import db, micros
from connector.queue.sql import run

CHUNK = 500

_OLD_MESSAGES = (
    "SELECT max(id) FROM (SELECT id, created_at FROM message WHERE id > :after ORDER BY id LIMIT :most) AS m"
)
_OLD_ATTEMPTS = "SELECT max(id) FROM (SELECT id FROM attempt WHERE id > :after ORDER BY id LIMIT :most) AS a"
_YOUNG_MESSAGE = "SELECT 1 FROM message WHERE id = :upto AND created_at >= :before"
_YOUNG_ATTEMPT = "SELECT 1 FROM attempt WHERE id = :upto AND finished_at >= :before"
_DROP_MESSAGES = """
    DELETE FROM message WHERE id > :after AND id <= :upto AND connector_id = :connector AND created_at < :before
      AND (status = 'superseded' OR (status IN ('succeeded', 'skipped') AND settled_at < :before))"""
_DROP_ATTEMPTS = """
    DELETE FROM attempt WHERE id > :after AND id <= :upto AND connector_id = :connector AND finished_at < :before
      AND NOT EXISTS (SELECT 1 FROM message WHERE message.id = attempt.message_id)
      AND NOT EXISTS (SELECT 1 FROM attempt AS child JOIN message ON message.id = child.message_id
                      WHERE child.parent_id = attempt.id)"""


class Cleaned(NamedTuple):
    """How many rows went."""

    messages: int
    attempts: int


def clean(connector: str, before: datetime, *, stop: Callable[[], bool] = lambda: False) -> Cleaned:
    """Drop what ended well before that instant, and its log. `stop()` ends it between two transactions."""
    messages = _walk(connector, before, _OLD_MESSAGES, _YOUNG_MESSAGE, _DROP_MESSAGES, stop)
    return Cleaned(messages, _walk(connector, before, _OLD_ATTEMPTS, _YOUNG_ATTEMPT, _DROP_ATTEMPTS, stop))


def _walk(connector: str, before: datetime, page: str, young: str, drop: str, stop: Callable[[], bool]) -> int:
    after = dropped = 0
    while not stop():
        values = {"connector": connector, "before": micros(before), "after": after, "most": CHUNK}
        with db.write() as connection:
            upto = run(connection, page, values).scalar_one()
            if upto is None:
                break
            dropped += run(connection, drop, {**values, "upto": upto}).rowcount
            done = run(connection, young, {**values, "upto": upto}).first()
        if done:  # later rows are younger still
            break
        after = upto
    return dropped
