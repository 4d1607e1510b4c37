"""List, new, and the page of one connector with its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField

from connector.errors import Invalid
from connector.queue import numbers
from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.setup import connectors, settings, states
from connector.setup import schedules as stored_schedules
from connector.setup.connectors import Config
from connector.setup.settings import Section
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from connector.web import forms
from connector.web.auth import need
from connector.web.connectors import example, life
from connector.web.connectors.base import address, blueprint, changed, known, sections_of
from connector.web.render import go, render

NAME = {"maxlength": 120, "autocomplete": "off"}
ID = {"maxlength": 40, "required": True, "autocomplete": "off", "spellcheck": "false"}


@blueprint.get("")
@need("viewer")
def index() -> Response:
    shown = [config for config in connectors.all() if config.id not in current_user.hidden]
    return render("connectors/list.html", connectors=shown)


@blueprint.get("/<connector_id>")
@need("viewer")
def page(connector_id: str) -> Response:
    config = known(connector_id)
    return show(config, filled(config))


@blueprint.post("/<connector_id>")
@need("admin")
def save(connector_id: str) -> Response:
    """Save the whole form; on errors the page again, with what was typed (but never a secret)."""
    config = known(connector_id)
    form = typed_form(config)
    try:
        changes = connectors.save(
            config.id,
            forms.typed(form, sections_of(config)),
            user=current_user.name,
            revision=revision(form),
            name=form["name"].data or "",
            active=form["active"].data,
        )
    except Invalid as error:
        return show(config, form, status=422, problems=forms.place(form, error.errors))
    except connectors.Stale:
        form["revision"].data = str(config.revision)
        return show(config, form, status=409, stale=True)
    changed()
    flash("Saved: " + "; ".join(changes) + "." if changes else "Saved. Nothing was different.", "success")
    return go(address(config, "settings"))


def typed_form(config: Config) -> FlaskForm:
    """The form of a connector as it was sent."""
    form = forms.form_for(
        sections_of(config),
        revision=HiddenField(),
        name=StringField("Name", render_kw=NAME),
        active=BooleanField("Active"),
    )()
    forms.mark_secrets(form, sections_of(config), config.values)
    return form


def filled(config: Config) -> FlaskForm:
    """The form of a connector with what is stored."""
    form = typed_form(config)
    forms.fill(form, sections_of(config), config.values)
    form["revision"].data, form["name"].data, form["active"].data = str(config.revision), config.name, config.active
    return form


def revision(form: FlaskForm) -> int:
    """The revision that the form was made from; 0 is never a stored one."""
    text = str(form["revision"].data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def show(config: Config, form: FlaskForm, *, status: int = 200, **more: Any) -> Response:
    """The page of a connector around this form: every view that ends on it comes through here."""
    return render(
        "connectors/page.html",
        status=status,
        config=config,
        erp=registry.get(config.erp).label,
        store=registry.get(config.plugin).label,
        masked=connectors.masked(config),
        sections=sections_of(config),
        form=form,
        example=example.sentences(config.id, config.plugin, forms.typed(form, [settings.QUEUE])["queue"]),
        schedules=stored_schedules.of(config.id),
        actions=life.buttons(config),
        queues=_queues(config),
        hook=url_for("hooks.acumatica", connector_id=config.id, _external=True),
        **more,
    )


def _queues(config: Config) -> list[dict[str, Any]]:
    """Each queue: how full it is, and whether anything comes in and goes out (LIF-08)."""
    lanes = {sync: Lane(config.id, sync.entity, sync.direction) for sync in SYNCS}
    counts = numbers.counts(lanes.values())
    return [
        {
            "kind": sync.kind,
            "pending": counts[lane][PENDING],
            "collects": states.collects(config, sync.entity),
            "sends": states.sends(config, sync.entity),
        }
        for sync, lane in lanes.items()
    ]


@blueprint.get("/<connector_id>/example")
@need("viewer")
def example_now(connector_id: str) -> Response:
    """The queue section's example for the numbers as they are typed."""
    config = known(connector_id)
    typed: dict[str, Any] = {
        setting.name: request.args.get(f"queue-{setting.name}", "")[:20] for setting in settings.QUEUE.settings
    }
    typed["batch_mode"] = "queue-batch_mode" in request.args
    return render("connectors/_example.html", example=example.sentences(config.id, config.plugin, typed))


@blueprint.route("/new", methods=["GET", "POST"])
@need("admin")
def new() -> Response:
    """The least that a connector needs: its ID, and both connections. All else has defaults."""
    stores = registry.stores()
    plugin = request.values.get("plugin") or next(iter(stores), "")
    if plugin not in stores:
        abort(400)
    sections = settings.sections("acumatica", plugin)[:2]
    form = _new_form(sections, stores)
    if request.method == "GET":
        forms.fill(form, sections, {})
        form["plugin"].data = plugin
        return render("connectors/new.html", form=form, sections=sections, plugin=plugin, stores=stores)
    try:
        name = form["name"].data or ""
        made = connectors.create(form["id"].data or "", name, plugin, forms.typed(form, sections), current_user.name)
    except Invalid as error:
        problems = forms.place(form, error.errors)
        more = {"form": form, "sections": sections, "plugin": plugin, "stores": stores, "problems": problems}
        return render("connectors/new.html", status=422, **more)
    changed()
    flash(f"Connector {made.id} is made. Test both connections, then initialize it.", "success")
    return go(address(made))


def _new_form(sections: Sequence[Section], stores: dict[str, Any]) -> FlaskForm:
    labels = [(name, system.label) for name, system in stores.items()]
    form: FlaskForm = forms.form_for(
        sections,
        id=StringField("Connector ID", render_kw=ID),
        name=StringField("Name", render_kw=NAME),
        plugin=SelectField("Connector plug-in", choices=labels, validate_choice=False),
    )()
    return form
