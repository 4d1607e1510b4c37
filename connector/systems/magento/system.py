"""Magento 2 as a System: one object for each configured store. The work is in the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from connector.clock import CLOCK, Clock
from connector.errors import Fail, Skip
from connector.records import INVENTORY, PRICE, PRODUCT, Price, Product, Record, Stock
from connector.systems.base import Capabilities, Check, Gate, Setting, System, Written
from connector.systems.magento import find
from connector.systems.magento.check import check
from connector.systems.magento.client import Client
from connector.systems.magento.prices import Prices
from connector.systems.magento.products import Products
from connector.systems.magento.settings import CAPABILITIES, SETTINGS
from connector.systems.magento.stock import Stocks
from connector.systems.magento.store import Store

FIELDS = {
    PRODUCT: ["sku", "name", "status", "visibility", "type_id", "attribute_set_id", "price", "weight", "website_ids"],
    PRICE: ["sku", "price", "store_id", "special_price", "price_from", "price_to"],
    INVENTORY: ["sku", "source_code", "quantity", "status"],
}


class Magento(System):
    """A Magento Open Source or Adobe Commerce shop, reached over its REST API (facts/MAGENTO.md)."""

    name: ClassVar[str] = "magento"
    label: ClassVar[str] = "Magento 2"
    role: ClassVar[str] = "store"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        preferences: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, gate=gate, clock=clock, preferences=preferences)
        self.client = Client(self.values, gate=self.gate, clock=clock)
        self.store = Store(self.client, clock)
        self.products = Products(self.client, self.store, self.values, self.preferences.get(PRODUCT) or {})
        self.prices = Prices(self.client, self.values, self.preferences.get(PRICE) or {})
        self.stocks = Stocks(self.client, self.store, self.preferences.get(INVENTORY) or {})

    def check(self) -> Check:
        return check(self.client, self.store, self.values, self.preferences, self.clock)

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """What the store has of these products, with prices and quantities, whichever the entity is."""
        _known_entity(entity)
        return dict(find.with_quantities(self.client, self.store, keys))

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """The products of these SKUs, without quantities: one request for up to 100."""
        _known_entity(entity)
        return dict(find.products(self.client, keys))

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        if all(isinstance(record, Product) for record in records):
            return [self.products.write(record, bound=record.key in known) for record in records]  # type: ignore[arg-type]
        if all(isinstance(record, Price) for record in records):
            return self.prices.write_many(records)  # type: ignore[arg-type]
        if all(isinstance(record, Stock) for record in records):
            return self.stocks.write_many(records, known)  # type: ignore[arg-type]
        raise Fail(f"{self.label} cannot write {records[0].entity} (or a mixture of entities).")

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        """Products go as the settings say; their prices and quantities go with them."""
        _known_entity(entity)
        if entity == PRODUCT:
            return self.products.delete(key, target_id)
        return Written(key, target_id, problem=Skip(f"The {entity} of a product goes with the product."))

    def schema(self, entity: str) -> list[str]:
        names = list(FIELDS.get(entity, ()))
        if entity == PRODUCT:
            rows = self.client.search("/products/attributes", fields="attribute_code", sort="attribute_id")
            names += sorted({str(row["attribute_code"]) for row in rows} - set(names))
        return names

    def close(self) -> None:
        self.client.close()


def _known_entity(entity: str) -> None:
    if entity not in FIELDS:
        raise Fail(f"Magento has no {entity}.")
