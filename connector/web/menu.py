"""The main menu with the documented names. It knows addresses and which connector is looked at, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import request
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


PROCESSES = (("Product", "box-seam", "product"), ("Price", "tag", "price"), ("Inventory", "boxes", "inventory"))


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
        menu.append(Entry("Real-Time Processes", "lightning-charge", children=steps))
        menu.append(Entry("Set up", "sliders", children=_setup(chosen)))
        menu.append(Entry("What travels", "shuffle", children=_configuration(chosen)))
    return [
        *menu,
        _entry("Messages", "envelope", "/messages"),
        _entry("Failed Messages", "exclamation-octagon", "/failed"),
        _entry("Sync Log", "journal-text", "/log"),
        _entry("Notifications", "bell", "/notifications"),
        _entry("Schedulers", "clock", "/schedulers"),
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
    with db.read() as connection:
        query = select(Connector.id).where(Connector.archived.is_(False)).order_by(Connector.id)
        known = [id for id in connection.execute(query).scalars() if id not in current_user.hidden]
    args = request.view_args or {}
    wanted = args.get("connector_id") or args.get("connector") or request.args.get("connector")
    return wanted if wanted in known else next(iter(known), None)
