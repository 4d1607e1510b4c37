"""The promises, against chance: whatever dies, sleeps or comes late, the store ends with what the ERP says.

A small world: a source whose values change, a target that only workers write, and workers that may finish, meet
errors, die, or sleep past their lease and then write what they read long ago. Seeds make it repeatable. The same
checks are run with a safety taken out, and then must fail.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Outcome, Refused, Retry, Skip, Wait
from connector.queue import inbox
from connector.queue.inbox import Item
from connector.queue.models import URGENT, Message
from connector.queue.working import claim, takeover
from connector.queue.working.back import Return, to_pending
from connector.queue.working.claim import Claimed
from connector.queue.working.policy import Policy
from connector.queue.working.safety import sabotaged, safety
from connector.queue.working.settle import settle
from connector.queue.working.work import Report, Verdict
from tests.queueing import LANE, counted, put, rows, statuses, take, unit

KEYS = "ABCDE"
POLICY = Policy(retry_count=50, retry_interval=1)


@dataclass
class World:
    """The ERP, the store, and the hands between them."""

    clock: FakeClock
    chance: random.Random
    source: dict[str, int] = field(default_factory=dict)
    target: dict[str, int] = field(default_factory=dict)
    hands: list[list[tuple[Claimed, int]]] = field(default_factory=list)  # messages with the value that was read
    number: int = 0
    put: int = 0

    def change(self) -> None:
        """The ERP changes something and says so, now and then with an old or a repeated notification beside it."""
        items = []
        for key in self.chance.sample(KEYS, self.chance.randint(1, 3)):
            self.number += 1
            self.source[key] = self.number
            items.append(Item(key, version=self.number))
            if self.chance.random() < 0.3:
                items.append(Item(key, version=max(0, self.number - self.chance.randint(0, 5))))
        self.chance.shuffle(items)
        self._put(items)

    def press(self) -> None:
        """A person presses Sync Now."""
        self._put([Item(self.chance.choice(KEYS))], priority=URGENT, origin="person", user="otto")

    def _put(self, items: list[Item], **options: object) -> None:
        inbox.put(LANE, items, now=self.clock.now(), **options)  # type: ignore[arg-type]
        self.put += len(items)

    def take(self) -> None:
        """A worker claims and reads the source; what it does with it comes later."""
        messages = take(self.clock, self.chance.randint(1, 4))
        keys = [message.key for message in messages]
        assert len(keys) == len(set(keys)), "one worker has a record in hand twice"
        held = {message.key for hand in self.hands for message, _ in hand if message.id in claim.ours([message])}
        assert not held & set(keys), "two workers have one record in hand"
        self.hold(messages)

    def hold(self, messages: list[Claimed]) -> None:
        if messages:
            self.hands.append([(message, self.source.get(message.key, 0)) for message in messages])

    def finish(self) -> None:
        """A worker comes to its end, however late: it writes what it read and settles."""
        if self.hands:
            hand = self.hands.pop(self.chance.randrange(len(self.hands)))
            verdicts = [self._write(message, value) for message, value in hand]
            settle(unit(*(message for message, _ in hand)), Report(verdicts), POLICY, now=self.clock.now())

    def _write(self, message: Claimed, value: int) -> Verdict:
        luck = self.chance.random()
        word: Outcome | None = None
        if luck < 0.1:
            word = Retry("503", after=self.chance.choice([None, 5.0]))
        elif luck < 0.15:
            word = Refused("401")
        elif luck < 0.25:
            word = Wait("Not yet.", for_=("product", message.key))
        elif self.target.get(message.key) == value and message.origin not in ("person", "fenced"):
            word = Skip("Unchanged.")
        else:
            self.target[message.key] = value  # also when the lease is long over: nobody can stop it
            if luck < 0.35:
                word = Retry("The answer was lost.", unknown=True)
        return Verdict(message.id, word, wrote=word is None)

    def die(self) -> None:
        """kill -9: what it held is in nobody's hands."""
        if self.hands:
            self.hands.pop(self.chance.randrange(len(self.hands)))

    def pass_time(self) -> None:
        self.clock.advance(self.chance.choice([0.5, 5, 31, 61]))
        claim.reclaim(self.clock.now())
        takeover.look_again(LANE, self.clock.now())
        if self.chance.random() < 0.2:  # a person lets go on what was put aside
            self._reopen()

    def _reopen(self) -> None:
        held = [row["id"] for row in rows(Message, status="held")]
        with db.write() as connection:
            to_pending(
                connection,
                [Return(id, "Reprocessed.", self.clock.now(), {"deaths": 0}) for id in held],
                now=self.clock.now(),
            )

    def live(self, steps: int) -> None:
        for _ in range(steps):
            step: Callable[[], None] = self.chance.choices(
                [self.change, self.press, self.take, self.finish, self.die, self.pass_time], [4, 1, 6, 5, 1, 2]
            )[0]
            step()

    def settle_down(self) -> None:
        """No more changes, no more trouble: everybody finishes what he has, then the queue is worked off."""
        self.chance = random.Random(0)
        self.chance.random = lambda: 1.0  # type: ignore[method-assign]
        while self.hands:
            self.finish()
        for _ in range(100):
            self.clock.advance(3601)
            claim.reclaim(self.clock.now())
            takeover.look_again(LANE, self.clock.now())
            self._reopen()
            while messages := take(self.clock):
                self.hold(messages)
                self.finish()
            if not {row["status"] for row in rows()} & {"pending", "running", "waiting", "held"}:
                return
        raise AssertionError(f"it never comes to rest: {statuses()}")

    def check(self) -> None:
        wanted = {key: self.source.get(key, 0) for key in self.target}
        assert self.target == wanted, "the store ends with an old value"
        assert set(self.source) <= set(self.target), "a change never arrived"
        assert {row["status"] for row in rows()} <= {"succeeded", "skipped", "superseded"}
        assert all(row["reason"] or row["status"] == "succeeded" for row in rows()), "dropped without a reason"


