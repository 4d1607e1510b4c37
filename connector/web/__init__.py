"""The pages: server-rendered HTML with htmx on top, and the few answers for machines (hooks, health).

`register(app)` is the only way in. Pages read and ask (`queue.history`, `setup`, the engine); they know no
system and send no HTTP request of their own.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from flask import Flask, current_app
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from connector.web.access import auth
from connector.web.frame import assets, headers, language, menu, page_help, problems, words
from connector.web.frame.notices import Bell

# each module brings a `blueprint` of its name; connectors and mapping bring one for their whole group
PAGES = (
    "access.account",
    "connectors",
    "mapping",
    "operating.overview",
    "operating.rehearsals",
    "operating.manual",
    "operating.batch",
    "operating.processes",
    "operating.records",
    "operating.search",
    "operating.messages",
    "operating.editing",
    "operating.failed",
    "operating.log",
    "operating.changelog",
    "operating.views",
    "operating.notifications",
    "operating.schedulers",
    "operating.clearing",
    "connectors.guide",
    "connectors.clocks",
    "mapping.references",
    "mapping.schema",
    "mapping.rules",
    "watching.brake",
    "watching.drift",
    "watching.alerts",
    "watching.figures",
    "watching.vitals",
    "frame.notices",
    "frame.help",
    "access.people",
    "access.audit",
    "machines.api",
    "machines.hooks",
    "machines.health",
)

csrf = CSRFProtect()

HTMX_CONFIG = {
    "allowEval": False,  # with includeIndicatorStyles: what a strict Content-Security-Policy needs
    "includeIndicatorStyles": False,
    "historyCacheSize": 0,  # no copies of pages in the browser's storage
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},  # a form with its errors
        {
            "code": "[45]..",
            "swap": True,
            "error": True,
            "target": "#notices",
            "swapOverride": "innerHTML",
            "select": "#problem",
            "ignoreTitle": True,
        },
    ],
}


def register(app: Flask) -> None:
    """Add the pages to the application: settings, sign-in, CSRF, headers, error pages, blueprints."""
    _settle(app)
    language.register(app)
    headers.register(app)
    assets.register(app)
    auth.register(app)  # before CSRF: a stranger is asked to sign in, whatever he sent
    csrf.init_app(app)
    Bootstrap5(app)
    problems.register(app)
    words.register(app)
    app.jinja_env.globals.update(htmx_config=HTMX_CONFIG, page_help=page_help.text)
    app.context_processor(_in_every_template)
    for name in PAGES:
        app.register_blueprint(import_module(f"connector.web.{name}").blueprint)
    csrf.exempt(app.blueprints["hooks"])  # it has a secret of its own
    csrf.exempt(app.blueprints["api"])  # it asks for the token itself unless an API token opened the door


def _settle(app: Flask) -> None:
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        SESSION_COOKIE_NAME="connector_session",
        SESSION_REFRESH_EACH_REQUEST=False,  # a page that polls would keep itself signed in for ever
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
    )
    if app.config.get("PERMANENT_SESSION_LIFETIME") == timedelta(days=31):  # Flask's default: not ours
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=app.config["SESSION_HOURS"])
    if app.config["PROXIES"]:  # so many proxies of one's own may say who asks, and under which address
        number = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _in_every_template() -> dict[str, object]:
    """`ui` (the macros of _ui.html) and `menu`, so that a block rendered alone has them too."""
    lazy = {"menu": menu.LazyMenu(), "bell": Bell(), "rehearsing": menu.LazyRehearsal()}
    return {"ui": current_app.jinja_env.get_template("_ui.html").module, **lazy}
