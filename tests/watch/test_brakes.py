"""The brake: what would do harm together is held before the first write, and a person is asked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from connector import events
from connector.records import INVENTORY, PRICE, PRODUCT, Stock
from connector.sync import bindings, brake
from connector.watch import brakes
from tests.fakes import price, product, stock
from tests.watch.house import CONNECTOR, KEYS, House


def zero(house: House, keys: list[str]) -> None:
    for key in keys:
        house.erp.set(Stock(key, 2))
    house.put(INVENTORY, keys)
    house.drain(INVENTORY)


def raise_prices(house: House, keys: list[str], factor: str) -> None:
    for key in keys:
        house.erp.set(price(key, str(Decimal("10.00") * Decimal(factor)), 2))
    house.put(PRICE, keys)
    house.drain(PRICE)


def test_a_stock_list_of_nothing_is_held_before_the_first_write(any_house: House) -> None:
    house = any_house
    zero(house, KEYS)
    assert house.store.writes == []
    assert house.statuses(INVENTORY) == {"held": 30}
    (question,) = brakes.latest(asking=True)
    assert (question.entity, question.zeroed, question.bound, question.most) == (INVENTORY, 30, 30, 6)
    assert "30 would fall to nothing (of 30 records; up to 6 would have gone)" in brakes.sentence(question)
    assert len(events.latest(action=brakes.ACTION)) == 1, "one alert, whatever the number"


def test_approved_messages_go_and_the_decision_is_in_the_audit_trail(any_house: House) -> None:
    house = any_house
    zero(house, KEYS)
    (question,) = brakes.latest(asking=True)
    done = brakes.decide(question.id, True, user="ann", reason="stock-taking", clock=house.clock)
    assert done and done.changed == 30
    house.drain(INVENTORY)
    assert house.statuses(INVENTORY) == {"succeeded": 30}
    assert set(house.store.stock.values()) == {Decimal(0)}
    told = events.latest(action=brakes.ACTION, user="ann")
    assert len(told) == 1 and "stock-taking" in told[0].message
    assert brakes.decide(question.id, False, user="bob", clock=house.clock) is None, "bob comes too late"
    assert brakes.latest(asking=True) == []


def test_rejected_messages_are_given_up_and_the_store_keeps_what_it_has(house: House) -> None:
    zero(house, KEYS)
    (question,) = brakes.latest(asking=True)
    brakes.decide(question.id, False, user="ann", reason="a mistake", clock=house.clock)
    house.drain(INVENTORY)
    assert house.statuses(INVENTORY) == {"skipped": 30} and house.store.writes == []


def test_a_few_sold_out_products_go_without_a_question(house: House) -> None:
    zero(house, KEYS[:5])
    assert house.statuses(INVENTORY) == {"succeeded": 5}
    assert house.clock.slept[-1] == 3, "the first one has looked around whether others follow"


def test_few_zeros_in_a_long_list_wait_for_its_end_and_go_by_themselves(house: House) -> None:
    for key in KEYS[4:]:
        house.erp.set(stock(key, "6", 2))
    for key in KEYS[:4]:
        house.erp.set(Stock(key, 2))
    house.put(INVENTORY, KEYS)
    house.drain(INVENTORY)
    assert house.statuses(INVENTORY) == {"succeeded": 26, "held": 4}, "the harmless ones are not held up"
    assert brakes.latest(asking=True) == []
    house.look_after()
    house.drain(INVENTORY)
    assert house.statuses(INVENTORY) == {"succeeded": 30}
    assert brakes.latest(asking=True) == []


def test_one_after_the_other_is_a_flood_too(house: House) -> None:
    for key in KEYS:
        zero(house, [key])
    statuses = house.statuses(INVENTORY)
    assert statuses["succeeded"] == 6, "as many as the share allows"
    assert statuses["held"] == 24 and len(brakes.latest(asking=True)) == 1


def test_what_was_let_through_is_forgotten_in_time(house: House) -> None:
    for key in KEYS[:9]:
        zero(house, [key])
        house.clock.advance(200)
    assert house.statuses(INVENTORY) == {"succeeded": 9}


def test_prices_times_a_hundred_are_held_and_shown_with_the_worst_first(house: House) -> None:
    house.erp.set(price("A000", "0", 2))
    raise_prices(house, KEYS[1:], "100")
    house.put(PRICE, ["A000"])
    house.drain(PRICE)
    assert house.store.writes == [] and house.statuses(PRICE) == {"held": 30}
    (question,) = brakes.latest(asking=True)
    worst = brakes.examples(question)
    assert (worst[0].key, worst[0].was, worst[0].new) == ("A000", "10", "0")
    assert worst[1].factor == 100 and len(worst) == brakes.EXAMPLES == 20


def test_one_price_that_moves_too_far_asks_alone(house: House) -> None:
    raise_prices(house, ["A007"], "25")
    assert house.statuses(PRICE) == {"held": 1} and len(brakes.latest(asking=True)) == 1
    assert house.statuses(INVENTORY) == {}


def test_all_prices_up_by_three_per_cent_are_a_question_too(house: House) -> None:
    raise_prices(house, KEYS, "1.03")
    assert house.store.writes == [] and brakes.latest(asking=True)[0].priced == 30


@pytest.mark.parametrize(
    ("setting", "value", "held"),
    [("enabled", False, 0), ("share", 100, 0), ("minimum", 25, 0), ("share", 50, 25), ("minimum", 24, 25)],
)
def test_share_and_minimum_say_how_many_are_too_many(house: House, setting: str, value: object, held: int) -> None:
    house.values["brake"][setting] = value
    zero(house, KEYS[:25])
    assert house.statuses(INVENTORY)["held"] == held


@pytest.mark.parametrize(("factor", "held"), [(0, 0), (25, 1), (26, 0)])
def test_the_factor_is_a_setting_and_nothing_is_no_factor(house: House, factor: int, held: int) -> None:
    house.values["brake"]["factor"] = factor
    raise_prices(house, ["A007"], "25")
    assert house.statuses(PRICE)["held"] == held


def test_without_a_pause_nobody_waits(house: House) -> None:
    house.values["brake"]["pause"] = 0
    slept = len(house.clock.slept)
    zero(house, KEYS[:2])
    assert 3 not in house.clock.slept[slept:]


def test_an_empty_erp_deletes_nothing_before_a_person_says_so(house: House) -> None:
    house.erp.records.clear()
    house.put(PRODUCT, KEYS)
    house.drain(PRODUCT)
    assert len(house.store.products) == 30 and house.statuses(PRODUCT) == {"held": 30}
    (question,) = brakes.latest(asking=True)
    assert question.deleted == 30
    brakes.decide(question.id, True, user="ann", clock=house.clock)
    house.drain(PRODUCT)
    assert house.store.products == {}


def test_after_yes_for_the_next_hours_what_follows_goes_without_a_question(house: House) -> None:
    raise_prices(house, KEYS[:15], "1.1")
    (question,) = brakes.latest(asking=True)
    brakes.decide(question.id, True, user="ann", hours=2, clock=house.clock)
    house.drain(PRICE)
    raise_prices(house, KEYS[15:], "1.1")
    assert house.statuses(PRICE) == {"succeeded": 30}
    house.clock.advance(timedelta(hours=3).total_seconds())
    raise_prices(house, KEYS, "1.2")
    assert house.statuses(PRICE)["held"] == 30


def test_a_newer_change_of_a_held_record_takes_its_place(house: House) -> None:
    zero(house, KEYS)
    house.put(INVENTORY, ["A000"])
    house.drain(INVENTORY)
    assert house.statuses(INVENTORY) == {"held": 30, "superseded": 1}


def test_what_was_held_while_somebody_decided_follows_the_decision(house: House) -> None:
    zero(house, KEYS)
    (question,) = brakes.latest(asking=True)
    brakes.decide(question.id, True, user="ann", clock=house.clock)
    with brakes.db.write() as connection:  # a unit that had asked before the yes is settled after it
        connection.exec_driver_sql(f"UPDATE message SET status='held', code='brake:{question.id}' WHERE key='A001'")
    house.clock.advance(60)
    house.look_after()
    assert house.statuses(INVENTORY)["held"] == 0


def test_a_product_that_would_be_switched_off_counts_as_taken_out() -> None:
    off = brake.judge(product("A", active=False), {"status": 1})
    assert off is not None and off.kind == brake.DELETE
    assert brake.judge(product("A", active=False), {"status": 2}) is None
    assert brake.judge(product("A"), {"status": 1}) is None


def test_what_was_never_written_and_what_stays_the_same_is_harmless() -> None:
    assert brake.judge(price("A", "10"), {}) is None
    assert brake.judge(price("A", "10.00"), {"price": 10}) is None
    assert brake.judge(stock("A", "0"), {}) is None
    assert brake.judge(stock("A", "3"), {"default": 7}) is None


def test_a_special_price_is_compared_with_the_last_special_price() -> None:
    cheap = price("A", "10", special_price=Decimal("0.05"))
    found = brake.judge(cheap, {"price": 10, "special_price": 5})
    assert found is not None and found.field == "special_price" and found.wild(20)
    assert brake.judge(price("A", "10", special_price=Decimal(1)), {"price": 10}) is None, "the first one is news"


def test_what_the_target_was_told_is_read_from_the_bindings(house: House) -> None:
    assert bindings.told(CONNECTOR, PRICE, ["A000", "absent"]) == {"A000": {"price": "10.00"}}
