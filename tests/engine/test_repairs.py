"""What a person started: a repair is finished by the clock when nobody watches, Sync Now is logged as
Individual, and the log keeps the levels that are switched on."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.engine import policy
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.reading import history, logbook
from connector.queue.reading.filters import Filter
from connector.queue.reading.logbook import RunFilter
from connector.queue.repairing import repair
from connector.queue.scheduler import JobRun
from connector.queue.wake import Bell
from connector.systems.base import Capabilities
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


@pytest.mark.parametrize(
    ("log", "quiet"), [({}, set()), ({"info": False}, {"info"}), ({"info": True, "error": False}, {"error"})]
)
def test_the_levels_of_the_log_are_switched_for_each_connector(log: dict[str, bool], quiet: set[str]) -> None:
    queue = {"threshold_count": 25, "batch_count": 25, "batch_mode": True, "retry_count": 3, "retry_interval": 30,
             "check_process_time": 50, "process_sleep_time": 5}  # fmt: skip
    config = SimpleNamespace(id="DEMO", section=lambda name: {"queue": queue, "log": log}.get(name, {}))
    store = SimpleNamespace(capabilities=Capabilities())
    worker = SimpleNamespace(connections=SimpleNamespace(systems=lambda connector_id: SimpleNamespace(store=store)))
    assert policy(config, worker, Lane("DEMO", "price", "erp_to_store"), 30).quiet == quiet  # type: ignore[arg-type]
