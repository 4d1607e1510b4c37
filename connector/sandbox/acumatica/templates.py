"""Template items with their variants, and kits with their parts, over REST. Facts/ACUMATICA.md, section 3.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import checks, files, tree
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.model import row_id
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.catalogue import STATUSES, identity
from connector.sandbox.store import Unit

MATRIX = ("InventoryID", "Description", "DefaultPrice", "MSRP", "ItemStatus", "ExportToExternal")


class Templates(Documents):
    """TemplateItems (IN203000). Variants are ordinary items that name their template."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {"ItemStatus": "Active", "IsStockItem": True, "ExportToExternal": False, "BaseUOM": "EA"}

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        super().settle(unit, old, node, body, errors)
        lists = [("ItemClass", "itemclass", "Item Class"), ("TaxCategory", "taxcategory", "Tax Category")]
        checks.known(self.erp, node, lists, errors)
        checks.one_of(node, "ItemStatus", STATUSES, errors)
        node.pop("Matrix", None)
        node["InventoryID"] = str(node.get("InventoryID") or "").strip().upper()

    def branches(self, doc: Doc, node: Node, expand: tree.Paths) -> Node:
        if "matrix" in {name.lower() for name in expand}:
            node["Matrix"] = [
                {"id": row_id(doc["id"], "Matrix", one["fields"]["InventoryID"]),
                 **{name: one["fields"].get(name) for name in MATRIX}}
                for one in variants(self.erp, doc["fields"]["InventoryID"])
            ]  # fmt: skip
        return node

    def more(self, doc: Doc, expand: tree.Paths) -> dict[str, Any]:
        if "files" not in {name.lower() for name in expand}:
            return {}
        return {"files": files.rows(self.erp, doc, doc["fields"]["InventoryID"], self.base)}


class Kits(Documents):
    """KitSpecification (IN209500)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {"Active": True, "RevisionID": "1"}

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        super().settle(unit, old, node, body, errors)
        checks.known(self.erp, node, [("KitInventoryID", "item", "Inventory ID")], errors)
        for detail, field in (("StockComponents", "StockInventoryID"), ("NonStockComponents", "NonStockInventoryID")):
            for at, row in enumerate(node.get(detail) or ()):
                checks.known(self.erp, row, [(field, "item", "Inventory ID")], errors, (detail, at))
                row.setdefault("ComponentQty", 1.0)


class Places(Documents):
    """ItemWarehouse (IN204500): what stock there is makes the list; nothing is written here."""

    def all(self) -> list[Doc]:
        stock = self.erp.store.kind("stock")
        return [place(self.erp, key, name) for key in sorted(stock) for name in sorted(stock[key]["levels"])]

    def by_keys(self, keys: list[str]) -> Doc | None:
        item, warehouse = keys[0].strip().upper(), keys[1].strip().upper()
        found = self.erp.store.get("stock", item)
        return place(self.erp, item, warehouse) if found and warehouse in found["levels"] else None

    def by_id(self, text: str) -> Doc | None:
        return next((doc for doc in self.all() if doc["id"] == text.lower()), None)

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        raise Problem(exception("Warehouses of items are not edited on the simulated site."))


def place(erp: Any, item: str, warehouse: str) -> Doc:
    """One item in one warehouse."""
    doc, stamp = erp.item(item), erp.store.get("stock", item)["levels"][warehouse]["modified"]
    fields = {"InventoryID": doc["fields"]["InventoryID"], "WarehouseID": warehouse, "Status": "Active",
              "OverridePrice": False}  # fmt: skip
    return {"id": identity("itemwarehouse", f"{item}/{warehouse}"), "kind": "ItemWarehouse", "fields": fields,
            "linked": {}, "details": {}, "modified": stamp, "created": doc["created"]}  # fmt: skip


def variants(erp: Any, template: str) -> list[Doc]:
    return [one for one in erp.items() if one["fields"].get("TemplateItemID") == template]
