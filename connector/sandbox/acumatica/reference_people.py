"""Seeding customers with their main place and a few contacts."""

from __future__ import annotations

from typing import Any

from connector.sandbox import people as source
from connector.sandbox.acumatica.business import CUSTOMER_CLASSES
from connector.sandbox.acumatica.keeping import seed
from connector.sandbox.store import Unit

BUYERS = (("Erik", "Buyer"), ("Maria", "Accounts"))


def people(unit: Unit, stamp: int, chance: int) -> None:
    """Customers one second apart, so that their dates tell them apart."""
    made = source.generate(chance)
    terms = {row[0]: (row[2], row[3]) for row in CUSTOMER_CLASSES}
    for number, node in enumerate(made, 1):
        due, cycle = terms[node["CustomerClass"]]
        more = {"Terms": due, "StatementCycleID": cycle, "CurrencyID": "USD", "EnableCurrencyOverride": True,
                "ShippingTerms": "FLATRATE", "StatementType": "Open Item", "TaxZone": "WEB",
                "LocationName": "Primary Location"}  # fmt: skip
        at = stamp + number * 1_000_000
        seed(unit, "Customer", {**more, **node}, at)
        place = {"Customer": node["CustomerID"], "LocationID": "MAIN", "LocationName": "Primary Location",
                 "Active": True, "Default": True, "Status": "Active"}  # fmt: skip
        seed(unit, "CustomerLocation", place, at)
        if node["CustomerCategory"] == "Organization":
            contacts(unit, node, at)
    unit.put("sequence", "CUSTOMER", {"last": len(made) - 1})
    unit.put("sequence", "BACCOUNT", {"last": len(made)})


def contacts(unit: Unit, node: dict[str, Any], stamp: int) -> None:
    for first, last in BUYERS:
        number = 100_000 + unit.count("CONTACT")
        one = {"ContactID": number, "FirstName": first, "LastName": last, "DisplayName": f"{first} {last}",
               "BusinessAccount": node["CustomerID"], "Email": f"{first.lower()}.{number}@example.com",
               "Active": True, "Status": "Active"}  # fmt: skip
        seed(unit, "Contact", one, stamp)
