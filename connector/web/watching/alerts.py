"""Alerts of a connector: what people were told of and when, by which channels, and a button that tries these."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector import events
from connector.db import utcnow
from connector.watch import alerts, channels, mail
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("alerts", __name__, url_prefix="/connectors/<connector_id>/alerts")
CHANNELS = (
    ("mail", N_("E-mail")),
    ("webhook", N_("Webhook")),
    ("apprise", N_("Other channels")),
    ("heartbeat", N_("Dead-man address")),
)


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    config = known(connector_id)
    chosen = config.section("alert")
    found = alerts.latest(config.id)
    return render(
        "alerts/page.html",
        config=config,
        open=[row for row in found if row.over_at is None],
        over=[row for row in found if row.over_at is not None],
        channels=[(label, bool(chosen.get(name))) for name, label in CHANNELS],
        told=any(chosen.get(name) for name, _ in CHANNELS[:3]) and bool(chosen.get("enabled")),
        wrong=channels.wrong(str(chosen.get("apprise") or "")),
        no_server=bool(chosen.get("mail")) and not mail.ready(),
        quiet=alerts.quiet(chosen, utcnow()),
        hours=(chosen.get("quiet_from"), chosen.get("quiet_to")),
        may_act=current_user.may("operator"),
    )


@blueprint.post("/try")
@need("operator")
def attempt(connector_id: str) -> Response:
    """Send a test by every channel."""
    config = known(connector_id)
    chosen: Any = config.section("alert")
    if not any(chosen.get(name) for name, _ in CHANNELS[:3]):
        flash(_("No channel is set yet."), "warning")
    else:
        done = configuring.engine().try_alert(config.id, user=current_user.name)
        said = "was taken" if done else "was taken by no channel: see the log for which one failed"
        if done:
            flash(_("The test was taken."), "success")
        else:
            flash(_("The test was taken by no channel: see the log for which one failed."), "danger")
        events.record(alerts.ACTION, f"A test {said}.", connector_id=config.id, user=current_user.name)
    return go(url_for("alerts.page", connector_id=config.id))
