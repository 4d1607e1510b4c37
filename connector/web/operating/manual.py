"""Manual Sync: a row for each sync that is switched on, how it went last, and the button that runs it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.errors import Outcome
from connector.queue.lanes import Lane
from connector.queue.reading import logbook
from connector.queue.repairing import sweeps
from connector.records import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    CREDIT_MEMO,
    CUSTOMER,
    CUSTOMER_ATTRIBUTE,
    IMAGE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    PRODUCT_STATUS,
    RELATION,
    SHIPMENT,
    TAX_CATEGORY,
)
from connector.setup import references, schedules
from connector.setup.connectors import Config
from connector.setup.models import OPERATOR
from connector.sync.catalogue import SYNCS
from connector.web.access.auth import need
from connector.web.frame import asking, configuring
from connector.web.frame.asking import LARGEST, Asked
from connector.web.frame.language import choices, format_decimal, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.operating.messages import said

blueprint = Blueprint("manual", __name__, url_prefix="/manual")
FAILED_ORDER = "failed_order"
# the eleven of the documents in their order (MAN-09), then what we have besides
TITLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "tax_category": (N_("Tax Category"), (TAX_CATEGORY,)),
    "category": (N_("Category"), (CATEGORY,)),
    "attribute": (N_("Product Attribute"), (ATTRIBUTE,)),
    "product": (N_("Product"), (PRODUCT,)),
    "stock_price": (N_("Product Inventory and Price"), (INVENTORY, PRICE)),
    "image": (N_("Product Image"), (IMAGE,)),
    "customer_attribute": (N_("Customer Attribute"), (CUSTOMER_ATTRIBUTE,)),
    "customer": (N_("Customer"), (CUSTOMER,)),
    "order": (N_("Order"), (ORDER,)),
    "composite": (N_("Product Configurator"), (COMPOSITE,)),
    FAILED_ORDER: (N_("Failed Order"), (ORDER,)),
    "product_status": (N_("Product Status"), (PRODUCT_STATUS,)),
    "relation": (N_("Product Relation"), (RELATION,)),
    "order_status": (N_("Order Status"), (ORDER_STATUS,)),
    "shipment": (N_("Shipment"), (SHIPMENT,)),
    "invoice": (N_("Invoice"), (INVOICE,)),
    "credit_memo": (N_("Credit Memo"), (CREDIT_MEMO,)),
}
STATUSES = (
    ("success", N_("Success")), ("error", N_("Error")), ("not_synced", N_("Not sync")),
    ("processing", N_("Processing")), ("notice", N_("Notice")),
)  # fmt: skip
WORST = ("processing", "error", "notice", "success")  # what a row of several lanes says
PAGE = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One sync. `run` is the id of its newest run, None before the first."""

    number: int
    code: str
    title: str
    auto: str
    last: datetime | None
    status: str
    run: int | None
    entities: tuple[str, ...]


@blueprint.get("/<connector_id>")
@need("viewer")
def page(connector_id: str) -> Response:
    """The rows of the filter, a page of ten. The address is the filter."""
    config, asked = configuring.known(connector_id), Asked(request.args)
    views = [(one.value, one.label or one.value) for one in references.values(config.id, "store_view")]
    title, auto = asked.text("title", 60).casefold(), asked.choice("auto", ("yes", "no"))
    status = asked.choice("status", list(dict(STATUSES)))
    asked.choice("view", [code for code, _label in views])
    rows = [
        row
        for row in _rows(config)
        if title in row.title.casefold() and status in ("", row.status) and auto in ("", "yes" if row.auto else "no")
    ]
    at = asked.cursor("page") or 1
    return render(
        "manual/page.html",
        "list",
        status=asked.status,
        config=config,
        asked=asked,
        rows=rows[(at - 1) * PAGE : at * PAGE],
        at=at,
        more=len(rows) > at * PAGE,
        total=len(rows),
        views=views,
        statuses=choices(STATUSES),
        badges={status: label.upper() for status, label in choices(STATUSES)},
        going=any(row.status == "processing" for row in rows),
        may_act=current_user.may(OPERATOR),
        narrowed=any(asked.values.get(name) for name in ("title", "auto", "status")),
    )


