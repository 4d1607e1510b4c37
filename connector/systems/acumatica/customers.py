"""Customers of the ERP as neutral records: read, polled, found by e-mail. Facts/ACUMATICA.md, 3.5.

E-mail is the identity (CUS-01). Of several customers with one address the one that has noted the store's account
(AccountRef) is meant; without such a note nobody may guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.errors import Fail
from connector.records import CUSTOMER, Address, Customer, Record
from connector.systems.acumatica import addresses, filters, lists, raw
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, flag, instant, micros, rows, text
from connector.systems.base import Change, Page

ENTITY, KEY, MODIFIED = "Customer", "CustomerID", "LastModifiedDateTime"
CONTACTS = (
    "MainContact,MainContact/Address,BillingContact,BillingContact/Address,ShippingContact,ShippingContact/Address"
)
CLOSED = ("inactive",)
# where the record's fields come from; key, status, e-mail and class are always told
SOURCES: dict[str, tuple[str, ...]] = {
    "first_name": ("CustomerName",),
    "last_name": ("CustomerName",),
    "company": ("CustomerName", "MainContact/CompanyName"),
    "phone": ("MainContact/Phone1", "MainContact/Phone2"),
    "vat_number": ("TaxRegistrationID",),
    "price_class": ("PriceClassID",),
    "terms": ("Terms",),
    "statement_cycle": ("StatementCycleID",),
    "currency": ("CurrencyID",),
}


def options(erp: Erp) -> dict[str, object]:
    """What is asked for with every customer; no $select, since the schema may make any field active."""
    wanted = raw.active(erp, CUSTOMER)
    _, expand, custom = raw.asked(wanted or {})
    expand |= set(CONTACTS.split(","))
    if erp.setting("customer", "include_contacts", True):
        expand |= {"Contacts", "Contacts/Contact", "Contacts/Contact/Address"}
    return {"$expand": ",".join(sorted(expand)), "$custom": ",".join(sorted(custom))}


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Customer]:
    """The customers of these ids with their addresses. Raises Retry, Refused or Fail."""
    found = lists.by_keys(erp.client, ENTITY, KEY, keys, options(erp))
    made = lists.pick(keys, found, KEY, lambda row: customer(erp, row))
    if not made or not erp.setting("customer", "include_locations", True):
        return made
    places = _locations(erp, [one.key for one in made.values()])
    return {key: replace(one, addresses=one.addresses + places.get(one.key, ())) for key, one in made.items()}


def customer(erp: Erp, entity: Entity) -> Customer:
    """One customer with billing, shipping and contacts' addresses, without its other locations."""
    main, shipping = addresses.linked(entity, "MainContact"), addresses.linked(entity, "ShippingContact")
    name = text(entity, "CustomerName")
    individual = text(entity, "CustomerCategory") == "Individual"
    first, last = addresses.person(main, name if individual or not text(main, "CompanyName", "FullName") else "")
    record = Customer(
        key=text(entity, KEY),
        version=micros(instant(entity, MODIFIED)),
        target_id=text(entity, KEY),
        email=text(main, "Email") or text(entity, "Email"),
        first_name=first,
        last_name=last,
        company="" if individual or name == f"{first} {last}".strip() else name,
        phone=text(main, "Phone2", "Phone1") or text(shipping, "Phone1"),
        vat_number=text(entity, "TaxRegistrationID"),
        active=text(entity, "Status").casefold() not in CLOSED,
        customer_class=text(entity, "CustomerClass"),
        price_class=text(entity, "PriceClassID"),
        terms=text(entity, "Terms"),
        statement_cycle=text(entity, "StatementCycleID"),
        currency=text(entity, "CurrencyID"),
        reference=text(entity, "AccountRef"),
        addresses=_addresses(erp, entity),
    )
    wanted = raw.active(erp, CUSTOMER)
    record = replace(raw.only_active(record, wanted, SOURCES), raw=raw.pairs(entity, wanted))
    if wanted is not None and not any("/Address/" in name for name in wanted):
        record = replace(record, addresses=())
    return record


