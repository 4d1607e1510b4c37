"""List, new, and the page of one connector with its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from connector.engine import probes
from connector.errors import Invalid
from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.queue.reading import numbers
from connector.setup import checklist, connectors, settings, states
from connector.setup import schedules as stored_schedules
from connector.setup.connectors import Config
from connector.setup.settings import Section
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.connectors import blocks, life
from connector.web.connectors.activity import row_name
from connector.web.connectors.base import address, blueprint, changed, known, sections_of
from connector.web.frame import forms
from connector.web.frame.language import tr
from connector.web.frame.render import go, render

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
    """The overview of a connector: what is missing, what it does, its schedules and its push address."""
    config = known(connector_id)
    sections_of(config)
    return render(
        "connectors/page.html",
        config=config,
        erp=registry.get(config.erp).label,
        store=registry.get(config.plugin).label,
        masked=connectors.masked(config),
        checklist=[item._replace(text=_said(item)) for item in checklist.of(config)],
        pages=blocks.TITLES,
        schedules=stored_schedules.of(config.id),
        actions=life.buttons(config),
        queues=_queues(config),
        hook=url_for("hooks.acumatica", connector_id=config.id, _external=True),
    )


def _said(item: checklist.Item) -> str:
    """A line of the checklist in the language of the page."""
    return tr(item.text) % {place: ", ".join(map(row_name, words)) for place, words in item.values.items()}


def _queues(config: Config) -> list[dict[str, Any]]:
    """Each queue: how full it is, and whether anything comes in and goes out (LIF-08)."""
    lanes = {sync: Lane(config.id, sync.entity, sync.direction) for sync in SYNCS}
    counts = numbers.counts(lanes.values())
    return [
        {
            "name": row_name(probes.queue_name(sync)),
            "pending": counts[lane][PENDING],
            "collects": states.collects(config, sync.entity) and config.flows(sync.entity, sync.direction),
            "sends": states.sends(config, sync.entity) and config.flows(sync.entity, sync.direction),
        }
        for sync, lane in lanes.items()
    ]


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
        return render("connectors/new.html", form=form, sections=sections, plugin=plugin, stores=stores, config=None)
    try:
        name = form["name"].data or ""
        made = connectors.create(form["id"].data or "", name, plugin, forms.typed(form, sections), current_user.name)
    except Invalid as error:
        problems = forms.place(form, error.errors)
        more = {"form": form, "sections": sections, "plugin": plugin, "stores": stores, "problems": problems}
        return render("connectors/new.html", status=422, config=None, **more)
    changed()
    flash(_("Connector %(id)s is made. Test both connections, then initialize it.", id=made.id), "success")
    return go(address(made))


def _new_form(sections: Sequence[Section], stores: dict[str, Any]) -> FlaskForm:
    labels = [(name, system.label) for name, system in stores.items()]
    form: FlaskForm = forms.form_for(
        sections,
        id=StringField(_("Connector ID"), render_kw=ID),
        name=StringField(_("Name"), render_kw=NAME),
        plugin=SelectField(_("Connector plug-in"), choices=labels, validate_choice=False),
    )()
    return form
