"""Order Status Manager: the ERP's order statuses that the status maps offer, added, renamed, switched (MAP-20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.setup import stamps, statuses
from connector.setup.connectors import Config
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known, typed
from connector.web.frame.render import go, render
from connector.web.mapping.base import blueprint


@blueprint.get("/statuses")
@need("viewer")
def order_statuses(connector_id: str) -> Response:
    return _show(known(connector_id))


@blueprint.post("/statuses")
@need("admin")
def save_statuses(connector_id: str) -> Response:
    """Save all rows and the new one."""
    config = known(connector_id)
    enabled = set(configuring.chosen("enabled", request.form.getlist("enabled")))
    places = configuring.chosen("place", request.form.getlist("place"))
    edits = {at: (typed(f"label-{at}"), at in enabled) for at in places}
    based_on, added = typed("based_on"), typed("added")
    try:
        said = statuses.save(config.id, edits, added, user=current_user.name, based_on=based_on)
    except stamps.Stale:
        return _show(config, 409, stale=True, added=added)
    except Invalid as error:
        return _show(config, 422, edits=edits, errors=error.errors, added=added)
    configuring.changed()
    flash(_("Saved: %(what)s.", what="; ".join(said)) if said else _("Nothing was different."), "success")
    return go(url_for("mapping.order_statuses", connector_id=config.id))


def _show(
    config: Config, status: int = 200, *, edits: Mapping[int, tuple[str, bool]] | None = None, **more: Any
) -> Response:
    stored = statuses.of(config.id)
    rows = [dict(row) for row in stored]
    for at, (label, enabled) in (edits or {}).items():
        if at < len(rows):
            rows[at] |= {"label": label, "enabled": enabled}
    usual: dict[str, Any] = {"errors": {}, "added": "", "stale": False}
    return render(
        "mapping/statuses.html", status=status, config=config, rows=rows, based_on=statuses.stamp(stored),
        admin=configuring.admin(), **(usual | more),
    )  # fmt: skip
