"""G24: the first full sync of a catalogue into the sandbox store: calls, time against the bound, memory.

The store answers each request so many milliseconds late (the sandbox's fault "slow"), so that the time is bound by
latency and parallel requests as with a shop far away, and not by the simulated shop's own speed.
"""

from __future__ import annotations

import json
import math
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from connector.clock import CLOCK
from connector.db import db
from connector.queue.models import Message
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.sandbox.process import Children, free_base
from connector.setup import connectors, lifecycle
from connector.systems.acumatica.polls import PAGE
from tests.bench.common import Goal, World
from tests.bench.drain import resident
from tests.flow.shop import CONNECTOR, ask, values_for

PRODUCTS, BATCH, PARALLEL, LATENCY = 10_000, 100, 4, 0.15
CATALOGUE = 50_000
STOCK = "two thirds of the growth is the ERP's stock of all items, which is asked for in bulk after the first tenth"


def run(world: World, python: Path) -> list[Goal]:
    return [*full_sync(world), *reading(world)] if world.name == "SQLite" else []


def full_sync(world: World, products: int = PRODUCTS) -> list[Goal]:
    """Everything for the first time: products, prices, stock in two sources."""
    with shop(world, products) as sandboxes:
        store, erp = sandboxes.url("magento"), sandboxes.url("acumatica")
        slow = [{"route": ".*", "fault": "slow", "rate": 1, "seconds": LATENCY}]
        ask("PUT", f"{store}/_sandbox/faults", slow)
        memory, started = Memory(), CLOCK.monotonic()
        (before, waited), (asked, _) = traffic(store), traffic(erp)
        with memory:
            world.app.extensions["engine"].start()
            for entity in (PRODUCT, PRICE, INVENTORY):
                world.app.extensions["engine"].poll(CONNECTOR, entity)
            until_quiet()
        seconds = CLOCK.monotonic() - started
        world.app.extensions["engine"].stop()
        (made, answered), (read, _) = traffic(store), traffic(erp)
    return goals(made - before, read - asked, (answered - waited) / PARALLEL / seconds, seconds, memory)


def goals(made: int, read: int, share: float, seconds: float, memory: Memory) -> list[Goal]:
    sold, stocked = bound(PRODUCT), bound(INVENTORY)
    least = sold + math.ceil(sold / BATCH) + math.ceil(stocked / BATCH)
    name = f"full sync of {sold:,} products, prices, stock in 2 sources"
    what = f"{made:,} calls, least {least:,} (one for each product, {BATCH} a call for the others)"
    time = f"{share:.2f} x ({seconds:.0f} s; the store answers after {LATENCY * 1000:.0f} ms and its own work)"
    grown = f"{memory.most:.0f} MB at most, {memory.first:.0f} MB after the first tenth"
    return [
        Goal(
            "G24",
            f"{name}: calls to the store <= 1.1 x the least",
            f"{made / least:.3f} x: {what}",
            made <= 1.1 * least,
        ),
        Goal("G24", f"{name}: bound by the store's answers / {PARALLEL} at a time >= 0.85", time, share >= 0.85),
        Goal(
            "G24", f"{name}: memory <= 1.2 x of after the first tenth", grown, memory.most <= 1.2 * memory.first, STOCK
        ),
        Goal("G24", f"{name}: calls to the ERP", f"{read:,} ({sold / read:.0f} products a call)", None),
    ]


@contextmanager
def shop(world: World, products: int) -> Iterator[Children]:
    """Both sandboxes and an initialized connector; nothing runs yet."""
    world.fresh()
    with Children(free_base(), world.folder / "sandbox") as sandboxes:
        furnish(sandboxes.url("acumatica"), products)
        values = values_for(sandboxes)
        values["store"] |= {"parallel": PARALLEL}
        values["queue"] |= {"threshold_count": 10, "batch_count": BATCH}
        values["inventory"] |= {"warehouses": ["MAIN", "EAST"], "source_map": ["MAIN=default", "EAST=east"]}
        connectors.create(CONNECTOR, "Bench", "magento", values, "bench")
        lifecycle.initialize(CONNECTOR, "bench")
        try:
            yield sandboxes
        finally:
            world.app.extensions["engine"].stop()


def furnish(erp: str, products: int) -> None:
    """A catalogue of so many items in the ERP; making it takes a while."""
    body = json.dumps({"products": products}).encode()
    request = urllib.request.Request(f"{erp}/_sandbox/reset", body, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=900):
        pass


class Memory:
    """Resident memory of this process, looked at each second while the block runs."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(1.0):
            self.seen.append(resident())

    @property
    def most(self) -> float:
        return max(self.seen)

    @property
    def first(self) -> float:
        return self.seen[len(self.seen) // 10]


def traffic(url: str) -> tuple[int, float]:
    """How many calls a sandbox has had, and the seconds that all answers took."""
    said = ask("GET", f"{url}/_sandbox/calls?after=999999999")
    return int(said["total"]), float(said["seconds"])


def until_quiet() -> None:
    columns = Message.__table__.c
    query = select(func.count()).where(columns.status.in_(("pending", "running", "waiting")))
    while True:
        with db.read() as connection:
            left = int(connection.execute(query).scalar_one())
        if not left:
            return
        CLOCK.sleep(0.5)


def bound(entity: str) -> int:
    """How many records of an entity are in the store."""
    from connector.sync.models import Binding

    columns = Binding.__table__.c
    query = select(func.count()).where(columns.entity == entity, columns.target_id != "")
    with db.read() as connection:
        return int(connection.execute(query).scalar_one())


def reading(world: World, products: int = CATALOGUE) -> list[Goal]:
    """A catalogue that is only read: pages, calls, memory."""
    with shop(world, products) as sandboxes:
        erp, engine = sandboxes.url("acumatica"), world.app.extensions["engine"]
        engine.poll(CONNECTOR, PRICE)  # the first pages are read once before it counts
        before, (asked, _), memory, started = resident(), traffic(erp), Memory(), CLOCK.monotonic()
        with memory:
            engine.poll(CONNECTOR, PRODUCT)
        seconds, (done, _) = CLOCK.monotonic() - started, traffic(erp)
    columns = Message.__table__.c
    with db.read() as connection:
        put = connection.execute(select(func.count()).where(columns.entity == PRODUCT)).scalar_one()
    least = math.ceil(put / PAGE)
    name = f"{put:,} items are read in pages"
    grown = max([*memory.seen, before]) / before
    return [
        Goal(
            "G25",
            f"{name}: calls <= 1.1 x of pages of {PAGE}",
            f"{done - asked} of {least}",
            done - asked <= 1.1 * least,
        ),
        Goal(
            "G25",
            f"{name}: memory <= 1.2 x of before",
            f"{grown:.2f} x ({before:.0f} MB before; {seconds:.0f} s)",
            grown <= 1.2,
        ),
    ]
