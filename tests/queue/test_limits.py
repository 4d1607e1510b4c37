"""The pace of an outside system: places in a process, requests a minute over all of them, urgent ones first."""

from __future__ import annotations

import threading

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.clock import FakeClock
from connector.queue.limits import SharedGate, take_tokens
from connector.queue.models import RateBudget
from connector.systems.base import Gate
from tests.queueing import rows

GUARD = 30.0
NAME = "DEMO/acumatica"


def test_it_is_a_gate_of_the_systems() -> None:
    gate: Gate = SharedGate(NAME, 2)
    with gate.enter(), gate.enter(urgent=True):
        pass


def test_no_more_requests_at_a_time_than_allowed() -> None:
    gate, lock, now, most = SharedGate(NAME, 3), threading.Lock(), [0], [0]
    meet = threading.Barrier(3)

    def request() -> None:
        with gate.enter():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            meet.wait(GUARD)
            with lock:
                now[0] -= 1

    threads = [threading.Thread(target=request) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(GUARD)
    assert most == [3]


def test_urgent_requests_go_before_the_others() -> None:
    gate, order, inside, release = SharedGate(NAME, 1), list[str](), threading.Event(), threading.Event()

    def request(name: str, urgent: bool) -> None:
        with gate.enter(urgent=urgent):
            order.append(name)
            if name == "first":
                inside.set()
                release.wait(GUARD)

    threads = [threading.Thread(target=request, args=["first", False])]
    threads[0].start()
    assert inside.wait(GUARD)
    for number in range(5):
        threads.append(threading.Thread(target=request, args=[f"bulk-{number}", False]))
        threads[-1].start()
    threads.append(threading.Thread(target=request, args=["person", True]))
    threads[-1].start()
    pause = threading.Event()
    while gate._urgent == 0:
        pause.wait(0.001)
    release.set()
    for thread in threads:
        thread.join(GUARD)
    assert order[:2] == ["first", "person"] and len(order) == 7


def test_a_place_is_given_back_when_the_request_fails() -> None:
    gate = SharedGate(NAME, 1)
    for _ in range(3):
        try:
            with gate.enter():
                raise ConnectionError
        except ConnectionError:
            continue
    with gate.enter():
        pass


def test_no_limit_a_minute_asks_nobody() -> None:
    gate = SharedGate(NAME, 1, 0)  # and needs no application context
    for _ in range(1000):
        with gate.enter():
            pass


def test_requests_beyond_the_limit_wait_for_their_turn(any_app: Flask, clock: FakeClock) -> None:
    gate = SharedGate(NAME, 2, 60, clock=clock)
    begin = clock.monotonic()
    for _ in range(121):
        with gate.enter():
            pass
    assert 119 <= clock.monotonic() - begin <= 121


def test_two_processes_share_one_budget(any_app: Flask, clock: FakeClock) -> None:
    gates = [SharedGate(NAME, 1, 120, clock=clock) for _ in range(2)]
    begin = clock.monotonic()
    for number in range(240):
        with gates[number % 2].enter():
            pass
    assert 115 <= clock.monotonic() - begin <= 121


def test_not_every_request_costs_a_transaction(any_app: Flask, clock: FakeClock) -> None:
    gate = SharedGate(NAME, 1, 6000, clock=clock)
    for _ in range(100):
        with gate.enter():
            pass
    assert rows(RateBudget)[0]["tokens"] == 0, "the second's worth of a hundred was taken at once"
    assert clock.slept == []


def test_a_long_silence_saves_up_no_more_than_a_second(any_app: Flask, clock: FakeClock) -> None:
    assert take_tokens(NAME, 600, 100, clock.now())[0] == 10
    clock.advance(3600)
    assert take_tokens(NAME, 600, 100, clock.now())[0] == 10
    taken, pause = take_tokens(NAME, 600, 100, clock.now())
    assert (taken, round(pause, 3)) == (0, 0.1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), max_size=40), st.integers(1, 600))
def test_no_minute_sees_more_than_the_limit_and_a_second(app: Flask, asks: list[tuple[float, int]], limit: int) -> None:
    clock = FakeClock()
    name = f"{limit}-{len(asks)}-{hash(tuple(asks))}"
    given_out: list[tuple[float, int]] = []
    for pause, wanted in asks:
        clock.advance(pause)
        taken, wait = take_tokens(name, limit, wanted, clock.now())
        assert (taken > 0) != (wait > 0)
        given_out.append((clock.monotonic(), taken))
    for moment, _ in given_out:
        minute = sum(taken for at, taken in given_out if moment <= at < moment + 60)
        assert minute <= limit + max(1, limit // 60)
