"""The window of a lane: check, work, sleep; batches; urgency; leases; and an end that cuts nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Fail, Refused, Retry, Skip, Wait
from connector.queue import inbox
from connector.queue.inbox import Item
from connector.queue.models import URGENT
from connector.queue.runner import open_run
from connector.queue.wake import Bell
from connector.queue.working import claim, settle
from connector.queue.working.policy import Policy
from connector.queue.working.window import Window
from connector.queue.working.work import Report, Unit, Verdict
from tests.queueing import LANE, Script, attempts, counted, done, put, row, rows, statuses, take, window
from tests.queueing import runs as run_rows

GUARD = 30.0  # seconds after which a test that waits for another thread has failed


class Events(FakeClock):
    """A clock on which things happen while somebody sleeps: `at(seconds, what)`, counted from now."""

    def __init__(self) -> None:
        super().__init__()
        self._plan: list[tuple[float, Callable[[], object]]] = []

    def at(self, seconds: float, what: Callable[[], object]) -> None:
        self._plan.append((self.monotonic() + seconds, what))
        self._plan.sort(key=lambda entry: entry[0])

    def wait(self, event: threading.Event, seconds: float) -> bool:
        end = self.monotonic() + seconds
        while self._plan and self._plan[0][0] <= end and not event.is_set():
            moment, what = self._plan.pop(0)
            self.advance(max(0.0, moment - self.monotonic()))
            what()
        if event.is_set():
            return True
        self.slept.append(end - self.monotonic())
        self.advance(max(0.0, end - self.monotonic()))
        return event.is_set()


@pytest.fixture
def clock() -> Events:
    return Events()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does; fails after GUARD seconds."""
    pause = threading.Event()
    for _ in range(int(GUARD / 0.002)):
        if condition():
            return
        pause.wait(0.002)
    raise AssertionError("it never happened")


# --- QUE-05, 06, 07: the loop of a launch -----------------------------------------------------------------


def test_an_empty_queue_is_looked_at_about_ten_times_in_fifty_seconds(any_app: Flask, clock: Events) -> None:
    begin = clock.monotonic()
    result = window(clock, Script(), Policy(check_time=50, sleep_time=5), until_empty=False)
    assert result.passes == 10
    assert clock.monotonic() - begin == pytest.approx(50)
    assert result.run_id is None and run_rows() == [], "a window that does nothing leaves no run behind"


def test_a_sleep_as_long_as_the_window_is_one_pass(any_app: Flask, clock: Events) -> None:
    assert window(clock, Script(), Policy(check_time=50, sleep_time=59), until_empty=False).passes == 1


def test_a_launch_between_two_minutes_has_the_rest_of_the_minute(any_app: Flask, clock: Events) -> None:
    begin = clock.monotonic()
    window(clock, Script(), Policy(check_time=50, sleep_time=5), until_empty=False, check_time=7)
    assert clock.monotonic() - begin == pytest.approx(7)


def test_what_comes_in_silently_is_sent_at_the_next_look(any_app: Flask, clock: Events) -> None:
    clock.at(11, lambda: put(clock, "MUG"))
    sent: list[float] = []
    begin = clock.monotonic()
    work = Script(lambda message: sent.append(clock.monotonic() - begin))
    window(clock, work, Policy(check_time=50, sleep_time=5), until_empty=False)
    assert work.keys == ["MUG"] and 11 <= sent[0] <= 16


def test_a_ring_starts_the_next_look_at_once(any_app: Flask, clock: Events) -> None:
    bell, sent = Bell(), list[float]()
    begin = clock.monotonic()
    clock.at(11, lambda: put(clock, "MUG", bell=bell))
    work = Script(lambda message: sent.append(clock.monotonic() - begin))
    window(clock, work, Policy(check_time=50, sleep_time=5), until_empty=False, bell=bell)
    assert sent == [pytest.approx(11, abs=0.1)]


