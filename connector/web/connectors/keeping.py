"""A connector copied, put away and taken back, and what the whole house offers."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from connector.errors import Invalid
from connector.setup import connectors, house, shelf
from connector.setup.settings import FEATURES
from connector.web.access.auth import allow, need
from connector.web.connectors.base import address, blueprint, changed, known, saved, sentences
from connector.web.connectors.pages import ID, NAME
from connector.web.frame import forms
from connector.web.frame.render import go, render


class CopyForm(FlaskForm):
    id = StringField(_l("Connector ID"), render_kw=ID)
    name = StringField(_l("Name"), render_kw=NAME)


@blueprint.route("/<connector_id>/copy", methods=["GET", "POST"])
@need("admin")
def copy(connector_id: str) -> Response:
    """Everything but secrets and what was synced, under a new ID."""
    config = known(connector_id)
    allow("admin", "")
    form = CopyForm()
    if request.method == "GET":
        form["name"].data = _("Copy of %(name)s", name=config.name or config.id)[:120]
        return render("connectors/copy.html", config=config, form=form)
    try:
        shelf.copy(config.id, form["id"].data or "", form["name"].data or "", current_user.name)
    except Invalid as error:
        problems = forms.place(form, error.errors)
        return render("connectors/copy.html", status=422, config=config, form=form, problems=problems)
    changed()
    flash(_("The copy is made. Its secrets are not in it: type them, then test both connections."), "success")
    return go(url_for("connectors.settings_page", connector_id=form["id"].data, page="connection"))


@blueprint.post("/<connector_id>/archive")
@need("admin")
def archive(connector_id: str) -> Response:
    config = known(connector_id)
    allow("admin", "")
    try:
        shelf.archive(config.id, current_user.name)
    except Invalid as error:
        flash(sentences(error.errors.values()), "warning")
        return go(address(config))
    changed()
    flash(_("%(name)s is archived.", name=config.name or config.id), "success")
    return go(url_for("connectors.archived"))


@blueprint.post("/<connector_id>/restore")
@need("admin")
def restore(connector_id: str) -> Response:
    config = known(connector_id)
    allow("admin", "")
    shelf.restore(config.id, current_user.name)
    changed()
    flash(_("%(name)s is back.", name=config.name or config.id), "success")
    return go(address(config))


@blueprint.get("/all/archived")
@need("admin")
def archived() -> Response:
    shown = [config for config in connectors.all(archived=True) if config.id not in current_user.hidden]
    return render("connectors/archived.html", connectors=shown)


@blueprint.route("/all/features", methods=["GET", "POST"])
@need("admin")
def offer() -> Response:
    """Which features any connector may have (CFG-17)."""
    stored = house.get()
    if request.method == "GET":
        return render("connectors/offer.html", offer=stored, names=FEATURES)
    typed = {name: f"feature-{name}" in request.form for name in FEATURES}
    sent = request.form.get("revision", "")
    seen = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1
    try:
        said = house.save(typed, user=current_user.name, revision=seen)
    except house.Changed:
        mine = house.Offer(typed, stored.revision)
        return render("connectors/offer.html", status=409, offer=mine, names=FEATURES, stale=True)
    changed()
    flash(saved(said), "success")
    return go(url_for("connectors.offer"))
