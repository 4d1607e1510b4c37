"""From pending to running: in order, once for each record, under a lease and an epoch."""

from __future__ import annotations

import threading

from flask import Flask
from sqlalchemy import inspect

from connector.clock import FakeClock
from connector.db import db
from connector.queue import inbox
from connector.queue.inbox import Item
from connector.queue.lanes import Lane
from connector.queue.models import URGENT
from connector.queue.working import claim, takeover
from tests.queueing import LANE, after, attempts, put, row, rows, statuses, take


def keys(messages: list[claim.Claimed]) -> list[str]:
    return [message.key for message in messages]


def test_a_claim_says_everything_about_its_message(any_app: Flask, clock: FakeClock) -> None:
    inbox.put(LANE, [Item("MUG", "delete", 7, {"n": 1})], origin="poll", user="otto", now=clock.now())
    put_at = clock.now()
    clock.advance(2)
    [message] = take(clock, worker="anna")
    assert (message.lane, message.key, message.operation, message.version) == (LANE, "MUG", "delete", 7)
    assert (message.payload, message.attempts, message.epoch, message.origin) == ({"n": 1}, 0, 1, "poll")
    assert (message.priority, message.user, message.created_at) == (5, "otto", put_at)
    found = row("MUG")
    assert (found["status"], found["worker"], found["epoch"], found["attempts"]) == ("running", "anna", 1, 0)
    assert (found["started_at"], found["lease_until"]) == (clock.now(), after(clock, 30))


def test_messages_are_claimed_in_order_of_their_time_up_to_the_limit(any_app: Flask, clock: FakeClock) -> None:
    for key in ("C", "A", "B"):
        put(clock, key)
        clock.advance(1)
    assert keys(take(clock, 2)) == ["C", "A"]
    assert keys(take(clock, 2)) == ["B"]
    assert take(clock) == []


def test_urgent_messages_come_first(any_app: Flask, clock: FakeClock) -> None:
    put(clock, *"ABC")
    clock.advance(1)
    put(clock, "Z", priority=URGENT)
    assert keys(take(clock, 2)) == ["Z", "A"]
    put(clock, "Y", priority=URGENT)
    assert keys(take(clock, 5, urgent_only=True)) == ["Y"]


def test_what_is_not_available_yet_is_left_alone(any_app: Flask, clock: FakeClock) -> None:
    inbox.put(LANE, [Item("MUG")], now=after(clock, 10))
    assert take(clock) == []
    clock.advance(10)
    assert keys(take(clock)) == ["MUG"]


def test_a_record_that_is_running_is_passed_over_and_holds_nobody_up(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A")
    take(clock)
    put(clock, "A", "B")
    assert keys(take(clock)) == ["B"]
    assert statuses()["A"] == ["running", "pending"]


def test_lanes_are_claimed_apart(any_app: Flask, clock: FakeClock) -> None:
    other = Lane("DEMO", "inventory", "erp_to_store")
    put(clock, "A")
    put(clock, "A", lane=other)
    assert [(message.lane, message.key) for message in take(clock, lane=other)] == [(other, "A")]
    assert keys(take(clock)) == ["A"]


def test_a_claim_may_go_on_behind_the_last_one(any_app: Flask, clock: FakeClock) -> None:
    put(clock, *"ABCDE")
    first = take(clock, 2)
    second = take(clock, 2, after=first[-1].mark)
    assert (keys(first), keys(second)) == (["A", "B"], ["C", "D"])
    assert take(clock, 2, after=(second[-1].available, second[-1].id + 1)) == []


def test_a_claim_takes_nothing_from_after_its_horizon_but_what_is_urgent(any_app: Flask, clock: FakeClock) -> None:
    horizon = clock.now()
    put(clock, "OLD")
    clock.advance(1)
    put(clock, "NEW")
    put(clock, "PERSON", priority=URGENT)
    assert keys(take(clock, horizon=horizon)) == ["PERSON", "OLD"]


def test_many_claimants_at_once_never_get_the_same_message(any_app: Flask, clock: FakeClock) -> None:
    put(clock, *(f"SKU-{number:03}" for number in range(200)))
    got: list[str] = []

    def work() -> None:
        with any_app.app_context():
            while messages := take(clock, 7):
                got.extend(keys(messages))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got) == sorted(set(got)) and len(got) == 200


