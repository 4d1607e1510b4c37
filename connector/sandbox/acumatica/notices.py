"""What a push notification says: rows of the generic inquiries before and after a change.

One database transaction may touch several inquiries: one message for each, all with the same Id. An insert
has only Inserted, a delete only Deleted, an update both. Source: facts/ACUMATICA.md, section 5.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.acumatica import inquiry_rows
from connector.sandbox.acumatica.inquiry_rows import local
from connector.sandbox.store import Unit

QUERIES = {
    "product": "CC Products", "price": "CC Prices", "inventory": "CC Inventory", "category": "CC Categories",
    "customer": "CC Customers", "order_status": "CC Orders", "shipment": "CC Shipments", "invoice": "CC Invoices",
    "relation": "CC Relations", "product_status": "CC Product Status", "composite": "CC Templates",
}  # fmt: skip
STATUS = {"ItemStatus", "ExportToExternal", "Visibility"}
PRICES = {"DefaultPrice", "MSRP", "CurySpecificPrice", "CurySpecificMSRP"}
TICKS_TO_1970 = 621_355_968_000_000_000
DEFAULT = {
    "address": "",
    "header": "X-Connector-Secret",
    "value": "",
    "queries": QUERIES,
    "active": True,
    "padded": False,
    "tenant": "Company",
    "pauses": [0.2, 0.6, 1.5, 3.0],
    "senders": 2,
}
Row = dict[str, Any]


def new_id() -> str:
    """The GUID of one database transaction."""
    return str(uuid.uuid4())


def product_row(doc: Mapping[str, Any]) -> Row:
    fields = doc["fields"]
    return {
        "InventoryID": fields["InventoryID"], "Description": fields.get("Description", ""),
        "StockItem": doc["kind"] == "StockItem", "ItemStatus": fields.get("ItemStatus", ""),
        "ItemClass": fields.get("ItemClass", ""), "ExportToExternal": bool(fields.get("ExportToExternal")),
        "InventoryItem_lastModifiedDateTime": local(doc["modified"]),
    }  # fmt: skip


def price_row(doc: Mapping[str, Any]) -> Row:
    fields = doc["fields"]
    return {
        "InventoryID": fields["InventoryID"],
        "DefaultPrice": fields.get("DefaultPrice"),
        "MSRP": fields.get("MSRP"),
        "InventoryItem_lastModifiedDateTime": local(doc["modified"]),
    }


def stock_row(doc: Mapping[str, Any], warehouse: str, level: Mapping[str, Any]) -> Row:
    return {
        "Warehouse": warehouse, "InventoryID": doc["fields"]["InventoryID"],
        "Description": doc["fields"].get("Description", ""), "QtyOnHand": level["on_hand"],
        "QtyAvailable": level["available"], "QtyAvailableForShipping": level["shipping"],
        "INSiteStatus_lastModifiedDateTime": local(level["modified"]),
    }  # fmt: skip


def item_changed(
    unit: Unit,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    changed: set[str],
    message: str,
    stamp: int = 0,
) -> None:
    """The product query for anything but a price, the price query for prices, both for a new or deleted item."""
    doc = new or old
    if doc is None:
        return
    whole = old is None or new is None
    stamp = stamp or doc["modified"]
    for entity, row, touched in (("product", product_row, changed - PRICES), ("price", price_row, changed & PRICES)):
        if whole or touched:
            _send(
                unit,
                entity,
                doc["fields"]["InventoryID"],
                message,
                stamp,
                [row(new)] if new else [],
                [row(old)] if old else [],
            )
    if whole or changed & STATUS:
        record_changed(unit, "product_status", old, new, message, stamp)


def record_changed(
    unit: Unit, noun: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, message: str, stamp: int
) -> None:
    """The query of a record that is made of nodes (nothing for a kind that no query shows)."""
    entity = inquiry_rows.ENTITY.get(noun, noun)
    if entity not in inquiry_rows.COLUMNS:
        return
    inserted = [inquiry_rows.row(entity, new)] if new else []
    deleted = [inquiry_rows.row(entity, old)] if old else []
    key = str(next(iter((inserted or deleted)[0].values())))
    _send(unit, entity, key, message, stamp, inserted, deleted)


def relations_changed(
    unit: Unit, item: str, old: Iterable[Row], new: Iterable[Row], message: str, stamp: int, before: int
) -> None:
    """Related items of one item: rows that went and rows that came."""
    inserted = [inquiry_rows.relation_row(item, link, stamp) for link in new]
    deleted = [inquiry_rows.relation_row(item, link, before) for link in old]
    _send(unit, "relation", item, message, stamp, inserted, deleted)


def price_touched(unit: Unit, doc: Mapping[str, Any], message: str, stamp: int) -> None:
    """A sales price beside the item changed: the row is the same but for its date."""
    row = price_row(doc)
    _send(
        unit,
        "price",
        doc["fields"]["InventoryID"],
        message,
        stamp,
        [{**row, "InventoryItem_lastModifiedDateTime": local(stamp)}],
        [row],
    )


def stock_changed(
    unit: Unit,
    doc: Mapping[str, Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    touched: Iterable[str],
    message: str,
) -> None:
    names = list(touched)
    before = [stock_row(doc, name, old[name]) for name in names if name in old]
    after = [stock_row(doc, name, new[name]) for name in names]
    _send(
        unit,
        "inventory",
        doc["fields"]["InventoryID"],
        message,
        max(new[name]["modified"] for name in names),
        after,
        before,
    )


def _send(unit: Unit, entity: str, key: str, message: str, stamp: int, inserted: list[Row], deleted: list[Row]) -> None:
    config = unit.store.push
    query = config["queries"].get(entity)
    if not (config["active"] and config["address"] and query):
        return
    pad = padded if config["padded"] else list
    body = {
        "Inserted": pad(inserted),
        "Deleted": pad(deleted),
        "Query": query,
        "CompanyId": config["tenant"],
        "Id": message,
        "TimeStamp": TICKS_TO_1970 + stamp * 10,
        "AdditionalInfo": {"PXPerformanceInfoStartTime": datetime.now(UTC).strftime("%m/%d/%Y %H:%M:%S")},
    }
    unit.push(message, query, key, body)


def padded(rows: list[Row]) -> list[Row]:
    """Ids with the blanks of their database columns."""
    widths = {"InventoryID": 30, "Warehouse": 30, "RelatedInventoryID": 30, "CustomerID": 30, "WarehouseID": 30}
    return [
        {name: str(value).ljust(widths[name]) if name in widths else value for name, value in row.items()}
        for row in rows
    ]
