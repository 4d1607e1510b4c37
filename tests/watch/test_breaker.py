"""Breakers: calls stop after several failures in a row, one try goes alone, and all goes on when it went well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from connector import notices
from connector.clock import FakeClock
from connector.db import db
from connector.errors import Retry
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.watch import breaker
from connector.watch.breaker import FIRST, FRESH, LONGEST, THRESHOLD, Breakers

BASES = {"erp": "https://erp.test", "store": "https://shop.test"}
GONE: dict[str, Any] = {"url": "https://shop.test/rest/V1/products", "status": None, "error": "ConnectionError"}
ILL: dict[str, Any] = {"url": "https://shop.test/rest/V1/order/1/ship", "status": 503}
WELL: dict[str, Any] = {"url": "https://shop.test/rest/V1/products", "status": 200}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breakers(any_app: Flask, clock: FakeClock) -> Breakers:
    return Breakers(clock)


def calls(breakers: Breakers, *exchanges: dict[str, Any], entity: str = "price") -> None:
    breakers.note("DEMO", entity, exchanges, BASES)


def opened(breakers: Breakers, exchange: dict[str, Any] = GONE, entity: str = "price") -> None:
    calls(breakers, *[exchange] * THRESHOLD, entity=entity)


def stopped(breakers: Breakers, entity: str = "price", **more: Any) -> bool:
    return breakers.stopped("DEMO", entity, **more) is not None


def test_a_few_failures_stop_nothing_and_a_good_call_between_them_counts(breakers: Breakers) -> None:
    calls(breakers, *[GONE] * (THRESHOLD - 1), WELL, *[GONE] * (THRESHOLD - 1))
    assert not stopped(breakers)


def test_when_nobody_answers_every_entity_is_left_alone_and_no_try_is_burnt(breakers: Breakers) -> None:
    opened(breakers)
    word = breakers.stopped("DEMO", "order")
    assert isinstance(word, Retry) and word.away and word.code == breaker.CODE
    assert word.reason.startswith("The store is left alone until ") and "nobody answers there" in word.reason
    assert breakers.stopped("OTHER", "order") is None
    assert notices.is_open("breaker/DEMO/store/")


def test_errors_of_one_entity_leave_the_others_alone(breakers: Breakers) -> None:
    opened(breakers, ILL, "shipment")
    assert stopped(breakers, "shipment") and not stopped(breakers, "price")


def test_a_refused_record_and_a_full_queue_are_no_failures_of_the_other_side(breakers: Breakers) -> None:
    calls(breakers, *[{**WELL, "status": 400}, {**WELL, "status": 429}] * THRESHOLD)
    assert not stopped(breakers)


def test_other_addresses_belong_to_no_side(breakers: Breakers) -> None:
    calls(breakers, *[{**GONE, "url": "https://pictures.test/a.png"}] * THRESHOLD)
    assert not stopped(breakers)


def test_what_a_person_wants_goes_through(breakers: Breakers) -> None:
    opened(breakers)
    assert not stopped(breakers, urgent=True)


def test_after_the_pause_one_piece_of_work_tries_alone(breakers: Breakers, clock: FakeClock) -> None:
    opened(breakers)
    clock.advance(FIRST)
    assert not stopped(breakers), "this one tries"
    assert stopped(breakers), "and nobody else"
    assert breaker.states(["DEMO"])["DEMO"][0].state == "probing"


def test_a_try_that_fails_doubles_the_pause(breakers: Breakers, clock: FakeClock) -> None:
    opened(breakers)
    pauses = []
    for _ in range(7):
        (one,) = breaker.states(["DEMO"])["DEMO"]
        pauses.append((one.retry_at - clock.now()).total_seconds())
        clock.advance(pauses[-1])
        assert not stopped(breakers)
        calls(breakers, GONE)
    assert pauses[:3] == [FIRST, FIRST * 2, FIRST * 4] and pauses[-1] == LONGEST


def test_a_try_that_never_comes_back_is_followed_by_another(breakers: Breakers, clock: FakeClock) -> None:
    opened(breakers)
    clock.advance(FIRST)
    assert not stopped(breakers)
    clock.advance(61)
    assert not stopped(breakers)


def test_a_try_that_goes_well_closes_it_for_all_processes(breakers: Breakers, clock: FakeClock) -> None:
    other = Breakers(clock)
    opened(breakers)
    assert stopped(other)
    clock.advance(FIRST)
    assert not stopped(breakers)
    calls(breakers, WELL)
    clock.advance(FRESH)
    assert not stopped(breakers) and not stopped(other)
    assert breaker.states(["DEMO"]) == {} and not notices.is_open("breaker/DEMO/store/")


def test_messages_that_waited_for_it_are_due_at_once(breakers: Breakers, clock: FakeClock) -> None:
    lane = Lane("DEMO", "price", "erp_to_store")
    inbox.put(lane, [inbox.Item("A"), inbox.Item("B")], now=clock.now())
    table = Message.__table__
    later = clock.now() + timedelta(hours=1)
    with db.write() as connection:
        connection.execute(table.update().values(available_at=later))
        connection.execute(table.update().where(table.c.key == "A").values(code=breaker.CODE))
    opened(breakers)
    calls(breakers, WELL)
    with db.read() as connection:
        due = dict(connection.execute(select(table.c.key, table.c.available_at)).tuples().all())
    assert due == {"A": clock.now(), "B": later}


def test_a_person_can_have_it_tried_at_once(breakers: Breakers, clock: FakeClock) -> None:
    opened(breakers)
    assert breaker.try_now("DEMO", "store", now=clock.now(), user="olga") == 1
    clock.advance(FRESH)
    assert not stopped(breakers)
    assert breaker.try_now("DEMO", "erp", now=clock.now(), user="olga") == 0
