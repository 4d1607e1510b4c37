"""Keeping a record that is made of nodes: its version, its line in the journal, its notifications.

A document holds the node's values under `fields`, linked nodes under `linked`, rows under `details`. It knows no
HTTP. Nothing happens when nothing differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import notices, truths
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.acumatica.shapes import SHAPES
from connector.sandbox.acumatica.tree import Node
from connector.sandbox.catalogue import identity
from connector.sandbox.store import Unit

Doc = dict[str, Any]
NOUNS = {"salesorder": "order", "itemsalescategory": "category", "salesinvoice": "invoice", "templateitems": "template",
         "kitspecification": "kit", "customerlocation": "location"}  # fmt: skip


def noun(kind: str) -> str:
    """How the journal and the notifications call records of a kind."""
    return NOUNS.get(kind.lower(), kind.lower())


def name_of(kind: str, fields: Mapping[str, Any]) -> str:
    """The record's keys as one text: "SO/SO000001"."""
    return "/".join(str(fields.get(key) or "").strip() for key in ENTITIES[kind.lower()].keys)


def key_of(kind: str, keys: list[str]) -> str:
    """The key that the record is stored under; whole numbers are filled with zeros so that they sort."""
    return "/".join(key.zfill(6) if key.isdigit() and kind in ("contact", "itemsalescategory") else key.strip().upper()
                    for key in keys)  # fmt: skip


def stored(kind: str, fields: Mapping[str, Any]) -> str:
    return key_of(kind.lower(), [str(fields.get(key) or "") for key in ENTITIES[kind.lower()].keys])


def node_of(doc: Mapping[str, Any]) -> Node:
    """The whole document as one node, to be changed and kept again."""
    more = {"note": doc["note"]} if doc.get("note") else {}
    return {**doc["fields"], **doc.get("linked", {}), **doc["details"], **more}


def parted(kind: str, node: Node) -> Doc:
    """A node as fields, linked and details."""
    shape = SHAPES[ENTITIES[kind.lower()].shape]
    linked = {name: node[name] for name in shape.linked if node.get(name)}
    details = {name: node[name] for name in shape.details if name in node}
    fields = {name: value for name, value in node.items() if name in shape.fields}
    return {"fields": fields, "linked": linked, "details": details, "note": node.get("note", "")}


def keep(
    erp: Any, unit: Unit, kind: str, node: Node, *, effect: str = "", message: str = "", custom: Any = None
) -> Doc:
    """Insert or update a record; returns what is stored. `effect` is the journal's word if not create or update."""
    parts = parted(kind, node)
    key = stored(kind, parts["fields"])
    old = unit.get(kind.lower(), key)
    kept_custom = custom if custom is not None else (old or {}).get("custom", {})
    if old is not None and all(old.get(name) == value for name, value in {**parts, "custom": kept_custom}.items()):
        return old
    stamp = erp.stamp()
    new = {"id": old["id"] if old else identity(kind, f"{key}:{stamp}"), "kind": kind, **parts, "custom": kept_custom,
           "modified": stamp, "created": old["created"] if old else stamp}  # fmt: skip
    unit.put(kind.lower(), key, new)
    word = f"{noun(kind)}_{effect or ('update' if old else 'create')}"
    unit.note(
        word, name_of(kind, parts["fields"]), old and truths.of(noun(kind), old), truths.of(noun(kind), new), stamp
    )
    notices.record_changed(unit, noun(kind), old, new, message or notices.new_id(), stamp)
    return new


def seed(unit: Unit, kind: str, node: Node, stamp: int) -> Doc:
    """Put a record of the clean catalogue: no journal, no notification, the same id in every run."""
    parts = parted(kind, node)
    key = stored(kind, parts["fields"])
    doc = {"id": identity(kind, key), "kind": kind, **parts, "custom": {}, "modified": stamp, "created": stamp}
    unit.put(kind.lower(), key, doc)
    return doc


def remove(erp: Any, unit: Unit, doc: Doc) -> None:
    kind, stamp = doc["kind"], erp.stamp()
    unit.drop(kind.lower(), stored(kind, doc["fields"]))
    unit.note(f"{noun(kind)}_delete", name_of(kind, doc["fields"]), truths.of(noun(kind), doc), None, stamp)
    notices.record_changed(unit, noun(kind), doc, None, notices.new_id(), stamp)


def find(erp: Any, kind: str, *keys: Any, unit: Unit | None = None) -> Doc | None:
    """A record by its keys, as the unit sees it, else as it is stored."""
    key = key_of(kind.lower(), [str(one or "") for one in keys])
    return unit.get(kind.lower(), key) if unit else erp.store.get(kind.lower(), key)
