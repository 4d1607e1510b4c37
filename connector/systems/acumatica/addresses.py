"""Contacts with their address, there and back: names split at the first blank, two lines, ISO countries.

Facts/ACUMATICA-DEFAULT-MAPPING.md, "Customer". A contact of a customer carries the person in Attention.
"""

from __future__ import annotations

from connector.records import Address
from connector.systems.acumatica.values import Entity, text

LINES = 2  # Address has AddressLine1 and AddressLine2 in all versions that are spoken


def linked(entity: Entity, name: str) -> Entity:
    """A linked entity; an empty one where it is not there."""
    found = entity.get(name)
    return found if isinstance(found, dict) else {}


def person(contact: Entity, other: str = "") -> tuple[str, str]:
    """First and last name of a contact, else out of its Attention, else out of another name."""
    first, last = text(contact, "FirstName"), text(contact, "LastName")
    if first or last:
        return first, last
    whole = text(contact, "Attention", "DisplayName") or other
    first, _, last = whole.partition(" ")
    return first, last.strip()


def read(contact: Entity, key: str, other: str = "") -> Address | None:
    """The address of a contact; None when it has none."""
    where = linked(contact, "Address")
    lines = tuple(line for name in ("AddressLine1", "AddressLine2") if (line := text(where, name)))
    if not lines and not text(where, "City") and not text(where, "PostalCode"):
        return None
    first, last = person(contact, other)
    return Address(
        key=key,
        first_name=first,
        last_name=last,
        company=text(contact, "CompanyName", "FullName", "BusinessName"),
        lines=lines,
        city=text(where, "City"),
        region=text(where, "State"),
        postcode=text(where, "PostalCode"),
        country=text(where, "Country"),
        phone=text(contact, "Phone1", "Phone2"),
        email=text(contact, "Email"),
    )


def place(address: Address) -> dict[str, str]:
    """The fields of an Address entity; further lines go on the second one."""
    first, *rest = [*address.lines, ""]
    return {
        "AddressLine1": first,
        "AddressLine2": ", ".join(line for line in rest if line),
        "City": address.city,
        "State": address.region or address.region_name,
        "PostalCode": address.postcode,
        "Country": address.country,
    }


def name(address: Address) -> str:
    return " ".join(part for part in (address.first_name, address.last_name) if part)
