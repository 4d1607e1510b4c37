"""Jobs by the clock and windows by the bell: once over all processes, without a restart, to an orderly end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from connector.clock import CLOCK, FakeClock
from connector.db import db
from connector.errors import Retry
from connector.queue import leases, runner
from connector.queue.lanes import Lane
from connector.queue.models import Heartbeat, WindowLease
from connector.queue.scheduler import Job, JobRun, Scheduler, next_run
from connector.queue.wake import Bell
from connector.queue.working import claim
from connector.queue.working.policy import Policy
from tests.queueing import LANE, Script, after, put, rows, seconds, statuses, take

GUARD = 30.0
EVERY_MINUTE = "* * * * *"


class Runs:
    """A job's run function that notes its launches and, when told, stays until it is released or stopped."""

    def __init__(self, *, stay: bool = False) -> None:
        self.given: list[JobRun] = []
        self.began = threading.Semaphore(0)
        self.release = threading.Event()
        self._stay = stay

    def __call__(self, given: JobRun) -> str:
        self.given.append(given)
        self.began.release()
        while self._stay and not self.release.is_set() and not given.stop.is_set():
            given.stop.wait(0.002)
        return f"launch {len(self.given)}"

    def next(self) -> JobRun:
        assert self.began.acquire(timeout=GUARD), "it was not launched"
        return self.given[-1]

    def none(self) -> bool:
        return not self.began.acquire(blocking=False)


Make = Callable[..., Scheduler]


@pytest.fixture
def make(any_app: Flask, clock: FakeClock) -> Iterator[Make]:
    """Schedulers that are stopped at the end, each like a process of its own."""
    made: list[Scheduler] = []

    def build(jobs: list[Job], *, start: bool = True, worker: str = "", **options: Any) -> Scheduler:
        one = Scheduler(
            any_app,
            lambda: list(jobs),
            bell=options.pop("bell", None) or Bell(),
            clock=options.pop("clock", clock),
            worker=worker or f"process-{len(made)}",
            **options,
        )
        if start:
            one.start()
            made.append(one)
        return one

    yield build
    for one in made:
        one.stop()


def window_job(run: Callable[[JobRun], str], cron: str = EVERY_MINUTE, **options: Any) -> Job:
    return Job("DEMO/price/erp_to_store/window", cron, run, lane=LANE, **options)


def lease() -> dict[str, Any]:
    return rows(WindowLease)[0]


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(GUARD / 0.002)):
        if condition():
            return
        pause.wait(0.002)
    raise AssertionError("it never happened")


def test_every_schedule_is_launched_each_minute_one_at_a_time(make: Make) -> None:
    """QUE-08."""
    scheduler = make([window_job(Runs()), Job("DEMO/product/poll", "*/5 * * * *", Runs())])
    jobs = {job.name: job for job in scheduler._clockwork.get_jobs() if job.id.startswith("cron:")}
    assert set(jobs) == {"DEMO/price/erp_to_store/window", "DEMO/product/poll"}
    for job in jobs.values():
        assert (job.max_instances, job.coalesce) == (1, True)
    now = datetime.now(UTC)
    assert jobs["DEMO/price/erp_to_store/window"].next_run_time - now <= seconds(60)
    assert jobs["DEMO/product/poll"].next_run_time.minute % 5 == 0


def test_windows_begin_with_the_process_and_polls_with_their_minute(make: Make) -> None:
    window, poll = Runs(), Runs()
    make([window_job(window), Job("DEMO/price/poll", EVERY_MINUTE, poll)])
    given = window.next()
    assert given.mode == "ring" and given.check_time is not None and 1 <= given.check_time <= 59
    assert poll.none()


def test_a_launch_by_the_clock_knows_its_minute_and_takes_the_settings_check_time(make: Make, clock: FakeClock) -> None:
    runs = Runs()
    scheduler = make([Job("poll", EVERY_MINUTE, runs)])
    clock.advance(7.3)
    scheduler._tick("poll")
    [given] = runs.given
    assert (given.mode, given.check_time, given.scheduled_at) == ("auto", None, after(clock, -7.3))
    until(lambda: bool(rows(WindowLease)) and lease()["until"] is None)
    assert (lease()["name"], lease()["last_outcome"], lease()["last_started_at"]) == ("poll", "launch 1", clock.now())


