"""One's own account: the password, signing out everywhere else, and API tokens. Everybody has it, whatever the role."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from connector.db import utcnow
from connector.errors import Invalid
from connector.setup import tokens, users
from connector.setup.models import User
from connector.web.access.auth import load
from connector.web.access.sign_in import LONGEST, SHORTEST, blueprint, locked
from connector.web.frame.language import LANGUAGES, tr
from connector.web.frame.render import go, render

DAYS = (("30", _l("30 days")), ("90", _l("90 days")), ("365", _l("A year")), ("", _l("No end")))

BETWEEN = _l("Use at least %(low)s and at most %(high)s characters.", low=SHORTEST, high=LONGEST)


class NewPassword(FlaskForm):
    current = PasswordField(
        _l("Current password"), [InputRequired(_l("Type the password that you have now.")), Length(max=LONGEST)]
    )
    new = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Type a new password.")),
            Length(SHORTEST, LONGEST, BETWEEN),
        ],
    )
    again = PasswordField(_l("New password again"), [EqualTo("new", _l("This is not the same as the new password."))])


class NewToken(FlaskForm):
    token_name = StringField(_l("What is it for?"), render_kw={"maxlength": 120, "autocomplete": "off"})
    days = SelectField(_l("It holds for"), choices=list(DAYS), default="90", validate_choice=False)


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> Response:
    """The page; a POST changes the password."""
    form = NewPassword()
    if form.validate_on_submit() and _change(form):
        flash(_("Your password is changed. Every other session of yours has ended."), "success")
        return make_response(redirect(url_for("overview.page"), 303))
    return _page(form, NewToken(formdata=None), 422 if request.method == "POST" else 200)


@blueprint.post("/account/language")
def language() -> Response:
    """Read the pages in another language from now on; "" is the browser's."""
    wanted = request.form.get("language", "")
    if wanted and wanted not in LANGUAGES:
        abort(400)
    users.speak(_me(), wanted)
    return go(url_for("auth.account"))


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of one's own but this one."""
    users.end_sessions(_me(), by=current_user.name)
    _stay(_me())
    flash(_("Every other session of yours has ended."), "success")
    return go(url_for("auth.account"))


@blueprint.post("/account/tokens")
def add_token() -> Response:
    """Make a token and show it: never again, so the browser does not keep the page."""
    form = NewToken()
    days = str(form.days.data or "")
    try:
        if days not in dict(DAYS):
            raise Invalid({"days": _("Choose how long it lasts.")})
        made = tokens.create(_me(), str(form.token_name.data or ""), int(days) if days else None, by=current_user.name)
    except Invalid as error:
        for name, sentence in error.errors.items():
            form[name].errors = [tr(sentence)]
        return _page(NewPassword(formdata=None), form, 422)
    return render("auth/token.html", name=form.token_name.data, secret=made.secret)


@blueprint.post("/account/tokens/<int:number>/revoke")
def revoke_token(number: int) -> Response:
    """End one of one's own tokens."""
    try:
        name = tokens.revoke(number, by=current_user.name, user_id=current_user.id)
    except KeyError:
        abort(404)
    flash(_("The token %(name)s is revoked.", name=name), "success")
    return go(url_for("auth.account", _anchor="tokens"))


def _page(form: NewPassword, new_token: NewToken, status: int) -> Response:
    mine, now = tokens.of(current_user.id), utcnow()
    ended = {row.id for row in mine if tokens.ended(row, now)}
    return render("auth/account.html", form=form, new_token=new_token, tokens=mine, ended=ended, status=status)


def _change(form: NewPassword) -> bool:
    """Change the password and stay signed in here; False with the sentence beside the field."""
    current, new = str(form.current.data), str(form.new.data)
    user = users.verify(current_user.name, current)
    if user is None:
        form.current.errors = [locked(current_user.name) or _("This is not your current password.")]
        return False
    if new == current:
        form.new.errors = [_("Choose another password than the current one.")]
        return False
    try:
        users.change_password(user, new)
    except Invalid as error:
        form.new.errors = [tr(sentence) for sentence in error.errors.values()]
        return False
    _stay(user)
    return True


def _me() -> User:
    found = users.by_number(current_user.id)
    if found is None:
        abort(404)
    return found


def _stay(user: User) -> None:
    """Stay signed in in this browser though the session token has changed."""
    changed = users.by_number(user.id)
    assert changed is not None
    login_user(load(f"{changed.id}.{changed.session_token}"))
