"""Sales categories: a tree whose root is 0, members that are items, and what goes with a branch that is deleted.

Numbers are given by the database, a number that is not there makes none. Source: facts/ACUMATICA.md, section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import checks, tree
from connector.sandbox.acumatica.answers import not_found
from connector.sandbox.acumatica.documents import AUTOMATIC, Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import keep, node_of, remove
from connector.sandbox.acumatica.model import row_id
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.acumatica.values import plain
from connector.sandbox.store import Unit

LISTS = ("Categories", "SalesCategories")
SHOWN = ("InventoryID", "Description", "ItemClass", "ItemStatus")


class Categories(Documents):
    """ItemSalesCategory (IN204060)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {"ParentCategoryID": 0}

    def _target(self, body: Mapping[str, Any], text: str) -> Doc | None:
        found = super()._target(body, text)
        if found is None and plain(body.get("CategoryID")) not in (*AUTOMATIC, 0):
            raise not_found()
        return found

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        checks.required(node, [("Description", "Description")], errors)
        parent = node["ParentCategoryID"] = int(node.get("ParentCategoryID") or 0)
        above = line(self.erp, parent)
        if parent and not above:
            errors.append((("ParentCategoryID",), f"Parent Category '{parent}' cannot be found in the system."))
        if old and old["fields"]["CategoryID"] in above:
            errors.append((("ParentCategoryID",), "A category cannot be moved below itself."))
        if errors:
            return
        if old is None:
            node["CategoryID"] = next_number(unit)
        if node.get("SortOrder") is None:
            node["SortOrder"] = 1 + max(
                (one["fields"].get("SortOrder") or 0 for one in below(self.erp, parent)), default=0
            )

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        node.pop("Members", None)
        doc = super().keep(unit, old, node, body)
        for row in body.get("Members") or ():
            self._member(unit, doc, row)
        return doc

    def _member(self, unit: Unit, doc: Doc, row: Mapping[str, Any]) -> None:
        number = doc["fields"]["CategoryID"]
        name = str(plain(row.get("InventoryID")) or "")
        if not name and row.get("id"):
            wanted = str(row["id"]).lower()
            name = next((key for key in members(self.erp, number) if row_id(doc["id"], "Members", key) == wanted), "")
        item = self.erp.item(name)
        if item:
            linked(self.erp, unit, item, number, keep_it=not row.get("delete"))

    def node(self, doc: Doc) -> Node:
        titles = [str(one["fields"].get("Description") or "") for one in chain(self.erp, doc)]
        return {**super().node(doc), "Path": "/" + "/".join(titles)}

    def branches(self, doc: Doc, node: Node, expand: tree.Paths) -> Node:
        if "members" in {name.lower() for name in expand}:
            found = members(self.erp, doc["fields"]["CategoryID"])
            node["Members"] = [{"id": row_id(doc["id"], "Members", key), **row} for key, row in found.items()]
        return node

    def delete(self, doc: Doc, unit: Unit) -> None:
        """The branch goes with it, the items stay and lose the link."""
        for child in below(self.erp, doc["fields"]["CategoryID"]):
            self.delete(child, unit)
        for key in members(self.erp, doc["fields"]["CategoryID"]):
            item = unit.get("item", key.upper())
            if item:
                linked(self.erp, unit, item, doc["fields"]["CategoryID"], keep_it=False)
        remove(self.erp, unit, doc)


def next_number(unit: Unit) -> int:
    """The next number of the database, past those that the clean catalogue has given."""
    number = unit.count("CATEGORY")
    while unit.get("itemsalescategory", f"{number:06d}"):
        number = unit.count("CATEGORY")
    return number


def chain(erp: Any, doc: Doc) -> list[Doc]:
    """From the top of the tree to the category."""
    found = [doc]
    while parent := erp.store.get("itemsalescategory", f"{int(found[0]['fields'].get('ParentCategoryID') or 0):06d}"):
        found.insert(0, parent)
    return found


def line(erp: Any, number: int) -> list[int]:
    """The numbers from the top down to a category; nothing for one that is not there."""
    doc = erp.store.get("itemsalescategory", f"{number:06d}")
    return [one["fields"]["CategoryID"] for one in chain(erp, doc)] if doc else []


def below(erp: Any, number: int) -> list[Doc]:
    docs = list(erp.store.kind("itemsalescategory").values())
    return [one for one in docs if one["fields"].get("ParentCategoryID") == number]


def members(erp: Any, number: int) -> dict[str, Node]:
    """{item: what the category shows of it} in the order of the items."""
    return {
        item["fields"]["InventoryID"]: {name: item["fields"].get(name) for name in SHOWN}
        for item in erp.items()
        if any(row.get("CategoryID") == number for row in item["details"].get("Categories", ()))
    }


def linked(erp: Any, unit: Unit, item: Doc, number: int, *, keep_it: bool) -> None:
    """Put an item into a category or take it out."""
    details = dict(item["details"])
    for name in LISTS:
        if name in details or name == "Categories":
            rows = [row for row in details.get(name, ()) if row.get("CategoryID") != number]
            details[name] = [*rows, {"CategoryID": number}] if keep_it else rows
    erp.save(unit, {**item, "details": details})


def placed(erp: Any, unit: Unit, number: int | None, changes: Mapping[str, Any]) -> Doc:
    """Create (None) or change a category for the control pages. Raises KeyError, ValueError."""
    old = erp.store.get("itemsalescategory", f"{number:06d}") if number else None
    if number and old is None:
        raise KeyError(number)
    node = {**(node_of(old) if old else {"ParentCategoryID": 0, "SortOrder": 0}), **changes}
    parent = int(node["ParentCategoryID"])
    if (parent and not line(erp, parent)) or (number and number in line(erp, parent)):
        raise ValueError("The parent must be another category that is not below this one, or 0.")
    if not node.get("Description"):
        raise ValueError("A category needs a description.")
    return keep(erp, unit, "ItemSalesCategory", {**node, "CategoryID": number or next_number(unit)})
