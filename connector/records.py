"""Neutral, frozen values between the systems. They know no system and no database.

Three stores cost one field table each because everybody meets here. Money is Decimal, times are aware UTC,
ids are strings (trimmed: Acumatica pads with blanks). `version` orders two reads of the same record: it is
the source's last-modified instant in microseconds since 1970 (0 when the source has none).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

PRODUCT, PRICE, INVENTORY = "product", "price", "inventory"
ERP_TO_STORE, STORE_TO_ERP = "erp_to_store", "store_to_erp"


@dataclass(frozen=True, slots=True)
class Record:
    """What every record has: its key in the source and the version that was read."""

    entity: ClassVar[str]
    key: str
    version: int = 0

    def content_hash(self) -> str:
        """Hash of everything but the version: equal content is the same hash, whoever wrote it and when."""
        body = dataclasses.asdict(self)
        body.pop("version")
        text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Product(Record):
    """An article that a store can sell. `key` is the ERP's InventoryID and the store's SKU."""

    entity: ClassVar[str] = PRODUCT
    name: str = ""
    stock_item: bool = True  # False: nothing to ship, a virtual product in the store
    requires_shipment: bool = True
    active: bool = True  # may be sold (Acumatica: Active, No Purchases, No Request)
    exported: bool = True  # the ERP's own "export to external system" tick
    visibility: str = "visible"  # visible | featured | invisible
    item_class: str = ""  # becomes the attribute set of the same name
    tax_category: str = ""  # becomes the tax class of the same name
    price: Decimal | None = None  # DefaultPrice: only for the first creation, later prices travel as Price
    msrp: Decimal | None = None
    weight: Decimal | None = None
    weight_uom: str = ""
    description: str = ""
    short_description: str = ""
    url_key: str = ""
    meta_title: str = ""
    meta_description: str = ""
    meta_keywords: str = ""
    search_keywords: str = ""
    base_uom: str = ""
    categories: tuple[str, ...] = ()  # ids of the ERP's sales categories
    attributes: tuple[tuple[str, str], ...] = ()  # (attribute id, value) sorted by id
    cross_references: tuple[tuple[str, str], ...] = ()  # (kind, alternate id)
    template_id: str = ""
    status_label: str = ""  # the ERP's own word, for the reason of a skip


@dataclass(frozen=True, slots=True)
class Price(Record):
    """The base price of one product; the special price where the source has one in force."""

    entity: ClassVar[str] = PRICE
    price: Decimal = Decimal(0)
    msrp: Decimal | None = None
    special_price: Decimal | None = None
    special_from: datetime | None = None
    special_to: datetime | None = None
    currency: str = ""
    sellable: bool = True  # active and exported, so that a price of an unsellable item is skipped, not waited for


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one product in one warehouse; all three kinds, the setting chooses."""

    warehouse: str
    on_hand: Decimal = Decimal(0)
    available: Decimal = Decimal(0)
    available_for_shipping: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stock(Record):
    """The stock of one product, by warehouse of the ERP (sorted). An absolute number, never a difference."""

    entity: ClassVar[str] = INVENTORY
    levels: tuple[Level, ...] = ()
    sellable: bool = True


@dataclass(frozen=True, slots=True)
class StoreProduct(Record):
    """What the store has of a product: for the record page, natural-key look-ups and adoption."""

    entity: ClassVar[str] = PRODUCT
    target_id: str = ""
    name: str = ""
    type: str = ""
    enabled: bool = True
    price: Decimal | None = None
    special_price: Decimal | None = None
    quantities: tuple[tuple[str, Decimal], ...] = ()  # (source code, quantity)
    fields: dict[str, Any] = field(default_factory=dict)  # everything else, as the store says it
