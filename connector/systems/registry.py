"""The systems that this house has: one line for each. Loaded when first needed, by dotted path.

A missing or broken folder takes out its own system only; everything else goes on.
"""

from __future__ import annotations

from importlib import import_module

from connector.systems.base import System

SYSTEMS = {
    "acumatica": "connector.systems.acumatica:Acumatica",
    "magento": "connector.systems.magento:Magento",
}


def get(name: str) -> type[System]:
    """The class of a system. Raises KeyError for a name that nobody knows, ImportError when its folder is gone."""
    module, _, attribute = SYSTEMS[name].partition(":")
    found = getattr(import_module(module), attribute, None)
    if found is None:
        raise ImportError(f"{module} has no {attribute}.", name=module)
    system: type[System] = found
    return system


def erps() -> dict[str, type[System]]:
    """The systems that records come from, by name."""
    return _of_role("erp")


def stores() -> dict[str, type[System]]:
    """The systems that records are written to, by name."""
    return _of_role("store")


def _of_role(role: str) -> dict[str, type[System]]:
    found: dict[str, type[System]] = {}
    for name in SYSTEMS:
        try:
            system = get(name)
        except ImportError:
            continue  # its folder was taken out of this house
        if system.role == role:
            found[name] = system
    return found
