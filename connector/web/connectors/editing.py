"""The settings of a connector, page by page: one form, one atomic Save, a list of what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import Connection
from wtforms import BooleanField, HiddenField, SelectField, StringField

from connector.db import utcnow
from connector.errors import Invalid
from connector.queue import scheduler
from connector.records import ERP_TO_STORE
from connector.setup import auto, connectors, cron, house, settings
from connector.setup.connectors import Config
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.connectors import blocks, example, lists
from connector.web.connectors.base import blueprint, changed, known, revision, saved, sections_of, sentences
from connector.web.connectors.blocks import Block
from connector.web.frame import forms
from connector.web.frame.language import tr
from connector.web.frame.render import asked_for_part, go, render

NAME = {"maxlength": 120, "autocomplete": "off"}
FREQUENCIES = (("hourly", _l("Hourly")), ("daily", _l("Daily")), ("weekly", _l("Weekly")), ("monthly", _l("Monthly")))
SWITCH = (("0", _l("No")), ("1", _l("Yes")))


def cards_of(config: Config, page: str) -> tuple[Block, ...]:
    """The cards of that page, or 404."""
    sections_of(config)
    try:
        return blocks.of(config.erp, config.plugin, page)
    except KeyError:
        abort(404)


def form_of(cards: tuple[Block, ...], *, general: bool = False) -> FlaskForm:
    """The form of these cards as it was sent (or empty)."""
    extra: dict[str, Any] = {"revision": HiddenField()}
    if general:
        extra |= {"name": StringField(_("Name"), render_kw=NAME), "active": BooleanField(_("Active"))}
    for entity in autos(cards):
        extra |= auto_fields(entity)
    return forms.form_for(blocks.parts(cards), **extra)()


def auto_fields(entity: str) -> dict[str, Any]:
    """Auto Cron, start time and frequency of one entity."""
    what = tr(settings.NAMES[entity])
    times = {"maxlength": 8, "autocomplete": "off", "placeholder": "00:00:00", "spellcheck": "false"}
    return {
        f"auto-{entity}-on": SelectField(
            _("%(entity)s: auto cron", entity=what), choices=list(SWITCH), validate_choice=False
        ),
        f"auto-{entity}-start_time": StringField(_("%(entity)s: start time (UTC)", entity=what), render_kw=times),
        f"auto-{entity}-frequency": SelectField(
            _("%(entity)s: frequency", entity=what), choices=list(FREQUENCIES), validate_choice=False
        ),
    }


def autos(cards: tuple[Block, ...]) -> list[str]:
    return [entity for card in cards for entity in card.autos]


def filled(config: Config, cards: tuple[Block, ...], *, general: bool = False) -> FlaskForm:
    """The form with what is stored."""
    form = form_of(cards, general=general)
    forms.fill(form, blocks.parts(cards), config.values)
    form["revision"].data = str(config.revision)
    if general:
        form["name"].data, form["active"].data = config.name, config.active
    for entity in autos(cards):
        stored = auto.auto(config.id, entity, blocks.directions(entity)[0])
        form[f"auto-{entity}-on"].data = "1" if stored.on else "0"
        form[f"auto-{entity}-start_time"].data = stored.start_time
        _frequency(form[f"auto-{entity}-frequency"], stored)
    return form


def next_launches(form: FlaskForm, entities: list[str]) -> dict[str, datetime]:
    """When each entity whose Auto Cron is on would start next, as it is chosen at the moment (SCH-03)."""
    found = {}
    for entity in entities:
        base = f"auto-{entity}-"
        if form[base + "on"].data != "1":
            continue
        frequency, start = form[base + "frequency"].data or "", form[base + "start_time"].data or ""
        try:
            expression = getattr(form[base + "frequency"], "cron", "") or cron.of_frequency(frequency, start)
            at = scheduler.next_run(expression, utcnow())
        except ValueError:  # the field says what is wrong when it is saved
            continue
        if at is not None:
            found[entity] = at
    return found


def _frequency(field: Any, stored: auto.Auto) -> None:
    """An expression that somebody typed on the page of the schedule stays a choice of its own."""
    if stored.cron and stored.frequency == cron.CUSTOM:
        field.choices = [*FREQUENCIES, (cron.CUSTOM, _("As typed: %(cron)s", cron=stored.cron))]
        field.cron = stored.cron
    field.data = stored.frequency


@blueprint.get("/<connector_id>/settings/<page>")
@need("viewer")
def settings_page(connector_id: str, page: str) -> Response:
    config = known(connector_id)
    cards = cards_of(config, page)
    return show(config, page, cards, filled(config, cards, general=page == "connection"))


@blueprint.post("/<connector_id>/settings/<page>")
@need("admin")
def save(connector_id: str, page: str) -> Response:
    """Save one page as a whole; on errors the page again, with what was typed (but never a secret)."""
    config = known(connector_id)
    cards = cards_of(config, page)
    form = form_of(cards, general=page == "connection")
    try:
        said = connectors.save(
            config.id,
            forms.typed(form, blocks.parts(cards)),
            user=current_user.name,
            revision=revision(form),
            also=lambda connection: _save_autos(connection, config, cards, form),
            **_general(form),
        )
    except Invalid as error:
        return show(config, page, cards, form, status=422, problems=forms.place(form, error.errors))
    except connectors.Stale:
        form["revision"].data = str(config.revision)
        return show(config, page, cards, form, status=409, stale=True)
    changed()
    flash(saved(said), "success")
    return go(url_for("connectors.settings_page", connector_id=config.id, page=page))


def _general(form: FlaskForm) -> dict[str, Any]:
    return {"name": form["name"].data or "", "active": bool(form["active"].data)} if "name" in form else {}


def _save_autos(connection: Connection, config: Config, cards: tuple[Block, ...], form: FlaskForm) -> list[str]:
    said: list[str] = []
    errors: dict[str, str] = {}
    for entity in autos(cards):
        try:
            said += save_auto(connection, config, entity, form)
        except Invalid as error:
            errors |= {f"auto-{entity}-{name}": text for name, text in error.errors.items()}
    if errors:
        raise Invalid(errors)
    return said


def save_auto(connection: Connection, config: Config, entity: str, form: FlaskForm) -> list[str]:
    """Write Auto Cron of one entity, for each way in which it travels; what is off and was never on stays unwritten."""
    on = form[f"auto-{entity}-on"].data == "1"
    said = []
    for direction in blocks.directions(entity):
        stored = auto.auto(config.id, entity, direction)
        if not on and not stored.on:
            continue
        start = form[f"auto-{entity}-start_time"].data or stored.start_time
        frequency = form[f"auto-{entity}-frequency"].data or stored.frequency
        more = {"user": current_user.name, "connection": connection}
        said += auto.set_auto(config.id, entity, direction, on, start, frequency, **more)
    return said


def show(
    config: Config, page: str, cards: tuple[Block, ...], form: FlaskForm, *, status: int = 200, **more: Any
) -> Response:
    """One page of settings around this form."""
    forms.mark_secrets(form, blocks.parts(cards), config.values)
    queue = forms.typed(form, [settings.QUEUE])["queue"] if page == "setup" else {}
    return render(
        "connectors/settings.html",
        status=status,
        config=config,
        page=page,
        title=blocks.TITLES[page],
        blocks=cards,
        form=form,
        masked=connectors.masked(config),
        lists=lists.of(config, blocks.parts(cards)),
        limits=_limits(config),
        launches=next_launches(form, autos(cards)),
        offered=house.get().features if page == "features" else {},
        example=example.sentences(config.id, config.plugin, queue) if page == "setup" else [],
        **more,
    )


def _limits(config: Config) -> dict[str, str]:
    """What the store cannot take of what it would be sent, in its plug-in's words (SYN-03)."""
    limits = registry.get(config.plugin).capabilities.limits
    return {entity: text for entity, text in limits.items() if ERP_TO_STORE in settings.ways(entity)}


