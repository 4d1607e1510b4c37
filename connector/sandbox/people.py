"""Believable customers, the same for everybody: companies and people with addresses, out of a seeded generator.

Pure data with the ERP's field names. A few are awkward on purpose: no e-mail, one e-mail twice, odd characters, on
hold, inactive, a different address for goods.
"""

from __future__ import annotations

import random
from typing import Any

COUNT = 40
GUEST = "WEBGUEST"
FIRST = ("Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Mara",
         "Noor", "Oscar", "Priya", "Quinn", "Rosa", "Sven", "Talia")  # fmt: skip
LAST = ("Abbott", "Bergström", "Castle", "Dupont", "Eriksen", "Fisher", "Grant", "Hoffmann", "Ito", "Jensen", "Keller",
        "Lopez", "Marsh", "Novak", "O'Brien", "Palmer", "Quist", "Rossi", "Schmidt", "Turner")  # fmt: skip
COMPANIES = ("Harbour Tools Ltd", "Green Kitchen GmbH", "Summit Outfitters", "Brick & Beam", "Lantern Office Supply",
             "Copper Pot Catering", "Northside School", "Wheel House Cycles", "Oak Lane Builders", "Café Größer",
             "Bluebird Apparel", "Riverbank Rentals")  # fmt: skip
PLACES = (("New York", "NY", "10001", "US"), ("Buffalo", "NY", "14201", "US"), ("San Diego", "CA", "92101", "US"),
          ("Oakland", "CA", "94601", "US"), ("Toronto", "ON", "M5H 2N2", "CA"), ("Austin", "TX", "78701", "US"),
          ("London", "", "SW1A 1AA", "GB"), ("Berlin", "", "10115", "DE"))  # fmt: skip
STREETS = ("Mill Lane", "Station Road", "5th Avenue", "Harbour Street", "Oak Drive", "Market Square", "Canal Walk")
CLASSES = ("DEFAULT", "ECOMMERCE", "ECOMMERCE", "WHOLESALE", "RETAIL")
PRICE_CLASSES = (None, None, "WHOLESALE", "VIP", "RETAIL")


def generate(seed: int) -> list[dict[str, Any]]:
    """`COUNT` customers as nodes: fields, linked contacts with addresses, attributes. The last one is for guests."""
    chance = random.Random(seed)
    return [_customer(chance, number) for number in range(1, COUNT)] + [_guest()]


def _customer(chance: random.Random, number: int) -> dict[str, Any]:
    first, last = FIRST[number % len(FIRST)], LAST[(number * 7) % len(LAST)]
    company = COMPANIES[number % len(COMPANIES)] if number % 3 == 0 else ""
    email = (
        "" if number == 13 else f"{first}.{last}".lower().replace("'", "").replace("ö", "o") + f"{number}@example.com"
    )
    main = {"FirstName": first, "LastName": last, "FullName": company or f"{first} {last}",
            "Attention": f"{first} {last}", "CompanyName": company or None, "Active": True,
            "Email": "shared@example.com" if number in (17, 18) else email, "Phone1Type": "Business 1",
            "Phone1": f"+1 (555) 01{number:02d}-{chance.randint(1000, 9999)}", "Address": _address(chance)}  # fmt: skip
    node = {"CustomerID": f"C{number:07d}", "CustomerName": company or f"{first} {last}",
            "CustomerCategory": "Organization" if company else "Individual", "CustomerClass": chance.choice(CLASSES),
            "PriceClassID": chance.choice(PRICE_CLASSES), "Status": _status(number), "MainContact": main,
            "BAccountID": 5000 + number, "Attributes": _attributes(chance)}  # fmt: skip
    if number % 5 == 0:  # goods go somewhere else
        node["ShippingAddressOverride"] = True
        node["ShippingContact"] = {"Address": _address(chance)}
    return node


def _guest() -> dict[str, Any]:
    main = {"FullName": "Guests of the web shop", "Active": True, "Address": {"Country": "US"}}
    return {"CustomerID": GUEST, "CustomerName": "Guests of the web shop", "CustomerCategory": "Individual",
            "CustomerClass": "ECOMMERCE", "Status": "Active", "IsGuestCustomer": True, "MainContact": main,
            "BAccountID": 5000 + COUNT, "Attributes": []}  # fmt: skip


def _status(number: int) -> str:
    return {7: "On Hold", 14: "Inactive", 21: "Credit Hold", 28: "One-Time"}.get(number, "Active")


def _address(chance: random.Random) -> dict[str, Any]:
    city, state, postcode, country = chance.choice(PLACES)
    line = f"{chance.randint(1, 240)} {chance.choice(STREETS)}"
    return {"AddressLine1": line, "AddressLine2": "Unit 4" if chance.random() < 0.2 else None, "City": city,
            "State": state or None, "PostalCode": postcode, "Country": country, "Validated": False}  # fmt: skip


def _attributes(chance: random.Random) -> list[dict[str, Any]]:
    industry = chance.choice(("Building", "Catering", "Retail", "Schools"))
    return [{"AttributeID": "INDUSTRY", "Value": industry}] if chance.random() < 0.4 else []