def test_work_is_never_cut_and_the_window_ends_after_it(any_app: Flask, clock: Events) -> None:
    put(clock, "SLOW")
    bell = Bell()

    def slow(message: claim.Claimed) -> None:
        clock.advance(20)  # three of them outlast the window; the leases are renewed by a thread of their own
        inbox.put(LANE, [Item("LATER")], now=clock.now())

    work = Script(lambda message: slow(message) if message.key == "SLOW" else None)
    policy = Policy(check_time=15, sleep_time=5, lease_seconds=300)
    result = window(clock, lambda unit: inside(any_app, work, unit), policy, until_empty=False, bell=bell)
    assert result.succeeded == 1 and statuses() == {"SLOW": ["succeeded"], "LATER": ["pending"]}


def inside(app: Flask, work: Callable[[Unit], Report], unit: Unit) -> Report:
    """Work that needs the database brings its own application context."""
    with app.app_context():
        return work(unit)


def test_a_retry_is_taken_when_it_is_due_and_not_only_at_the_next_look(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")
    tries: list[float] = []
    begin = clock.monotonic()

    def say(message: claim.Claimed) -> Retry | None:
        tries.append(clock.monotonic() - begin)
        return Retry("429", after=7) if len(tries) == 1 else None

    window(clock, Script(say), Policy(check_time=50, sleep_time=5, retry_interval=1), until_empty=False)
    assert tries == [pytest.approx(0, abs=0.1), pytest.approx(7, abs=0.1)]


def test_failed_messages_are_not_touched_again(any_app: Flask, clock: Events) -> None:
    """QUE-04: scheduler runs after the failure issue no call for that message."""
    put(clock, "MUG")
    work = Script(lambda message: Fail("No."))
    for _ in range(3):
        window(clock, work, Policy(check_time=50, sleep_time=5), until_empty=False)
        clock.advance(3600)
    assert work.keys == ["MUG"] and row("MUG")["status"] == "failed"


def test_an_interval_of_zero_tries_again_in_the_next_pass(any_app: Flask, clock: Events) -> None:
    put(clock, "A", "B")
    work = Script(lambda message: Retry("500"))
    result = window(clock, work, Policy(retry_count=3, retry_interval=0, parallel=1))
    assert work.keys == ["A", "B", "A", "B", "A", "B"]
    assert result.failed == 2 and statuses() == {"A": ["failed"], "B": ["failed"]}


# --- QUE-01, 02, 10: batches --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pending", "threshold", "batch", "sizes"),
    [
        (50, 25, 25, [25, 25]),
        (50, 25, 5, [5] * 10),
        (25, 25, 5, [1] * 25),
        (26, 25, 5, [5] * 5 + [1]),
        (1, 0, 5, [1]),
        (7, 2, 5, [5, 2]),
    ],
)
def test_a_pass_makes_the_calls_that_the_settings_say(
    any_app: Flask, clock: Events, pending: int, threshold: int, batch: int, sizes: list[int]
) -> None:
    put(clock, *(f"SKU-{number:02}" for number in range(pending)))
    work = Script()
    window(clock, work, Policy(threshold=threshold, batch=batch, batchable=True))
    assert [len(unit) for unit in work.units] == sizes
    assert sorted(work.keys) == [f"SKU-{number:02}" for number in range(pending)]
    assert counted("saved") == sum(size - 1 for size in sizes)


@pytest.mark.parametrize("off", [{"batchable": False}, {"batch_mode": False}])
def test_without_batches_everything_goes_singly(any_app: Flask, clock: Events, off: dict[str, Any]) -> None:
    put(clock, *(f"SKU-{number}" for number in range(12)))
    work = Script()
    window(clock, work, Policy(**{"threshold": 2, "batch": 5, "batchable": True, **off}))
    assert [len(unit) for unit in work.units] == [1] * 12


def test_a_bug_in_a_batch_fails_only_the_message_that_has_it(any_app: Flask, clock: Events) -> None:
    put(clock, *"ABCDE")

    def work(unit: Unit) -> Report:
        if any(message.key == "C" for message in unit.messages):
            raise ZeroDivisionError("poison")
        return done(unit.messages)

    result = window(clock, work, Policy(threshold=0, batch=5, batchable=True))
    assert statuses() == {key: ["failed" if key == "C" else "succeeded"] for key in "ABCDE"}
    assert (result.messages, result.succeeded, result.failed) == (5, 4, 1)
    batch, *singles = attempts()
    assert (batch["kind"], batch["outcome"]) == ("batch", "failed") and "ZeroDivisionError" in batch["error"]
    assert batch["summary"] == "5 messages, now tried one by one"
    assert [each["kind"] for each in singles] == ["single"] * 5


