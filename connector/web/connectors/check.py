"""Test Connection: one side, with the values as they are typed. A success saves them (CON-09), a failure nothing."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, current_app, flash
from flask_babel import gettext as _
from flask_login import current_user

from connector import events
from connector.errors import Invalid, Outcome
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.systems import registry
from connector.systems.base import Check
from connector.web.access.auth import need
from connector.web.connectors import blocks, editing
from connector.web.connectors.base import blueprint, changed, known, revision, saved
from connector.web.frame import forms
from connector.web.frame.language import tr
from connector.web.frame.render import asked_for_part, render

SIDES = ("erp", "store")
ALLOWED_OFFSET = 5.0  # seconds that two clocks may differ before the page says so


@dataclass(frozen=True, slots=True)
class Tested:
    """What the page says under the button."""

    side: str
    label: str
    check: Check
    errors: tuple[tuple[str, str], ...] = ()  # (id of the field, sentence)
    saved: tuple[str, ...] = ()
    stale: bool = False

    @property
    def clock(self) -> str:
        """A sentence when the other side's clock is off."""
        offset = self.check.clock_offset
        if offset is None or abs(offset) < ALLOWED_OFFSET:
            return ""
        seconds = f"{abs(offset):.0f}"
        if offset > 0:
            return _("Its clock is %(seconds)s s ahead of ours.", seconds=seconds)
        return _("Its clock is %(seconds)s s behind ours.", seconds=seconds)


@blueprint.post("/<connector_id>/test/<side>")
@need("admin")
def test(connector_id: str, side: str) -> Response:
    config = known(connector_id)
    if side not in SIDES:
        abort(404)
    cards = editing.cards_of(config, "connection")
    form = editing.form_of(cards, general=True)
    sides = [part for part in blocks.parts(cards) if part.name == side]
    tested = _test(config, side, forms.typed(form, sides)[side], revision(form))
    now = connectors.get(config.id)
    if tested.check.ok:
        form["revision"].data = str(now.revision)
    status = 422 if tested.errors else 200
    if asked_for_part():
        return render("connectors/_test.html", status=status, tested=tested, form=form)
    if tested.errors:
        forms.place(form, {field.replace("-", ".", 1): sentence for field, sentence in tested.errors})
    if tested.saved:
        flash(saved(tested.saved), "success")
    return editing.show(now, "connection", cards, form, status=status, tested=tested)


def _test(config: Config, side: str, values: dict[str, object], revision: int) -> Tested:
    label = registry.get(config.erp if side == "erp" else config.plugin).label
    try:
        check = current_app.extensions["engine"].test_connection(config.id, side, values)
    except Invalid as error:
        return Tested(side, label, Check(ok=False), errors=_placed(error))
    except Outcome as word:
        check = Check(ok=False, problem=word.reason, help=word.help)
    _log(config, label, check)
    if not check.ok:
        return Tested(side, label, check)
    return _keep(config, side, values, revision, label, check)


def _placed(error: Invalid) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace(".", "-", 1), tr(sentence)) for name, sentence in error.errors.items())


def _keep(config: Config, side: str, values: dict[str, object], revision: int, label: str, check: Check) -> Tested:
    """Save what has just been proved right, and let the connector call again."""
    try:
        saved = connectors.save(config.id, {side: values}, user=current_user.name, revision=revision)
    except connectors.Stale:
        return Tested(side, label, check, stale=True)
    except Invalid as error:  # it answers, but something else of the connector is wrong
        return Tested(side, label, check, errors=_placed(error))
    connectors.clear_attention(config.id)
    changed()
    return Tested(side, label, check, saved=tuple(saved))


def _log(config: Config, label: str, check: Check) -> None:
    found = "; ".join(f"{name}: {value}" for name, value in check.facts)
    events.record(
        "Configuration",
        f"Test Connection with {label}: " + (f"connected. {found}" if check.ok else check.problem),
        connector_id=config.id,
        level=events.INFO if check.ok else events.ERROR,
        user=current_user.name,
    )
