"""What the modules of these pages share: the blueprint, the kind that is meant, rows in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, url_for

from connector.setup import kinds, mapping_checks, mappings
from connector.setup.connectors import Config
from connector.setup.kinds import Column, Kind
from connector.systems import mapping
from connector.systems.mapping import Transform

blueprint = Blueprint("mapping", __name__, url_prefix="/connectors/<connector_id>/mapping")
DIRECTIONS = {
    "erp_to_store": "ERP to store",
    "store_to_erp": "Store to ERP",
    "both_newest": "Both ways, last update wins",
    "both_erp": "Both ways, ERP wins",
    "both_store": "Both ways, store wins",
}
USES = {"both": "Create and update", "create": "Create", "update": "Update"}
TRANSFORMS = {
    "none": "The value as it is",
    "constant": "A constant",
    "lookup": "A lookup list",
    "format": "A format",
    "template": "A template",
}


def the_kind(name: str) -> Kind:
    """The kind of that name, or 404."""
    try:
        return kinds.find(name)
    except KeyError:
        abort(404)


def address(config: Config, kind: Kind, anchor: str = "") -> str:
    return url_for("mapping.page", connector_id=config.id, kind=kind.name, _anchor=anchor or None)


def entity_direction(config: Config, kind: Kind) -> str:
    """The direction of the entity that limits its rows (DIR-08); "" where there is no such setting."""
    return str(config.section("direction").get(kind.entity) or "") if kind.fields else ""


def cell(row: Mapping[str, Any], column: Column) -> str:
    value = mapping_checks.value_of(row, column.name)
    return ", ".join(value) if isinstance(value, list) else str(value)


def transform_told(row: Mapping[str, Any]) -> str:
    """A transform in a few words; "" for none."""
    transform = Transform.of(row["more"].get("transform"))
    if transform.kind == "none":
        return ""
    if transform.kind == "lookup":
        return f"Lookup list of {len(transform.pairs)}"
    return f"{TRANSFORMS.get(transform.kind, transform.kind)[2:].capitalize()}: {transform.value[:60]}"


def way(row: Mapping[str, Any], limit: str) -> tuple[str, str]:
    """(direction in words, why it is not applied or goes otherwise)."""
    label = DIRECTIONS.get(row["direction"], row["direction"])
    real = mapping.effective(mapping.of([row])[0], limit)
    if not real:
        return label, f"Inactive: the entity goes {DIRECTIONS[limit]} only."
    return label, "" if real == row["direction"] else f"At present {DIRECTIONS[real]} only, like its entity."


def stored(config: Config, kind: Kind) -> tuple[mappings.Rows, str]:
    """All rows of a mapping and their stamp."""
    rows = mappings.of(config.id, kind.name)
    return rows, mappings.stamp(rows)
