"""How products hang together: templates as configurable products, kits as bundles, groups as grouped products.

facts/MAGENTO.md, configurable, bundle, grouped. The parent is written in one request with all that belongs to it: a
shorter list of children takes the others out. The children are products of their own and come first. A bundle has the
kit's own price and is shipped together, by its own row; its parts may then have one inventory source only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Skip, Wait
from connector.records import ATTRIBUTE, COMPOSITE, PRODUCT, Composite, Part, Product, Record
from connector.systems.base import Written
from connector.systems.magento import fields, numbers
from connector.systems.magento.client import not_magento, reading, sku_path
from connector.systems.magento.entity import Entity
from connector.systems.magento.fields import DISABLED, Draft
from connector.systems.magento.find import by_key, products
from connector.systems.magento.products import Products
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import LOOK_AGAIN, Attribute
from connector.systems.magento.values import code_of, typed

CONFIGURABLE, BUNDLE, GROUPED = "configurable", "bundle", "grouped"
LISTS = ("select", "swatch_visual", "swatch_text")
# fixed price and SKU, weight of the parts, shipped together: the recorded bundle's words for it
BUNDLED = {"price_type": "1", "sku_type": "1", "weight_type": "0", "price_view": "0", "shipment_type": "0"}
SYNC = "product_sync"


class Composites(Entity):
    """Writes composite products of one shop."""

    name: ClassVar[str] = COMPOSITE

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.products = Products(shop)

    def write(self, record: Composite, target_id: str) -> Written:
        if record.kind not in (CONFIGURABLE, BUNDLE, GROUPED):
            raise Fail(f"Products of kind {record.kind} are not built.", code="magento.unknown_kind")
        held = self._held([record.key, *(part.key for part in record.parts)])
        there = held.get(record.key.casefold())
        parent = record.product or Product(record.key, name=record.key)
        if not (parent.active and parent.exported):
            return self._off(record, there)
        if record.kind == BUNDLE and self.shop.setting(PRODUCT, "kits", BUNDLE) == "simple":
            (written,) = self.products.write_many([parent], {record.key: target_id} if there else {})
            return written
        if there is not None and there.get("type_id") != record.kind:
            raise Fail(
                f"The store has {record.key} as a {there.get('type_id')} product, which cannot become {record.kind}.",
                code="magento.other_type",
                help="Delete the product in the store, then sync it again.",
            )
        return self._build(record, parent, held, there)

    def find_like(self, records: Sequence[Composite]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return self.products.delete(key, target_id)

    def _build(
        self, record: Composite, parent: Product, held: Mapping[str, Any], there: Mapping[str, Any] | None
    ) -> Written:
        children = _children(record, held)
        if there is None:
            draft = fields.for_creation(parent, self.store, self.shop.values, self.products.websites)
        else:
            draft = fields.for_update(parent, self.store)
            fields.over(draft, parent, self.store)
        draft.product.pop("weight", None)
        draft.product["type_id"] = record.kind
        draft.extension()["stock_item"] = {"is_in_stock": True}
        FILL[record.kind](self, draft, record, children, there)
        if there is None:
            data = self.client.call("POST", "/products", body=draft.body(), action=SYNC).data
        else:
            path = f"/products/{sku_path(record.key)}"
            data = self.client.call("PUT", path, body=draft.body(), action=SYNC).data
        if not isinstance(data, Mapping) or "id" not in data:
            raise not_magento("/products")
        told = {**draft.told(), "parts": [f"{part.key} x {part.quantity.normalize():f}" for part in record.parts]}
        for name in ("bundle_product_options", "configurable_product_links", "product_links", "stock_item"):
            told.pop(name, None)
        return Written(record.key, str(data["id"]), created=there is None, fields=told)

    def _configurable(
        self, draft: Draft, record: Composite, children: Mapping[str, int], there: Mapping[str, Any] | None
    ) -> None:
        draft.product.pop("price", None)  # the children's; a price of its own is refused
        axes = self._axes(record)
        combinations = [tuple(sorted(part.choices)) for part in record.parts]
        if len(set(combinations)) < len(combinations):
            twice = next(one for one in combinations if combinations.count(one) > 1)
            raise Fail(
                f"Two variants of {record.key} have the same values: {', '.join(f'{n} {v}' for n, v in twice)}.",
                code="magento.same_variant",
                help="Correct the attributes of one of them in the ERP.",
            )
        draft.extension()["configurable_product_options"] = [
            {
                "attribute_id": str(attribute.id),
                "label": attribute.label or attribute.code,
                "position": place,
                "values": [{"value_index": number} for number in _values(record, name, attribute)],
            }
            for place, (name, attribute) in enumerate(axes.items())
        ]
        draft.extension()["configurable_product_links"] = sorted(children.values())

    def _axes(self, record: Composite) -> dict[str, Attribute]:
        """The attributes that a buyer chooses by, with their options. Raises Wait for one that is not there yet."""
        if not record.axes:
            raise Fail(f"Template {record.key} has no attribute to choose by.", code="magento.no_axis")
        codes = {name: code_of(name) for name in record.axes}
        known = self.store.attributes(sorted(set(codes.values())), seconds=LOOK_AGAIN)
        for name, code in codes.items():
            if code not in known:
                raise Wait(f"The store has no attribute {code} yet.", for_=(ATTRIBUTE, name))
            if known[code].kind not in LISTS:
                raise Fail(
                    f"The attribute {code} is of type {known[code].kind}: a buyer can only choose from a list.",
                    code="magento.no_list_attribute",
                    help="Make the attribute a combo in the ERP, and a drop-down with global scope in the store.",
                )
        return {name: known[code] for name, code in codes.items()}

    def _bundle(
        self, draft: Draft, record: Composite, children: Mapping[str, int], there: Mapping[str, Any] | None
    ) -> None:
        draft.custom.update(BUNDLED)
        draft.product.setdefault("price", numbers.money(_price(record), "price"))
        old = self._bundle_options(record.key) if there is not None else {}
        if there is not None:
            draft.product.pop("price")  # later prices travel by themselves
            if _recipe(old) == {part.key.casefold(): part.quantity for part in record.parts}:
                return
        draft.extension()["bundle_product_options"] = [
            {
                **({"option_id": int(old[part.key.casefold()]["option_id"])} if part.key.casefold() in old else {}),
                "title": part.key,
                "type": "select",
                "required": True,
                "position": place,
                "sku": record.key,
                "product_links": [_bundled(part)],
            }
            for place, part in enumerate(record.parts, start=1)
        ]

    def _bundle_options(self, sku: str) -> dict[str, dict[str, Any]]:
        """The options of a bundle by the SKU of their one part."""
        path = f"/bundle-products/{sku_path(sku)}/options/all"
        rows = self.client.get(path)
        with reading(path):
            return {
                str(row["product_links"][0]["sku"]).casefold(): dict(row) for row in rows if row.get("product_links")
            }

    def _grouped(
        self, draft: Draft, record: Composite, children: Mapping[str, int], there: Mapping[str, Any] | None
    ) -> None:
        draft.product.pop("price", None)
        links = [dict(link) for link in (there or {}).get("product_links") or []]
        draft.product["product_links"] = [link for link in links if link.get("link_type") != "associated"] + [
            {
                "sku": record.key,
                "link_type": "associated",
                "linked_product_sku": part.key,
                "linked_product_type": "simple",
                "position": place,
                "extension_attributes": {"qty": numbers.plain(part.quantity)},
            }
            for place, part in enumerate(record.parts, start=1)
        ]

    def _off(self, record: Composite, there: Mapping[str, Any] | None) -> Written:
        if there is None:
            text = "Not sent: it is not for sale, and it is not in the store."
            return Written(record.key, problem=Skip(text, code="magento.not_for_sale"))
        body = {"product": {"sku": record.key, "status": DISABLED}}
        self.client.call("PUT", f"/products/{sku_path(record.key)}", body=body, action="product_status_update")
        return Written(record.key, str(there.get("id") or ""), fields={"status": DISABLED})

    def _held(self, skus: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Parent and children as the store has them, by SKU in lower case."""
        keys = list(dict.fromkeys(skus))
        rows = self.client.search_in("/products", "sku", keys, fields="id,sku,type_id,status,product_links")
        with reading("/products"):
            for row in rows:
                int(row["id"])
        return {key.casefold(): dict(row) for key, row in by_key(keys, rows)}


