"""What has failed is over when a later run of the same record succeeds. It knows no page and no entity.

The failed row gets the status superseded and says which message did it; its error and its log stay.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from connector.queue.endings import Ending
from connector.queue.models import SUCCEEDED
from connector.queue.sql import Rows, fetch

SAID = "Resolved by itself: a later run of the record succeeded (message "
_NEWER = Rows("newer", id="bigint", key="text")
_RESOLVE = """
    UPDATE message SET status = 'superseded', settled_at = :now, reason = '{said}' || newer.id || ').'
    FROM {source}
    WHERE message.status = 'failed' AND message.connector_id = :connector AND message.entity = :entity
      AND message.direction = :direction AND message.key = newer.key
    RETURNING message.id"""


def resolve(connection: Connection, ends: Sequence[Ending], settled: Collection[int], at: int) -> int:
    """Close the failed messages of records that have succeeded now; returns how many. `at`: microseconds."""
    good = [(e.message.id, e.message.key) for e in ends if e.status == SUCCEEDED and e.message.id in settled]
    if not good:
        return 0
    dialect = connection.dialect.name
    sql = _RESOLVE.format(said=SAID, source=_NEWER.source(dialect))
    values = {**ends[0].message.lane._asdict(), "now": at, **_NEWER.values(dialect, good)}
    return len(fetch(connection, sql, values))
