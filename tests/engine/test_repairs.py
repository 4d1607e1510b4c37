"""A large repair that nobody watches is finished by the clock, in whatever process."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.queue import history, repair
from connector.queue.filters import Filter
from connector.queue.scheduler import JobRun
from connector.queue.wake import Bell
from tests import rows


def test_a_repair_whose_page_was_closed_is_finished_every_minute(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "CHUNK", 3)
    monkeypatch.setattr(repair.advance, "__kwdefaults__", {**(repair.advance.__kwdefaults__ or {}), "seconds": 0.0})
    rows.many(10, status="failed")
    started = repair.reprocess(Filter(), user="otto")
    assert not started.finished
    (job,) = [job for job in any_app.extensions["engine"].jobs() if job.name == "repairs"]
    assert (job.cron, job.lane) == ("* * * * *", None)
    said = job.run(JobRun("worker", FakeClock(rows.START), Bell(), threading.Event()))
    assert said == "1 repairs finished"
    assert len(history.messages(Filter(status="pending")).rows) == 10
    assert repair.unfinished() == []
