"""The web application of the simulated store: from an address to a handler, and from a refusal to an answer.

The order of checks is Magento's: store code, route, token, content type, body. Sources: facts/MAGENTO.md,
sections 1 to 3 and 17.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from flask import Flask, Response

from connector.sandbox import control
from connector.sandbox.faults import FREE, FaultLayer, Faults
from connector.sandbox.magento import controls, gateway, pages
from connector.sandbox.magento.auth import Auth
from connector.sandbox.magento.bulk import Bulks
from connector.sandbox.magento.gateway import JSON, PAGE
from connector.sandbox.magento.routing import CRASH, Crash, Refusal
from connector.sandbox.magento.shop import CHOICES, SETTINGS, Shop
from connector.sandbox.magento.traffic import Traffic
from connector.sandbox.server import Wsgi
from connector.sandbox.store import Store

LONGEST_URL, BIGGEST_BODY = 8 * 1024, 64 * 1024 * 1024
NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)


class Magento:
    """The store with all that hangs on it. `wsgi` is what a server serves."""

    name = "magento"
    defaults = SETTINGS
    choices = CHOICES

    def __init__(self, folder: Path | str) -> None:
        path = folder if str(folder) == ":memory:" else Path(folder) / "magento.sqlite"
        self.store = Store(path)
        self.faults = Faults(self.store)
        self.shop = Shop(self.store)
        self.auth = Auth(self.shop)
        self.bulks = Bulks(self.shop)
        self.traffic = Traffic(self.shop)
        self.calls = control.Calls()
        self.app = build(self)
        self.layer = FaultLayer(web_server(self.app.wsgi_app), self.faults, face)
        self.wsgi: Wsgi = self.calls.layer(self.layer)

    def start(self) -> None:
        """Nothing runs by itself."""

    def stop(self) -> None:
        self.traffic.stop()
        self.bulks.stop()
        self.store.close()

    def reset(self, options: dict[str, Any]) -> dict[str, Any]:
        """A store without products; `fixture: "bare"` is a fresh installation."""
        self.traffic.stop()
        self.shop.reset(str(options.get("fixture", "sandbox")))
        return {"products": 0, "epoch": self.store.epoch}

    def switches(self) -> dict[str, Any]:
        return {name: self.shop.switch(name) for name in SETTINGS}

    def switched(self) -> None:
        self.shop.wind()

    def state(self, keys: list[str]) -> dict[str, Any]:
        return self.shop.state(keys)


def face(kind: str) -> tuple[int, str, bytes]:
    """The bodies of faults."""
    if kind == "maintenance":
        title = "Error 503: Service Unavailable"
        return 503, "text/html; charset=UTF-8", PAGE.format(title, "Service Temporarily Unavailable").encode()
    bodies = {
        "401": {"message": "The consumer isn't authorized to access %resources.", "parameters": {"resources": "self"}},
        "429": {"message": "Too Many Requests"},
    }
    body = bodies.get(
        kind, {"message": "Internal Error. Details are available in Magento log file. Report ID: webapi-sandbox"}
    )
    return int(kind) if kind in bodies else 500, JSON, json.dumps(body).encode()


def web_server(app: Wsgi) -> Wsgi:
    """What nginx refuses before PHP sees it: an address that is too long, a body that is too big."""

    def checked(environ: dict[str, Any], start_response: Any) -> Any:
        title = ""
        if len(environ.get("RAW_URI", "")) > LONGEST_URL:
            title = "414 Request-URI Too Large"
        elif int(environ.get("CONTENT_LENGTH") or 0) > BIGGEST_BODY:
            title = "413 Request Entity Too Large"
        if title and not FREE.match(environ["PATH_INFO"]):
            start_response(title, [("Content-Type", "text/html")])
            return [NGINX.format(title).encode()]
        return app(environ, start_response)

    return checked


def edition(system: Magento) -> str:
    return "Enterprise" if system.shop.switch("edition") == "commerce" else "Community"


def build(system: Magento) -> Flask:
    app = Flask(__name__, template_folder="../templates", static_folder="../static", static_url_path="/_sandbox/static")
    control.register(app, system)
    controls.register(app, system)
    pages.register(app, system)
    _rest(app, system)
    return app


def _rest(app: Flask, system: Magento) -> None:
    app.add_url_rule(
        "/magento_version",
        "version",
        lambda: Response(f"Magento/2.4 ({edition(system)})", content_type="text/html; charset=UTF-8"),
    )

    @app.get("/media/catalog/product/<path:path>")
    def picture(path: str) -> Response:
        """A product's picture, as the web server hands it out."""
        found = system.store.get("media_file", f"/{path}")
        if found is None:
            return Response("Not found", 404)
        return Response(base64.b64decode(found["data"]), content_type=found["type"])

    @app.route("/rest/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "DELETE"])
    @app.route("/rest/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def rest(rest: str) -> Response:
        try:
            return gateway.answer(system)
        except Refusal as error:
            return gateway.reply(error.body(), error.status)
        except Crash:
            return Response(CRASH, 500, content_type="text/plain; charset=utf-8")
        except (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError):
            app.logger.exception("a body that no handler expects")  # PHP has its TypeErrors as well
            return Response(CRASH, 500, content_type="text/plain; charset=utf-8")
