"""What the modules of these pages share: the blueprint, and how a connector is found."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, current_app, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from connector.setup import connectors, settings
from connector.setup.connectors import Config
from connector.setup.settings import Section
from connector.web.frame import problems
from connector.web.frame.language import tr
from connector.web.frame.marks import N_

blueprint = Blueprint("connectors", __name__, url_prefix="/connectors")

STATES = (N_("new"), N_("active"), N_("paused"), N_("stopped"))
JOBS = (N_("Window"), N_("Poll"), N_("Clean"), N_("Expiry"), N_("Failed"), N_("Compare"), N_("Batch"))


def known(connector_id: str) -> Config:
    """The connector, or 404."""
    try:
        return connectors.get(connector_id)
    except KeyError:
        abort(404)


def sections_of(config: Config) -> tuple[Section, ...]:
    """The sections of its form; an error page when a system was taken out of this house."""
    try:
        return settings.sections(config.erp, config.plugin)
    except (KeyError, ImportError):
        text = _(
            "This house has no %(erp)s or no %(store)s at present. The settings are kept until it is back.",
            erp=config.erp,
            store=config.plugin,
        )
        abort(problems.answer(409, _("A system of this connector is missing"), text))


def revision(form: FlaskForm) -> int:
    """The revision that the form was made from; 0 is never a stored one."""
    text = str(form["revision"].data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def address(config: Config, anchor: str = "") -> str:
    return url_for("connectors.page", connector_id=config.id, _anchor=anchor or None)


def saved(changes: Iterable[str]) -> str:
    """What a Save did, in a sentence; the changes are named as in the log, in English."""
    said = "; ".join(changes)
    return _("Saved: %(changes)s.", changes=said) if said else _("Saved. Nothing was different.")


def sentences(errors: Iterable[str]) -> str:
    """What is wrong, in the language of the page, one after another."""
    return " ".join(tr(sentence) for sentence in errors)


@blueprint.app_template_filter()
def card(title: str) -> str:
    """The title of a card; those of the connections and addresses hold the name of a system."""
    system, _space, what = title.rpartition(" ")
    if what == "connection":
        return _("%(system)s connection", system=system)
    if what == "addresses":
        return _("%(system)s addresses", system=system)
    return tr(title)


def changed() -> None:
    """Tell the engine of this process that a connector or a schedule is not what it was."""
    current_app.extensions["engine"].refresh()
