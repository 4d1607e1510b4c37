"""The settings of a connector as data: sections of `Setting`. It knows no database and no page.

The sections `erp` and `store` are what the chosen systems declare; the others are the connector's own. The
pages draw their forms from here, the command line and the loader check with it, so the three cannot differ.
"""

from __future__ import annotations

from connector.setup.settings import endpoints
from connector.setup.settings.entities import (
    CHOSEN_WAYS,
    DELETIONS,
    DIRECTION,
    ENTITIES,
    FEATURE,
    FEATURE_OF,
    FEATURES,
    LOGGED,
    NAMES,
    SYNC,
    USUAL,
    ways,
)
from connector.setup.settings.goods import (
    ATTRIBUTE,
    CATEGORY,
    COMPOSITE,
    IMAGE,
    INVENTORY,
    PRICE,
    PRODUCT,
    STOCK_PRICE,
    source_map,
)
from connector.setup.settings.sales import CUSTOMER, FAILED_ORDER, ORDER, SHIPMENT
from connector.setup.settings.section import Section, Values, clean
from connector.setup.settings.watching import ALERT, BRAKE, DRIFT
from connector.setup.settings.work import CLOCKS, ENDPOINT, LOG, PUSH, QUERIES, QUEUE, REHEARSAL
from connector.systems import registry

__all__ = [
    "ALERT",
    "ATTRIBUTE",
    "BRAKE",
    "CATEGORY",
    "CHOSEN_WAYS",
    "CLOCKS",
    "COMPOSITE",
    "CUSTOMER",
    "DELETIONS",
    "DIRECTION",
    "DRIFT",
    "ENDPOINT",
    "ENTITIES",
    "FAILED_ORDER",
    "FEATURE",
    "FEATURES",
    "FEATURE_OF",
    "IMAGE",
    "INVENTORY",
    "LOG",
    "LOGGED",
    "NAMES",
    "ORDER",
    "OWN",
    "PRICE",
    "PRODUCT",
    "PUSH",
    "QUERIES",
    "QUEUE",
    "REHEARSAL",
    "SHIPMENT",
    "STOCK_PRICE",
    "SYNC",
    "USUAL",
    "Section",
    "Values",
    "clean",
    "sections",
    "source_map",
    "ways",
]

OWN = (
    QUEUE,
    BRAKE,
    DRIFT,
    ALERT,
    PRICE,
    INVENTORY,
    SHIPMENT,
    ATTRIBUTE,
    CATEGORY,
    PRODUCT,
    STOCK_PRICE,
    IMAGE,
    COMPOSITE,
    CUSTOMER,
    ORDER,
    FAILED_ORDER,
    SYNC,
    DIRECTION,
    PUSH,
    CLOCKS,
    FEATURE,
    ENDPOINT,
    LOG,
    REHEARSAL,
)


def sections(erp: str, plugin: str) -> tuple[Section, ...]:
    """Every section of a connector between these two systems. Raises KeyError for an unknown one."""
    left, right = registry.get(erp), registry.get(plugin)
    return (
        Section("erp", f"{left.label} connection", left.settings, page="connection"),
        Section("store", f"{right.label} connection", right.settings, page="connection"),
        *OWN,
        *endpoints.sections(left.label, left.endpoints, right.label, right.endpoints),
    )
