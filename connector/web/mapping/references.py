"""Reference data: the lists that both systems keep, how old each is, buttons that fetch them (CON-12, CON-13)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import ngettext
from flask_login import current_user

from connector.setup import references
from connector.setup.connectors import Config, Systems
from connector.setup.references import Loaded
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known
from connector.web.frame.language import tr
from connector.web.frame.render import asked_for_part, go, render

blueprint = Blueprint("references", __name__, url_prefix="/connectors/<connector_id>/references")


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    return _show(known(connector_id))


@blueprint.get("/<name>")
@need("viewer")
def values(connector_id: str, name: str) -> Response:
    """The values of one list."""
    config = known(connector_id)
    label = {here: tr(each.label) for here, _, each in references.listed(config.id)}.get(name)
    if label is None:
        abort(404)
    return render(
        "references/values.html", config=config, name=name, label=label, values=references.values(config.id, name)
    )


@blueprint.post("")
@need("admin")
def reload(connector_id: str) -> Response:
    """Fetch everything, or the one list that is named."""
    config = known(connector_id)
    name = request.form.get("list", "")
    here = references.listed(config.id)
    if name and name not in {each for each, _, _ in here}:
        abort(404)
    wanted = [name] if name else None
    sides = [side for side in ("erp", "store") if not name or (name, side) in {(one, at) for one, at, _ in here}]
    loaded = configuring.asking(config, lambda systems: _load(config, systems, sides, wanted))
    problems = loaded.problems if loaded else {}
    if loaded and loaded.counts:
        flash(ngettext("%(num)s list was fetched.", "%(num)s lists were fetched.", len(loaded.counts)), "success")
    if asked_for_part() or problems:
        return _show(config, problems)
    return go(url_for("references.page", connector_id=config.id, _anchor=f"list-{name}" if name else None))


def _load(config: Config, systems: Systems, sides: list[str], wanted: list[str] | None) -> Loaded:
    both = Loaded()
    for side in sides:
        one = references.load(config.id, configuring.side(systems, side), wanted, user=current_user.name)
        both.counts.update(one.counts)
        both.problems.update(one.problems)
    return both


def _show(config: Config, problems: dict[str, str] | None = None) -> Response:
    ages = references.ages(config.id)
    labels = {"erp": registry.get(config.erp).label, "store": registry.get(config.plugin).label}
    lists = [
        {"name": name, "label": tr(each.label), "side": labels[side], "age": ages.get(name)}
        for name, side, each in references.listed(config.id)
    ]
    more: dict[str, Any] = {"lists": lists, "problems": problems or {}, "admin": configuring.admin()}
    return render("references/page.html", "lists", config=config, **more)
