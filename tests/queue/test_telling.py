"""What the queue tells people about: failures until they are mended, and each batch call where that is wanted."""

from __future__ import annotations

from flask import Flask

from connector import notices
from connector.clock import FakeClock
from connector.errors import Fail
from connector.queue.repairing import repair
from connector.queue.runner import Policy
from tests.queueing import Script, attempts, put, rows, window

BATCHES = Policy(threshold=1, batch=2, batchable=True, tell_batches=True)


def told() -> list[tuple[str, str, int, bool]]:
    return [(row["kind"], row["text"], row["times"], row["ended_at"] is None) for row in rows(notices.Notice)]


def test_failures_of_a_queue_are_one_system_message_until_none_is_left(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B")
    window(clock, Script(lambda message: Fail("No such SKU.")))
    put(clock, "C")
    window(clock, Script(lambda message: Fail("No such SKU.")))
    text = "Price: messages have failed and stay so until a person sends them again."
    assert told() == [("problem", text, 3, True)]
    put(clock, "D")
    window(clock, Script())
    assert told() == [("problem", text, 3, True)], "three are still failed"
    repair.reprocess([row["id"] for row in rows(status="failed")], user="ann", reason="", clock=clock)
    window(clock, Script())
    assert told() == [("problem", text, 3, False)]


def test_each_batch_call_is_a_system_message_where_it_is_switched_on(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B", "C", "D")
    window(clock, Script(), BATCHES)
    assert [(kind, text) for kind, text, *_ in told()] == [
        ("bulk", "Price, one call: 2 messages: 2 succeeded"),
        ("bulk", "Price, one call: 2 messages: 2 succeeded"),
    ]
    parents = [each["id"] for each in attempts(kind="batch")]
    assert [row["link"] for row in rows(notices.Notice)] == [f"/log/attempts/{id}" for id in parents]


def test_nothing_is_told_of_calls_where_it_is_switched_off(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "A", "B")
    window(clock, Script(), Policy(threshold=1, batch=2, batchable=True))
    assert told() == []
