"""The web application of the simulated ERP: routes to sessions, records, inquiries and OData."""

from __future__ import annotations

import re
import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, redirect, request
from werkzeug.exceptions import HTTPException

from connector.sandbox import control
from connector.sandbox.acumatica import controls, inquiries, odata, pages, swagger
from connector.sandbox.acumatica.answers import DENIED, Problem, exception, face, not_found, reply, unknown_route
from connector.sandbox.acumatica.entities import GUID
from connector.sandbox.acumatica.erp import SETTINGS, Erp
from connector.sandbox.acumatica.filters import FilterError
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.acumatica.push import Sender
from connector.sandbox.acumatica.session import Refused, Sessions
from connector.sandbox.acumatica.writing import Writing
from connector.sandbox.faults import FaultLayer, Faults
from connector.sandbox.server import Wsgi
from connector.sandbox.store import Store
from connector.sandbox.traffic import Traffic

SITE = re.compile(r"^/(?!entity/|identity/|t/|odata/|_sandbox/)([\w-]+)(/(?:entity|identity|t|odata|Frames)(?:/.*)?)$")
DANGEROUS = re.compile(r"[<>*%&:\\?]")  # what ASP.NET refuses in a path
BUILD = "25.201.0213"


class Acumatica:
    """The ERP with all that hangs on it. `wsgi` is what a server serves."""

    name = "acumatica"
    defaults = SETTINGS

    def __init__(self, folder: Path | str) -> None:
        path = folder if str(folder) == ":memory:" else Path(folder) / "acumatica.sqlite"
        self.store = Store(path)
        self.faults = Faults(self.store)
        self.sender = Sender(self.store, self.faults)
        self.erp = Erp(self.store)
        self.sessions = Sessions(self.erp)
        self.traffic = Traffic(self.erp)
        self.calls = control.Calls()
        self.app = build(self)
        self.wsgi: Wsgi = self.calls.layer(FaultLayer(site_prefix(self.app.wsgi_app), self.faults, face))

    def start(self) -> None:
        self.sender.start()

    def stop(self) -> None:
        self.traffic.stop()
        self.sender.stop()
        self.store.close()

    def reset(self, options: dict[str, Any]) -> dict[str, Any]:
        """A clean catalogue; where pushes go and who is signed in stay as they are."""
        self.traffic.stop()
        count = int(options.get("products", 520))
        self.erp.reset(count, int(options.get("seed", 20260101)))
        self.sender.forget()
        return {"products": count, "epoch": self.store.epoch}

    def switches(self) -> dict[str, Any]:
        return {name: self.erp.switch(name) for name in self.defaults}

    def state(self, keys: list[str]) -> dict[str, Any]:
        return self.erp.state(keys)


def site_prefix(app: Wsgi) -> Wsgi:
    """Let the site live in a folder as well: /AnyName/entity/... is /entity/... with links that keep the folder."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        match = SITE.match(environ["PATH_INFO"])
        if match:
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = f"/{match[1]}", match[2]
        return app(environ, start_response)

    return wrapped


def build(system: Acumatica) -> Flask:
    app = Flask(__name__, template_folder="../templates", static_folder="../static", static_url_path="/_sandbox/static")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    control.register(app, system)
    controls.register(app, system)
    pages.register(app, system)
    _guard(app, system)
    _sign_in(app, system)
    _rest(app, system)
    _odata(app, system)
    return app


def _guard(app: Flask, system: Acumatica) -> None:
    """Who may pass, one request at a time for each session; errors in the ERP's shapes."""

    @app.before_request
    def enter() -> Response | None:
        g.stack = ExitStack()
        path = request.path
        if path.startswith("/entity") and not path.startswith("/entity/auth/login"):
            session = system.sessions.find(request.cookies, request.headers.get("Authorization", ""))
            if session is None:
                return reply(DENIED, 401)
            g.session = session
            g.stack.enter_context(system.sessions.turn(session))
            if DANGEROUS.search(path.removeprefix("/entity").replace("$adHocSchema", "")):
                text = "A potentially dangerous Request.Path value was detected from the client."
                return Response(f"<html><title>{text}</title></html>", 400, content_type="text/html; charset=utf-8")
        return None

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        g.pop("stack", ExitStack()).close()

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response

    @app.errorhandler(HTTPException)
    def routing(error: HTTPException) -> Any:
        return (
            error if request.path.startswith("/_sandbox") else reply({"message": error.description}, error.code or 500)
        )


