"""Templates with their variants and kits with their components. Facts/ACUMATICA.md, 3.2; PRD-03, PRD-04.

A template's axes are its attributes that tell its variants apart: those in which they really differ. Variants that
may not be sold are left out. A kit is told by its newest active revision; it becomes a bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from connector.records import COMPOSITE, Composite, Part, Product
from connector.systems.acumatica import items, lists, products
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, SELLABLE, STOCK, Item
from connector.systems.acumatica.values import Entity, flag, instant, micros, number, rows, text
from connector.systems.base import Change, Page

TEMPLATES, KITS = "TemplateItems", "KitSpecification"
EXPAND = "Attributes,Categories,Matrix"
NO_FIELDS = (
    "TemplateItemID", "CrossReferences/AlternateType", "CrossReferences/AlternateID", "BaseUnit", "ItemType",
    "PostingClass",
)  # fmt: skip


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Composite]:
    """The templates and kits of these ids, with what the parent is by itself. Raises Retry, Refused or Fail."""
    found = _templates(erp, keys)
    return {**found, **_kits(erp, [key for key in keys if key not in found])}


# --- templates


def _templates(erp: Erp, keys: Sequence[str]) -> dict[str, Composite]:
    own = [name for name in (*products.COMMON, "BaseUOM", "RequireShipment", "IsStockItem") if name not in NO_FIELDS]
    matrix = ("InventoryID", "ItemStatus", "ExportToExternal")
    select = [*own, STOCK.modified(erp.client.version()), *(f"Matrix/{name}" for name in matrix)]
    asked = {"$select": ",".join(select), "$expand": EXPAND}
    there = lists.by_keys(erp.client, TEMPLATES, "InventoryID", keys, asked)
    variants = {id for row in there for id in _variants(row)}
    told = products.read(erp, sorted(variants)) if variants else {}
    return lists.pick(keys, there, "InventoryID", lambda row: _template(row, told))


def _variants(row: Entity) -> list[str]:
    """Ids of the variants that may be sold."""
    return [
        text(one, "InventoryID")
        for one in rows(row, "Matrix")
        if text(one, "ItemStatus") in (*SELLABLE, "") and flag(one, "ExportToExternal", default=True)
    ]


def _template(row: Entity, told: dict[str, Product]) -> Composite:
    kind = STOCK if flag(row, "IsStockItem", default=True) else NON_STOCK
    parent = replace(products.product(Item(kind, row)), base_uom=text(row, "BaseUOM"))
    variants = [told[id] for id in _variants(row) if id in told]
    axes = _axes(variants)
    return Composite(
        key=parent.key,
        version=max([parent.version, *(one.version for one in variants)]),
        kind="configurable",
        product=parent,
        axes=axes,
        parts=tuple(
            Part(one.key, choices=tuple((axis, dict(one.attributes).get(axis, "")) for axis in axes))
            for one in sorted(variants, key=lambda one: one.key)
        ),
    )


def _axes(variants: Sequence[Product]) -> tuple[str, ...]:
    """Attributes that every variant has a value of and in which they differ; with one variant all of its values."""
    values: dict[str, set[str]] = {}
    for one in variants:
        for id, content in one.attributes:
            values.setdefault(id, set()).add(content)
    filled = {id: found for id, found in values.items() if "" not in found and _everywhere(id, variants)}
    differing = {id for id, found in filled.items() if len(found) > 1}
    return tuple(sorted(differing or (filled if len(variants) == 1 else ())))


def _everywhere(id: str, variants: Iterable[Product]) -> bool:
    return all(id in dict(one.attributes) for one in variants)


# --- kits


def _kits(erp: Erp, keys: Sequence[str]) -> dict[str, Composite]:
    """Kits of these ids, as bundles; as the setting says they may be sold as simple products instead (PRD-04)."""
    if erp.word("product", "kits", "bundle") != "bundle":
        return {}
    asked = {"$expand": "StockComponents,NonStockComponents"}
    newest: dict[str, Entity] = {}
    for row in lists.by_keys(erp.client, KITS, "KitInventoryID", keys, asked):
        id = text(row, "KitInventoryID").casefold()
        older = newest.get(id)
        if flag(row, "Active", default=True) and (older is None or _revision(row) > _revision(older)):
            newest[id] = row
    wanted = [key for key in keys if key.casefold() in newest]
    parents = products.read(erp, wanted) if wanted else {}
    return {key: _kit(newest[key.casefold()], parents[key]) for key in wanted if key in parents}


def _revision(row: Entity) -> tuple[int, str]:
    return micros(instant(row, "LastModifiedDateTime")), text(row, "RevisionID")


def _kit(row: Entity, parent: Product) -> Composite:
    parts = [
        Part(text(one, name), number(one, "ComponentQty") or Decimal(1))
        for detail, name in (("StockComponents", "StockInventoryID"), ("NonStockComponents", "NonStockInventoryID"))
        for one in rows(row, detail)
        if text(one, name)
    ]
    version = max(parent.version, micros(instant(row, "LastModifiedDateTime")))
    return Composite(key=parent.key, version=version, kind="bundle", product=parent, parts=tuple(parts))


# --- polls


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of templates changed since then, then of templates whose variants did, then of kits."""
    part, _, after = position.partition(":")
    modified = STOCK.modified(erp.client.version())
    if part == "kits":
        dated = "LastModifiedDateTime" if erp.client.version() >= "24" else ""  # older endpoints tell none
        page = _page(erp, KITS, "KitInventoryID", dated, when, after)
        return Page(page.changes, f"kits:{page.position}" if page.position else None)
    if part == "variants":
        page = _variants_since(erp, when, after)
        return Page(page.changes, f"variants:{page.position}" if page.position else "kits:")
    page = _page(erp, TEMPLATES, "InventoryID", modified, when, after)
    follow = "kits:" if when is None else "variants:"
    return Page(page.changes, f"templates:{page.position}" if page.position else follow)


def _page(erp: Erp, entity: str, key: str, modified: str, when: datetime | None, after: str) -> Page:
    def change(row: Entity, version: int) -> Change:
        return Change(COMPOSITE, text(row, key), version=version)

    return lists.page(erp.client, entity, key, modified, when, after, change)


def _variants_since(erp: Erp, when: datetime | None, after: str) -> Page:
    """Templates of the items that changed: a new variant does not always change its template."""

    def change(row: Entity, version: int) -> Change | None:
        template = text(row, "TemplateItemID")
        return Change(COMPOSITE, template, version=version) if template else None

    modified = STOCK.modified(erp.client.version())
    asked = {"$select": f"InventoryID,TemplateItemID,{modified}"}
    page = lists.page(erp.client, items.STOCK.entity, "InventoryID", modified, when, after, change, options=asked)
    newest = {each.key: each for each in sorted(page.changes, key=lambda one: one.version)}
    return Page(tuple(newest.values()), page.position)
