"""The category tree, both ways: parents before children, moved, switched off, found by name below a parent.

facts/MAGENTO.md, categories: a PUT cannot move, a sibling of the same name is refused by its address, deleting takes
the whole branch along. Written in the scope of all store views, so that a view's own texts stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from connector.errors import Fail, Skip
from connector.records import CATEGORY, Category, Record
from connector.systems.base import Page, Written
from connector.systems.magento import errors, mapped, schema, views
from connector.systems.magento.client import not_magento, reading
from connector.systems.magento.entity import Entity, gone, since_filter, version
from connector.systems.magento.urlkeys import slug, unique_key

ERP_ID = "acu_category_id"
SYNC, AWAY = "category_sync", "category_deletion"
TEXTS = {
    "description": "description",
    "url_key": "url_key",
    "meta_title": "meta_title",
    "meta_description": "meta_description",
    "meta_keywords": "meta_keywords",
    "sort_by": "default_sort_by",
}
TOP_LEVEL = 1  # the roots of stores; below them begins what the ERP has


class Categories(Entity):
    """Reads and writes categories of one shop."""

    name: ClassVar[str] = CATEGORY

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        rows = self.client.search_in("/categories/list", "entity_id", [key for key in keys if key.isdigit()])
        with reading("/categories/list"):
            found = [category(row) for row in rows]
        return {one.key: one for one in found if one.key in keys}

    def changed_since(self, since: datetime | None, position: str) -> Page:
        """Changed categories. A change of a child changes its parents too, which comparing finds out (facts)."""
        return self._changes("/categories/list", key="id", number="id", filters=since_filter(since), position=position)

    def find_like(self, records: Sequence[Category]) -> dict[str, Record]:
        """By name below the same parent. Raises Fail when several siblings have the name."""
        rows = self.client.search_in("/categories/list", "name", sorted({one.name for one in records if one.name}))
        with reading("/categories/list"):
            found = [category(row) for row in rows]
        return {one.key: hit for one in records if (hit := self._sibling(one, found)) is not None}

    def write(self, record: Category, target_id: str) -> Written:
        if not record.name:
            raise Fail(f"Category {record.key} has no name.", code="magento.no_name")
        if not target_id:
            return self._views(record, self._create(record))
        path = f"/categories/{int(target_id)}"
        try:
            data = self.client.call("GET", path, action=SYNC).data
        except Fail as word:
            if not gone(word):
                raise
            return self._views(record, self._create(record))  # deleted in the store: made anew
        with reading(path):
            held = category(data)
        return self._views(record, self._update(record, held))

    def _views(self, record: Category, done: Written) -> Written:
        """The values of single store views, once the category is there."""
        if not record.views or not done.target_id.isdigit():
            return done
        known = self.shop.directory.attributes(CATEGORY)
        told = views.write(self.shop, record, f"/categories/{int(done.target_id)}", {}, known, SYNC)
        notes = [*done.fields.get("notes", ()), *told.pop("notes", ())]
        return replace(done, fields={**done.fields, **told, **({"notes": notes} if notes else {})})

    def delete(self, key: str, target_id: str) -> Written:
        """As the category settings say: disable, delete or ignore. What still has children is only disabled."""
        how = str(self.shop.setting(CATEGORY, "deletion", "disable"))
        if how == "ignore":
            text = "Deleted categories are left in the store (category settings)."
            return Written(key, target_id, problem=Skip(text))
        if not target_id.isdigit():
            return Written(key, target_id, problem=Fail(f"{target_id} is no id of a category in the store."))
        path = f"/categories/{int(target_id)}"
        try:
            children = ""
            if how == "delete":
                data = self.client.call("GET", path, action=AWAY).data
                with reading(path):
                    children = str(data.get("children") or "")
            if how == "delete" and not children:
                self.client.call("DELETE", path, action=AWAY)
                return Written(key, target_id, fields={"deleted": True})
            self._send("PUT", path, {"is_active": False, "include_in_menu": False}, {})
        except Fail as word:
            if not gone(word):
                return Written(key, target_id, problem=word)
            return Written(key, target_id, fields={"notes": ["it was already gone"]})
        notes = [f"only switched off: deleting would take its subcategories {children} along"] if children else []
        return Written(key, target_id, fields={"is_active": False, **({"notes": notes} if notes else {})})

    def _create(self, record: Category) -> Written:
        notes: list[str] = []
        body, custom = self._body(record, notes)
        body["parent_id"] = self._parent(record)
        try:
            data = self._send("POST", "/categories", body, custom)
        except Fail as word:
            if word.code != errors.URL_KEY_TAKEN:
                raise
            there = self.find_like([record]).get(record.key)
            if isinstance(there, Category):  # made by an attempt whose answer was lost
                return self._update(record, there)
            custom["url_key"] = unique_key(custom.get("url_key") or slug(record.name) or "category", record.key)
            notes.append(f"the address of its name is taken: {custom['url_key']} is used")
            data = self._send("POST", "/categories", body, custom)
        return _written(record, data, {**body, **custom}, notes, created=True)

    def _update(self, record: Category, held: Category) -> Written:
        notes: list[str] = []
        parent = self._parent(record)
        if str(parent) != held.parent and held.parent:
            self._move(held.key, parent)
            notes.append(f"moved from {held.parent} to {parent}")
        body, custom = self._body(record, notes)
        path = f"/categories/{int(held.key)}"
        try:
            data = self._send("PUT", path, body, custom)
        except Fail as word:
            if word.code != errors.URL_KEY_TAKEN:
                raise
            custom["url_key"] = unique_key(custom.get("url_key") or slug(record.name) or "category", record.key)
            notes.append(f"the address of its name is taken: {custom['url_key']} is used")
            data = self._send("PUT", path, body, custom)
        return _written(record, data, {**body, **custom}, notes, created=False)

    def _move(self, number: str, parent: int) -> None:
        """Behind the last child of the new parent: 0 would put it in front of all."""
        data = self.client.call("GET", f"/categories/{parent}", action=SYNC).data
        with reading(f"/categories/{parent}"):
            children = [part for part in str(data.get("children") or "").split(",") if part.strip() and part != number]
            after = int(children[-1]) if children else 0
        body = {"parentId": parent, "afterId": after}
        self.client.call("PUT", f"/categories/{int(number)}/move", body=body, action=SYNC)

    def _body(self, record: Category, notes: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
        body: dict[str, Any] = {
            "name": record.name[:255],
            "is_active": record.active,
            "include_in_menu": record.in_menu,
        }
        if record.position is not None and self.shop.setting(CATEGORY, "sort_order", True):
            body["position"] = record.position
        custom = {code: getattr(record, name) for name, code in TEXTS.items() if getattr(record, name)}
        known = self.shop.directory.attributes(CATEGORY)
        if ERP_ID in known:
            custom[ERP_ID] = record.key
        notes += mapped.write(
            record.mapped,
            top=schema.TOP[CATEGORY],
            attributes=known,
            into=body,
            custom=custom,
            locked=schema.READ_ONLY[CATEGORY],
        )
        return body, custom

    def _parent(self, record: Category) -> int:
        """The store's id of the parent; the root of the store where there is none above."""
        if record.parent.isdigit():
            return int(record.parent)
        root = str(self.shop.setting(CATEGORY, "store_root", ""))
        return int(root) if root.isdigit() else self.shop.directory.root_category()

    def _sibling(self, record: Category, found: Sequence[Category]) -> Category | None:
        parent = str(self._parent(record))
        hits = [one for one in found if one.parent == parent and one.name.casefold() == record.name.casefold()]
        if len(hits) > 1:
            named = ", ".join(one.key for one in hits)
            raise Fail(
                f"Several categories of the store are called {record.name} below {parent}: {named}.",
                code="magento.several_categories",
                help="Rename or delete one of them in the store.",
            )
        return hits[0] if hits else None

    def _send(self, method: str, path: str, body: Mapping[str, Any], custom: Mapping[str, str]) -> Any:
        sent = dict(body)
        if custom:
            sent["custom_attributes"] = [{"attribute_code": code, "value": value} for code, value in custom.items()]
        return self.client.call(method, path, body={"category": sent}, action=SYNC).data


