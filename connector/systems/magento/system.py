"""Magento 2 as a System: one object for each configured store. The work is in the modules beside it, one an entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from connector.clock import CLOCK, Clock
from connector.errors import Fail
from connector.records import CATEGORY, CUSTOMER, INVENTORY, PRICE, PRODUCT, Record
from connector.systems.base import (
    Capabilities,
    Check,
    Choice,
    Endpoint,
    Field,
    Gate,
    Page,
    Push,
    Reference,
    Setting,
    System,
    View,
    Written,
)
from connector.systems.magento import find, imagined, lists, push, reserved, schema
from connector.systems.magento.attributes import Attributes, CustomerAttributes
from connector.systems.magento.categories import Categories
from connector.systems.magento.check import check
from connector.systems.magento.client import Client
from connector.systems.magento.composites import Composites
from connector.systems.magento.customers import Customers
from connector.systems.magento.directory import Directory
from connector.systems.magento.endpoints import ENDPOINTS
from connector.systems.magento.entity import Entity
from connector.systems.magento.invoices import Invoices
from connector.systems.magento.memos import CreditMemos
from connector.systems.magento.orders import Orders
from connector.systems.magento.pictures import Images
from connector.systems.magento.prices import Prices
from connector.systems.magento.products import Products
from connector.systems.magento.relations import Relations
from connector.systems.magento.settings import CAPABILITIES, SETTINGS
from connector.systems.magento.shipments import Shipments
from connector.systems.magento.shop import Shop
from connector.systems.magento.status import ProductStatuses
from connector.systems.magento.statuses import Statuses
from connector.systems.magento.stock import Stocks
from connector.systems.magento.store import Store
from connector.systems.magento.taxes import TaxCategories

ENTITIES: tuple[type[Entity], ...] = (
    Products,
    Prices,
    Stocks,
    TaxCategories,
    Attributes,
    CustomerAttributes,
    Categories,
    ProductStatuses,
    Composites,
    Relations,
    Customers,
    Orders,
    Statuses,
    Shipments,
    Invoices,
    CreditMemos,
)
OF_PRODUCT = (PRODUCT, PRICE, INVENTORY)  # found by SKU
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
    references: ClassVar[tuple[Reference, ...]] = lists.REFERENCES
    endpoints: ClassVar[tuple[Endpoint, ...]] = ENDPOINTS

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        preferences: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, gate=gate, clock=clock, preferences=preferences)
        paths = (self.preferences.get("endpoints") or {}).get("store")
        self.client = Client(self.values, gate=self.gate, clock=clock, paths=paths)
        self.store = Store(self.client, clock)
        self.directory = Directory(self.client, clock)
        self.shop = Shop(self.client, self.store, self.directory, self.values, self.preferences, clock)
        self.entities: dict[str, Entity] = {kind.name: kind(self.shop) for kind in ENTITIES}
        self.entities[Images.name] = Images(self.shop, self._picture)

    def check(self) -> Check:
        return check(self.client, self.store, self.values, self.preferences, self.clock)

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """What the store has of these records; of the price and stock of a product, what it has of the product."""
        return self._entity(entity).read_many(keys) if keys else {}

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        return self._entity(entity).changed_since(since, position)

    def parse_push(self, headers: Mapping[str, str], body: bytes) -> Push:
        return push.parse(headers, body)

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """The products of these SKUs, without quantities: one request for up to 100. Others have their own key."""
        found = self._entity(entity)
        if not keys:
            return {}
        return dict(find.products(self.client, keys)) if entity in OF_PRODUCT else found.read_many(keys)

    def find_like(self, entity: str, records: Sequence[Record]) -> dict[str, Record]:
        return self._entity(entity).find_like(records) if records else {}

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        if not records:
            return []
        if len({record.entity for record in records}) > 1:
            raise Fail(f"{self.label} cannot write a mixture of entities.")
        return self._entity(records[0].entity).write_many(records, known)

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        """As the settings of the entity say; what goes with another record is skipped."""
        return self._entity(entity).delete(key, target_id)

    def imagine(self, method: str, path: str, body: Any) -> Any:
        return imagined.answer(method, path, body)

    def reason(self, record: Record, name: str) -> str:
        return imagined.reason(record, name)

    def open_orders(self, keys: Sequence[str], since: datetime) -> dict[str, dict[str, Decimal]]:
        return reserved.open_orders(self.client, keys, since)

    def schema(self, entity: str) -> list[str]:
        names = list(FIELDS.get(entity, ()))
        if entity == PRODUCT:
            rows = self.client.search("/products/attributes", fields="attribute_code", sort="attribute_id")
            names += sorted({str(row["attribute_code"]) for row in rows} - set(names))
        if entity in (CATEGORY, CUSTOMER):
            names = [field.name for field in self.fields(entity)]
        return names

    def fields(self, entity: str) -> list[Field]:
        return schema.fields(self.shop, entity)

    def reference(self, name: str) -> list[Choice]:
        return lists.reference(self.shop, name)

    def views(self) -> list[View]:
        return self.directory.views()

    def now(self) -> datetime | None:
        """What the shop's clock says, by the Date header of a small answer (to the second)."""
        answer = self.client.call("GET", "/store/websites")
        try:
            return parsedate_to_datetime(answer.headers.get("Date", ""))
        except (TypeError, ValueError):
            return None

    def reindex(self, entity: str) -> str:
        """Post to the shop's own route where it has one: Magento's API starts no indexer (facts/MAGENTO.md, prices)."""
        path = "/" + str(self.values.get("reindex_path") or "").strip().strip("/").removeprefix("V1/")
        if path == "/":
            return "Magento has no call that starts its indexers: they run on save, or by its schedule."
        self.client.call("POST", path, body={"entity": entity})
        return f"POST {path} was answered."

    def zone(self) -> str:
        """The time zone of the shop's first store view."""
        rows = self.client.call("GET", "/store/storeConfigs").data
        zones = [str(row.get("timezone") or "") for row in rows or () if isinstance(row, Mapping)]
        return next((zone for zone in zones if zone), "")

    def close(self) -> None:
        self.client.close()

    def _picture(self, address: str) -> bytes:
        """The bytes of a picture of the source. Raises Fail when nobody has said where they are read."""
        if self.fetch is None:
            raise Fail("Nobody has said where pictures are read from.", code="magento.no_pictures")
        return self.fetch(address)

    def _entity(self, name: str) -> Entity:
        found = self.entities.get(name)
        if found is None:
            raise Fail(f"Magento has no {name}.")
        return found
