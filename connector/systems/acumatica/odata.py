"""Rows of a generic inquiry over OData 4: stock of just the items asked for. Facts/ACUMATICA.md section 4.

The inquiry is the customer's own: it has to show InventoryID, a warehouse and the quantities, one row for each
pair (several add up). Its columns are found by name in its first row and remembered. Filters compare what is
displayed, so the keys are the codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connector.errors import Fail
from connector.systems.acumatica import columns, filters
from connector.systems.acumatica.client import Client, strange
from connector.systems.acumatica.errors import NoEndpoint
from connector.systems.acumatica.values import exact, moment, plain

PAGE = 1_000
QUANTITIES = {
    "on_hand": columns.ON_HAND,
    "available": columns.AVAILABLE,
    "available_for_shipping": columns.SHIPPING,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What the inquiry calls its columns; those that only some connectors need may be missing."""

    key: str
    warehouse: str
    quantities: Mapping[str, str]
    changed: str | None


@dataclass(frozen=True, slots=True)
class StockRow:
    key: str
    warehouse: str
    on_hand: Decimal | None
    available: Decimal | None
    shipping: Decimal | None
    changed: datetime | None


class Rows:
    """One generic inquiry. `kind` is the quantity that the connector writes, which the inquiry must show."""

    def __init__(self, client: Client, name: str, kind: str = "available") -> None:
        self.client = client
        self.name = name
        self.kind = kind
        self._columns: Columns | None = None

    def columns(self) -> Columns | None:
        """The names of its columns; None while it shows no row. Raises Fail when one is missing."""
        if self._columns is None:
            first = self.page({"$top": 1})
            self._columns = self._found(first[0]) if first else None
        return self._columns

    def page(self, options: Mapping[str, object]) -> list[Mapping[str, Any]]:
        """One answer's rows. Raises Fail when the inquiry is not there for us."""
        tenant = f"/t/{quote(self.client.tenant, safe='')}" if self.client.tenant else ""
        path = f"{tenant}/api/odata/gi/{quote(self.name, safe='')}{filters.query(options)}"
        try:
            data = self.client.call("GET", path).data
        except NoEndpoint as error:
            raise Fail(
                f'The generic inquiry "{self.name}" is not there over OData.',
                code="acumatica.inquiry",
                help="Tick Expose via OData on the Generic Inquiry form (SM208000), give the user rights to it, "
                "and check its name in the connector's settings, or leave that setting empty.",
            ) from error
        found = data.get("value") if isinstance(data, Mapping) else None
        if not isinstance(found, list):
            raise strange(f'rows of "{self.name}"')
        return [row for row in found if isinstance(row, Mapping)]

    def _found(self, row: Mapping[str, Any]) -> Columns:
        key, warehouse = columns.find(row, columns.KEY), columns.find(row, columns.WAREHOUSE)
        quantities = {kind: name for kind, words in QUANTITIES.items() if (name := columns.find(row, words))}
        missing = [
            label
            for label, name in (
                ("InventoryID", key),
                ("Warehouse", warehouse),
                (self.kind.replace("_", " "), quantities.get(self.kind)),
            )
            if not name
        ]
        if missing or key is None or warehouse is None:
            raise Fail(
                f'The generic inquiry "{self.name}" shows no column for: {", ".join(missing)}.',
                code="acumatica.inquiry_columns",
                help=f"It shows: {', '.join(row)}. Add the column, or leave the setting of the inquiry empty.",
            )
        return Columns(key, warehouse, quantities, columns.find(row, columns.MODIFIED))


def stock(inquiry: Rows, keys: Sequence[str]) -> Iterator[StockRow]:
    """The rows of these items."""
    names = inquiry.columns()
    if names is None:
        return
    options = {"$orderby": f"{names.key},{names.warehouse}", "$top": PAGE, "$skip": PAGE}
    for chunk in filters.chunks(names.key, keys, options):
        condition, skip, full = filters.any_of(names.key, chunk), 0, True
        while full:
            page = inquiry.page({**options, "$skip": skip or "", "$filter": condition})
            yield from (_row(names, row) for row in page)
            skip, full = skip + PAGE, len(page) == PAGE


def changed(inquiry: Rows, since: datetime, after: str, most: int) -> tuple[list[StockRow], str | None] | None:
    """One page of rows changed since then, behind the key `after`, and the last key (None: that was all).

    None when the inquiry shows no date of change: then it is no use for a poll.
    """
    names = inquiry.columns()
    if names is None or names.changed is None:
        return None
    stamp = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    behind = f"{names.key} gt {filters.literal(after)}" if after else ""
    condition = filters.both(f"{names.changed} ge {stamp}", behind)
    page = inquiry.page({"$filter": condition, "$orderby": names.key, "$top": most})
    found = [_row(names, row) for row in page]
    # the next page starts behind the last key: its other warehouses are no loss, the item is told already
    return found, found[-1].key if len(page) == most and found[-1].key != after else None


def _row(names: Columns, row: Mapping[str, Any]) -> StockRow:
    quantities = {kind: exact(row.get(name)) for kind, name in names.quantities.items()}
    return StockRow(
        key=plain(str(row.get(names.key) or "")),
        warehouse=plain(str(row.get(names.warehouse) or "")),
        on_hand=quantities.get("on_hand"),
        available=quantities.get("available"),
        shipping=quantities.get("available_for_shipping"),
        changed=moment(row.get(names.changed)) if names.changed else None,
    )
