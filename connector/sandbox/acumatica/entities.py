"""Reading and writing records over contract-based REST: list, by key, by id, PUT, PATCH, DELETE.

Unknown and read-only fields are ignored without a word, empty fields come back as {}, a record that is not
found is a 500. Source: facts/ACUMATICA.md, sections 2.2 to 2.5 and 2.8.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from connector.sandbox.acumatica import filters
from connector.sandbox.acumatica.answers import Problem, exception, not_found, reply, unknown_route
from connector.sandbox.acumatica.erp import Erp, with_currency
from connector.sandbox.acumatica.model import ENTITIES, ITEMS, Entity, detail_of, row_id, show, show_row, when
from connector.sandbox.catalogue import STATUSES, identity
from connector.sandbox.store import Unit

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

    # Reading

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

    def by_key(self, key: str) -> Doc | None:
        if self.item:
            doc = self.erp.item(key)
            return doc if doc and doc["kind"] == self.entity.name else None
        if self.kind == "itemsalescategory":
            return self.erp.store.get(self.kind, f"{int(key):06d}") if key.isdigit() else None
        return self.erp.store.get(self.kind, key.strip().upper())

    def by_id(self, text: str) -> Doc | None:
        return next((doc for doc in self.all() if doc["id"] == text.lower()), None)

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
        """The rows of a detail; stock and category members come from elsewhere."""
        if detail == "WarehouseDetails":
            levels = self.erp.levels(doc["fields"]["InventoryID"])
            main = doc["fields"].get("DefaultWarehouseID")
            return [
                {"WarehouseID": name, "QtyOnHand": row["on_hand"], "IsDefault": name == main, "Status": "Active",
                 "DefaultIssueLocationID": "MAIN", "DefaultReceiptLocationID": "MAIN", "PriceOverride": False, "Override": False}
                for name, row in sorted(levels.items())
            ]  # fmt: skip
        if detail == "Members":
            number = doc["fields"]["CategoryID"]
            return [
                {name: item["fields"].get(name) for name in ("InventoryID", "Description", "ItemClass", "ItemStatus")}
                for item in self.erp.items()
                if any(row.get("CategoryID") == number for row in item["details"].get("Categories", ()))
            ]
        return list(doc["details"].get(detail, ()))

    # Writing

    def put(self, body: Mapping[str, Any], request: Request, *, only_update: bool = False) -> Response:
        """Insert or update. Raises Problem: 412 for If-Match / If-None-Match, 422 with the entity, 404 for PATCH."""
        with self.erp.store.unit(request.method, request.path) as unit:
            found = self._target(body, request.args.get("$filter", ""))
            if found and request.headers.get("If-None-Match") == "*":
                raise Problem(reply({"message": "The record already exists."}, 412))
            if not found and request.headers.get("If-Match") == "*":
                raise Problem(reply({"message": "The record does not exist."}, 412))
            if not found and only_update:
                raise Problem(unknown_route(request.path))
            doc = self._write(unit, found, body)
        return reply(self.show(doc, request.args))

    def delete(self, doc: Doc, unit: Unit) -> None:
        if self.item:
            self.erp.delete(unit, doc)
            return
        key = str(doc["fields"][self.entity.keys[0]])
        unit.drop(self.kind, f"{int(key):06d}" if self.kind == "itemsalescategory" else key.upper())
        unit.note("delete", key, doc["fields"], None, self.erp.stamp())

    def _target(self, body: Mapping[str, Any], text: str) -> Doc | None:
        """The record meant: by id, else by its key in the body, else by the filter."""
        if body.get("id"):
            found = self.by_id(str(body["id"]))
            if not found:
                raise not_found()
            return found
        key = plain(body.get(self.entity.keys[0]))
        if key not in (None, "", "<NEW>"):
            return self.by_key(str(key))
        if text:
            rows = self.chosen(text)
            if len(rows) > 1:
                raise Problem(exception("More than one entity satisfies the condition.",
                                        "PX.Api.ContractBased.MoreThanOneEntitySatisfiesTheConditionException"))  # fmt: skip
            return rows[0] if rows else None
        return None

    def _write(self, unit: Unit, found: Doc | None, body: Mapping[str, Any]) -> Doc:
        errors: dict[str, str] = {}
        fields = self._fields(found, body, errors)
        details = self._details(found, body)
        key = str(fields.get(self.entity.keys[0]) or "").strip()
        if not key:
            errors[self.entity.keys[0]] = f"'{self.entity.keys[0]}' cannot be empty."
        doc = self._new(key, fields, details) if found is None else {**found, "fields": fields, "details": details}
        if self.item and not errors:
            self._check_item(fields, errors)
        if errors:
            raise Problem(self._invalid(doc, body, errors))
        if self.item:
            return self.erp.save(unit, doc)
        return self._save_plain(unit, key, found, doc)

    def _fields(self, found: Doc | None, body: Mapping[str, Any], errors: dict[str, str]) -> Doc:
        values = {}
        for name, kind in self.names.items():
            raw = body.get(name)
            if name in self.entity.read_only or not isinstance(raw, Mapping) or "value" not in raw:
                continue
            if found and name in self.entity.keys:
                continue
            try:
                values[name] = typed(raw["value"], kind)
            except (TypeError, ValueError):
                errors[name] = f"'{raw['value']}' is not a valid value."
        if self.item:
            values = with_currency(values)
        return {**(found["fields"] if found else {}), **values}

    def _details(self, found: Doc | None, body: Mapping[str, Any]) -> dict[str, list[Doc]]:
        details = {name: list(rows) for name, rows in (found["details"] if found else {}).items()}
        for detail in self.entity.details:
            if isinstance(body.get(detail), list) and detail not in ("WarehouseDetails", "Members"):
                details[detail] = self._merge(found, detail, details.get(detail, []), body[detail])
        return details

    def _merge(self, found: Doc | None, detail: str, rows: list[Doc], changes: list[Any]) -> list[Doc]:
        """Rows with an id or an equal key are updated or deleted, others added; rows not named stay."""
        ident, names = detail_of(self.entity, detail)
        rows = [dict(row) for row in rows]
        for change in changes:
            if not isinstance(change, Mapping):
                continue
            values = {
                name: typed(plain(change[name]), kind)
                for name, kind in names.items()
                if plain(change.get(name)) is not None
            }
            at = self._at(found, detail, rows, change, values, ident)
            if change.get("delete"):
                if at is not None:
                    del rows[at]
            elif at is not None:
                rows[at].update(values)
            elif values:
                rows.append(values)
        return rows

    def _at(
        self, found: Doc | None, detail: str, rows: list[Doc], change: Mapping[str, Any], values: Doc, ident: str
    ) -> int | None:
        for at, row in enumerate(rows):
            mark = ":".join(str(row.get(name, "")) for name in ident.split())
            if found and change.get("id") and row_id(found["id"], detail, mark) == str(change["id"]).lower():
                return at
            if not change.get("id") and all(row.get(name, "") == values.get(name, "") for name in ident.split()):
                return at
        return None

    def _new(self, key: str, fields: Doc, details: dict[str, list[Doc]]) -> Doc:
        stamp = self.erp.stamp()
        defaults: Doc = {"ItemStatus": "Active", "ExportToExternal": False, "DefaultPrice": 0.0} if self.item else {}
        number = len(self.erp.store.kind(self.kind)) + 1
        return {"id": identity(self.kind, key.upper()) if key else str(uuid.uuid4()), "kind": self.entity.name,
                "fields": {**defaults, **fields}, "details": details, "modified": stamp, "created": stamp, "number": number}  # fmt: skip

    def _check_item(self, fields: Doc, errors: dict[str, str]) -> None:
        for name, kind, title in (
            ("ItemClass", "itemclass", "Item Class"),
            ("TaxCategory", "taxcategory", "Tax Category"),
        ):
            value = str(fields.get(name) or "").strip()
            if value and not self.erp.store.get(kind, value.upper()):
                errors[name] = f"{title} '{value}' cannot be found in the system."
        if fields.get("ItemStatus") and fields["ItemStatus"] not in STATUSES:
            errors["ItemStatus"] = f"'{fields['ItemStatus']}' is not a valid item status."

    def _invalid(self, doc: Doc, body: Mapping[str, Any], errors: dict[str, str]) -> Response:
        """The entity itself with an `error` on the record and on each bad field."""
        shown = self.show(doc, {})
        title = f"Inserting  '{self.entity.name}' record raised at least one error. Please review the errors."
        for name, text in errors.items():
            shown[name] = {"value": plain(body.get(name)), "error": text}
        return reply({"id": shown.pop("id"), "rowNumber": shown.pop("rowNumber"), "error": title, **shown}, 422)

    def _save_plain(self, unit: Unit, key: str, found: Doc | None, doc: Doc) -> Doc:
        stamp = self.erp.stamp()
        new = {**doc, "modified": stamp}
        unit.put(self.kind, f"{int(key):06d}" if self.kind == "itemsalescategory" else key.upper(), new)
        unit.note("update" if found else "create", key, found and found["fields"], new["fields"], stamp)
        return new


def plain(raw: Any) -> Any:
    """The value inside {"value": x}; a bare value is taken as it is."""
    return raw.get("value") if isinstance(raw, Mapping) else raw


def typed(value: Any, kind: str) -> Any:
    """A value in the field's type; numbers sent as text are accepted. Raises ValueError, TypeError."""
    if value is None:
        return None
    if kind == "Decimal":
        return float(value)
    if kind in ("Int", "Short"):
        return int(value)
    if kind == "Boolean":
        if str(value).lower() not in ("true", "false"):
            raise ValueError(value)
        return str(value).lower() == "true"
    return str(value).rstrip() if kind == "String" else str(value)
