"""Papers that follow an order (invoices, shipments, credit memos): listed, read and commented in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.order_book import NO_ENTITY
from connector.sandbox.magento.routing import Call, Refusal
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import Doc, now


def listed(call: Call, kind: str) -> Any:
    """The answer to a search for papers of a kind."""
    rows = sorted(call.shop.store.kind(kind).values(), key=lambda row: row["entity_id"])
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


def paper(call: Call, kind: str, number: Any) -> Doc:
    """One paper by its id. Raises Refusal."""
    row = call.unit.get(kind, str(number))
    if row is None:
        raise Refusal(404, NO_ENTITY)
    return dict(row)


def told(doc: Doc) -> Doc:
    """Its comments, as the API lists them."""
    rows = doc["comments"]
    return {"items": rows, "search_criteria": {"filter_groups": []}, "total_count": len(rows)}


def comment(call: Call, kind: str, doc: Doc, told: Mapping[str, Any]) -> Doc:
    """A comment on a document, as it is kept."""
    return {
        "is_customer_notified": int(bool(told.get("is_customer_notified"))), "parent_id": doc["entity_id"],
        "comment": told.get("comment"), "is_visible_on_front": int(bool(told.get("is_visible_on_front"))),
        "created_at": now(), "entity_id": call.unit.count(kind),
    }  # fmt: skip


def tell(call: Call, kind: str, effect: str, doc: Doc, words: Mapping[str, Any]) -> Doc:
    """Put a comment to a paper; it says when, which only some answers do."""
    row = comment(call, f"{kind}_comment", doc, words)
    call.unit.put(kind, str(doc["entity_id"]), {**doc, "comments": [*doc["comments"], row]})
    call.unit.note(effect, doc["increment_id"], None, {"comment": row["comment"]})
    return row
