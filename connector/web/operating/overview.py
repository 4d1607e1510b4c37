"""The overview: how every connector is doing now. Its live block is the same on first load and on each poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select

from connector.db import db, utcnow
from connector.queue.lanes import Lane
from connector.queue.reading import numbers, progress
from connector.queue.reading.progress import Progress
from connector.setup import connectors
from connector.setup.models import NEW, Connector
from connector.setup.rows import Config
from connector.sync.catalogue import SYNCS, Sync, find
from connector.watch import brakes, drift
from connector.web.access.auth import need
from connector.web.frame import chart
from connector.web.frame.language import tr
from connector.web.frame.render import render
from connector.web.frame.words import lane_title, per_cent
from connector.web.watching.brake import sentence

blueprint = Blueprint("overview", __name__)
FEW = 8  # entities of a card that are shown even when they are quiet


@dataclass(frozen=True, slots=True)
class Row:
    """One entity of a connector in one direction: counts by status, since when the oldest is due, the last success."""

    entity: str
    direction: str
    title: str
    counts: dict[str, int]
    oldest: datetime | None
    last_success: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One connector on the overview."""

    id: str
    name: str
    state: str
    active: bool
    attention: str
    attention_at: datetime | None
    rows: tuple[Row, ...]
    backlogs: tuple[tuple[str, Progress], ...]  # what has much to do, and how far it has come
    chart: chart.Chart
    questions: tuple[tuple[int, str], ...] = ()  # of the brake: number, sentence
    in_step: tuple[tuple[str, str, int], ...] = ()  # entity, per cent, number of the comparison
    quiet: int = 0  # entities that are folded away


@blueprint.get("/")
@need("viewer")
def page() -> Response:
    everything = bool(request.args.get("all"))
    shown = [card if everything else folded(card, utcnow()) for card in cards()]
    running = any(card.active and card.state != NEW for card in shown)
    return render(
        "overview/page.html",
        "live",
        cards=shown,
        workers=numbers.workers(utcnow()),
        work_expected=running,
        now=utcnow(),
        everything=everything,
    )


def folded(card: Card, now: datetime) -> Card:
    """A long card without the entities that have nothing to do and had nothing for a day."""
    loud = tuple(row for row in card.rows if any(row.counts.values()) or not _quiet(row, now))
    if len(card.rows) <= FEW or len(loud) == len(card.rows):
        return card
    return replace(card, rows=loud, quiet=len(card.rows) - len(loud))


def _quiet(row: Row, now: datetime) -> bool:
    return row.last_success is None or now - row.last_success > timedelta(days=1)


def cards() -> list[Card]:
    """Every connector that is not archived and may be seen, by its id."""
    columns = (
        Connector.id,
        Connector.name,
        Connector.state,
        Connector.active,
        Connector.attention,
        Connector.attention_at,
    )
    with db.read() as connection:
        found = connection.execute(select(*columns).where(Connector.archived.is_(False)).order_by(Connector.id)).all()
    found = [row for row in found if row.id not in current_user.hidden]
    now = utcnow()
    lanes = {row.id: [(sync, Lane(row.id, sync.entity, sync.direction)) for sync in SYNCS] for row in found}
    everywhere = [lane for of_one in lanes.values() for _, lane in of_one]
    counts = numbers.counts(everywhere)
    configs = {config.id: config for config in connectors.all()}
    shown = {
        id: [(sync, lane) for sync, lane in pairs if any(counts[lane].values()) or travels(configs[id], sync)]
        for id, pairs in lanes.items()
    }
    asked = [lane for pairs in shown.values() for _, lane in pairs]
    waiting = progress.backlogs(counts, now)
    questions = brakes.latest(asking=True, without=current_user.hidden)
    compared = drift.newest([row.id for row in found])
    oldest, success = numbers.oldest(asked, now), numbers.last_success(asked)
    return [
        Card(
            **row._mapping,
            rows=tuple(
                Row(sync.entity, sync.direction, lane_title(sync), counts[lane], oldest.get(lane), success.get(lane))
                for sync, lane in shown[row.id]
            ),
            backlogs=tuple((lane_title(sync), waiting[lane]) for sync, lane in shown[row.id] if lane in waiting),
            chart=chart.draw(numbers.minutes(row.id, now)),
            questions=tuple((one.id, sentence(one)) for one in questions if one.connector_id == row.id),
            in_step=tuple(
                (tr(find(entity).title), per_cent(drift.share_of(one)), one.id)
                for (id, entity), one in sorted(compared.items())
                if id == row.id
            ),
        )
        for row in found
    ]


def travels(config: Config, sync: Sync) -> bool:
    """Whether this entity is switched on and goes in this direction."""
    return config.enabled(sync.entity) and config.flows(sync.entity, sync.direction)
