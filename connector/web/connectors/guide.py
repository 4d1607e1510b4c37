"""The set-up guide of a connector (LIF-04, LIF-05): what to make in the ERP, printable, and what was heard of it.

Three ways lead to the same end: by hand with this guide, by importing our package, or neither, then the
entities are only polled. The secret is on the page only in the answer that made it.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.db import utcnow
from connector.errors import Invalid, Outcome
from connector.setup import activities, connectors, package
from connector.setup import guide as guides
from connector.setup.activities import PACKAGE
from connector.setup.connectors import Config
from connector.setup.guide import Guide, Named
from connector.sync import catalogue, notifications
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.connectors.base import changed, known, sentences
from connector.web.frame.render import go, render

blueprint = Blueprint("guide", __name__, url_prefix="/connectors/<connector_id>/guide")


def address_of(config: Config) -> str:
    """Where the ERP sends the notifications of this connector."""
    return url_for("hooks.acumatica", connector_id=config.id, _external=True)


def titled(named: Named) -> str:
    return catalogue.find(named.entity).title


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    """The guide. Its block `heard` asks again until every query was heard."""
    return _show(known(connector_id))


def _show(config: Config, *, secret: str = "", status: int = 200) -> Response:
    made = guides.make(config, address_of(config))
    heard = _heard(config, made)
    return render(
        "guide/page.html",
        None if secret else "heard",
        status=status,
        config=config,
        guide=made,
        erp=registry.get(config.erp).label,
        secret=secret,
        heard=heard,
        listening=any(at is None for *_named, at in heard),
        titles={named.entity: titled(named) for named in made.inquiries},
        unticked=[catalogue.find(entity).title for entity in made.unticked],
        project=package.name_of(config.id),
    )


def _heard(config: Config, made: Guide) -> list[tuple[str, str, Any]]:
    """(title, name of the query, when it was last heard) of each inquiry."""
    last = notifications.last_heard(config.id)
    return [(titled(named), named.name, last.get(named.name.casefold())) for named in made.inquiries]


@blueprint.post("/secret")
@need("admin")
def new_secret(connector_id: str) -> Response:
    """Make a new secret and show the guide with it, this one time."""
    config = known(connector_id)
    secret = secrets.token_urlsafe(32)
    try:
        connectors.save(config.id, {"push": {"secret": secret}}, user=current_user.name, revision=config.revision)
    except connectors.Stale:
        flash(_("Somebody else has just saved this connector: no new secret was made. Try again."), "warning")
        return go(url_for("guide.page", connector_id=config.id))
    changed()
    return _show(connectors.get(config.id), secret=secret)


@blueprint.get("/<entity>.xml")
@need("viewer")
def inquiry_xml(connector_id: str, entity: str) -> Response:
    """One inquiry for Clipboard > Import from XML."""
    config = known(connector_id)
    for named in guides.make(config, address_of(config)).inquiries:
        if named.entity == entity:
            return _file(package.single(named), f"{named.entity}.xml", "application/xml")
    abort(404)


@blueprint.get("/package.zip")
@need("viewer")
def package_zip(connector_id: str) -> Response:
    """The customization project with the inquiries alone: it holds no secret."""
    config = known(connector_id)
    made = package.build(guides.make(config, address_of(config)))
    return _file(made.content, f"{made.name}.zip", "application/zip")


def _file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.get("/package")
@need("admin")
def package_page(connector_id: str) -> Response:
    """The import with its warning; while one goes on its block asks again each second."""
    return _import_page(known(connector_id))


def _import_page(config: Config, error: str = "", status: int = 200) -> Response:
    rows = activities.of(config.id, kinds=[PACKAGE])
    return render(
        "guide/package.html",
        "steps",
        status=status,
        config=config,
        erp=registry.get(config.erp).label,
        guide=guides.make(config, address_of(config)),
        project=package.name_of(config.id),
        rows=sorted(rows, key=lambda row: row.position or len(rows)),
        going=activities.under_way(rows, utcnow()),
        error=error,
        asked=request.form,
    )


@blueprint.post("/package")
@need("admin")
def import_package(connector_id: str) -> Response:
    """Begin the import: only with the tick that says that the warning was read."""
    config = known(connector_id)
    if request.form.get("understood") != "1":
        return _import_page(config, _("Tick that you have read what publishing does."), 422)
    wanted = request.form.get("notification") == "1"
    try:
        current_app.extensions["engine"].install_package(
            config.id, current_user.name, address_of(config), notification=wanted
        )
    except Invalid as error:
        return _import_page(config, sentences(error.errors.values()), 422)
    except Outcome as word:
        return _import_page(config, f"{word.reason} {word.help}".strip(), 422)
    return go(url_for("guide.package_page", connector_id=config.id))
