"""Who shops here before the first call: customer groups and some thirty customers with their addresses.

Pure data out of a seeded generator, the same for everybody. A few are awkward on purpose: the same e-mail on two
websites, no address, two addresses, a free-text region, names that are not plain ASCII. It knows no HTTP.
"""

from __future__ import annotations

import random
from typing import Any

from connector.sandbox.magento.directory import region_of

Doc = dict[str, Any]
GROUPS = ((0, "NOT LOGGED IN"), (1, "General"), (2, "Wholesale"), (3, "Retailer"))
NAMES = (  # first name, last name, store view, place, company
    ("Ada", "Marsh", 1, 0, ""), ("Ben", "Okafor", 1, 1, ""), ("Clara", "Whitfield", 1, 2, "Whitfield Joinery"),
    ("Dmitri", "Sokolov", 1, 3, ""), ("Elena", "Vargas", 1, 4, ""), ("Finn", "O'Hara", 1, 5, "O'Hara & Sons"),
    ("Grace", "Lindqvist", 1, 6, ""), ("Hugo", "Brandt", 1, 7, ""), ("Ines", "Moreau", 3, 8, ""),
    ("Jules", "Lefèvre", 3, 9, "Atelier Lefèvre"), ("Kira", "Nowak", 1, 0, ""), ("Liam", "Fraser", 1, 10, ""),
    ("Mara", "Köhler", 1, 7, "Köhler Werkzeuge"), ("Noor", "Haddad", 1, 1, ""), ("Oscar", "Bell", 1, 2, ""),
    ("Priya", "Raman", 1, 3, ""), ("Quentin", "Dubois", 3, 8, ""), ("Rosa", "Jiménez", 1, 4, ""),
    ("Sam", "Carter", 1, 5, ""), ("Tessa", "Ng", 1, 6, ""), ("Umar", "Aziz", 1, 10, ""), ("Vera", "Holm", 1, 11, ""),
    ("Will", "Archer", 1, -1, ""), ("Xenia", "Petrou", 1, -1, ""), ("Yusuf", "Demir", 2, 0, "Demir Trading"),
    ("Zoe", "Hart", 2, 2, "Hart Supplies"), ("Anton", "Berg", 2, 7, "Berg GmbH"), ("Bea", "Stone", 2, 5, "Stone"),
    ("Ada", "Marsh", 2, 0, "Marsh Ltd"), ("Carl", "Yamada", 2, 3, "Yamada Export"),
)  # fmt: skip
PLACES = (  # country, region id, city, postcode, street
    ("US", 57, "Austin", "78701", "12 Congress Avenue"), ("US", 12, "San Diego", "92101", "48 Harbor Drive"),
    ("US", 43, "Albany", "12207", "7 State Street"), ("US", 62, "Seattle", "98101", "300 Pine Street"),
    ("US", 18, "Tampa", "33602", "91 Bay Street"), ("US", 32, "Boston", "02108", "5 Beacon Street"),
    ("CA", 74, "Toronto", "M5H 2N2", "100 Queen Street West"), ("DE", 88, "Köln", "50667", "Domstraße 4"),
    ("FR", 0, "Lyon", "69002", "16 rue de la République"), ("FR", 0, "Paris", "75011", "3 rue Oberkampf"),
    ("GB", 0, "Leeds", "LS1 4AP", "21 Park Row"), ("US", 0, "San Juan", "00901", "2 Calle Fortaleza"),
)  # fmt: skip
FREE_REGIONS = {"Leeds": "West Yorkshire", "San Juan": "Old San Juan"}
VIEW_NAMES = {1: "Default Store View", 2: "B2B English", 3: "French"}


def customers() -> list[Doc]:
    """The customers as documents, oldest first."""
    chance = random.Random(30)
    return [_customer(chance, number, *row) for number, row in enumerate(NAMES, 1)]


def _customer(chance: random.Random, number: int, first: str, last: str, store: int, place: int, company: str) -> Doc:
    moment = f"2026-{1 + number % 9:02d}-{1 + number * 7 % 27:02d} {8 + number % 10:02d}:{number * 13 % 60:02d}:00"
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    doc: Doc = {
        "id": number, "group_id": 2 if store == 2 else 1 + (number % 11 == 0) * 2, "created_at": moment,
        "updated_at": moment, "created_in": VIEW_NAMES[store], "email": f"{plain}@example.com", "firstname": first,
        "lastname": last, "store_id": store, "website_id": 2 if store == 2 else 1, "addresses": [],
        "default_billing": None, "default_shipping": None, "is_subscribed": number % 4 == 0, "password": "",
        "custom": {},
    }  # fmt: skip
    if company:
        doc["taxvat"] = f"TAX-{number:04d}"
    if place >= 0:
        doc["addresses"] = [_address(doc, number * 2 - 1, PLACES[place], company, chance)]
        doc["default_billing"] = doc["default_shipping"] = number * 2 - 1
    if number % 5 == 0 and place >= 0:  # invoiced at home, sent to work
        doc["addresses"].append(_address(doc, number * 2, PLACES[(place + 1) % 6], company, chance))
        doc["default_shipping"] = number * 2
    return doc


def _address(doc: Doc, number: int, place: tuple[str, int, str, str, str], company: str, chance: random.Random) -> Doc:
    country, region, city, postcode, street = place
    row = {
        "id": number, "firstname": doc["firstname"], "lastname": doc["lastname"], "street": [street], "city": city,
        "postcode": postcode, "country_id": country, "telephone": f"555{chance.randrange(10**7):07d}",
        **region_fields(region, FREE_REGIONS.get(city)),
    }  # fmt: skip
    if number % 3 == 0:
        row["street"] = [street, f"Floor {number % 7 + 1}"]
    return {**row, "company": company} if company else row


def region_fields(number: int, text: str | None) -> Doc:
    """An address's region as it is shown: known by its id, else free text, else nothing."""
    known = region_of(number) if number else None
    if known:
        region: Doc = {"region_code": known["code"], "region": known["name"], "region_id": number}
    else:
        region = {"region_code": text, "region": text, "region_id": 0}
    return {"region": region, "region_id": region["region_id"]}
