"""Source items: how much of a sku there is in a source.

All or nothing at validation, yet an unknown sku is stored. Source: facts/MAGENTO.md, section 11, and the
recording `inventory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import levels
from connector.sandbox.magento.routing import AfterEffect, Call, Refusal, as_float, as_int, internal, number, route
from connector.sandbox.magento.search import Criteria, search
from connector.sandbox.magento.shop import Doc
from connector.sandbox.magento.sources import EMPTY, SOURCE, invalid

TOGETHER = (
    'Not able to assign "%1" to product "%2", as it is part of bundle product <a href="%3">"%4"</a> with shipment type '
    '"Ship Together" and has multiple sources or different source as other bundle selections.'
)
ITEM_TYPE = "\\Magento\\InventoryApi\\Api\\Data\\SourceItemInterface"


@route("GET", "inventory/source-items", SOURCE)
def source_items(call: Call) -> Any:
    criteria = Criteria(call.query)
    docs, skus = call.shop.store.kind("level"), criteria.equal("sku")
    chosen = (
        docs.values()
        if skus is None
        else [docs[key] for key in {sku.rstrip().lower(): 0 for sku in skus} if key in docs]
    )
    rows = [
        {"sku": doc["sku"], "source_code": code, "quantity": number(row["quantity"]), "status": row["status"]}
        for doc in list(chosen)
        for code, row in doc["rows"].items()
    ]
    return search(call, rows, _item_field, lambda row: row, criteria)


def _item_field(row: Doc, name: str) -> Any:
    if name not in row:
        raise internal()
    return row[name]


@route("POST", "inventory/source-items", SOURCE, ("sourceItems",), ("sourceItems", ITEM_TYPE))
def source_items_save(call: Call) -> Any:
    rows = call.body["sourceItems"]
    if not rows:
        raise Refusal(400, "Input data is empty")
    cleaned = [_clean(row) for row in rows]
    errors = [error for row in cleaned for error in _errors(row)]
    if errors:
        raise invalid(errors, told=True)
    if any(call.unit.get("source", row["source_code"]) is None for row in cleaned):
        raise Refusal(400, "Could not save Source Item")
    for row in cleaned:
        bundle = _bundle_of(call, row["sku"], row["source_code"])
        if bundle:
            edit = f"http://{call.host}/catalog/product/edit/id/{bundle['id']}/"
            named = [row["source_code"], row["sku"], edit, bundle["sku"]]
            told = Refusal(400, TOGETHER, named)
            error = {"message": TOGETHER, "parameters": named}
            raise Refusal(400, f"Validation Failed: {told.text()}", errors=[error])
    before: dict[str, Doc | None] = {}
    for row in cleaned:
        key = row["sku"].rstrip().lower()
        before.setdefault(key, call.unit.get("product", key))
        levels.write(call, row["sku"], row["source_code"], row["quantity"], row["status"])
    flipped = [key for key, doc in before.items() if doc and _to_default(cleaned, key)]
    for key in flipped:
        levels.pushed(call, key, before[key] or {})
    if call.shop.switch("search_down"):
        raise AfterEffect(400, "Could not ping search engine: %1", ["No alive nodes found in your cluster"])
    return []


def _bundle_of(call: Call, sku: str, source: str) -> Doc | None:
    """The ship-together bundle that forbids a second source to one of its parts."""
    rows = call.shop.levels(call.unit, sku)
    if not rows or source in rows:
        return None
    key = sku.rstrip().lower()
    for doc in call.shop.store.kind("product").values():
        links = [link for option in doc.get("bundle_options") or () for link in option["product_links"]]
        together = str(call.shop.value(doc, "shipment_type") or "0") == "0"
        if together and any(link["sku"].lower() == key for link in links):
            return doc
    return None


def _to_default(rows: list[Doc], key: str) -> bool:
    return any(row["sku"].rstrip().lower() == key and row["source_code"] == levels.DEFAULT for row in rows)


def _clean(row: Mapping[str, Any]) -> Doc:
    return {
        "sku": str(row.get("sku") or ""),
        "source_code": str(row.get("source_code") or ""),
        "quantity": as_float("quantity", row.get("quantity")),
        "status": as_int("status", row.get("status")),
    }


def _errors(row: Doc) -> list[tuple[str, str]]:
    errors = [(EMPTY, name) for name in ("sku", "source_code") if not row[name]]
    if row["quantity"] is None:
        errors.append(('"%field" should be numeric.', "quantity"))
    if row["status"] is None:
        errors.append(('"%field" should be numeric.', "status"))
    elif row["status"] not in (0, 1):
        errors.append(('"%field" should a known status.', "status"))
    return errors


@route("POST", "inventory/source-items-delete", SOURCE, ("sourceItems",), ("sourceItems", ITEM_TYPE))
def source_items_delete(call: Call) -> Any:
    for row in call.body["sourceItems"]:
        levels.remove(call, str(row.get("sku", "")), str(row.get("source_code", "")))
    return []


@route("POST", "inventory/bulk-product-source-assign", SOURCE, ("skus", "sourceCodes"))
def assign(call: Call) -> Any:
    count = 0
    for sku in call.body["skus"]:
        for code in call.body["sourceCodes"]:
            if code not in call.shop.levels(call.unit, sku):
                levels.write(call, sku, code, 0.0, 1)
                count += 1
    return count


@route("POST", "inventory/low-quantity-notifications-delete", SOURCE, ("sourceItems",))
def no_notifications(call: Call) -> Any:
    return []
