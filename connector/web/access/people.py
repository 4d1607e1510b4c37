"""People: who may sign in, with which role, in which connectors. For administrators of the whole house."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField

from connector.db import utcnow
from connector.errors import Invalid
from connector.setup import grants, tokens, users
from connector.setup.models import ADMIN, OPERATOR, VIEWER, User
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.language import tr
from connector.web.frame.render import go, render

blueprint = Blueprint("people", __name__, url_prefix="/people")
ROLES = (
    (VIEWER, _l("Viewer: looks")),
    (OPERATOR, _l("Operator: also sends, repairs")),
    (ADMIN, _l("Administrator: also sets up")),
)
GRANTS = (
    ("", _l("As everywhere else")),
    (grants.NONE, _l("None: does not see it")),
    (VIEWER, _l("Viewer")),
    (OPERATOR, _l("Operator")),
    (ADMIN, _l("Administrator")),
)


class NewPerson(FlaskForm):
    name = StringField(_l("Name"), render_kw={"maxlength": users.LONGEST_NAME, "autocomplete": "off", "required": True})
    role = SelectField(_l("Role"), choices=list(ROLES), default=VIEWER, validate_choice=False)


@blueprint.get("")
@need("admin")
def page() -> Response:
    """Everybody, and the form for one more."""
    return _list(NewPerson())


@blueprint.post("")
@need("admin")
def add() -> Response:
    """Make a person; the password is made here and shown once."""
    form = NewPerson()
    password = users.generate_password()
    try:
        made = users.create(
            str(form.name.data or ""), password, str(form.role.data or ""), must_change=True, by=current_user.name
        )
    except Invalid as error:
        _place(form, error)
        return _list(form, 422)
    return render("people/password.html", person=made, password=password, new=True)


@blueprint.get("/<int:number>")
@need("admin")
def person(number: int) -> Response:
    user = _find(number)
    return _show(user, _form(user, filled=True))


@blueprint.post("/<int:number>")
@need("admin")
def save(number: int) -> Response:
    """Role, roles by connector, in or out. Somebody else's change in between is not written over."""
    user = _find(number)
    form = _form(user, filled=False)
    if form["seen"].data != _fingerprint(user):
        form["seen"].data = _fingerprint(user)
        return _show(user, form, 409, stale=True)
    wanted = {id: str(form[f"grant-{id}"].data or "") for id, _name in _connectors()}
    try:
        grants.check(wanted)
        said = users.change(user, by=current_user.name, role=str(form["role"].data), active=bool(form["active"].data))
        said += grants.save(user, wanted, by=current_user.name)
    except Invalid as error:
        _place(form, error)
        return _show(user, form, 422)
    flash(_("Saved: %(changes)s.", changes="; ".join(said)) if said else _("Saved. Nothing was different."), "success")
    return go(url_for("people.person", number=number))


@blueprint.post("/<int:number>/password")
@need("admin")
def password(number: int) -> Response:
    """A new password, shown once; all sessions and a lock of that person end."""
    user, fresh = _find(number), users.generate_password()
    users.change_password(user, fresh, must_change=True, by=current_user.name)
    return render("people/password.html", person=user, password=fresh, new=False)


@blueprint.post("/<int:number>/unlock")
@need("admin")
def unlock(number: int) -> Response:
    user = _find(number)
    done = users.unlock(user, by=current_user.name)
    said = _("%(name)s can sign in again.", name=user.name) if done else _("%(name)s was not locked.", name=user.name)
    flash(said, "success")
    return go(url_for("people.person", number=number))


@blueprint.post("/<int:number>/sign-out")
@need("admin")
def sign_out(number: int) -> Response:
    """End every session of a person."""
    user = _find(number)
    users.end_sessions(user, by=current_user.name)
    flash(_("Every session of %(name)s has ended.", name=user.name), "success")
    return go(url_for("people.person", number=number))


@blueprint.post("/<int:number>/tokens/<int:token>/revoke")
@need("admin")
def revoke(number: int, token: int) -> Response:
    """End an API token of a person."""
    user = _find(number)
    try:
        name = tokens.revoke(token, by=current_user.name, user_id=user.id)
    except KeyError:
        abort(404)
    flash(_("The token %(name)s is revoked.", name=name), "success")
    return go(url_for("people.person", number=number))


def _find(number: int) -> User:
    found = users.by_number(number)
    if found is None:
        abort(404)
    return found


def _connectors() -> list[tuple[str, str]]:
    return asking.connector_choices()


def _form(user: User, *, filled: bool) -> FlaskForm:
    """The form of a person: as it was sent, or with what is stored."""
    fields: dict[str, Any] = {
        "seen": HiddenField(),
        "role": SelectField(_("Role everywhere"), choices=list(ROLES), validate_choice=False),
        "active": BooleanField(_("May sign in")),
    }
    for id, label in _connectors():
        title = _("Role in %(connector)s", connector=label)
        fields[f"grant-{id}"] = SelectField(title, choices=list(GRANTS), validate_choice=False)
    form: FlaskForm = type("PersonForm", (FlaskForm,), fields)()
    if filled:
        held = grants.of(user.id)
        form["seen"].data, form["role"].data, form["active"].data = _fingerprint(user), user.role, user.active
        for id, _name in _connectors():
            form[f"grant-{id}"].data = held.get(id, "")
    return form


def _fingerprint(user: User) -> str:
    """Changes whenever another editor has saved this person."""
    held = (user.role, user.active, sorted(grants.of(user.id).items()))
    return hashlib.sha256(repr(held).encode()).hexdigest()[:16]


def _list(form: NewPerson, status: int = 200) -> Response:
    people = [(user, _state(user)) for user in users.all()]
    return render("people/list.html", form=form, people=people, roles=dict(ROLES), status=status)


def _show(user: User, form: FlaskForm, status: int = 200, *, stale: bool = False) -> Response:
    return render(
        "people/person.html",
        status=status,
        person=user,
        state=_state(user),
        form=form,
        stale=stale,
        connectors=_connectors(),
        tokens=tokens.of(user.id),
        me=user.id == current_user.id,
        posted=request.method == "POST",
    )


def _state(user: User) -> str:
    if not user.active:
        return "out"
    if user.locked_until is not None and user.locked_until > utcnow():
        return "locked"
    return "new" if user.must_change else "in"


def _place(form: FlaskForm, error: Invalid) -> None:
    for name, sentence in error.errors.items():
        form[name].errors = [*form[name].errors, tr(sentence)]
