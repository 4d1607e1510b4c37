"""The ERP ships in random parts, tells them twice, in another order, and answers get lost: the store ships each once.

Never more than was ordered, never doubled, and what the ERP has sent the store has sent (SHP-01, SHP-03, SHP-08).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from werkzeug.test import Client

from connector.clock import FakeClock
from connector.errors import Fail, Retry, Skip
from connector.records import Composite, Level, Order, Part, Price, Product, Shipment, Shipped, Stock, Track
from connector.sandbox.magento.app import Magento as Sandbox
from connector.sandbox.magento.auth import KEYS
from connector.systems.base import clean_all
from connector.systems.magento import Magento
from tests.examples import examples

BASE = "https://shop.example"
SKUS = [f"SELL-{number}" for number in range(6)]
SET = {"SELL-0": 2, "SELL-1": 1}  # a bundle and the pieces in one
D = Decimal


@dataclass(repr=False)
class Store:
    """The plug-in and the shop behind it; `lose` says of each next shipping call whether its answer gets lost."""

    plugin: Magento
    sandbox: Sandbox
    outside: Client
    lose: list[bool] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def place(self, lines: list[tuple[str, int]]) -> Order:
        asked = {"kinds": ["guest"], "lines": [{"sku": sku, "qty": many} for sku, many in lines], "stock": False}
        told = self.outside.post("/_sandbox/orders", json=asked)
        assert told.status_code == 200, told.text
        (row,) = (told.json or {})["orders"]
        found = self.plugin.read_many("order", [row["increment_id"]])[row["increment_id"]]
        assert isinstance(found, Order)
        return found

    def tell(self, shipment: Shipment) -> str:
        """As the queue does: once more until there is an outcome. Returns its word."""
        for _ in range(20):
            (done,) = self.plugin.write_many([shipment], known={})
            if not isinstance(done.problem, Retry):
                assert done.problem is None or isinstance(done.problem, Skip | Fail), done.problem
                return type(done.problem).__name__ if done.problem else "done"
        raise AssertionError("it never comes to an end")

    def shipped(self, order: Order) -> dict[str, Decimal]:
        now = self.plugin.read_many("order", [order.key])[order.key]
        assert isinstance(now, Order)
        return {line.sku: line.shipped for line in now.lines}

    def rows_shipped(self, order: Order) -> dict[str, int]:
        """What the store itself says of the rows that a buyer sees."""
        row = self.sandbox.store.kind("order")[order.store_id]
        items = [item for item in row["items"] if not item.get("parent_item_id")]
        return {str(item["sku"]).partition("-SELL")[0]: int(item.get("qty_shipped") or 0) for item in items}

    def made(self, order: Order) -> list[dict[str, Any]]:
        rows = self.sandbox.store.kind("shipment").values()
        return [row for row in rows if str(row["order_id"]) == order.store_id]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    sandbox = Sandbox(":memory:")
    outside = Client(sandbox.wsgi, use_cookies=False)
    made: list[Store] = []

    def answer(request: PreparedRequest) -> Any:
        parts = urlsplit(request.url or "")
        told = outside.open(
            parts.path, method=request.method, query_string=parts.query, data=request.body,
            headers={name: str(value) for name, value in request.headers.items() if name != "Content-Length"},
        )  # fmt: skip
        if parts.path.endswith("/ship") and made[0].lose and made[0].lose.pop():
            return requests.exceptions.ConnectionError("the answer was lost")  # after it was done
        return told.status_code, {n: v for n, v in told.headers if n != "Content-Length"}, told.data

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "PUT", "POST", "DELETE"):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=answer)
        values = clean_all(Magento.settings, {"url": BASE, "token": KEYS["access_token"]})
        plugin = Magento(values, clock=FakeClock(), preferences={})
        made.append(Store(plugin, sandbox, outside))
        for sku in SKUS:
            plugin.write_many([Product(sku, name=sku, price=D(5))], known={})
            plugin.write_many([Price(sku, price=D(5))], known={sku: sku})
            plugin.write_many([Stock(sku, levels=(Level("MAIN", available=D(100_000)),))], known={sku: sku})
        children = tuple(Part(sku, D(many)) for sku, many in SET.items())
        goods = Product("SET", name="A set", price=D(20))
        plugin.write_many([Composite("SET", kind="bundle", product=goods, parts=children)], known={})
        yield made[0]
        plugin.close()
    sandbox.stop()


def parts(shipments: list[dict[str, int]], prefix: int, order: Order, drops: list[bool]) -> list[Shipment]:
    """The ERP's shipments of an order: SKU -> pieces in each."""
    return [
        Shipment(
            f"drop:R{prefix}{at}/SO/1" if drop else f"{prefix:06d}{at}",
            shipment=f"R{prefix}{at}" if drop else f"{prefix:06d}{at}",
            number=order.number,
            store_id=order.store_id,
            drop_ship=drop,
            lines=tuple(Shipped(sku, D(many)) for sku, many in lines.items() if many),
            tracks=(Track(f"1Z{prefix}{at}", "ups", "UPS"),) if at % 2 else (),
        )
        for at, (lines, drop) in enumerate(zip(shipments, drops, strict=True))
    ]


