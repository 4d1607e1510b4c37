"""Attributes of items and of customers, tax categories: small lists that a store keeps too. Facts/ACUMATICA.md, 3.2.

An attribute of items is one that an item class uses; it is told with its classes. One of customers is one that a
customer class uses. The definition's own date orders versions; an item class that changed tells its attributes anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.records import ATTRIBUTE, CUSTOMER_ATTRIBUTE, TAX_CATEGORY, Attribute, CustomerAttribute, TaxCategory
from connector.systems.acumatica import definitions, filters, lists
from connector.systems.acumatica.definitions import classes_by_attribute
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, flag, instant, micros, rows, text
from connector.systems.base import Change, Page

Uses = Mapping[str, tuple[tuple[str, bool], ...]]  # attribute -> (class, required)
REMEMBERED = 300.0


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Attribute]:
    """The attributes of these ids that item classes use. Raises Retry, Refused or Fail."""
    return _used(erp, keys, classes_by_attribute(erp)) if keys else {}


def _used(erp: Erp, keys: Sequence[str], uses: Uses) -> dict[str, Attribute]:
    found = {one.key.casefold(): one for one in definitions.read(erp, [key for key in keys if key in uses])}
    return {
        key: replace(
            found[key.casefold()],
            required=any(required for _, required in uses[key]),
            item_classes=tuple(name for name, _ in uses[key]),
        )
        for key in keys
        if key in uses and key.casefold() in found
    }


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of item attributes that changed; first those of the item classes that did."""
    return _changed(erp, ATTRIBUTE, "ItemClass", classes_by_attribute(erp), when, position)


def _changed(erp: Erp, entity: str, of: str, uses: Uses, when: datetime | None, position: str) -> Page:
    classes = _changed_classes(erp, of, when) if when is not None and not position else set()
    told = [key for key, used in uses.items() if classes & {name for name, _ in used}]

    def change(row: Entity, version: int) -> Change | None:
        key = text(row, definitions.KEY)
        return Change(entity, key, version=version) if key in uses else None

    key, modified = definitions.KEY, "LastModifiedDateTime"
    page = lists.page(erp.client, definitions.ENTITY, key, modified, when, position, change)
    seen = {each.key for each in page.changes}
    return Page((*page.changes, *(Change(entity, key) for key in sorted(told) if key not in seen)), page.position)


def _changed_classes(erp: Erp, of: str, when: datetime) -> set[str]:
    condition = filters.since("LastModifiedDateTime", when)
    return {text(row, "ClassID") for row in erp.client.list(of, {"$select": "ClassID", "$filter": condition})}


# --- customers


def read_customers(erp: Erp, keys: Sequence[str]) -> dict[str, CustomerAttribute]:
    """The attributes of these ids that customer classes use."""
    found = _used(erp, keys, customer_uses(erp)) if keys else {}
    return {
        key: CustomerAttribute(
            one.key, one.version, label=one.label, kind=one.kind, required=one.required, options=one.options
        )
        for key, one in found.items()
    }


def changed_customers(erp: Erp, when: datetime | None, position: str) -> Page:
    return _changed(erp, CUSTOMER_ATTRIBUTE, "CustomerClass", customer_uses(erp), when, position)


def customer_uses(erp: Erp) -> Uses:
    """The customer classes that use each attribute. Read once in five minutes."""
    kept = erp.known.get("customer_classes")
    if kept and erp.clock.monotonic() < kept[0]:
        return dict(kept[1])
    names = ",".join(f"Attributes/{name}" for name in ("AttributeID", "Required", "Active"))
    found: dict[str, list[tuple[str, bool]]] = {}
    for each in erp.client.list("CustomerClass", {"$select": f"ClassID,{names}", "$expand": "Attributes"}):
        for row in rows(each, "Attributes"):
            if flag(row, "Active", default=True) and text(row, "AttributeID"):
                found.setdefault(text(row, "AttributeID"), []).append((text(each, "ClassID"), flag(row, "Required")))
    made = {id: tuple(sorted(used)) for id, used in found.items()}
    erp.known["customer_classes"] = (erp.clock.monotonic() + REMEMBERED, made)
    return made


# --- tax categories


TAXES, TAX_KEY, TAX_FIELDS = "TaxCategory", "TaxCategoryID", "TaxCategoryID,Description,Active,LastModifiedDateTime"


def read_taxes(erp: Erp, keys: Sequence[str]) -> dict[str, TaxCategory]:
    """The tax categories of these ids."""
    found = lists.by_keys(erp.client, TAXES, TAX_KEY, keys, {"$select": TAX_FIELDS})
    return lists.pick(keys, found, TAX_KEY, _tax)


def _tax(row: Entity) -> TaxCategory:
    return TaxCategory(
        key=text(row, TAX_KEY),
        version=micros(instant(row, "LastModifiedDateTime")),
        description=text(row, "Description"),
        active=flag(row, "Active", default=True),
    )


def changed_taxes(erp: Erp, when: datetime | None, position: str) -> Page:
    def change(row: Entity, version: int) -> Change:
        return Change(TAX_CATEGORY, text(row, TAX_KEY), version=version)

    return lists.page(erp.client, TAXES, TAX_KEY, "LastModifiedDateTime", when, position, change)
