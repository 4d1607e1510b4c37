"""`swagger.json` of one endpoint version: which entities there are, which fields, which calls."""

from __future__ import annotations

from typing import Any

from connector.sandbox.acumatica.actions import ACTIONS
from connector.sandbox.acumatica.entity import Entity
from connector.sandbox.acumatica.inquiries import PARAMETERS, ROWS
from connector.sandbox.acumatica.model import ENTITIES, detail_of
from connector.sandbox.acumatica.shapes import SHAPES, Shape


def value(kind: str) -> str:
    return f"{kind}Value"


def document(erp: Any, version: str, site: str) -> dict[str, Any]:
    """OpenAPI 3.0.1 from 24.200 on, Swagger 2.0 before (facts/ACUMATICA.md, section 2.1)."""
    modern = int(version[:2]) >= 24
    root = "#/components/schemas/" if modern else "#/definitions/"
    schemas = values() | base()
    paths: dict[str, Any] = {}
    for name, of in SHAPES.items():
        schemas[name] = extended(root, of_shape(of, version, root))
    for entity in ENTITIES.values():
        if entity.name in erp.switch("missing_entities"):
            continue
        paths |= of_entity(entity)
        if entity.shape:
            continue
        properties: dict[str, Any] = {
            name: {"$ref": root + value(kind)} for name, kind in sorted(entity.fields_of(version).items())
        }
        for detail in entity.details:
            row = f"{entity.name}{detail}Row"
            schemas[row] = extended(
                root, {name: {"$ref": root + value(kind)} for name, kind in detail_of(entity, detail)[1].items()}
            )
            properties[detail] = {"type": "array", "items": {"$ref": root + row}}
        schemas[entity.name] = extended(root, properties)
    for name, (detail, header) in PARAMETERS.items():
        if name in erp.switch("missing_entities"):
            continue
        row = f"{name}Row"
        schemas[row] = extended(
            root, {field: {"$ref": root + value(kind)} for field, kind in ROWS[name](erp, {})[1].items()}
        )
        properties = {field: {"$ref": root + value(kind)} for field, kind in header.items()}
        schemas[name] = extended(root, {**properties, detail: {"type": "array", "items": {"$ref": root + row}}})
        paths[f"/{name}"] = {"put": operation(name, "PutEntity")}
    head: dict[str, Any] = {"info": {"title": f"Default/{version}", "version": "1"}, "paths": paths}
    where = f"{site}/entity/Default/{version}"
    if modern:
        return {"openapi": "3.0.1", **head, "servers": [{"url": where}], "components": {"schemas": schemas}}
    return {"swagger": "2.0", **head, "basePath": where, "definitions": schemas}


def of_shape(of: Shape, version: str, root: str) -> dict[str, Any]:
    """Fields, then linked records by reference, then details as lists of references."""
    found: dict[str, Any] = {name: {"$ref": root + value(kind)} for name, kind in sorted(of.fields_of(version).items())}
    found |= {name: {"$ref": root + inner} for name, inner in of.linked.items()}
    return found | {name: {"type": "array", "items": {"$ref": root + inner}} for name, inner in of.details.items()}


def of_entity(entity: Entity) -> dict[str, Any]:
    keys = "/".join(f"{{{key}}}" for key in entity.keys)
    acts = {
        f"/{entity.name}/{name}": {"post": operation(entity.name, f"InvokeAction_{name}")}
        for name in ACTIONS.get(entity.name.lower(), ())
    }
    return acts | {
        f"/{entity.name}": {"get": operation(entity.name, "GetList"), "put": operation(entity.name, "PutEntity")},
        f"/{entity.name}/{keys}": {
            "get": operation(entity.name, "GetByKeys"),
            "delete": operation(entity.name, "DeleteByKeys"),
        },
    }


def operation(name: str, kind: str) -> dict[str, Any]:
    return {"tags": [name], "operationId": f"{name}_{kind}", "responses": {"200": {"description": "OK"}}}


def extended(root: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"allOf": [{"$ref": root + "Entity"}, {"type": "object", "properties": properties}]}


def base() -> dict[str, Any]:
    inner = {"id": {"type": "string", "format": "uuid"}, "rowNumber": {"type": "integer", "format": "int64"},
             "note": {}, "custom": {"type": "object"}, "error": {"type": "string"}}  # fmt: skip
    return {"Entity": {"type": "object", "properties": inner}}


def values() -> dict[str, Any]:
    types: dict[str, dict[str, Any]] = {
        "String": {"type": "string"},
        "Decimal": {"type": "number"},
        "Boolean": {"type": "boolean"},
        "Int": {"type": "integer"},
        "Short": {"type": "integer"},
        "DateTime": {"type": "string", "format": "date-time"},
        "Guid": {"type": "string", "format": "uuid"},
    }
    return {value(kind): {"type": "object", "properties": {"value": shape}} for kind, shape in types.items()}
