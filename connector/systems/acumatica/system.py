"""Acumatica as a System: puts the parts together and knows nothing that they know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.clock import CLOCK, Clock
from connector.errors import Fail
from connector.records import INVENTORY, PRICE, PRODUCT, Record
from connector.systems.acumatica import polls, prices, products, push, stock
from connector.systems.acumatica.check import Checker
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.odata import Rows
from connector.systems.acumatica.schema import Schema
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.acumatica.stock import Warehouses
from connector.systems.base import Capabilities, Check, Gate, Page, Push, System

ENTITIES = frozenset({PRODUCT, PRICE, INVENTORY})


class Acumatica(System):
    """One tenant of an Acumatica site, read over its public REST and OData interfaces."""

    name = "acumatica"
    label = "Acumatica"
    role = "erp"
    settings = SETTINGS
    capabilities = Capabilities(reads=ENTITIES, pushes=ENTITIES, parallel=2)

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        preferences: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, gate=gate, clock=clock, preferences=preferences)
        self.client = Client(self.values, self.gate, clock)
        self.warehouses = Warehouses(self.client, clock, self.preferences)
        self.prices = prices.wish(self.preferences)
        self.inquiry = self._inquiry()
        self._schema = Schema(self.client)

    def check(self) -> Check:
        return Checker(self.client, self.warehouses, self.clock).run()

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        if entity == PRODUCT:
            return dict(products.read(self.client, keys))
        if entity == PRICE:
            return dict(prices.read(self.client, keys, self.prices, self.clock))
        if entity == INVENTORY:
            return dict(stock.read(self.client, keys, self.warehouses, self.inquiry))
        raise Fail(f"Acumatica cannot be read for {entity}.")

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        if entity in (PRODUCT, PRICE):
            sales = entity == PRICE and self.prices.inquiry
            return polls.items_since(self.client, entity, since, position, sales=sales, clock=self.clock)
        if entity == INVENTORY:
            return polls.stock_since(self.client, self.warehouses, self.inquiry, since, position, self.clock)
        raise Fail(f"Acumatica cannot be polled for {entity}.")

    def parse_push(self, headers: Mapping[str, str], body: bytes) -> Push:
        return push.parse(body, tenant=self.client.tenant, preferences=self.preferences)

    def schema(self, entity: str) -> list[str]:
        return self._schema.of(entity)

    def close(self) -> None:
        self.client.close()

    def _inquiry(self) -> Rows | None:
        name = str(self.values.get("stock_gi") or "").strip()
        kind = str((self.preferences.get("inventory") or {}).get("quantity_kind") or "available")
        return Rows(self.client, name, kind) if name else None
