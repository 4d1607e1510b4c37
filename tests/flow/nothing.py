"""A house with nothing in it, and what a person who sets a store up brings along: credentials, no code."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from connector.db import db
from tests.conftest import make_app

PASSWORD = "correct horse battery"
CONNECTIONS = {
    "Tenant": "Company", "User name": "admin", "Password": "sandbox", "Confirm password": "sandbox",
    "Access token": "sandbox-token", "Confirm access token": "sandbox-token",
}  # fmt: skip


def house(folder: Path) -> Flask:
    """An application whose database has tables and nothing in them."""
    app = make_app(f"sqlite:///{folder / 'connector.sqlite'}", folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    return app


def command(app: Flask, *words: str, **env: str) -> str:
    result = app.test_cli_runner().invoke(args=list(words), env=env)
    assert result.exit_code == 0, result.output
    return result.output
