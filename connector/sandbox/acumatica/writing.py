"""Writing records over contract-based REST: PUT inserts or updates, PATCH updates, DELETE.

Unknown and read-only fields are ignored without a word; what is wrong comes back as the entity itself with
`error` texts. Source: facts/ACUMATICA.md, sections 2.3, 2.4 and 2.8.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from connector.sandbox.acumatica.answers import Problem, exception, not_found, reply, unknown_route
from connector.sandbox.acumatica.entities import Doc, Records
from connector.sandbox.acumatica.erp import with_currency
from connector.sandbox.acumatica.model import detail_of, row_id
from connector.sandbox.acumatica.values import plain, typed
from connector.sandbox.catalogue import STATUSES, identity
from connector.sandbox.store import Unit

SEVERAL = "PX.Api.ContractBased.MoreThanOneEntitySatisfiesTheConditionException"


class Writing(Records):
    """Records that can be changed."""

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
        unit.drop(self.kind, key.upper())
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
                raise Problem(exception("More than one entity satisfies the condition.", SEVERAL))
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
        if self.item:
            self._check_item(fields, errors)
            self._check_categories(details)
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
            if isinstance(body.get(detail), list) and detail != "WarehouseDetails":
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
        return {
            "id": identity(self.kind, key.upper()) if key else str(uuid.uuid4()),
            "kind": self.entity.name,
            "fields": {**defaults, **fields},
            "details": details,
            "modified": stamp,
            "created": stamp,
            "number": number,
        }

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

    def _check_categories(self, details: Mapping[str, list[Doc]]) -> None:
        numbers = {
            int(row["CategoryID"]) for name in ("Categories", "SalesCategories") for row in details.get(name, ())
        }
        for number in sorted(numbers):
            if not self.erp.store.get("itemsalescategory", f"{number:06d}"):
                raise Problem(exception(f"Category ID '{number}' cannot be found in the system.", status=422))

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
        unit.put(self.kind, key.upper(), new)
        unit.note("update" if found else "create", key, found and found["fields"], new["fields"], stamp)
        return new
