"""Whether items may be bought, as a small record of its own (PRD-05). Facts/ACUMATICA-DEFAULT-MAPPING.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.records import PRODUCT_STATUS, ProductStatus
from connector.systems.acumatica import items, polls
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import KINDS, Item, Kind
from connector.systems.acumatica.values import instant, micros, text
from connector.systems.base import Page

FIELDS = ("InventoryID", "ItemStatus", "ExportToExternal")


def read(erp: Erp, keys: Sequence[str]) -> dict[str, ProductStatus]:
    """The status of these items. Raises Retry, Refused or Fail."""
    version = erp.client.version()
    asked: dict[Kind, Sequence[str]] = {kind: (*FIELDS, kind.modified(version)) for kind in KINDS}
    return {key: _status(item) for key, item in items.read(erp.client, keys, asked).items()}


def _status(item: Item) -> ProductStatus:
    return ProductStatus(
        key=item.key,
        version=micros(instant(item.entity, "LastModifiedDateTime", "LastModified")),
        active=item.sellable,
        status_label=text(item.entity, "ItemStatus"),
    )


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    return polls.items_since(erp.client, PRODUCT_STATUS, when, position, clock=erp.clock)