def test_a_library_that_calls_exit_fails_its_message_and_nothing_else(any_app: Flask, clock: Events) -> None:
    put(clock, "A", "B")

    def work(unit: Unit) -> Report:
        if unit.messages[0].key == "A":
            raise SystemExit(3)
        return done(unit.messages)

    window(clock, work)
    assert statuses() == {"A": ["failed"], "B": ["succeeded"]}
    assert "SystemExit" in row("A")["error"]


# --- threads and order ------------------------------------------------------------------------------------


def test_as_many_units_run_at_once_as_the_policy_says(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number}" for number in range(12)))
    together = threading.Barrier(4)
    running, most, lock = [0], [0], threading.Lock()

    def work(unit: Unit) -> Report:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(GUARD)  # breaks, and the test fails, when fewer than four run at once
        with lock:
            running[0] -= 1
        return done(unit.messages)

    assert window(clock, work, Policy(parallel=4)).succeeded == 12
    assert most == [4]


def test_a_change_of_a_running_record_runs_after_it_and_not_beside_it(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG", version=1)
    bell, running, seen = Bell(), set[str](), list[int]()

    def work(unit: Unit) -> Report:
        [message] = unit.messages
        assert message.key not in running
        running.add(message.key)
        if message.version == 1:
            with any_app.app_context():
                put(clock, "MUG", version=2, bell=bell)
                put(clock, "OTHER", bell=bell)
            until(lambda: "OTHER" in finished)
        running.discard(message.key)
        seen.append(message.version)
        finished.append(message.key)
        return done(unit.messages)

    finished: list[str] = []
    window(clock, work, Policy(parallel=4), bell=bell)
    assert finished == ["OTHER", "MUG", "MUG"], "a slow record holds up only itself"
    assert seen == [0, 1, 2]
    assert statuses() == {"MUG": ["succeeded", "succeeded"], "OTHER": ["succeeded"]}


def test_a_person_never_waits_behind_more_than_the_unit_in_work(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"BULK-{number:03}" for number in range(300)))
    bell, order = Bell(), list[str]()

    def work(unit: Unit) -> Report:
        order.append(unit.messages[0].key)
        if len(order) == 5:
            with any_app.app_context():
                put(clock, "PERSON", priority=URGENT, origin="person", bell=bell)
                until(lambda: row("PERSON")["status"] == "running")
                until(lambda: crew()._urgent.__len__() > 0)
        return done(unit.messages)

    made = Window(
        LANE, work, Policy(parallel=1), worker="w", clock=clock, bell=bell, stop=threading.Event(), mode="manual"
    )
    crew = lambda: made._crew  # noqa: E731
    made.run(None)
    assert order.index("PERSON") == 5 and len(order) == 301


def test_a_person_goes_before_everything_that_waits(any_app: Flask, clock: Events) -> None:
    put(clock, *"ABC")
    clock.advance(1)
    put(clock, "PERSON", priority=URGENT)
    work = Script()
    window(clock, work, Policy(threshold=0, batch=3, batchable=True))
    assert work.units == [["PERSON"], ["A", "B", "C"]]


def test_records_keep_the_order_in_which_they_came(any_app: Flask, clock: Events) -> None:
    for number in range(40):
        put(clock, f"SKU-{number:02}")
        clock.advance(0.001)
    work = Script()
    window(clock, work)
    assert work.keys == sorted(work.keys)


# --- stopping ---------------------------------------------------------------------------------------------


def test_stopping_ends_the_unit_in_work_and_hands_the_rest_back(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number:02}" for number in range(50)))
    stop = threading.Event()

    def work(unit: Unit) -> Report:
        stop.set()
        return done(unit.messages)

    result = window(clock, work, Policy(parallel=1), stop=stop)
    assert 1 <= result.succeeded <= 3, "at most what was begun while the window noticed"
    found = [status for [status] in statuses().values()]
    assert (found.count("succeeded"), found.count("pending")) == (result.succeeded, 50 - result.succeeded)
    assert all(each["deaths"] == each["attempts"] == 0 for each in rows(status="pending"))


