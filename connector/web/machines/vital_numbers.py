"""The health of the connections in numbers, for /metrics: the same as on the Health page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from connector.setup import connectors
from connector.watch import health
from connector.watch.health import REFUSED, Side

SIDE = ("connector", "side")


def metrics(now: datetime) -> Iterator[Metric]:
    """Breakers, refused credentials, requests and sessions by side; signs of life and leases of the house."""
    sides = health.sides([config for config in connectors.all() if not config.archived], now)
    yield from _states(sides)
    yield from _takings(sides)
    age = GaugeMetricFamily(
        "connector_heartbeat_age_seconds", "Since the last sign of life of a process.", labels=("worker", "kind")
    )
    for worker in health.workers(now):
        age.add_metric((worker.name, worker.kind), max(0.0, (now - worker.seen_at).total_seconds()))
    yield age
    yield GaugeMetricFamily("connector_leases", "Leases that somebody holds now.", len(health.leases(now)))


def _states(sides: list[Side]) -> Iterator[Metric]:
    breaker = GaugeMetricFamily(
        "connector_breaker_open", "1 while calls rest because they failed.", labels=(*SIDE, "entity")
    )
    refused = GaugeMetricFamily(
        "connector_attention", "1 while a person has to correct the credentials.", labels=("connector",)
    )
    for side in sides:
        breaker.add_metric((side.connector, side.side, ""), int(side.retry_at is not None))
        for one in side.breakers:
            breaker.add_metric((side.connector, side.side, one.entity), 1)
    for connector in dict.fromkeys(side.connector for side in sides):
        stopped = any(side.connector == connector and side.state == REFUSED for side in sides)
        refused.add_metric((connector,), int(stopped))
    return iter((breaker, refused))


def _takings(sides: list[Side]) -> Iterator[Metric]:
    taken = GaugeMetricFamily("connector_requests_last_minute", "Requests of the last minute.", labels=SIDE)
    allowed = GaugeMetricFamily(
        "connector_requests_allowed", "Requests a minute that are allowed; 0 is no limit.", labels=SIDE
    )
    sessions = GaugeMetricFamily("connector_sessions", "Sessions that are signed in.", labels=SIDE)
    seats = GaugeMetricFamily(
        "connector_sessions_allowed", "Sessions that may be opened; 0 where none is needed.", labels=SIDE
    )
    for side in sides:
        place = (side.connector, side.side)
        taken.add_metric(place, side.use.requests)
        allowed.add_metric(place, side.allowed)
        sessions.add_metric(place, side.use.sessions)
        seats.add_metric(place, side.use.seats)
    return iter((taken, allowed, sessions, seats))
