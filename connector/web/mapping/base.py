"""What the modules of these pages share: the blueprint, the kind that is meant, rows in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _

from connector.setup import kinds, mapping_checks, mappings
from connector.setup.connectors import Config
from connector.setup.kinds import Column, Kind
from connector.systems import mapping
from connector.systems.mapping import Transform
from connector.web.frame.language import spoken, tr
from connector.web.frame.marks import N_

blueprint = Blueprint("mapping", __name__, url_prefix="/connectors/<connector_id>/mapping")
DIRECTIONS = {
    "erp_to_store": N_("ERP to store"),
    "store_to_erp": N_("Store to ERP"),
    "both_newest": N_("Both ways, last update wins"),
    "both_erp": N_("Both ways, ERP wins"),
    "both_store": N_("Both ways, store wins"),
}
USES = {"both": N_("Create and update"), "create": N_("Create"), "update": N_("Update")}
TRANSFORMS = {
    "none": N_("The value as it is"),
    "constant": N_("A constant"),
    "lookup": N_("A lookup list"),
    "format": N_("A format"),
    "template": N_("A template"),
}
SHORT = {"constant": N_("Constant"), "format": N_("Format"), "template": N_("Template")}


def the_kind(name: str) -> Kind:
    """The kind of that name, or 404."""
    try:
        return kinds.find(name)
    except KeyError:
        abort(404)


def address(config: Config, kind: Kind, anchor: str = "") -> str:
    return url_for("mapping.page", connector_id=config.id, kind=kind.name, _anchor=anchor or None)


def inside(word: str) -> str:
    """A word that begins like a title, inside a sentence: nouns of German keep their capital."""
    return word if spoken() == "de" else word.lower()


def heading(kind: Kind) -> str:
    """What the form of its rows is for: "Map product attributes"."""
    rows = inside(tr(kind.title))
    return _("Add %(rows)s", rows=rows) if kind.verb == "Add" else _("Map %(rows)s", rows=rows)


def saved(said: Sequence[str]) -> str:
    """The notice after a save; `said` are the changes as the log keeps them."""
    if not said:
        return _("Nothing was different.")
    return _("Saved: %(what)s", what="; ".join(said[:5]) + ("; ..." if len(said) > 5 else "."))


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
        return _("Lookup list of %(number)s", number=len(transform.pairs))
    return f"{tr(SHORT.get(transform.kind, transform.kind))}: {transform.value[:60]}"


def way(row: Mapping[str, Any], limit: str) -> tuple[str, str]:
    """(direction in words, why it is not applied or goes otherwise)."""
    label = tr(DIRECTIONS.get(row["direction"], row["direction"]))
    real = mapping.effective(mapping.of([row])[0], limit)
    if not real:
        return label, _("Inactive: the entity goes %(direction)s only.", direction=tr(DIRECTIONS[limit]))
    if real == row["direction"]:
        return label, ""
    return label, _("At present %(direction)s only, like its entity.", direction=tr(DIRECTIONS[real]))


def stored(config: Config, kind: Kind) -> tuple[mappings.Rows, str]:
    """All rows of a mapping and their stamp."""
    rows = mappings.of(config.id, kind.name)
    return rows, mappings.stamp(rows)