def test_a_stopped_window_does_not_begin(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")
    stop, work = threading.Event(), Script()
    stop.set()
    assert window(clock, work, stop=stop).messages == 0 and work.units == []


def test_stopping_wakes_a_sleeping_window(any_app: Flask, clock: Events) -> None:
    stop, bell = threading.Event(), Bell()
    clock.at(3, lambda: (stop.set(), bell.stir()))
    begin = clock.monotonic()
    window(clock, Script(), Policy(check_time=50, sleep_time=20), until_empty=False, stop=stop, bell=bell)
    assert clock.monotonic() - begin == pytest.approx(3)


def test_refused_credentials_stop_the_window(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number:03}" for number in range(200)))
    work = Script(lambda message: Refused("401: wrong password"))
    window(clock, work, Policy(parallel=1), until_empty=False)
    assert len(work.keys) < 10, "it stops calling"
    assert {each["status"] for each in rows()} == {"pending"} and {each["attempts"] for each in rows()} == {0}


# --- leases, take-over, the fence -------------------------------------------------------------------------


def test_leases_are_renewed_while_long_work_goes_on(any_app: Flask, clock: Events) -> None:
    put(clock, "LONG")
    seen = []

    def work(unit: Unit) -> Report:
        with any_app.app_context():
            for _ in range(5):  # 100 seconds, more than three leases
                clock.advance(20)
                made.hand.beat()  # what the thread does every ten seconds of real time
                seen.append(claim.reclaim(clock.now()))
        assert unit.ours() == {message.id for message in unit.messages}
        return done(unit.messages)

    made = Window(LANE, work, Policy(lease_seconds=30), worker="w", clock=clock, bell=Bell(), stop=threading.Event())
    made.run(None)
    assert set(seen) == {claim.Reclaimed()} and statuses() == {"LONG": ["succeeded"]}


def test_the_thread_renews_by_itself(any_app: Flask, clock: Events) -> None:
    put(clock, "LONG")
    lease = []

    def work(unit: Unit) -> Report:
        with any_app.app_context():
            lease.append(row("LONG")["lease_until"])
            clock.advance(0.1)
            until(lambda: row("LONG")["lease_until"] > lease[0])
        return done(unit.messages)

    window(clock, work, Policy(lease_seconds=0.3))
    assert statuses() == {"LONG": ["succeeded"]}


def test_a_window_takes_over_what_a_killed_worker_held(any_app: Flask, clock: Events) -> None:
    put(clock, "A", "B")
    take(clock, 1, worker="killed")
    work = Script()
    window(clock, work)
    assert work.keys == ["B"], "the lease is still alive"
    clock.advance(31)
    window(clock, work)
    assert work.keys == ["B", "A"] and statuses() == {"A": ["succeeded"], "B": ["succeeded"]}


def test_a_worker_that_slept_past_its_lease_is_told_so_and_settles_nothing(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")

    def work(unit: Unit) -> Report:
        assert unit.ours() == {unit.messages[0].id}
        with any_app.app_context():
            clock.advance(31)  # SIGSTOP
            claim.reclaim(clock.now())
            [message] = take(clock, worker="other")
            assert unit.ours() == set()
            settle.settle(Unit(LANE, (message,), unit.ours), done([message]), Policy(), now=clock.now())
        return Report([Verdict(unit.messages[0].id, Skip("Another worker has it."))])

    result = window(clock, work)
    assert (result.succeeded, result.skipped) == (0, 0)
    assert row("MUG")["status"] == "succeeded"
    assert [each["outcome"] for each in attempts()] == ["retry", "succeeded", "fenced"]


def test_suspects_are_tried_in_ever_smaller_company(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number:02}" for number in range(25)))
    take(clock, 25)
    clock.advance(31)
    claim.reclaim(clock.now())
    messages = take(clock, 25)
    claim.begin(messages[:2], now=clock.now())
    clock.advance(31)
    claim.reclaim(clock.now())
    assert sorted(each["deaths"] for each in rows()) == [1] * 23 + [2] * 2
    put(clock, "NEW")
    work = Script()
    window(clock, work, Policy(threshold=0, batch=25, batchable=True, parallel=1))
    sizes = sorted(len(unit) for unit in work.units)
    assert sizes == [1, 1, 1, 3, 5, 5, 5, 5], "the new one and two that were near two deaths are alone"
    assert {each["status"] for each in rows()} == {"succeeded"}


def test_many_suspects_are_not_all_claimed_ahead(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number:03}" for number in range(120)))
    for _ in range(2):
        claim.begin(take(clock, 120), now=clock.now())
        clock.advance(31)
        claim.reclaim(clock.now())
    put(clock, *(f"NEW-{number:02}" for number in range(20)))
    most = []

    def work(unit: Unit) -> Report:
        with any_app.app_context():
            most.append(len(rows(status="running")))
        clock.advance(1)
        return done(unit.messages)

    assert window(clock, work, Policy(parallel=2)).succeeded == 140
    assert max(most) <= 8


def test_a_message_that_kills_its_workers_is_put_aside_and_its_neighbours_get_through(
    any_app: Flask, clock: Events
) -> None:
    put(clock, *(f"SKU-{number}" for number in range(5)), "POISON")
    lives = 0
    while any(each["status"] == "pending" for each in rows()) and lives < 20:
        lives += 1
        if killed_in(any_app, clock):
            clock.advance(31)
            claim.reclaim(clock.now())
    assert row("POISON")["status"] == "held"
    assert {each["status"] for each in rows() if each["key"] != "POISON"} == {"succeeded"}


def killed_in(app: Flask, clock: Events) -> bool:
    """One life of a worker: it dies without a word as soon as POISON is in a unit of its."""
    policy = Policy(threshold=0, batch=6, batchable=True)
    made = Window(LANE, Script(), policy, worker="w", clock=clock, bell=Bell(), stop=threading.Event())
    dead = threading.Event()

    def perform(unit: Unit) -> list[Any]:
        if any(message.key == "POISON" for message in unit.messages):
            dead.set()
            raise_in_coordinator.append(True)
        return real(unit)

    raise_in_coordinator: list[bool] = []
    real = made._crew._perform
    collect = made._crew.collect

    def collecting(seconds: float | None) -> Any:
        answer = collect(seconds)
        if dead.is_set():
            raise KeyboardInterrupt
        return answer

    made._crew._perform = perform  # type: ignore[method-assign]
    made._crew.collect = collecting  # type: ignore[method-assign]
    made._wind_down = made._crew.close  # type: ignore[method-assign] # a killed process tidies nothing up
    try:
        made.run(None)
    except KeyboardInterrupt:
        return True
    return False


# --- when the database is away ----------------------------------------------------------------------------


def test_a_database_that_restarts_is_waited_for(any_app: Flask, clock: Events, monkeypatch: Any) -> None:
    put(clock, "A", "B")
    real, failures = settle.settle_all, [3]

    def failing(*args: Any, **options: Any) -> Any:
        if failures[0]:
            failures[0] -= 1
            raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))
        return real(*args, **options)

    monkeypatch.setattr(settle, "settle_all", failing)
    assert window(clock, Script()).succeeded == 2
    assert [pause for pause in clock.slept if pause == 0.25] == [0.25] * 3


