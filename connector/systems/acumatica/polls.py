"""What changed since an instant, page by page: the safety net under the push notifications.

It knows positions and no record. Items are paged by key (`InventoryID gt ...`), because `$skip` is only stable
with one order (facts/ACUMATICA.md section 2.5), stock items before non-stock items. Stock has no list with a
filter in plain REST: one page is one warehouse, whose rows carry the date of their last change.

A position is `part:where`, in words of this module only: `stock:LAST KEY`, `nonstock:LAST KEY`, `sales:`,
`warehouse:CODE`, `gi:LAST KEY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.clock import Clock
from connector.records import INVENTORY, PRICE
from connector.systems.acumatica import filters, odata, prices, stock
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.items import NON_STOCK, STOCK, Kind
from connector.systems.acumatica.odata import Rows
from connector.systems.acumatica.stock import Warehouses
from connector.systems.acumatica.values import instant, micros, text
from connector.systems.base import Change, Page

PAGE = 500
PARTS = {"stock": STOCK, "nonstock": NON_STOCK}


def items_since(
    client: Client, entity: str, since: datetime | None, position: str, *, sales: Sequence[str] = (), clock: Clock
) -> Page:
    """One page of items changed since then (None: all). `sales`: types of sales prices that follow as a last page."""
    part, _, after = position.partition(":")
    if part == "sales":
        return _sales_since(client, since, clock, sales)
    kind = PARTS.get(part, STOCK)
    changes, last = _item_page(client, entity, kind, since, after)
    if last is not None:
        return Page(changes, f"{part or 'stock'}:{last}")
    if kind is STOCK and entity != INVENTORY:
        return Page(changes, "nonstock:")
    return Page(changes, "sales:" if sales and since is not None else None)


def _item_page(
    client: Client, entity: str, kind: Kind, since: datetime | None, after: str
) -> tuple[tuple[Change, ...], str | None]:
    """Changes behind the key `after`, and the last key of a full page."""
    field = kind.modified(client.version())
    condition = filters.both(
        filters.since(field, since) if since else "", f"InventoryID gt {filters.literal(after)}" if after else ""
    )
    found = client.list(kind.entity, {"$filter": condition, "$select": f"InventoryID,{field}", "$top": PAGE})
    changes = [
        Change(entity, key, version=micros(instant(row, field))) for row in found if (key := text(row, "InventoryID"))
    ]
    full = len(found) >= PAGE and bool(changes) and changes[-1].key != after
    return tuple(changes), changes[-1].key if full else None


def _sales_since(client: Client, since: datetime | None, clock: Clock, types: Sequence[str]) -> Page:
    found = prices.changed_keys(client, since, clock.now(), types) if since else {}
    return Page(tuple(Change(PRICE, key, version=version) for key, version in sorted(found.items())), None)


def stock_since(
    client: Client, warehouses: Warehouses, inquiry: Rows | None, since: datetime | None, position: str, clock: Clock
) -> Page:
    """One page of items whose stock changed since then; None: all stock items, also those without any row."""
    part, _, where = position.partition(":")
    if since is None or part == "stock":
        return items_since(client, INVENTORY, since, position, clock=clock)
    if inquiry is not None and part in ("", "gi"):
        told = odata.changed(inquiry, since, where, PAGE)
        if told is not None:
            wanted = {code.casefold() for code in warehouses.monitored()}
            rows, last = told
            kept = ((row.key, row.changed) for row in rows if row.warehouse.casefold() in wanted)
            return Page(_changes(kept), f"gi:{last}" if last else None)
    codes = warehouses.monitored()
    left = [code for code in codes if not where or code >= where]
    if not left:
        return Page((), None)
    fresh = ((text(row, "InventoryID"), stock.changed(row)) for row in stock.storage(client, left[0]))
    changes = _changes((key, when) for key, when in fresh if when is None or when >= since)
    return Page(changes, f"warehouse:{left[1]}" if len(left) > 1 else None)


def _changes(rows: Iterable[tuple[str, datetime | None]]) -> tuple[Change, ...]:
    """One change for each item, with the newest of its dates."""
    found: dict[str, int] = {}
    for key, when in rows:
        if key:
            found[key] = max(found.get(key, 0), micros(when))
    return tuple(Change(INVENTORY, key, version=version) for key, version in found.items())
