"""A busy shop: orders come in, customers change their address or join, the staff invoices, cancels and refunds.

At a rate or all at once, at most one run of each sort at a time. Each change is a transaction of its own, done as a
person would. With a seed the same orders come again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from connector.sandbox.magento import invoicing, order_state, orders, refunding, shoppers
from connector.sandbox.magento.customer_saving import create_customer, update_customer
from connector.sandbox.magento.order_book import order_of
from connector.sandbox.magento.people import NAMES
from connector.sandbox.magento.routing import Call, Refusal
from connector.sandbox.magento.shop import Doc, Shop

KINDS = ("order", "customer", "staff", "mixed")
MOST = 100_000
PATH = "/_sandbox/traffic"


class Traffic:
    """At most one counted run and one endless one (the busy shop) at a time."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.runs: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def start(self, raw: Mapping[str, Any]) -> Doc:
        """Start as asked: {"kind", "count", "per_second", "seed", "kinds"}, or {"busy": true}. Raises ValueError."""
        if raw.get("stop") or raw.get("busy") is False:
            self.stop("" if raw.get("stop") else "busy")
            return self.status()
        run = self._run(raw)
        name = "busy" if raw.get("busy") else "count"
        self.stop(name)
        run["event"] = threading.Event()
        run["thread"] = threading.Thread(target=self._work, args=(run,), name=f"shop-{name}", daemon=True)
        with self.lock:
            self.runs[name] = run
        run["thread"].start()
        if raw.get("wait"):
            run["thread"].join()
        return self.status()

    def stop(self, name: str = "") -> None:
        """End one run or all of them; returns when they have ended."""
        for key, run in list(self.runs.items()):
            if name in ("", key) and run["running"]:
                run["event"].set()
                run["thread"].join(10)

    def status(self) -> Doc:
        shown = ("kind", "count", "per_second", "seed", "done", "running", "seconds", "problem")
        runs = {name: {key: run[key] for key in shown} for name, run in self.runs.items()}
        return {"running": any(run["running"] for run in runs.values()), "runs": runs}

    def _run(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        kind = raw.get("kind", "mixed")
        if kind not in KINDS:
            raise ValueError(f"The kind is one of: {', '.join(KINDS)}.")
        busy = bool(raw.get("busy"))
        try:
            count = 0 if busy else int(raw.get("count", 0))
            rate = float(raw.get("per_second", 1 if busy else 0))
        except (TypeError, ValueError) as error:
            raise ValueError(f"The traffic has a wrong value: {error}.") from error
        if not 0 <= count <= MOST or rate < 0 or (not busy and not count) or (busy and not rate):
            raise ValueError(f"The count is between 1 and {MOST}, the rate is not negative (a busy shop needs one).")
        return {"kind": kind, "count": count, "per_second": rate, "seed": raw.get("seed"), "done": 0, "seconds": 0.0,
                "running": True, "problem": "", "chance": random.Random(raw.get("seed")),
                "options": {"kinds": raw.get("kinds")}}  # fmt: skip

    def _work(self, run: dict[str, Any]) -> None:
        started = time.monotonic()
        try:
            while not run["event"].is_set() and (not run["count"] or run["done"] < run["count"]):
                if run["per_second"]:
                    due = started + run["done"] / run["per_second"]
                    if run["event"].wait(max(0.0, due - time.monotonic())):
                        break
                self.change(run)
                run["done"] += 1
                run["seconds"] = round(time.monotonic() - started, 3)
        except ValueError as error:  # nothing to sell: the run ends and says so
            run["problem"] = str(error)
        finally:
            run["running"] = False

    def change(self, run: dict[str, Any]) -> None:
        """One thing that somebody does. Raises ValueError where the shop has nothing to sell."""
        chance: random.Random = run["chance"]
        kind = (
            run["kind"] if run["kind"] != "mixed" else chance.choice(("order", "order", "order", "customer", "staff"))
        )
        what: Callable[[Call], Any]
        if kind == "order":
            options = {name: value for name, value in run["options"].items() if value}
            wanted = options.get("kinds") or [chance.choice(shoppers.MIX)]

            def what(call: Call) -> Any:
                kinds = set(str(chance.choice(list(wanted))).split("+"))
                return shoppers.order_one(call, chance, kinds, options)
        elif kind == "customer":
            what = self._somebody(chance)
        else:
            what = self._staff(chance)
        with self.shop.store.unit("SANDBOX", PATH) as unit:
            what(Call(self.shop, unit, 1))

    def _somebody(self, chance: random.Random) -> Callable[[Call], Any]:
        """A customer moves house or changes the telephone, or somebody new opens an account."""

        def what(call: Call) -> Any:
            rows = sorted(self.shop.store.kind("customer").values(), key=lambda row: row["id"])
            if not rows or chance.random() < 0.25:
                first, last = chance.choice(NAMES)[0], chance.choice(NAMES)[1]
                mail = f"shopper{chance.randrange(10**9):09d}@example.org"
                return create_customer(call, {"email": mail, "firstname": first, "lastname": last}, None)
            row = chance.choice(rows)
            told = [{**one, "telephone": f"555{chance.randrange(10**7):07d}"} for one in row["addresses"]]
            flags = ("default_billing", "default_shipping")
            told = [{**one, **{flag: row[flag] == one["id"] for flag in flags}} for one in told]
            middle = chance.choice("ABCDEFGHJKLM")
            return update_customer(call, row, {"middlename": middle, **({"addresses": told} if told else {})})

        return what

    def _staff(self, chance: random.Random) -> Callable[[Call], Any]:
        """Somebody in the office takes an order: cancels a new one, invoices it, or refunds a finished one."""

        def what(call: Call) -> Any:
            numbers = sorted(self.shop.store.kind("order"))
            if not numbers:
                return None
            order = order_of(call, chance.choice(numbers))
            try:
                if order_state.can_invoice(order):
                    if chance.random() < 0.25:
                        return orders.cancelled(call, order)
                    return invoicing.invoice(call, order, {})
                if order_state.can_refund(order) and chance.random() < 0.3:
                    return refunding.refund(call, order, {})
            except Refusal:
                return None  # somebody else was faster
            return None

        return what
