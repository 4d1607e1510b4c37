"""Answers for machines: alive, ready, and the numbers that Prometheus reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from connector.db import db
from connector.web.machines import health
from tests.conftest import make_app
from tests.web import seed
from tests.web.people import Client


def metrics(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics", headers=headers).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_process_says_that_it_lives(stranger: Client) -> None:
    assert stranger.get("/healthz").json == {"status": "alive"}


def test_it_is_ready_when_the_database_has_every_migration(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_newest", lambda: set())
    assert stranger.get("/readyz").status_code == 200
    monkeypatch.setattr(health, "_newest", lambda: {"abc123"})
    answer = stranger.get("/readyz")
    assert answer.status_code == 503 and "db upgrade" in answer.json["reason"]


def test_it_is_not_ready_without_a_database(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(db, "read", broken)
    assert stranger.get("/readyz").status_code == 503
    assert stranger.get("/healthz").status_code == 200


def test_the_metrics_tell_what_stands_where(stranger: Client) -> None:
    seed.busy_shop()
    seed.minute(61, accepted=10, merged=4, succeeded=6, retried=2, calls=3, saved=3, lag_ms=1500)
    told = metrics(stranger)
    assert told["connector_messages", "DEMO", "erp_to_store", "price", "pending"] == 34
    assert told["connector_messages", "DEMO", "erp_to_store", "inventory", "held"] == 1
    assert told["connector_lag_seconds", "DEMO", "erp_to_store", "price"] >= 200
    assert told["connector_lag_seconds", "DEMO", "erp_to_store", "product"] == 0
    assert told["connector_calls_saved_total", "coalescing", "DEMO", "erp_to_store", "price"] == 4
    assert told["connector_calls_saved_total", "batching", "DEMO", "erp_to_store", "price"] == 3
    assert told["connector_attempts_total", "DEMO", "erp_to_store", "price", "retry"] == 2
    assert told["connector_delay_seconds_sum", "DEMO", "erp_to_store", "price"] == 1.5
    assert told["connector_workers",] == 1


def test_the_metrics_hold_no_secret(stranger: Client) -> None:
    seed.connector(attention="token 12345", settings={"erp": {"password": "hidden"}})
    text = stranger.get("/metrics").text
    assert "12345" not in text and "hidden" not in text


def test_the_metrics_can_ask_for_a_token(app: Flask, stranger: Client) -> None:
    app.config["METRICS_TOKEN"] = "let-me-in"
    refused = stranger.get("/metrics")
    assert refused.status_code == 401 and "connector_" not in refused.text
    assert stranger.get("/metrics", headers={"Authorization": "Bearer let-me-ín"}).status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).status_code == 200


def test_the_real_migrations_make_it_ready(sqlite_url: str, instance: Path) -> None:
    app = make_app(sqlite_url, instance)
    with app.app_context():
        browser = app.test_client()
        assert browser.get("/readyz").status_code == 503
        upgrade()
        assert browser.get("/readyz").json == {"status": "ready"}
        db.engine.dispose()
