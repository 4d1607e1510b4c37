"""The Commerce Connector: create_app() is the one place that knows every room."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_migrate import Migrate

import config
from connector.db import db

ROOMS = ("queue.scheduler", "queue.runner", "queue.repair", "setup.connectors", "setup.schedules")


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application, not yet working in the background: `app.extensions["engine"].start()` does that.

    `settings` stand above what the environment says; a test gives TESTING and a DATABASE_URL. Raises
    config.ConfigError with a sentence for each setting that is wrong.
    """
    given = dict(settings or {})
    named = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    loaded = config.load({**os.environ, **named})
    app.config.update({**{name: value for name, value in given.items() if name not in loaded}, **loaded})
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    logging.getLogger("connector").setLevel(app.config["LOG_LEVEL"])

    import connector.events
    import connector.queue.models
    import connector.setup.models
    import connector.sync.models  # noqa: F401
    from connector.setup import secrets

    secrets.use(app.config["SECRETS_KEY"])
    db.init_app(app)
    Migrate(app, db, directory=os.path.join(config.ROOT, "migrations"))
    if all(find_spec(f"connector.{room}") for room in ROOMS):
        from connector.engine import Engine

        engine = app.extensions["engine"] = Engine(app)
        atexit.register(engine.stop)
    if find_spec("connector.setup.users"):
        from connector import web

        web.register(app)
    if find_spec("connector.cli"):
        from connector import cli

        cli.register(app)
    return app
