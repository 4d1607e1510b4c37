"""The Commerce Connector: create_app() is the one place that knows every room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from connector.db import db


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application. `settings` override what config.py reads from the environment.

    Raises SystemExit-free errors: config.ConfigError with a sentence when a setting is wrong.
    """
    app = Flask(__name__, template_folder="../templates", static_folder="../static", instance_relative_config=True)
    app.config.update(settings or {})
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", app.config["DATABASE_URL"])
    import connector.events
    import connector.queue.models
    import connector.setup.models
    import connector.sync.models  # noqa: F401

    db.init_app(app)
    return app
