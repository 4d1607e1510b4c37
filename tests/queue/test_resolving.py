"""What has failed is closed by a later success of the same record, or a later failure; and by nothing else."""

from __future__ import annotations

from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Fail, Skip
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.repairing import repair
from tests.queueing import LANE, Script, put, rows, statuses, window

OTHER = Lane("DEMO", "product", "erp_to_store")


def fail(clock: FakeClock, *keys: str, lane: Lane = LANE) -> None:
    put(clock, *keys, lane=lane)
    window(clock, Script(lambda message: Fail("No.", code="a")), lane=lane)
    clock.advance(1)


def test_a_later_success_closes_what_has_failed_and_says_so(any_app: Flask, clock: FakeClock) -> None:
    fail(clock, "MUG", "CUP")
    put(clock, "MUG")
    window(clock, Script())
    assert statuses() == {"MUG": ["superseded", "succeeded"], "CUP": ["failed"]}
    closed, later = rows(key="MUG")
    assert closed["reason"] == f"Resolved by itself: a later run of the record succeeded (message {later['id']})."
    assert closed["settled_at"] == clock.now() and closed["error"] == "No." and closed["code"] == "a"


def test_an_older_message_that_is_sent_again_closes_a_newer_failure_too(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG", priority=5)
    window(clock, Script(lambda message: Fail("No.", code="a")))
    fail(clock, "MUG")
    first, second = rows(key="MUG")
    with db.write() as connection:  # as it was before one failure for each record was kept
        connection.execute(Message.__table__.update().values(status="failed"))
    repair.reprocess([first["id"]], user="otto", clock=clock)
    window(clock, Script())
    assert statuses() == {"MUG": ["succeeded", "superseded"]}
    assert f"(message {first['id']})" in rows(id=second["id"])[0]["reason"]


def test_another_entity_and_a_skip_close_nothing(any_app: Flask, clock: FakeClock) -> None:
    fail(clock, "MUG")
    put(clock, "MUG", lane=OTHER)
    window(clock, Script(), lane=OTHER)
    put(clock, "MUG")
    window(clock, Script(lambda message: Skip("Unchanged.")))
    assert statuses()["MUG"] == ["failed", "succeeded", "skipped"]


def test_of_a_record_that_fails_again_the_newest_failure_stays(any_app: Flask, clock: FakeClock) -> None:
    fail(clock, "MUG")
    fail(clock, "MUG")
    assert statuses()["MUG"] == ["superseded", "failed"]
    first, second = rows(key="MUG")
    assert first["reason"] == f"A later run of the record failed, too: see there (message {second['id']})."
