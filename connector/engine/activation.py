"""Initialize in the background: the person's click plans the rows, a thread settles them one by one.

The thread is of this process. When that ends in the middle, the rows stay open until nobody expects them any
more, and Initialize can be pressed again: nothing was moved before all required checks were well.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from flask import Flask

from connector import events
from connector.engine import probes
from connector.errors import Invalid
from connector.setup import activities, connectors, lifecycle
from connector.setup.lifecycle import Probe, Row

log = logging.getLogger(__name__)


class Engine(probes.Engine, Protocol):
    app: Flask

    def refresh(self) -> None: ...


def start(engine: Engine, connector_id: str, user: str, activate_schedules: bool) -> threading.Thread:
    """Begin an initialization; the activity grid shows how it goes on. Raises KeyError, Invalid."""
    rows = probes.all(engine, connectors.get(connector_id))
    lifecycle.begin(connector_id, rows)
    thread = threading.Thread(
        target=_work, args=(engine, connector_id, user, activate_schedules, rows), name="initialize", daemon=True
    )
    thread.start()
    return thread


def _work(engine: Engine, connector_id: str, user: str, activate_schedules: bool, rows: Sequence[Probe]) -> None:
    with engine.app.app_context():
        try:
            lifecycle.run(connector_id, user, activate_schedules, probes=rows)
        except (Invalid, KeyError) as refused:  # somebody else was quicker, or has taken it out
            said = " ".join(refused.errors.values()) if isinstance(refused, Invalid) else "The connector is gone."
            events.record("Initialization", said, connector_id=connector_id, user=user, level=events.WARNING)
        finally:
            activities.give_up(connector_id, activities.LOST)
            engine.refresh()


def test(engine: Engine, connector_id: str, user: str) -> list[Row]:
    """Test Features (LIF-10): every test, told in the log and in the grid; no business data and no state change."""
    found = [probe.row() for probe in probes.tests(engine, connectors.get(connector_id))]
    for row in found:
        activities.settle(connector_id, row.label, row.ok, row.text)
    well = passed(found)
    events.record(
        "Initialization",
        "Test Features: " + "; ".join(f"{row.label}: {row.text}" for row in found),
        connector_id=connector_id,
        level=events.INFO if well else events.ERROR,
        user=user,
    )
    return found


def passed(rows: Sequence[Row]) -> bool:
    """Whether everything that is required is well."""
    return all(row.ok for row in rows if row.required)
