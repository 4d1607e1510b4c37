"""Reconciliation: what was changed behind our back is found, all of it and nothing else, and repaired."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector import events
from connector.clock import CLOCK
from connector.db import db
from connector.engine.comparing import Comparer
from connector.errors import Fail, Retry
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.watch import drift
from tests.fakes import price
from tests.watch.house import CONNECTOR, House


@pytest.fixture
def comparer(house: House) -> Comparer:
    house.mirror()
    house.clock.advance((CLOCK.now() - house.clock.now()).total_seconds() + 60)  # a repair puts messages of today
    return Comparer(house.app, house.worker, house.bell, house.clock)


def compare(comparer: Comparer, entity: str = PRICE, mode: str = "full") -> Any:
    number = drift.begin(CONNECTOR, entity, mode, "ann")
    comparer.run(number)
    return drift.find(number)


def test_what_is_in_step_has_no_difference(comparer: Comparer) -> None:
    for entity in (PRICE, INVENTORY):
        row = compare(comparer, entity)
        assert (row.status, row.checked, row.in_step, row.different) == ("done", 30, 30, 0)
        assert drift.percent(row) == "100 %"


def test_a_change_behind_our_back_is_found_with_its_field_and_repaired_by_one_click(
    house: House, comparer: Comparer
) -> None:
    house.store.products["A003"] = replace(house.store.products["A003"], price=Decimal("1"))
    house.store.products.pop("A004")
    row = compare(comparer)
    assert (row.different, row.missing_store, row.in_step, drift.percent(row)) == (1, 1, 28, "93.33 %")
    gone, other = drift.differences(row.id)
    assert (gone.key, gone.kind) == ("A004", drift.MISSING_STORE)
    assert (other.key, other.fields) == ("A003", '[["price", "10", "1"]]')
    assert drift.differences(row.id, field="price") == [other] and not drift.differences(row.id, field="pric")
    house.store.products["A004"] = house.store.products["A005"]
    assert drift.repair(row.id, user="ann") == 2
    house.drain(PRICE)
    assert set(house.store.writes[-1][1]) == {"A003", "A004"}, "nothing has changed in the ERP, yet it is written"
    house.mirror()
    assert compare(comparer).in_step == 30
    assert drift.repairable(row.id) == 0 and drift.repair(row.id, user="ann") == 0
    assert any("2 differences" in event.message for event in events.latest(action=drift.ACTION, user="ann"))


def test_only_what_was_chosen_is_repaired(house: House, comparer: Comparer) -> None:
    for key in ("A001", "A002"):
        house.store.products[key] = replace(house.store.products[key], price=Decimal("1"))
    row = compare(comparer)
    (chosen, _) = drift.differences(row.id)
    assert drift.repair(row.id, user="ann", ids=[chosen.id]) == 1
    assert drift.repairable(row.id) == 1 and drift.find(row.id).repaired == 1


def test_what_is_on_its_way_is_no_drift(house: House, comparer: Comparer) -> None:
    house.erp.set(price("A003", "11.00", 2))
    house.put(PRICE, ["A003"])
    row = compare(comparer)
    assert (row.different, row.left_out, drift.percent(row)) == (0, 1, "100 %")


def test_what_is_kept_out_of_the_store_is_left_out(house: House, comparer: Comparer) -> None:
    house.erp.set(price("A003", "11.00", 2, sellable=False))
    row = compare(comparer)
    assert (row.different, row.left_out) == (0, 1)


def test_a_system_that_cannot_be_read_ends_it_with_its_sentence(house: House, comparer: Comparer) -> None:
    house.erp.trouble = Retry("The ERP does not answer.")
    row = compare(comparer)
    assert (row.status, row.message, drift.percent(row)) == ("failed", "The ERP does not answer.", "nothing")
    house.erp.trouble = Fail("No right to read prices.")
    assert compare(comparer).status == "failed"


def test_what_the_erp_has_no_more_is_told_and_not_deleted(house: House, comparer: Comparer) -> None:
    del house.erp.records[PRODUCT, "A003"]
    row = compare(comparer, PRODUCT)
    assert (row.missing_erp, row.in_step) == (1, 29)
    assert drift.repairable(row.id) == 0


def test_a_sample_takes_about_as_many_as_the_setting_says(house: House, comparer: Comparer) -> None:
    house.values["drift"] = {"sample": 10}
    seen = [compare(comparer, mode="sample").checked for _ in range(6)]
    assert 20 < sum(seen) < 110 and len(set(seen)) > 1


def test_the_nightly_comparison_is_what_the_settings_say(house: House, comparer: Comparer) -> None:
    house.values["entities"] = {name: name in (PRICE, "order") for name in house.values["entities"]}
    house.values["drift"] = {"nightly": "full", "days": 3, "sample": 10}
    told = comparer.all(house.config(CONNECTOR), threading.Event())
    assert told.startswith("In step: price 100 %, order")
    prices, orders = drift.latest(CONNECTOR, PRICE)[0], drift.latest(CONNECTOR, "order")[0]
    assert (prices.mode, prices.checked, prices.since) == ("full", 30, None)
    assert orders.since is not None and (orders.started_at - orders.since).days == 3


def test_two_comparisons_of_an_entity_do_not_run_at_once(house: House, comparer: Comparer) -> None:
    dead = drift.begin(CONNECTOR, PRICE, "full", "ann")
    assert comparer._take(CONNECTOR, PRICE) is not None
    assert drift.find(dead).status == "failed", "its process has died, or we could not have the lease"
    assert comparer.start(CONNECTOR, PRICE, "full", "ann", threading.Event()) is None


def test_the_share_is_cut_and_not_rounded() -> None:
    row = type("Row", (), {"checked": 20_000, "left_out": 0, "in_step": 19_999})
    assert drift.percent(row) == "99.99 %"


def test_no_transaction_is_open_while_a_system_is_asked(house: House, comparer: Comparer) -> None:
    asked = []
    read = house.erp.read_many

    def look(entity: str, keys: Any) -> Any:
        asked.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return read(entity, keys)

    house.erp.read_many = look  # type: ignore[method-assign]
    compare(comparer)
    assert asked and set(asked) == {0}
