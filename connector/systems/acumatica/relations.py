"""Related items: which other items are shown beside one (PRD-07).

The Default endpoint has no entity for them, so they come from the inquiry that also tells of their changes (setting
push.relation_query), exposed over OData: InventoryID, RelatedInventoryID, Relation, and where it has them Rank,
IsActive and the date of the last change. Its columns are found by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connector.errors import Fail
from connector.records import RELATION, Relation
from connector.systems.acumatica import columns, filters
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.odata import PAGE, Rows
from connector.systems.acumatica.values import exact, micros, moment, plain
from connector.systems.base import Change, Page

RELATED, KIND = ("relatedinventoryid", "relatedinventorycd", "relateditem"), ("relation", "relationtype")
RANK, ACTIVE = ("rank", "sortorder"), ("isactive", "active")
KINDS = (("up", "upsell"), ("usell", "upsell"), ("cross", "crosssell"), ("csell", "crosssell"))  # labels, stored values
Row = Mapping[str, Any]


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Relation]:
    """The related items of these items; one without any has none (its links go). Raises Retry, Refused or Fail."""
    inquiry, names = _inquiry(erp)
    found: dict[str, list[tuple[int, str, str]]] = {}
    for row in _rows_of(inquiry, names, keys) if names else ():
        kind, other = _kind(row, names), plain(str(row.get(names["related"]) or ""))
        if other and _active(row, names):
            rank = exact(row.get(names["rank"])) if "rank" in names else None
            found.setdefault(plain(str(row.get(names["key"]) or "")).casefold(), []).append(
                (int(rank or 0), kind, other)
            )
    return {key: Relation(key, links=_links(found.get(plain(key).casefold(), []))) for key in keys}


def _links(found: Sequence[tuple[int, str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((kind, other) for _, kind, other in sorted(found)))


def _kind(row: Row, names: Mapping[str, str]) -> str:
    said = str(row.get(names["kind"]) or "").casefold()
    return next((kind for word, kind in KINDS if said.startswith(word)), "related")


def _active(row: Row, names: Mapping[str, str]) -> bool:
    return "active" not in names or str(row.get(names["active"])).casefold() not in ("false", "0", "no")


def _inquiry(erp: Erp) -> tuple[Rows, Mapping[str, str]]:
    """The inquiry and the names of its columns; no names while it shows no row. Raises Fail when one is missing."""
    name = erp.word("push", "relation_query", "CC Relations")
    kept = erp.known.get("relations")
    if kept:
        return kept[0], kept[1]
    inquiry = Rows(erp.client, name)
    first = inquiry.page({"$top": 1})
    if not first:
        return inquiry, {}
    names = _columns(name, first[0])
    erp.known["relations"] = (inquiry, names)
    return inquiry, names


def _columns(name: str, row: Row) -> dict[str, str]:
    wanted = {"related": RELATED, "kind": KIND, "rank": RANK, "active": ACTIVE, "changed": columns.MODIFIED}
    found = {what: column for what, words in wanted.items() if (column := columns.find(row, words))}
    own = {column: value for column, value in row.items() if column != found.get("related")}
    key = columns.find(own, columns.KEY)
    missing = [what for what, column in (("InventoryID", key), ("RelatedInventoryID", found.get("related")),
                                         ("Relation", found.get("kind"))) if not column]  # fmt: skip
    if missing or key is None:
        raise Fail(
            f'The generic inquiry "{name}" shows no column for: {", ".join(missing)}.',
            code="acumatica.inquiry_columns",
            help=f"It shows: {', '.join(row)}. Add the column (Generic Inquiry, SM208000).",
        )
    return {**found, "key": key}


def _rows_of(inquiry: Rows, names: Mapping[str, str], keys: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    options: dict[str, object] = {"$top": PAGE}
    for chunk in filters.chunks(names["key"], list(dict.fromkeys(keys)), options):
        condition, skip, full = filters.any_of(names["key"], chunk), 0, True
        while full:
            page = inquiry.page({**options, "$orderby": names["key"], "$skip": skip or "", "$filter": condition})
            found += page
            skip, full = skip + PAGE, len(page) == PAGE
    return found


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of items whose relations changed since then; all of them when the inquiry tells no date."""
    inquiry, names = _inquiry(erp)
    if not names:
        return Page((), None)
    condition = ""
    if when is not None and "changed" in names:
        stamp = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        condition = f"{names['changed']} ge {stamp}"
    behind = f"{names['key']} gt {filters.literal(position)}" if position else ""
    asked = {"$filter": filters.both(condition, behind), "$orderby": names["key"], "$top": PAGE}
    page = inquiry.page(asked)
    found: dict[str, int] = {}
    for row in page:
        key = plain(str(row.get(names["key"]) or ""))
        if key:
            found[key] = max(found.get(key, 0), micros(moment(row.get(names.get("changed", "")))))
    last = list(found)[-1] if found and len(page) == PAGE else ""
    # relations have no version: the newest date falls when a row is taken away
    return Page(tuple(Change(RELATION, key) for key in found), last if last and last != position else None)
