"""The systems of each connector, built once for each revision of its settings and shared by all threads.

Sharing matters: an Acumatica session holds a licence seat, and Magento's attribute metadata is worth one read
for many products. A changed connector gets new systems; the old ones are closed when their calls are over.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from connector.clock import CLOCK
from connector.queue.limits import SharedGate
from connector.setup import activities, connectors, mappings, rules, schema
from connector.setup.connectors import Config, Systems
from connector.sync import rules as sync_rules
from connector.sync.rules import Rule
from connector.systems import mapping
from connector.systems.base import Gate, System
from connector.systems.mapping import Row
from connector.watch.meter import Taken

CONFIG_SECONDS = 1.0  # how long a process may work with settings that another process has changed


class Tables(NamedTuple):
    """What is known of a connector beside its settings: mapping rows by kind, active ERP fields, rules, its begin."""

    mappings: dict[str, tuple[Row, ...]]
    schema: dict[str, dict[str, dict[str, str]]]
    rules: tuple[Rule, ...]
    began: datetime | None


class Connections:
    """Configurations and systems by connector. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._built: dict[str, tuple[Any, Systems]] = {}
        self._gates: dict[str, SharedGate] = {}
        self._configs: dict[str, tuple[float, Config]] = {}
        self._tables: dict[str, tuple[float, Tables]] = {}

    def config(self, connector_id: str) -> Config:
        """The configuration, at most a second old. Raises KeyError when there is no such connector."""
        now = CLOCK.monotonic()
        with self._lock:
            known = self._configs.get(connector_id)
        if known and now - known[0] < CONFIG_SECONDS:
            return known[1]
        config = connectors.get(connector_id)
        with self._lock:
            self._configs[connector_id] = (now, config)
        return config

    def systems(self, connector_id: str) -> Systems:
        """Both systems as configured now. Raises KeyError, and Invalid when settings are missing."""
        config = self.config(connector_id)
        with self._lock:
            built = self._built.get(connector_id)
            tables = self.tables(connector_id)
            made_of = (config.revision, tables.schema, sources(tables, config))
            if built and built[0] == made_of:
                return built[1]
            systems = connectors.build(config, self._gate_for(config), overrides=made_of[2])
            self._built[connector_id] = (made_of, systems)
        if built:
            _close(built[1])
        return systems

    def tables(self, connector_id: str) -> Tables:
        """The mappings, rules, active schema fields and the begin, at most a second old."""
        now = CLOCK.monotonic()
        with self._lock:
            known = self._tables.get(connector_id)
        if known and now - known[0] < CONFIG_SECONDS:
            return known[1]
        tables = Tables(
            {kind: mapping.of(rows) for kind, rows in mappings.rows(connector_id).items()},
            schema.active(connector_id),
            sync_rules.of(rules.of(connector_id, active=True)),
            activities.began(connector_id),
        )
        with self._lock:
            self._tables[connector_id] = (now, tables)
        return tables

    def unsaved(self, connector_id: str, side: str, values: Mapping[str, Any] | None) -> System:
        """A system of one side for a connection test; the caller closes it."""
        config = connectors.get(connector_id)
        systems = connectors.build(config, self._gate_for(config), overrides={side: dict(values or {})})
        return systems.erp if side == "erp" else systems.store

    def refresh(self) -> None:
        with self._lock:
            self._configs.clear()
            self._tables.clear()

    def close(self) -> None:
        """Log out of everything."""
        with self._lock:
            built, self._built = self._built, {}
        for _, systems in built.values():
            _close(systems)

    def bases(self, connector_id: str) -> dict[str, str]:
        """The address of each side."""
        config = self.config(connector_id)
        return {side: str(config.section(side).get("url") or "").rstrip("/") for side in ("erp", "store")}

    def taken(self) -> dict[str, Taken]:
        """What this process has taken of each system, by its name ("DEMO/acumatica")."""
        found: dict[str, Taken] = {}
        with self._lock:
            gates, built = list(self._gates.values()), dict(self._built)
        for gate in gates:  # a setting that was changed makes another gate of the same name
            before = found.get(gate.name, Taken(0))
            found[gate.name] = Taken(before.requests + gate.passed)
        for connector_id, (_, systems) in built.items():
            for system in (systems.erp, systems.store):
                name = f"{connector_id}/{system.name}"
                sessions, seats = system.seats()
                found[name] = Taken(found.get(name, Taken(0)).requests, sessions, seats)
        return found

    def _gate_for(self, config: Config) -> Any:
        def gate(system: str, parallel: int, per_minute: int) -> Gate:
            name = f"{config.id}/{system}/{parallel}/{per_minute}"
            return self._gates.setdefault(name, SharedGate(f"{config.id}/{system}", parallel, per_minute))

        return gate


def sources(tables: Tables, config: Config) -> dict[str, dict[str, Any]]:
    """The warehouse mapping as the store's side reads it: it goes before the lines of the settings (CONFLICTS 33)."""
    rows = {row.erp: row.store for row in tables.mappings.get("warehouse", ()) if row.erp and row.store}
    if config.section("inventory").get("branch_wise"):
        rows = _of_branches(tables.mappings.get("branch", ())) or rows
    if not rows:
        return {}
    lines = [f"{warehouse}={source}" for warehouse, source in rows.items()]
    typed = config.section("inventory").get("source_map") or ()
    lines += [line for line in typed if line.partition("=")[0].strip() not in rows]
    return {"inventory": {"source_map": lines}}


def _of_branches(rows: Sequence[Row]) -> dict[str, str]:
    """Warehouse -> source, by what the branches' rows say: the store of a branch sells from its source (INV-03)."""
    pairs = ((name, str(row.more.get("source") or "")) for row in rows for name in row.more.get("warehouses", ()))
    return {warehouse: source for warehouse, source in reversed(list(pairs)) if source}  # the first row counts


def _close(systems: Systems) -> None:
    systems.erp.close()
    systems.store.close()
