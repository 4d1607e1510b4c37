"""Goods: products and what hangs on them - prices, stock, categories, pictures, relations, attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from connector.records.base import Pairs, Record

PRODUCT, PRICE, INVENTORY = "product", "price", "inventory"
CATEGORY, ATTRIBUTE, TAX_CATEGORY = "category", "attribute", "tax_category"
CUSTOMER_ATTRIBUTE, PRODUCT_STATUS = "customer_attribute", "product_status"
COMPOSITE, RELATION, IMAGE = "composite", "relation", "image"


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
    warehouse: str = ""  # the ERP's default warehouse of the item
    websites: tuple[str, ...] = ()  # filled by translation (stores and branches); empty: as the settings say


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier price: from `quantity` pieces on, for a group of customers. Translation fills in the store's group."""

    quantity: Decimal
    price: Decimal
    price_class: str = ""  # the ERP's customer price class; empty: everybody
    group: str = ""  # the store's group code; empty: all groups
    customer: str = ""  # ERP id when it is the price of one customer


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
    tiers: tuple[Tier, ...] | None = None  # None: not read, the store's tiers are left alone
    sellable: bool = True  # active and exported, so that a price of an unsellable item is skipped, not waited for


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one product in one warehouse; all three kinds, a setting chooses. `vendor`: whose, if not ours."""

    warehouse: str
    on_hand: Decimal = Decimal(0)
    available: Decimal = Decimal(0)
    available_for_shipping: Decimal = Decimal(0)
    vendor: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Stock(Record):
    """The stock of one product, by warehouse of the ERP (sorted). An absolute number, never a difference."""

    entity: ClassVar[str] = INVENTORY
    levels: tuple[Level, ...] = ()
    sellable: bool = True
    backorders: str = ""  # the BACKORDERS attribute: 0 none, 1 below zero, 2 and notify (PRD-15); empty: unknown
    reserved: Decimal = Decimal(0)  # filled by translation: web orders that the ERP does not know yet (INV-09)
    reserved_by: tuple[str, ...] = ()  # and the numbers of these orders


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


@dataclass(frozen=True, slots=True)
class Category(Record):
    """One node of the category tree. `key` is the id in the system it was read from; `parent` likewise ("": root)."""

    entity: ClassVar[str] = CATEGORY
    target_id: str = ""  # the store's id, when it was read from the store
    name: str = ""
    parent: str = ""
    active: bool = True
    in_menu: bool = True
    position: int | None = None
    description: str = ""
    url_key: str = ""
    meta_title: str = ""
    meta_description: str = ""
    meta_keywords: str = ""
    sort_by: str = ""  # position | name | price, the store's words


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a list attribute."""

    value: str
    label: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Attribute(Record):
    """One ERP attribute with its values and the item classes that use it. `key` is its id."""

    entity: ClassVar[str] = ATTRIBUTE
    label: str = ""
    kind: str = "text"  # text | list | multi | flag | date | number
    required: bool = False
    options: tuple[Option, ...] = ()
    item_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerAttribute(Attribute):
    """The same for customers: only the Commerce edition of a store takes it."""

    entity: ClassVar[str] = CUSTOMER_ATTRIBUTE


@dataclass(frozen=True, slots=True)
class TaxCategory(Record):
    """An ERP tax category: becomes a product tax class of the same name."""

    entity: ClassVar[str] = TAX_CATEGORY
    description: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class ProductStatus(Record):
    """Only whether a product may be bought (PRD-05): its own small message."""

    entity: ClassVar[str] = PRODUCT_STATUS
    active: bool = True
    status_label: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One child of a composite product. `choices` are (attribute id, value) that tell a variant from its brothers."""

    key: str
    quantity: Decimal = Decimal(1)
    choices: Pairs = ()


@dataclass(frozen=True, slots=True)
class Composite(Record):
    """How products hang together: a template with its variants, a kit with its components, a group with members."""

    entity: ClassVar[str] = COMPOSITE
    kind: str = "configurable"  # configurable | bundle | grouped
    product: Product | None = None  # what the parent is by itself
    axes: tuple[str, ...] = ()  # attribute ids that a buyer chooses by
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation(Record):
    """Which other products are shown beside one: (kind, key), kind is related | upsell | crosssell."""

    entity: ClassVar[str] = RELATION
    links: Pairs = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. `digest` is the SHA-256 of its bytes, "" while they have not been read; `data` is never hashed."""

    name: str
    digest: str = ""
    url: str = ""  # where the bytes can be had, in the source's own words
    label: str = ""
    position: int = 0
    main: bool = False


@dataclass(frozen=True, slots=True)
class Image(Record):
    """All pictures of one product, in order. The bytes are fetched by `System.download(picture.url)` when needed."""

    entity: ClassVar[str] = IMAGE
    pictures: tuple[Picture, ...] = ()
