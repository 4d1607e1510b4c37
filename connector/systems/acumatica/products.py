"""Items as products: the field table of facts/ACUMATICA-DEFAULT-MAPPING.md, "Items: Acumatica -> store"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.records import PRODUCT, Product
from connector.systems.acumatica import items, raw
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, STOCK, Item, Kind
from connector.systems.acumatica.values import Entity, flag, instant, micros, number, rows, text

COMMON = (
    "InventoryID",
    "Description",
    "Content",
    "ItemStatus",
    "ItemType",
    "ItemClass",
    "PostingClass",
    "TaxCategory",
    "ExportToExternal",
    "Visibility",
    "DefaultPrice",
    "CurySpecificPrice",
    "MSRP",
    "CurySpecificMSRP",
    "DimensionWeight",
    "WeightUOM",
    "CustomURL",
    "PageTitle",
    "MetaDescription",
    "MetaKeywords",
    "SearchKeywords",
    "TemplateItemID",
    "Attributes/AttributeID",
    "Attributes/Value",
    "CrossReferences/AlternateType",
    "CrossReferences/AlternateID",
    "Categories/CategoryID",
)
OWN: dict[Kind, tuple[str, ...]] = {
    STOCK: ("BaseUOM", "DefaultWarehouseID"),
    NON_STOCK: ("BaseUnit", "RequireShipment", "Weight", "SalesCategories/CategoryID"),
}
EXPAND = {
    STOCK: "Attributes,Categories,CrossReferences",
    NON_STOCK: "Attributes,Categories,SalesCategories,CrossReferences",
}
# where the record's fields come from; what is not here (key, status, type, first price, unit) is always told
SOURCES: dict[str, tuple[str, ...]] = {
    "name": ("Description",),
    "visibility": ("Visibility",),
    "item_class": ("ItemClass",),
    "tax_category": ("TaxCategory",),
    "msrp": ("MSRP", "CurySpecificMSRP"),
    "weight": ("DimensionWeight", "Weight"),
    "weight_uom": ("WeightUOM",),
    "description": ("Content",),
    "url_key": ("CustomURL",),
    "meta_title": ("PageTitle",),
    "meta_description": ("MetaDescription",),
    "meta_keywords": ("MetaKeywords",),
    "search_keywords": ("SearchKeywords",),
    "categories": ("Categories/CategoryID",),
}
VISIBILITIES = ("visible", "featured", "invisible")


def fields(version: str) -> dict[Kind, Sequence[str]]:
    """What to ask for, in the words of this endpoint version."""
    return {kind: (*COMMON, *OWN[kind], kind.modified(version)) for kind in (STOCK, NON_STOCK)}


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Product]:
    """The products of these keys; absent ones do not exist. Raises Retry, Refused or Fail."""
    wanted = raw.active(erp, PRODUCT)
    own, custom = _more(erp, wanted)
    asked: dict[Kind, Sequence[str]] = {
        kind: (*names, *own[kind]) for kind, names in fields(erp.client.version()).items()
    }
    found = items.read(erp.client, keys, asked, EXPAND, custom)
    return {key: _active(product(item), item.entity, wanted) for key, item in found.items()}


def _more(erp: Erp, wanted: raw.Active | None) -> tuple[dict[Kind, list[str]], str]:
    """What active fields need besides the default ones: names of each kind that this site has, and custom fields."""
    select, _, custom = raw.asked(wanted or {})
    extra = sorted(select - {*COMMON, *OWN[STOCK], *OWN[NON_STOCK]})
    known = {kind: erp.schema.types(kind.entity) if extra else {} for kind in (STOCK, NON_STOCK)}
    return {kind: [name for name in extra if name in known[kind]] for kind in known}, ",".join(sorted(custom))


def _active(record: Product, entity: Entity, wanted: raw.Active | None) -> Product:
    """With the values of the active fields, and without what an inactive field would have said (SCM-02)."""
    kept = raw.only_active(record, wanted, SOURCES)
    if wanted is not None:
        chosen = tuple(pair for pair in kept.attributes if f"Attributes/{pair[0]}" in wanted)
        kinds = tuple(pair for pair in kept.cross_references if f"CrossReferences/{pair[0]}" in wanted)
        kept = replace(kept, attributes=chosen, cross_references=kinds)
    return replace(kept, raw=raw.pairs(entity, wanted))


def product(item: Item) -> Product:
    entity, stock = item.entity, item.kind.stock
    return Product(
        key=item.key,
        version=micros(instant(entity, "LastModifiedDateTime", "LastModified")),
        shown=tuple((name, text(entity, name)) for name in ("ItemType", "PostingClass", "ItemStatus")),
        name=text(entity, "Description"),
        stock_item=stock,
        requires_shipment=stock or flag(entity, "RequireShipment"),
        active=item.active,
        exported=item.exported,
        visibility=_visibility(entity),
        item_class=text(entity, "ItemClass"),
        tax_category=text(entity, "TaxCategory"),
        price=number(entity, "DefaultPrice", "CurySpecificPrice"),
        msrp=number(entity, "MSRP", "CurySpecificMSRP"),
        weight=number(entity, "DimensionWeight", "Weight"),
        weight_uom=text(entity, "WeightUOM"),
        description=text(entity, "Content"),
        url_key=text(entity, "CustomURL"),
        meta_title=text(entity, "PageTitle"),
        meta_description=text(entity, "MetaDescription"),
        meta_keywords=text(entity, "MetaKeywords"),
        search_keywords=text(entity, "SearchKeywords"),
        base_uom=text(entity, item.kind.unit),
        categories=_categories(entity),
        attributes=_pairs(entity, "Attributes", "AttributeID", "Value"),
        cross_references=_pairs(entity, "CrossReferences", "AlternateType", "AlternateID"),
        template_id=text(entity, "TemplateItemID"),
        status_label=text(entity, "ItemStatus"),
        warehouse=text(entity, "DefaultWarehouseID"),
    )


def _visibility(entity: Entity) -> str:
    label = text(entity, "Visibility").lower()
    return label if label in VISIBILITIES else "visible"


def _categories(entity: Entity) -> tuple[str, ...]:
    """Ids of sales categories, in order of number; non-stock items tell them under either of two names."""
    ids = {text(row, "CategoryID") for name in ("Categories", "SalesCategories") for row in rows(entity, name)}
    return tuple(sorted(ids - {""}, key=lambda id: (len(id), id)))


def _pairs(entity: Entity, detail: str, name: str, content: str) -> tuple[tuple[str, str], ...]:
    found = {(text(row, name), text(row, content)) for row in rows(entity, detail)}
    return tuple(sorted(pair for pair in found if pair[0]))
