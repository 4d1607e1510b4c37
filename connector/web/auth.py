"""Who is there and what he may do: sign-in, sign-out, one's own password, and `need(role)` for views.

Everything asks for a sign-in unless its view is marked `public`. Passwords and lock-outs are setup.users'
business; here they become pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user
from sqlalchemy import select

from connector.db import db
from connector.setup.models import ADMIN, OPERATOR, VIEWER, User
from connector.web.render import go

View = TypeVar("View", bound=Callable[..., Any])
RANK = {VIEWER: 1, OPERATOR: 2, ADMIN: 3}
manager = LoginManager()


@dataclass(frozen=True)
class Person(UserMixin):
    """Who is signed in, as a value: no ORM object lives through a request."""

    id: int
    name: str
    role: str
    must_change: bool
    session_token: str

    def get_id(self) -> str:
        """The session holds the token too: a new password ends every session of the old one."""
        return f"{self.id}.{self.session_token}"

    def may(self, role: str) -> bool:
        return RANK.get(self.role, 0) >= RANK[role]


class Stranger(AnonymousUserMixin):
    """Nobody yet: he may nothing."""

    name = role = ""

    def may(self, role: str) -> bool:
        return False


@manager.user_loader
def load(stored: str) -> Person | None:
    number, _, token = stored.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    columns = (User.id, User.name, User.role, User.must_change, User.session_token)
    with db.read() as connection:
        row = connection.execute(select(*columns).where(User.id == int(number), User.active.is_(True))).first()
    return Person(*row) if row and row.session_token == token else None


def forget_who() -> None:
    """Ask the database no more who is there: an error page must not need what may be broken."""
    if "_login_user" not in g:
        g._login_user = Stranger()


def public(view: View) -> View:
    """Mark a view as open to strangers: sign-in, hooks (which have their own secret), health."""
    view.open_to_strangers = True  # type: ignore[attr-defined]
    return view


def need(role: str) -> Callable[[View], View]:
    """Let only people of this role or above into the view; others see 403 and what they can do."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return manager.unauthorized()
            if not current_user.may(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


@manager.unauthorized_handler
def ask_to_sign_in() -> Response:
    """To sign-in and back. htmx is told to take the whole page there, not to swap the form into a table."""
    if request.headers.get("HX-Request") == "true":
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("auth.sign_in", next=_page_of_htmx())
        return response
    return make_response(redirect(url_for("auth.sign_in", next=_this_page()), 303))


def _this_page() -> str | None:
    """The address that was asked for, to come back to; a POST cannot be repeated and has none."""
    if request.method != "GET":
        return None
    query = request.query_string.decode("latin-1")
    return quote(request.script_root + request.path) + (f"?{query}" if query else "")


def _page_of_htmx() -> str | None:
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    return shown.path + (f"?{shown.query}" if shown.query else "") or None


def safe_next(address: str | None) -> str | None:
    """The address when it is a path of ours, else None: `//evil` and `/\\evil` leave the house."""
    if not address or not address.startswith("/") or address[:2] in ("//", "/\\"):
        return None
    if any(ord(letter) < 33 or letter == "\\" for letter in address):
        return None
    return address


def _guard() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "open_to_strangers", False) or _is_file(request.endpoint or ""):
        return None
    if not current_user.is_authenticated:
        return manager.unauthorized()
    if current_user.must_change and request.endpoint not in ("auth.account", "auth.sign_out"):
        return go(url_for("auth.account"))
    return None


def _is_file(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.startswith(("assets.", "bootstrap."))


def register(app: Flask) -> None:
    from connector.web import sign_in  # the pages need `public` and `need` from here

    manager.anonymous_user = Stranger
    manager.init_app(app)
    app.before_request(_guard)
    app.register_blueprint(sign_in.blueprint)
    app.jinja_env.globals.update(current_user=current_user)
