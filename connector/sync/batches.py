"""Writing a list, and finding the poison record when the list as a whole is refused.

A batch that is refused is cut in two until the record that is refused is alone; the rest gets through.
With one bad row in n that costs about 2 log2(n) calls more, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.errors import Fail, Outcome, Refused, Retry
from connector.records import Record
from connector.systems.base import Written

Write = Callable[[Sequence[Record]], list[Written]]


def write_splitting(write: Write, records: Sequence[Record]) -> list[Written]:
    """One outcome for each record, in order. Raises Refused: nothing else would get through either."""
    try:
        written = write(records)
    except Refused:
        raise
    except Fail as refusal:
        if len(records) == 1:
            return [Written(records[0].key, problem=refusal)]
        middle = len(records) // 2
        return write_splitting(write, records[:middle]) + write_splitting(write, records[middle:])
    except Retry as trouble:
        return [Written(record.key, problem=trouble) for record in records]
    return _complete(written, records)


def _complete(written: list[Written], records: Sequence[Record]) -> list[Written]:
    """One answer for each record, whatever the system forgot: a record without an answer is tried again."""
    by_key = {done.key: done for done in written}
    missing: Outcome = Retry("The store's answer did not mention this record.", unknown=True)
    return [by_key.get(record.key) or Written(record.key, problem=missing) for record in records]
