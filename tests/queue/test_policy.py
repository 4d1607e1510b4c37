"""The arithmetic: how many calls a pass makes, and when the next try is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import FakeClock
from connector.errors import Retry
from connector.queue.lanes import Lane
from connector.queue.working.claim import Claimed
from connector.queue.working.endings import Done, endings, fingerprint
from connector.queue.working.policy import Policy, relook
from connector.queue.working.work import Report, Unit, Verdict

NOW = FakeClock().now()


@pytest.mark.parametrize(
    ("pending", "threshold", "batch", "calls"),
    [
        (50, 25, 25, 2),
        (50, 25, 5, 10),
        (25, 25, 5, 25),
        (26, 25, 5, 6),
        (1, 0, 5, 1),
        (7, 2, 5, 2),
        (0, 25, 25, 0),
        (50, 25, 1, 50),
    ],
)
def test_above_the_threshold_all_are_batched_and_none_goes_singly_first(
    pending: int, threshold: int, batch: int, calls: int
) -> None:
    assert Policy(threshold=threshold, batch=batch, batchable=True).units(pending) == calls


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(1, 1000))
def test_batching_never_makes_more_calls_than_messages(pending: int, threshold: int, batch: int) -> None:
    policy = Policy(threshold=threshold, batch=batch, batchable=True)
    assert 1 <= policy.units(pending) <= pending
    assert policy.units(pending) * policy.unit_size(pending) >= pending


@pytest.mark.parametrize("off", [{"batchable": False}, {"batch_mode": False}])
def test_orders_and_a_switched_off_batch_mode_go_one_by_one(off: dict[str, bool]) -> None:
    assert Policy(**{"threshold": 2, "batch": 5, "batchable": True, **off}).units(50) == 50  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pending", "batch", "batchable", "size"),
    [
        (10_000, 1, False, 100),  # read together, written one by one
        (10_000, 25, True, 100),  # several requests out of one reading
        (10_000, 500, True, 500),  # never less than one request
        (120, 1, False, 30),  # shared out among all threads
        (120, 25, True, 50),
        (25, 1, False, 1),
    ],
)
def test_what_is_cheaper_to_read_together_is_handed_out_in_groups(
    pending: int, batch: int, batchable: bool, size: int
) -> None:
    policy = Policy(threshold=25, batch=batch, batchable=batchable, group=100, parallel=4)
    assert policy.unit_size(pending) == size
    assert Policy(threshold=25, batch=batch, batchable=batchable, group=100, batch_mode=False).unit_size(pending) == 1


def delay(policy: Policy, attempts: int, after: float | None = None) -> float:
    return (policy.next_try(attempts, after, NOW) - NOW).total_seconds()


@given(st.integers(1, 60), st.integers(0, 86_400))
def test_a_retry_is_never_earlier_than_the_interval_and_never_later_than_the_cap(attempts: int, interval: int) -> None:
    assert interval <= delay(Policy(retry_interval=interval), attempts) <= max(3600, interval)


@given(st.integers(1, 60), st.floats(0.1, 86_400))
def test_what_the_store_asks_for_is_never_shortened(attempts: int, after: float) -> None:
    assert delay(Policy(retry_interval=30), attempts, after) >= max(30, after) - 1e-6


def test_the_interval_doubles_with_every_try_and_the_moment_is_random() -> None:
    policy = Policy(retry_interval=30)
    tops = [max(delay(policy, attempts) for _ in range(300)) for attempts in (1, 2, 3)]
    assert 50 < tops[0] <= 60 < tops[1] <= 120 < tops[2] <= 240
    assert len({delay(policy, 3) for _ in range(50)}) > 10


def test_an_interval_of_zero_is_the_next_pass() -> None:
    assert delay(Policy(retry_interval=0), 3) == 0


@pytest.mark.parametrize("after", [float("inf"), 1e30, float("nan"), -5.0])
def test_a_senseless_retry_after_makes_no_senseless_date(after: float) -> None:
    assert 30 <= delay(Policy(retry_interval=30), 1, after) <= 7 * 86_400


def test_who_waits_is_looked_at_ever_more_seldom() -> None:
    ages = [0, 30, 300, 86_400]
    looks = [(relook(NOW - timedelta(seconds=age), NOW) - NOW).total_seconds() for age in ages]
    assert looks == [60, 60, 300, 3600]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('The store said: URL key "blue-mug" exists (id 17).', 'The store said: URL key "red-cup" exists (id 18).'),
        ("SKU-1 has no attribute set 'Mugs'", "SKU-22 has no attribute set 'Cups'"),
        ("500 from https://a.example/x?y=1", "503 from https://b.example/z"),
    ],
)
def test_failures_of_one_cause_have_one_fingerprint(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


def test_failures_of_two_causes_have_two() -> None:
    assert fingerprint("The price is missing.") != fingerprint("The name is missing.")
    long = "word " * 40
    assert fingerprint(long + "a") != fingerprint(long + "b")


@given(st.text())
def test_a_fingerprint_fits_its_column(sentence: str) -> None:
    assert len(fingerprint(sentence)) <= 80


@given(interval=st.integers(0, 86_400), age=st.integers(0, 10**7))
def test_who_cannot_be_reached_is_asked_again_after_the_interval_and_not_too_seldom(interval: int, age: int) -> None:
    due = Policy(retry_interval=interval).back(NOW - timedelta(seconds=age), NOW) - NOW
    assert timedelta(seconds=interval) <= due <= timedelta(seconds=max(240, 2 * interval))


def test_what_was_not_begun_is_due_at_once_and_burns_no_try() -> None:
    word = Retry("Its turn had not come when the work was ended.", away=True, after=0)
    message = Claimed(1, Lane("DEMO", "product", "erp_to_store"), "A", attempts=1)
    done = Done(Unit(message.lane, (message,), set), Report([Verdict(1, word)]), NOW, NOW)
    (ending,) = endings(done, Policy(), NOW)
    assert (ending.status, ending.attempts, ending.available_at) == ("pending", 1, NOW)


def test_what_has_gathered_comes_back_on_one_tick() -> None:
    """LIF-17: only so can sixty prices travel in three calls."""
    policy = Policy(retry_interval=30)
    ticks = {policy.back(NOW, NOW + timedelta(seconds=second)) for second in range(30)}
    assert len(ticks) == 1
