"""The field table of a product: from the neutral record to the body that Magento wants. It sends nothing.

What an update leaves alone on purpose, because the store's people may have set it there: websites, address,
price, type, categories. An empty text is not sent, since the record cannot tell "emptied" from "no such field".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from connector.errors import Fail
from connector.records import PRODUCT, Product
from connector.systems.magento import errors, mapped
from connector.systems.magento.numbers import money, plain
from connector.systems.magento.schema import READ_ONLY, TOP
from connector.systems.magento.store import LOOK_AGAIN, Attribute, Store
from connector.systems.magento.urlkeys import url_key
from connector.systems.magento.values import code_of, typed

ENABLED, DISABLED = 1, 2
VISIBILITY = {"visible": 4, "featured": 4, "invisible": 1}  # 4 catalogue and search, 1 not by itself
UNMANAGED = {"qty": 0, "is_in_stock": True, "manage_stock": False, "use_config_manage_stock": False}
TEXTS = {  # field of the record -> attribute of the store
    "description": "description",
    "short_description": "short_description",
    "meta_title": "meta_title",
    "meta_description": "meta_description",
    "meta_keywords": "meta_keyword",
    "url_key": "url_key",
}


@dataclass(slots=True)
class Draft:
    """A product body in the making, with what had to be left out or replaced."""

    product: dict[str, Any]
    custom: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def extension(self) -> dict[str, Any]:
        """The extension attributes of the body, to be filled."""
        found: dict[str, Any] = self.product.setdefault("extension_attributes", {})
        return found

    def body(self) -> dict[str, Any]:
        product = dict(self.product)
        if self.custom:  # a list: the map form is answered with 500 (facts/MAGENTO.md, products)
            product["custom_attributes"] = [
                {"attribute_code": code, "value": value} for code, value in self.custom.items()
            ]
        return {"product": product}

    def told(self) -> dict[str, Any]:
        """The same flat, for the record page."""
        flat = {name: value for name, value in self.product.items() if name != "extension_attributes"}
        return {
            **flat,
            **self.product.get("extension_attributes", {}),
            **self.custom,
            **({"notes": list(self.notes)} if self.notes else {}),
        }


def for_update(record: Product, store: Store, backorders: str = "BACKORDERS") -> Draft:
    """What a product that is in the store gets: only what the ERP is the master of.

    `backorders` is the ERP attribute whose 0, 1 or 2 says whether it may be ordered below zero (PRD-15).
    """
    draft = Draft({"sku": record.key, **_common(record)})
    record = _without_backorders(draft, record, backorders)
    number = store.attribute_set(record.item_class)
    if number is not None:
        draft.product["attribute_set_id"] = number
    tax = store.tax_class(record.tax_category)
    _texts(draft, record)
    if tax is not None:
        draft.custom["tax_class_id"] = str(tax)
    _attributes(draft, record, store)
    if record.websites:
        draft.extension()["website_ids"] = store.website_ids(record.websites)
    return draft


def _without_backorders(draft: Draft, record: Product, name: str) -> Product:
    said = {id: value.strip() for id, value in record.attributes if id.casefold() == name.casefold()}
    for value in said.values():
        if value in ("0", "1", "2"):
            draft.extension()["stock_item"] = {"backorders": int(value), "use_config_backorders": False}
        elif value:
            draft.notes.append(f'back orders left alone: "{value}" is neither 0, 1 nor 2')
    return replace(record, attributes=tuple(pair for pair in record.attributes if pair[0] not in said))


def links(record: Product, held: Sequence[Mapping[str, Any]], *, keep: bool) -> list[dict[str, Any]] | None:
    """The category links of a product where they differ from what it has; with `keep` none is taken away.

    The list replaces the whole one, and a link without a position is refused: a kept one keeps its place.
    """
    wanted = list(dict.fromkeys(number for number in record.categories if number.isdigit()))
    if not wanted:
        return None
    places = {str(link.get("category_id")): int(link.get("position") or 0) for link in held}
    if keep:
        wanted += [number for number in places if number not in wanted]
    if set(wanted) == set(places):
        return None
    return [{"category_id": number, "position": places.get(number, 0)} for number in wanted]


def over(draft: Draft, record: Product, store: Store) -> None:
    """Write what a mapping made over everything else. Raises Fail for a value that a property cannot have."""
    if record.mapped:
        known = store.attributes(sorted({name.strip() for name, _ in record.mapped}))
        draft.notes += mapped.write(
            record.mapped,
            top=TOP[PRODUCT],
            attributes=known,
            into=draft.product,
            custom=draft.custom,
            locked=READ_ONLY[PRODUCT],
        )


def for_creation(
    record: Product, store: Store, values: Mapping[str, Any], websites: Sequence[str], backorders: str = "BACKORDERS"
) -> Draft:
    """Everything a new product needs (facts/MAGENTO.md, products: needed to create).

    Raises Fail for a SKU that is too long, a negative price, an unknown website, or no attribute set at all.
    """
    if len(record.key) > 64:
        raise Fail(f"The SKU has {len(record.key)} characters, Magento takes 64.", code="magento.sku_too_long")
    draft = for_update(record, store, backorders)
    draft.product.update(
        type_id="virtual" if is_virtual(record) else "simple",
        attribute_set_id=_set(draft, record, store, str(values.get("default_attribute_set") or "Default")),
        price=money(record.price or Decimal(0), "price"),
    )
    draft.extension()["website_ids"] = store.website_ids(record.websites or websites)  # left out it would mean all
    if not record.stock_item:  # nobody will ever send a quantity for it
        draft.extension()["stock_item"] = {**draft.extension().get("stock_item", {}), **UNMANAGED}
    _tax(draft, record, store, str(values.get("default_tax_class") or ""))
    draft.custom.setdefault("url_key", url_key(record.name, record.key))
    found = links(record, (), keep=False)
    if found:
        draft.extension()["category_links"] = found
    over(draft, record, store)
    return draft


def is_virtual(record: Product) -> bool:
    """Nothing to ship and nothing to count: a service, a warranty."""
    return not record.stock_item and not record.requires_shipment


def _common(record: Product) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": (record.name or record.key)[:255],  # Magento would cut it without a word
        "status": ENABLED if record.active and record.exported else DISABLED,
        "visibility": VISIBILITY.get(record.visibility, 4),
    }
    if record.weight is not None and not is_virtual(record):
        fields["weight"] = plain(record.weight, "weight")
    return fields


def _texts(draft: Draft, record: Product) -> None:
    for name, code in TEXTS.items():
        if getattr(record, name):
            draft.custom[code] = getattr(record, name)
    if record.msrp is not None:
        draft.custom["msrp"] = str(money(record.msrp, "MSRP"))


def _set(draft: Draft, record: Product, store: Store, default: str) -> int:
    number = draft.product.get("attribute_set_id")
    if number is None:
        number = store.attribute_set(default)
        if record.item_class:
            draft.notes.append(f"no attribute set {record.item_class} in the store: {default} is used")
    if number is None:
        raise Fail(
            f"The store has no attribute set {default}.",
            code=errors.UNKNOWN_SET,
            help="Correct the default attribute set in the connector's store settings.",
        )
    return int(number)


def _tax(draft: Draft, record: Product, store: Store, default: str) -> None:
    if "tax_class_id" in draft.custom:
        return
    number = store.tax_class(default)
    if number is not None:
        draft.custom["tax_class_id"] = str(number)
    if record.tax_category:
        draft.notes.append(f"no tax class {record.tax_category} in the store: {default or 'none'} is used")


def _attributes(draft: Draft, record: Product, store: Store) -> None:
    """The ERP's attributes that the store has too. Magento would ignore unknown ones silently, so say it."""
    named = {code_of(name): (name, value) for name, value in record.attributes if code_of(name)}
    known = store.attributes(sorted(named)) if named else {}
    for code, (name, value) in named.items():
        attribute = known.get(code)
        if attribute is None or not attribute.own:  # Magento's own attributes are not the ERP's to fill
            draft.notes.append(f"attribute {name} left out: the store has no attribute {code} of its own")
            continue
        try:
            draft.custom.setdefault(code, _typed(attribute, value, store))
        except ValueError as reason:
            draft.notes.append(f"attribute {name} left out: {reason}")


def _typed(attribute: Attribute, value: str, store: Store) -> str:
    """The value as the store wants it; an option that is not known may have been made a moment ago."""
    try:
        return typed(attribute, value)
    except ValueError:
        return typed(store.attributes([attribute.code], seconds=LOOK_AGAIN).get(attribute.code, attribute), value)
