"""The way in: one row for each record that waits, and nothing that was accepted is forgotten."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import FakeClock
from connector.db import db, micros
from connector.errors import Retry
from connector.queue import inbox
from connector.queue.inbox import Accepted, Item
from connector.queue.lanes import Lane
from connector.queue.models import URGENT, MinuteStat
from connector.queue.working.policy import Policy
from connector.queue.working.settle import settle
from tests.queueing import LANE, after, counted, done, put, row, rows, take, unit


class Rung:
    """A bell that remembers its rings."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []

    def ring(self, lane: Lane) -> None:
        self.lanes.append(lane)


def test_a_lane_is_written_with_slashes_and_read_back() -> None:
    assert str(LANE) == "DEMO/price/erp_to_store"
    assert Lane.parse("A/B/price/erp_to_store") == Lane("A/B", "price", "erp_to_store")
    with pytest.raises(ValueError, match="is not connector/entity/direction"):
        Lane.parse("price")


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_lane_survives_its_text(connector: str, entity: str) -> None:
    lane = Lane(connector, entity.replace("/", "-"), "erp_to_store")
    assert Lane.parse(str(lane)) == lane


def test_a_change_becomes_a_row_with_everything_that_was_said(any_app: Flask, clock: FakeClock) -> None:
    item = Item("MUG", "delete", 7, {"price": "1.50"})
    assert inbox.put(LANE, [item], origin="poll", user="otto", now=clock.now()) == Accepted(1, 0)
    found = row("MUG")
    assert (found["status"], found["operation"], found["version"], found["origin"]) == ("pending", "delete", 7, "poll")
    assert (found["payload"], found["user"], found["priority"]) == ('{"price": "1.50"}', "otto", 5)
    assert found["created_at"] == found["available_at"] == clock.now()


def test_a_record_that_waits_already_is_the_same_message(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG", "CUP")
    clock.advance(3)
    assert put(clock, "MUG") == Accepted(0, 1)
    assert [each["key"] for each in rows()] == ["CUP", "MUG"]
    assert row("MUG")["merged"] == 1
    assert row("MUG")["created_at"] == after(clock, -3), "the lag counts from the first change"


@pytest.mark.parametrize(("first", "second", "kept"), [(1, 2, "b"), (2, 1, "a"), (2, 2, "b"), (0, 0, "b")])
def test_the_newest_version_wins_whatever_order_changes_come_in(
    any_app: Flask, clock: FakeClock, first: int, second: int, kept: str
) -> None:
    inbox.put(LANE, [Item("MUG", "upsert", first, {"is": "a"})], now=clock.now())
    inbox.put(LANE, [Item("MUG", "delete", second, {"is": "b"})], now=clock.now())
    found = row("MUG")
    assert found["version"] == max(first, second)
    assert (found["payload"], found["operation"]) == (
        f'{{"is": "{kept}"}}',
        {"a": "upsert", "b": "delete"}[kept],
    )


def test_changes_of_one_record_in_one_put_are_folded_and_counted(any_app: Flask, clock: FakeClock) -> None:
    items = [Item("MUG", version=2, payload={"n": 2}), Item("CUP"), Item("MUG", version=3), Item("MUG", version=1)]
    assert inbox.put(LANE, items, now=clock.now()) == Accepted(2, 2)
    assert (row("MUG")["version"], row("MUG")["merged"]) == (3, 2)
    assert inbox.put(LANE, items, now=clock.now()) == Accepted(0, 4)
    assert (row("MUG")["version"], row("MUG")["merged"]) == (3, 5)


def test_a_running_message_is_never_touched(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG", version=1)
    take(clock)
    before = row("MUG")
    assert put(clock, "MUG", version=2) == Accepted(1, 0)
    assert rows(key="MUG")[0] == before
    assert row("MUG")["status"] == "pending"


def test_a_person_lifts_what_waits_to_the_front_and_to_now(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG", version=9)
    message = take(clock)[0]
    settle(unit(message), done([message], Retry("503", after=600)), Policy(), now=clock.now())
    assert row("MUG")["available_at"] == after(clock, 600)
    put(clock, "MUG", version=10)
    assert row("MUG")["available_at"] == after(clock, 600), "a push does not shorten what the store asked for"
    put(clock, "MUG", priority=URGENT, user="otto", origin="person")
    found = row("MUG")
    assert (found["priority"], found["user"], found["origin"], found["version"]) == (0, "otto", "person", 10)
    assert found["available_at"] == clock.now()


def test_lanes_do_not_mix(any_app: Flask, clock: FakeClock) -> None:
    for lane in (LANE, Lane("DEMO", "inventory", "erp_to_store"), Lane("DEMO", "price", "store_to_erp")):
        assert put(clock, "MUG", lane=lane) == Accepted(1, 0)
    assert len(rows()) == 3


def test_a_put_joins_the_callers_transaction(any_app: Flask, clock: FakeClock) -> None:
    bell = Rung()
    with pytest.raises(ZeroDivisionError), db.write() as connection:
        inbox.put(LANE, [Item("MUG")], connection=connection, now=clock.now(), bell=bell)
        raise ZeroDivisionError
    assert rows() == [] and counted("accepted") == 0
    with db.write() as connection:
        inbox.put(LANE, [Item("MUG")], connection=connection, now=clock.now(), bell=bell)
    assert len(rows()) == 1
    assert bell.lanes == [], "only the owner knows when the commit is through"


def test_the_bell_rings_after_the_commit(any_app: Flask, clock: FakeClock) -> None:
    seen = []

    class Looking:
        def ring(self, lane: Lane) -> None:
            seen.append((lane, len(rows())))

    inbox.put(LANE, [Item("MUG")], now=clock.now(), bell=Looking())
    assert seen == [(LANE, 1)]


def test_what_is_put_and_merged_is_counted_by_the_minute(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG", "CUP")
    put(clock, "MUG")
    clock.advance(60)
    put(clock, "JAR")
    stats = rows(MinuteStat)
    assert [(each["accepted"], each["merged"]) for each in sorted(stats, key=lambda each: each["minute"])] == [
        (3, 1),
        (1, 0),
    ]
    assert stats[-1]["minute"] == micros(clock.now()) // 60_000_000


def test_thousands_of_changes_go_in_at_once(any_app: Flask, clock: FakeClock) -> None:
    keys = [f"SKU-{number:05}" for number in range(2500)]
    assert put(clock, *keys) == Accepted(2500, 0)
    assert put(clock, *keys[:1200], "NEW") == Accepted(1, 1200)
    assert len(rows()) == 2501


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "\ud800"])
def test_a_key_that_no_database_can_keep_is_refused_and_nothing_is_put(
    any_app: Flask, clock: FakeClock, key: str
) -> None:
    with pytest.raises(ValueError):
        inbox.put(LANE, [Item("MUG"), Item(key)], now=clock.now())
    assert rows() == []


def test_strange_keys_and_payloads_come_back_as_they_were(any_app: Flask, clock: FakeClock) -> None:
    strange = ["ÄÖ ü/%?#", "'; DROP TABLE message; --", '{"a": [1]}', "\u202e\U0001f600", ":now %(now)s %s"]
    inbox.put(LANE, [Item(key, payload={"text": key, "bad": "\ud800 \x00"}) for key in strange], now=clock.now())
    claimed = {message.key: message for message in take(clock)}
    assert set(claimed) == set(strange)
    assert all(message.payload["text"] == key for key, message in claimed.items())


def test_putting_nothing_is_fine(any_app: Flask, clock: FakeClock) -> None:
    assert inbox.put(LANE, [], now=clock.now()) == Accepted(0, 0)