def _addresses(erp: Erp, entity: Entity) -> tuple[Address, ...]:
    """The default billing and shipping address, one address when they say the same, then those of contacts."""
    name = text(entity, "CustomerName")
    main = addresses.linked(entity, "MainContact")
    bill = addresses.linked(entity, "BillingContact") if flag(entity, "BillingAddressOverride") else main
    billing = addresses.read(bill, "billing", name)
    shipping = addresses.read(addresses.linked(entity, "ShippingContact"), "shipping", name)
    found: list[Address] = []
    if billing and (shipping is None or _same(billing, shipping)):
        found.append(replace(billing, key="main", billing=True, shipping=True))
    else:
        found += [replace(billing, billing=True)] if billing else []
        found += [replace(shipping, shipping=True)] if shipping else []
    if erp.setting("customer", "include_contacts", True):
        for row in rows(entity, "Contacts"):
            contact = addresses.linked(row, "Contact")
            one = addresses.read(contact, f"contact:{text(row, 'ContactID')}")
            if one and not any(_same(one, other) for other in found):
                found.append(one)
    return tuple(found)


def _same(one: Address, other: Address) -> bool:
    return addresses.place(one) == addresses.place(other) and addresses.name(one) == addresses.name(other)


def _locations(erp: Erp, keys: Sequence[str]) -> dict[str, tuple[Address, ...]]:
    """Addresses of the customers' further active locations; the default one is the shipping address."""
    asked = {"$expand": "LocationContact,LocationContact/Address"}
    found: dict[str, list[Address]] = {}
    for row in lists.by_keys(erp.client, "CustomerLocation", "Customer", keys, asked):
        id = text(row, "LocationID")
        if flag(row, "Default") or id.upper() == "MAIN" or not flag(row, "Active", default=True):
            continue
        one = addresses.read(addresses.linked(row, "LocationContact"), f"location:{id}", text(row, "LocationName"))
        if one:
            found.setdefault(text(row, "Customer"), []).append(one)
    return {key: tuple(sorted(places, key=lambda one: one.key)) for key, places in found.items()}


def changed(erp: Erp, since: datetime | None, position: str) -> Page:
    """One page of customers of the chosen classes that changed since then."""
    classes = erp.lines("customer", "classes")
    more = f"({filters.any_of('CustomerClass', classes)})" if classes else ""

    def change(row: Entity, version: int) -> Change:
        return Change(CUSTOMER, text(row, KEY), version=version)

    return lists.page(erp.client, ENTITY, KEY, MODIFIED, since, position, change, more=more)


def alike(erp: Erp, records: Sequence[Record]) -> Mapping[str, Record]:
    """Customers with the same e-mail address, whatever its capitals. Raises Fail when several could be meant."""
    wanted = [one for one in records if isinstance(one, Customer) and one.email]
    emails = sorted({one.email.casefold() for one in wanted})
    by_email: dict[str, list[Customer]] = {}
    for row in lists.by_keys(erp.client, ENTITY, "MainContact/Email", emails, options(erp)):
        one = customer(erp, row)
        by_email.setdefault(one.email.casefold(), []).append(one)
    found = {one.key: _the_one(one, by_email.get(one.email.casefold(), [])) for one in wanted}
    return {key: one for key, one in found.items() if one is not None}


def _the_one(record: Customer, found: Sequence[Customer]) -> Customer | None:
    noted = [one for one in found if record.reference and one.reference == record.reference]
    left = noted or [one for one in found if one.active] or list(found)
    if len(left) < 2:
        return left[0] if left else None
    raise Fail(
        f"Acumatica has several customers with the e-mail address {record.email}: "
        f"{', '.join(sorted(one.key for one in left))}.",
        code="acumatica.several_customers",
        help="Merge them in Acumatica, or enter the store's reference "
        f"{record.reference or record.key} as Account Ref. of the right one (Customers, AR303000).",
    )
