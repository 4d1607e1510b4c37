"""What a busy shop's people do besides prices and stock: edit a customer, send an order a step further.

It types no orders of its own: it ships, confirms, bills and releases those that are there.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from connector.sandbox.acumatica.desk import Desk
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.erp import Erp

PATH = "/_sandbox/traffic"


class Clerk:
    """One person with dice."""

    def __init__(self, erp: Erp) -> None:
        self.erp, self.desk = erp, Desk(erp)

    def customer(self, chance: random.Random) -> None:
        """Change the phone of a customer, or now and then the price class."""
        docs = self.erp.store.kind("customer")
        key = chance.choice(sorted(docs))
        if chance.random() < 0.2:
            change: dict[str, Any] = {"PriceClassID": chance.choice(("BASIC", "RETAIL", "WHOLESALE", "VIP"))}
        else:
            change = {"MainContact": {"Phone1": f"+1 (555) 02{chance.randint(10, 99)}-{chance.randint(1000, 9999)}"}}
        with suppress(ValueError):
            self.desk.put("Customer", {"CustomerID": key, **change}, PATH)

    def order(self, chance: random.Random) -> None:
        """One step of one order: ship, confirm with a tracking number, bill, release. Nothing when there is none."""
        steps = [*self._to_ship(), *self._to_confirm(chance), *self._to_bill(), *self._to_release()]
        with suppress(ValueError):  # what the ERP refuses stays as it is
            if steps:
                chance.choice(steps)()

    def _to_ship(self) -> list[Callable[[], object]]:
        found = [doc for doc in self._kind("salesorder") if doc["fields"]["Status"] == "Open"]
        names = [f"{doc['fields']['OrderType']}/{doc['fields']['OrderNbr']}" for doc in found if goods(doc)]
        return [lambda name=name: self.desk.ship(name, anyway=True) for name in names]  # type: ignore[misc]

    def _to_confirm(self, chance: random.Random) -> list[Callable[[], object]]:
        track = f"1Z{chance.randint(10**9, 10**10 - 1)}"
        packages = [{"TrackingNbr": track, "Weight": round(chance.uniform(0.2, 9), 2)}]
        numbers = [doc["fields"]["ShipmentNbr"] for doc in self._kind("shipment") if doc["fields"]["Status"] == "Open"]
        return [lambda number=number: self.desk.confirm(number, packages) for number in numbers]  # type: ignore[misc]

    def _to_bill(self) -> list[Callable[[], object]]:
        docs = [doc for doc in self._kind("shipment") if doc["fields"]["Status"] == "Confirmed"]
        return [lambda number=doc["fields"]["ShipmentNbr"]: self.desk.invoice(number) for doc in docs]  # type: ignore[misc]

    def _to_release(self) -> list[Callable[[], object]]:
        docs = [doc["fields"] for doc in self._kind("salesinvoice") if doc["fields"]["Status"] == "Balanced"]
        names = [f"{of['Type']}/{of['ReferenceNbr']}" for of in docs]
        return [lambda name=name: self.desk.release(name) for name in names]  # type: ignore[misc]

    def _kind(self, kind: str) -> list[Doc]:
        docs = self.erp.store.kind(kind)
        return [docs[key] for key in sorted(docs)]


def goods(doc: Doc) -> bool:
    """Whether an order has something that can be sent."""
    return any(row.get("LineType") != "Misc. Charge" and row.get("OrderQty") for row in doc["details"]["Details"])
