"""The addresses of the generic inquiries and of the tables; Basic, bearer or a session opens them. Facts, section 4."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, redirect, request

from connector.sandbox.acumatica import dac, odata
from connector.sandbox.acumatica.answers import unknown_route


def register(app: Flask, system: Any) -> None:
    def allowed(tenant: str) -> Response | None:
        authorization = request.headers.get("Authorization", "")
        signed = authorization.startswith("Basic ") and system.sessions.basic(authorization)
        if not signed and system.sessions.find(request.cookies, authorization) is None:
            return Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Acumatica"'})
        return None if tenant in system.erp.switch("tenants") else unknown_route(request.path)

    def root(path: str) -> str:
        return f"{request.host_url.rstrip('/')}{request.script_root}{path}"

    @app.get("/t/<tenant>/api/odata/gi")
    def gi_list(tenant: str) -> Response:
        return allowed(tenant) or odata.service(system.erp, root(f"/t/{tenant}/api/odata/gi"))

    @app.get("/t/<tenant>/api/odata/gi/$metadata")
    def gi_metadata(tenant: str) -> Response:
        return allowed(tenant) or odata.metadata(system.erp)

    @app.get("/t/<tenant>/api/odata/gi/<name>")
    def gi(tenant: str, name: str) -> Response:
        return allowed(tenant) or odata.answer(system.erp, name, request.args, root(f"/t/{tenant}/api/odata/gi"))

    @app.get("/t/<tenant>/api/odata/dac")
    def dac_list(tenant: str) -> Response:
        return allowed(tenant) or dac.service(root(f"/t/{tenant}/api/odata/dac"))

    @app.get("/t/<tenant>/api/odata/dac/<name>")
    def dac_table(tenant: str, name: str) -> Response:
        return allowed(tenant) or dac.answer(system.erp, name, request.args, root(f"/t/{tenant}/api/odata/dac"))

    @app.get("/odata/<tenant>/<name>")
    def gi_old(tenant: str, name: str) -> Response:
        return allowed(tenant) or odata.answer(system.erp, name, request.args, root(f"/odata/{tenant}"), old=True)

    @app.get("/t/<tenant>")
    def tenant_home(tenant: str) -> Any:
        return redirect("/")
