"""Saved views: the filters that somebody keeps, each a link that shows everybody the same."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.watch import views
from connector.web.access.auth import need
from connector.web.frame.configuring import typed
from connector.web.frame.render import go, render

blueprint = Blueprint("views", __name__, url_prefix="/views")


@blueprint.get("")
@need("viewer")
def page() -> Response:
    return _page()


def _page(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return render(
        "views/page.html",
        status=status,
        saved=views.of(current_user.name),
        errors=errors or {},
        typed={"name": typed("name"), "address": typed("address")},
        host=request.host_url.rstrip("/") + request.script_root,
    )


@blueprint.post("/save")
@need("viewer")
def save() -> Response:
    """Keep the list that one looks at."""
    address = typed("address").removeprefix(request.script_root)
    try:
        views.save(current_user.name, typed("name"), address)
    except Invalid as error:
        return _page(422, error.errors)
    flash(_("Kept as “%(name)s”: it stands under Saved views.", name=" ".join(typed("name").split())), "success")
    return go(request.script_root + address)


@blueprint.post("/<int:number>/remove")
@need("viewer")
def remove(number: int) -> Response:
    if not views.remove(current_user.name, min(number, 2**31 - 1)):
        abort(404)
    flash(_("Taken out."), "success")
    return go(url_for("views.page"))
