"""Products of the store written to the ERP (PRD-14): made as stock or non-stock items, later only what differs.

A new item is of the item class named like the store's attribute set, which brings accounts, units and the rest; what
the store does not say is never cleared. Quantities are the ERP's alone and are not written, and no item is ever deleted
because a store has deleted it. Facts/ACUMATICA.md, 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.errors import Fail
from connector.records import PRODUCT, Product, Record
from connector.systems.acumatica import items, products, raw, writing
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, STOCK, Item, Kind
from connector.systems.acumatica.values import Entity, exact, flag, number, text
from connector.systems.base import Written


def write(erp: Erp, records: Sequence[Record], known: Mapping[str, str]) -> list[Written]:
    """Make or change these items; the key is their InventoryID. Raises Retry, Refused or Fail for the first look."""
    wanted = [one for one in records if isinstance(one, Product)]
    there = items.read(erp.client, [one.key for one in wanted], _asked(erp), products.EXPAND)
    return writing.each(wanted, lambda one: _write(erp, one, there.get(one.key)))


def _asked(erp: Erp) -> dict[Kind, Sequence[str]]:
    return products.fields(erp.client.version())


def _write(erp: Erp, one: Product, item: Item | None) -> Written:
    kind = item.kind if item else STOCK if one.stock_item else NON_STOCK
    body = _wish(one, kind) if item is None else _changed(_wish(one, kind), item.entity)
    mapped = [pair for pair in one.mapped if item is None or _news(erp, item.entity, *pair)]
    if item is None and not text(body, "ItemClass") and not any(name == "ItemClass" for name, _ in mapped):
        raise Fail(
            f"{one.key} has no item class: Acumatica cannot make an item without one.",
            code="acumatica.item_class",
            help="Give the product an attribute set that is named like an item class (Item Classes, IN201000).",
        )
    _attributes(body, one, item)
    raw.write(body, [pair for pair in mapped if pair[1]], raw.active(erp, PRODUCT))
    if not body:
        return Written(one.key, one.key, seen=products.product(item) if item else None)
    asked = {"$expand": products.EXPAND[kind]}
    after = erp.client.put(kind.entity, {**writing.fields(InventoryID=one.key), **body}, asked, new=item is None)
    seen = products.product(Item(kind, after)) if text(after, "InventoryID") else None
    return Written(one.key, text(after, "InventoryID") or one.key, item is None, writing.told(body), seen=seen)


def _wish(one: Product, kind: Kind) -> dict[str, Any]:
    """What the store says, in the ERP's fields; nothing of what it leaves empty."""
    stock_only = {"WeightUOM": one.weight_uom, "DimensionWeight": one.weight} if kind.stock else {"Weight": one.weight}
    shipped = {} if kind.stock else {"RequireShipment": one.requires_shipment}
    return writing.fields(
        Description=one.name,
        ItemClass=one.item_class,
        TaxCategory=one.tax_category,
        ItemStatus="" if one.active else "No Sales",
        DefaultPrice=one.price,
        MSRP=one.msrp,
        Content=one.description,
        CustomURL=one.url_key,
        PageTitle=one.meta_title,
        MetaDescription=one.meta_description,
        MetaKeywords=one.meta_keywords,
        SearchKeywords=one.search_keywords,
        **{kind.unit: one.base_uom},
        **stock_only,
        **shipped,
    )


def _changed(wish: dict[str, Any], current: Entity) -> dict[str, Any]:
    """Only what differs. A store changes no item's class, unit or price: the ERP's own rules hang on them."""
    fixed = ("ItemClass", "BaseUOM", "BaseUnit", "DefaultPrice", "MSRP")
    kept = {
        name: field for name, field in wish.items() if name not in fixed and _differs(current, name, field["value"])
    }
    if "ItemStatus" in kept and text(current, "ItemStatus") not in (*items.SELLABLE, ""):
        del kept["ItemStatus"]  # it cannot be sold already, for a reason of the ERP's own
    return kept


def _differs(current: Entity, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return flag(current, name) != value
    if isinstance(value, int | float):
        return number(current, name) != exact(value)
    return text(current, name) != str(value).strip()


def _news(erp: Erp, current: Entity, name: str, content: str) -> bool:
    entry = (raw.active(erp, PRODUCT) or {}).get(name)
    return raw.value(current, raw.place(name, entry)) != content


def _attributes(body: dict[str, Any], one: Product, item: Item | None) -> None:
    """Values of attributes that are new here; ids of categories are the ERP's already."""
    there = dict(products.product(item).attributes) if item else {}
    rows = [
        writing.fields(AttributeID=id, Value=value)
        for id, value in one.attributes
        if value and there.get(id, "") != value
    ]
    if rows:
        body["Attributes"] = rows
    own = set(products.product(item).categories) if item else set()
    new = [id for id in one.categories if id not in own and id.isdigit()]
    if new:
        body["Categories"] = [writing.fields(CategoryID=int(id)) for id in new]
