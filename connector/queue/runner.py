"""Runs the window of a lane: check, work, sleep, until the check time is over. The work is a function handed in.

The loop of a launch (product/CONFLICTS.md 5 and 6): do all pending work; stop when the check time is
over; sleep, but wake for a new message, a due retry or the end; again. Work in progress is never cut.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

from connector.clock import Clock
from connector.queue.lanes import Lane
from connector.queue.leases import Keeper
from connector.queue.runs import open_run
from connector.queue.wake import Bell
from connector.queue.working.policy import Policy
from connector.queue.working.window import Window
from connector.queue.working.work import Work

__all__ = ["Policy", "WindowResult", "open_run", "run_window"]


class WindowResult(NamedTuple):
    """What one window did. `run_id` is None when it did nothing."""

    passes: int
    messages: int
    succeeded: int
    failed: int
    skipped: int
    calls: int
    run_id: int | None


def run_window(
    lane: Lane,
    work: Work,
    policy: Policy,
    *,
    worker: str,
    clock: Clock,
    bell: Bell,
    stop: threading.Event,
    until_empty: bool = False,
    check_time: float | None = None,
    mode: str = "auto",
    user: str = "",
    run_id: int | None = None,
    tell: bool = True,
) -> WindowResult:
    """Work on a lane for `check_time` seconds (default: the policy's), or with `until_empty` until nothing is ready.

    Needs an application context; `work` is called in threads without one. `stop` ends it after the work in hand;
    what was claimed and not begun is handed back. `run_id` is a run that is open already (Process Messages); else
    one is opened with the first message, for `mode="manual"` at once. `tell=False`: the run is part of something
    larger, whose owner writes its numbers and its end. Raises sqlalchemy's OperationalError when the
    database is away for longer than a lease; then others take the messages over.
    """
    if mode == "manual" and run_id is None:
        run_id = open_run(lane, mode=mode, user=user, now=clock.now())
    window = Window(
        lane,
        work,
        policy,
        worker=worker,
        clock=clock,
        bell=bell,
        stop=stop,
        mode=mode,
        user=user,
        run_id=run_id,
        tell=tell,
    )
    with Keeper(policy.lease_seconds / 3, window.hand.beat, name=f"lease-{lane}"):
        window.run(None if until_empty else policy.check_time if check_time is None else check_time)
    tally = window.tally
    return WindowResult(
        window.passes, tally.messages, tally.succeeded, tally.failed, tally.skipped, tally.calls, window.run_id
    )
