"""The main menu with the documented names. It knows addresses and which connector is looked at, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from connector.db import db
from connector.setup.models import Connector
from connector.web.frame.language import tr
from connector.web.frame.marks import N_


class Entry(NamedTuple):
    label: str
    icon: str
    address: str = ""
    here: bool = False
    children: tuple[Entry, ...] = ()


# the six of the documents, and price and inventory, which are queues of their own (CONFLICTS 20)
PROCESSES = (
    (N_("Product"), "box-seam", "product"),
    (N_("Price"), "tag", "price"),
    (N_("Inventory"), "boxes", "inventory"),
    (N_("Category"), "diagram-3", "category"),
    (N_("Customer"), "people", "customer"),
    (N_("Order"), "cart", "order"),
    (N_("Order Status"), "card-checklist", "order_status"),
    (N_("Shipment"), "truck", "shipment"),
)
BATCHES = tuple(entry for entry in PROCESSES if entry[2] != "order_status")


class LazyMenu:
    """The entries, made when a template runs through them: a polled block never asks for the menu."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(entries())


def entries() -> list[Entry]:
    """All entries for the page being shown; Real-Time Processes appear once there is a connector."""
    menu = [_entry(_("Overview"), "speedometer2", "/"), _entry(_("Connectors"), "plug", "/connectors")]
    chosen = current_connector()
    if chosen:
        steps = tuple(_entry(tr(label), icon, f"/processes/{chosen}/{entity}") for label, icon, entity in PROCESSES)
        menu.append(_entry(_("Manual Sync"), "hand-index", f"/manual/{chosen}"))
        menu.append(Entry(_("Real-Time Processes"), "lightning-charge", children=steps))
        picks = tuple(_entry(tr(label), icon, f"/batch/{chosen}/{entity}") for label, icon, entity in BATCHES)
        menu.append(Entry(_("Batch Processes"), "collection", children=picks))
        menu.append(Entry(_("Set up"), "sliders", children=_setup(chosen)))
        menu.append(Entry(_("What travels"), "shuffle", children=_configuration(chosen)))
        menu.append(Entry(_("Watch over it"), "binoculars", children=_watching(chosen)))
    return [
        *menu,
        _entry(_("Messages"), "envelope", "/messages"),
        _entry(_("Failed Messages"), "exclamation-octagon", "/failed"),
        _entry(_("Order Sync Failure"), "cart-x", "/failed/orders"),
        _entry(_("Sync Log"), "journal-text", "/log"),
        _entry(_("Saved views"), "bookmark", "/views"),
        _entry(_("Notifications"), "bell", "/notifications"),
        _entry(_("Schedulers"), "clock", "/schedulers"),
        _entry(_("Health"), "heart-pulse", "/health"),
        *administration(),
        _entry(_("Help"), "question-circle", "/help"),
    ]


def administration() -> list[Entry]:
    """What only administrators of the whole house have."""
    return [_entry(_("People"), "people", "/people")] if current_user.may("admin", "") else []


def _setup(chosen: str) -> tuple[Entry, ...]:
    """The pages of the settings of the connector that is looked at (INS-07, INS-08)."""
    start = f"/connectors/{chosen}"
    return (
        _entry(_("Connection"), "plug", f"{start}/settings/connection"),
        _entry(_("Setup parameters"), "sliders", f"{start}/settings/setup"),
        _entry(_("Sync configuration"), "arrow-repeat", f"{start}/settings/sync"),
        _entry(_("Endpoint URLs"), "link-45deg", f"{start}/settings/endpoints"),
        _entry(_("Initialize"), "play-circle", f"{start}/activity"),
        _entry(_("Rehearsal"), "mask", f"{start}/rehearsal"),
    )


def _watching(chosen: str) -> tuple[Entry, ...]:
    """What looks after the connector that is looked at."""
    start = f"/connectors/{chosen}"
    return (
        _entry(_("Figures"), "bar-chart", f"{start}/figures"),
        _entry(_("Reconciliation"), "arrow-left-right", f"{start}/drift"),
        _entry(_("Brake"), "hand-index", f"{start}/brake"),
        _entry(_("Alerts"), "megaphone", f"{start}/alerts"),
    )


def _configuration(chosen: str) -> tuple[Entry, ...]:
    """The lists, fields, mappings and rules of the connector that is looked at."""
    start = f"/connectors/{chosen}"
    found = [
        _entry(_("Reference data"), "list-ul", f"{start}/references"),
        _entry(_("Schema"), "list-check", f"{start}/schema"),
        _entry(_("Mapping"), "arrow-left-right", f"{start}/mapping"),
    ]
    if current_user.may("admin", chosen):
        found.append(_entry(_("Sync rules"), "signpost-split", f"{start}/rules"))
    return tuple(found)


def _entry(label: str, icon: str, path: str) -> Entry:
    here = request.path == path or (path != "/" and request.path.startswith(path + "/"))
    return Entry(label, icon, request.script_root + path, here)


def current_connector() -> str | None:
    """The connector of this page, else the one asked for by ?connector=, else the first."""
    known, asked = _known(), wanted()
    return asked if asked in known else next(iter(known), None)


def wanted() -> str | None:
    """The connector that this page says it is about; nobody has looked whether there is one."""
    args = request.view_args or {}
    return g.get("subject") or args.get("connector_id") or args.get("connector") or request.args.get("connector")


class LazyRehearsal:
    """True on a page of a connector that only rehearses: every such page says so."""

    def __bool__(self) -> bool:
        return bool(_known().get(wanted() or ""))


def _known() -> dict[str, bool]:
    """The connectors that this person may see, and whether they only rehearse. Read once for each page."""
    if "connectors_known" not in g:
        rehearsing = Connector.settings["rehearsal"]["on"].as_boolean().label("rehearsing")
        query = select(Connector.id, rehearsing).where(Connector.archived.is_(False)).order_by(Connector.id)
        with db.read() as connection:
            found = connection.execute(query).all()
        g.connectors_known = {row.id: bool(row.rehearsing) for row in found if row.id not in current_user.hidden}
    known: dict[str, bool] = g.connectors_known
    return known
