"""Clocks (SCREENS 37): both systems' times with their zones, Verify, Sync Now, and correcting by itself.

Nobody can set a server's clock from here: what is stored is a difference, and looks for changes use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.db import utcnow
from connector.engine import clocks
from connector.engine.clocks import Reading
from connector.errors import Invalid, Outcome
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.connectors.base import changed, known, saved, sentences
from connector.web.frame.language import tr
from connector.web.frame.render import go, render

blueprint = Blueprint("clocks", __name__, url_prefix="/connectors/<connector_id>/clocks")
SIDES = ("erp", "store")


@dataclass(frozen=True, slots=True)
class Face:
    """One clock on the page: its reading, or why there is none."""

    label: str
    reading: Reading | None = None
    problem: str = ""

    @property
    def sentence(self) -> str:
        """What the reading says (engine/clocks.py), in the language of the page; or why there is none."""
        reading = self.reading
        if reading is None:
            return self.problem
        if reading.offset is None:
            return _("%(system)s does not tell its time.", system=self.label)
        if reading.in_step:
            return _("In step with the stored difference.") if reading.stored else _("In step with ours.")
        if reading.drift > 0:
            return _("%(seconds)s s ahead of what is stored.", seconds=reading.drift)
        return _("%(seconds)s s behind what is stored.", seconds=-reading.drift)


def faces(config: Config) -> list[Face]:
    """Both clocks as they are now; a side that does not answer says so."""
    return [
        _face(config, side, registry.get(name).label)
        for side, name in zip(SIDES, (config.erp, config.plugin), strict=True)
    ]


def _face(config: Config, side: str, label: str) -> Face:
    try:
        systems = current_app.extensions["engine"].systems(config.id)
        return Face(label, clocks.read(systems, config, side, label))
    except Invalid as error:
        return Face(label, problem=sentences(error.errors.values()))
    except Outcome as word:
        return Face(label, problem=f"{word.reason} {word.help}".strip())


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    """Both clocks and the stored differences."""
    return _show(known(connector_id))


def _show(config: Config, *, verified: bool = False, error: str = "", status: int = 200) -> Response:
    shown = faces(config)
    readings = [face.reading for face in shown if face.reading]
    return render(
        "clocks/page.html",
        status=status,
        config=config,
        faces=shown,
        now=utcnow(),
        automatic=bool(config.section("clock").get("automatic", True)),
        verified=verified,
        in_step=len(readings) == len(shown) and all(reading.in_step for reading in readings),
        drifting=[face for face in shown if face.reading and not face.reading.in_step],
        error=error,
    )


@blueprint.post("/verify")
@need("operator")
def verify(connector_id: str) -> Response:
    """Compare the clocks (CON-15): in step, or the drift and Sync Now."""
    return _show(known(connector_id), verified=True)


@blueprint.post("/sync")
@need("admin")
def sync(connector_id: str) -> Response:
    """Sync Now (CON-16): the drift that is measured now is stored."""
    config = known(connector_id)
    shown = faces(config)
    found = {face.reading.side: face.reading.offset for face in shown if face.reading}
    offsets = {side: offset for side, offset in found.items() if offset is not None}
    try:
        changes = clocks.keep(config, offsets, current_user.name) if offsets else []
    except connectors.Stale as error:
        flash(tr(error), "warning")
        return go(url_for("clocks.page", connector_id=config.id))
    except Invalid as error:
        return _show(config, error=sentences(error.errors.values()), status=422)
    changed()
    for face in shown:
        if face.problem:
            flash(f"{face.label}: {face.problem}", "warning")
    if offsets:
        said = _("The clocks are synchronized. Nothing was different.")
        if changes:
            said = _("The clocks are synchronized. %(changes)s.", changes="; ".join(changes))
        flash(said, "success")
    return go(url_for("clocks.page", connector_id=config.id))


@blueprint.post("/automatic")
@need("admin")
def automatic(connector_id: str) -> Response:
    """Switch correcting by itself on or off."""
    config = known(connector_id)
    wanted = request.form.get("automatic") == "1"
    text = request.form.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        given = {"clock": {"automatic": wanted}}
        changes = connectors.save(config.id, given, user=current_user.name, revision=revision)
    except connectors.Stale as error:
        return _show(config, error=tr(error), status=409)
    except Invalid as error:
        return _show(config, error=sentences(error.errors.values()), status=422)
    changed()
    flash(saved(changes), "success")
    return go(url_for("clocks.page", connector_id=config.id))
