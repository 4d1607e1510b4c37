"""The pages of `auth`: sign-in, sign-out, and one's account with the password."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from connector.db import utcnow
from connector.errors import Invalid
from connector.setup import users
from connector.web.auth import load, public, safe_next
from connector.web.render import render

blueprint = Blueprint("auth", __name__)
SHORTEST, LONGEST = users.SHORTEST, users.LONGEST
WRONG = "The name or the password is wrong. After five wrong passwords a name is locked for 15 minutes."


class SignIn(FlaskForm):
    name = StringField("Name", [InputRequired("Type your name."), Length(max=120, message="This is too long.")])
    password = PasswordField(
        "Password", [InputRequired("Type your password."), Length(max=LONGEST, message="This is too long.")]
    )


class NewPassword(FlaskForm):
    current = PasswordField(
        "Current password", [InputRequired("Type the password that you have now."), Length(max=LONGEST)]
    )
    new = PasswordField(
        "New password",
        [
            InputRequired("Type a new password."),
            Length(SHORTEST, LONGEST, f"Use at least {SHORTEST} and at most {LONGEST} characters."),
        ],
    )
    again = PasswordField("New password again", [EqualTo("new", "This is not the same as the new password.")])


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
    return render("auth/sign_in.html", form=form, problem=problem, target=target, status=status)


def _enter(name: str, password: str) -> str:
    """Sign in, or say why not."""
    user = users.verify(name, password)
    if user is None:
        return _locked(name) or WRONG
    person = load(f"{user.id}.{user.session_token}")
    session.clear()  # nothing of a stranger's session, nor its CSRF token, comes along
    session.permanent = True
    login_user(person)
    return ""


def _locked(name: str) -> str:
    user = users.find(name)
    if user is None or user.locked_until is None or user.locked_until <= utcnow():
        return ""
    minutes = int((user.locked_until - utcnow()).total_seconds() // 60) + 1
    return f"Too many wrong passwords: this name is locked for another {minutes} minutes. Then try again."


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return make_response(redirect(url_for("auth.sign_in"), 303))


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> Response:
    form = NewPassword()
    if form.validate_on_submit() and _change(form):
        flash("Your password is changed. Every other session of yours has ended.", "success")
        return make_response(redirect(url_for("overview.page"), 303))
    return render("auth/account.html", form=form, status=422 if request.method == "POST" else 200)


def _change(form: NewPassword) -> bool:
    """Change the password and stay signed in here; False with the sentence beside the field."""
    current, new = str(form.current.data), str(form.new.data)
    user = users.verify(current_user.name, current)
    if user is None:
        form.current.errors = [_locked(current_user.name) or "This is not your current password."]
        return False
    if new == current:
        form.new.errors = ["Choose another password than the current one."]
        return False
    try:
        users.change_password(user, new)
    except Invalid as error:
        form.new.errors = list(error.errors.values())
        return False
    changed = users.find(user.name)
    assert changed is not None
    login_user(load(f"{changed.id}.{changed.session_token}"))
    return True
