"""The main menu with the documented names. It knows addresses and which connector is looked at, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import g, request
from flask_login import current_user
from sqlalchemy import select

from connector.db import db
from connector.setup.models import Connector


class Entry(NamedTuple):
    label: str
    icon: str
    address: str = ""
    here: bool = False
    children: tuple[Entry, ...] = ()


# the six of the documents, and price and inventory, which are queues of their own (CONFLICTS 20)
PROCESSES = (
    ("Product", "box-seam", "product"),
    ("Price", "tag", "price"),
    ("Inventory", "boxes", "inventory"),
    ("Category", "diagram-3", "category"),
    ("Customer", "people", "customer"),
    ("Order", "cart", "order"),
    ("Order Status", "card-checklist", "order_status"),
    ("Shipment", "truck", "shipment"),
)
BATCHES = tuple(entry for entry in PROCESSES if entry[2] != "order_status")


class LazyMenu:
    """The entries, made when a template runs through them: a polled block never asks for the menu."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(entries())


def entries() -> list[Entry]:
    """All entries for the page being shown; Real-Time Processes appear once there is a connector."""
    menu = [_entry("Overview", "speedometer2", "/"), _entry("Connectors", "plug", "/connectors")]
    chosen = current_connector()
    if chosen:
        steps = tuple(_entry(label, icon, f"/processes/{chosen}/{entity}") for label, icon, entity in PROCESSES)
        menu.append(_entry("Manual Sync", "hand-index", f"/manual/{chosen}"))
        menu.append(Entry("Real-Time Processes", "lightning-charge", children=steps))
        picks = tuple(_entry(label, icon, f"/batch/{chosen}/{entity}") for label, icon, entity in BATCHES)
        menu.append(Entry("Batch Processes", "collection", children=picks))
        menu.append(Entry("Set up", "sliders", children=_setup(chosen)))
        menu.append(Entry("What travels", "shuffle", children=_configuration(chosen)))
        menu.append(Entry("Watch over it", "binoculars", children=_watching(chosen)))
    return [
        *menu,
        _entry("Messages", "envelope", "/messages"),
        _entry("Failed Messages", "exclamation-octagon", "/failed"),
        _entry("Order Sync Failure", "cart-x", "/failed/orders"),
        _entry("Sync Log", "journal-text", "/log"),
        _entry("Saved views", "bookmark", "/views"),
        _entry("Notifications", "bell", "/notifications"),
        _entry("Schedulers", "clock", "/schedulers"),
        _entry("Health", "heart-pulse", "/health"),
        *administration(),
        _entry("Help", "question-circle", "/help"),
    ]


def administration() -> list[Entry]:
    """What only administrators of the whole house have."""
    return [_entry("People", "people", "/people")] if current_user.may("admin", "") else []


def _setup(chosen: str) -> tuple[Entry, ...]:
    """The pages of the settings of the connector that is looked at (INS-07, INS-08)."""
    start = f"/connectors/{chosen}"
    return (
        _entry("Connection", "plug", f"{start}/settings/connection"),
        _entry("Setup parameters", "sliders", f"{start}/settings/setup"),
        _entry("Sync configuration", "arrow-repeat", f"{start}/settings/sync"),
        _entry("Endpoint URLs", "link-45deg", f"{start}/settings/endpoints"),
        _entry("Initialize", "play-circle", f"{start}/activity"),
        _entry("Rehearsal", "mask", f"{start}/rehearsal"),
    )


def _watching(chosen: str) -> tuple[Entry, ...]:
    """What looks after the connector that is looked at."""
    start = f"/connectors/{chosen}"
    return (
        _entry("Figures", "bar-chart", f"{start}/figures"),
        _entry("Reconciliation", "arrow-left-right", f"{start}/drift"),
        _entry("Brake", "hand-index", f"{start}/brake"),
        _entry("Alerts", "megaphone", f"{start}/alerts"),
    )


def _configuration(chosen: str) -> tuple[Entry, ...]:
    """The lists, fields, mappings and rules of the connector that is looked at."""
    start = f"/connectors/{chosen}"
    found = [
        _entry("Reference data", "list-ul", f"{start}/references"),
        _entry("Schema", "list-check", f"{start}/schema"),
        _entry("Mapping", "arrow-left-right", f"{start}/mapping"),
    ]
    if current_user.may("admin", chosen):
        found.append(_entry("Sync rules", "signpost-split", f"{start}/rules"))
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