def lanes(config: Config, code: str) -> list[Lane]:
    """The lanes of a row that are switched on and flow."""
    entities = TITLES[code][1]
    return [
        Lane(config.id, sync.entity, sync.direction)
        for entity in entities
        for sync in SYNCS
        if sync.entity == entity and config.enabled(entity) and config.flows(entity, sync.direction)
    ]


def _rows(config: Config) -> list[Row]:
    newest = sweeps.newest(config.id, (entity for _title, entities in TITLES.values() for entity in entities))
    failed = sweeps.newest(config.id, [ORDER], repairs=True)
    crons = {(each.job, each.entity, each.direction): each for each in schedules.of(config.id) if each.active}
    found = []
    for number, (code, (title, entities)) in enumerate(TITLES.items(), 1):
        mine = lanes(config, code)
        again = code == FAILED_ORDER
        if not mine or (again and not config.section(FAILED_ORDER).get("enabled")):
            continue
        runs = [(failed if again else newest).get(lane[1:]) for lane in mine]
        job = schedules.FAILED if again else schedules.POLL
        auto = [crons[job, *lane[1:]].cron for lane in mine if (job, *lane[1:]) in crons]
        found.append(_row(number, code, tr(title), entities, auto, [run for run in runs if run is not None]))
    return found


def _row(number: int, code: str, title: str, entities: tuple[str, ...], auto: list[str], runs: list[Any]) -> Row:
    status = next((word for word in WORST if any(run.status == word for run in runs)), "not_synced")
    ended = [run.finished_at for run in runs if run.finished_at]
    last = max((run.id for run in runs), default=None)
    cron = ", ".join(dict.fromkeys(auto))
    return Row(number, code, title, cron, max(ended, default=None), status, last, tuple(sorted(entities)))


@blueprint.post("/<connector_id>/<code>/sync")
@need("operator")
def sync(connector_id: str, code: str) -> Response:
    """Sync Now: a full sync of what the row is about, in the background. A second click while it runs is refused."""
    config, asked = configuring.known(connector_id), Asked(request.form)
    views = [one.value for one in references.values(config.id, "store_view")]
    view = asked.choice("view", views)
    if code not in TITLES or not lanes(config, code) or asked.errors:
        abort(404)
    here = asking.query(f"/manual/{config.id}", view=view)
    title = tr(TITLES[code][0])
    if code == FAILED_ORDER:
        return _failed_orders(config, here)
    started: list[int] = []
    try:
        for lane in lanes(config, code):
            run_id = configuring.engine().sync_all(
                config.id, lane.entity, user=current_user.name, direction=lane.direction, view=view
            )
            started += [] if run_id is None else [run_id]
    except (Outcome, KeyError) as problem:
        flash(_("%(sync)s was not started: %(problem)s", sync=title, problem=said(problem)), "warning")
        return go(here)
    if not started:
        flash(_("%(sync)s is running already: look at its console, or cancel it there.", sync=title), "warning")
        return go(here)
    flash(_("The sync of %(sync)s is started. It goes on when you leave this page.", sync=title), "success")
    return go(url_for("log.run", run_id=started[0]) if len(started) == 1 else here)


def _failed_orders(config: Config, here: str) -> Response:
    """Failed Order Sync now: what its schedule would do (MAN-19)."""
    if not config.section(FAILED_ORDER).get("enabled"):
        abort(404)
    done = configuring.engine().sync_failed_orders(config.id, user=current_user.name)
    if not done.total:
        flash(_("No order has failed lately."), "info")
        return go(here)
    text = ngettext(
        "%(number)s failed order is sent again.",
        "%(number)s failed orders are sent again.",
        done.total,
        number=format_decimal(done.total),
    )
    flash(text, "success")
    return go(url_for("failed.progress", run_id=done.run_id))


@blueprint.post("/<connector_id>/runs/<int:run_id>/cancel")
@need("operator")
def cancel(connector_id: str, run_id: int) -> Response:
    """Stop a run after the work in hand; what it has put and nobody has begun is withdrawn."""
    run = logbook.run(run_id) if run_id <= LARGEST else None
    if run is None or run.connector_id != connector_id:
        abort(404)
    if sweeps.cancel(run.id, current_user.name):
        flash(_("The run stops after the work in hand."), "success")
    else:
        flash(_("The run is over already."), "info")
    return go(url_for("log.run", run_id=run.id))