def test_a_database_that_stays_away_ends_the_window(any_app: Flask, clock: Events, monkeypatch: Any) -> None:
    put(clock, "A")

    def failing(*args: Any, **options: Any) -> Any:
        raise OperationalError("UPDATE", {}, Exception("no such host"))

    monkeypatch.setattr(settle, "settle_all", failing)
    with pytest.raises(OperationalError):
        window(clock, Script())
    monkeypatch.undo()
    clock.advance(31)
    assert window(clock, Script()).succeeded == 1


# --- LOG-08: runs -----------------------------------------------------------------------------------------


def test_a_window_that_did_something_is_a_run(any_app: Flask, clock: Events) -> None:
    put(clock, *"ABCD")
    words = {"A": Skip("Unchanged."), "B": Fail("No.")}
    begin = clock.now()
    result = window(clock, Script(lambda message: words.get(message.key)), Policy(check_time=5), until_empty=False)
    [found] = run_rows()
    assert found["id"] == result.run_id
    assert (found["connector_id"], found["entity"], found["direction"]) == LANE
    assert (found["job"], found["mode"], found["scope"], found["status"]) == ("window", "auto", "complete", "error")
    assert (found["total"], found["done"], found["succeeded"], found["failed"], found["skipped"]) == (4, 4, 2, 1, 1)
    assert (found["calls"], found["details"]) == (4, "2 succeeded, 1 skipped, 1 failed")
    assert found["started_at"] == begin and found["finished_at"] == clock.now()
    assert {each["run_id"] for each in attempts()} == {found["id"]}


