"""Sales: orders with lines and payments, and what follows them. Money in the order's currency, never rounded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from connector.records.base import Pairs, Record
from connector.records.people import Address

ORDER, ORDER_STATUS, SHIPMENT, INVOICE, CREDIT_MEMO = "order", "order_status", "shipment", "invoice", "credit_memo"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was bought: always what leaves the warehouse (the simple product under a configurable one).

    `price` is for one piece, without tax and before discount; `discount` is positive, for the whole line, with its
    share of the cart's discount; `tax` is for the whole line.
    """

    key: str  # the store's id of the line
    sku: str
    quantity: Decimal
    price: Decimal = ZERO
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    name: str = ""
    kind: str = "simple"  # simple | virtual | configurable | bundle | grouped | downloadable | giftcard
    parent_sku: str = ""  # the configurable or bundle it was bought as
    options: Pairs = ()  # custom options, (label, value)
    note: str = ""
    uom: str = ""
    tax_category: str = ""
    warehouse: str = ""  # filled by translation
    branch: str = ""  # filled by translation
    account: str = ""  # filled by translation: the default sales account
    cancelled: Decimal = ZERO
    shipped: Decimal = ZERO
    refunded: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of an order."""

    code: str
    rate: Decimal = ZERO
    amount: Decimal = ZERO
    taxable: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Payment:
    """One way in which an order was paid. `method` and `card_type` are the store's words, the map fills the ERP's."""

    method: str
    amount: Decimal = ZERO
    kind: str = "payment"  # payment | gift_card | store_credit | reward
    card_type: str = ""
    reference: str = ""  # transaction id of the gateway
    captured: bool = False
    erp_method: str = ""
    cash_account: str = ""
    plugin: str = ""  # the ERP's payment plug-in (processing centre) of a tokenized method


@dataclass(frozen=True, slots=True)
class Order(Record):
    """One order. From a store `key` is the number that the buyer saw; from the ERP it is "SO/SO004711".

    The fields from `erp_type` on are filled by translation. `total` is what the buyer owes, with tax, shipping
    and discounts, before gift cards and store credit, which are payments.
    """

    entity: ClassVar[str] = ORDER
    target_id: str = ""
    number: str = ""
    store_id: str = ""  # the store's own id of the order
    store: str = ""  # code of the store view
    website: str = ""
    status: str = ""  # the code of the system it was read from
    state: str = ""
    placed_at: datetime | None = None
    currency: str = ""
    base_currency: str = ""
    customer: str = ""  # id in the system it was read from; "" for a guest
    customer_email: str = ""
    customer_name: str = ""
    customer_group: str = ""
    guest: bool = False
    billing: Address | None = None
    delivery: Address | None = None  # None: nothing to ship
    lines: tuple[Line, ...] = ()
    shipping_method: str = ""  # carrier_method in the store
    shipping_title: str = ""
    shipping_amount: Decimal = ZERO  # without tax, before discount
    shipping_discount: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    discount: Decimal = ZERO  # of the lines together, positive
    coupon: str = ""
    tax: Decimal = ZERO
    taxes: tuple[Tax, ...] = ()
    adjustments: Pairs = ()  # (what, amount) that the total contains besides: fees, gift wrapping
    rounding: Decimal = ZERO  # what rounded prices make the lines together more (or less) than price x quantity
    total: Decimal = ZERO
    decimals: int = 2  # of the currency
    payments: tuple[Payment, ...] = ()
    comment: str = ""
    erp_type: str = ""
    erp_number: str = ""  # only where the store's number is passed on
    erp_customer: str = ""
    branch: str = ""
    warehouse: str = ""
    ship_via: str = ""
    shipping_terms: str = ""
    hold: bool = False
    reference: str = ""  # what the ERP finds it by again: ExternalRef
    description: str = ""
    send_taxes: bool = True  # False: the ERP computes them
    rules: tuple[str, ...] = ()  # names of the sync rules that were applied


@dataclass(frozen=True, slots=True)
class OrderStatus(Record):
    """How far an order is in the ERP. `key` is "SO/SO004711"; `number` the store's order."""

    entity: ClassVar[str] = ORDER_STATUS
    number: str = ""
    store_id: str = ""  # filled by translation: the store's own id of the order
    status: str = ""  # the ERP's word
    store_status: str = ""  # filled by translation
    comment: str = ""
    shipped: bool = False  # at least one shipment is confirmed
    lines: tuple[Shipped, ...] = ()  # what is ordered in the ERP now
    unpaid: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Track:
    """One parcel."""

    number: str
    carrier: str = ""  # the store's carrier code, filled by translation
    title: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """How much of one line was shipped or billed."""

    sku: str
    quantity: Decimal
    line: str = ""  # the order line's number in the ERP


@dataclass(frozen=True, slots=True)
class Shipment(Record):
    """One confirmed shipment of one order. `key` is the ERP's number ("004711"; with the order when it has several)."""

    entity: ClassVar[str] = SHIPMENT
    shipment: str = ""  # the ERP's number
    order: str = ""  # "SO/SO004711"
    number: str = ""  # the store's order
    store_id: str = ""  # filled by translation
    status: str = ""
    drop_ship: bool = False
    ship_via: str = ""
    shipped_on: date | None = None
    warehouse: str = ""
    source: str = ""  # filled by translation: the store's source code
    lines: tuple[Shipped, ...] = ()
    tracks: tuple[Track, ...] = ()
    invoiced: bool = False  # its invoice is released
    notify: bool = False
    others: tuple[Shipment, ...] | None = None  # what else has left the ERP for this order; None: nobody looked


@dataclass(frozen=True, slots=True)
class Invoice(Record):
    """One released invoice of one order. `key` is "Invoice/AR004711"."""

    entity: ClassVar[str] = INVOICE
    order: str = ""
    number: str = ""  # the store's order
    store_id: str = ""
    status: str = ""
    complete: bool = False  # the order is completely processed
    lines: tuple[Shipped, ...] = ()
    total: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CreditMemo(Record):
    """Money given back in the store. `key` is the store's number of the credit memo."""

    entity: ClassVar[str] = CREDIT_MEMO
    target_id: str = ""
    number: str = ""  # of the order in the store
    order: str = ""  # filled by translation: the order in the ERP
    customer: str = ""  # filled by translation: in the ERP
    erp_type: str = ""  # filled by translation
    branch: str = ""
    reference: str = ""
    description: str = ""
    created_on: date | None = None
    ordered_at: datetime | None = None  # when its order was placed
    currency: str = ""
    lines: tuple[Line, ...] = ()
    shipping: Decimal = ZERO
    adjustment: Decimal = ZERO  # positive: given back besides; negative: kept
    tax: Decimal = ZERO
    rounding: Decimal = ZERO  # as in an order
    total: Decimal = ZERO
    decimals: int = 2  # of the currency
    reason: str = ""
