"""Attribute definitions with their values, and which item classes use them. Facts/ACUMATICA.md, 3.2.

It makes neutral attributes of AttributeDefinition and ItemClass, and knows no store.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.records import Attribute, Option
from connector.systems.acumatica import lists
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, flag, instant, micros, number, rows, text

ENTITY, KEY = "AttributeDefinition", "AttributeID"
FIELDS = "AttributeID,Description,ControlType,LastModifiedDateTime"
VALUES = ",Values/ValueID,Values/Description,Values/SortOrder,Values/Disabled"
KINDS = {
    "combo": "list",
    "combobox": "list",
    "multi select combo": "multi",
    "multiselectcombo": "multi",
    "checkbox": "flag",
    "datetime": "date",
    "date": "date",
    "number": "number",
}
REMEMBERED = 300.0  # seconds that the attributes of the item classes stay good


def read(erp: Erp, keys: Sequence[str]) -> list[Attribute]:
    """The definitions of these ids, without their item classes. Raises Retry, Refused or Fail."""
    options = {"$select": FIELDS + VALUES, "$expand": "Values"}
    return [attribute(row) for row in lists.by_keys(erp.client, ENTITY, KEY, keys, options)]


def attribute(row: Entity) -> Attribute:
    """One definition; disabled values are no options any more."""
    values = [value for value in rows(row, "Values") if not flag(value, "Disabled") and text(value, "ValueID")]
    options = (
        Option(text(value, "ValueID"), text(value, "Description"), int(number(value, "SortOrder") or 0))
        for value in values
    )
    return Attribute(
        key=text(row, KEY),
        version=micros(instant(row, "LastModifiedDateTime")),
        label=text(row, "Description"),
        kind=KINDS.get(text(row, "ControlType").casefold(), "text"),
        options=tuple(sorted(options, key=lambda one: (one.position, one.value))),
    )


def classes_by_attribute(erp: Erp) -> dict[str, tuple[tuple[str, bool], ...]]:
    """The item classes that use each attribute: (class, required). Read once in five minutes."""
    kept = erp.known.get("item_classes")
    if kept and erp.clock.monotonic() < kept[0]:
        return dict(kept[1])
    options = {"$select": "ClassID,Attributes/AttributeID,Attributes/Required", "$expand": "Attributes"}
    found: dict[str, list[tuple[str, bool]]] = {}
    for item_class in erp.client.list("ItemClass", options):
        for row in rows(item_class, "Attributes"):
            found.setdefault(text(row, KEY), []).append((text(item_class, "ClassID"), flag(row, "Required")))
    made = {id: tuple(sorted(used)) for id, used in found.items() if id}
    erp.known["item_classes"] = (erp.clock.monotonic() + REMEMBERED, made)
    return made
