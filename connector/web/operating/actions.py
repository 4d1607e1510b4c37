"""The action types of the log (LOG-03): 15 plain ones, 8 for what came of a reprocess, and 2 of our own.

Tries of messages have the type of their entity, events bring their own. A table; it knows no page. The types are kept
and asked for in English; pages say them by `tr`.
"""

from __future__ import annotations

from typing import NamedTuple

from connector.sync.catalogue import SYNCS
from connector.web.frame.marks import N_

PLAIN = (
    N_("Initialization"),
    N_("Configuration"),
    N_("Metadata Sync"),
    N_("Data Retrieval"),
    N_("Product Sync"),
    N_("Product Status Update"),
    N_("Product Dependencies Update"),
    N_("Pricing Sync"),
    N_("Inventory Sync"),
    N_("Category Sync"),
    N_("Customer Sync"),
    N_("Order Sync"),
    N_("Order Status Update"),
    N_("Shipment Sync"),
    N_("Reprocess Sync"),
)
REPROCESS = (
    N_("Reprocess Product"),
    N_("Reprocess Product Status"),
    N_("Reprocess Pricing"),
    N_("Reprocess Inventory"),
    N_("Reprocess Category"),
    N_("Reprocess Customer"),
    N_("Reprocess Order"),
    N_("Reprocess Shipment"),
)
ABOUT_PEOPLE = (N_("People"), N_("Sign-in"))  # who may come in, and who came: administrators see these (PER-01)
DOCUMENTED = PLAIN + REPROCESS
ALL = DOCUMENTED + ABOUT_PEOPLE
AGAIN = {
    "Metadata Sync": "Reprocess Product",
    "Product Sync": "Reprocess Product",
    "Product Status Update": "Reprocess Product Status",
    "Product Dependencies Update": "Reprocess Product",
    "Pricing Sync": "Reprocess Pricing",
    "Inventory Sync": "Reprocess Inventory",
    "Category Sync": "Reprocess Category",
    "Customer Sync": "Reprocess Customer",
    "Order Sync": "Reprocess Order",
    "Order Status Update": "Reprocess Order",
    "Shipment Sync": "Reprocess Shipment",
}
OF_ENTITY = {sync.entity: (sync.action, AGAIN[sync.action]) for sync in SYNCS}


class Meant(NamedTuple):
    """What a type means for the tries of messages. No entities: all of them."""

    entities: tuple[str, ...]
    reprocessed: bool


def of(entity: str, outcome: str, origin: str | None) -> str:
    """The type of one try."""
    plain, again = OF_ENTITY.get(entity, (f"{entity.capitalize()} Sync", "Reprocess Sync"))
    return again if outcome == "reprocessed" or origin == "reprocess" else plain


def meant(action: str) -> Meant | None:
    """Which tries a type asks for; None for a type that only events have."""
    if action == "Reprocess Sync":
        return Meant((), True)
    for place, reprocessed in enumerate((False, True)):
        if found := tuple(entity for entity, types in OF_ENTITY.items() if types[place] == action):
            return Meant(found, reprocessed)
    return None
