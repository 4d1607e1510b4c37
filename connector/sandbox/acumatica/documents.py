"""Records that are made of nodes over contract-based REST: read, insert, update, delete.

What makes a kind of record special (numbering, defaults, sums, refusals) is in its own module, as a subclass.
Source: facts/ACUMATICA.md, sections 2.2 to 2.5 and 2.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from connector.sandbox.acumatica import filters, tree
from connector.sandbox.acumatica.answers import Problem, exception, not_found, reply
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.keeping import find, keep, node_of, parted, remove
from connector.sandbox.acumatica.model import Entity, show, when
from connector.sandbox.acumatica.shapes import SHAPES
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.acumatica.values import plain
from connector.sandbox.acumatica.writing import SEVERAL, Writing
from connector.sandbox.store import Unit

AUTOMATIC = (None, "", "<NEW>")


class Documents(Writing):
    """Records of one kind. Subclasses say what is special."""

    def __init__(self, erp: Erp, entity: Entity, version: str, site: str) -> None:
        super().__init__(erp, entity, version, site)
        self.shape = SHAPES[entity.shape]

    def all(self) -> list[Doc]:
        docs = self.erp.store.kind(self.kind)
        return [docs[key] for key in sorted(docs)]

    def by_key(self, key: str) -> Doc | None:
        return self.by_keys([key])

    def by_keys(self, keys: list[str]) -> Doc | None:
        return find(self.erp, self.kind, *keys)

    def field(self, pair: tuple[Doc, Node], name: str) -> Any:
        """A field's value for the filter, through linked records too. Raises FilterError for any other path."""
        if name.lower() == "id":
            return pair[0]["id"]
        found = tree.read(pair[1], self.shape, name)
        if found is None:
            raise filters.FilterError(f"Could not find a property named '{name}' on type '{self.entity.name}'.")
        value, kind = found
        return filters.moment(value) if kind == "DateTime" and value else value

    def chosen(self, text: str) -> list[Doc]:
        """The records that a `$filter` leaves, in the order of their keys."""
        if not text:
            return self.all()
        try:
            wanted = filters.parse(text)
            test = filters.compiled(wanted, self.field)
            return [doc for doc in self.possible(wanted) if test((doc, self.node(doc)))]
        except filters.FilterError as error:
            raise Problem(exception(str(error), "Microsoft.Data.OData.ODataException")) from None

    def possible(self, wanted: Any) -> list[Doc]:
        """The records that a filter can mean at all: when it names keys, those alone."""
        last = self.entity.keys[-1]
        keys = filters.keys(wanted, last)
        docs = self.all()
        return docs if keys is None else [doc for doc in docs if str(doc["fields"].get(last)).strip().upper() in keys]

    def node(self, doc: Doc) -> Node:
        """The record with what is not stored but worked out when it is read."""
        stamps = {"LastModified": when(doc["modified"]), "LastModifiedDateTime": when(doc["modified"]),
                  "LastModifiedDate": when(doc["modified"]), "CreatedDateTime": when(doc["created"]),
                  "CreatedDate": when(doc["created"]), "NoteID": doc["id"]}  # fmt: skip
        return {**node_of(doc), **{name: value for name, value in stamps.items() if name in self.shape.fields}}

    def show(self, doc: Doc, args: Mapping[str, str], number: int = 1) -> dict[str, Any]:
        """One record as JSON, shaped by `$select`, `$expand` and `$custom`."""
        expand, select = tree.paths(args.get("$expand", "")), tree.paths(args.get("$select", ""))
        wrong = tree.unknown(self.shape, expand)
        if wrong:
            raise Problem(exception("The given key was not present in the dictionary.",
                                    "System.Collections.Generic.KeyNotFoundException"))  # fmt: skip
        node = self.node(doc)
        wanted = {name for name, inner in select.items() if not inner} if select else None
        head = {"id": doc["id"], "rowNumber": number, "note": {"value": doc.get("note") or ""}}
        node = self.branches(doc, node, expand)
        below = tree.branches(node, self.shape, self.version, expand, select, doc["id"])
        return {**head, **show(node, self.names, wanted), **below, **self.more(doc, expand),
                "custom": custom(doc, args.get("$custom", "")), "_links": self.links(doc)}  # fmt: skip

    def branches(self, doc: Doc, node: Node, expand: tree.Paths) -> Node:
        """The node with rows that come from other records, where they are asked for."""
        return node

    def more(self, doc: Doc, expand: tree.Paths) -> dict[str, Any]:
        return {}

    def links(self, doc: Doc) -> dict[str, str]:
        return {"self": f"{self.base}/{self.entity.name}/{doc['id']}",
                "files:put": f"{self.base}/files/{self.entity.view}/{doc['id']}/{{filename}}"}  # fmt: skip

    def delete(self, doc: Doc, unit: Unit) -> None:
        remove(self.erp, unit, doc)

    def defaults(self, body: Mapping[str, Any]) -> Node:
        """What a new record starts with, keys that the body leaves out included."""
        return {}

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        """Number, check and work out: changes the node, adds to the errors. Nothing is kept when there are some."""
        for key in self.entity.keys:
            if node.get(key) in AUTOMATIC:
                errors.append(((key,), f"'{key}' cannot be empty."))

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        return keep(self.erp, unit, self.entity.name, node, custom=customs(old, body))

    def _target(self, body: Mapping[str, Any], text: str) -> Doc | None:
        """The record meant: by id, else by its keys in the body, else by the filter."""
        if body.get("id"):
            found = self.by_id(str(body["id"]))
            if not found:
                raise not_found()
            return found
        defaults = self.defaults(body)
        keys = [plain(body.get(key)) or defaults.get(key) for key in self.entity.keys]
        if not any(key in AUTOMATIC for key in keys):
            return self.by_keys([str(key) for key in keys])
        if not text:
            return None
        rows = self.chosen(text)
        if len(rows) > 1:
            raise Problem(exception("More than one entity satisfies the condition.", SEVERAL))
        return rows[0] if rows else None

    def write(self, unit: Unit, body: Mapping[str, Any]) -> Doc:
        """Insert or update inside a unit, as a PUT does. Raises Problem."""
        return self._write(unit, self._target(body, ""), body)

    def _write(self, unit: Unit, found: Doc | None, body: Mapping[str, Any]) -> Doc:
        errors: Errors = []
        start = node_of(found) if found else self.defaults(body)
        locked = self.entity.read_only | (frozenset(self.entity.keys) if found else frozenset())
        node = tree.merge(start, self.shape, body, errors, locked=locked)
        self.settle(unit, found, node, body, errors)
        if errors:
            raise Problem(self._refused(found, node, body, errors))
        return self.keep(unit, found, node, body)

    def _refused(self, found: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> Response:
        """The entity itself with an `error` on the record and on each bad field, in linked records and rows too."""
        stamp = self.erp.stamp()
        doc: Doc = {"id": found["id"] if found else "00000000-0000-0000-0000-000000000000", "modified": stamp,
                    "created": stamp, **parted(self.entity.name, node)}  # fmt: skip
        asked = ",".join(tree.mentioned(self.shape, body))
        shown = self.show(doc, {"$expand": asked})
        word = "Updating" if found else "Inserting"
        caption = self.entity.caption or self.entity.name
        shown["error"] = f"{word}  '{caption}' record raised at least one error. Please review the errors."
        for path, text in errors:
            mark(shown, path, text)
        return reply(shown, 422)


def mark(shown: dict[str, Any], path: tuple[str | int, ...], text: str) -> None:
    """Write an error where it belongs: into the field, or onto the record when the path is empty."""
    at: Any = shown
    for step in path[:-1]:
        at = at.get(step, {}) if isinstance(at, dict) else at[int(step)]
    if path:
        at[path[-1]] = {**at.get(path[-1], {}), "error": text}
    else:
        at["error"] = text


def custom(doc: Doc, asked: str) -> dict[str, Any]:
    """The custom fields that `$custom` names ("View.Field", a detail's with its name before a slash)."""
    found: dict[str, Any] = {}
    for part in asked.split(","):
        view, _, name = part.strip().partition(".")
        value = (doc.get("custom") or {}).get(view, {}).get(name)
        if value is not None:
            found.setdefault(view, {})[name] = value
    return found


def customs(old: Doc | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """Custom fields after a PUT: those sent replace those of the same name."""
    kept = {view: dict(inner) for view, inner in ((old or {}).get("custom") or {}).items()}
    for view, inner in (body.get("custom") or {}).items():
        if isinstance(inner, Mapping):
            for name, value in inner.items():
                kept.setdefault(view, {})[name] = {"type": "CustomStringField", **value}
    return kept
