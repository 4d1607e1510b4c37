"""What one push notification says. Facts/ACUMATICA.md section 5. It checks no secret and stores nothing.

An update is an old row in Deleted and a new row in Inserted; a row in Deleted alone is a deletion, or a record
that no longer meets the conditions of the inquiry. Nobody can tell these two apart here, so the operation is
only a hint: whoever works on the change reads the record again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from connector.errors import Invalid
from connector.records import (
    CATEGORY,
    COMPOSITE,
    CUSTOMER,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
)
from connector.systems.acumatica import columns
from connector.systems.acumatica.values import from_ticks, plain
from connector.systems.base import Change, Push

ENTITIES = (PRODUCT, PRICE, INVENTORY, CATEGORY, CUSTOMER, ORDER_STATUS, SHIPMENT, INVOICE, PRODUCT_STATUS, RELATION,
            COMPOSITE, IMAGE)  # fmt: skip
SETTINGS = {entity: f"{entity}_query" for entity in ENTITIES}
DELETED = (PRODUCT, CATEGORY, CUSTOMER)  # a row of anything else may go while the record itself stays
# what a key is made of: columns of the inquiry by their words, and what the row is told to lack without them
KEYS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    CATEGORY: (("CategoryID", ("categoryid",)),),
    CUSTOMER: (("CustomerID", ("customerid", "customercd", "acctcd", "customer")),),
    ORDER_STATUS: (("OrderType", ("ordertype",)), ("OrderNbr", ("ordernbr", "ordernumber"))),
    SHIPMENT: (("ShipmentNbr", ("shipmentnbr", "shipmentnumber")),),
    INVOICE: (("ReferenceNbr", ("referencenbr", "refnbr", "invoicenbr")),),
}
ITEM = (("InventoryID", columns.KEY),)
DOCUMENT = ("doctype", "type", "invoicetype")
INVOICES = ("invoice", "inv")  # as a label, or as it is stored
LONGEST_KEY, LONGEST_ID, LONGEST_QUERY = 255, 80, 120
MOST_TICKS = 2**63  # TimeStamp is a .NET long

Row = Mapping[str, Any]


def parse(body: bytes, *, tenant: str, preferences: Mapping[str, Any]) -> Push:
    """The changes that a notification tells. Raises Invalid with a sentence when it is none."""
    data = _json(body)
    query = _text(data, "Query", LONGEST_QUERY)
    id, stamp = _text(data, "Id", LONGEST_ID), _stamp(data)
    _same_tenant(data, tenant)
    inserted, deleted = _rows(data, "Inserted"), _rows(data, "Deleted")
    entities = _entities(query, preferences.get("push") or {})
    warehouses = _warehouses(preferences)
    changes = [
        change
        for entity in entities
        for change in _changes(
            entity, inserted, deleted, from_ticks(stamp), warehouses if entity == INVENTORY else set()
        )
    ]
    return Push(id, query, stamp, tuple(changes), known=bool(entities))


def _json(body: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        data = json.loads(body.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid({"body": "The notification is not JSON."}) from error
    if not isinstance(data, dict):
        raise Invalid({"body": "The notification is not a JSON object."})
    return data


def _text(data: Row, name: str, longest: int) -> str:
    found = data.get(name)
    if not isinstance(found, str) or not plain(found):
        raise Invalid({name: f"The notification has no {name}."})
    if len(plain(found)) > longest:
        raise Invalid({name: f"The notification's {name} is longer than {longest} characters."})
    return plain(found)


def _stamp(data: Row) -> int:
    found = data.get("TimeStamp", 0)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < MOST_TICKS:
        raise Invalid({"TimeStamp": "The notification's TimeStamp is not a whole number."})
    return found


def _same_tenant(data: Row, tenant: str) -> None:
    found = data.get("CompanyId")
    if found is not None and not isinstance(found, str):
        raise Invalid({"CompanyId": "The notification's CompanyId is not a text."})
    theirs = plain(found or "")
    if theirs and tenant and theirs.casefold() != tenant.strip().casefold():
        raise Invalid({"CompanyId": f"The notification is of the tenant {theirs[:80]}, not of {tenant}."})


def _rows(data: Row, name: str) -> list[Row]:
    found = data.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Invalid({name: f"The notification's {name} is not a list of rows."})
    return [{plain(column): _clean(value) for column, value in row.items()} for row in found]


def _clean(value: Any) -> Any:
    """Texts trimmed and fit for a database; rows are flat, so anything nested is kept as its JSON."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict | list):
        return plain(json.dumps(value, ensure_ascii=False))
    return None if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _entities(query: str, settings: Row) -> list[str]:
    """The entities that listen to this query; several may share one."""
    wanted = {entity: plain(str(settings.get(name) or "")) for entity, name in SETTINGS.items()}
    return [entity for entity, name in wanted.items() if name and name.casefold() == query.casefold()]


def _warehouses(preferences: Mapping[str, Any]) -> set[str]:
    chosen = (preferences.get("inventory") or {}).get("warehouses") or ()
    return {plain(str(code)).casefold() for code in chosen}


def _changes(
    entity: str, inserted: Iterable[Row], deleted: Iterable[Row], version: int, warehouses: set[str]
) -> list[Change]:
    """One change for each record: what was inserted, then what is only in Deleted."""
    found: dict[str, Change] = {}
    gone = "delete" if entity in DELETED else "upsert"
    for rows, operation in ((inserted, "upsert"), (deleted, gone)):
        for number, row in enumerate(rows, start=1):
            key = _key(entity, row, number)
            if key and key not in found and _monitored(row, warehouses):
                found[key] = Change(entity, key, operation, version, row)
    return list(found.values())


def _key(entity: str, row: Row, number: int) -> str:
    """The record's key; "" where a column of it is empty (a joined row without an item tells nothing)."""
    parts = [_part(row, number, label, words) for label, words in KEYS.get(entity, ITEM)]
    if not all(parts):
        return ""
    if entity == INVOICE:
        column = columns.find(row, DOCUMENT)
        kind = str(row[column] or "").casefold() if column else INVOICES[0]
        return f"Invoice/{parts[0]}" if kind in INVOICES else ""
    return "/".join(parts)


def _part(row: Row, number: int, label: str, words: tuple[str, ...]) -> str:
    column = columns.find(row, words)
    if column is None:
        raise Invalid({"Inserted": f"Row {number} of the notification has no column {label}."})
    found = row[column]
    if found is None or found == "":
        return ""
    if label == "CategoryID" and isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str):
        what = "an item" if label == "InventoryID" else label
        raise Invalid({column: f"Row {number} of the notification has a number for {what}, not its code."})
    if len(found) > LONGEST_KEY or not found.isprintable():
        raise Invalid({column: f"Row {number} of the notification has a code that no record can have."})
    return found


def _monitored(row: Row, warehouses: set[str]) -> bool:
    column = columns.find(row, columns.WAREHOUSE) if warehouses else None
    return column is None or not row[column] or str(row[column]).casefold() in warehouses
