"""Importing our package into the ERP in the background: the admin's click plans it, a thread tells each step."""

from __future__ import annotations

import threading
from typing import Protocol

from flask import Flask

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import activities, connectors, guide, package
from connector.setup.activities import PACKAGE, Planned
from connector.setup.connectors import Systems
from connector.systems.base import Package, System

WHOLE = "Package"  # the row that stays open until all is over


class Engine(Protocol):
    """What is needed of the engine."""

    app: Flask

    def systems(self, connector_id: str) -> Systems: ...


def start(engine: Engine, connector_id: str, user: str, address: str, *, notification: bool) -> threading.Thread:
    """Begin an import. Raises KeyError, Invalid under "package" when one is going on or nothing is in it."""
    made, erp = prepare(engine, connector_id, address, notification=notification)
    thread = threading.Thread(
        target=_work, args=(engine.app, connector_id, user, erp, made), name="package", daemon=True
    )
    thread.start()
    return thread


def prepare(engine: Engine, connector_id: str, address: str, *, notification: bool) -> tuple[Package, System]:
    """What will be imported, planned in the grid of the package; and the system that takes it."""
    config = connectors.get(connector_id)
    secret = str(config.section("push").get("secret") or "")
    content = guide.make(config, address)
    if not content.inquiries:
        raise Invalid({"package": "No pushed entity is ticked, so there is nothing to import."})
    if notification and not secret:
        raise Invalid({"package": "Make a secret first: a notification without one would be refused."})
    if activities.under_way(activities.of(connector_id, kinds=[PACKAGE]), utcnow()):
        raise Invalid({"package": "An import is going on already."})
    erp = engine.systems(connector_id).erp
    with db.write() as connection:
        activities.plan(connection, connector_id, [Planned(WHOLE, PACKAGE)], package=True)
    return package.build(content, secret, notification=notification), erp


def _work(app: Flask, connector_id: str, user: str, erp: System, made: Package) -> None:
    with app.app_context():
        run(connector_id, user, erp, made)


def run(connector_id: str, user: str, erp: System, made: Package) -> bool:
    """Import it and tell each step. Returns whether all went well."""
    well = True
    try:
        for place, step in enumerate(erp.install(made), 1):
            row = Planned(step.label[:120], PACKAGE)
            with db.write() as connection:
                activities.add(connection, connector_id, row, position=place, ok=step.ok, text=step.text)
            well = well and step.ok
        text = "Everything is in place." if well else "Not everything went well: see the steps."
        activities.settle(connector_id, WHOLE, well, text)
        level = events.INFO if well else events.ERROR
        said = f"Import of {made.name}: {text}"
        events.record("Initialization", said, connector_id=connector_id, user=user, level=level)
    finally:
        activities.give_up(connector_id, activities.LOST, package=True)
    return well
