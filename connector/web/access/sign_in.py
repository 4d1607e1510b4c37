"""The pages of `auth`: sign-in, sign-out, and the first administrator of a new house."""

from __future__ import annotations

import hmac
import logging

from flask import Blueprint, Response, current_app, flash, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from connector import events
from connector.db import utcnow
from connector.errors import Invalid
from connector.setup import users
from connector.setup.models import User
from connector.web.access import sessions
from connector.web.access.auth import load, public, safe_next
from connector.web.frame.flood import Flood
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import render

log = logging.getLogger(__name__)
told, refused = Flood(1), Flood()
blueprint = Blueprint("auth", __name__)
SHORTEST, LONGEST = users.SHORTEST, users.LONGEST
WRONG = N_("The name or the password is wrong. After five wrong passwords a name is locked for 15 minutes.")
TOO_LONG = _l("This is too long.")


BETWEEN = _l("Use at least %(low)s and at most %(high)s characters.", low=SHORTEST, high=LONGEST)


class SignIn(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(_l("Type your name.")), Length(max=120, message=TOO_LONG)])
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Type your password.")), Length(max=LONGEST, message=TOO_LONG)]
    )


class First(FlaskForm):
    code = StringField(
        _l("Set-up code"),
        [InputRequired(_l("Type the code from the log of the server.")), Length(max=60, message=TOO_LONG)],
        render_kw={"spellcheck": "false"},
    )
    name = StringField(_l("Name"), [InputRequired(_l("Type a name.")), Length(max=120, message=TOO_LONG)])
    password = PasswordField(
        _l("Password"),
        [
            InputRequired(_l("Type a password.")),
            Length(SHORTEST, LONGEST, BETWEEN),
        ],
    )
    again = PasswordField(_l("Password again"), [EqualTo("password", _l("This is not the same as the password."))])


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    target = safe_next(request.values.get("next")) or url_for("overview.page")
    if current_user.is_authenticated:
        return make_response(redirect(target, 303))
    form = SignIn()
    problem = ""
    if form.validate_on_submit():
        problem = _enter(str(form.name.data), str(form.password.data))
        if not problem:
            return make_response(redirect(target, 303))
    status = 422 if request.method == "POST" else 200
    nobody = users.nobody_yet()
    return render("auth/sign_in.html", form=form, problem=problem, target=target, nobody=nobody, status=status)


def _enter(name: str, password: str) -> str:
    """Sign in, or say why not."""
    user = users.verify(name, password)
    if user is None:
        _note_refusal(name)
        return _locked(name) or tr(WRONG)
    begin(user)
    return ""


def begin(user: User) -> None:
    """Somebody is signed in from now on, in a session of his own."""
    sessions.begin()
    login_user(load(f"{user.id}.{user.session_token}"))
    events.record("Sign-in", "Signed in.", user=user.name)


def _note_refusal(name: str) -> None:
    """Names that nobody has are not kept: what is typed there is often a password."""
    user = users.find(name)
    if user is not None and refused.admit()[0]:
        events.record("Sign-in", f"A sign-in as {user.name} was refused.", user=user.name, level=events.WARNING)


def locked(name: str) -> str:
    """For how long the name is locked, in a sentence; "" when it is not."""
    return _locked(name)


def _locked(name: str) -> str:
    user = users.find(name)
    if user is None or user.locked_until is None or user.locked_until <= utcnow():
        return ""
    minutes = int((user.locked_until - utcnow()).total_seconds() // 60) + 1
    return ngettext(
        "Too many wrong passwords: this name is locked for another %(num)d minute. Then try again.",
        "Too many wrong passwords: this name is locked for another %(num)d minutes. Then try again.",
        minutes,
    )


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    if current_user.is_authenticated:
        events.record("Sign-in", "Signed out.", user=current_user.name)
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return make_response(redirect(url_for("auth.sign_in"), 303))


@blueprint.route("/first-user", methods=["GET", "POST"])
@public
def first() -> Response:
    """The first administrator, while there is nobody: whoever can read the log of the server may be it."""
    if not users.nobody_yet():
        return make_response(redirect(url_for("auth.sign_in"), 303))
    form = First()
    if form.validate_on_submit() and _make_first(form):
        return make_response(redirect(url_for("overview.page"), 303))
    if request.method == "GET" and told.admit()[0]:
        code = users.setup_code(current_app.config["SECRET_KEY"])
        log.warning("there is no user yet; the set-up code is %s", code, extra={"action": "setup_code"})
    return render("auth/first.html", form=form, status=422 if request.method == "POST" else 200)


def _make_first(form: First) -> bool:
    """Make the administrator and sign in; False with the sentence beside the field."""
    code = users.setup_code(current_app.config["SECRET_KEY"])
    given = str(form.code.data).strip().upper()
    if not hmac.compare_digest(given.encode(), code.encode()):
        form.code.errors = [_("This is not the code that stands in the log of the server.")]
        return False
    try:
        user = users.create_first(str(form.name.data), str(form.password.data))
    except Invalid as error:
        for name, sentence in error.errors.items():
            form[name].errors = [tr(sentence)]
        return False
    begin(user)
    flash(_("You are the administrator. Make your first connector next."), "success")
    return True