@pytest.mark.parametrize(
    ("word", "status"),
    [(None, "success"), (Skip("Unchanged."), "success"), (Retry("503"), "notice"), (Fail("No."), "error")],
)
def test_a_run_says_how_it_ended(any_app: Flask, clock: Events, word: Any, status: str) -> None:
    put(clock, "MUG")
    window(clock, Script(lambda message: word))
    assert run_rows()[0]["status"] == status


def test_what_a_person_starts_is_a_run_even_when_there_is_nothing(any_app: Flask, clock: Events) -> None:
    result = window(clock, Script(), mode="manual", user="otto")
    [found] = run_rows()
    assert (found["id"], found["mode"], found["user"], found["status"]) == (result.run_id, "manual", "otto", "notice")
    assert found["details"] == "Nothing was ready."


def test_a_run_that_was_opened_before_is_gone_on_with(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")
    run_id = open_run(LANE, mode="manual", user="otto", now=clock.now())
    assert window(clock, Script(), mode="manual", user="otto", run_id=run_id).run_id == run_id
    assert [(each["status"], each["done"]) for each in run_rows()] == [("success", 1)]


def test_a_run_shows_its_progress(any_app: Flask, clock: Events) -> None:
    put(clock, *(f"SKU-{number}" for number in range(20)))
    seen: list[tuple[int, int]] = []

    def work(unit: Unit) -> Report:
        clock.advance(0.6)
        with any_app.app_context():
            seen.extend((each["done"], each["total"]) for each in run_rows())
        return done(unit.messages)

    window(clock, work)
    assert {total for _, total in seen} == {20}
    progress = [number for number, _ in seen]
    assert progress == sorted(progress) and 0 < progress[-1] < 20


def test_the_run_of_a_killed_process_is_closed_by_the_next_window(any_app: Flask, clock: Events) -> None:
    dead = open_run(LANE, now=clock.now())
    manual = open_run(LANE, mode="manual", now=clock.now())
    clock.advance(60)
    window(clock, Script())
    found = {each["id"]: each["status"] for each in run_rows()}
    assert found == {dead: "error", manual: "processing"}, "what a person started runs beside the window"
    clock.advance(86_400)
    window(clock, Script())
    assert {each["status"] for each in run_rows()} == {"error"}


def test_waiting_messages_come_back_when_a_window_begins(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")
    answers = [Wait("Not yet.", for_=("product", "MUG")), None]
    work = Script(lambda message: answers.pop(0))
    window(clock, work)
    assert statuses() == {"MUG": ["waiting"]}
    clock.advance(60)
    window(clock, work)
    assert statuses() == {"MUG": ["succeeded"]} and row("MUG")["attempts"] == 1


def test_the_queue_needs_nothing_from_the_work_but_its_report(any_app: Flask, clock: Events) -> None:
    """The work runs without an application context: whoever needs one brings it."""
    put(clock, "MUG")
    errors = []

    def work(unit: Unit) -> Report:
        try:
            db.engine  # noqa: B018
        except RuntimeError as error:
            errors.append(str(error))
        return done(unit.messages)

    window(clock, work)
    assert len(errors) == 1 and "application context" in errors[0]


def test_blocked_messages_do_not_keep_a_drain_alive(any_app: Flask, clock: Events) -> None:
    put(clock, "MUG")
    take(clock, worker="other")
    put(clock, "MUG")
    assert window(clock, Script()).messages == 0
