"""What one store view has for itself (CON-10): each setting that may differ, with "use default" beside it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField

from connector.errors import Invalid
from connector.setup import connectors, scopes
from connector.setup.connectors import Config
from connector.setup.settings import Section
from connector.systems.base import Setting
from connector.web.access.auth import need
from connector.web.connectors import lists
from connector.web.connectors.base import blueprint, changed, known, revision, saved, sections_of, sentences
from connector.web.frame import forms
from connector.web.frame.language import tr
from connector.web.frame.render import go, render

CODE = {"maxlength": 64, "autocomplete": "off", "spellcheck": "false"}
Pairs = list[tuple[Section, Setting]]


def known_views(config: Config) -> list[tuple[str, str]]:
    """(code, label) of every store view that was fetched, and of those that have values."""
    fetched = lists.one(config, "store_view")
    found = {row.value: row.label or row.value for row in (fetched.rows if fetched else ())}
    for name in scopes.held(config.values):
        found.setdefault(name[1:], name[1:])
    return list(found.items())


def _form(pairs: Pairs) -> FlaskForm:
    extra: dict[str, Any] = {"revision": HiddenField(), "view": StringField(_("Store view"), render_kw=CODE)}
    for section, setting in pairs:
        label = _("%(setting)s: use default", setting=tr(setting.label))
        extra[f"default-{section.name}-{setting.name}"] = BooleanField(label)
    return forms.form_for([Section(section.name, "", (setting,)) for section, setting in pairs], **extra)()


@blueprint.get("/<connector_id>/views")
@need("viewer")
def views(connector_id: str) -> Response:
    config = known(connector_id)
    pairs = scopes.scoped(sections_of(config))
    there = known_views(config)
    view = request.args.get("view", "")[:64] or (there[0][0] if there else "")
    form = _form(pairs)
    mine = config.values.get(f"@{view}", {})
    for section, setting in pairs:
        own = mine.get(section.name, {}).get(setting.name)
        value = config.section(section.name)[setting.name] if own is None else own
        forms.fill(form, [Section(section.name, "", (setting,))], {section.name: {setting.name: value}})
        form[f"default-{section.name}-{setting.name}"].data = own is None
    form["view"].data, form["revision"].data = view, str(config.revision)
    return _show(config, form, pairs)


@blueprint.post("/<connector_id>/views")
@need("admin")
def save_view(connector_id: str) -> Response:
    """Save what this view has for itself; a tick at "use default" takes its value away."""
    config = known(connector_id)
    pairs = scopes.scoped(sections_of(config))
    form = _form(pairs)
    view = (form["view"].data or "").strip()
    given: dict[str, dict[str, Any]] = {}
    for section, setting in pairs:
        default = form[f"default-{section.name}-{setting.name}"].data
        value = form[forms.field_name(section, setting)].data
        given.setdefault(section.name, {})[setting.name] = None if default else value or ""
    try:
        said = connectors.save(config.id, {f"@{view}": given}, user=current_user.name, revision=revision(form))
    except Invalid as error:
        found = {name.removeprefix(f"@{view}").lstrip(".") or "view": text for name, text in error.errors.items()}
        return _show(config, form, pairs, status=422, problems=forms.place(form, found))
    except connectors.Stale:
        form["revision"].data = str(config.revision)
        return _show(config, form, pairs, status=409, stale=True)
    changed()
    flash(saved(said), "success")
    return go(url_for("connectors.views", connector_id=config.id, view=view))


@blueprint.post("/<connector_id>/views/update")
@need("admin")
def update_views(connector_id: str) -> Response:
    """Ask the store for its store views."""
    config = known(connector_id)
    kept = lists.keeper(config, "store_view")
    if kept is None:
        problem = _("This store keeps no list of store views: type the code.")
    else:
        try:
            problem = lists.update(config, kept, current_user.name)
        except Invalid as error:
            problem = sentences(error.errors.values())
    if problem:
        flash(_("Not updated. %(why)s", why=problem), "warning")
    else:
        flash(_("The store views are up to date."), "success")
    return go(url_for("connectors.views", connector_id=config.id))


def _show(config: Config, form: FlaskForm, pairs: Pairs, *, status: int = 200, **more: Any) -> Response:
    view = (form["view"].data or "").strip()
    return render(
        "connectors/views.html",
        status=status,
        config=config,
        form=form,
        pairs=pairs,
        view=view,
        views=known_views(config),
        own=config.values.get(f"@{view}", {}),
        **more,
    )
