"""Item sales categories, both ways. Facts/ACUMATICA.md, 3.2 (IN204060); PRD-12, PRD-13; SYN-08.

With a root or a company in the settings only the tree below it takes part, and what stands directly below it has no
parent (""). The tree is read whole when a part of it is asked for: a category does not tell its ancestors' ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.errors import Fail
from connector.records import CATEGORY, Category, Record
from connector.systems.acumatica import filters, lists, raw, writing
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.errors import Gone
from connector.systems.acumatica.values import Entity, instant, micros, number, rows, text
from connector.systems.base import Change, Page, Written

ENTITY, KEY, PARENT, MODIFIED = "ItemSalesCategory", "CategoryID", "ParentCategoryID", "LastModifiedDateTime"
FIELDS = f"{KEY},Description,{PARENT},SortOrder,{MODIFIED}"
TOP = ("", "0")
SOURCES: dict[str, tuple[str, ...]] = {"name": ("Description",), "position": ("SortOrder", "Description")}


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Category]:
    """The categories of these ids that are in the chosen part of the tree. Raises Retry, Refused or Fail."""
    root = root_of(erp)
    found = {text(row, KEY): row for row in lists.by_numbers(erp.client, ENTITY, KEY, keys, _options(erp))}
    parents = _parents(erp) if root and found else {}
    return {
        key: category(erp, found[key], root) for key in keys if key in found and below(key, root, parents)
    }  # fmt: skip


def _options(erp: Erp) -> dict[str, object]:
    wanted = raw.active(erp, CATEGORY)
    select, expand, custom = raw.asked(wanted or {})
    names = [*FIELDS.split(","), *sorted(select - set(FIELDS.split(",")))]
    return {"$select": ",".join(names), "$expand": ",".join(sorted(expand)), "$custom": ",".join(sorted(custom))}


def category(erp: Erp, entity: Entity, root: str = "") -> Category:
    parent = text(entity, PARENT)
    sort = erp.setting("category", "sort_order", True)
    order = number(entity, "SortOrder") if sort else None
    record = Category(
        key=text(entity, KEY),
        version=micros(instant(entity, MODIFIED)),
        target_id=text(entity, KEY),
        name=text(entity, "Description"),
        parent="" if parent in (*TOP, root) else parent,
        position=int(order) if order is not None else None,
    )
    wanted = raw.active(erp, CATEGORY)
    return replace(raw.only_active(record, wanted, SOURCES), raw=raw.pairs(entity, wanted))


# --- the part of the tree that counts


def root_of(erp: Erp) -> str:
    """The id of the category whose tree is read: as set, or the top category named like the company; "" is all."""
    root, company = erp.word("category", "root"), erp.word("category", "company")
    if root or not company:
        return root
    if company not in (known := erp.known.setdefault("company_roots", {})):
        condition = f"Description eq {filters.literal(company)}"
        found = erp.client.list(ENTITY, {"$select": f"{KEY},{PARENT}", "$filter": condition})
        tops = [text(row, KEY) for row in found if text(row, PARENT) in TOP]
        if not tops:
            raise Fail(
                f"Acumatica has no root category {company}.",
                code="acumatica.company_root",
                help="Enter the name of the company's root category as it stands in Item Sales Categories (IN204060).",
            )
        known[company] = tops[0]
    return str(known[company])


def _parents(erp: Erp) -> dict[str, str]:
    return {text(row, KEY): text(row, PARENT) for row in erp.client.list(ENTITY, {"$select": f"{KEY},{PARENT}"})}


def below(key: str, root: str, parents: Mapping[str, str]) -> bool:
    """Whether a category is below the root (not the root itself); a circle is nowhere."""
    if not root:
        return True
    seen = {key}
    here = parents.get(key, "")
    while here not in TOP and here not in seen:
        if here == root:
            return True
        seen.add(here)
        here = parents.get(here, "")
    return False


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of categories of that part changed since then."""
    root = root_of(erp)
    parents = _parents(erp) if root else {}

    def change(row: Entity, version: int) -> Change | None:
        key = text(row, KEY)
        return Change(CATEGORY, key, version=version) if below(key, root, parents) else None

    return lists.page(erp.client, ENTITY, KEY, MODIFIED, when, position, change, number=True)


# --- into the ERP


def write(erp: Erp, records: Sequence[Record], known: Mapping[str, str]) -> list[Written]:
    """Make or change these categories; `parent` is the ERP's id already. Raises Refused."""
    wanted = [one for one in records if isinstance(one, Category)]
    root = root_of(erp) if wanted else ""
    return writing.each(wanted, lambda one: _write(erp, one, known.get(one.key, ""), root))


def _write(erp: Erp, one: Category, id: str, root: str) -> Written:
    parent = one.parent or root or "0"
    if not parent.isdigit() or (id and not id.isdigit()):
        raise Fail(f"{parent if id.isdigit() else id} is no category of Acumatica.", code="acumatica.category")
    position = one.position if erp.setting("category", "sort_order", True) else None
    body: dict[str, Any] = writing.fields(
        CategoryID=int(id) if id else None, Description=one.name, ParentCategoryID=int(parent), SortOrder=position
    )
    raw.write(body, one.mapped, raw.active(erp, CATEGORY))
    after = erp.client.put(ENTITY, body)
    number_ = text(after, KEY) or id
    if not number_:
        raise Fail("Acumatica did not say which number the new category got.", code="acumatica.no_number")
    seen = category(erp, after, root) if text(after, KEY) else None
    return Written(one.key, number_, not id, writing.told(body), seen=seen)


def alike(erp: Erp, records: Sequence[Record]) -> Mapping[str, Record]:
    """Categories of the same name below the same parent (the ERP's id). Raises Fail when there are several."""
    root = root_of(erp)
    found: dict[str, Record] = {}
    for one in records:
        if isinstance(one, Category) and one.name:
            parent = one.parent or root or "0"
            asked = {"$select": FIELDS, "$filter": f"Description eq {filters.literal(one.name)}"}
            there = [row for row in erp.client.list(ENTITY, asked) if (text(row, PARENT) or "0") == parent]
            same = [row for row in there if text(row, "Description").casefold() == one.name.casefold()]
            if len(same) > 1:
                ids = ", ".join(sorted(text(row, KEY) for row in same))
                raise Fail(f"Acumatica has several categories {one.name}: {ids}.", code="acumatica.several_categories")
            if same:
                found[one.key] = category(erp, same[0], root)
    return found


def delete(erp: Erp, key: str, target_id: str) -> Written:
    """Delete an empty category where the setting wants it; the ERP knows no disabled ones."""
    how, id = erp.word("category", "deletion", "disable"), target_id or key
    if how == "delete":
        try:
            found = erp.client.one(ENTITY, id, {"$expand": "Members"})
            if rows(found, "Members"):
                raise Fail(f"Category {id} still has items in Acumatica.", code="acumatica.category_in_use")
            erp.client.remove(ENTITY, id)
        except Gone:
            pass
    return Written(key, id, fields={"deletion": how})
