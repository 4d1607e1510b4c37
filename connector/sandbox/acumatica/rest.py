"""The routes of contract-based REST: endpoints, swagger, entities and inquiries. Facts, section 2."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from connector.sandbox.acumatica import actions, files, inquiries, rooms, swagger
from connector.sandbox.acumatica.answers import Problem, empty_body, exception, not_found, reply, unknown_route
from connector.sandbox.acumatica.entities import GUID
from connector.sandbox.acumatica.filters import FilterError
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.acumatica.writing import Writing

BUILD = "25.201.0213"


def register(app: Flask, system: Any) -> None:
    @app.get("/entity")
    def endpoints() -> Response:
        site = request.script_root
        listed = [
            {"name": "Default", "version": version, "href": f"{site}/entity/Default/{version}/"}
            for version in system.erp.switch("versions")
        ]
        if system.erp.switch("old_entity_list"):
            return reply(listed)
        return reply({"version": {"acumaticaBuildVersion": BUILD, "databaseVersion": BUILD}, "endpoints": listed})

    @app.get("/entity/<endpoint>/<version>/swagger.json")
    def schema(endpoint: str, version: str) -> Response:
        if endpoint.lower() != "default" or version not in system.erp.switch("versions"):
            return unknown_route(request.path)
        return reply(swagger.document(system.erp, version, request.script_root))

    @app.route("/entity/<endpoint>/<version>/<path:rest>", methods=["GET", "PUT", "PATCH", "POST", "DELETE"])
    def entity(endpoint: str, version: str, rest: str) -> Response:
        if endpoint.lower() != "default" or version not in system.erp.switch("versions"):
            return unknown_route(request.path)
        name, *keys = rest.strip("/").split("/")  # %2F counts as a slash, as it does in IIS
        if name.lower() in (lacking.lower() for lacking in system.erp.switch("missing_entities")):
            return unknown_route(request.path)
        if name.lower() == "files":
            return attached(system, keys)
        if name.lower() in inquiries.LOWER:
            return inquiry(system, name, version)
        found = ENTITIES.get(name.lower())
        if found is None:
            return unknown_route(request.path)
        return dispatch(system, rooms.records(system.erp, found, version, request.script_root), keys)


def attached(system: Any, keys: list[str]) -> Response:
    """GET .../files/{id}; PUT .../files/{graph}/{view}/{record id}/{name}."""
    if request.method == "GET" and len(keys) == 1:
        return files.fetch(system.erp, keys[0])
    if request.method == "PUT" and len(keys) == 4 and GUID.match(keys[2]):
        return files.put(system.erp, keys[2], keys[3])
    return unknown_route(request.path)


def inquiry(system: Any, name: str, version: str) -> Response:
    if request.method != "PUT":
        return reply({"message": f"The requested resource does not support http method '{request.method}'."}, 405)
    try:
        return reply(inquiries.answer(system.erp, name, json_body(), request.args.get("$expand", ""), version))
    except FilterError as error:
        return exception(str(error))


def dispatch(system: Any, records: Writing, keys: list[str]) -> Response:
    method, wanted = request.method, len(records.entity.keys)
    if keys and keys[0] == "$adHocSchema" and method == "GET":
        return reply({"id": None, "custom": {}, "_workflowActions": []})
    if method == "POST" and keys and len(keys) == 1:
        return actions.run(system, records, keys[0], json_body())
    if method == "GET" and len(keys) == 3 and keys[1].lower() == "status":
        return actions.status(system, keys[2])
    if not keys:
        if method == "GET":
            return delegate(system, records) or listing(records)
        if method == "PUT" or (method == "PATCH" and records.version >= "25"):
            conflict(system, records)
            return records.put(json_body(), request, only_update=method == "PATCH")
        return reply(
            {"message": f"The requested resource does not support http method '{method}'."},
            406 if method == "POST" else 405,
        )
    if method == "POST" or (len(keys) != wanted and not GUID.match(keys[0])):
        return unknown_route(request.path)
    doc = records.by_id(keys[0]) if GUID.match(keys[0]) else records.by_keys(keys)
    if method not in ("GET", "DELETE"):
        return reply({"message": f"The requested resource does not support http method '{method}'."}, 405)
    if doc is None:
        raise not_found()
    if method == "GET":
        return reply(records.show(doc, request.args))
    with system.store.unit(method, request.path) as unit:
        now = records.by_id(doc["id"])  # as it is now that nobody else writes
        if now is None:
            raise not_found()
        records.delete(now, unit)
    return Response(status=204)


def delegate(system: Any, records: Writing) -> Response | None:
    """What a list answers that expands a detail which the site cannot read in bulk. Facts, section 2.5."""
    asked = {part.strip().split("/")[0].lower() for part in request.args.get("$expand", "").split(",")}
    for name in system.erp.switch("delegate_views"):
        entity, _, detail = name.partition("/")
        if entity.lower() == records.entity.name.lower() and detail.lower() in asked:
            text = "Optimization cannot be performed.The following fields cause the error:\r\n"
            kind = "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"
            return exception(f"{text}{detail}: View {detail} has BQL delegate", kind)
    return None


def conflict(system: Any, records: Writing) -> None:
    """Refuse a PUT while the switch says so. Raises Problem."""
    left = int(system.erp.switch("conflicts"))
    if left:
        system.store.set("switches", {**system.store.setting("switches", {}), "conflicts": left - 1})
        text = f"Error: Another process has updated the '{records.entity.name}' record. Your changes will be lost."
        raise Problem(exception(text, "PX.Data.PXLockViolationException"))


def listing(records: Writing) -> Response:
    docs = records.chosen(request.args.get("$filter", ""))
    try:
        skip, top = int(request.args.get("$skip", 0)), request.args.get("$top")
        docs = docs[skip : skip + int(top) if top is not None else None]
    except ValueError:
        return exception("The value of $top or $skip is not a whole number.", "Microsoft.Data.OData.ODataException")
    args = {**request.args.to_dict(), "sandbox.list": "1"}
    return reply([records.show(doc, args, number) for number, doc in enumerate(docs, 1)])


def json_body() -> dict[str, Any]:
    """The body as an object. Raises Problem: 400 for an empty or broken one."""
    if not request.get_data():
        raise Problem(empty_body())
    body = request.get_json(silent=True, force=True)
    if not isinstance(body, dict):
        raise Problem(
            reply(
                {"message": "The request is invalid.", "modelState": {"": ["Unexpected character encountered."]}}, 400
            )
        )
    return body
