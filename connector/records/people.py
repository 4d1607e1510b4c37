"""Customers and their addresses. E-mail is what a customer is recognised by (CUS-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connector.records.base import Record

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Address:
    """One postal address. `country` is its ISO code of two letters, `region` a code ("CA"), `region_name` its name."""

    key: str = ""  # id in the system it was read from
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    region_name: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    vat_number: str = ""
    billing: bool = False  # the customer's default billing address
    shipping: bool = False  # the customer's default shipping address


@dataclass(frozen=True, slots=True)
class Customer(Record):
    """A person or company that buys. `key` is the id in the system it was read from.

    `group` is the store's word, `customer_class` and `price_class` are the ERP's; translation fills the other side's.
    """

    entity: ClassVar[str] = CUSTOMER
    target_id: str = ""  # the id in the system it was read from, when that is the target of the sync
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    vat_number: str = ""
    active: bool = True
    group: str = ""
    customer_class: str = ""
    price_class: str = ""
    terms: str = ""
    statement_cycle: str = ""
    currency: str = ""
    reference: str = ""  # the other system's id as this one has noted it (AccountRef)
    store: str = ""  # code of the store view it signed up in
    website: str = ""
    addresses: tuple[Address, ...] = ()
    number: str = ""  # filled by translation: the ERP id to use when segmentation is manual (SYN-23)