def test_a_lease_is_renewed_while_it_is_ours(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B")
    messages = take(clock)
    clock.advance(20)
    ids = {message.id for message in messages}
    assert claim.renew(messages, until=after(clock, 30)) == ids == claim.ours(messages)
    assert row("A")["lease_until"] == after(clock, 30)
    clock.advance(20)
    assert claim.reclaim(clock.now()) == claim.Reclaimed()


def test_a_message_that_was_taken_over_is_no_longer_ours(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B")
    [first, second] = take(clock)
    clock.advance(20)
    claim.renew([second], until=after(clock, 30))
    clock.advance(11)
    assert claim.reclaim(clock.now()).requeued == 1
    [again] = take(clock, worker="other")
    assert (again.key, again.epoch, again.deaths) == ("A", 3, 1), "take-over and claim have added one each"
    assert claim.ours([first, second]) == {second.id}
    assert claim.renew([first, second], until=after(clock, 30)) == {second.id}
    assert claim.ours([again]) == {again.id}


def test_what_a_dead_worker_held_goes_back_and_is_logged(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A")
    take(clock, worker="dead")
    clock.advance(31)
    result = claim.reclaim(clock.now())
    assert result == claim.Reclaimed(1, 0, 0, frozenset({LANE}))
    found = row("A")
    assert (found["status"], found["deaths"], found["attempts"], found["available_at"]) == (
        "pending",
        1,
        0,
        clock.now(),
    )
    assert "taken over" in found["reason"]
    [lost] = attempts(message_id=found["id"])
    assert (lost["outcome"], lost["error"]) == ("retry", "Worker dead did not renew its lease.")


def test_a_living_lease_is_left_alone(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A")
    take(clock)
    clock.advance(30)
    assert claim.reclaim(clock.now()) == claim.Reclaimed()


def test_a_dead_workers_message_gives_way_to_a_newer_change(any_app: Flask, clock: FakeClock) -> None:
    inbox.put(LANE, [Item("A", version=1)], now=clock.now())
    take(clock)
    inbox.put(LANE, [Item("A", version=2, payload={"n": 2})], now=clock.now())
    clock.advance(31)
    assert claim.reclaim(clock.now())[:3] == (0, 1, 0)
    assert statuses() == {"A": ["superseded", "pending"]}
    older, newer = rows()
    assert older["reason"] == f"A newer change of the record took its place (message {newer['id']})."
    assert (newer["version"], newer["payload"], newer["merged"]) == (2, '{"n": 2}', 1)


def test_what_the_older_message_knew_better_is_not_lost(any_app: Flask, clock: FakeClock) -> None:
    inbox.put(LANE, [Item("A", version=5, payload={"n": 5})], now=clock.now(), priority=URGENT, origin="person")
    take(clock)
    first = clock.now()
    clock.advance(31)
    inbox.put(LANE, [Item("A", version=3, payload={"n": 3})], now=clock.now())
    claim.reclaim(clock.now())
    newer = row("A")
    assert (newer["version"], newer["payload"], newer["priority"], newer["origin"]) == (5, '{"n": 5}', 0, "person")
    assert (newer["created_at"], newer["deaths"]) == (first, 0)


def test_the_third_death_puts_a_message_aside(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "POISON")
    for deaths in (1, 2, 3):
        messages = take(clock)
        claim.begin(messages, now=clock.now())
        clock.advance(31)
        claim.reclaim(clock.now())
        assert row("POISON")["deaths"] == deaths
    found = row("POISON")
    assert (found["status"], found["reason"]) == ("held", "Put aside: 3 workers stopped while they had it in hand.")
    assert found["settled_at"] == clock.now()
    assert [each["outcome"] for each in attempts()] == ["retry", "retry", "held"]
    assert take(clock) == []


def test_a_bystander_that_was_not_begun_is_not_blamed_twice(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "INNOCENT")
    for _ in range(5):
        take(clock)  # claimed ahead, never begun
        clock.advance(31)
        claim.reclaim(clock.now())
    assert (row("INNOCENT")["status"], row("INNOCENT")["deaths"]) == ("pending", 1)


def test_many_dead_messages_are_taken_over_in_one_go(any_app: Flask, clock: FakeClock) -> None:
    put(clock, *(f"SKU-{number:04}" for number in range(1200)))
    assert len(take(clock, 1200)) == 1200
    clock.advance(31)
    assert claim.reclaim(clock.now()).requeued == 1200


def test_what_was_claimed_and_not_begun_is_handed_back(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B")
    [first, second] = take(clock)
    assert takeover.hand_back([(first.id, first.epoch), (second.id, second.epoch + 7)], clock.now()) == 1
    assert statuses() == {"A": ["pending"], "B": ["running"]}
    assert (row("A")["deaths"], row("A")["attempts"], row("A")["lease_until"]) == (0, 0, None)


def test_no_two_rows_of_a_record_can_be_pending_or_running(any_app: Flask, clock: FakeClock) -> None:
    names = {index["name"] for index in inspect(db.engine).get_indexes("message")}
    assert {"ux_message_pending", "ux_message_running"} <= names
