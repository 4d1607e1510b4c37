"""Special prices: set, changed and taken away. One read tells which rows need anything at all.

Used only when the connector's price settings ask for it. The rows that are there already are not sent.
facts/MAGENTO.md, bulk price endpoints: dates are UTC texts, left out they mean no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.errors import Fail, Outcome
from connector.records import Price
from connector.systems.magento import errors, numbers
from connector.systems.magento.client import Client
from connector.systems.magento.find import by_key
from connector.systems.magento.values import utc_text

DATES = ("price_from", "price_to")


class Specials:
    """Special prices of one store id."""

    def __init__(self, client: Client, store_id: int) -> None:
        self.client = client
        self.store_id = store_id

    def write(self, records: Iterable[Price]) -> dict[str, Outcome]:
        """Bring the special prices of these products in line; the problem of each that was refused."""
        problems: dict[str, Outcome] = {}
        wanted: dict[str, dict[str, Any] | None] = {}
        for record in records:
            try:
                wanted[record.key] = self._row(record)
            except Fail as word:
                problems[record.key] = word
        held = self._held(list(wanted)) if wanted else {}
        away, sent = [], []
        for key, row in wanted.items():
            old = held.get(key)
            if old is not None and (row is None or any(old.get(name) and not row.get(name) for name in DATES)):
                away.append(old)  # also before a new row that would otherwise inherit an old limit
            if row is not None and not _same(row, old):
                sent.append(row)
        said = self._post("/products/special-price-delete", away) + self._post("/products/special-price", sent)
        problems.update(_named([str(row["sku"]) for row in [*away, *sent]], said))
        return problems

    def told(self, record: Price) -> dict[str, Any]:
        """What the product has now, for the record page."""
        row = self._row(record) or {}
        return {"special_price": row.get("price"), **{name: row[name] for name in DATES if name in row}}

    def _row(self, record: Price) -> dict[str, Any] | None:
        if record.special_price is None:
            return None
        row: dict[str, Any] = {
            "sku": record.key,
            "price": numbers.money(record.special_price, "special price"),
            "store_id": self.store_id,
        }
        if record.special_from is not None:
            row["price_from"] = utc_text(record.special_from)
        if record.special_to is not None:
            row["price_to"] = utc_text(record.special_to)
        return row

    def _held(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = self.client.information("/products/special-price-information", keys)
        mine = [item for item in rows if str(item.get("store_id")) == str(self.store_id)]
        return {
            key: {name: value for name, value in item.items() if value is not None} for key, item in by_key(keys, mine)
        }

    def _post(self, path: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        said = self.client.post_rows(path, "prices", rows)
        return [errors.expand(str(item.get("message", "")), item.get("parameters")) for item in said]


def _same(row: Mapping[str, Any], old: Mapping[str, Any] | None) -> bool:
    if old is None:
        return False
    price = numbers.read(old.get("price")) or Decimal(0)
    return price == Decimal(str(row["price"])) and all(old.get(name) == row.get(name) for name in DATES)


def _named(keys: Sequence[str], said: Sequence[str]) -> dict[str, Outcome]:
    """Whom each complaint is about: these texts end with `Row ID: SKU = <sku>, Store ID ...`.

    One that names nobody is held against every row that was sent, rather than lost.
    """
    problems: dict[str, Outcome] = {}
    for text in said:
        named = [key for key in keys if f"sku = {key.casefold()}, store" in text.casefold()]
        reason = f"The price was written, but Magento did not take the special price: {text}"
        problems.update({key: Fail(reason, code="magento.special_price_not_taken") for key in named or keys})
    return problems
