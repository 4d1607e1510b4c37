"""ERP attributes as product attributes of the store: made once, with their options, and put into attribute sets.

facts/MAGENTO.md, attribute sets and attributes. What the store has already is never altered or moved (MAP-09):
only options are added, and labels of options that the ERP has renamed. An option's admin label is the ERP's value,
by which products are filled in; buyers see its description as the label of the store views (MAP-10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from connector.errors import Fail, Skip
from connector.records import ATTRIBUTE, CUSTOMER_ATTRIBUTE, Attribute, CustomerAttribute, Option, Record
from connector.systems.base import Written
from connector.systems.magento import errors
from connector.systems.magento.client import not_magento, reading
from connector.systems.magento.directory import CUSTOMER
from connector.systems.magento.entity import Entity
from connector.systems.magento.sets import Sets
from connector.systems.magento.settings import NO_CUSTOMER_ATTRIBUTES
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import Attribute as StoreAttribute
from connector.systems.magento.store import rows_of
from connector.systems.magento.values import code_of

KINDS = {"text": "text", "list": "select", "multi": "multiselect", "flag": "boolean", "date": "date", "number": "text"}
LISTS = ("select", "multiselect", "swatch_visual", "swatch_text")
MOST = 60  # characters of a code
VERIFY, OPTIONS = "verify_attributes", "manage_attribute_options"


class Attributes(Entity):
    """Writes product attributes of one shop."""

    name: ClassVar[str] = ATTRIBUTE

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.sets = Sets(shop)

    def write(self, record: Attribute, target_id: str) -> Written:
        code = _code(record)
        held = self._held(code)
        told: dict[str, Any] = {"code": code}
        created = held is None
        if held is None:
            held = self._create(record, code)
        elif not held.own:
            text = f"The store has a {code} of its own, which is Magento's: it is left alone."
            return Written(record.key, code, problem=Skip(text, code="magento.own_attribute"))
        if held.kind in LISTS:
            told |= self._options(record, held, created)
        elif record.options:
            told["notes"] = [f"the store's attribute is of type {held.kind} and has no options"]
        if self.shop.setting(ATTRIBUTE, "sets", True):
            told |= self.sets.put(code, record.item_classes, str(self.shop.setting(ATTRIBUTE, "group", "Acumatica")))
        self.store.forget_attribute(code)  # the next product is to know it
        return Written(record.key, code, created=created, fields=told)

    def find_like(self, records: Sequence[Attribute]) -> dict[str, Record]:
        """By its code, among the attributes that people have made."""
        codes = {record.key: code_of(record.key) for record in records if code_of(record.key)}
        known = self.store.attributes(sorted(set(codes.values()))) if codes else {}
        return {
            record.key: replace(record, key=codes[record.key])
            for record in records
            if record.key in codes and codes[record.key] in known and known[codes[record.key]].own
        }

    def delete(self, key: str, target_id: str) -> Written:
        text = "Attributes stay in the store: products may still have values of them."
        return Written(key, target_id, problem=Skip(text))

    def _held(self, code: str) -> StoreAttribute | None:
        return self.store.attributes([code], seconds=0).get(code)

    def _create(self, record: Attribute, code: str) -> StoreAttribute:
        kind = KINDS.get(record.kind, "text")
        body: dict[str, Any] = {
            "attribute_code": code,
            "frontend_input": kind,
            "default_frontend_label": record.label or record.key,
            "scope": "global",
            "is_required": False,  # else nobody could save a product that has no value of it yet
        }
        try:
            data = self.client.call("POST", "/products/attributes", body={"attribute": body}, action=VERIFY).data
        except Fail as word:
            if word.code != errors.ATTRIBUTE_EXISTS:
                raise
            data = {}
        held = self._held(code)
        if held is None:
            if not isinstance(data, Mapping) or "attribute_id" not in data:
                raise not_magento("/products/attributes")
            held = StoreAttribute(code, kind, True)
        return held

    def _options(self, record: Attribute, held: StoreAttribute, created: bool) -> dict[str, Any]:
        """Add what is missing. What is there is never altered (MAP-09): a buyer's word may be a translation of ours."""
        views = self.shop.directory.views()
        path = f"/products/attributes/{quote(held.code, safe='')}/options"
        known = {label.casefold(): number for label, number in held.options}
        shown = self._shown(path, views[0].code) if views and not created else {}
        added, kept = [], []
        for option in record.options:
            label = option.label or option.value
            number = known.get(option.value.casefold())
            if number is None and label.casefold() in known:
                continue  # made by hand under its description
            body = _option(option, [int(view.id) for view in views])
            if number is None:
                self._add(path, body)
                added.append(option.value)
            elif shown and shown.get(number, label) != label:
                kept.append(f"option {option.value} stays {shown[number]}, which the ERP calls {label}")
        return {name: rows for name, rows in (("options_added", added), ("notes", kept)) if rows}

    def _add(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            self.client.call("POST", path, body={"option": dict(body)}, action=OPTIONS)
        except Fail as word:
            if word.code != errors.OPTION_EXISTS:
                raise

    def _shown(self, path: str, view: str) -> dict[str, str]:
        """Option id -> what the buyers of a store view see."""
        rows = rows_of(self.client.call("GET", path, view=view, action=OPTIONS).data, path)
        with reading(path):
            return {str(row["value"]): str(row.get("label") or "").strip() for row in rows if row.get("value")}


class CustomerAttributes(Entity):
    """Says whether the store has an attribute of customers; making one is beyond the API."""

    name: ClassVar[str] = CUSTOMER_ATTRIBUTE

    def write(self, record: CustomerAttribute, target_id: str) -> Written:
        code = code_of(record.key)
        if code in self.shop.directory.attributes(CUSTOMER):
            return Written(record.key, code, fields={"code": code, "notes": ["the store has it already"]})
        raise Fail(NO_CUSTOMER_ATTRIBUTES, code="magento.no_customer_attributes", help=f"Its code has to be {code}.")

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("Attributes of customers stay in the store."))


def _code(record: Attribute) -> str:
    code = code_of(record.key)
    if not code or not code[0].isalpha() or len(code) > MOST:
        raise Fail(
            f"The attribute id {record.key} gives no code that Magento takes.",
            code="magento.attribute_code",
            help=f"A code begins with a letter and has at most {MOST} letters, digits and underscores.",
        )
    return code


def _option(option: Option, views: Sequence[int]) -> dict[str, Any]:
    body: dict[str, Any] = {"label": option.value, "sort_order": option.position}
    if option.label and option.label != option.value:
        body["store_labels"] = [{"store_id": view, "label": option.label} for view in views]
    return body