def category(row: Mapping[str, Any]) -> Category:
    """One category of an answer. Raises KeyError, TypeError or ValueError for what is none."""
    raw = mapped.flat(row)
    position = row.get("position")
    return Category(
        key=str(int(row["id"])),
        version=version(row.get("updated_at")),
        raw=tuple(sorted(raw.items())),
        target_id=str(int(row["id"])),
        name=str(row.get("name") or ""),
        parent=str(row.get("parent_id") or "") if int(row.get("level") or 0) > TOP_LEVEL else "",
        active=bool(row.get("is_active")),
        in_menu=bool(row.get("include_in_menu", True)),
        position=int(position) if position is not None else None,
        description=raw.get("description", ""),
        url_key=raw.get("url_key", ""),
        meta_title=raw.get("meta_title", ""),
        meta_description=raw.get("meta_description", ""),
        meta_keywords=raw.get("meta_keywords", ""),
        sort_by=raw.get("default_sort_by", ""),
    )


def _written(record: Category, data: Any, told: Mapping[str, Any], notes: list[str], *, created: bool) -> Written:
    if not isinstance(data, Mapping) or "id" not in data:
        raise not_magento("/categories")
    with reading("/categories"):
        seen = category(data)
    fields = {**told, **({"notes": notes} if notes else {})}
    return Written(record.key, seen.key, created=created, fields=fields, seen=seen)
