"""The store's own routes for scripts, beside those that both systems have."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify

from connector.sandbox.magento.auth import ADMIN, ADMIN_PASSWORD, KEYS


def register(app: Flask, system: Any) -> None:
    page = Blueprint("controls", __name__, url_prefix="/_sandbox")

    @page.get("/keys")
    def keys() -> Any:
        return jsonify({**KEYS, "bearer": KEYS["access_token"], "admin": ADMIN, "admin_password": ADMIN_PASSWORD})

    app.register_blueprint(page)
