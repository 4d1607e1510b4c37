"""The fields of product, category and customer as this site has them: what the schema pages list (SCM-01..10).

Single values come from the site's swagger, custom fields from the ad hoc schema, attributes with their options from
their definitions. A name says where the value stands: "Description", "MainContact/Address/City",
"Attributes/COLOR", "CrossReferences/Barcode"; a custom field is "View.Field".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector.errors import Fail
from connector.records import CATEGORY, CUSTOMER, PRODUCT
from connector.systems.acumatica import definitions, tabs
from connector.systems.acumatica.erp import Erp
from connector.systems.base import Field

SOURCES = {  # entity -> (prefix of the name, schema of the site)
    PRODUCT: (("", "StockItem"), ("", "NonStockItem")),
    CATEGORY: (("", "ItemSalesCategory"),),
    CUSTOMER: (
        ("", "Customer"),
        ("MainContact/", "Contact"),
        ("MainContact/Address/", "Address"),
        ("BillingContact/", "Contact"),
        ("BillingContact/Address/", "Address"),
        ("ShippingContact/", "Contact"),
        ("ShippingContact/Address/", "Address"),
        ("PaymentInstructions/", "Customer/PaymentInstructions"),
        ("Salespersons/", "Customer/Salespersons"),
    ),
}
SCREENS = {PRODUCT: ("StockItem", "NonStockItem"), CATEGORY: ("ItemSalesCategory",), CUSTOMER: ("Customer",)}
KINDS = {
    "BooleanValue": "flag", "DateTimeValue": "date", "DecimalValue": "number", "DoubleValue": "number",
    "IntValue": "number", "LongValue": "number", "ShortValue": "number",
}  # fmt: skip
CROSS_REFERENCES = ("Global", "Barcode", "GTIN/EAN/UPC/ISBN", "Vendor Part Number", "Customer Part Number")
ROWS = ("PaymentInstructions/", "Salespersons/")  # several rows: their values are joined, and never written
ATTRIBUTE = "Attribute"  # what a custom field is called that stands for an attribute


def read(erp: Erp, entity: str) -> list[Field]:
    """The fields in order of their tabs. Raises Retry, Refused or Fail; an entity without a schema has none."""
    if entity not in SOURCES:
        return []
    found: dict[str, Field] = {}
    for each in (*_simple(erp, entity), *_details(entity), *_custom(erp, entity), *_attributes(erp, entity)):
        found.setdefault(each.name, each)
    order = {tab: at for at, tab in enumerate(tabs.TABS[entity])}
    return sorted(found.values(), key=lambda one: (order[one.tab], one.name))


def _simple(erp: Erp, entity: str) -> Iterator[Field]:
    for prefix, schema in SOURCES[entity]:
        for name, type in erp.schema.types(schema).items():
            writable = name not in tabs.READ_ONLY and prefix not in ROWS
            kind = "money" if name in tabs.MONEY else KINDS.get(type, "text")
            yield field(entity, prefix + name, words(name), schema, kind, writable=writable)


def field(entity: str, name: str, label: str, section: str, kind: str, *, writable: bool = True) -> Field:
    """A field whose name says where it stands."""
    path, _, member = name.rpartition("/")
    return Field(
        name,
        label,
        tabs.tab_of(entity, name),
        f"{section} / {path}" if path else section,
        kind,
        f"/root/{path}/" if path else "/root/",
        member,
        writable=writable,
        preselected=name in tabs.PRESELECTED[entity],
    )


def _details(entity: str) -> Iterator[Field]:
    """Details that every product has, each told as one value."""
    if entity == PRODUCT:
        yield field(entity, "Categories/CategoryID", "Sales Categories", "StockItem", "multi")
        for kind in CROSS_REFERENCES:  # a kind may hold a slash, so the path is given
            path, section = "/root/CrossReferences/", "StockItem / CrossReferences"
            yield Field(f"CrossReferences/{kind}", kind, tabs.CROSS, section, path=path, api_name=kind)


def _custom(erp: Erp, entity: str) -> Iterator[Field]:
    for screen in SCREENS[entity]:
        for name, type in erp.schema.custom(screen).items():
            view, _, member = name.partition(".")
            if not member.startswith(ATTRIBUTE):
                kind = KINDS.get(type.removeprefix("Custom").removesuffix("Field") + "Value", "text")
                tab, path = tabs.CUSTOM[entity], f"/root/custom/{view}/"
                yield Field(
                    name, words(member.removeprefix("Usr")), tab, f"{screen} / {view}", kind, path, member, custom=True
                )


def attribute_ids(erp: Erp, entity: str) -> set[str]:
    """Attributes that the entity's form shows, as its ad hoc schema tells; nothing where it does not."""
    names = (name.partition(".")[2] for screen in SCREENS[entity] for name in erp.schema.custom(screen))
    return {name.removeprefix(ATTRIBUTE) for name in names if name.startswith(ATTRIBUTE)} - {""}


def _attributes(erp: Erp, entity: str) -> Iterator[Field]:
    if entity == CATEGORY:
        return
    wanted = attribute_ids(erp, entity)
    try:
        if entity == PRODUCT:
            wanted |= set(definitions.classes_by_attribute(erp))
        known = {one.key: one for one in definitions.read(erp, sorted(wanted))}
    except Fail:
        known = {}  # not for this user: the ids are known all the same
    for id in sorted(wanted):
        one = known.get(id)
        options = tuple((option.value, option.label or option.value) for option in one.options) if one else ()
        yield Field(
            f"Attributes/{id}", one.label if one and one.label else id, tabs.ATTRIBUTES, "Attributes",
            one.kind if one else "text", "/root/Attributes/", id, options=options,
        )  # fmt: skip


def words(name: str) -> str:
    """A field's name as words: DefaultPrice is Default Price, InventoryID is Inventory ID."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
