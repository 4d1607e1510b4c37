"""Answers for machines: is the process alive, may it be sent visitors, and the numbers for Prometheus."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from connector.db import db, utcnow
from connector.queue.lanes import Lane
from connector.queue.reading import numbers
from connector.setup.models import Connector
from connector.sync.catalogue import SYNCS
from connector.web.access.auth import public
from connector.web.machines import vital_numbers

blueprint = Blueprint("health", __name__)
MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
MOST_COUNTED = 1_000_000  # messages of one lane and status: a scrape must stay quick
LANE = ("connector", "entity", "direction")


@blueprint.get("/healthz")
@public
def alive() -> tuple[Response, int]:
    return jsonify(status="alive"), 200


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """200 when the database answers and has every migration; else 503 and the reason."""
    try:
        with db.read() as connection:
            have = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError:
        return jsonify(status="not ready", reason="The database does not answer."), 503
    if have != _newest():
        reason = "The database needs migrations: run flask --app wsgi db upgrade."
        return jsonify(status="not ready", reason=reason), 503
    return jsonify(status="ready"), 200


@cache
def _newest() -> set[str]:
    return set(ScriptDirectory(str(MIGRATIONS)).get_heads())


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text. With METRICS_TOKEN configured it asks for `Authorization: Bearer <token>`."""
    token = current_app.config.get("METRICS_TOKEN")
    given = request.headers.get("Authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("The metrics need a token.\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(Numbers())
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class Numbers:
    """Collects from the database at each scrape, so that every process tells the same."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = utcnow()
        lanes = _lanes()
        messages = GaugeMetricFamily(
            "connector_messages", "Messages that are not over, by status.", labels=[*LANE, "status"]
        )
        for lane, counts in numbers.counts(lanes, MOST_COUNTED).items():
            for status, number in counts.items():
                messages.add_metric([*lane, status], number)
        lag = GaugeMetricFamily("connector_lag_seconds", "Age of the change that has been due longest.", labels=LANE)
        oldest = numbers.oldest(lanes, now)
        for lane in lanes:
            lag.add_metric(lane, (now - oldest[lane]).total_seconds() if lane in oldest else 0)
        workers = GaugeMetricFamily("connector_workers", "Processes that work messages.", numbers.workers(now))
        yield from (messages, lag, workers)
        yield from _counters()
        yield from vital_numbers.metrics(now)


def _lanes() -> list[Lane]:
    with db.read() as connection:
        ids = connection.execute(select(Connector.id).where(Connector.archived.is_(False)).order_by(Connector.id))
        return [Lane(connector_id, sync.entity, sync.direction) for connector_id in ids.scalars() for sync in SYNCS]


def _counters() -> Iterator[Metric]:
    attempts = CounterMetricFamily("connector_attempts", "Tries by how they ended.", labels=[*LANE, "outcome"])
    accepted = CounterMetricFamily("connector_changes_accepted", "Changes put on the message table.", labels=LANE)
    calls = CounterMetricFamily("connector_calls", "HTTP requests sent to the systems.", labels=LANE)
    saved = CounterMetricFamily("connector_calls_saved", "Requests that were not needed.", labels=[*LANE, "by"])
    delay = SummaryMetricFamily("connector_delay_seconds", "From accepting a change to its success.", labels=LANE)
    for lane, total in numbers.totals().items():
        for outcome, column in (
            ("succeeded", "succeeded"),
            ("failed", "failed"),
            ("skipped", "skipped"),
            ("retry", "retried"),
        ):
            attempts.add_metric([*lane, outcome], total[column])
        accepted.add_metric(lane, total["accepted"])
        calls.add_metric(lane, total["calls"])
        saved.add_metric([*lane, "coalescing"], total["merged"])
        saved.add_metric([*lane, "batching"], total["saved"])
        delay.add_metric(lane, count_value=total["succeeded"], sum_value=total["lag_ms"] / 1000)
    return iter((attempts, accepted, calls, saved, delay))
