"""Which entities travel, from where to where, and what each needs first. A table, nothing else.

`kind` is the queue's documented name of the message (PRODUCT, PRICING, QUANTITY); `action` is the type
under which the log files it (LOG-03). A new entity is a new row here plus the systems' reading and writing.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.records import ERP_TO_STORE, INVENTORY, PRICE, PRODUCT


@dataclass(frozen=True, slots=True)
class Sync:
    """One entity in one direction. `needs` are entities of the same key that must be bound before."""

    entity: str
    direction: str
    title: str
    kind: str
    action: str
    needs: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Which side is read: erp or store."""
        return "erp" if self.direction == ERP_TO_STORE else "store"


SYNCS = (
    Sync(PRODUCT, ERP_TO_STORE, "Product", "PRODUCT", "Product Sync"),
    Sync(PRICE, ERP_TO_STORE, "Price", "PRICING", "Pricing Sync", needs=(PRODUCT,)),
    Sync(INVENTORY, ERP_TO_STORE, "Inventory", "QUANTITY", "Inventory Sync", needs=(PRODUCT,)),
)


def find(entity: str, direction: str = ERP_TO_STORE) -> Sync:
    """The sync of an entity. Raises KeyError when there is none."""
    for sync in SYNCS:
        if (sync.entity, sync.direction) == (entity, direction):
            return sync
    raise KeyError(f"{entity} {direction}")
