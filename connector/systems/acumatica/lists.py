"""Reading lists of any entity: by keys, in chunks that fit one address, and page by page since an instant.

Pages go by key (`Key gt ...`), because `$skip` is only stable with one order (facts/ACUMATICA.md, 2.5). A list
that a customization made unreadable is read one by one. It knows no record of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from connector.systems.acumatica import filters
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.errors import Gone, Unlisted
from connector.systems.acumatica.values import Entity, instant, micros, plain, text
from connector.systems.base import Change, Page

PAGE = 200
Options = Mapping[str, object]
Made = TypeVar("Made")


def by_keys(client: Client, entity: str, field: str, keys: Sequence[str], options: Options) -> list[Entity]:
    """The records whose text field is one of the keys, upper or lower case alike. Raises Retry, Refused or Fail."""
    found: list[Entity] = []
    for chunk in filters.chunks(field, list(dict.fromkeys(keys)), options):
        found += matching(client, entity, filters.any_of(field, chunk), options, field)
    return found


def by_numbers(client: Client, entity: str, field: str, keys: Sequence[str], options: Options) -> list[Entity]:
    """The same for a field that is a whole number; keys that are none are left out."""
    wanted = [key for key in dict.fromkeys(keys) if key.isdigit()]
    found: list[Entity] = []
    for at in range(0, len(wanted), filters.MOST_KEYS):
        condition = " or ".join(f"{field} eq {key}" for key in wanted[at : at + filters.MOST_KEYS])
        found += matching(client, entity, condition, options, field)
    return found


def matching(client: Client, entity: str, condition: str, options: Options, field: str) -> list[Entity]:
    """All records that meet a condition, with these options; one by one where the list cannot be read."""
    wanted = {"$filter": condition}
    try:
        return client.list(entity, {**options, **wanted})
    except Unlisted:
        ids = [row.get("id") for row in client.list(entity, {**wanted, "$select": field})]
        return list(one_by_one(client, entity, [str(id) for id in ids if id], options))


def one_by_one(client: Client, entity: str, ids: Sequence[str], options: Options) -> Iterator[Entity]:
    for id in ids:
        try:
            yield client.one(entity, id, options)
        except Gone:
            continue  # deleted since the list was read


def folded(rows: Sequence[Entity], field: str) -> dict[str, Entity]:
    """Records by their key in lower case."""
    return {text(row, field).casefold(): row for row in rows}


def pick(keys: Sequence[str], rows: Sequence[Entity], field: str, make: Callable[[Entity], Made]) -> dict[str, Made]:
    """What is made of the records, by the keys as they were asked for."""
    found = folded(rows, field)
    return {key: make(found[plain(key).casefold()]) for key in keys if plain(key).casefold() in found}


def page(
    client: Client,
    entity: str,
    key: str,
    modified: str,
    since: datetime | None,
    after: str,
    change: Callable[[Entity, int], Change | None],
    *,
    more: str = "",
    options: Options | None = None,
    number: bool = False,
) -> Page:
    """One page of records changed at or after `since`, behind the key `after`; its position is the last key.

    `change` makes a change of a record and its version, or None to leave it out. `number`: the key is an integer.
    An entity that tells no date of its last change (`modified` is "") is told whole.
    """
    behind = f"{key} gt {after if number else filters.literal(after)}" if after else ""
    condition = filters.both(filters.since(modified, since) if since and modified else "", behind, more)
    asked = {"$select": ",".join(filter(None, (key, modified))), **(options or {}), "$filter": condition, "$top": PAGE}
    found = _listed(client, entity, asked, ",".join(filter(None, (key, modified))))
    changes = (change(row, micros(instant(row, modified))) for row in found if text(row, key))
    last = text(found[-1], key) if len(found) >= PAGE else ""
    return Page(tuple(each for each in changes if each), last if last and last != after else None)


def _listed(client: Client, entity: str, asked: Options, bare: str) -> list[Entity]:
    """The list as asked for; where its details cannot be listed, the records one by one (facts 2.5)."""
    try:
        return client.list(entity, asked)
    except Unlisted:
        whole = {name: asked[name] for name in ("$select", "$expand") if name in asked}
        ids = client.list(entity, {"$select": bare, "$filter": asked["$filter"], "$top": asked["$top"]})
        return list(one_by_one(client, entity, [str(row["id"]) for row in ids if row.get("id")], whole))
