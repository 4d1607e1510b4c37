"""Names of the fields that this site has, from its own swagger: what a mapping page can offer.

Both dialects: Swagger 2 (`definitions`) up to 23.200, OpenAPI 3 (`components.schemas`) since 24.200
(facts/ACUMATICA.md section 2.1). Only fields with a value; details and linked entities are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica.client import Client, strange

SCHEMAS = {
    PRODUCT: ("StockItem", "NonStockItem"),
    PRICE: ("StockItem", "NonStockItem"),
    INVENTORY: ("StorageDetailsInquiry/StorageDetails",),
}


class Schema:
    """The site's swagger, read once: it has megabytes."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._fields: dict[str, list[str]] = {}

    def of(self, entity: str) -> list[str]:
        """Sorted names of the entity's fields. Raises Retry, Refused or Fail."""
        if not self._fields:
            data = self.client.entity("GET", "swagger.json").data
            if not isinstance(data, Mapping):
                raise strange("the description of its fields")
            self._fields = {name: sorted(names(data, schemas)) for name, schemas in SCHEMAS.items()}
        return self._fields.get(entity, [])


def names(swagger: Mapping[str, Any], schemas: tuple[str, ...]) -> set[str]:
    """Fields of any of the named schemas; `Entity/Detail` means the rows of that detail."""
    components = swagger.get("components")
    found = components.get("schemas") if isinstance(components, Mapping) else swagger.get("definitions")
    all_schemas: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    return {name for schema in schemas for name, target in _properties(_named(all_schemas, schema)) if _simple(target)}


def _named(schemas: Mapping[str, Any], name: str) -> Any:
    entity, _, detail = name.partition("/")
    if not detail:
        return schemas.get(entity)
    row = dict(_properties(schemas.get(entity))).get(detail, "")
    return schemas.get(row.rpartition("/")[2])


def _properties(schema: Any) -> Iterator[tuple[str, str]]:
    """Names of a schema's properties with what they (or their rows) refer to."""
    if not isinstance(schema, Mapping):
        return
    for part in schema.get("allOf") or ():
        yield from _properties(part)
    for name, what in (schema.get("properties") or {}).items():
        if isinstance(what, Mapping):
            yield name, str(what.get("$ref") or (what.get("items") or {}).get("$ref") or "")


def _simple(target: str) -> bool:
    """True for the schemas of single values (StringValue, DecimalValue ...), false for linked entities and rows."""
    return target.endswith("Value") and not target.endswith("/AttributeValue")
