"""The Commerce Connector: create_app() is the one place that knows every room."""

from __future__ import annotations

import atexit
import logging
import os
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from flask_migrate import Migrate

import config
from connector.db import db


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application, not yet working in the background: `app.extensions["engine"].start()` does that.

    `settings` stand above what the environment says; a test gives TESTING and a DATABASE_URL. Raises
    config.ConfigError with a sentence for each setting that is wrong.
    """
    # rooms are imported here and not above: sandbox and cli import this package without wanting all of it
    from connector import cli, web
    from connector.engine import Engine
    from connector.setup import secrets
    from connector.watch import mail

    given = dict(settings or {})
    named = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    loaded = config.load({**os.environ, **named})
    app.config.update({**{name: value for name, value in given.items() if name not in loaded}, **loaded})
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    logging.getLogger("connector").setLevel(app.config["LOG_LEVEL"])
    secrets.use(app.config["SECRETS_KEY"])
    mail.use(mail.Server.parse(app.config["MAIL_URL"], app.config["MAIL_FROM"]) if app.config["MAIL_URL"] else None)
    db.init_app(app)
    Migrate(app, db, directory=os.path.join(config.ROOT, "migrations"))
    engine = app.extensions["engine"] = Engine(app)
    atexit.register(_stop, weakref.WeakMethod(engine.stop))  # an application that is done with may go before the end
    web.register(app)
    cli.register(app)
    return app


def _stop(stop: weakref.WeakMethod[Callable[[], None]]) -> None:
    if found := stop():
        found()
