"""Connectors to a file and back, in the browser: an import shows what it would change before anything is."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from flask import Response, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.setup import connectors, transfer
from connector.setup.connectors import Config
from connector.web.access.auth import allow, need
from connector.web.connectors.base import blueprint, changed, known
from connector.web.frame.render import go, render


@blueprint.get("/<connector_id>/export")
@need("admin")
def export(connector_id: str) -> Response:
    config = known(connector_id)
    return _file([config], f"connector-{config.id}.json")


@blueprint.get("/all/export")
@need("admin")
def export_all() -> Response:
    shown = [config for config in connectors.all() if config.id not in current_user.hidden]
    return _file(shown, "connectors.json")


def _file(configs: Sequence[Config], name: str) -> Response:
    text = json.dumps(transfer.export(configs), indent=2, ensure_ascii=False) + "\n"
    response = make_response(text)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/all/import", methods=["GET", "POST"])
@need("admin")
def import_file() -> Response:
    """The file first tells what would change; the same text sent with "do" is brought in."""
    if request.method == "GET":
        return render("connectors/import.html", text="")
    allow("admin", "")
    text = _text()
    doing = request.form.get("do") == "1"
    try:
        done = transfer.load(text, env=os.environ, user=current_user.name, dry_run=not doing)
    except Invalid as error:
        return render("connectors/import.html", status=422, text=text, errors=error.errors)
    if not doing:
        return render("connectors/import.html", text=text, found=done)
    changed()
    count = sum(each.changed for each in done)
    flash(_("Imported: %(count)s of %(all)s connectors changed.", count=count, all=len(done)), "success")
    return go(url_for("connectors.index"))


def _text() -> str:
    """What was typed, or the chosen file; bytes that are no UTF-8 make no JSON and are refused as such."""
    chosen = request.files.get("file")
    if chosen is not None and chosen.filename:
        return chosen.read(4 * transfer.LONGEST + 1).decode("utf-8-sig", "replace")
    return request.form.get("text", "")
