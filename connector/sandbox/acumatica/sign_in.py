"""The routes to get in: login and logout, tokens, and the guard in front of everything else."""

from __future__ import annotations

import re
import secrets
from contextlib import ExitStack
from typing import Any

from flask import Flask, Response, g, request

from connector.sandbox.acumatica.answers import DENIED, empty_body, exception, reply
from connector.sandbox.acumatica.session import Refused

DANGEROUS = re.compile(r"[<>*%&:\\?]")  # what ASP.NET refuses in a path


def register(app: Flask, system: Any) -> None:
    _guard(app, system)
    _sessions(app, system)
    _tokens(app, system)


def _guard(app: Flask, system: Any) -> None:
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


def _sessions(app: Flask, system: Any) -> None:
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


def _tokens(app: Flask, system: Any) -> None:
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
