"""The lines before a manual run (CON-17): does each side answer, and does its clock go right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from connector.engine import clocks
from connector.engine.probes import told
from connector.setup import connectors
from connector.setup.connectors import Config, Systems
from connector.setup.lifecycle import Row
from connector.systems import registry


class Engine(Protocol):
    """What is needed of the engine."""

    def systems(self, connector_id: str) -> Systems: ...


def lines(engine: Engine, connector_id: str) -> list[Row]:
    """Connection check and clock check of both sides, in this order; ends after the first that is required and fails.

    A clock that is off is a warning only: the run works with the difference that is stored. Raises KeyError.
    """
    config = connectors.get(connector_id)
    found: list[Row] = []
    for row in _rows(engine, config):
        found.append(row)
        if row.required and not row.ok:
            break
    return found


def passed(rows: list[Row]) -> bool:
    """Whether the run may start."""
    return all(row.ok for row in rows if row.required)


def _rows(engine: Engine, config: Config) -> Iterator[Row]:
    for side, label in (("erp", registry.get(config.erp).label), ("store", registry.get(config.plugin).label)):
        reading = clocks.Reading(side, label, None, "", 0)

        def look(side: str = side, label: str = label) -> tuple[bool, str]:
            nonlocal reading
            reading = clocks.read(engine.systems(config.id), config, side, label)
            return True, "It answers."

        ok, text = told(look)
        yield Row(f"{label} connection", ok, text)
        if ok:
            yield Row(f"{label} clock", reading.in_step, reading.sentence, required=False)
