"""Checks that several kinds of records share: whether what a field names is in the system."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.sandbox.acumatica.tree import Errors, Node

Check = tuple[str, str, str]  # field, kind of document, what the screen calls it


def known(erp: Any, node: Node, checks: Iterable[Check], errors: Errors, at: tuple[str | int, ...] = ()) -> None:
    """Each field that has a value must name a document of its kind."""
    for name, kind, title in checks:
        value = str(node.get(name) or "").strip()
        if value and erp.store.get(kind, value.upper()) is None:
            errors.append(((*at, name), f"{title} '{value}' cannot be found in the system."))


def active_carrier(erp: Any, node: Node, errors: Errors, at: tuple[str | int, ...] = ()) -> None:
    """Ship via codes that are not active are refused, with their own words."""
    value = str(node.get("ShipVia") or "").strip()
    carrier = erp.store.get("carrier", value.upper()) if value else None
    listed = erp.store.get("shipvia", value.upper()) if value else None
    if value and listed is None:
        errors.append(((*at, "ShipVia"), f"Ship Via '{value}' cannot be found in the system."))
    elif carrier is not None and not carrier["IsActive"]:
        errors.append(((*at, "ShipVia"), "The Ship Via code is not active."))


def one_of(node: Node, name: str, words: Iterable[str], errors: Errors) -> None:
    """A drop-down takes one of its labels."""
    allowed = list(words)
    if node.get(name) and node[name] not in allowed:
        errors.append(((name,), f"'{node[name]}' is not a valid value. Allowed are: {', '.join(allowed)}."))


def required(node: Node, names: Iterable[tuple[str, str]], errors: Errors, at: tuple[str | int, ...] = ()) -> None:
    for name, title in names:
        if node.get(name) in (None, ""):
            errors.append(((*at, name), f"'{title}' cannot be empty."))
