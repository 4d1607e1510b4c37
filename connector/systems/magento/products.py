"""Products: created, updated, taken off sale, deleted. One record is one request where one is enough.

A bound product gets a partial PUT. An unbound one gets a POST with everything, which Magento takes as an
update when the SKU is there already, so a lost reply does no harm (facts/MAGENTO.md, products, idempotency).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from connector.errors import Fail, Outcome, Refused, Retry, Skip
from connector.records import PRODUCT, Product, Record
from connector.systems.base import Page, Written
from connector.systems.magento import errors, fields, goods, views
from connector.systems.magento.client import not_magento, reading, sku_path
from connector.systems.magento.entity import Entity, since_filter
from connector.systems.magento.fields import DISABLED, Draft
from connector.systems.magento.find import by_key, existing, products, with_quantities
from connector.systems.magento.shop import Shop
from connector.systems.magento.urlkeys import unique_key, url_key

LOOKED = 300.0  # seconds that a look-up which found nothing is believed
Links = Mapping[str, Sequence[Mapping[str, Any]]]  # SKU -> category links that it has
GONE = {errors.UNKNOWN_SET, errors.MISSING_VALUE, errors.NO_SUCH_PRODUCT}  # what a partial PUT of a missing SKU gets


class Products(Entity):
    """Writes products of one shop."""

    name: ClassVar[str] = PRODUCT

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.values = shop.values
        self.websites = list(shop.setting(PRODUCT, "websites", ()))
        self.deletion = str(shop.setting(PRODUCT, "deletion", "disable"))
        self.backorders = str(shop.setting(PRODUCT, "backorders_attribute", "BACKORDERS"))
        self._missed: dict[str, float] = {}  # keys that a look-up did not find, and when
        self.from_store = shop.setting("direction", PRODUCT, "erp_to_store") != "erp_to_store"

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """What the store has of these products, with prices and quantities; neutral where products come from it."""
        if self.from_store:
            return dict(goods.read_many(self.shop, keys))
        return dict(with_quantities(self.client, self.store, keys))

    def changed_since(self, since: datetime | None, position: str) -> Page:
        """Changed products; the connector's own writes change them too, which comparing finds out (facts)."""
        return self._changes("/products", key="sku", number="id", filters=since_filter(since), position=position)

    def find_like(self, records: Sequence[Product]) -> dict[str, Record]:
        keys = [record.key for record in records]
        found: dict[str, Record] = {
            **(goods.read_many(self.shop, keys) if self.from_store else products(self.client, keys))
        }
        now = self.shop.clock.monotonic()
        self._missed = {key: at for key, at in self._missed.items() if now - at < LOOKED}
        self._missed |= {key: now for key in keys if key not in found}
        return found

    def write_many(self, records: Sequence[Product], known: Mapping[str, str]) -> list[Written]:
        """One by one; a refusal is in `problem`. Raises Refused, which concerns every other record too."""
        sold = [record for record in records if record.active and record.exported]
        held = self._links([record.key for record in sold if record.key in known and record.categories])
        there = {*known, *self._there([one.key for one in records if one not in sold and one.key not in known])}
        done: list[Written] = []
        away: Outcome | None = None  # nobody is there: the others need not find that out one by one
        for record in records:
            one = Written(record.key, problem=away) if away else self._one(record, record.key in there, held)
            away = one.problem if isinstance(one.problem, Retry) and one.problem.away else None
            done.append(one)
        return done

    def _one(self, record: Product, bound: bool, held: Links) -> Written:
        try:
            if not (record.active and record.exported):
                return self._take_off(record, bound)
            return self._views(record, self._update(record, held) if bound else self._create(record))
        except Refused:
            raise
        except Outcome as word:
            return Written(record.key, problem=word)

    def _views(self, record: Product, done: Written) -> Written:
        """The values of single store views, once the product is there."""
        if not record.views:
            return done
        codes = sorted({name.strip() for _, pairs in record.views for name, _ in pairs})
        known = self.store.attributes(codes)
        told = views.write(self.shop, record, f"/products/{sku_path(record.key)}", {"sku": record.key}, known)
        notes = [*done.fields.get("notes", ()), *told.pop("notes", ())]
        return replace(done, fields={**done.fields, **told, **({"notes": notes} if notes else {})})

    def delete(self, key: str, target_id: str) -> Written:
        """As the product settings say: delete, disable or ignore. What is already gone is done."""
        if self.deletion == "ignore":
            return Written(key, target_id, problem=Skip("Deleted items are left in the store (product settings)."))
        try:
            if self.deletion == "delete":
                self.client.call("DELETE", f"/products/{sku_path(key)}", action="product_deletion")
            else:
                self._put({"sku": key, "status": DISABLED})
        except Fail as word:
            if word.code not in GONE:
                return Written(key, target_id, problem=word)
            return Written(key, target_id, fields={"notes": ["it was already gone"]})
        return Written(key, target_id, fields={"deleted": True} if self.deletion == "delete" else {"status": DISABLED})

    def _create(self, record: Product) -> Written:
        draft = fields.for_creation(record, self.store, self.values, self.websites, self.backorders)
        try:
            answer = self._send("POST", "/products", draft, record)
        except Fail as word:
            if word.code != errors.UNKNOWN_SET:
                raise
            self.store.forget()  # the kept id of the set is out of date
            draft = fields.for_creation(record, self.store, self.values, self.websites, self.backorders)
            answer = self._send("POST", "/products", draft, record)
        created = answer.get("created_at") == answer.get("updated_at")  # an update moves updated_at on, by the second
        return self._written(record, answer, draft, created=created)

    def _there(self, keys: Sequence[str]) -> Iterable[str]:
        """Which of these products are in the store though nobody has bound them; those just looked for are not."""
        keys = [key for key in keys if self.shop.clock.monotonic() - self._missed.get(key, -LOOKED) >= LOOKED]
        return existing(self.client, keys) if keys else ()

    def _links(self, keys: Sequence[str]) -> Links:
        """The category links that these products have: they can only be written as a whole."""
        path, names = "/products", "sku,extension_attributes[category_links]"
        rows = self.client.search_in(path, "sku", keys, fields=names) if keys else []
        with reading(path):
            return {
                key: [dict(one) for one in (row.get("extension_attributes") or {}).get("category_links") or []]
                for key, row in by_key(keys, rows)
            }

    def _for_update(self, record: Product, held: Links) -> Draft:
        draft = fields.for_update(record, self.store, self.backorders)
        if record.categories:
            keep = bool(self.shop.setting(PRODUCT, "keep_categories", False))
            found = fields.links(record, held.get(record.key, []), keep=keep)
            if found is not None:
                draft.extension()["category_links"] = found
        fields.over(draft, record, self.store)
        return draft

    def _written(self, record: Product, answer: dict[str, Any], draft: Draft, *, created: bool = False) -> Written:
        if not self.from_store:
            return Written(record.key, str(answer["id"]), created=created, fields=draft.told())
        with reading("/products"):
            seen = goods.product(self.shop, answer, record.key)
        # both ways a product is read by what it is bound to, and Magento's products are read by SKU
        return Written(record.key, seen.key, created=created, fields=draft.told(), seen=seen)

    def _update(self, record: Product, held: Links) -> Written:
        draft = self._for_update(record, held)
        path = f"/products/{sku_path(record.key)}"
        try:
            answer = self._send("PUT", path, draft, record)
        except Fail as word:
            if word.code not in GONE:
                raise
            if not existing(self.client, [record.key]):  # deleted in the store: make it anew
                return self._create(record)
            if word.code != errors.UNKNOWN_SET:
                raise
            self.store.forget()
            draft = self._for_update(record, held)
            answer = self._send("PUT", path, draft, record)
        return self._written(record, answer, draft)

    def _take_off(self, record: Product, bound: bool) -> Written:
        """An item that is not for sale is disabled where it is in the store, and never created."""
        why = f"it is {record.status_label or 'inactive'} in the ERP" if not record.active else "its export is off"
        skip = Skip(f"Not sent: {why}, and it is not in the store.", code="magento.not_for_sale")
        if not bound:
            return Written(record.key, problem=skip)
        try:
            answer = self._put({"sku": record.key, "status": DISABLED})
        except Fail as word:
            if word.code in GONE:
                return Written(record.key, problem=skip)
            raise
        return Written(record.key, str(answer["id"]), fields={"status": DISABLED, "notes": [f"disabled: {why}"]})

    def _put(self, product: dict[str, Any]) -> dict[str, Any]:
        path = f"/products/{sku_path(product['sku'])}"
        body = {"product": product}
        return _product(self.client.call("PUT", path, body=body, action="product_status_update").data, path)

    def _send(self, method: str, path: str, draft: Draft, record: Product) -> dict[str, Any]:
        """One request, and a second one with another address when the first one's is taken."""
        try:
            return _product(self.client.call(method, path, body=draft.body(), action="product_sync").data, path)
        except Fail as word:
            if word.code != errors.URL_KEY_TAKEN:
                raise
        key = url_key(record.name, record.key)
        if draft.custom.get("url_key") == key:
            key = unique_key(key, record.key)
        draft.notes.append(f"URL key {draft.custom.get('url_key', '')} is taken: {key} is used")
        draft.custom["url_key"] = key
        return _product(self.client.call(method, path, body=draft.body(), action="product_sync").data, path)


def _product(data: Any, path: str) -> dict[str, Any]:
    if not isinstance(data, dict) or "id" not in data:
        raise not_magento(path)
    return data
