"""A busy shop: random changes of prices, stock, products, customers and orders, at a rate or all at once.

Each change is a transaction of its own with its own version and its own notifications, as if somebody had
typed it. With a seed the same changes come again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica.clerk import Clerk
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.catalogue import SELLABLE

KINDS = ("price", "stock", "product", "mixed", "customer", "order")
ITEMS = ("price", "price", "stock", "stock", "product")
MOST = 1_000_000
WORDS = ("new batch", "improved", "2026 edition", "limited", "bestseller", "classic", "autumn range", "reissue")


class Traffic:
    """At most one counted run and one endless one (the busy shop) at a time."""

    def __init__(self, erp: Erp) -> None:
        self.erp, self.clerk = erp, Clerk(erp)
        self.runs: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def start(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Start as asked (see README of the sandbox routes). Raises ValueError with a sentence."""
        if raw.get("stop"):
            self.stop()
            return self.status()
        if raw.get("busy") is False:
            self.stop("busy")
            return self.status()
        run = self._run(raw)
        name = "busy" if raw.get("busy") else "count"
        self.stop(name)
        run["event"], run["running"] = threading.Event(), True
        run["thread"] = threading.Thread(target=self._work, args=(run,), name=f"traffic-{name}", daemon=True)
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

    def status(self) -> dict[str, Any]:
        shown = ("kind", "count", "per_second", "seed", "done", "running", "seconds")
        runs = {name: {key: run[key] for key in shown} for name, run in self.runs.items()}
        return {"running": any(run["running"] for run in runs.values()), "runs": runs}

    def _run(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        kind = raw.get("kind", "mixed")
        if kind not in KINDS:
            raise ValueError(f"The kind is one of: {', '.join(KINDS)}.")
        try:
            count = int(raw.get("count", 0)) if not raw.get("busy") else 0
            rate = float(raw.get("per_second", 2 if raw.get("busy") else 0))
            seed = raw.get("seed")
        except (TypeError, ValueError) as error:
            raise ValueError(f"The traffic has a wrong value: {error}.") from error
        if not 0 <= count <= MOST or rate < 0 or (not raw.get("busy") and not count) or (raw.get("busy") and not rate):
            raise ValueError(f"The count is between 1 and {MOST}, the rate is not negative (a busy shop needs one).")
        keys = [str(key).strip().upper() for key in raw.get("keys") or ()]
        pool = self._pool(keys, bool(raw.get("all")))
        if not pool:
            raise ValueError("There is no item that could change.")
        chance = random.Random(seed)
        return {"kind": kind, "count": count, "per_second": rate, "seed": seed, "done": 0, "seconds": 0.0, "keys": pool,
                "chance": chance, "cycle": bool(raw.get("each"))}  # fmt: skip

    def _pool(self, keys: list[str], everything: bool) -> list[str]:
        """Keys that may change: those asked for, else what can be sold (`all`: everything)."""
        docs = self.erp.store.kind("item")
        if keys:
            return [key for key in keys if key in docs]
        return [key for key in sorted(docs) if everything or sellable(docs[key])]

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
        finally:
            run["running"] = False

    def change(self, run: dict[str, Any]) -> None:
        """One random change of one record (`each`: every key once before one comes again)."""
        chance: random.Random = run["chance"]
        key = run["keys"][run["done"] % len(run["keys"])] if run["cycle"] else chance.choice(run["keys"])
        doc = self.erp.item(key)
        if doc is None:
            return
        kind = run["kind"] if run["kind"] != "mixed" else chance.choice(ITEMS)
        if run["kind"] == "mixed" and not run["count"] and chance.random() < 0.2:  # a busy shop does more than that
            kind = chance.choice(("customer", "order", "order"))
        if kind in ("customer", "order"):
            getattr(self.clerk, kind)(chance)
            return
        if kind == "stock" and doc["kind"] != "StockItem":
            kind = "price"
        changes = getattr(self, f"_{kind}")(doc, chance)
        self.erp.edit(key, changes, path="/_sandbox/traffic")

    def _price(self, doc: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
        old = doc["fields"].get("DefaultPrice")
        price = old
        while price == old:
            price = round(chance.uniform(1, 999), 2)
        return {"DefaultPrice": price}

    def _stock(self, doc: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
        levels = self.erp.levels(doc["fields"]["InventoryID"])
        warehouse = chance.choice(sorted(levels))
        old = levels[warehouse]["on_hand"]
        quantity = old
        while quantity == old:
            quantity = float(chance.randint(0, 500)) if chance.random() > 0.05 else 0.0
            quantity = quantity if quantity != old else old + 1
        return {"stock": {warehouse: quantity}}

    def _product(self, doc: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
        title = str(doc["fields"].get("Description", "")).split(" (")[0]
        return {"Description": f"{title} ({chance.choice(WORDS)} {chance.randint(1, 9999)})"}


def sellable(doc: Mapping[str, Any]) -> bool:
    return doc["fields"].get("ItemStatus") in SELLABLE and bool(doc["fields"].get("ExportToExternal"))
