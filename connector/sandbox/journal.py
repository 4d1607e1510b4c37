"""Reading the journal of effects. Writing is the store's alone, and only ever at the end.

One line for each effect on a record: what a checker compares between two systems. Nothing here can change a
line; the table's triggers refuse it even to the simulator itself.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sandbox.store import Store

START = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = "n, epoch, at, mono, request, method, path, effect, key, version, before, after"
MOST = 10_000


def iso(stamp: int) -> str:
    """Microseconds since 1970 as ISO 8601 in UTC, always with six digits."""
    return (START + timedelta(microseconds=stamp)).isoformat(timespec="microseconds")


def read(
    store: Store, after: int = 0, limit: int = 1000, *, key: str = "", effect: str = "", epoch: int | None = None
) -> dict[str, Any]:
    """Entries with n > after, oldest first; `epoch` defaults to the present one, 0 means all of them."""
    where, values = ["n > ?"], [after]
    for column, value in (("epoch", store.epoch if epoch is None else epoch), ("key", key), ("effect", effect)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]
    sql = f"SELECT {COLUMNS} FROM journal WHERE {' AND '.join(where)} ORDER BY n LIMIT ?"
    with store.lock:
        rows = store.db.execute(sql, (*values, max(1, min(limit, MOST)))).fetchall()
        last = store.db.execute("SELECT max(n) FROM journal").fetchone()[0] or 0
    return {"entries": [_entry(row) for row in rows], "last": last, "epoch": store.epoch}


def latest(store: Store, limit: int = 50) -> list[dict[str, Any]]:
    """The newest entries of this epoch, newest first, for the page."""
    with store.lock:
        rows = store.db.execute(
            f"SELECT {COLUMNS} FROM journal WHERE epoch = ? ORDER BY n DESC LIMIT ?", (store.epoch, limit)
        ).fetchall()
    return [_entry(row) for row in rows]


def _entry(row: tuple[Any, ...]) -> dict[str, Any]:
    entry = dict(zip(COLUMNS.split(", "), row, strict=True))
    return {**entry, "at": iso(entry["at"]), "before": json.loads(entry["before"]), "after": json.loads(entry["after"])}
