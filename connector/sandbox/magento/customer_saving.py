"""Saving a customer: what is refused, what is filled in, what is silently lost.

An update merges; a list of addresses replaces, items with an id are changed. A country that there is not loses the
address without a word, a region known by its code alone loses the region. Source: facts/MAGENTO.md, section 13.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import customer_attributes
from connector.sandbox.magento.directory import COUNTRIES, REGIONS
from connector.sandbox.magento.people import region_fields
from connector.sandbox.magento.routing import AfterEffect, Call, Refusal, as_int, internal, missing
from connector.sandbox.magento.shop import VIEWS, WEBSITES, Doc, now

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
FREE = ("prefix", "middlename", "suffix", "dob", "gender", "taxvat", "confirmation", "firstname", "lastname")
KNOWN = {*FREE, "id", "group_id", "default_billing", "default_shipping", "created_at", "updated_at", "created_in",
         "email", "store_id", "website_id", "addresses", "disable_auto_group_change", "extension_attributes",
         "custom_attributes"}  # fmt: skip
ADDRESS_FREE = ("prefix", "firstname", "middlename", "lastname", "suffix", "company", "city", "postcode", "telephone",
                "fax", "vat_id", "country_id")  # fmt: skip
ADDRESS_KNOWN = {*ADDRESS_FREE, "id", "customer_id", "region", "region_id", "street", "default_shipping",
                 "default_billing", "extension_attributes", "custom_attributes"}  # fmt: skip
TAKEN = "A customer with the same email address already exists in an associated website."


def in_website(call: Call, email: str, website: int) -> Doc | None:
    """The customer who has this e-mail on a website, without regard to case."""
    wanted = email.strip().lower()
    rows = list(call.shop.store.kind("customer").values())
    return next((row for row in rows if row["website_id"] == website and row["email"].lower() == wanted), None)


def create_customer(call: Call, raw: Mapping[str, Any], password: Any) -> Doc:
    """A new customer. Raises Refusal."""
    check_shape(raw)
    if not raw.get("email"):
        raise Refusal(400, "The customer email is missing. Enter and try again.")
    website, store = place(raw)
    if password is not None and len(str(password)) < 8:
        raise Refusal(400, "The password needs at least %1 characters. Create a new password and try again.", ["8"])
    doc: Doc = {
        "id": 0, "group_id": 1, "created_at": now(), "store_id": store, "website_id": website, "addresses": [],
        "created_in": next(view["name"] for view in VIEWS if view["id"] == store), "default_billing": None,
        "default_shipping": None, "is_subscribed": False, "password": str(password or ""), "custom": {},
    }  # fmt: skip
    doc = filled(call, doc, raw)
    check(call, doc)
    doc["id"] = call.unit.count("customer")
    try:
        doc = with_addresses(call, doc, raw)
    except Refusal as error:  # the number is used up although nobody is there
        raise AfterEffect(error.status, error.message, error.parameters) from None
    return _keep(call, None, doc)


def update_customer(call: Call, old: Doc, raw: Mapping[str, Any]) -> Doc:
    """A changed customer: what is not said stays. Raises Refusal."""
    check_shape(raw)
    doc = filled(call, dict(old), raw)
    check(call, doc)
    return _keep(call, old, with_addresses(call, doc, raw))


def _keep(call: Call, old: Doc | None, doc: Doc) -> Doc:
    doc["updated_at"] = now()
    call.unit.put("customer", str(doc["id"]), doc)
    hidden = ("password",)
    before = {name: value for name, value in old.items() if name not in hidden} if old else None
    call.unit.note("customer", str(doc["id"]), before, {name: doc[name] for name in doc if name not in hidden})
    return doc


def check_shape(raw: Any) -> None:
    """A property that there is not is an internal error. Raises Refusal."""
    rows = raw.get("addresses") or ()
    if set(raw) - KNOWN or any(set(row) - ADDRESS_KNOWN for row in rows):
        raise internal()


def place(raw: Mapping[str, Any]) -> tuple[int, int]:
    """(website, store view) of a new customer: one is found by the other. Raises Refusal."""
    website, store = as_int("website_id", raw.get("website_id")), as_int("store_id", raw.get("store_id"))
    if website and all(row["id"] != website for row in WEBSITES):
        text = f"The website with id {website} that was requested wasn't found. Verify the website and try again."
        raise Refusal(404, text)
    views = {int(str(view["id"])): int(str(view["website_id"])) for view in VIEWS}
    if not store:
        store = next(number for number, of in views.items() if number and of == (website or 1))
    if store not in views:
        raise Refusal(404, "The store that was requested wasn't found. Verify the store and try again.")
    if website and views[store] != website:
        raise Refusal(400, "The store view is not in the associated website.")
    return website or views[store], store


def filled(call: Call, doc: Doc, raw: Mapping[str, Any]) -> Doc:
    """The document with what the body says, addresses aside."""
    for name in FREE:
        if name in raw:
            doc[name] = raw[name]
    if raw.get("email"):
        doc["email"] = str(raw["email"]).strip()
    for name in ("group_id", "store_id", "website_id"):
        if doc["id"] == 0 and name != "group_id":
            continue
        doc[name] = as_int(name, raw.get(name)) or doc[name]
    extension = raw.get("extension_attributes") or {}
    if "is_subscribed" in extension:
        doc["is_subscribed"] = bool(extension["is_subscribed"])
    if raw.get("disable_auto_group_change") is not None:
        doc["disable_auto_group_change"] = int(bool(raw["disable_auto_group_change"]))
    doc["custom"] = customer_attributes.merged(call, doc["custom"], raw.get("custom_attributes") or ())
    return doc


def check(call: Call, doc: Doc) -> None:
    """What a save refuses, in Magento's words. Raises Refusal."""
    if call.unit.get("customer_group", str(doc["group_id"])) is None:
        raise Refusal(400, "The specified customer group id does not exist.")
    names = (("First Name", "firstname"), ("Last Name", "lastname"))
    errors = [f'"{label}" is a required value.' for label, name in names if not doc.get(name)]
    if not EMAIL.fullmatch(doc["email"]):
        errors.append('"Email" is not a valid email address.')
    if len(errors) == 1:
        raise Refusal(400, errors[0])
    if errors:
        raise Refusal(400, "One or more input exceptions have occurred.", errors=[{"message": text} for text in errors])
    other = in_website(call, doc["email"], doc["website_id"])
    if other and other["id"] != doc["id"]:
        raise Refusal(400, TAKEN)


