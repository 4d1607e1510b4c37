"""Who is there and what he may do: sign-in, sign-out, one's own password, and `need(role)` for views.

Everything asks for a sign-in unless its view is marked `public`. A person's role may differ from connector to
connector: `need` asks with the connector of the address; a view that finds its connector in a row asks with
`allow`. Passwords and lock-outs are setup.users' business; here they become pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, current_app, flash, g, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, logout_user
from sqlalchemy import select

from connector.db import db
from connector.setup.grants import NONE
from connector.setup.models import ADMIN, OPERATOR, VIEWER, Connector, Grant, User
from connector.web.access import bearer, sessions
from connector.web.frame.render import go

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
    language: str = ""  # "": whatever the browser asks for
    grants: Mapping[str, str] = field(default_factory=dict)  # connector id -> role, where it differs

    def get_id(self) -> str:
        """The session holds the token too: a new password ends every session of the old one."""
        return f"{self.id}.{self.session_token}"

    def may(self, role: str, connector_id: str | None = None) -> bool:
        """Whether he has this role or above in a connector; None is the one that the request is about, "" no one."""
        about = subject() if connector_id is None else connector_id
        return RANK.get(self.grants.get(about, self.role), 0) >= RANK[role]

    @property
    def hidden(self) -> tuple[str, ...]:
        """The connectors of which he must not see anything."""
        return tuple(sorted(id for id, role in self.grants.items() if role == NONE))

    def barred(self, role: str) -> tuple[str, ...]:
        """The connectors in which he has not this role: what a change of many at once must leave out."""
        with db.read() as connection:
            ids = connection.execute(select(Connector.id).order_by(Connector.id)).scalars().all()
        return tuple(id for id in ids if not self.may(role, id))


class Stranger(AnonymousUserMixin):
    """Nobody yet: he may nothing."""

    name = role = ""
    hidden: tuple[str, ...] = ()

    def may(self, role: str, connector_id: str | None = None) -> bool:
        return False


def subject() -> str:
    """The connector that this request is about: named by its address, or by `allow`; "" when it is about none."""
    arguments = request.view_args or {}
    return str(g.get("subject") or arguments.get("connector_id") or arguments.get("connector") or "")


def allow(role: str, connector_id: str) -> None:
    """For a view that finds the connector in a row: 404 when it is hidden from this person, 403 below the role."""
    g.subject = connector_id
    if connector_id and not current_user.may(VIEWER, connector_id):
        abort(404)
    if not current_user.may(role, connector_id):
        abort(403)


@manager.user_loader
def load(stored: str) -> Person | None:
    number, _, token = stored.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    person = person_of(int(number))
    return person if person and person.session_token == token else None


def person_of(number: int) -> Person | None:
    """The person of that number with all roles, in one statement; None when he may not come in."""
    columns = (User.id, User.name, User.role, User.must_change, User.session_token, User.language)
    query = (
        select(*columns, Grant.connector_id, Grant.role.label("granted"))
        .outerjoin(Grant, Grant.user_id == User.id)
        .where(User.id == number, User.active.is_(True))
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
    if not rows:
        return None
    return Person(*rows[0][:6], grants={row.connector_id: row.granted for row in rows if row.connector_id})


def forget_who() -> None:
    """Ask the database no more who is there: an error page must not need what may be broken."""
    if "_login_user" not in g:
        g._login_user = Stranger()


def public(view: View) -> View:
    """Mark a view as open to strangers: sign-in, hooks (which have their own secret), health."""
    view.open_to_strangers = True  # type: ignore[attr-defined]
    return view


def need(role: str) -> Callable[[View], View]:
    """Let only people of this role or above into the view; others see 403 and what they can do.

    A view with `connector_id` (or `connector`) in its address asks for the role in that connector; one that is
    hidden from the person is not there at all (404).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return manager.unauthorized()
            allow(role, subject())
            return view(*args, **kwargs)

        guarded.needs = role  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


@manager.unauthorized_handler
def ask_to_sign_in() -> Response:
    """To sign-in and back; a script is told 401. htmx is told to take the whole page there, not to swap a part."""
    if request.path.startswith(bearer.PREFIX):
        abort(401)
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


def _enter_by_token(secret: str) -> None:
    """The request is its owner's, whatever cookie came along; a stranger's when the token does not hold."""
    number = bearer.owner(request, secret)
    person = person_of(number) if number is not None else None
    g._login_user = person or Stranger()
    g.by_token = person is not None and not person.must_change
    if person is not None and not g.by_token:
        g._login_user = Stranger()  # whoever must choose a password first has not come in yet


def by_token() -> bool:
    """Whether an API token opened the door: no browser sends one by itself, so nothing can be forged."""
    return bool(g.get("by_token"))


def _guard() -> Response | None:
    secret = bearer.given(request)
    if secret is not None:
        _enter_by_token(secret)
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "open_to_strangers", False) or _is_file(request.endpoint or ""):
        return None
    if not current_user.is_authenticated:
        return manager.unauthorized()
    if by_token():
        return None
    if sessions.over():
        logout_user()
        session.clear()
        flash(_("You were signed out because the session had come to its end. Sign in again."), "warning")
        return manager.unauthorized()
    if current_user.must_change and request.endpoint not in ("auth.account", "auth.sign_out"):
        return go(url_for("auth.account"))
    return None


def _is_file(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.startswith(("assets.", "bootstrap."))


def register(app: Flask) -> None:
    """Ask everybody who they are; the pages of sign-in are registered with the others."""
    manager.anonymous_user = Stranger
    manager.init_app(app)
    sessions.register(app)
    app.before_request(_guard)
    app.jinja_env.globals.update(current_user=current_user)
