"""Acumatica as a System: puts the parts together and knows nothing that they know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.clock import CLOCK, Clock
from connector.errors import Fail
from connector.records import Record
from connector.systems.acumatica import (
    check,
    entities,
    features,
    fields,
    images,
    imagined,
    prices,
    push,
    references,
    zones,
)
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.customization import Installer
from connector.systems.acumatica.endpoints import ENDPOINTS
from connector.systems.acumatica.entities import HANDLERS, READS, WRITES
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.odata import Rows
from connector.systems.acumatica.schema import Schema
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.acumatica.stock import Warehouses
from connector.systems.base import (
    Capabilities,
    Check,
    Choice,
    Feature,
    Field,
    Gate,
    Package,
    Page,
    Push,
    Step,
    System,
    Written,
)


class Acumatica(System):
    """One tenant of an Acumatica site, over its public REST and OData interfaces."""

    name = "acumatica"
    label = "Acumatica"
    role = "erp"
    settings = SETTINGS
    capabilities = Capabilities(reads=READS, writes=WRITES, pushes=frozenset(push.SETTINGS) & READS, parallel=2)
    references = references.REFERENCES
    endpoints = ENDPOINTS

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        preferences: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, gate=gate, clock=clock, preferences=preferences)
        self.client = Client(self.values, self.gate, clock, self.preferences)
        self.warehouses = Warehouses(self.client, clock, self.preferences)
        self.prices = prices.wish(self.preferences)
        self.inquiry = self._inquiry()
        self._schema = Schema(self.client)
        self.erp = Erp(self.client, clock, self.preferences, self.warehouses, self.prices, self.inquiry, self._schema)

    def check(self) -> Check:
        return check.Checker(self.client, self.warehouses, self.clock).run()

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        read = HANDLERS.get(entity, entities.NONE).read
        if read is None:
            raise Fail(f"Acumatica cannot be read for {entity}.")
        return dict(read(self.erp, keys)) if keys else {}

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        changed = HANDLERS.get(entity, entities.NONE).changed
        if changed is None:
            raise Fail(f"Acumatica cannot be polled for {entity}.")
        return changed(self.erp, since, position)

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        if not records:
            return []
        write = HANDLERS.get(records[0].entity, entities.NONE).write
        if write is None:
            raise Fail(f"Acumatica cannot be written to for {records[0].entity}.")
        return write(self.erp, records, known)

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        delete = HANDLERS.get(entity, entities.NONE).delete
        if delete is None:
            raise Fail(f"Nothing of {entity} is ever deleted in Acumatica.")
        return delete(self.erp, key, target_id)

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        return self.read_many(entity, keys) if entity in WRITES & READS else {}

    def find_like(self, entity: str, records: Sequence[Record]) -> dict[str, Record]:
        alike = HANDLERS.get(entity, entities.NONE).alike
        if alike is None:
            return self.find(entity, [record.key for record in records])
        return dict(alike(self.erp, records)) if records else {}

    def seats(self) -> tuple[int, int]:
        return self.client.pool.seats()

    def parse_push(self, headers: Mapping[str, str], body: bytes) -> Push:
        return push.parse(body, tenant=self.client.tenant, preferences=self.preferences)

    def imagine(self, method: str, path: str, body: Any) -> Any:
        return imagined.answer(method, path, body)

    def reason(self, record: Record, name: str) -> str:
        return imagined.reason(record, name)

    def schema(self, entity: str) -> list[str]:
        return self._schema.of(entity)

    def fields(self, entity: str) -> list[Field]:
        return fields.read(self.erp, entity)

    def reference(self, name: str) -> list[Choice]:
        return references.read(self.erp, name)

    def download(self, address: str) -> bytes:
        return images.download(self.erp, address)

    def now(self) -> datetime | None:
        return check.site_clock(self.client)

    def zone(self) -> str:
        return zones.of(self.client.locale())

    def features(self) -> list[Feature]:
        return features.read(self.client)

    def query(self, name: str) -> int:
        return len(Rows(self.client, name).page({"$top": 1}))

    def install(self, package: Package) -> Iterator[Step]:
        return Installer(self.client, self.clock).run(package)

    def close(self) -> None:
        self.client.close()

    def _inquiry(self) -> Rows | None:
        name = str(self.values.get("stock_gi") or "").strip()
        kind = str((self.preferences.get("inventory") or {}).get("quantity_kind") or "available")
        return Rows(self.client, name, kind) if name else None
