"""What the modules of these pages share: the blueprint, and how a connector is found."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, url_for
from flask_wtf import FlaskForm

from connector.setup import connectors, settings
from connector.setup.connectors import Config
from connector.setup.settings import Section
from connector.web.frame import problems

blueprint = Blueprint("connectors", __name__, url_prefix="/connectors")


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
        text = (
            f"This house has no {config.erp} or no {config.plugin} at present. The settings are kept until it is back."
        )
        abort(problems.answer(409, "A system of this connector is missing", text))


def revision(form: FlaskForm) -> int:
    """The revision that the form was made from; 0 is never a stored one."""
    text = str(form["revision"].data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def address(config: Config, anchor: str = "") -> str:
    return url_for("connectors.page", connector_id=config.id, _anchor=anchor or None)


def changed() -> None:
    """Tell the engine of this process that a connector or a schedule is not what it was."""
    current_app.extensions["engine"].refresh()
