"""What the nightly jobs do: clean the log or put it into the archive, and tell of credentials that are about to end."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from connector import events, notices
from connector.db import utcnow
from connector.errors import Fail
from connector.queue import housekeeping
from connector.queue.archive import Archive
from connector.queue.scheduler import JobRun, next_run
from connector.setup import expiry
from connector.setup.connectors import Config

DAY = timedelta(hours=25)  # a schedule that runs again within it is at least a daily one


def clean(config: Config, job_run: JobRun, instance_folder: str | Path, cron: str) -> str:
    """Clean as the logging section says; returns a sentence. Raises Fail when the archive cannot be written."""
    chosen = config.section("log")
    now, days = utcnow(), int(chosen.get("keep_days") or 0)
    notices.tidy(now - notices.KEPT)
    if not days:
        return "Everything is kept."
    if job_run.mode == "auto" and not due(str(chosen.get("frequency", "daily")), cron, now):
        return f"Not today: the log is cleaned {chosen.get('frequency')}."
    archived = chosen.get("mode") == "archive"
    archive = Archive(instance_folder, config.id)
    try:
        cleaned = housekeeping.clean(
            config.id,
            now - timedelta(days=days),
            stop=job_run.stop.is_set,
            keep=(lambda table, rows: archive.keep(table, rows, now)) if archived else None,
        )
        gone = archive.expire((now - timedelta(days=int(chosen.get("archive_days") or 30))).date())
    except OSError as error:
        raise Fail(f"The archive cannot be written: {error.strerror or 'the disk refused it'}.") from None
    where = "put into the archive" if archived else "removed"
    text = f"{cleaned.messages} messages and {cleaned.attempts} log entries older than {days} days were {where}"
    return f"{text}; {gone} archive files were deleted" if gone else text


def due(frequency: str, cron: str, now: datetime) -> bool:
    """Whether a launch at this moment is one of that frequency: weekly on Mondays, monthly on the first.

    An expression that itself fires less than once a day has been chosen by a person: it is taken as it is.
    """
    following = next_run(cron, now + timedelta(minutes=1))
    if following is None or following - now > DAY:
        return True
    return {"weekly": now.weekday() == 0, "monthly": now.day == 1}.get(frequency, True)


def tell_of_expiry(config: Config) -> str:
    """One notice in the log for each credential that is old or about to end, at most once a week (SCH-06)."""
    told, found = 0, expiry.notices(config, utcnow())
    _ring(config, found)
    for notice in found:
        if not events.latest(connector_id=notice.connector_id, text=notice.subject, since=utcnow() - expiry.AGAIN):
            text = f"{notice.subject} {notice.rest}"
            events.record("Configuration", text, connector_id=notice.connector_id, level=events.WARNING)
            told += 1
    return f"{told} notices" if told else "No credential is about to end."


def _ring(config: Config, found: list[expiry.Notice]) -> None:
    """The same on the bell (SCH-06, LIC-04), until the credential is changed; not told again each night."""
    keys = {f"expiry/{notice.connector_id}/{notice.subject}": notice for notice in found}
    for key, notice in keys.items():
        if not notices.is_open(key):
            link = f"/connectors/{notice.connector_id}/settings/connection" if notice.connector_id else "/account"
            notices.tell(f"{notice.subject} {notice.rest}", key=key, connector_id=notice.connector_id, link=link)
    for connector_id in (config.id, ""):
        notices.end_others(f"expiry/{connector_id}/", keys)