@settings(max_examples=examples(25, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_partial_shipments_are_in_the_store_once_and_never_more_than_ordered(
    store: Store, data: st.DataObject
) -> None:
    ordered = data.draw(st.dictionaries(st.sampled_from(SKUS), st.integers(1, 6), min_size=1, max_size=4))
    order = store.place(list(ordered.items()))
    pieces = st.fixed_dictionaries({sku: st.integers(0, many) for sku, many in ordered.items()})
    planned = data.draw(st.lists(pieces.filter(lambda one: sum(one.values()) > 0), min_size=1, max_size=4))
    drops = data.draw(st.lists(st.booleans(), min_size=len(planned), max_size=len(planned)))
    shipments = parts(planned, next(store.numbers), order, drops)
    turns = data.draw(st.lists(st.sampled_from(range(len(shipments))), max_size=8))
    store.lose = data.draw(st.lists(st.booleans(), max_size=6))
    for at in [*turns, *range(len(shipments))]:
        store.tell(shipments[at])
        assert all(many <= ordered[sku] for sku, many in store.shipped(order).items())
    store.lose = []
    sent: Counter[str] = Counter()
    for one in planned:
        sent.update(one)
    assert store.shipped(order) == {sku: min(D(sent[sku]), D(many)) for sku, many in ordered.items()}
    comments = [str(row["comments"][0]["comment"]) for row in store.made(order)]
    assert len(comments) == len(set(comments)) <= len(shipments), "each shipment of the ERP is one of the store's"


@settings(max_examples=examples(20, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bundles_whose_parts_leave_in_different_shipments_are_told_when_they_are_whole(
    store: Store, data: st.DataObject
) -> None:
    """The ERP ships the parts as they come; they are told in any order, twice, and answers get lost."""
    sets, alone = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 2))
    ordered = [("SET", sets)] + ([("SELL-0", alone)] if alone else [])
    order = store.place(ordered)
    left = {sku: each * sets + (alone if sku == "SELL-0" else 0) for sku, each in SET.items()}
    planned = []
    for _ in range(data.draw(st.integers(1, 4))):
        one = {sku: data.draw(st.integers(0, many)) for sku, many in left.items()}
        left = {sku: many - one[sku] for sku, many in left.items()}
        planned += [one] if any(one.values()) else []
    alone_each = parts(planned, next(store.numbers), order, [False] * len(planned))
    shipments = [replace(one, others=tuple(two for two in alone_each if two is not one)) for one in alone_each]
    store.lose = data.draw(st.lists(st.booleans(), max_size=4))
    turns = data.draw(st.permutations(range(len(shipments))))
    for at in [*turns, *turns]:
        assert store.tell(shipments[at]) != "Fail"
    store.lose = []
    sent = {sku: sum(one[sku] for one in planned) for sku in SET}
    direct = min(sent["SELL-0"], alone)
    whole = min((sent["SELL-0"] - direct) // SET["SELL-0"], sent["SELL-1"] // SET["SELL-1"])
    assert store.rows_shipped(order) == {"SET": whole} | ({"SELL-0": direct} if alone else {})
