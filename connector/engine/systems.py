"""The systems of each connector, built once for each revision of its settings and shared by all threads.

Sharing matters: an Acumatica session holds a licence seat, and Magento's attribute metadata is worth one read
for many products. A changed connector gets new systems; the old ones are closed when their calls are over.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from connector.clock import CLOCK
from connector.queue.limits import SharedGate
from connector.setup import connectors
from connector.setup.connectors import Config, Systems
from connector.systems.base import Gate, System

CONFIG_SECONDS = 1.0  # how long a process may work with settings that another process has changed


class Connections:
    """Configurations and systems by connector. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._built: dict[str, tuple[int, Systems]] = {}
        self._gates: dict[str, SharedGate] = {}
        self._configs: dict[str, tuple[float, Config]] = {}

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
            if built and built[0] == config.revision:
                return built[1]
            systems = connectors.build(config, self._gate_for(config))
            self._built[connector_id] = (config.revision, systems)
        if built:
            _close(built[1])
        return systems

    def unsaved(self, connector_id: str, side: str, values: Mapping[str, Any] | None) -> System:
        """A system of one side for a connection test; the caller closes it."""
        config = connectors.get(connector_id)
        systems = connectors.build(config, self._gate_for(config), overrides={side: dict(values or {})})
        return systems.erp if side == "erp" else systems.store

    def refresh(self) -> None:
        with self._lock:
            self._configs.clear()

    def close(self) -> None:
        """Log out of everything."""
        with self._lock:
            built, self._built = self._built, {}
        for _, systems in built.values():
            _close(systems)

    def _gate_for(self, config: Config) -> Any:
        def gate(system: str, parallel: int, per_minute: int) -> Gate:
            name = f"{config.id}/{system}/{parallel}/{per_minute}"
            return self._gates.setdefault(name, SharedGate(f"{config.id}/{system}", parallel, per_minute))

        return gate


def _close(systems: Systems) -> None:
    systems.erp.close()
    systems.store.close()
