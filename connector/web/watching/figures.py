"""Pictures of one connector: throughput, lag, failures, calls saved, drift. Each bar is a link to its messages.

Every picture has its figures as a table too. The address says the span; nothing moves by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

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
from connector.web.frame import asking, chart, zones
from connector.web.frame.asking import Asked
from connector.web.frame.configuring import known
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import render
from connector.web.frame.words import entity_inside, lane_title, per_cent
from connector.web.operating import causes

blueprint = Blueprint("figures", __name__, url_prefix="/connectors/<connector_id>/figures")
SPANS = (("hour", N_("The last hour")), ("day", N_("The last day")), ("week", N_("The last week")))
PHASES = (
    ("detected", N_("Detected"), N_("from the change in its system to us")),
    ("queued", N_("Queued"), N_("until work on it began")),
    ("sent", N_("Sent"), N_("until the other side had answered")),
    ("acknowledged", N_("Acknowledged"), N_("until that was written down")),
    ("whole", N_("Together"), N_("from us to the end")),
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
        spans=[(value, tr(label)) for value, label in SPANS],
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
    return {"from_date": zones.day(since), "from_time": zones.clock(since),
            "to_date": zones.day(last), "to_time": zones.clock(last)}  # fmt: skip


def _throughput(config: Config, slots: list[figures.Slot]) -> chart.Bars:
    parts = []
    for slot in slots:
        numbers = {"number": said(slot.total), "failed": said(slot.failed)}
        text = _("%(number)s messages", **numbers)
        if slot.failed:
            text = _("%(number)s messages, %(failed)s failed", **numbers)
        address = asking.query("/messages", connector=config.id, **within(slot.since, slot.until))
        here = address if slot.total else ""
        parts.append(chart.Part(_clock(slot.since), slot.total, text, here, slot.failed))
    total, failed = sum(slot.total for slot in slots), sum(slot.failed for slot in slots)
    if not total:
        return chart.bars(parts, _("No message in this time."))
    return chart.bars(parts, _("%(number)s messages, %(failed)s failed.", number=said(total), failed=said(failed)))


def said(number: int) -> str:
    return format_decimal(number)


def _clock(instant: datetime) -> str:
    return zones.brief(instant)


def _saved(config: Config, lanes: dict[Lane, figures.Slot], syncs: dict[Lane, Sync]) -> chart.Bars:
    sent = sum(slot.calls for slot in lanes.values())
    saved = sum(slot.saved for slot in lanes.values())
    parts = [
        chart.Part(
            lane_title(syncs[lane]),
            slot.saved,
            _("%(saved)s calls saved, %(made)s made", saved=said(slot.saved), made=said(slot.calls)),
            asking.query("/messages", connector=config.id, entity=lane.entity, direction=lane.direction),
        )
        for lane, slot in lanes.items()
        if slot.calls or slot.saved
    ]
    sentence = _("%(made)s calls made, %(saved)s saved by batches.", made=said(sent), saved=said(saved))
    if saved:
        part = f"{100 * saved / (saved + sent):.0f}"
        sentence += " " + _("That is %(part)s %% of what single calls would have been.", part=part)
    return chart.bars(parts, sentence)


def _lags(lanes: dict[Lane, figures.Slot], syncs: dict[Lane, Sync]) -> list[dict[str, Any]]:
    found = figures.lags([lane for lane, slot in lanes.items() if slot.succeeded])
    return [
        {
            "title": lane_title(syncs[lane]),
            "number": lag.number,
            "address": asking.query(
                "/messages", connector=lane.connector, entity=lane.entity, direction=lane.direction, status="succeeded"
            ),
            "phases": [
                (label, *(seconds(value) for value in lag.phases[name])) if name in lag.phases else (label, "-", "-")
                for name, label, _help in PHASES
            ],
        }
        for lane, lag in found.items()
    ]


def seconds(value: float) -> str:
    """A span for a person: milliseconds, seconds, minutes, hours."""
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 120:
        return f"{_tenths(value)} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{_tenths(value / 3600)} h"


def _tenths(value: float) -> str:
    return format_decimal(round(value, 1), "0.0")


def _failures(config: Config) -> chart.Bars:
    groups = sorted(history.failed_groups(Filter(config.id, status=FAILED)), key=lambda one: -one.count)
    parts = [
        chart.Part(
            f"{entity_inside(group.entity)}: {causes.find(group.code).title or group.sentence}"[:120],
            group.count,
            _("%(number)s failed", number=said(group.count)),
            url_for("failed.messages", connector=config.id, entity=group.entity, cause=group.code or "-"),
            group.count,
        )
        for group in groups[:MOST_CAUSES]
    ]
    total = sum(group.count for group in groups)
    if not groups:
        return chart.bars(parts, _("Nothing has failed."))
    sentence = ngettext(
        "%(number)s failed messages of %(num)d cause.",
        "%(number)s failed messages of %(num)d causes.",
        len(groups),
        number=said(total),
    )
    if len(groups) > MOST_CAUSES:
        sentence += " " + _("The %(number)s largest are shown.", number=MOST_CAUSES)
    return chart.bars(parts, sentence)


def _drift(config: Config) -> chart.Bars:
    parts = [
        chart.Part(
            tr(catalogue.find(entity).title),
            100,
            _("%(share)s in step", share=per_cent(drift.share_of(row))),
            url_for("drift.comparison", connector_id=config.id, number=row.id),
            100 - (drift.share_of(row) or 0),
        )
        for (_id, entity), row in sorted(drift.newest([config.id]).items())
        if drift.share_of(row) is not None
    ]
    return chart.bars(parts, _("Out of step at the last comparison.") if parts else _("Never compared yet."))
