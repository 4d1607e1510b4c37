"""The people around the orders: shoppers in the store, the staff in the ERP's warehouse, and both edit customers.

Every number that a person types is used once, so that the judge can trace what it finds on the other side.
"""

from __future__ import annotations

import random
import threading
import time
import urllib.error
from collections.abc import Callable
from typing import Any

from tests.torture.people import ask

TOKEN = {"Authorization": "Bearer sandbox-token"}
MIX = (
    "guest",
    "customer",
    "customer+many",
    "guest+card",
    "customer+discount",
    "customer+card+currency",
    "guest+paypal",
    "customer+shipping_tax",
    "customer+JPY",
)
TO_SHIP = ("Open", "Back Order")
LIST_SECONDS = 2.0  # how long a person works with a list that was read
OVERTIME = 30.0  # seconds that the staff stays when it has shipped little
PATIENCE = 40  # how often a person presses Save


class Busy(threading.Thread):
    """Does a list of things, spread over some seconds, then ends; `error` says why when it could not."""

    def __init__(self, name: str, todo: list[Callable[[int], Any]], first: float, seconds: float, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self.chance = random.Random(seed)
        self.chance.shuffle(todo)
        self.todo, self.first, self.seconds = todo, first, seconds
        self.done = self.met = 0
        self.error = ""
        self.stopping = threading.Event()

    @property
    def left(self) -> int:
        return len(self.todo) - self.done

    def run(self) -> None:
        started = time.monotonic() + self.first
        try:
            for number, act in enumerate(self.todo, 1):
                due = started + self.done * (self.seconds - self.first) / len(self.todo)
                if self.stopping.wait(max(0.0, due - time.monotonic())):
                    return
                act(number)
                self.done += 1
        except (OSError, ValueError, KeyError, IndexError) as error:
            self.error = f"{self.name}: {type(error).__name__}: {error}"

    def somebody(self) -> str:
        """The address of the next new person: the same on both sides, sometimes at the same moment."""
        self.met += 1
        return f"new{self.met:04d}@example.org"

    def insist(self, act: Callable[[], Any]) -> Any:
        """The chaos is for the connector: a person presses Save once more."""
        for left in reversed(range(PATIENCE)):
            try:
                return act()
            except (OSError, ValueError):
                if not left:
                    raise
                self.stopping.wait(0.1)


class Shoppers(Busy):
    """Place orders, open accounts and change what the store knows of them."""

    def __init__(self, store: str, orders: int, edits: int, new: int, seconds: float, seed: int) -> None:
        todo = [self.order] * orders + [self.edit] * edits + [self.join_shop] * new
        super().__init__("shoppers", todo, min(8.0, seconds / 4), seconds, seed)
        self.store, self.seed = store, seed

    def order(self, number: int) -> None:
        wanted = {"count": 1, "kinds": [self.chance.choice(MIX)], "seed": self.seed * 100_000 + number}
        self.insist(lambda: ask("POST", f"{self.store}/_sandbox/orders", wanted))

    def edit(self, number: int) -> None:
        id = self.chance.randint(1, 24)
        body = {"customer": {"id": id, "taxvat": f"S{number:05d}", "middlename": f"M{number}"}}
        self.insist(lambda: ask("PUT", f"{self.store}/rest/V1/customers/{id}", body, headers=TOKEN))

    def join_shop(self, number: int) -> None:
        person = {"email": self.somebody(), "firstname": "Nele", "lastname": f"Shopper {number}", "website_id": 1}
        try:
            self.insist(
                lambda: taken(ask, "POST", f"{self.store}/rest/V1/customers", {"customer": person}, headers=TOKEN)
            )
        except Taken:
            return  # the first answer was lost, or the connector was quicker


class Staff(Busy):
    """Ship orders in part, confirm and bill what was shipped, change customers and enter new ones, all in the ERP."""

    def __init__(self, erp: str, shipments: int, edits: int, new: int, seconds: float, seed: int) -> None:
        todo = [self.ship] * shipments + [self.edit] * edits + [self.enter] * new
        super().__init__("staff", todo, min(8.0, seconds / 4), seconds, seed)
        self.erp = erp
        self.lists: dict[str, tuple[float, Any]] = {}
        self.unbilled: list[str] = []
        self.shipped, self.wanted = 0, shipments // 3

    def run(self) -> None:
        super().run()
        self.catch_up()
        for shipment in self.unbilled:
            self.bill(shipment)

    def catch_up(self) -> None:
        """On a busy machine the orders come late: some of them are shipped all the same."""
        until = time.monotonic() + OVERTIME
        while self.shipped < self.wanted and not self.error and time.monotonic() < until:
            if self.stopping.wait(0.5):
                return
            self.ship(len(self.todo) + self.shipped)

    def ship(self, number: int) -> None:
        """One shipment of an order: all of it, or one piece; half of them are billed at once."""
        orders = self.listed("orders")
        ready = [one for one in orders if one["fields"]["Status"] in TO_SHIP and one["fields"].get("ExternalRef")]
        if not ready:
            return
        order = self.chance.choice(ready)
        open_ = [line for line in order["lines"] if line["OpenQty"] > 0]
        part = {str(self.chance.choice(open_)["LineNbr"]): 1} if open_ and self.chance.random() < 0.6 else None
        for shipment in self.desk("ship", order=order["order"], quantities=part).get("created", []):
            self.desk("confirm", shipment=shipment, packages=[{"TrackingNbr": f"TRK-{number}-{shipment}"}])
            self.shipped += 1
            if self.chance.random() < 0.5:
                self.bill(shipment)
            else:
                self.unbilled.append(shipment)

    def bill(self, shipment: str) -> None:
        self.desk("invoice", shipment=shipment, release=True)

    def edit(self, number: int) -> None:
        """Of a customer whom the store has too, the tax number: the same field as the shoppers change."""
        known = self.listed("records/Customer")
        shared = sorted(key for key, one in known.items() if str(one.get("AccountRef") or "").endswith("-DEMO"))
        if shared:
            fields = {"CustomerID": self.chance.choice(shared), "TaxRegistrationID": f"E{number:05d}"}
            ask("PUT", f"{self.erp}/_sandbox/desk/record", {"entity": "Customer", "fields": fields})

    def enter(self, number: int) -> None:
        fields = {"CustomerName": f"Buyer {number}", "CustomerClass": "ECOMMERCE", "MainContact": {
            "Email": self.somebody(), "Attention": f"Otto Buyer {number}"}}  # fmt: skip
        ask("PUT", f"{self.erp}/_sandbox/desk/record", {"entity": "Customer", "fields": fields})

    def listed(self, what: str) -> Any:
        """A list of the ERP, as it was at most a few seconds ago."""
        read = self.lists.get(what)
        if read is None or time.monotonic() - read[0] > LIST_SECONDS:
            read = (time.monotonic(), ask("GET", f"{self.erp}/_sandbox/desk/{what}"))
            self.lists[what] = read
        return read[1]

    def desk(self, what: str, **asked: Any) -> dict[str, Any]:
        """What the ERP refuses (nothing in stock) does not happen."""
        try:
            return dict(ask("POST", f"{self.erp}/_sandbox/desk/{what}", asked))
        except urllib.error.HTTPError as error:
            if error.code == 400:
                return {}
            raise


class Taken(Exception):
    """Somebody has this e-mail address already."""


def taken(call: Callable[..., Any], *asked: Any, **more: Any) -> Any:
    """A call whose 400 means that the address is taken. Raises Taken."""
    try:
        return call(*asked, **more)
    except urllib.error.HTTPError as error:
        if error.code == 400:
            raise Taken from error
        raise
