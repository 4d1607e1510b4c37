"""Schema management: which ERP fields of product, category and customer take part, and where they stand (SCM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.records import CATEGORY, CUSTOMER, PRODUCT
from connector.setup import schema, stamps
from connector.setup.connectors import Config
from connector.setup.schema import Edit
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.asking import Asked
from connector.web.frame.configuring import known
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("schema", __name__, url_prefix="/connectors/<connector_id>/schema")
TITLES = {PRODUCT: N_("Product"), CATEGORY: N_("Category"), CUSTOMER: N_("Customer")}
PLACED = (CUSTOMER,)  # where the place of a field can be edited (SCM-07, SCREENS 8)


def entities(config: Config) -> list[str]:
    """Those that the plug-in takes part in (SCM-11); all when it does not say."""
    can = registry.get(config.plugin).capabilities
    return [entity for entity in schema.ENTITIES if entity in (can.writes | can.reads)] or [PRODUCT]


@blueprint.get("", defaults={"entity": ""})
@blueprint.get("/<entity>")
@need("viewer")
def page(connector_id: str, entity: str) -> Response:
    config = known(connector_id)
    return _show(config, _mine(config, entity or entities(config)[0]))


@blueprint.post("/<entity>/refresh")
@need("admin")
def refresh(connector_id: str, entity: str) -> Response:
    """Refresh Schema (SCM-01): read the field list of the site again, ticks are kept."""
    config = known(connector_id)
    _mine(config, entity)
    found = configuring.asking(
        config,
        lambda systems: schema.refresh(config.id, "erp", entity, systems.erp, user=current_user.name),
    )
    if found:
        configuring.changed()
        told = [_("The schema was refreshed: %(count)s fields.", count=found.count)]
        if found.new:
            told.append(_("New: %(fields)s.", fields=", ".join(found.new[:8])))
        if found.gone:
            told.append(_("No longer there: %(fields)s.", fields=", ".join(found.gone[:8])))
        flash(" ".join(told), "success")
    return go(_address(config, entity))


@blueprint.post("/<entity>")
@need("admin")
def save(connector_id: str, entity: str) -> Response:
    """Save the fields that the form showed; the others stay as they are."""
    config = known(connector_id)
    _mine(config, entity)
    stored = schema.fields(config.id, "erp", entity)
    edits = _edits(stored, entity)
    try:
        said = schema.save(config.id, entity, edits, user=current_user.name, based_on=configuring.typed("based_on"))
    except stamps.Stale:
        return _show(config, entity, edits=edits, status=409, stale=True)
    except Invalid as error:
        return _show(config, entity, edits=edits, status=422, errors=error.errors)
    configuring.changed()
    told = _("%(number)s fields", number=len(said)) if len(said) > 3 else "; ".join(said)
    flash(_("Saved: %(what)s.", what=told) if said else _("Saved. Nothing was different."), "success")
    return go(_address(config, entity))


def _edits(stored: Sequence[Mapping[str, Any]], entity: str) -> dict[str, Edit]:
    shown = set(configuring.chosen("shown"))
    ticked = set(configuring.chosen("active"))
    return {
        row["name"]: Edit(
            active=row["position"] in ticked,
            path=configuring.typed(f"path-{row['position']}").strip() if entity in PLACED else None,
            api_name=configuring.typed(f"api-{row['position']}").strip() if entity in PLACED else None,
        )
        for row in stored
        if row["position"] in shown
    }


def _mine(config: Config, entity: str) -> str:
    if entity not in entities(config):
        abort(404)
    return entity


def _address(config: Config, entity: str) -> str:
    asked: dict[str, Any] = {name: request.form.get(name, "")[:100] for name in ("tab", "text")}
    return url_for("schema.page", connector_id=config.id, entity=entity, **{k: v for k, v in asked.items() if v})


def _show(
    config: Config,
    entity: str,
    *,
    edits: Mapping[str, Edit] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    stale: bool = False,
) -> Response:
    asked = Asked(request.values)
    wanted, text = asked.text("tab", 60), asked.text("text", 100)
    stored = schema.fields(config.id, "erp", entity)
    tabs = list(dict.fromkeys(row["tab"] for row in stored))
    tab = wanted if wanted in tabs else (tabs[0] if tabs and not text else "")
    rows = [_shown(row, (edits or {}).get(row["name"]), errors or {}) for row in stored if _fits(row, tab, text)]
    more = {
        "entities": [(name, tr(TITLES[name])) for name in entities(config)],
        "placed": entity in PLACED,
        "loaded_at": max((row["loaded_at"] for row in stored), default=None),
        "active": sum(row["active"] for row in stored),
        "based_on": schema.stamp(stored),
        "admin": configuring.admin(),
    }
    return render(
        "schema/page.html", status=status, config=config, entity=entity, title=tr(TITLES[entity]), tabs=tabs, tab=tab,
        text=text, rows=rows, stored=stored, stale=stale, errors=errors or {}, **more,
    )  # fmt: skip


def _fits(row: Mapping[str, Any], tab: str, text: str) -> bool:
    if text and text.casefold() not in f"{row['name']} {row['label']} {row['section']}".casefold():
        return False
    return not tab or row["tab"] == tab


def _shown(row: Mapping[str, Any], edit: Edit | None, errors: Mapping[str, str]) -> dict[str, Any]:
    shown = dict(row)
    if edit is not None:
        given = {"active": edit.active, "path": edit.path, "api_name": edit.api_name}
        shown |= {name: value for name, value in given.items() if value is not None}
    shown["wrong"] = {name: errors.get(f"{row['name']}.{name}", "") for name in ("path", "api_name")}
    return shown
