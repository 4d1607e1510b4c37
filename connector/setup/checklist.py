"""What is missing until a connector can run, and what will not travel although it is ticked (SCH-10).

It asks nobody outside: whether a connection works, Test Connection and the attention of the connector say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import exists, select

from connector.db import db
from connector.records import ERP_TO_STORE
from connector.setup import schedules, settings, states
from connector.setup.models import NEW, MappingRow, Schedule
from connector.setup.rows import Config
from connector.systems import registry


class Item(NamedTuple):
    """One line: done or not, and where to mend it (`page` "" is the overview). Not `required`: a warning.

    `text` is a sentence with places, which `values` fill with words; so a page can say it in another language.
    """

    text: str
    ok: bool
    page: str
    anchor: str = ""
    required: bool = True
    values: Mapping[str, tuple[str, ...]] = {}


def of(config: Config) -> list[Item]:
    """The whole list for one connector, in the order in which a person would go through it."""
    planned = schedules.of(config.id)
    return [
        *_connections(config),
        Item("Connector is ticked active", config.active, "connection"),
        Item("At least one entity is ticked", bool(_ticked(config)), "setup", "section-entities"),
        *_needs(config),
        Item("Initialized", config.state != NEW, "", "life"),
        *([] if config.state == NEW else _running(config, planned)),
    ]


def _connections(config: Config) -> Iterator[Item]:
    for side, name in (("erp", config.erp), ("store", config.plugin)):
        section = next(each for each in settings.sections(config.erp, config.plugin) if each.name == side)
        _, errors = section.clean(config.section(side))
        anchor, label = f"section-{side}", registry.get(name).label
        missing = tuple(section.setting(field).label for field in errors)
        text = "%(system)s connection lacks: %(missing)s" if missing else "%(system)s connection is filled in"
        yield Item(text, not errors, "connection", anchor, values={"system": (label,), "missing": missing})
    if config.attention:
        yield Item("Credentials were refused: test the connections", False, "connection")
    secret = bool(config.section("push").get("secret"))
    text = "Push secret is set" if secret else "No push secret: changes are found by schedules only"
    yield Item(text, secret, "connection", "section-push", required=False)


def _needs(config: Config) -> Iterator[Item]:
    """What ticked entities cannot do without."""
    order, customer = config.section("order"), config.section("customer")
    if config.enabled("order"):
        yield Item("Order statuses are chosen", bool(order["statuses"]), "sync", "section-order")
        paid = bool(order["payment_method"]) or _mapped(config.id, "payment")
        yield Item("Payment methods are mapped, or there is a default", paid, "sync", "section-order", required=False)
    if config.enabled("customer") or config.enabled("order"):
        classed = bool(customer["default_class"]) or _mapped(config.id, "customer_group")
        text = "Customer groups are mapped, or there is a default class"
        yield Item(text, classed, "sync", "section-customer", required=False)
    if config.enabled("shipment") and config.section("shipment")["trigger"] == "invoice":
        invoice = config.enabled("invoice")
        yield Item("Shipments wait for invoices: invoices are ticked", invoice, "setup", "section-entities")


def _mapped(connector_id: str, kind: str) -> bool:
    query = exists().where(
        MappingRow.connector_id == connector_id, MappingRow.kind == kind, MappingRow.active.is_(True)
    )
    with db.read() as connection:
        return bool(connection.execute(select(query)).scalar())


def _running(config: Config, planned: list[Schedule]) -> Iterator[Item]:
    """A warning for each ticked entity that nothing finds or nothing sends."""
    on = {(schedule.job, schedule.entity, schedule.direction) for schedule in planned if schedule.active}
    for entity in _ticked(config):
        for way in settings.ways(entity, config.section("direction").get(entity, "")):
            name = {"name": (settings.NAMES[entity] + ("" if way == ERP_TO_STORE else " from the store"),)}
            found = (schedules.POLL, entity, way) in on or (way == ERP_TO_STORE and _pushed(config, entity))
            if not found:
                text = "%(name)s: neither a schedule nor a push notification finds its changes"
                yield Item(text, False, "", "schedules", required=False, values=name)
            if (schedules.WINDOW, entity, way) not in on:
                text = "%(name)s: its processing schedule is off"
                yield Item(text, False, "", "schedules", required=False, values=name)
    if not states.cleans(config):
        return
    if (schedules.CLEAN, "", "") not in on:
        yield Item("The log is never tidied: the clean schedule is off", False, "", "schedules", required=False)


def _pushed(config: Config, entity: str) -> bool:
    """Whether a notification about this entity would be heard (it is set up in the ERP, which we cannot see)."""
    push = config.section("push")
    listens = entity in registry.get(config.erp).capabilities.pushes
    return bool(push.get("secret")) and bool(push.get(f"{entity}_query")) and listens


def _ticked(config: Config) -> list[str]:
    return [entity for entity in settings.ENTITIES if config.enabled(entity)]
