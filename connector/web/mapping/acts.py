"""What is done to a mapping as a whole: delete rows, recommended rows, fetch its lists, bring a version back."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.setup import mappings, recommended, references, schema, stamps
from connector.setup.connectors import Config, Systems
from connector.setup.kinds import Kind
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known, typed
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.mapping import base, grid
from connector.web.mapping.base import blueprint, the_kind

STALE = N_("Somebody else has changed this mapping in the meantime. Nothing of yours was saved.")


@blueprint.post("/<kind>/delete")
@need("admin")
def delete_rows(connector_id: str, kind: str) -> Response:
    """Delete the ticked rows; the version before is the way back."""
    config, which = known(connector_id), the_kind(kind)
    rows = base.stored(config, which)[0]
    ticked = set(configuring.chosen())
    if not ticked:
        flash(_("Tick the rows that shall go."), "warning")
        return go(base.address(config, which))
    kept = [row for at, row in enumerate(rows) if at not in ticked]
    return _done(
        config, which, lambda: mappings.save(config.id, which.name, kept, current_user.name, typed("based_on"))
    )


@blueprint.get("/<kind>/recommended")
@need("admin")
def confirm_recommended(connector_id: str, kind: str) -> Response:
    """Ask before the recommended mapping replaces what is there (MAP-03)."""
    config, which = known(connector_id), the_kind(kind)
    if not which.recommended:
        abort(404)
    rows, stamp = base.stored(config, which)
    effects = [
        _(
            "The %(old)s rows of this mapping are replaced by %(new)s recommended ones.",
            old=len(rows),
            new=len(recommended.rows(which.name)),
        ),
        _("The present rows are kept as a version: Undo brings them back."),
    ]
    return _ask(config, which, _("Use the recommended mapping"), "recommended_rows", effects, stamp)


@blueprint.post("/<kind>/recommended")
@need("admin")
def recommended_rows(connector_id: str, kind: str) -> Response:
    config, which = known(connector_id), the_kind(kind)
    if not which.recommended:
        abort(404)
    return _done(config, which, lambda: mappings.recommend(config.id, which.name, current_user.name, typed("based_on")))


@blueprint.get("/<kind>/update")
@need("admin")
def confirm_update(connector_id: str, kind: str) -> Response:
    """Ask before the lists are fetched anew: Cancel makes no call (MAP-02)."""
    config, which = known(connector_id), the_kind(kind)
    effects = [
        _("The lists that this mapping chooses from are read again from both systems."),
        _("No row is changed; values that are gone are marked."),
    ]
    return _ask(config, which, _("Update schema"), "update", effects)


@blueprint.post("/<kind>/update")
@need("admin")
def update(connector_id: str, kind: str) -> Response:
    """Update Schema: the field lists of both sides, or the reference lists of this mapping."""
    config, which = known(connector_id), the_kind(kind)
    said = configuring.asking(config, lambda systems: _fetch(config, which, systems, list(which.lists)))
    if said is not None:
        configuring.changed()
        flash(_updated(said) if said else _("There was nothing to update."), "success")
    return go(base.address(config, which))


@blueprint.post("/<kind>/fetch/<name>")
@need("admin")
def fetch(connector_id: str, kind: str, name: str) -> Response:
    """One of the Update buttons: fetch one list (CON-13)."""
    config, which = known(connector_id), the_kind(kind)
    if name not in which.lists:
        abort(404)
    said = configuring.asking(config, lambda systems: _fetch(config, which, systems, [name]))
    if said:
        flash(_updated(said), "success")
    return go(base.address(config, which))


def _updated(said: list[str]) -> str:
    return _("Updated: %(what)s.", what="; ".join(said))


def _fetch(config: Config, kind: Kind, systems: Systems, names: list[str]) -> list[str]:
    said: list[str] = []
    user = current_user.name
    for side, label in (("erp", _("ERP")), ("store", _("store"))):
        system = configuring.side(systems, side)
        if kind.fields:
            found = schema.refresh(config.id, side, kind.entity, system, user=user)
            if found.gone:
                fields = _(
                    "%(count)s fields of the %(side)s, %(gone)s gone",
                    count=found.count,
                    side=label,
                    gone=len(found.gone),
                )
            else:
                fields = _("%(count)s fields of the %(side)s", count=found.count, side=label)
            said.append(fields)
    if kind.fields:
        names = ["store_view"]
    listed = {name: (side, each.label) for name, side, each in references.listed(config.id)}
    for side in ("erp", "store"):
        mine = [name for name in names if listed.get(name, ("", ""))[0] == side]
        if mine:
            loaded = references.load(config.id, configuring.side(systems, side), mine, user=user)
            said += [f"{base.inside(tr(listed[name][1]))} {count}" for name, count in loaded.counts.items()]
            for name, problem in loaded.problems.items():
                flash(f"{tr(listed[name][1])}: {tr(problem)}", "warning")
    return said


@blueprint.post("/<kind>/restore/<int:version>")
@need("admin")
def restore(connector_id: str, kind: str, version: int) -> Response:
    """Bring a version back; Undo is the newest one."""
    config, which = known(connector_id), the_kind(kind)
    if version >= 2**63:
        abort(404)
    try:
        return _done(
            config,
            which,
            lambda: mappings.restore(config.id, which.name, version, current_user.name, typed("based_on") or None),
        )
    except KeyError:
        abort(404)


def _done(config: Config, kind: Kind, act: Any) -> Response:
    """Do it and go back to the grid with what changed, or with why nothing did."""
    try:
        said = act()
    except stamps.Stale:
        return grid.show(config, kind, status=409, problem=tr(STALE))
    except Invalid as error:
        why = " ".join(map(tr, error.errors.values()))
        return grid.show(config, kind, status=422, problem=_("Nothing was saved. %(why)s", why=why))
    configuring.changed()
    flash(base.saved(said), "success")
    return go(base.address(config, kind))


def _ask(config: Config, kind: Kind, title: str, act: str, effects: list[str], stamp: str = "") -> Response:
    more: dict[str, Any] = {"title": title, "act": act, "effects": effects, "based_on": stamp}
    return render("mapping/confirm.html", config=config, kind=kind, **more)