def live(clock: FakeClock, seed: int, steps: int = 120) -> World:
    world = World(clock, random.Random(seed))
    world.live(steps)
    world.settle_down()
    world.check()
    return world


@pytest.mark.parametrize("seed", range(12))
def test_no_accepted_change_is_lost(any_app: Flask, clock: FakeClock, seed: int) -> None:
    world = live(clock, seed)
    assert counted("accepted") >= world.put
    created = len(rows())
    assert created + counted("merged") == counted("accepted"), "each change is a row, or counted into one"


def stalled_write(clock: FakeClock) -> None:
    """A worker reads 1, sleeps past its lease; the next one writes 2; the first wakes up and writes 1."""
    world = World(clock, random.Random(1))
    world.chance.random = lambda: 1.0  # type: ignore[method-assign]
    world.source["A"] = 1
    put(clock, "A", version=1)
    world.hold(take(clock))
    clock.advance(31)
    claim.reclaim(clock.now())
    world.source["A"] = 2
    put(clock, "A", version=2)
    world.hold(take(clock))
    late, quick = world.hands
    world.hands = [quick]
    world.finish()
    assert world.target == {"A": 2}
    world.hands = [late]
    world.finish()
    assert world.target == {"A": 1}, "nobody can call a request back"
    world.settle_down()
    world.check()


def test_what_a_stalled_worker_writes_is_put_right(any_app: Flask, clock: FakeClock) -> None:
    stalled_write(clock)


def test_without_the_fence_it_is_not(any_app: Flask, clock: FakeClock) -> None:
    with sabotaged("fencing"), pytest.raises(AssertionError, match="the store ends with an old value"):
        stalled_write(clock)


def one_hand_for_each_record(clock: FakeClock) -> None:
    """Changes of one record, before and while it is worked on: one row waits, one hand works."""
    for version in (1, 2, 3):
        put(clock, "A", version=version)
    assert statuses() == {"A": ["pending"]}, "a record that waits already is the same message"
    first = take(clock)
    put(clock, "A", version=4)
    assert take(clock) == [], "two workers have one record in hand"
    settle(unit(*first), Report([Verdict(first[0].id)]), POLICY, now=clock.now())
    assert [message.version for message in take(clock)] == [4]


def test_a_record_waits_once_and_runs_once(any_app: Flask, clock: FakeClock) -> None:
    one_hand_for_each_record(clock)


UNIQUE = ("ux_message_pending", "ux_message_running")


@pytest.fixture
def no_unique_key(any_app: Flask) -> Iterator[None]:
    """The table without its two unique indexes, and code that does not miss them."""
    indexes = [index for index in Message.__table__.indexes if index.name in UNIQUE]  # type: ignore[attr-defined]
    with db.write() as connection:
        for name in UNIQUE:
            connection.exec_driver_sql(f"DROP INDEX {name}")
    with sabotaged("unique_key"):
        yield
    with db.write() as connection:
        connection.exec_driver_sql("DELETE FROM message")
        for index in indexes:
            index.create(connection)


def test_without_the_unique_key_it_does_not(no_unique_key: None, clock: FakeClock) -> None:
    with pytest.raises(AssertionError, match="is the same message"):
        one_hand_for_each_record(clock)


def test_without_the_unique_key_two_workers_get_one_record(no_unique_key: None, clock: FakeClock) -> None:
    with pytest.raises(AssertionError, match="record in hand"):
        live(clock, seed=3)


def test_every_safety_is_in_force_unless_a_test_takes_it_out() -> None:
    assert safety().fencing and safety().unique_key
    with sabotaged("fencing"):
        assert not safety().fencing and safety().unique_key
    assert safety().fencing
    with pytest.raises(ValueError, match="CONNECTOR_SABOTAGE knows"), sabotaged("gravity"):
        pass
