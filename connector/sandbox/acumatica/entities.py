"""Reading records over contract-based REST: lists, by key, by id, shaped by `$filter`, `$select`, `$expand`.

Empty fields come back as {}. Source: facts/ACUMATICA.md, sections 2.2, 2.3 and 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import files, filters
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.model import ENTITIES, ITEMS, Entity, detail_of, show, show_row, when

GUID = re.compile(r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")
LOWER: dict[str, dict[str, str]] = {name: {field.lower(): field for field in e.fields} for name, e in ENTITIES.items()}
Doc = dict[str, Any]


class Records:
    """The records of one entity in one endpoint version, as the REST interface sees them."""

    def __init__(self, erp: Erp, entity: Entity, version: str, site: str) -> None:
        self.erp, self.entity, self.version = erp, entity, version
        self.item = entity.name.lower() in ITEMS
        self.kind = "item" if self.item else entity.name.lower()
        self.base = f"{site}/entity/Default/{version}"
        self.names = entity.fields_of(version)

    def all(self) -> list[Doc]:
        if self.item:
            return self.erp.items(self.entity.name)
        docs = self.erp.store.kind(self.kind)
        return [docs[key] for key in sorted(docs)]

    def read(self, doc: Doc, name: str) -> Any:
        """A field's value for the filter. Raises FilterError for a field that the entity has not."""
        name = LOWER[self.entity.name.lower()].get(name.lower(), name)
        if name.lower() == "id":
            return doc["id"]
        if name not in self.names:
            raise filters.FilterError(f"Could not find a property named '{name}' on type '{self.entity.name}'.")
        if name in ("LastModified", "LastModifiedDateTime"):
            return filters.Moment(doc["modified"])
        if name == "CreatedDateTime":
            return filters.Moment(doc["created"])
        return doc["id"] if name == "NoteID" else doc["fields"].get(name)

    def chosen(self, text: str) -> list[Doc]:
        """The records that a `$filter` leaves, in the order of their keys."""
        if not text:
            return self.all()
        try:
            tree = filters.parse(text)
            wanted = filters.keys(tree, self.entity.keys[0])
            docs = self.all() if wanted is None else [doc for key in sorted(wanted) if (doc := self.by_key(key))]
            test = filters.compiled(tree, self.read)
            return [doc for doc in docs if test(doc)]
        except filters.FilterError as error:
            raise Problem(exception(str(error), "Microsoft.Data.OData.ODataException")) from None

    def by_keys(self, keys: list[str]) -> Doc | None:
        return self.by_key(keys[0])

    def by_key(self, key: str) -> Doc | None:
        if self.item:
            doc = self.erp.item(key)
            return doc if doc and doc["kind"] == self.entity.name else None
        return self.erp.store.get(self.kind, key.strip().upper())

    def by_id(self, text: str) -> Doc | None:
        return next((doc for doc in list(self.erp.store.kind(self.kind).values()) if doc["id"] == text.lower()), None)

    def show(self, doc: Doc, args: Mapping[str, str], number: int = 1) -> dict[str, Any]:
        """One record as JSON, shaped by `$select` and `$expand`."""
        names, details = self._shape(args)
        values = {**doc["fields"], "LastModified": when(doc["modified"]), "LastModifiedDateTime": when(doc["modified"]),
                  "CreatedDateTime": when(doc["created"]), "NoteID": doc["id"]}  # fmt: skip
        if self.item and self.erp.switch("padded_ids"):
            values["InventoryID"] = str(values["InventoryID"]).ljust(30)
        shown = {"id": doc["id"], "rowNumber": number, "note": {"value": ""}, **show(values, self.names, names)}
        for detail, wanted in details.items():
            shown[detail] = self._rows(doc, detail, wanted)
        if "files" in args.get("$expand", "").lower().split(","):
            shown["files"] = files.rows(self.erp, doc, str(doc["fields"][self.entity.keys[0]]), self.base)
        view = self.entity.view
        links = {"self": f"{self.base}/{self.entity.name}/{doc['id']}",
                 "files:put": f"{self.base}/files/{view}/{doc['id']}/{{filename}}"}  # fmt: skip
        return {**shown, "custom": {}, "_links": links}

    def _shape(self, args: Mapping[str, str]) -> tuple[set[str] | None, dict[str, set[str] | None]]:
        expand = [name.strip().split("/")[0] for name in args.get("$expand", "").split(",") if name.strip()]
        known = {name.lower(): name for name in self.entity.details}
        details: dict[str, set[str] | None] = {}
        for name in expand:
            if name.lower() == "files":
                continue
            if name.lower() not in known:
                raise Problem(exception("The given key was not present in the dictionary.",
                                        "System.Collections.Generic.KeyNotFoundException"))  # fmt: skip
            details[known[name.lower()]] = None
        select = [name.strip() for name in args.get("$select", "").split(",") if name.strip()]
        if not select:
            return None, details
        for name in details:
            inner = {part.split("/", 1)[1] for part in select if part.startswith(f"{name}/")}
            details[name] = inner or None
        return {name for name in select if "/" not in name}, details

    def _rows(self, doc: Doc, detail: str, wanted: set[str] | None) -> list[dict[str, Any]]:
        ident, names = detail_of(self.entity, detail)
        rows = self.rows(doc, detail)
        return [show_row(doc["id"], detail, at, row, ident, names, wanted) for at, row in enumerate(rows, 1)]

    def rows(self, doc: Doc, detail: str) -> list[dict[str, Any]]:
        """The rows of a detail; stock comes from elsewhere."""
        if detail == "WarehouseDetails":
            levels = self.erp.levels(doc["fields"]["InventoryID"])
            main = doc["fields"].get("DefaultWarehouseID")
            return [
                {
                    "WarehouseID": name,
                    "QtyOnHand": row["on_hand"],
                    "IsDefault": name == main,
                    "Status": "Active",
                    "DefaultIssueLocationID": "MAIN",
                    "DefaultReceiptLocationID": "MAIN",
                    "PriceOverride": False,
                    "Override": False,
                }
                for name, row in sorted(levels.items())
            ]
        if detail in ("FileURLs", "FileUrls"):
            return [{**row, "FileURL": files.absolute(row["FileURL"])} for row in doc["details"].get(detail, ())]
        return list(doc["details"].get(detail, ()))