FILL = {CONFIGURABLE: Composites._configurable, BUNDLE: Composites._bundle, GROUPED: Composites._grouped}


def _children(record: Composite, held: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """SKU -> id of every child. Raises Wait for the first that is not in the store yet."""
    if not record.parts:
        raise Fail(f"{record.key} has nothing that it is made of.", code="magento.no_parts")
    for part in record.parts:
        if part.key.casefold() not in held:
            raise Wait(f"The store has no product {part.key} yet.", for_=(PRODUCT, part.key))
    return {part.key: int(held[part.key.casefold()]["id"]) for part in record.parts}


def _values(record: Composite, name: str, attribute: Attribute) -> list[int]:
    """Option ids that the variants have of one axis."""
    found: list[int] = []
    for part in record.parts:
        value = dict(part.choices).get(name, "")
        try:
            number = typed(attribute, value) if value else ""
        except ValueError as reason:
            raise Fail(
                f"Variant {part.key}: {reason} of {attribute.code}.",
                code="magento.unknown_option",
                help="Sync the attribute, so that its new values get into the store.",
            ) from None
        if not number:
            raise Fail(
                f"Variant {part.key} has no value of {name}.",
                code="magento.variant_value",
                help="Fill in the attribute of the variant in the ERP.",
            )
        found.append(int(number))
    return list(dict.fromkeys(found))


def _bundled(part: Part) -> dict[str, Any]:
    return {
        "sku": part.key,
        "qty": numbers.plain(part.quantity),
        "position": 1,
        "is_default": True,
        "price": 0,
        "price_type": 0,
        "can_change_quantity": 0,
    }


def _recipe(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Decimal]:
    with reading("/bundle-products"):
        return {
            sku: numbers.read(row["product_links"][0].get("qty")) or Decimal(0)
            for sku, row in options.items()
            if len(row["product_links"]) == 1
        }


def _price(record: Composite) -> Decimal:
    return record.product.price if record.product is not None and record.product.price is not None else Decimal(0)
