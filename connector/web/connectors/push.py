"""The secret of the push address: made here, shown once, never again."""

from __future__ import annotations

import secrets

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.setup import connectors
from connector.web.access.auth import need
from connector.web.connectors.base import address, blueprint, changed, known
from connector.web.frame.render import go, render


@blueprint.post("/<connector_id>/secret")
@need("admin")
def new_secret(connector_id: str) -> Response:
    """Make a new one and show it: the only page that ever holds a secret, so it is not kept by the browser."""
    config = known(connector_id)
    secret = secrets.token_urlsafe(32)
    try:
        connectors.save(config.id, {"push": {"secret": secret}}, user=current_user.name, revision=config.revision)
    except connectors.Stale:
        flash(_("Somebody else has just saved this connector: no new secret was made. Try again."), "warning")
        return go(address(config, "push-address"))
    changed()
    hook = url_for("hooks.acumatica", connector_id=config.id, _external=True)
    return render("connectors/secret.html", config=connectors.get(config.id), secret=secret, hook=hook)
