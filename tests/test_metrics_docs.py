"""docs/metrics.md, the dashboard and the alert rules name exactly the metrics that /metrics has."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from connector.db import utcnow
from connector.queue import leases
from connector.setup import lifecycle
from tests.conftest import ROOT
from tests.web import seed

DOCS = ROOT / "docs"
NAME = re.compile(r"\bconnector_[a-z_]+\b")
MACHINERY = ("_created",)  # what the client library adds by itself


@pytest.fixture
def told(app: Flask) -> set[str]:
    """Names of the samples of a house in which something happens."""
    seed.configured()
    lifecycle.initialize("DEMO", "olga")
    seed.minute(1, succeeded=3, failed=1, calls=4, accepted=4, lag_ms=10)
    leases.beat("host-1", "worker", now=utcnow())
    text = app.test_client().get("/metrics").text
    names = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    return {name for name in names if name.startswith("connector_") and not name.endswith(MACHINERY)}


def named(*parts: str) -> set[str]:
    return set(NAME.findall(DOCS.joinpath(*parts).read_text(encoding="utf-8")))


def test_the_page_names_every_metric_and_no_other(told: set[str]) -> None:
    assert named("metrics.md") == told


def test_the_alert_rules_name_metrics_that_exist(told: set[str]) -> None:
    rules = (DOCS / "monitoring" / "alerts.yml").read_text(encoding="utf-8")
    expressions = re.findall(r"expr: (.+)", rules)
    assert len(expressions) == rules.count("- alert: ") == rules.count("action: ") == rules.count("summary: ")
    for expression in expressions:
        assert set(NAME.findall(expression)) <= told, expression


def test_the_dashboard_names_metrics_that_exist(told: set[str]) -> None:
    board: dict[str, Any] = json.loads((DOCS / "monitoring" / "grafana.json").read_text(encoding="utf-8"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        for target in panel["targets"]:
            found = set(NAME.findall(target["expr"]))
            assert found and found <= told, (panel["title"], found - told)
    assert {name for panel in panels for target in panel["targets"] for name in NAME.findall(target["expr"])} == told
