"""The Health page: how each connection is, what it takes of its allowance, which processes work and hold what."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.db import utcnow
from connector.queue.lanes import Lane
from connector.setup import connectors
from connector.setup.models import ADMIN, OPERATOR
from connector.sync.catalogue import SYNCS
from connector.watch import breaker, health
from connector.web.access.auth import need
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("vitals", __name__, url_prefix="/health")
LIMIT = 100  # leases that are listed
SIDES = (N_("Store"),)  # of health.SIDES; ERP is called so everywhere


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """All connectors that may be seen; processes and leases are the house's."""
    now = utcnow()
    configs = [config for config in connectors.all() if config.id not in current_user.hidden]
    seen = {config.id for config in configs}
    held = [row for row in health.leases(now) if _about(row.name) in seen or not _about(row.name)]
    return render(
        "vitals/page.html",
        "health",
        sides=health.sides(configs, now),
        workers=health.workers(now),
        leases=held[:LIMIT],
        more=max(0, len(held) - LIMIT),
        may_try={config.id for config in configs if current_user.may(OPERATOR, config.id)},
        may_set={config.id for config in configs if current_user.may(ADMIN, config.id)},
        now=now,
    )


@blueprint.post("/<connector_id>/<side>/try")
@need("operator")
def try_now(connector_id: str, side: str) -> Response:
    """Do not wait for the end of the pause: the next message tries."""
    if side not in health.SIDES:
        abort(404)
    label = tr(health.SIDES[side])
    if breaker.try_now(connector_id, side, now=utcnow(), user=current_user.name):
        for lane in _lanes(connector_id):
            current_app.extensions["engine"].bell.ring(lane)
        said = _(
            "The next message of %(connector)s tries the %(side)s. If it goes well, all others follow.",
            connector=connector_id,
            side=label,
        )
        flash(said, "success")
    else:
        said = _("Calls to the %(side)s of %(connector)s are not held back.", side=label, connector=connector_id)
        flash(said, "info")
    return go(url_for("vitals.page"))


def _lanes(connector_id: str) -> list[Lane]:
    return [Lane(connector_id, sync.entity, sync.direction) for sync in SYNCS]


def _about(lease: str) -> str:
    """The connector of a lease: "DEMO/price/erp_to_store/poll"; those of the house have none."""
    connector, slash, _rest = lease.partition("/")
    return connector if slash else ""
