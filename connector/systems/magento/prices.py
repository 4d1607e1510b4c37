"""Base prices and special prices through the bulk endpoints: one request for any number of products.

Both answer 200 and a list of row errors: the good rows are written, the bad ones named badly or not at all
(facts/MAGENTO.md, bulk price endpoints). So after a complaint the prices are read back, and a row is wrong
where the store has another value. MSRP is a field of the product, not of these endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Outcome, Retry, Skip, Wait
from connector.records import PRICE, PRODUCT, Price, Record
from connector.systems.base import Written
from connector.systems.magento import errors, numbers
from connector.systems.magento.entity import Entity
from connector.systems.magento.find import by_key, existing, products, with_quantities
from connector.systems.magento.shop import Shop
from connector.systems.magento.specials import Specials
from connector.systems.magento.tiers import Tiers

NOT_TAKEN = "magento.price_not_taken"


@dataclass(slots=True)
class Row:
    """One price on its way: what is sent, and the word that it gets when it goes wrong."""

    record: Price
    sent: Decimal = Decimal(0)
    fields: dict[str, Any] = field(default_factory=dict)
    problem: Outcome | None = None

    def written(self) -> Written:
        if self.problem is not None:
            return Written(self.record.key, problem=self.problem)
        return Written(self.record.key, target_id=self.record.key, fields=self.fields)


class Prices(Entity):
    """Writes prices of one shop."""

    name: ClassVar[str] = PRICE

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.store_id = int(shop.values.get("price_store_id") or 0)
        self.tiers = Tiers(self.client) if shop.setting(PRICE, "tiers") else None
        self.specials = Specials(self.client, self.store_id) if shop.setting(PRICE, "special_price") else None

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        return dict(with_quantities(self.client, self.store, keys))

    def find_like(self, records: Sequence[Price]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The price of a product goes with the product."))

    def write_many(self, records: Sequence[Price], known: Mapping[str, str]) -> list[Written]:
        """One outcome for each record, in order. Raises Retry, Refused or Fail for the request as a whole."""
        rows = [_checked(record) for record in records]
        good = [row for row in rows if row.problem is None]
        if good:
            self._base(good)
        good = [row for row in good if row.problem is None]
        if good and self.specials is not None:
            problems = self.specials.write(row.record for row in good)
            for row in good:
                row.problem = problems.get(row.record.key)
                if row.problem is None:
                    row.fields.update(self.specials.told(row.record))
        good = [row for row in good if row.problem is None]
        if good and self.tiers is not None:
            problems = self.tiers.write([row.record for row in good])
            for row in good:
                row.problem = problems.get(row.record.key)
                if row.problem is None:
                    row.fields.update(self.tiers.told(row.record))
        return [row.written() for row in rows]

    def _base(self, rows: Sequence[Row]) -> None:
        bodies = [{"sku": row.record.key, "price": row.fields["price"], "store_id": self.store_id} for row in rows]
        for row in rows:
            row.fields["store_id"] = self.store_id
        complaints = self.client.post_rows("/products/base-prices", "prices", bodies, action="pricing")
        if complaints:
            self._mark(
                rows, [errors.expand(str(item.get("message", "")), item.get("parameters")) for item in complaints]
            )

    def _mark(self, rows: Sequence[Row], said: Sequence[str]) -> None:
        """Find the rows that did not go in, and say for each what the shop may have meant."""
        keys = [row.record.key for row in rows]
        stored = self._stored(keys)
        bad = [row for row in rows if stored.get(row.record.key) != row.sent]
        there = existing(self.client, [row.record.key for row in bad]) if bad else {}
        for row in bad:
            row.problem = _problem(row.record, there, said)

    def _stored(self, keys: Sequence[str]) -> dict[str, Decimal]:
        rows = self.client.information("/products/base-prices-information", keys)
        mine = [item for item in rows if str(item.get("store_id")) == str(self.store_id)]
        return {key: _money(numbers.read(item.get("price")) or Decimal(0)) for key, item in by_key(keys, mine)}


def _checked(record: Price) -> Row:
    """What can be told beforehand need not be asked: the shop's own complaint would not name the row."""
    row = Row(record)
    try:
        row.fields["price"] = numbers.money(record.price, "price")
        row.sent = _money(record.price)
    except Fail as word:
        row.problem = word
    return row


def _problem(record: Price, there: Mapping[str, str], said: Sequence[str]) -> Outcome:
    if record.key not in there:
        if not record.sellable:
            return Skip("The item is not for sale and not in the store.", code="magento.not_for_sale")
        return Wait(f"The store has no product {record.key} yet.", for_=(PRODUCT, record.key))
    marks = (f"sku = {record.key.casefold()}.", f"sku = {record.key.casefold()},")
    named = [text for text in said if any(mark in text.casefold() for mark in marks)]
    unnamed = [text for text in said if "SKU = " not in text]
    texts = named or unnamed
    if not texts:  # the shop complained about other rows only: somebody else wrote meanwhile
        return Retry("The price that was read back is another one.", code="magento.price_differs", unknown=True)
    kind = there[record.key]
    if kind in ("configurable", "grouped"):  # the parents of others: their children have the prices
        return Skip(f"A {kind} product has no price of its own: its parts have.", code="magento.no_own_price")
    help = "A bundle of dynamic price has no price of its own." if kind == "bundle" else ""
    return Fail(f"Magento did not take the price: {' '.join(texts)}", code=NOT_TAKEN, help=help)


def _money(value: Decimal) -> Decimal:
    return value.quantize(numbers.FOUR, ROUND_HALF_UP)
