"""The grid of one mapping: filter, remarks about values that have gone, versions."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from connector.setup import kinds, mapping_checks, mappings, references
from connector.setup.connectors import Config
from connector.setup.kinds import Kind
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.asking import Asked
from connector.web.frame.configuring import known
from connector.web.frame.language import tr
from connector.web.frame.render import render
from connector.web.mapping import base
from connector.web.mapping.base import blueprint, the_kind

PAGE = 200  # rows


@blueprint.get("")
@need("viewer")
def index(connector_id: str) -> Response:
    """The first of the mappings: where the menu leads."""
    return show(known(connector_id), kinds.KINDS[0])


@blueprint.get("/<kind>")
@need("viewer")
def page(connector_id: str, kind: str) -> Response:
    return show(known(connector_id), the_kind(kind))


def show(config: Config, kind: Kind, status: int = 200, **more: Any) -> Response:
    """The grid; every view that ends on it comes through here."""
    asked = Asked(request.args)
    text, scope = asked.text("text", 100), asked.text("scope", 64)
    rows, stamp = base.stored(config, kind)
    limit = base.entity_direction(config, kind)
    gone = _gone(config, kind)
    shown = [_row(kind, at, row, limit, gone) for at, row in enumerate(rows)]
    shown = [row for row in shown if _fits(row, text, scope)]
    start = min(asked.cursor("from") or 0, len(shown))
    filters: dict[str, Any] = {
        "connector_id": config.id,
        "kind": kind.name,
        "text": text or None,
        "scope": scope or None,
    }
    return render(
        "mapping/page.html",
        status=status,
        config=config,
        kind=kind,
        heading=base.heading(kind),
        kinds=[(each.name, tr(each.title)) for each in kinds.KINDS],
        rows=shown[start : start + PAGE],
        next_url=_from(start + PAGE, filters) if start + PAGE < len(shown) else "",
        prev_url=_from(max(0, start - PAGE), filters) if start else "",
        total=len(rows),
        based_on=stamp,
        text=text,
        scope=scope,
        asked=asked,
        views=configuring.views(config),
        versions=mappings.versions(config.id, kind.name),
        admin=configuring.admin(),
        limit=tr(base.DIRECTIONS.get(limit)) if limit != "both" else "",
        fetches=_fetches(config, kind),
        attributes_entity={"product": "attribute", "customer": "customer_attribute"}.get(kind.name, ""),
        **more,
    )


def _from(start: int, filters: dict[str, Any]) -> str:
    asked: dict[str, Any] = {**filters, "from": start or None}
    return url_for("mapping.page", **asked)


def _row(kind: Kind, at: int, row: dict[str, Any], limit: str, gone: dict[str, set[str]]) -> dict[str, Any]:
    cells = [base.cell(row, column) for column in kind.columns]
    direction, remark = base.way(row, limit) if kind.fields else ("", "")
    missing = [
        _("%(value)s is gone", value=value)
        for column in kind.columns
        for value in _values(row, column.name)
        if value in gone.get(column.name, set())
    ]
    return {
        "at": at,
        "cells": cells,
        "name": f" {_('and')} ".join(cells[:2]),
        "scope": row["scope"],
        "direction": direction,
        "use_in": tr(base.USES.get(row["use_in"], row["use_in"])),
        "transform": base.transform_told(row),
        "active": row["active"],
        "remarks": ([remark] if remark else []) + missing,
    }


def _values(row: dict[str, Any], name: str) -> list[str]:
    value = mapping_checks.value_of(row, name)
    return value if isinstance(value, list) else [value]


def _gone(config: Config, kind: Kind) -> dict[str, set[str]]:
    """Values of each column that its list had once and has no more."""
    return {
        column.name: {value for value, _, missing in configuring.options(config, kind, column) if missing}
        for column in kind.columns
    }


def _fits(row: dict[str, Any], text: str, scope: str) -> bool:
    if scope and row["scope"] != scope:
        return False
    return not text or text.casefold() in " ".join((*row["cells"], row["transform"])).casefold()


def _fetches(config: Config, kind: Kind) -> list[tuple[str, str]]:
    """(list, label) of the Update buttons of a mapping."""
    listed = {name: (side, tr(each.label)) for name, side, each in references.listed(config.id)}
    mine = [(name, *listed[name]) for name in kind.lists if name in listed]
    labels = [each[2] for each in mine]
    return [(name, _on_side(side, label) if labels.count(label) > 1 else label) for name, side, label in mine]


def _on_side(side: str, label: str) -> str:
    """A list that both sides have, with its side."""
    label = base.inside(label)
    return _("ERP %(list)s", list=label) if side == "erp" else _("Store %(list)s", list=label)
