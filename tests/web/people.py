"""The people of every page test, and how they come in without typing a password each time."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.db import db
from connector.setup.models import ADMIN, OPERATOR, VIEWER, User

ROLES = {"olga": ADMIN, "otto": OPERATOR, "vera": VIEWER}
TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


class Client(FlaskClient):
    """A browser of a person: its POSTs carry the CSRF token that a page of ours gave it."""

    token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Each request has an application context of its own, as on a server: nobody inherits who was there before."""
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def post(self, *args: Any, forged: bool = False, **kwargs: Any) -> TestResponse:  # type: ignore[override]
        """`forged=True` leaves the token out, as another site's form would."""
        if self.token and not forged:
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": self.token}
        return super().post(*args, **kwargs)

    def part(self, address: str, **kwargs: Any) -> TestResponse:
        """What htmx gets at this address."""
        return self.get(address, headers={"HX-Request": "true"}, **kwargs)


def add(name: str, role: str, **values: Any) -> int:
    """A user without a usable password; returns the id."""
    with db.saving() as session:
        user = User(name=name, role=role, password_hash="!", session_token=f"token-of-{name}", **values)
        session.add(user)
        session.flush()
        return int(user.id)


def client(app: Flask, name: str = "", **values: Any) -> Client:
    """A client of the person of that name (see ROLES), or of a stranger."""
    app.test_client_class = Client
    browser = app.test_client()
    assert isinstance(browser, Client)
    if name:
        number = add(name, values.pop("role", None) or ROLES[name], **values)
        with browser.session_transaction() as session:
            session["_user_id"], session["_fresh"] = f"{number}.token-of-{name}", True
    page = browser.get("/account" if name else "/sign-in")
    found = TOKEN.search(page.text)
    browser.token = found.group(1) if found else ""
    return browser
