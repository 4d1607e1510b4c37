"""Fixtures of the page tests: an administrator, an operator, a viewer and a stranger, and a stand-in engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from connector.db import db, utcnow
from connector.engine import PushResult, activation, installation, probes
from connector.errors import Fail
from connector.setup import connectors, lifecycle
from connector.setup.connectors import Systems
from connector.setup.models import Connector
from connector.systems.base import Check, Feature, Package, Step
from tests.web.people import Client, client
from tests.web.seed import configured


class StandInSystem:
    """What initialization and the clocks ask of a system: features, inquiries that are there, its time."""

    def __init__(self) -> None:
        self.found: list[Feature] = []
        self.queries: set[str] = set()
        self.ahead: float | None = 0.0  # seconds; None: it does not tell
        self.steps: list[Step] = []
        self.installed: list[Package] = []

    def now(self) -> datetime | None:
        return None if self.ahead is None else utcnow() + timedelta(seconds=self.ahead)

    def zone(self) -> str:
        return "UTC-05:00"

    def install(self, package: Package) -> Iterator[Step]:
        self.installed.append(package)
        yield from self.steps

    def features(self) -> list[Feature]:
        return self.found

    def query(self, name: str) -> int:
        if name not in self.queries:
            raise Fail(f'The generic inquiry "{name}" is not there over OData.')
        return 1


class StandIn:
    """Answers as the engine would, and keeps what it was asked; no test of a page calls a system."""

    def __init__(self) -> None:
        self.check: Check | Exception = Check(ok=True, facts=(("Edition", "Community"), ("Version", "2.4.7")))
        self.tested: list[tuple[str, str, dict[str, Any]]] = []
        self.refreshed = 0
        self.push = PushResult(202, "Accepted.", 1)
        self.pushed: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.erp, self.store = StandInSystem(), StandInSystem()

    def test_connection(self, connector_id: str, side: str, values: Mapping[str, Any] | None = None) -> Check:
        self.tested.append((connector_id, side, dict(values or {})))
        if isinstance(self.check, Exception):
            raise self.check
        return self.check

    def accept_push(self, connector_id: str, headers: Mapping[str, str], body: bytes, sender: str = "") -> PushResult:
        self.pushed.append((connector_id, body))
        self.senders.append(sender)
        return self.push

    def systems(self, connector_id: str) -> Any:
        if isinstance(self.check, Exception):
            raise self.check
        return Systems(self.erp, self.store)  # type: ignore[arg-type]

    def initialize(self, connector_id: str, user: str, activate_schedules: bool = True) -> None:
        """Like the engine, but done when it returns."""
        rows = probes.all(self, connectors.get(connector_id))
        lifecycle.initialize(connector_id, user, activate_schedules, probes=rows)

    def test_features(self, connector_id: str, user: str) -> list[lifecycle.Row]:
        return activation.test(self, connector_id, user)  # type: ignore[arg-type]

    def install_package(self, connector_id: str, user: str, address: str, *, notification: bool = False) -> None:
        made, erp = installation.prepare(self, connector_id, address, notification=notification)  # type: ignore[arg-type]
        installation.run(connector_id, user, erp, made)

    def refresh(self) -> None:
        self.refreshed += 1


@pytest.fixture
def stand_in(app: Flask) -> StandIn:
    """The engine of the application is a stand-in."""
    app.extensions["engine"] = StandIn()
    return app.extensions["engine"]


@pytest.fixture
def admin(app: Flask) -> Client:
    return client(app, "olga")


@pytest.fixture
def operator(app: Flask) -> Client:
    return client(app, "otto")


@pytest.fixture
def viewer(app: Flask) -> Client:
    return client(app, "vera")


@pytest.fixture
def stranger(app: Flask) -> Client:
    return client(app)


@pytest.fixture
def hook_app(app: Flask) -> Flask:
    """With the real engine and an active connector DEMO whose push secret is twenty times s."""
    configured("DEMO", push={"secret": "s" * 20})
    with db.write() as connection:
        connection.execute(update(Connector).values(state="active"))
    return app


@pytest.fixture
def demo(stand_in: StandIn) -> StandIn:
    """A configured connector DEMO, not initialized, and the stand-in engine."""
    configured()
    return stand_in
