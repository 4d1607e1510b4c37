"""The checks before Initialize and of Test Features: message table, ERP, store. They read only (LIF-02, LIF-10)."""

from __future__ import annotations

from flask import current_app

from connector.errors import Invalid, Outcome
from connector.queue import numbers
from connector.queue.lanes import Lane
from connector.setup.connectors import Config
from connector.setup.lifecycle import Probe, Row
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from connector.web.words import counted


def of(config: Config) -> list[Probe]:
    """All checks of a connector; each one tells its trouble in its row."""
    return [
        lambda: _table(config),
        lambda: _side(config, "erp", registry.get(config.erp).label),
        lambda: _side(config, "store", registry.get(config.plugin).label),
    ]


def _table(config: Config) -> Row:
    lanes = [Lane(config.id, sync.entity, sync.direction) for sync in SYNCS]
    waiting = sum(counts["pending"] for counts in numbers.counts(lanes).values())
    return Row("Message table", True, f"{len(lanes)} queues, {counted(waiting)} messages wait.")


def _side(config: Config, side: str, label: str) -> Row:
    try:
        check = current_app.extensions["engine"].test_connection(config.id, side)
    except Invalid as error:
        return Row(label, False, " ".join(error.errors.values()))
    except Outcome as word:
        return Row(label, False, f"{word.reason} {word.help}".strip())
    if not check.ok:
        return Row(label, False, f"{check.problem} {check.help}".strip())
    found = ", ".join(f"{name} {value}" for name, value in check.facts[:3])
    return Row(label, True, f"It answers ({found})." if found else "It answers.")