@blueprint.post("/<connector_id>/settings/<page>/update/<section>/<name>")
@need("admin")
def update_list(connector_id: str, page: str, section: str, name: str) -> Response:
    """Fetch the list that a field chooses from (CON-13). The field comes back, or the page, with what was typed."""
    config = known(connector_id)
    cards = cards_of(config, page)
    part = next((part for part in blocks.parts(cards) if part.name == section and _has(part, name)), None)
    kept = lists.keeper(config, part.setting(name).reference) if part else None
    if part is None or kept is None:
        abort(404)
    form, problem = form_of(cards, general=page == "connection"), ""
    try:
        problem = lists.update(config, kept, current_user.name)
    except Invalid as error:
        problem = _("Not updated: %(why)s", why=sentences(error.errors.values()))
    if asked_for_part():
        given = {"config": config, "page": page, "form": form, "section": part, "setting": part.setting(name)}
        return render("connectors/_listed.html", lists=lists.of(config, [part]), problem=problem, **given)
    return show(config, page, cards, form, status=200, problems=[problem] if problem else [])


def _has(part: settings.Section, name: str) -> bool:
    return any(setting.name == name for setting in part.settings)


@blueprint.get("/<connector_id>/auto/<entity>")
@need("viewer")
def auto_now(connector_id: str, entity: str) -> Response:
    """Start time and frequency as they are chosen at the moment, or nothing while Auto Cron is off."""
    config = known(connector_id)
    if entity not in settings.ENTITIES:
        abort(404)
    card = Block("", "", (), autos=(entity,))
    form = filled(config, (card,))
    for name in auto_fields(entity):
        if name in request.args:
            form[name].data = request.args[name][:20]
    if form[f"auto-{entity}-frequency"].data != cron.CUSTOM:
        form[f"auto-{entity}-frequency"].cron = ""
    launches = next_launches(form, [entity])
    return render("connectors/_auto.html", config=config, form=form, entity=entity, launches=launches)


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


@blueprint.post("/<connector_id>/endpoints/restore")
@need("admin")
def restore_endpoints(connector_id: str) -> Response:
    """Take every edited address back to its default (END-03)."""
    config = known(connector_id)
    cards = cards_of(config, "endpoints")
    own = [part for part in blocks.parts(cards) if part.name.endswith("_endpoints")]
    given = {part.name: {setting.name: "" for setting in part.settings} for part in own}
    try:
        said = connectors.save(config.id, given, user=current_user.name, revision=config.revision)
    except connectors.Stale:
        flash(_("Somebody else has just saved this connector: nothing was restored. Try again."), "warning")
    else:
        changed()
        restored = _("Restored: %(count)s addresses.", count=len(said))
        flash(restored if said else _("No address was edited."), "success")
    return go(url_for("connectors.settings_page", connector_id=config.id, page="endpoints"))
