"""Customers written to the ERP: made whole once, later only what differs, and nothing is ever cleared.

Facts/ACUMATICA-DEFAULT-MAPPING.md, "Customer: store -> Acumatica"; CUS-01..06. Terms, statement cycle and number
are for new customers only. An address is one value: where it changed, all of it is written, so that no old second
line stays behind. Further addresses become locations, whose id comes from the store's id, so that a second write
finds the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.errors import Fail
from connector.records import CUSTOMER, Address, Customer, Record
from connector.systems.acumatica import addresses, customers, lists, raw, writing
from connector.systems.acumatica.customers import ENTITY, KEY
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.errors import Gone
from connector.systems.acumatica.values import Entity, flag, text
from connector.systems.base import Written

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Wish = dict[tuple[str, ...], str]  # path of a field -> value


def write(erp: Erp, records: Sequence[Record], known: Mapping[str, str]) -> list[Written]:
    """Make or change these customers. Raises Refused; everything else is the outcome of its record."""
    wanted = [one for one in records if isinstance(one, Customer)]
    return writing.each(wanted, lambda one: _write(erp, one, known.get(one.key, "")))


def _write(erp: Erp, one: Customer, id: str) -> Written:
    current = _current(erp, id) if id else None
    body = _changed(erp, one, current) if current is not None else _new(erp, one)
    raw.write(body, _news(one, current, erp), raw.active(erp, CUSTOMER))
    after = current
    if body:
        keyed = {**writing.fields(CustomerID=id), **body} if current is not None else body
        after = erp.client.put(ENTITY, keyed, customers.options(erp), new=current is None and bool(one.number))
    number = text(after or {}, KEY) or id or one.number
    if not number:
        raise Fail("Acumatica did not say which number the new customer got.", code="acumatica.no_number")
    sent = writing.told(body)
    sent.update(_places(erp, one, number))
    seen = customers.customer(erp, after) if after and text(after, KEY) else None
    return Written(one.key, number, current is None, sent, seen=seen)


def _current(erp: Erp, id: str) -> Entity | None:
    """The customer as it is; None when it has been deleted meanwhile (then it is made again)."""
    found = lists.by_keys(erp.client, ENTITY, KEY, [id], customers.options(erp))
    return found[0] if found else None


def _news(one: Customer, current: Entity | None, erp: Erp) -> list[tuple[str, str]]:
    """What a mapping made and the ERP has not got yet; for a new customer without what is empty."""
    wanted = raw.active(erp, CUSTOMER) or {}
    pairs = [(name, content) for name, content in one.mapped if content]
    if current is None:
        return pairs
    return [(name, new) for name, new in pairs if raw.value(current, raw.place(name, wanted.get(name))) != new]


# --- a new one


def _new(erp: Erp, one: Customer) -> dict[str, Any]:
    body: dict[str, Any] = writing.fields(
        CustomerID=one.number,
        CustomerName=_name(one),
        CustomerClass=one.customer_class or erp.word("customer", "default_class"),
        Terms=one.terms or erp.word("customer", "default_terms"),
        StatementCycleID=one.statement_cycle or erp.word("customer", "default_statement_cycle"),
        PriceClassID=one.price_class,
        Status="Active" if one.active else "Inactive",
        AccountRef=one.reference,
        TaxRegistrationID=one.vat_number,
    )
    wish = _contact(one, None)
    return _put(body, wish)


def _name(one: Customer) -> str:
    return one.company or " ".join(part for part in (one.first_name, one.last_name) if part) or one.email


def _contact(one: Customer, current: Entity | None) -> Wish:
    """The main contact with the billing address, and the shipping address where it is another one."""
    billing = next((each for each in one.addresses if each.billing), None)
    shipping = next((each for each in one.addresses if each.shipping), None)
    home = billing or shipping or next(iter(one.addresses), None)
    own_bill = current is not None and flag(current, "BillingAddressOverride")
    wish: Wish = {("MainContact", "Email"): one.email}
    person = " ".join(part for part in (one.first_name, one.last_name) if part)
    wish[("MainContact", "Attention")] = person
    wish[("MainContact", "Phone2")] = one.phone if home and one.phone != home.phone else ""
    wish[("MainContact", "Phone1")] = (home.phone if home else "") or one.phone
    if current is None:
        wish[("MainContact", "CompanyName")] = one.company
    if home:
        _address(wish, "BillingContact" if own_bill else "MainContact", home)
    if shipping and home and addresses.place(shipping) != addresses.place(home):
        wish[("ShippingContact", "Attention")] = addresses.name(shipping)
        wish[("ShippingContact", "Phone1")] = shipping.phone
        _address(wish, "ShippingContact", shipping)
    return wish


def _address(wish: Wish, contact: str, address: Address) -> None:
    if address.lines or address.city:
        wish.update({(contact, "Address", name): content for name, content in addresses.place(address).items()})


def _put(body: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """The wish as nested fields; overrides are told with a shipping contact, else its values are dropped (2.4)."""
    for path, content in wish.items():
        if not content and len(path) < 3:
            continue
        here = body
        for step in path[:-1]:
            here = here.setdefault(step, {})
        here[path[-1]] = {"value": content}
    if "ShippingContact" in body:
        body.update(writing.fields(ShippingAddressOverride=True, ShippingContactOverride=True))
    return body


# --- one that is there


def _changed(erp: Erp, one: Customer, current: Entity) -> dict[str, Any]:
    """Only what differs and is filled on our side."""
    wish: Wish = {
        ("CustomerName",): _name(one) if one.company or one.last_name else "",
        ("CustomerClass",): one.customer_class,
        ("PriceClassID",): one.price_class,
        ("TaxRegistrationID",): one.vat_number,
        ("AccountRef",): "" if text(current, "AccountRef") else one.reference,
        **_contact(one, current),
    }
    places = {path[:-1] for path in wish if len(path) == 3 and _differs(current, path, wish[path])}
    kept = {
        path: content
        for path, content in wish.items()
        if path[:-1] in places or (len(path) < 3 and content and _differs(current, path, content))
    }
    return _put({}, kept)


def _differs(current: Entity, path: tuple[str, ...], content: str) -> bool:
    return raw.value(current, (path[:-1], path[-1])) != content.strip()


# --- further addresses


def _places(erp: Erp, one: Customer, number: str) -> dict[str, Any]:
    """The other addresses as locations, where that is switched on (CUS-06); what was written."""
    if not erp.setting("customer", "include_locations", True):
        return {}
    others = [each for each in one.addresses if not each.billing and not each.shipping and each.key.isdigit()]
    there = _location_texts(erp, number) if others else {}
    sent: dict[str, Any] = {}
    for address in others[1 if not _has_home(one) else 0 :]:
        id = location_id(address.key)
        if there.get(id) != addresses.place(address):
            erp.client.put("CustomerLocation", _location(number, id, address))
            sent[f"CustomerLocation/{id}"] = ", ".join(address.lines)
    return sent


def _has_home(one: Customer) -> bool:
    return any(each.billing or each.shipping for each in one.addresses)


def _location_texts(erp: Erp, number: str) -> dict[str, dict[str, str]]:
    asked = {"$expand": "LocationContact,LocationContact/Address"}
    found = lists.by_keys(erp.client, "CustomerLocation", "Customer", [number], asked)
    read = {text(row, "LocationID"): addresses.read(addresses.linked(row, "LocationContact"), "") for row in found}
    return {id: addresses.place(one) for id, one in read.items() if one}


def location_id(key: str) -> str:
    """An id of at most six characters from the store's number of the address."""
    number, made = int(key), ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        made = DIGITS[digit] + made
    return f"A{made or '0'}"


def _location(number: str, id: str, address: Address) -> dict[str, Any]:
    person = addresses.name(address)
    contact: dict[str, Any] = writing.fields(Attention=person, Phone1=address.phone, Email=address.email)
    contact["Address"] = {name: {"value": content} for name, content in addresses.place(address).items()}
    return {
        **writing.fields(
            Customer=number, LocationID=id, LocationName=address.company or person or id, AddressOverride=True,
            ContactOverride=True,
        ),
        "LocationContact": contact,
    }  # fmt: skip


def delete(erp: Erp, key: str, target_id: str) -> Written:
    """What the setting says of a customer that is gone in the store: nothing, inactive, or deleted (CUS-08)."""
    how = erp.word("customer", "deletion", "ignore")
    id = target_id or key
    try:
        if how == "delete":
            erp.client.remove(ENTITY, id)
        elif how == "deactivate" and _current(erp, id) is not None:
            erp.client.put(ENTITY, writing.fields(CustomerID=id, Status="Inactive"))
    except Gone:
        pass
    return Written(key, id, fields={"deletion": how})