def test_several_processes_launch_each_window_once(make: Make, clock: FakeClock) -> None:
    runs = Runs()
    processes = [make([Job("poll", EVERY_MINUTE, runs)]) for _ in range(3)]
    for process in processes:
        process._tick("poll")
        clock.advance(0.2)
    assert len(runs.given) == 1
    clock.advance(60)
    for process in reversed(processes):
        process._tick("poll")
    assert [given.worker for given in runs.given] == ["process-0", "process-2"]


def test_the_overlapping_minute_is_skipped(make: Make, clock: FakeClock) -> None:
    """QUE-07: a run longer than its window is not killed, and a second one is not begun beside it."""
    runs = Runs(stay=True)
    first, second = make([window_job(runs)]), make([window_job(runs)])
    runs.next()
    clock.advance(20)
    for process in (first, second):
        process.launches.beat("worker")
        process._tick("DEMO/price/erp_to_store/window")
    assert len(runs.given) == 1 and not runs.given[0].stop.is_set()


def test_a_ring_launches_a_window_that_is_not_running(make: Make, clock: FakeClock) -> None:
    bell, runs = Bell(), Runs()
    make([window_job(runs)], bell=bell)
    runs.next()
    until(lambda: lease()["until"] is None)
    clock.advance(48)
    bell.answer(LANE)
    bell.ring(LANE)
    assert runs.next().check_time == pytest.approx(12), "for the rest of the minute"


def test_a_ring_leaves_a_running_window_alone(make: Make) -> None:
    bell, runs = Bell(), Runs(stay=True)
    make([window_job(runs)], bell=bell)
    runs.next()
    bell.answer(LANE)
    bell.ring(LANE)
    bell.answer(LANE)  # the window looks
    runs.release.set()
    until(lambda: lease()["until"] is None)
    assert len(runs.given) == 1


def test_a_ring_after_the_last_look_launches_another_window(make: Make) -> None:
    bell, runs = Bell(), Runs(stay=True)
    make([window_job(runs)], bell=bell)
    runs.next()
    bell.ring(LANE)  # nobody answers: the window has looked for the last time
    runs._stay = False
    runs.release.set()
    runs.next()
    bell.answer(LANE)


def test_a_ring_in_another_lane_launches_nothing(make: Make) -> None:
    bell, runs = Bell(), Runs()
    make([window_job(runs)], bell=bell)
    runs.next()
    until(lambda: lease()["until"] is None)
    bell.ring(Lane("DEMO", "inventory", "erp_to_store"))
    assert runs.none()


def test_a_window_that_starts_once_an_hour_is_not_brought_forward(make: Make) -> None:
    """SCH-08: whoever switches real time off waits for the schedule."""
    bell, runs = Bell(), Runs()
    scheduler = make([window_job(runs, cron="30 * * * *")], bell=bell)
    bell.ring(LANE)
    assert not [job for job in scheduler._clockwork.get_jobs() if job.id.startswith("extra:")]
    assert runs.none()


def test_a_window_that_runs_in_another_process_is_not_asked_for_again_at_once(make: Make) -> None:
    bell, there, here = Bell(), Runs(stay=True), Runs()
    make([window_job(there)])
    there.next()
    scheduler = make([window_job(here)], bell=bell)
    until(lambda: "DEMO/price/erp_to_store/window" in scheduler._elsewhere)
    bell.ring(LANE)
    [waiting] = [job for job in scheduler._clockwork.get_jobs() if job.id.startswith("extra:")]
    assert waiting.next_run_time > datetime.now(UTC) and here.none()


def test_a_schedule_that_is_activated_starts_without_a_restart(make: Make) -> None:
    jobs, runs = list[Job](), Runs()
    scheduler = make(jobs)
    assert scheduler.names() == []
    jobs.append(window_job(runs))
    scheduler.refresh()
    runs.next()
    assert scheduler.names() == ["DEMO/price/erp_to_store/window"]


def test_the_schedules_are_read_again_every_few_seconds(make: Make) -> None:
    jobs, runs = list[Job](), Runs()
    make(jobs, refresh_seconds=0.02)
    jobs.append(window_job(runs))
    runs.next()


def test_a_changed_cron_expression_counts_at_once(make: Make) -> None:
    """SCH-04."""
    jobs = [Job("clean", "0 1 * * *", Runs())]
    scheduler = make(jobs)
    jobs[0] = Job("clean", "30 4 * * *", Runs())
    scheduler.refresh()
    [job] = [job for job in scheduler._clockwork.get_jobs() if job.id == "cron:clean"]
    assert (job.next_run_time.hour, job.next_run_time.minute) == (4, 30)