def _sign_in(app: Flask, system: Acumatica) -> None:
    @app.post("/entity/auth/login")
    def login() -> Response:
        body = request.get_json(silent=True) or request.form
        if not body:
            return empty_body()
        tenant = str(body.get("tenant") or body.get("company") or "")
        try:
            session = system.sessions.login(
                str(body.get("name", "")), str(body.get("password", "")), tenant, str(body.get("branch") or "")
            )
        except Refused as error:
            return exception(error.text, error.kind)
        answer = Response(status=204)
        answer.set_cookie(".ASPXAUTH", secrets.token_hex(32).upper(), path="/", httponly=True)
        answer.set_cookie("ASP.NET_SessionId", session.id, path="/", httponly=True, samesite="Lax")
        answer.set_cookie("CompanyID", session.tenant, max_age=3 * 86400, path="/")
        answer.set_cookie("Locale", "Culture=en-US&TimeZone=GMTM0500A", max_age=3 * 86400, path="/")
        answer.set_cookie("UserBranch", "1", path="/")
        return answer

    @app.post("/entity/auth/logout")
    def logout() -> Response:
        system.sessions.logout(g.session)
        answer = Response(status=204)
        for name in (".ASPXAUTH", "ASP.NET_SessionId"):
            answer.delete_cookie(name)
        return answer

    @app.post("/identity/connect/token")
    def token() -> Response:
        kind = request.form.get("grant_type", "")
        if kind not in ("password", "refresh_token"):
            return reply({"error": "unsupported_grant_type"}, 400)
        granted = system.sessions.grant(request.form)
        refused = {"error": "invalid_grant", "error_description": "invalid_username_or_password"}
        return reply(granted) if granted else reply(refused, 400)

    @app.get("/identity/.well-known/openid-configuration")
    def discovery() -> Response:
        root = f"{request.host_url.rstrip('/')}{request.script_root}/identity"
        return reply({"issuer": root, "authorization_endpoint": f"{root}/connect/authorize",
                      "token_endpoint": f"{root}/connect/token", "userinfo_endpoint": f"{root}/connect/userinfo",
                      "grant_types_supported": ["authorization_code", "password", "refresh_token"]})  # fmt: skip

    @app.get("/Frames/Login.aspx")
    def tenant_page() -> Response:
        session = system.sessions.find(request.cookies, request.headers.get("Authorization", ""))
        if session is None:
            return Response(status=302, headers={"Location": "/"})
        field = f'<input type="hidden" id="txtSingleCompany" value="{session.tenant}">'
        return Response(f"<!DOCTYPE html><html><body>{field}</body></html>", content_type="text/html; charset=utf-8")


def _rest(app: Flask, system: Acumatica) -> None:
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
        if name.lower() in inquiries.LOWER:
            return inquiry(system, name, version)
        found = ENTITIES.get(name.lower())
        if found is None:
            return unknown_route(request.path)
        return dispatch(system, Writing(system.erp, found, version, request.script_root), keys)


def inquiry(system: Acumatica, name: str, version: str) -> Response:
    if request.method != "PUT":
        return reply({"message": f"The requested resource does not support http method '{request.method}'."}, 405)
    try:
        return reply(inquiries.answer(system.erp, name, json_body(), request.args.get("$expand", ""), version))
    except FilterError as error:
        return exception(str(error))


def dispatch(system: Acumatica, records: Writing, keys: list[str]) -> Response:
    method, wanted = request.method, len(records.entity.keys)
    if keys and keys[0] == "$adHocSchema" and method == "GET":
        return reply({"id": None, "custom": {}, "_workflowActions": []})
    if not keys:
        if method == "GET":
            return listing(records)
        if method == "PUT" or (method == "PATCH" and records.version >= "25"):
            return records.put(json_body(), request, only_update=method == "PATCH")
        return reply(
            {"message": f"The requested resource does not support http method '{method}'."},
            406 if method == "POST" else 405,
        )
    if len(keys) != wanted or method == "POST":
        return unknown_route(request.path)
    doc = records.by_id(keys[0]) if GUID.match(keys[0]) else records.by_key(keys[0])
    if method not in ("GET", "DELETE"):
        return reply({"message": f"The requested resource does not support http method '{method}'."}, 405)
    if doc is None:
        raise not_found()
    if method == "GET":
        return reply(records.show(doc, request.args))
    with system.store.unit(method, request.path) as unit:
        records.delete(doc, unit)
    return Response(status=204)


def listing(records: Writing) -> Response:
    docs = records.chosen(request.args.get("$filter", ""))
    try:
        skip, top = int(request.args.get("$skip", 0)), request.args.get("$top")
        docs = docs[skip : skip + int(top) if top is not None else None]
    except ValueError:
        return exception("The value of $top or $skip is not a whole number.", "Microsoft.Data.OData.ODataException")
    return reply([records.show(doc, request.args, number) for number, doc in enumerate(docs, 1)])


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


def empty_body() -> Response:
    return reply(
        {"message": "The request is invalid.", "modelState": {"": ["The request body should not be empty."]}}, 400
    )


def _odata(app: Flask, system: Acumatica) -> None:
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

    @app.get("/odata/<tenant>/<name>")
    def gi_old(tenant: str, name: str) -> Response:
        return allowed(tenant) or odata.answer(system.erp, name, request.args, root(f"/odata/{tenant}"), old=True)

    @app.get("/t/<tenant>")
    def tenant_home(tenant: str) -> Any:
        return redirect("/")
