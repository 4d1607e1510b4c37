"""What a person started: a repair is finished by the clock when nobody watches, Sync Now is logged as Individual."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.queue import history, inbox, logbook, repair
from connector.queue.filters import Filter
from connector.queue.logbook import RunFilter
from connector.queue.models import Message
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


@pytest.mark.parametrize(
    ("status", "said", "done"), [("pending", "notice", 0), ("succeeded", "success", 1), ("failed", "error", 1)]
)
def test_sync_now_is_logged_as_individual(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, status: str, said: str, done: int
) -> None:
    engine = any_app.extensions["engine"]
    put = inbox.put

    def put_and_settle(*args: object, **kwargs: object) -> object:
        accepted = put(*args, **kwargs)  # type: ignore[arg-type]
        with db.write() as connection:
            connection.execute(Message.__table__.update().values(status=status, reason="That is how it ended."))
        return accepted

    monkeypatch.setattr(inbox, "put", put_and_settle)
    number = engine.sync_now("DEMO", "price", "MUG", user="otto", wait=0)
    (run,) = logbook.runs_page(RunFilter(scope="individual")).rows
    assert (run.mode, run.user, run.entity, run.status, run.total, run.done) == (
        "manual",
        "otto",
        "price",
        said,
        1,
        done,
    )
    assert run.details == f"MUG: That is how it ended. (message {number})"
    assert run.finished_at is not None
