"""Reading items by key: which of the two kinds an item is, in lists where that works, else one by one.

It knows the two item entities and no record of ours. StockItem is asked first, NonStockItem for the keys
that are left: two requests for fifty items instead of one or two for each (facts/ACUMATICA.md 2.2, 2.5, 3.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.systems.acumatica import filters
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.errors import Gone, Unlisted
from connector.systems.acumatica.values import Entity, flag, plain, text

SELLABLE = ("Active", "No Purchases", "No Request")  # ItemStatus labels that may be sold


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two item entities with the names in which they differ."""

    entity: str
    stock: bool
    unit: str

    def modified(self, version: str) -> str:
        """The field of the last change: StockItem has had `LastModifiedDateTime` since 24.200 only."""
        return "LastModified" if self.stock and version < "24" else "LastModifiedDateTime"


MANY = 40  # keys from which on a range is tried: they would need several lists
FULL, LEAN = 100, 500  # rows of one page of a range, with details and without (facts 2.5: 50 to 500)
STOCK = Kind("StockItem", True, "BaseUOM")
NON_STOCK = Kind("NonStockItem", False, "BaseUnit")
KINDS = (STOCK, NON_STOCK)


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the site answered it."""

    kind: Kind
    entity: Entity

    @property
    def key(self) -> str:
        return text(self.entity, "InventoryID")

    @property
    def active(self) -> bool:
        """May be sold; an item whose status is not shown to us counts as active."""
        return text(self.entity, "ItemStatus") in (*SELLABLE, "")

    @property
    def exported(self) -> bool:
        """The tick "Export to External System"; sites without the commerce features have none."""
        return flag(self.entity, "ExportToExternal", default=True)

    @property
    def sellable(self) -> bool:
        return self.active and self.exported


def read(
    client: Client,
    keys: Sequence[str],
    fields: dict[Kind, Sequence[str]],
    expand: dict[Kind, str] | None = None,
    custom: str = "",
) -> dict[str, Item]:
    """The items of these keys, by the key as it was asked for (upper or lower case does not matter).

    A key that is absent in the answer does not exist. Raises Retry, Refused or Fail for the whole read.
    """
    wanted = {plain(key): key for key in keys if plain(key)}
    found: dict[str, Item] = {}
    for kind in KINDS:
        options = {"$select": ",".join(fields[kind]), "$expand": (expand or {}).get(kind, ""), "$custom": custom}
        left = [key for key in wanted if key not in found]
        found.update(_ranged(client, kind, left, options) if len(left) >= MANY else {})
        left = [key for key in left if key not in found]
        for chunk in filters.chunks("InventoryID", left, options):
            by_fold = {text(row, "InventoryID").casefold(): row for row in _rows(client, kind, chunk, options)}
            found.update({k: Item(kind, by_fold[k.casefold()]) for k in chunk if k.casefold() in by_fold})
    return {wanted[key]: item for key, item in found.items()}


def _ranged(client: Client, kind: Kind, keys: Sequence[str], options: dict[str, str]) -> dict[str, Item]:
    """What lies between the first and the last of many keys, page by page, as long as most of it is wanted.

    A full sync asks for neighbours: a page of them is one request, a list of keys only as many as an address holds.
    What is missing afterwards (the site may sort otherwise than we do) is asked for by key.
    """
    spelled = {key.casefold(): key for key in keys}
    page, last = FULL if options["$expand"] else LEAN, max(keys, key=str.casefold)
    start = f"InventoryID ge {filters.literal(min(keys, key=str.casefold))}"
    found: dict[str, Item] = {}
    while True:
        condition = filters.both(start, f"InventoryID le {filters.literal(last)}")
        try:
            rows = client.list(kind.entity, {**options, "$filter": condition, "$top": page})
        except Unlisted:
            return found
        mine = [row for row in rows if text(row, "InventoryID").casefold() in spelled]
        found.update({spelled[text(row, "InventoryID").casefold()]: Item(kind, row) for row in mine})
        if len(rows) < page or 2 * len(mine) < len(rows):
            return found
        start = f"InventoryID gt {filters.literal(text(rows[-1], 'InventoryID'))}"


def _rows(client: Client, kind: Kind, keys: Sequence[str], options: dict[str, str]) -> Iterable[Entity]:
    condition = {"$filter": filters.any_of("InventoryID", keys)}
    try:
        return client.list(kind.entity, {**options, **condition})
    except Unlisted:
        # a customization made a field of ours a calculated one: by id such a record can still be read
        ids = [row.get("id") for row in client.list(kind.entity, {"$select": "InventoryID", **condition})]
        return list(_one_by_one(client, kind, [str(id) for id in ids if id], options))


def _one_by_one(client: Client, kind: Kind, ids: Sequence[str], options: dict[str, str]) -> Iterable[Entity]:
    for id in ids:
        try:
            yield client.one(kind.entity, id, options)
        except Gone:
            continue  # deleted since the list was read
