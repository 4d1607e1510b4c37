"""What has failed is over when a later run of the same record succeeds, or fails again: one failure for each record.

The older failed row gets the status superseded and says which message did it; its error and its log stay. It knows no
page and no entity.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from connector.queue.models import FAILED, SUCCEEDED
from connector.queue.sql import Rows, fetch
from connector.queue.working.endings import Ending

SAID = {
    SUCCEEDED: "Resolved by itself: a later run of the record succeeded (message ",
    FAILED: "A later run of the record failed, too: see there (message ",
}
_NEWER = Rows("newer", id="bigint", key="text", said="text")
_RESOLVE = """
    UPDATE message SET status = 'superseded', settled_at = :now, reason = newer.said || newer.id || ').'
    FROM {source}
    WHERE message.status = 'failed' AND message.connector_id = :connector AND message.entity = :entity
      AND message.direction = :direction AND message.key = newer.key AND message.id <> newer.id
    RETURNING message.id"""


def resolve(connection: Connection, ends: Sequence[Ending], settled: Collection[int], at: int) -> int:
    """Close the older failed messages of records that have succeeded or failed now; returns how many.

    `at`: microseconds.
    """
    rows = [(e.message.id, e.message.key, SAID[e.status]) for e in ends if e.status in SAID and e.message.id in settled]
    if not rows:
        return 0
    dialect = connection.dialect.name
    sql = _RESOLVE.format(source=_NEWER.source(dialect))
    values = {**ends[0].message.lane._asdict(), "now": at, **_NEWER.values(dialect, rows)}
    return len(fetch(connection, sql, values))
