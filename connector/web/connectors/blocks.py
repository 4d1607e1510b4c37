"""Which settings stand on which page of a connector, in which order and under which heading.

Set-up parameters follow S2 and S4, Sync Configuration follows S3 section by section (SYN-40). A setting stands on
one page; only the ticks of the entities stand on two, as the documents have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.setup.settings import Section, sections
from connector.setup.settings.entities import ways
from connector.systems.base import Setting
from connector.web.frame.marks import N_


@dataclass(frozen=True, slots=True)
class Block:
    """One card of a page: parts of sections, and the entities whose Auto Cron is set here."""

    name: str
    title: str
    parts: tuple[Section, ...]
    help: str = ""
    autos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A card as it is written down below: "section.setting" or "section" for all that no other card names."""

    name: str
    title: str
    fields: str
    help: str = ""
    autos: tuple[str, ...] = ()


TITLES = {
    "connection": N_("Connection"),
    "setup": N_("Setup parameters"),
    "sync": N_("Sync configuration"),
    "features": N_("Features"),
    "endpoints": N_("Endpoint URLs"),
    "logging": N_("Logging"),
    "watching": N_("Brake and alerts"),
}

ONE_WAY = N_("Always from Acumatica to the store.")
PLANS = {
    "setup": (
        Plan("queue", N_("Message processing"), "queue"),
        Plan("price", N_("Price sync preferences"), "price"),
        Plan("inventory", N_("Inventory sync preferences"), "inventory"),
        Plan("vendor", N_("Vendor inventory preferences"), "inventory.vendor inventory.vendor_attribute"),
        Plan("shipment", N_("Shipments"), "shipment"),
        Plan(
            "customers",
            N_("Customer sync preferences"),
            "customer.classes customer.include_locations customer.include_contacts customer.deletion",
        ),
        Plan(
            "orders",
            N_("Order sync preferences"),
            "order.types order.only_enabled_customers order.confirmed_shipment order.unpaid_zero",
        ),
        Plan("entities", N_("Individual sync status"), "entities"),
        Plan("rehearsal", N_("Rehearsal"), "rehearsal"),
    ),
    "sync": (
        Plan("warehouse", N_("Warehouse details"), "inventory.default_warehouse"),
        Plan(
            "attribute",
            N_("Attribute sync"),
            "entities.attribute entities.customer_attribute attribute",
            N_(
                "Always from Acumatica to the store. Adobe Commerce has attributes of customers that people make, "
                "Open Source has none."
            ),
            ("attribute",),
        ),
        Plan("category", N_("Category sync"), "entities.category direction.category category", "", ("category",)),
        Plan("product", N_("Product sync"), "entities.product direction.product product", "", ("product",)),
        Plan(
            "stock_price",
            N_("Product inventory and price sync"),
            "entities.inventory entities.price stock_price inventory.indexing",
            ONE_WAY,
            ("inventory", "price"),
        ),
        Plan("image", N_("Product image sync"), "entities.image image", ONE_WAY, ("image",)),
        Plan(
            "composite",
            N_("Product configurator sync"),
            "entities.composite direction.composite composite",
            "",
            ("composite",),
        ),
        Plan("customer", N_("Customer sync"), "entities.customer direction.customer customer", "", ("customer",)),
        Plan("order", N_("Order sync"), "entities.order direction.order order", "", ("order",)),
        Plan("failed_order", N_("Failed order sync"), "failed_order"),
    ),
}


def of(erp: str, plugin: str, page: str) -> tuple[Block, ...]:
    """The cards of a page of a connector between these systems. Raises KeyError for no such page or system."""
    there = {section.name: section for section in sections(erp, plugin)}
    if page not in PLANS:
        TITLES[page]
        return tuple(
            Block(section.name, section.title, (section,), section.help)
            for section in there.values()
            if section.page == page
        )
    return tuple(
        Block(plan.name, plan.title, _parts(there, plan), plan.help or _help(there, plan), plan.autos)
        for plan in PLANS[page]
    )


def parts(blocks: Sequence[Block]) -> list[Section]:
    """All parts of these cards: what a form is made of."""
    return [part for block in blocks for part in block.parts]


def directions(entity: str) -> tuple[str, ...]:
    """The ways in which Auto Cron of an entity looks for changes."""
    return ways(entity, "both") if entity in ("category", "customer", "product") else ways(entity)


def _parts(there: dict[str, Section], plan: Plan) -> tuple[Section, ...]:
    found = []
    for path in plan.fields.split():
        name, _, setting = path.partition(".")
        section = there[name]
        chosen = (section.setting(setting),) if setting else _rest(section)
        found.append(replace(section, settings=chosen))
    return tuple(found)


def _rest(section: Section) -> tuple[Setting, ...]:
    """The settings of a section that no card names by itself."""
    named = {path for plans in PLANS.values() for plan in plans for path in plan.fields.split()}
    return tuple(
        setting
        for setting in section.settings
        if f"{section.name}.{setting.name}" not in named or section.name == "entities"
    )


def _help(there: dict[str, Section], plan: Plan) -> str:
    whole = [name for name in plan.fields.split() if "." not in name]
    return there[whole[0]].help if len(whole) == 1 else ""


def page_of(path: str) -> tuple[str, str]:
    """The page and the card on which "section.setting" stands: where a link about it leads."""
    section, _, setting = path.partition(".")
    for page, plans in PLANS.items():
        for plan in plans:
            if path in plan.fields.split():
                return page, plan.name
    for page, plans in PLANS.items():
        for plan in plans:
            if section in plan.fields.split():
                return page, plan.name
    known = {"erp": "connection", "store": "connection", "push": "connection", "clock": "connection"}
    others = {"features": "features", "endpoint": "endpoints", "log": "logging"}
    others |= {"brake": "watching", "drift": "watching", "alert": "watching"}
    return (known | others).get(section, "endpoints"), section
