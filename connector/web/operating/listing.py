"""What goes with a list of messages under the same filter: the chart of its last day, the file, the repair of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from connector.db import utcnow
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, SKIPPED, SUCCEEDED
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.sync import catalogue
from connector.watch import figures
from connector.web.frame import asking, chart, exports, zones
from connector.web.frame.asking import Asked
from connector.web.frame.language import format_decimal
from connector.web.watching.figures import within

COLUMNS = ("Message", "Connector", "Entity", "Direction", "Key", "Status", "Why", "Tries", "Merged", "Accepted")
COUNTED = {"": "total", SUCCEEDED: "succeeded", FAILED: "failed", SKIPPED: "skipped"}


def day(chosen: Filter, asked: Asked) -> chart.Bars | None:
    """Its last day as bars, each a link to the same filter in that quarter of an hour.

    None where the counters cannot tell: no connector chosen, a key or a text, a status that is not an end.
    """
    if not chosen.connector or chosen.key or chosen.text or chosen.status not in COUNTED:
        return None
    lanes = [
        Lane(chosen.connector, sync.entity, sync.direction)
        for sync in catalogue.SYNCS
        if chosen.entity in ("", sync.entity) and chosen.direction in ("", sync.direction)
    ]
    parts = []
    for slot in figures.throughput(lanes, "day", utcnow()).slots:
        number = getattr(slot, COUNTED[chosen.status])
        address = asking.query("/messages", **(asked.values | within(slot.since, slot.until))) if number else ""
        failed = slot.failed if chosen.status in ("", FAILED) else 0
        label = zones.brief(slot.since)
        text = _("%(number)s messages", number=format_decimal(number))
        parts.append(chart.Part(label, number, text, address, failed))
    total = sum(part.amount for part in parts)
    if not total:
        return None
    return chart.bars(parts, _("%(number)s messages ended in the last day.", number=format_decimal(int(total))))


def file(chosen: Filter) -> Response:
    """A CSV of the messages of a filter, newest first."""
    return exports.answer("messages", COLUMNS, map(_line, _all(chosen)))


def _all(chosen: Filter) -> Iterator[Any]:
    before: int | None = None
    given = 0
    while given < exports.MOST_LINES:
        page = history.messages(chosen, before, limit=exports.PAGE)
        yield from page.rows
        given += len(page.rows)
        before = page.older
        if before is None:
            return


def _line(row: Any) -> tuple[Any, ...]:
    accepted = exports.moment(row.created_at)
    told = (row.id, row.connector_id, row.entity, row.direction, row.key, row.status, row.reason)
    return (*told, row.attempts, row.merged, accepted)


def repair(asked: Asked) -> str:
    """The page on which all failed messages of this filter are sent again or given up."""
    names = ("connector", "entity", "text", "from_date", "from_time", "to_date", "to_time")
    return asking.query(url_for("failed.page"), **{name: asked.values.get(name, "") for name in names})
