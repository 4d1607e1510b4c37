"""Addresses of customers, both ways. It knows the shop's countries and regions, not its customers.

facts/MAGENTO.md, customers: an address of an unknown country is dropped without a word, a region given by its code
alone is lost, a missing telephone rolls the whole customer back, and the list of a PUT replaces all addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.records import Address, Customer
from connector.systems.magento.directory import Directory

NO_PHONE = "-"  # Magento wants one


def read(rows: Any) -> tuple[Address, ...]:
    """The addresses of a customer's answer."""
    return tuple(_read(row) for row in rows or [] if isinstance(row, Mapping))


def _read(row: Mapping[str, Any]) -> Address:
    region = row.get("region")
    region = region if isinstance(region, Mapping) else {}
    street = row.get("street")
    phone = str(row.get("telephone") or "")
    return Address(
        key=str(row.get("id") or ""),
        first_name=str(row.get("firstname") or ""),
        last_name=str(row.get("lastname") or ""),
        company=str(row.get("company") or ""),
        lines=tuple(str(line) for line in (street if isinstance(street, list) else []) if line),
        city=str(row.get("city") or ""),
        region=str(region.get("region_code") or ""),
        region_name=str(region.get("region") or ""),
        postcode=str(row.get("postcode") or ""),
        country=str(row.get("country_id") or ""),
        phone="" if phone == NO_PHONE else phone,
        vat_number=str(row.get("vat_id") or ""),
        billing=bool(row.get("default_billing")),
        shipping=bool(row.get("default_shipping")),
    )


def bodies(
    customer: Customer, held: Sequence[Mapping[str, Any]], directory: Directory, notes: list[str]
) -> list[dict[str, Any]] | None:
    """The whole list of addresses for a PUT: the ERP's, written over those that they stand for, and the others as
    they are. None when the ERP has nothing to say of addresses. Raises Fail for an unknown country."""
    wanted = [one for one in map(_filled(customer), customer.addresses) if _complete(one, notes)]
    if not wanted:
        return None
    rest = [dict(row) for row in held]
    found: list[dict[str, Any]] = []
    for one in _with_defaults(wanted):
        row = _stands_for(one, rest)
        body = _body(one, directory)
        if row is not None:
            rest.remove(row)
            body["id"] = row["id"]
        found.append(body)
    taken = {name for name in ("default_billing", "default_shipping") if any(body[name] for body in found)}
    return found + [{**_kept(row), **dict.fromkeys(taken, False)} for row in rest]


def _filled(customer: Customer) -> Any:
    def fill(one: Address) -> Address:
        return replace(
            one,
            first_name=one.first_name or customer.first_name,
            last_name=one.last_name or customer.last_name,
            company=one.company or customer.company,
            phone=one.phone or customer.phone or NO_PHONE,
        )

    return fill


def _complete(one: Address, notes: list[str]) -> bool:
    missing = [name for name in ("lines", "city", "country") if not getattr(one, name)]
    if missing and any((one.lines, one.city, one.postcode)):
        notes.append(f"an address was left out: no {', '.join(missing)}")
    return not missing


def _with_defaults(wanted: Sequence[Address]) -> list[Address]:
    """One default of each kind at most: a second one would take it away again."""
    found: list[Address] = []
    for one in wanted:
        billing = one.billing and not any(other.billing for other in found)
        shipping = one.shipping and not any(other.shipping for other in found)
        found.append(replace(one, billing=billing, shipping=shipping))
    return found


def _stands_for(one: Address, rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The store's address that this one is: the same place, or the default that it is to be now."""
    same = [row for row in rows if _place(_read(row)) == _place(one)]
    if same:
        return same[0]
    for mine, name in ((one.billing, "default_billing"), (one.shipping, "default_shipping")):
        found = [row for row in rows if mine and row.get(name)]
        # a store's address that is both defaults stays when only one of the two moves away
        found = [
            row
            for row in found
            if one.billing == one.shipping or not (row.get("default_billing") and row.get("default_shipping"))
        ]
        if found:
            return found[0]
    return None


def _place(one: Address) -> tuple[str, ...]:
    parts = ("".join(one.lines), one.city, one.postcode, one.country)
    return tuple("".join(part.casefold().split()) for part in parts)


def _body(one: Address, directory: Directory) -> dict[str, Any]:
    body: dict[str, Any] = {
        "firstname": one.first_name or one.company or NO_PHONE,
        "lastname": one.last_name or NO_PHONE,
        "company": one.company,
        "street": list(one.lines),
        "city": one.city,
        "postcode": one.postcode,
        "country_id": one.country,
        "telephone": one.phone or NO_PHONE,
        "default_billing": one.billing,
        "default_shipping": one.shipping,
    }
    if one.vat_number:
        body["vat_id"] = one.vat_number
    body["region"] = region_of(one, directory)
    return body


def region_of(one: Address, directory: Directory) -> dict[str, Any]:
    """The region by its id, which alone is kept; as free text where the country has none of that code or name."""
    known = directory.regions(one.country)
    for word in (one.region, one.region_name):
        for region in known:
            if word and word.strip().casefold() in (region.code.casefold(), region.name.casefold()):
                return {"region_code": region.code, "region": region.name, "region_id": region.id}
    text = one.region_name or one.region
    return {"region_code": one.region or text, "region": text, "region_id": 0}


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """An address that the ERP does not know, sent back as it was: left out it would be deleted."""
    return {name: value for name, value in row.items() if name not in ("customer_id", "region_id")}
