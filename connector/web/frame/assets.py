"""Files that installed packages bring: htmx, Bootstrap's sheet and icons. Nothing is fetched from elsewhere.

django-js-lib-htmx is used for its static file only; Django itself is neither installed nor imported.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, url_for
from markupsafe import Markup

blueprint = Blueprint("assets", __name__, url_prefix="/assets")
HTMX = version("django-js-lib-htmx")
BOOTSTRAP = version("bootstrap-flask")
YEAR = 365 * 24 * 3600


@blueprint.get(f"/htmx-{HTMX}.min.js")
def htmx() -> Response:
    """htmx, under a name that changes with its version."""
    text = files("js_lib_htmx").joinpath("static/htmx/htmx.min.js").read_bytes()
    return _long_lived(Response(text, mimetype="text/javascript"))


@blueprint.get(f"/dark-{BOOTSTRAP}.css")
def dark() -> Response:
    """Bootstrap's dark colours for browsers whose user asks for dark, also where no script runs."""
    return _long_lived(Response(_dark_rules(), mimetype="text/css"))


@cache
def _dark_rules() -> str:
    """Bootstrap puts its dark rules behind an attribute; the same rules behind the user's own preference."""
    sheet = _bootstrap("css/bootstrap.min.css")
    rules = re.findall(r"([^{}]*\[data-bs-theme=dark\][^{}]*)(\{[^{}]*\})", sheet)
    preferred = (f"{sel.replace('[data-bs-theme=dark]', ':root:not([data-bs-theme])')}{body}" for sel, body in rules)
    return "@media (prefers-color-scheme: dark) {\n" + "\n".join(preferred) + "\n}\n"


def _bootstrap(name: str) -> str:
    folder = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5"
    return (folder / name).read_text(encoding="utf-8")


@cache
def _symbols() -> dict[str, str]:
    """Every icon's drawing by its name, from Bootstrap's sprite (a megabyte: too much for each visitor)."""
    found = re.findall(r'<symbol[^>]* id="([a-z0-9-]+)">(.*?)</symbol>', _bootstrap("icons/bootstrap-icons.svg"))
    return dict(found)


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> Markup:
    """A Bootstrap icon drawn into the page. Without a label it is decoration and hidden from screen readers.

    Raises KeyError for a name that Bootstrap Icons does not have.
    """
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    head = Markup('<svg class="bi" width="1em" height="1em" fill="currentColor" viewBox="0 0 16 16" {}>').format(said)
    return head + Markup(_symbols()[name]) + Markup("</svg>")


@cache
def _fingerprint(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def static_file(name: str) -> str:
    """The address of one of our own static files, with a fingerprint so that it may be kept for a year."""
    return url_for("static", filename=name, v=_fingerprint(f"{current_app.static_folder}/{name}"))


def _long_lived(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    return response


def _keep_versioned(response: Response) -> Response:
    endpoint = request.endpoint or ""
    if endpoint.rpartition(".")[2] == "static" and "v" in request.args and response.status_code == 200:
        response.cache_control.no_cache = None
        return _long_lived(response)
    return response


def register(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(icon=icon, static_file=static_file, bootstrap_version=BOOTSTRAP)
    app.after_request(_keep_versioned)
