"""Names of the fields that this site has, from its own swagger: what a mapping page can offer.

Both dialects: Swagger 2 (`definitions`) up to 23.200, OpenAPI 3 (`components.schemas`) since 24.200
(facts/ACUMATICA.md section 2.1). Custom fields are told by the ad hoc schema of an entity (2.2). It knows how the
site describes itself, and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.errors import Fail
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica.client import Client, strange

SCHEMAS = {
    PRODUCT: ("StockItem", "NonStockItem"),
    PRICE: ("StockItem", "NonStockItem"),
    INVENTORY: ("StorageDetailsInquiry/StorageDetails",),
}
TYPED = (
    "StockItem",
    "NonStockItem",
    "ItemSalesCategory",
    "Customer",
    "Contact",
    "Address",
    "Customer/Salespersons",
    "Customer/PaymentInstructions",
)


class Schema:
    """The site's swagger, read once: it has megabytes."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._fields: dict[str, list[str]] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._custom: dict[str, dict[str, str]] = {}

    def of(self, entity: str) -> list[str]:
        """Sorted names of the entity's fields. Raises Retry, Refused or Fail."""
        self._read()
        return self._fields.get(entity, [])

    def types(self, schema: str) -> dict[str, str]:
        """Fields of one of the schemas TYPED with their type (StringValue, DecimalValue ...)."""
        self._read()
        return self._types.get(schema, {})

    def custom(self, entity: str) -> dict[str, str]:
        """Custom fields of an entity, "View.Field" with its type; none where the site does not tell (facts 2.2)."""
        if entity not in self._custom:
            self._custom[entity] = dict(self._ad_hoc(entity))
        return self._custom[entity]

    def _ad_hoc(self, entity: str) -> Iterator[tuple[str, str]]:
        try:
            data = self.client.entity("GET", f"{entity}/$adHocSchema").data
        except Fail:
            return  # not there on this build, or not for this user: the other fields still are
        views = data.get("custom") if isinstance(data, Mapping) else None
        for view, inside in views.items() if isinstance(views, Mapping) else ():
            for name, what in inside.items() if isinstance(inside, Mapping) else ():
                yield f"{view}.{name}", str(what.get("type") or "") if isinstance(what, Mapping) else ""

    def _read(self) -> None:
        if self._fields:
            return
        data = self.client.entity("GET", "swagger.json").data
        if not isinstance(data, Mapping):
            raise strange("the description of its fields")
        schemas = _schemas(data)
        self._types = {name: simple(schemas, name) for name in TYPED}
        self._fields = {name: sorted(names(data, wanted)) for name, wanted in SCHEMAS.items()}


def names(swagger: Mapping[str, Any], schemas: tuple[str, ...]) -> set[str]:
    """Fields of any of the named schemas; `Entity/Detail` means the rows of that detail."""
    found = _schemas(swagger)
    return {name for schema in schemas for name in simple(found, schema)}


def simple(schemas: Mapping[str, Any], name: str) -> dict[str, str]:
    """The fields of a schema that are single values, with their type; details and linked entities are left out."""
    properties = _properties(_named(schemas, name))
    return {field: target.rpartition("/")[2] for field, target in properties if _simple(target)}


def _schemas(swagger: Mapping[str, Any]) -> Mapping[str, Any]:
    components = swagger.get("components")
    found = components.get("schemas") if isinstance(components, Mapping) else swagger.get("definitions")
    return found if isinstance(found, Mapping) else {}


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
