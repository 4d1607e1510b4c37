"""Indexing after sync: what a run asks of the store when it has written something (SYN-10, SYN-13, SYN-17).

Whether it asks is a setting of products, of prices and inventory, and of composite products. What asking means is
the store's to say: most stores index by themselves, and then the log says so (CONFLICTS 31).
"""

from __future__ import annotations

from connector import events
from connector.engine.systems import Connections
from connector.errors import Outcome
from connector.queue.lanes import Lane
from connector.records import COMPOSITE, ERP_TO_STORE, INVENTORY, PRICE, PRODUCT
from connector.sync import catalogue

SECTIONS = {PRODUCT: "product", COMPOSITE: "composite", PRICE: "inventory", INVENTORY: "inventory"}


def after(connections: Connections, lane: Lane, written: int) -> None:
    """Ask for the indexes after a run that has written `written` records, where the settings say so."""
    config, section = connections.config(lane.connector), SECTIONS.get(lane.entity)
    if not written or section is None or lane.direction != ERP_TO_STORE or not config.section(section).get("indexing"):
        return
    level, sync = events.INFO, catalogue.find(lane.entity, lane.direction)
    try:
        said = connections.systems(lane.connector).store.reindex(lane.entity)
    except Outcome as word:
        level, said = events.WARNING, f"It could not be asked for. {word.reason}"
    if level != events.INFO or config.section("log").get("info", True):
        text = f"Indexing after {written} records of {sync.title}: {said}"
        events.record(sync.action, text, connector_id=lane.connector, level=level)