# Addresses


def with_addresses(call: Call, doc: Doc, raw: Mapping[str, Any]) -> Doc:
    """The list of the body in place of the old one; without the key nothing changes. Raises Refusal."""
    if raw.get("addresses") is None:
        return doc
    old = {row["id"]: row for row in doc["addresses"]}
    kept: list[Doc] = []
    for row in raw["addresses"]:
        number = as_int("id", row.get("id"))
        if number and number not in old:
            parameters = {"fieldName": "addressId", "fieldValue": number}
            raise Refusal(404, "No such entity with %fieldName = %fieldValue", parameters)
        changed = address(dict(old.get(number or 0, {})), row)
        if changed is None:
            continue
        changed["id"] = number or call.unit.count("customer_address")
        kept.append(changed)
        for flag in ("default_billing", "default_shipping"):
            if row.get(flag):
                doc[flag] = changed["id"]
            elif doc[flag] == changed["id"] and row.get(flag) is False:
                doc[flag] = None
    ids = {row["id"] for row in kept}
    for flag in ("default_billing", "default_shipping"):
        doc[flag] = doc[flag] if doc[flag] in ids else None
    return {**doc, "addresses": kept}


def address(old: Doc, raw: Mapping[str, Any]) -> Doc | None:
    """An address as it is kept, None for one in no country of this world. Raises Refusal."""
    doc = {**old, **{name: raw[name] for name in ADDRESS_FREE if name in raw}}
    if "street" in raw:
        doc["street"] = [str(line) for line in raw["street"] if line] if isinstance(raw["street"], list) else []
    if str(doc.get("country_id", "")).upper() not in COUNTRIES:
        return None
    for name in ("firstname", "lastname", "street", "city", "telephone", "postcode", "country_id"):
        if not doc.get(name):
            raise missing(name)
    if "region" in raw or "region_id" in raw:
        doc |= _region(str(doc["country_id"]), raw)
    doc.setdefault("region", {"region_code": None, "region": None, "region_id": 0})
    doc.setdefault("region_id", 0)
    return doc


def _region(country: str, raw: Mapping[str, Any]) -> Doc:
    told = raw.get("region") or {}
    told = told if isinstance(told, Mapping) else {"region": told}
    number = as_int("region_id", told.get("region_id") or raw.get("region_id")) or 0
    known = REGIONS.get(country)
    if number and known and all(row["id"] != str(number) for row in known):
        text = 'Invalid value of "%value" provided for the %fieldName field.'
        raise Refusal(400, text, {"fieldName": "regionId", "value": number})
    return region_fields(number, told.get("region") or None)
