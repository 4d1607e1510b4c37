"""The web application of the simulated ERP: routes to sessions, records, inquiries and OData."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from connector.sandbox import control
from connector.sandbox.acumatica import controls, customization_routes, desk_routes, odata_routes, pages, rest, sign_in
from connector.sandbox.acumatica.answers import Problem, exception, face, reply
from connector.sandbox.acumatica.desk import Desk
from connector.sandbox.acumatica.erp import SETTINGS, Erp
from connector.sandbox.acumatica.push import Sender
from connector.sandbox.acumatica.session import Sessions
from connector.sandbox.faults import FaultLayer, Faults
from connector.sandbox.server import Wsgi
from connector.sandbox.store import Store
from connector.sandbox.traffic import Traffic

SITE = re.compile(
    r"^/(?!entity/|identity/|t/|odata/|CustomizationApi/|_sandbox/)([\w-]+)"
    r"(/(?:entity|identity|t|odata|Frames|CustomizationApi)(?:/.*)?)$"
)


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
        self.layer = FaultLayer(site_prefix(self.app.wsgi_app), self.faults, face)
        self.wsgi: Wsgi = self.calls.layer(self.layer)

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
        if options.get("composites"):
            Desk(self.erp).composites()
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
    desk_routes.register(app, system)
    pages.register(app, system)
    sign_in.register(app, system)
    rest.register(app, system)
    odata_routes.register(app, system)
    customization_routes.register(app, system)
    _errors(app)
    return app


def _errors(app: Flask) -> None:
    """Whatever goes wrong is said in the ERP's own shapes."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response

    @app.errorhandler(Exception)
    def crash(error: Exception) -> Any:
        app.logger.exception("a request that no handler expects")
        return exception(str(error), f"System.{type(error).__name__}")

    @app.errorhandler(HTTPException)
    def routing(error: HTTPException) -> Any:
        return (
            error if request.path.startswith("/_sandbox") else reply({"message": error.description}, error.code or 500)
        )
