"""A message that waits for a record is called when the record comes, whatever the two do at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from connector.clock import FakeClock
from connector.db import db, utcnow
from connector.errors import Wait
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.working import claim, settle, waits
from connector.queue.working.claim import Claimed
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Unit, Verdict

PRICES = Lane("DEMO", "price", "erp_to_store")
NEEDED = ("product", "MUG")


@pytest.fixture
def in_hand(any_app: Flask, clock: FakeClock) -> Claimed:
    inbox.put(PRICES, [inbox.Item("MUG")], now=clock.now())
    (message,) = claim.claim(PRICES, 1, worker="one", lease_seconds=30, now=clock.now())
    return message


def put_to_wait(message: Claimed, clock: FakeClock) -> None:
    verdict = Verdict(message.id, Wait("The product MUG is not in the store yet.", for_=NEEDED))
    settle.settle(Unit(PRICES, (message,), lambda: {message.id}), Report([verdict]), Policy(), now=clock.now())


def row(message: Claimed) -> tuple[str, str]:
    columns = Message.__table__.c
    with db.read() as connection:
        query = select(columns.status, columns.waits_for).where(columns.id == message.id)
        return tuple(connection.execute(query).one())  # type: ignore[return-value]


def test_a_record_that_comes_later_calls_it(in_hand: Claimed, clock: FakeClock) -> None:
    waits.announce({in_hand: NEEDED})
    put_to_wait(in_hand, clock)
    assert row(in_hand) == ("waiting", "product:MUG")
    assert waits.release_many("DEMO", "product", ["MUG"]) == 1
    assert row(in_hand) == ("pending", "")


def test_a_record_that_comes_between_the_look_and_the_note_calls_it(in_hand: Claimed, clock: FakeClock) -> None:
    waits.announce({in_hand: NEEDED})
    waits.release_many("DEMO", "product", ["MUG"])
    assert row(in_hand)[0] == "running"
    put_to_wait(in_hand, clock)
    assert row(in_hand) == ("pending", "")


def test_another_record_does_not_call_it(in_hand: Claimed, clock: FakeClock) -> None:
    waits.announce({in_hand: NEEDED})
    waits.release_many("DEMO", "product", ["CUP"])
    waits.release_many("B", "product", ["MUG"])
    put_to_wait(in_hand, clock)
    assert row(in_hand) == ("waiting", "product:MUG")


def test_who_has_lost_the_message_announces_nothing(in_hand: Claimed, clock: FakeClock) -> None:
    claim.reclaim(clock.now() + timedelta(minutes=1))
    waits.announce({in_hand: NEEDED})
    assert row(in_hand) == ("pending", "")


def test_a_message_that_was_called_and_is_done_forgets_it(in_hand: Claimed, clock: FakeClock) -> None:
    waits.announce({in_hand: NEEDED})
    waits.release_many("DEMO", "product", ["MUG"])
    unit = Unit(PRICES, (in_hand,), lambda: {in_hand.id})
    settle.settle(unit, Report([Verdict(in_hand.id)]), Policy(), now=clock.now())
    assert row(in_hand) == ("succeeded", "")


def test_who_are_released_in_a_stream_come_back_on_one_tick(any_app: Flask, clock: FakeClock) -> None:
    keys = [f"P{number:03d}" for number in range(waits.CROWD)]
    inbox.put(PRICES, [inbox.Item(key) for key in keys], now=clock.now())
    taken = claim.claim(PRICES, len(keys), worker="one", lease_seconds=30, now=clock.now())
    verdicts = [Verdict(one.id, Wait("Not there yet.", for_=("product", one.key))) for one in taken]
    settle.settle(Unit(PRICES, tuple(taken), set), Report(verdicts), Policy(), now=clock.now())
    waits.release_many("DEMO", "product", keys[:2])
    columns = Message.__table__.c
    with db.read() as connection:
        due = set(connection.execute(select(columns.available_at).where(columns.status == "pending")).scalars())
    (moment,) = due
    assert utcnow() - timedelta(seconds=1) < moment <= utcnow() + timedelta(seconds=waits.TICK / 16)
    assert moment.timestamp() % (waits.TICK / 32) == 0
