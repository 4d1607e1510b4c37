"""The mail report of a run in which something failed: one mail for each run, to all readers (LOG-17).

It reads the run, its failed tries and their messages; whether anybody is to be told is the connector's setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from connector.db import db
from connector.queue.models import Attempt, Message
from connector.queue.reading import logbook
from connector.queue.reading.paging import newest_first, span
from connector.watch import mail

ATTEMPTS: Any = Attempt.__table__
MESSAGES: Any = Message.__table__
MOST = 500  # failed records that are looked at
SAMPLES = 5  # keys that a cause names
EACH = "records"


def send(connector_id: str, settings: Mapping[str, Any], run_id: int | None) -> bool:
    """Mail the failures of a run, if the logging section says so and there are any. True when it was handed over."""
    if not settings.get("report") or run_id is None:
        return False
    run = logbook.run(run_id)
    if run is None or not run.failed:
        return False
    readers = [str(reader) for reader in settings.get("recipients") or ()]
    subject = f"{connector_id}: {run.failed:,} {run.entity} {'message' if run.failed == 1 else 'messages'} failed"
    return mail.send(readers, subject, text(run, _failed(run), each=settings.get("template") == EACH))


def text(run: Row[Any], failed: list[Row[Any]], *, each: bool) -> str:
    """The mail: the run, then its causes; with `each` every record too."""
    lines = [
        f"Connector {run.connector_id}, {run.entity}, {run.direction.replace('_', ' ')}.",
        f"Run {run.id} of {run.started_at or run.created_at:%Y-%m-%d %H:%M} UTC ({run.mode}): "
        f"{run.done:,} messages, {run.succeeded:,} succeeded, {run.failed:,} failed, {run.skipped:,} skipped.",
        "",
    ]
    causes: dict[str, list[Row[Any]]] = {}
    for row in failed:
        causes.setdefault(row.code or "", []).append(row)
    for code, rows in sorted(causes.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(row.key for row in rows[:SAMPLES])
        more = f" and {len(rows) - SAMPLES:,} more" if len(rows) > SAMPLES else ""
        lines += [f"{len(rows):,} x {code or 'without a code'}: {rows[0].summary}", f"    {shown}{more}", ""]
    if each:
        lines += [*(f"{row.key}: {row.summary}" for row in failed), ""]
    lines.append(f"The pages: /failed?connector={run.connector_id} and /log/runs/{run.id}")
    return "\n".join(lines) + "\n"


def _failed(run: Row[Any]) -> list[Row[Any]]:
    """The failed tries of a run with their message's cause, newest first."""
    c = ATTEMPTS.c
    query = select(c.id, c.key, c.summary, MESSAGES.c.code).outerjoin(MESSAGES, MESSAGES.c.id == c.message_id)
    query = query.where(
        c.run_id == run.id, c.connector_id == run.connector_id, c.entity == run.entity, c.outcome == "failed"
    ).where(c.kind != "batch")
    with db.read() as connection:
        among = span(connection, ATTEMPTS, "finished_at", run.started_at or run.created_at, run.finished_at)
        return list(newest_first(connection, query, c.id, None, MOST, among).rows)
