"""Reconciliation of orders and shipments: the status of both sides, and what one of them has not got."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.engine.comparing import Comparer
from connector.records import ORDER, SHIPMENT, Order, Record, Shipment
from connector.sync import bindings
from connector.systems.base import Change, Page, System
from connector.watch import drift
from tests import rows
from tests.watch.house import CONNECTOR, House


class Side(System):
    """Keeps records by (entity, key), and tells of all of them."""

    def __init__(self, label: str) -> None:
        super().__init__({})
        self.label = label  # type: ignore[misc]
        self.records: dict[tuple[str, str], Record] = {}
        self.since: list[datetime | None] = []

    def put(self, record: Record) -> None:
        self.records[record.entity, record.key] = record

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        return {key: self.records[entity, key] for key in keys if (entity, key) in self.records}

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        self.since.append(since)
        return Page(tuple(Change(entity, key) for kind, key in self.records if kind == entity), None)

    def find_like(self, entity: str, records: Sequence[Record]) -> Mapping[str, Record]:  # type: ignore[override]
        return self.read_many(entity, [record.key for record in records])


@pytest.fixture
def sides(house: House) -> tuple[Side, Side]:
    erp, store = Side("The ERP"), Side("The store")
    house.erp, house.store = erp, store  # type: ignore[assignment]
    return erp, store


def compare(house: House, entity: str) -> Any:
    number = drift.begin(CONNECTOR, entity, "full", "ann", house.clock.now())
    Comparer(house.app, house.worker, house.bell, house.clock).run(number)
    return drift.find(number)


def found(row: Any) -> dict[str, tuple[str, Any, str]]:
    return {one.key: (one.kind, json.loads(one.fields), one.label) for one in drift.differences(row.id)}


def order(key: str, **values: Any) -> Order:
    return replace(Order(key, status="processing", total=Decimal("10.00")), **values)


def test_orders_are_listed_with_both_statuses_and_what_is_missing_is_told(
    house: House, sides: tuple[Side, Side]
) -> None:
    erp, store = sides
    for number in range(1, 8):
        store.put(order(f"00{number}"))
    store.put(order("004", status="canceled"))
    for number in (1, 2, 4):
        erp.put(order(f"SO/00{number}", status="Open", total=Decimal("10") if number != 2 else Decimal("9")))
    sent = {f"00{number}": f"SO/00{number}" for number in (1, 2, 3, 4)}
    bindings.adopt(CONNECTOR, ORDER, sent, sure=True)
    said = {"005": ("failed", "It does not add up."), "006": ("skipped", "Too old."), "007": ("pending", "")}
    for key, (status, reason) in said.items():
        rows.message(entity=ORDER, direction="store_to_erp", key=key, status=status, reason=reason)
    row = compare(house, ORDER)
    assert found(row) == {
        "001": (drift.IN_STEP, [["status", "Open", "processing"], ["total", "10", "10"]], "SO/001"),
        "002": (drift.DIFFERENT, [["status", "Open", "processing"], ["total", "9", "10"]], "SO/002"),
        "003": (drift.MISSING_ERP, [["status", "", "processing"]], ""),
        "004": (drift.DIFFERENT, [["status", "Open", "canceled"], ["total", "10", "10"]], "SO/004"),
        "005": (drift.MISSING_ERP, [["status", "", "processing"]], "It does not add up."),
    }
    assert (row.checked, row.in_step, row.left_out) == (7, 1, 2) and drift.percent(row) == "20 %"
    assert store.since == [house.clock.now()], "only what changed since then"
    assert drift.repair(row.id, user="ann") == 4
    assert bindings.get_many(CONNECTOR, ORDER, ["003"]) == {}, (
        "an order is made once: forgotten, so that it is made again"
    )


def test_a_shipment_that_the_store_has_not_got_is_told(house: House, sides: tuple[Side, Side]) -> None:
    erp, store = sides
    bindings.adopt(CONNECTOR, ORDER, {"001": "SO/001"}, sure=True)
    for key in ("S1", "S2", "S3"):
        erp.put(Shipment(key, status="Confirmed", order="SO/001", number="001"))
    erp.put(Shipment("S4", status="Confirmed", order="SO/999", number=""))
    store.put(Shipment("S1"))
    rows.message(entity=SHIPMENT, key="S3", status="failed", reason="No such carrier.")
    row = compare(house, SHIPMENT)
    assert found(row) == {
        "S1": (drift.IN_STEP, [["status", "Confirmed", "shipped"]], "SO/001"),
        "S2": (drift.MISSING_STORE, [["status", "Confirmed", ""]], ""),
        "S3": (drift.MISSING_STORE, [["status", "Confirmed", ""]], "No such carrier."),
    }
    assert row.left_out == 1, "a shipment of an order that is not the store's is none of ours"
