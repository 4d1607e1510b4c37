"""What every entity of the shop looks like to `system`: read, poll, write, find, delete. It knows none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from connector.errors import Fail, Outcome, Refused, Retry
from connector.records import Record
from connector.systems.base import Change, Page, Written
from connector.systems.magento import errors
from connector.systems.magento.client import Filter, criteria, reading
from connector.systems.magento.shop import Shop
from connector.systems.magento.values import utc_text

PAGE = 100  # rows of one page of a poll: below every limit that a shop may set


class Entity:
    """One entity of one shop. A subclass overrides what the shop's API can do with it."""

    name: ClassVar[str] = ""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.client = shop.client
        self.store = shop.store

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        raise Fail(f"Magento cannot read {self.name}.")

    def changed_since(self, since: datetime | None, position: str) -> Page:
        raise Fail(f"Magento cannot be polled for {self.name}.")

    def write_many(self, records: Sequence[Any], known: Mapping[str, str]) -> list[Written]:
        """One by one; the refusal of one is in its outcome. Raises Refused and Retry, which concern the others too."""
        return [self._guarded(record, known.get(record.key, "")) for record in records]

    def write(self, record: Any, target_id: str) -> Written:
        raise Fail(f"Magento cannot be told about {self.name}.")

    def delete(self, key: str, target_id: str) -> Written:
        raise Fail(f"Magento cannot delete {self.name}.")

    def find_like(self, records: Sequence[Any]) -> dict[str, Record]:
        return {}

    def _guarded(self, record: Record, target_id: str) -> Written:
        try:
            return self.write(record, target_id)
        except Refused:
            raise
        except Retry as word:
            if word.away:
                raise
            return Written(record.key, target_id, problem=word)
        except Outcome as word:
            return Written(record.key, target_id, problem=word)

    def _changes(
        self,
        path: str,
        *,
        key: str,
        number: str,
        filters: Sequence[Filter],
        position: str,
        action: str = "",
        also: tuple[str, ...] = (),
    ) -> Page:
        """One page of a poll by the shop's own ids, so that nothing is skipped while rows change.

        A row that changes behind the page has a new updated_at, which the next poll sees: its mark is older.
        The fields of `also` are in each change's payload.
        """
        last = position or "0"
        wanted = [*filters, ("entity_id", last, "gt")]
        names = ",".join(dict.fromkeys((key, number, "updated_at", *also)))
        size = min(PAGE, self.client.most_page)
        query = [*criteria(wanted, size=size, sort="entity_id"), ("fields", f"items[{names}],total_count")]
        try:
            data = self.client.call("GET", path, query=query, action=action).data
        except errors.TooMany as word:
            if not word.page or word.limit >= size:
                raise
            self.client.most_page = word.limit
            return self._changes(
                path, key=key, number=number, filters=filters, position=position, action=action, also=also
            )
        with reading(path):
            rows = [dict(row) for row in data.get("items") or []]
            total = int(data["total_count"])
            changes = tuple(
                Change(
                    self.name,
                    str(row[key]),
                    version=version(row.get("updated_at")),
                    payload={name: row.get(name) for name in also},
                )
                for row in rows
            )
            end = max((int(row[number]) for row in rows), default=0)
        if rows and end <= int(last):
            raise Retry("The shop sent the same page again: a cache in front of it does not tell them apart.", after=60)
        return Page(changes, str(end) if rows and total > len(rows) else None)


def since_filter(since: datetime | None) -> list[Filter]:
    """The filter of a poll: seconds are the store's resolution, so the second itself is read again."""
    return [("updated_at", utc_text(since), "gteq")] if since is not None else []


def version(updated_at: Any) -> int:
    """`2026-11-21 08:31:49` (UTC, facts/MAGENTO.md) in microseconds since 1970; 0 for what is no such text."""
    moment = instant(updated_at)
    return int(moment.timestamp()) * 1_000_000 if moment else 0


def instant(text: Any) -> datetime | None:
    """A time of an answer, aware UTC."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def gone(word: Fail) -> bool:
    """Whether a refusal says that there is no such thing."""
    return word.code in (errors.NO_SUCH_ENTITY, errors.NO_SUCH_PRODUCT)
