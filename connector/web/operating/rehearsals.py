"""Rehearsal: a connector that does everything but write, and what it would have done, to be sent later."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.errors import REHEARSAL, Invalid
from connector.queue.models import SKIPPED
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.setup.models import ADMIN, OPERATOR
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.asking import ENTITIES, Asked
from connector.web.frame.language import choices, format_decimal, tr
from connector.web.frame.render import go, render

blueprint = Blueprint("rehearsals", __name__, url_prefix="/connectors")


def _on(config: Config) -> bool:
    return bool(config.section("rehearsal").get("on"))


def _chosen(config: Config, given: Any) -> tuple[Filter, Asked]:
    """What is listed: rehearsed messages of this connector, of one entity when that is asked for."""
    asked = Asked(given)
    entity = asked.choice("entity", list(dict(ENTITIES)))
    return Filter(config.id, entity, status=SKIPPED, code=REHEARSAL), asked


@blueprint.get("/<connector_id>/rehearsal")
@need("viewer")
def page(connector_id: str) -> Response:
    """Whether it is on, and what was only rehearsed, newest first."""
    config = configuring.known(connector_id)
    chosen, asked = _chosen(config, request.args)
    return render(
        "rehearsals/page.html",
        "list",
        status=asked.status,
        config=config,
        on=_on(config),
        asked=asked,
        entities=choices(ENTITIES),
        found=history.messages(chosen, asked.cursor("before")),
        deep="before" in request.args,
        may_switch=current_user.may(ADMIN),
        may_send=current_user.may(OPERATOR),
    )


@blueprint.post("/<connector_id>/rehearsal/switch")
@need("admin")
def switch(connector_id: str) -> Response:
    """Begin or end the rehearsal; an event tells who did it."""
    config = configuring.known(connector_id)
    on = request.form.get("on") == "1"
    try:
        connectors.save(
            config.id,
            {"rehearsal": {"on": on}},
            user=current_user.name,
            revision=_revision(request.form.get("revision")),
        )
    except connectors.Stale as problem:
        flash(_("Nothing was changed: %(problem)s", problem=tr(problem)), "warning")
    except Invalid as problem:
        flash(_("Nothing was changed: %(problem)s", problem=" ".join(map(tr, problem.errors.values()))), "warning")
    else:
        configuring.changed()
        begun = _("The rehearsal begins: from now on nothing is written to either system.")
        flash(begun if on else _("The rehearsal has ended: messages are sent again."), "success")
    return go(url_for("rehearsals.page", connector_id=config.id))


def _revision(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@blueprint.post("/<connector_id>/rehearsal/send")
@need("operator")
def send(connector_id: str) -> Response:
    """Everything that was only rehearsed (of the filter) now for real: each record is read again."""
    config = configuring.known(connector_id)
    here = url_for("rehearsals.page", connector_id=config.id)
    if _on(config):
        flash(_("End the rehearsal first: it would only be rehearsed again."), "warning")
        return go(here)
    chosen, asked = _chosen(config, request.form)
    if asked.errors:
        return go(here)
    done = repair.reprocess(
        chosen, user=current_user.name, reason="Sent after a rehearsal", bell=configuring.engine().bell
    )
    if not done.finished:
        return go(url_for("failed.progress", run_id=done.run_id))
    text = ngettext(
        "%(number)s message sent for real now.",
        "%(number)s messages sent for real now.",
        done.changed,
        number=format_decimal(done.changed),
    )
    flash(text, "success")
    return go(here)
