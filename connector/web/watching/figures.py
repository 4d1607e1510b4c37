"""Pictures of one connector: throughput, lag, failures, calls saved, drift. Each bar is a link to its messages.

Every picture has its figures as a table too. The address says the span; nothing moves by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

from connector.db import utcnow
from connector.queue.lanes import Lane
from connector.queue.models import FAILED
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.setup.connectors import Config
from connector.sync import catalogue
from connector.sync.catalogue import Sync
from connector.watch import drift, figures
from connector.web.access.auth import need
from connector.web.frame import asking, chart
from connector.web.frame.asking import Asked
from connector.web.frame.configuring import known
from connector.web.frame.render import render
from connector.web.operating import causes

blueprint = Blueprint("figures", __name__, url_prefix="/connectors/<connector_id>/figures")
SPANS = (("hour", "The last hour"), ("day", "The last day"), ("week", "The last week"))
PHASES = (
    ("detected", "Detected", "from the change in its system to us"),
    ("queued", "Queued", "until work on it began"),
    ("sent", "Sent", "until the other side had answered"),
    ("acknowledged", "Acknowledged", "until that was written down"),
    ("whole", "Together", "from us to the end"),
)
MOST_CAUSES = 15


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    config = known(connector_id)
    asked = Asked(request.args)
    span = asked.choice("span", figures.SPANS) or "day"
    syncs = {Lane(config.id, one.entity, one.direction): one for one in catalogue.SYNCS if _shown(config, one)}
    found = figures.throughput(list(syncs), span, utcnow())
    return render(
        "figures/page.html",
        status=asked.status,
        config=config,
        span=span,
        spans=SPANS,
        throughput=_throughput(config, found.slots),
        saved=_saved(config, found.lanes, syncs),
        lags=_lags(found.lanes, syncs),
        failures=_failures(config),
        drift=_drift(config),
        phases=PHASES,
    )


def _shown(config: Config, sync: Sync) -> bool:
    return config.enabled(sync.entity) and config.flows(sync.entity, sync.direction)


def within(since: datetime, until: datetime) -> dict[str, str]:
    """The fields of a filter that mean this time, to the second."""
    last = until - timedelta(seconds=1)
    return {"from_date": f"{since:%Y-%m-%d}", "from_time": f"{since:%H:%M:%S}",
            "to_date": f"{last:%Y-%m-%d}", "to_time": f"{last:%H:%M:%S}"}  # fmt: skip


def _throughput(config: Config, slots: list[figures.Slot]) -> chart.Bars:
    parts = []
    for slot in slots:
        text = f"{slot.total:,} messages" + (f", {slot.failed:,} failed" if slot.failed else "")
        address = asking.query("/messages", connector=config.id, **within(slot.since, slot.until))
        here = address if slot.total else ""
        parts.append(chart.Part(f"{slot.since:%a %H:%M} UTC", slot.total, text, here, slot.failed))
    total, failed = sum(slot.total for slot in slots), sum(slot.failed for slot in slots)
    sentence = f"{total:,} messages, {failed:,} failed." if total else "No message in this time."
    return chart.bars(parts, sentence)


def _saved(config: Config, lanes: dict[Lane, figures.Slot], syncs: dict[Lane, Sync]) -> chart.Bars:
    sent = sum(slot.calls for slot in lanes.values())
    saved = sum(slot.saved for slot in lanes.values())
    parts = [
        chart.Part(
            syncs[lane].label,
            slot.saved,
            f"{slot.saved:,} calls saved, {slot.calls:,} made",
            asking.query("/messages", connector=config.id, entity=lane.entity, direction=lane.direction),
        )
        for lane, slot in lanes.items()
        if slot.calls or slot.saved
    ]
    share = f" That is {100 * saved / (saved + sent):.0f} % of what single calls would have been." if saved else ""
    return chart.bars(parts, f"{sent:,} calls made, {saved:,} saved by batches.{share}")


def _lags(lanes: dict[Lane, figures.Slot], syncs: dict[Lane, Sync]) -> list[dict[str, Any]]:
    found = figures.lags([lane for lane, slot in lanes.items() if slot.succeeded])
    return [
        {
            "title": syncs[lane].label,
            "number": lag.number,
            "address": asking.query(
                "/messages", connector=lane.connector, entity=lane.entity, direction=lane.direction, status="succeeded"
            ),
            "phases": [
                (label, *(seconds(value) for value in lag.phases[name])) if name in lag.phases else (label, "-", "-")
                for name, label, _ in PHASES
            ],
        }
        for lane, lag in found.items()
    ]


def seconds(value: float) -> str:
    """A span for a person: milliseconds, seconds, minutes, hours."""
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def _failures(config: Config) -> chart.Bars:
    groups = sorted(history.failed_groups(Filter(config.id, status=FAILED)), key=lambda one: -one.count)
    parts = [
        chart.Part(
            f"{group.entity.replace('_', ' ')}: {causes.find(group.code).title or group.sentence}"[:120],
            group.count,
            f"{group.count:,} failed",
            url_for("failed.messages", connector=config.id, entity=group.entity, cause=group.code or "-"),
            group.count,
        )
        for group in groups[:MOST_CAUSES]
    ]
    total = sum(group.count for group in groups)
    more = f" The {MOST_CAUSES} largest are shown." if len(groups) > MOST_CAUSES else ""
    said = f"{total:,} failed messages of {len(groups)} cause{'' if len(groups) == 1 else 's'}.{more}"
    return chart.bars(parts, said if groups else "Nothing has failed.")


def _drift(config: Config) -> chart.Bars:
    parts = [
        chart.Part(
            catalogue.find(entity).title,
            100,
            f"{drift.percent(row)} in step",
            url_for("drift.comparison", connector_id=config.id, number=row.id),
            100 - (drift.share_of(row) or 0),
        )
        for (_, entity), row in sorted(drift.newest([config.id]).items())
        if drift.share_of(row) is not None
    ]
    return chart.bars(parts, "Out of step at the last comparison." if parts else "Never compared yet.")
