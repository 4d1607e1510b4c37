"""Stock by warehouse: which inquiry is cheapest, and zero said as zero. Facts/ACUMATICA.md sections 2.6, 3.3.

Three sources. InventorySummaryInquiry answers one item in all warehouses; StorageDetailsInquiry answers all
items of one warehouse; a generic inquiry over OData (when the settings name one) answers just the items asked
for. The licence counts requests, so whichever of the first two needs fewer is taken: one request for each item
up to the number of warehouses, else one for each warehouse.

An item that exists has a level in every monitored warehouse, 0 where the ERP has no row. Non-stock items have
no levels at all and are not sellable here: nobody counts them. Quantities are in the base unit.

A stock has no version (0): the summary tells no date, and the newest date of the rows would fall when a
warehouse is closed, so that a later truth would look older than an earlier one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from connector.clock import Clock
from connector.errors import Fail
from connector.records import Level, Stock
from connector.systems.acumatica import items, odata
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.items import KINDS, Item
from connector.systems.acumatica.odata import Rows
from connector.systems.acumatica.values import Entity, flag, instant, number, rows, text

SUMMARY, STORAGE = "InventorySummaryInquiry", "StorageDetailsInquiry"
SUMMARY_ROWS, STORAGE_ROWS = "Results", "StorageDetails"
FIELDS = ("InventoryID", "ItemStatus", "ExportToExternal")
Quantities = dict[str, list[list[Decimal | None]]]
REMEMBERED = 600.0  # seconds that the list of warehouses stays good


class Warehouses:
    """The warehouses that count: those of the settings, else all active ones of the site."""

    def __init__(self, client: Client, clock: Clock, preferences: Mapping[str, Any]) -> None:
        self.client = client
        self.clock = clock
        inventory = preferences.get("inventory") or {}
        # by branch every store has warehouses of its own, which the mapping knows: all of them are read
        chosen = () if inventory.get("branch_wise") else inventory.get("warehouses") or ()
        self.chosen = [str(code).strip() for code in chosen]
        self._known: list[str] = []
        self._until = 0.0
        self._lists: dict[str, tuple[float, Quantities]] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def monitored(self) -> list[str]:
        """Codes in order. Raises Fail when there is none at all."""
        if self.chosen:
            return sorted(self.chosen)
        if not self._known or self.clock.monotonic() >= self._until:
            self._known = self.active()
            self._until = self.clock.monotonic() + REMEMBERED
        if not self._known:
            raise Fail(
                "Acumatica shows this user no active warehouse.",
                code="acumatica.warehouses",
                help="Check the Warehouses form (IN204000) and the user's access to warehouses.",
            )
        return self._known

    def quantities(self, code: str) -> Quantities:
        """What each item has in a warehouse, by its folded id: the rows on hand, available, for shipping.

        Read anew for each caller, but callers that wait for one another share: a list whose reading began after a
        caller asked holds every change that the caller can have been told of.
        """
        asked = self.clock.monotonic()
        with self._locks[code]:
            began, held = self._lists.get(code, (float("-inf"), {}))
            if began <= asked:
                began, held = self.clock.monotonic(), {}
                for row in storage(self.client, code):
                    held.setdefault(text(row, "InventoryID").casefold(), []).append(_quantities(row))
                self._lists[code] = began, held
            return held

    def active(self) -> list[str]:
        found = self.client.list("Warehouse", {"$select": "WarehouseID,Active"})
        return sorted(text(row, "WarehouseID") for row in found if flag(row, "Active", default=True))


class Levels:
    """Collects rows of any source into levels; rows of one warehouse (its locations) add up."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], list[Decimal]] = {}

    def add(self, key: str, warehouse: str, numbers: Sequence[Decimal | None]) -> None:
        """`numbers` are on hand, available, available for shipping."""
        place = self.found.setdefault((key.casefold(), warehouse.casefold()), [Decimal(0)] * 3)
        place[:] = [old + (new or 0) for old, new in zip(place, numbers, strict=True)]

    def of(self, key: str, warehouses: Sequence[str]) -> tuple[Level, ...]:
        none = [Decimal(0)] * 3
        return tuple(
            Level(code, *self.found.get((key.casefold(), code.casefold()), none)) for code in sorted(warehouses)
        )


def read(client: Client, keys: Sequence[str], warehouses: Warehouses, inquiry: Rows | None) -> dict[str, Stock]:
    """The stock of these items; `inquiry` is the generic inquiry to use instead of plain REST, if any.

    Raises Retry, Refused or Fail for the whole read.
    """
    found = items.read(client, keys, dict.fromkeys(KINDS, FIELDS))
    kept = [item.key for item in found.values() if item.kind.stock]
    codes = warehouses.monitored() if kept else []
    levels = Levels()
    if kept and inquiry is not None:
        _by_inquiry(inquiry, kept, levels)
    elif len(kept) <= len(codes):
        _by_item(client, kept, codes, levels)
    elif kept:
        _by_warehouse(warehouses, kept, codes, levels)
    return {key: _stock(item, levels, codes) for key, item in found.items()}


def _stock(item: Item, levels: Levels, codes: Sequence[str]) -> Stock:
    counted = item.kind.stock
    return Stock(key=item.key, levels=levels.of(item.key, codes) if counted else (), sellable=counted and item.sellable)


def _by_item(client: Client, keys: Sequence[str], codes: Sequence[str], levels: Levels) -> None:
    only = {"WarehouseID": codes[0]} if len(codes) == 1 else {}
    for key in keys:
        for row in rows(client.inquire(SUMMARY, {"InventoryID": key, **only}, SUMMARY_ROWS), SUMMARY_ROWS):
            warehouse = text(row, "WarehouseID")
            if warehouse:  # the row of totals has none
                names = ("QtyOnHand", "QtyAvailable", "QtyAvailableForShipment")
                levels.add(key, warehouse, [number(row, name) for name in names])


def _by_warehouse(warehouses: Warehouses, keys: Sequence[str], codes: Sequence[str], levels: Levels) -> None:
    for code in codes:
        held = warehouses.quantities(code)
        for key in keys:
            for quantities in held.get(key.casefold(), ()):
                levels.add(key, code, quantities)


def storage(client: Client, warehouse: str) -> list[Entity]:
    """Every item's row in one warehouse."""
    found = rows(client.inquire(STORAGE, {"WarehouseID": warehouse}, STORAGE_ROWS), STORAGE_ROWS)
    return [row for row in found if text(row, "WarehouseID", "SiteID").casefold() in ("", warehouse.casefold())]


def changed(row: Entity) -> datetime | None:
    return instant(row, "LastModifiedDateofWarehouseQty", "SiteLastModifiedDate")


def _quantities(row: Entity) -> list[Decimal | None]:
    """On hand, available, for shipping: the names of 24.200, or those that 22.200 has instead."""
    return [
        number(row, "QtyOnHand", "SiteOnHand"),
        number(row, "QtyAvailable", "SiteAvailable"),
        number(row, "QtyHardAvailable", "SiteAvailableforShipping"),
    ]


def _by_inquiry(inquiry: Rows, keys: Sequence[str], levels: Levels) -> None:
    for row in odata.stock(inquiry, keys):
        levels.add(row.key, row.warehouse, (row.on_hand, row.available, row.shipping))
