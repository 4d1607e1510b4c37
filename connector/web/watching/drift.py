"""Reconciliation: how much of both systems is in step, what differs and where, its repair by one click, and a file.

A comparison runs in the background; its page shows how far it has come. Nothing here asks a system.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.errors import Invalid, Outcome
from connector.setup.connectors import Config
from connector.sync import catalogue
from connector.watch import drift
from connector.web.access.auth import need
from connector.web.frame import asking, chart, configuring, exports, zones
from connector.web.frame.asking import LARGEST, Asked
from connector.web.frame.configuring import known, typed
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import per_cent

blueprint = Blueprint("drift", __name__, url_prefix="/connectors/<connector_id>/drift")
MODES = (("sample", N_("A sample")), ("full", N_("Everything")))
KINDS = (N_("Different"), N_("Missing in the store"), N_("Missing in the ERP"), N_("In step"))  # of drift.KINDS
SIZE = 50
MOST_DAYS = 3650
COLUMNS = ("Record", "State", "Field", "Should be", "Is", "Note", "Repaired")
SALES = ("order", "shipment")


@blueprint.get("")
@need("viewer")
def page(connector_id: str) -> Response:
    """One card for each entity: the last comparison, the line over time, and the button for the next."""
    return _page(known(connector_id))


def _page(config: Config, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    found: dict[str, list[Any]] = {entity: [] for entity in drift.ENTITIES if config.enabled(entity)}
    for row in drift.latest(config.id, limit=20 * len(drift.ENTITIES)):
        if row.entity in found:
            found[row.entity].append(row)
    return render(
        "drift/page.html",
        "cards",
        status=status,
        config=config,
        cards=[_card(config, entity, rows) for entity, rows in found.items()],
        running=any(rows and rows[0].status == "running" for rows in found.values()),
        modes=MODES,
        errors=errors or {},
        typed={name: typed(name) for name in ("entity", "mode", "days")},
        may_act=current_user.may("operator"),
    )


def _card(config: Config, entity: str, rows: list[Any]) -> dict[str, Any]:
    over = [row for row in rows if row.status == "done" and drift.share_of(row) is not None]
    parts = [
        chart.Part(
            zones.exact(row.started_at),
            100 - (drift.share_of(row) or 0),
            _(
                "%(share)s in step of %(number)s",
                share=per_cent(drift.share_of(row)),
                number=format_decimal(row.checked - row.left_out),
            ),
            url_for("drift.comparison", connector_id=config.id, number=row.id),
            100 - (drift.share_of(row) or 0),
        )
        for row in reversed(over)
    ]
    return {
        "entity": entity,
        "title": tr(catalogue.find(entity).title),
        "last": rows[0] if rows else None,
        "percent": per_cent(drift.share_of(over[0])) if over else "",
        "chart": chart.bars(parts, _("Out of step, comparison by comparison: the lower the better.")),
        "sales": entity in SALES,
    }


@blueprint.post("/compare")
@need("operator")
def compare(connector_id: str) -> Response:
    config, entity, mode, days = known(connector_id), typed("entity"), typed("mode"), typed("days").strip()
    if entity not in drift.ENTITIES or mode not in dict(MODES):
        abort(400)
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MOST_DAYS):
        wrong = _("Write a number of days from 1 to %(most)s.", most=MOST_DAYS)
        return _page(config, status=422, errors={entity: wrong})
    if not config.enabled(entity):
        abort(404)
    wanted = int(days) if days else (7 if entity in SALES else 0)
    try:
        engine = configuring.engine()
        number = engine.compare(config.id, entity, mode, user=current_user.name, days=wanted)
    except (Outcome, Invalid) as word:
        flash(_("It could not be compared: %(reason)s", reason=word), "danger")
        return go(url_for("drift.page", connector_id=config.id))
    if number is None:
        flash(_("A comparison of this entity is running already."), "warning")
        return go(url_for("drift.page", connector_id=config.id))
    return go(url_for("drift.comparison", connector_id=config.id, number=number))


@blueprint.get("/<int:number>")
@need("viewer")
def comparison(connector_id: str, number: int) -> Response:
    row = _find(connector_id, number)
    asked, chosen = _chosen(row)
    found = [] if asked.errors else drift.differences(row.id, before=asked.cursor("before"), limit=SIZE + 1, **chosen)
    more = len(found) > SIZE
    return render(
        "drift/comparison.html",
        "list",
        status=asked.status,
        config=known(connector_id),
        row=row,
        title=tr(catalogue.find(row.entity).title),
        percent=per_cent(drift.share_of(row)),
        asked=asked,
        lines=[(one, json.loads(one.fields)) for one in found[:SIZE]],
        next_url=asked.address(before=found[SIZE - 1].id) if more else "",
        kinds=[(kind, tr(label)) for kind, label in drift.KINDS.items()],
        labels=drift.KINDS,
        fields=_fields(row),
        by_field=_by_field(row),
        open=drift.repairable(row.id),
        running=row.status == "running",
        may_act=current_user.may("operator"),
        direction=catalogue.find(row.entity).direction,
    )


def _chosen(row: Any) -> tuple[Asked, dict[str, str]]:
    asked = Asked(request.args)
    kind = asked.choice("kind", drift.KINDS)
    field = asked.choice("field", [name for name, _label in _fields(row)])
    return asked, {"kind": kind, "field": field, "text": asked.text("text", 200)}


def _fields(row: Any) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(json.loads(row.fields))]


def _by_field(row: Any) -> chart.Bars:
    counted = sorted(json.loads(row.fields).items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    here = url_for("drift.comparison", connector_id=row.connector_id, number=row.id)
    parts = [
        chart.Part(
            name,
            number,
            _("%(number)s different", number=format_decimal(number)),
            asking.query(here, field=name),
            number,
        )
        for name, number in counted
    ]
    return chart.bars(parts, "" if parts else _("No field is different."))


@blueprint.get("/<int:number>.csv")
@need("viewer")
def export(connector_id: str, number: int) -> Response:
    row = _find(connector_id, number)
    asked, chosen = _chosen(row)
    if asked.errors:
        abort(400)

    def rows() -> Any:
        def part(before: int | None) -> Any:
            return drift.differences(row.id, before=before, limit=exports.PAGE, **chosen)

        for one in exports.all_pages(part):
            done = exports.moment(one.repaired_at)
            for field, should, has in json.loads(one.fields) or [("", "", "")]:
                yield (one.key, drift.KINDS[one.kind], field, should, has, one.label, done)

    return exports.answer(f"reconciliation-{row.entity}", COLUMNS, rows())


@blueprint.post("/<int:number>/repair")
@need("operator")
def repair(connector_id: str, number: int) -> Response:
    """All that differs, or what was ticked: put as messages in the background."""
    row = _find(connector_id, number)
    ids = asking.numbered(request.form.getlist("id"))[:SIZE]
    here = url_for("drift.comparison", connector_id=connector_id, number=number)
    if row.status == "running":
        flash(_("The comparison is still running."), "warning")
        return go(here)
    if typed("scope") == "selected" and not ids:
        flash(_("Tick records first."), "warning")
        return go(here)
    total = drift.repairable(row.id, ids if typed("scope") == "selected" else ())
    if total:
        configuring.engine().repair(row.id, user=current_user.name, ids=ids if typed("scope") == "selected" else ())
        flash(
            ngettext(
                "%(number)s record will be written again, by messages under the brake.",
                "%(number)s records will be written again, by messages under the brake.",
                total,
                number=format_decimal(total),
            ),
            "success",
        )
    else:
        flash(_("There is nothing to repair."), "info")
    return go(here)


def _find(connector_id: str, number: int) -> Any:
    config = known(connector_id)
    try:
        row = drift.find(number) if number <= LARGEST else None
    except KeyError:
        row = None
    if row is None or row.connector_id != config.id:
        abort(404)
    return row