def test_a_schedule_that_is_taken_away_stops_after_the_work_in_hand(make: Make) -> None:
    runs = Runs(stay=True)
    jobs = [window_job(runs)]
    scheduler = make(jobs)
    given = runs.next()
    jobs.clear()
    scheduler.refresh()
    assert given.stop.is_set()
    until(lambda: lease()["until"] is None)
    assert not [job for job in scheduler._clockwork.get_jobs() if job.id.startswith("cron:")]


def test_schedules_run_only_between_their_dates(make: Make, clock: FakeClock) -> None:
    """SCH-09: expired schedules do not run, and those that have not begun do not either."""
    expired, future, ending = Runs(), Runs(), Runs()
    jobs = [
        Job("expired", EVERY_MINUTE, expired, expires_on=clock.now()),
        Job("future", EVERY_MINUTE, future, starts_on=after(clock, 100)),
        Job("ending", EVERY_MINUTE, ending, starts_on=after(clock, -100), expires_on=after(clock, 50)),
    ]
    scheduler = make(jobs)
    assert scheduler.names() == ["ending"]
    clock.advance(60)  # it ends between two readings of the schedules
    scheduler._tick("ending")
    assert ending.none()
    clock.advance(60)
    scheduler.refresh()
    assert scheduler.names() == ["future"]
    scheduler._tick("future")
    future.next()


def test_a_wrong_cron_expression_harms_no_other_schedule(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    runs = Runs()
    make([Job("wrong", "99 * * * *", Runs()), window_job(runs)])
    runs.next()
    assert "wrong" in caplog.text


def test_a_job_can_be_launched_by_hand(make: Make) -> None:
    runs = Runs()
    scheduler = make([Job("poll", "0 1 * * *", runs)])
    assert scheduler.launch("poll")
    assert runs.next().mode == "manual"
    assert not scheduler.launch("nothing of this name")


def test_a_source_that_cannot_be_read_is_said_and_the_next_launch_tries_again(make: Make, clock: FakeClock) -> None:
    def refuse(given: JobRun) -> str:
        raise Retry("The ERP did not answer.")

    scheduler = make([Job("poll", EVERY_MINUTE, refuse)])
    scheduler._tick("poll")
    assert (lease()["last_outcome"], lease()["until"]) == ("The ERP did not answer.", None)


def test_a_bug_in_a_job_gives_its_lease_back(make: Make, clock: FakeClock) -> None:
    def broken(given: JobRun) -> str:
        raise ZeroDivisionError

    scheduler = make([Job("poll", EVERY_MINUTE, broken)])
    with pytest.raises(ZeroDivisionError):
        scheduler._tick("poll")
    assert "fault" in lease()["last_outcome"] and lease()["until"] is None
    assert not scheduler.launches.running("poll")


def test_a_window_whose_lease_was_lost_is_stopped(make: Make, clock: FakeClock) -> None:
    runs = Runs(stay=True)
    scheduler = make([window_job(runs)])
    given = runs.next()
    scheduler.launches.beat("web")
    assert not given.stop.is_set()
    clock.advance(31)  # this process was asleep, and another one has taken the window over
    assert leases.take(window_job(runs).name, "other", seconds=30, now=clock.now())
    scheduler.launches.beat("web")
    assert given.stop.is_set()
    until(lambda: not scheduler.launches.running(window_job(runs).name))
    assert lease()["owner"] == "other", "and what it has lost it does not give back"


def test_a_process_shows_a_sign_of_life_while_it_works(make: Make, clock: FakeClock) -> None:
    scheduler = make([], worker="host-7", kind="worker", start=False)
    scheduler.start()
    assert [(row["worker"], row["kind"], row["seen_at"]) for row in rows(Heartbeat)] == [
        ("host-7", "worker", clock.now())
    ]
    scheduler.stop()
    assert rows(Heartbeat) == []


def test_stopping_lets_windows_end_and_gives_their_leases_back(make: Make) -> None:
    runs = Runs(stay=True)
    scheduler = make([window_job(runs)], start=False)
    scheduler.start()
    given = runs.next()
    scheduler.stop()
    assert given.stop.is_set()
    assert (lease()["until"], lease()["last_outcome"]) == (None, "launch 1")
    assert not scheduler.launches.run(window_job(runs)), "nothing is launched any more"


def test_the_sweep_takes_over_from_dead_workers_and_rings(make: Make, clock: FakeClock) -> None:
    bell, runs = Bell(), Runs()
    scheduler = make([window_job(runs)], bell=bell)
    runs.next()
    until(lambda: lease()["until"] is None)
    put(clock, "MUG")
    take(clock, worker="dead")
    clock.advance(31)
    scheduler.sweep()
    assert statuses() == {"MUG": ["pending"]}
    assert claim.reclaim(clock.now()) == claim.Reclaimed()
    runs.next()
    bell.answer(LANE)


def test_a_database_that_is_away_leaves_the_schedules_as_they_were(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    scheduler = make([Job("poll", "0 1 * * *", Runs())])

    def away() -> list[Job]:
        raise OperationalError("SELECT", {}, Exception("no such host"))

    monkeypatch.setattr(scheduler, "_read", away)
    scheduler.refresh()
    assert scheduler.names() == ["poll"]


def test_a_message_is_worked_on_at_once_whenever_it_is_put(make: Make, any_app: Flask) -> None:
    """SCH-11, with the real clock: from the put to the end without waiting for any minute."""
    bell, work = Bell(), Script()

    def window(given: JobRun) -> str:
        result = runner.run_window(
            LANE,
            work,
            Policy(check_time=1, sleep_time=1),
            worker=given.worker,
            clock=given.clock,
            bell=given.bell,
            stop=given.stop,
            check_time=0.05,
        )
        return f"{result.messages} messages"

    make([window_job(window)], bell=bell, clock=CLOCK)
    for number in range(5):
        put(CLOCK, f"SKU-{number}", bell=bell)
        until(lambda number=number: statuses().get(f"SKU-{number}") == ["succeeded"])
    until(lambda: lease()["until"] is None)
    put(CLOCK, "BETWEEN", bell=bell)
    until(lambda: statuses()["BETWEEN"] == ["succeeded"])


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", "2026-01-01 00:01"),
        ("0 1 * * *", "2026-01-01 01:00"),
        ("*/5 * * * *", "2026-01-01 00:05"),
        ("0 0 * * sun", "2026-01-04 00:00"),
        ("30 2 31 2 *", None),
    ],
)
def test_the_next_run_can_be_shown(clock: FakeClock, cron: str, expected: str | None) -> None:
    """SCH-03."""
    found = next_run(cron, after(clock, 1))
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == expected


