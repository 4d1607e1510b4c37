"""The routes of the Customization API: always 200, errors stand in the log. Facts, section 6.1."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from connector.sandbox.acumatica.answers import DENIED, reply, unknown_route
from connector.sandbox.acumatica.customization import DEFAULT, Projects
from connector.sandbox.control import refused


def register(app: Flask, system: Any) -> None:
    projects = Projects(system)

    @app.post("/CustomizationApi/<name>")
    def customize(name: str) -> Response:
        if system.sessions.find(request.cookies, request.headers.get("Authorization", "")) is None:
            return reply(DENIED, 401)
        body = request.get_json(silent=True)
        return answer(projects, name, body if isinstance(body, dict) else {})

    @app.route("/_sandbox/customization", methods=["GET", "PUT"])
    def state() -> Any:
        """What is imported and published; PUT sets `published`, or with an empty body starts afresh."""
        if request.method == "PUT":
            values = request.get_json(silent=True) or {}
            if set(values) - {"published"}:
                return refused(ValueError("Only `published` can be set: a list of names."))
            projects.keep(**{**DEFAULT, **values})
        now = projects.state
        return jsonify(published=now["published"], imported=sorted(now["projects"]), publishing=bool(now["running"]))


def answer(projects: Projects, name: str, body: dict[str, Any]) -> Response:
    if name == "import":
        return reply({"log": projects.take(body)})
    if name == "publishBegin":
        return reply({"log": projects.begin(body)})
    if name == "publishEnd":
        return reply(projects.end())
    if name == "getPublished":
        return reply(projects.names())
    if name == "unpublishAll":
        return reply({"log": projects.unpublish_all()})
    if name == "delete":
        return reply({"log": projects.delete(str(body.get("projectName") or ""))})
    return unknown_route(request.path)