def test_no_connection_is_left_behind(make: Make) -> None:
    scheduler = make([window_job(Runs())], start=False)
    scheduler.start()
    scheduler.stop()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_window_that_is_wanted_again_while_it_is_ending_is_launched_again(make: Make) -> None:
    """Stopped and activated in one breath: the work in hand of the old launch keeps the new one out for a moment."""
    release, began = threading.Event(), threading.Semaphore(0)

    def linger(given: JobRun) -> str:
        began.release()
        release.wait(GUARD)
        return "done"

    job = window_job(linger)
    jobs = [job]
    scheduler = make(jobs)
    scheduler._read = lambda: list(jobs)
    assert began.acquire(timeout=GUARD)
    jobs.clear()
    scheduler.refresh()
    jobs.append(job)
    scheduler.refresh()
    until(lambda: not scheduler._coming)  # the new launch has been tried, in vain
    release.set()
    assert began.acquire(timeout=GUARD), "it was not launched again"


def test_the_sweep_works_where_a_window_died_with_another_process(make: Make, clock: FakeClock) -> None:
    """Its owner had nothing in hand, so no message tells of its death; what came since must not wait for the minute."""
    runs = Runs()
    jobs: list[Job] = []
    scheduler = make(jobs)
    scheduler._read = lambda: list(jobs)
    job = window_job(runs)
    assert leases.take(job.name, "dead", seconds=30, now=clock.now()) is not None
    put(clock, "MUG")
    jobs.append(job)
    scheduler.refresh()
    quiet = lambda: not scheduler._coming and not scheduler.launches.running(job.name)  # noqa: E731
    until(quiet)
    scheduler.sweep()
    until(quiet)
    assert runs.none(), "the other one may still be alive"
    clock.advance(31)
    scheduler.sweep()
    assert runs.next().mode == "ring"


def test_the_sweep_leaves_idle_windows_alone(make: Make, clock: FakeClock) -> None:
    runs = Runs()
    scheduler = make([window_job(runs)])
    runs.next()
    until(lambda: not scheduler.launches.running("DEMO/price/erp_to_store/window"))
    scheduler.sweep()
    until(lambda: not scheduler._coming)
    assert runs.none()
