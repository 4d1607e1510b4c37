"""From running to how it ended: the four words, the log, the fence, and faults that stay alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Fail, Refused, Retry, Skip, Wait
from connector.queue import inbox
from connector.queue.inbox import Item
from connector.queue.working import claim, finish, takeover
from connector.queue.working.claim import Claimed
from connector.queue.working.endings import Done
from connector.queue.working.policy import Policy
from connector.queue.working.settle import settle, settle_all
from connector.queue.working.work import Report, Verdict
from tests.queueing import LANE, after, attempts, counted, done, put, row, rows, seconds, statuses, take, unit

POLICY = Policy(retry_count=3, retry_interval=30)


def claimed(clock: FakeClock, *keys: str, version: int = 0) -> list[Claimed]:
    put(clock, *keys, version=version)
    return take(clock)


def end(clock: FakeClock, messages: list[Claimed], result: Any, **options: Any) -> Any:
    return settle(unit(*messages), result, options.pop("policy", POLICY), now=clock.now(), **options)


def test_a_message_that_is_done_says_so(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    began = clock.now()
    clock.advance(2)
    report = Report([Verdict(messages[0].id, None, "Price MUG updated.", True)], [{"method": "POST", "status": 200}])
    tally = end(clock, messages, report, run_id=7, started_at=began)
    found = row("MUG")
    assert (found["status"], found["reason"], found["attempts"]) == ("succeeded", "Price MUG updated.", 1)
    assert (found["settled_at"], found["lease_until"], found["error"]) == (clock.now(), None, "")
    [attempt] = attempts()
    assert (attempt["message_id"], attempt["run_id"], attempt["kind"], attempt["number"]) == (
        found["id"],
        7,
        "single",
        1,
    )
    assert (attempt["outcome"], attempt["level"], attempt["summary"]) == ("succeeded", "info", "Price MUG updated.")
    assert (attempt["started_at"], attempt["finished_at"], attempt["calls"]) == (began, clock.now(), 1)
    assert json.loads(attempt["exchanges"]) == [{"method": "POST", "status": 200}]
    assert (tally.messages, tally.succeeded, tally.calls, tally.lag_ms) == (1, 1, 1, 2000)
    assert (counted("succeeded"), counted("calls"), counted("lag_ms")) == (1, 1, 2000)


def test_a_skip_is_final_and_has_its_reason(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    end(clock, messages, done(messages, Skip("Unchanged.")))
    assert (row("MUG")["status"], row("MUG")["reason"]) == ("skipped", "Unchanged.")
    assert attempts()[0]["outcome"] == "skipped" and counted("skipped") == 1


def test_a_fail_is_final_and_has_its_cause(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    word = Fail("The URL key is taken.", code="magento.url_key_taken", help="Change it.")
    end(clock, messages, done(messages, word))
    found = row("MUG")
    assert (found["status"], found["code"], found["reason"]) == (
        "failed",
        "magento.url_key_taken",
        "The URL key is taken.",
    )
    assert found["error"] == "The URL key is taken.\nChange it."
    assert (found["attempts"], found["settled_at"]) == (1, clock.now())
    assert (attempts()[0]["level"], counted("failed")) == ("error", 1)


def test_without_a_code_the_cause_is_the_sentence_without_its_numbers(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "A", "B")
    verdicts = [Verdict(each.id, Fail(f'No source "{each.key}" with id {each.id}.')) for each in messages]
    end(clock, messages, Report(verdicts))
    assert row("A")["code"] == row("B")["code"] != ""


def test_a_retry_is_due_after_the_interval_and_says_when(any_app: Flask, clock: FakeClock) -> None:
    """QUE-09: the second attempt starts no earlier than the interval, and the time of the next one is shown."""
    messages = claimed(clock, "MUG")
    end(clock, messages, done(messages, Retry("The store answered 503.")))
    found = row("MUG")
    assert (found["status"], found["attempts"], found["settled_at"]) == ("pending", 1, None)
    assert after(clock, 30) <= found["available_at"] <= after(clock, 60)
    due = f"{found['available_at']:%Y-%m-%d %H:%M:%S}"
    assert found["reason"] == f"Try 2 of 3 not before {due} UTC: The store answered 503."
    assert found["error"] == "The store answered 503."
    clock.advance(29)
    assert take(clock) == []
    clock.advance(31)
    [again] = take(clock)
    assert (again.attempts, again.epoch) == (1, 2)


def test_retry_after_is_obeyed(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    end(clock, messages, done(messages, Retry("429", after=120)))
    assert row("MUG")["available_at"] == after(clock, 120)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_retry_count_is_the_number_of_tries_in_all(any_app: Flask, clock: FakeClock, count: int) -> None:
    """QUE-03 and QUE-04: exactly so many tries, then failed with the last error, and never again by itself."""
    put(clock, "MUG")
    tries = 0
    while messages := take(clock):
        tries += 1
        end(clock, messages, done(messages, Retry(f"500 the {tries}.")), policy=Policy(retry_count=count))
        clock.advance(7200)
    found = row("MUG")
    assert (tries, found["status"], found["attempts"]) == (count, "failed", count)
    assert found["error"] == f"500 the {count}."
    assert [each["number"] for each in attempts()] == list(range(1, count + 1))
    clock.advance(86_400)
    assert take(clock) == []


def test_refused_credentials_burn_no_try(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG")
    for _ in range(5):
        messages = take(clock)
        tally = end(clock, messages, Refused("401"), policy=Policy(retry_count=1))
        assert (row("MUG")["status"], row("MUG")["attempts"]) == ("pending", 0)
        assert row("MUG")["available_at"] == after(clock, 60)
        assert tally.refused == 1
        clock.advance(60)


def test_who_waits_burns_no_try_and_says_for_what(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    end(clock, messages, done(messages, Wait("The product is not there yet.", for_=("product", "MUG"))))
    found = row("MUG")
    assert (found["status"], found["waits_for"], found["attempts"]) == ("waiting", "product:MUG", 0)
    assert (found["settled_at"], found["lease_until"]) == (None, None)
    assert attempts()[0]["outcome"] == "waiting"


def test_a_wait_that_nobody_released_is_looked_at_again(any_app: Flask, clock: FakeClock) -> None:
    """The product may have been bound between the work's look and the settling: then no release comes."""
    messages = claimed(clock, "MUG")
    end(clock, messages, done(messages, Wait("Not yet.", for_=("product", "MUG"))))
    clock.advance(59)
    assert takeover.look_again(LANE, clock.now()) == 0
    clock.advance(1)
    assert takeover.look_again(LANE, clock.now()) == 1
    [again] = take(clock)
    assert (again.key, again.attempts) == ("MUG", 0)
    end(clock, [again], done([again], Wait("Not yet.", for_=("product", "MUG"))))
    assert row("MUG")["available_at"] == after(clock, 60)
    clock.advance(600)
    takeover.look_again(LANE, clock.now())
    [again] = take(clock)
    end(clock, [again], done([again], Wait("Not yet.", for_=("product", "MUG"))))
    assert row("MUG")["available_at"] == after(clock, 660), "as long again as it has waited"


def test_one_waiting_row_of_a_record_is_enough(any_app: Flask, clock: FakeClock) -> None:
    for version in (1, 2, 3):
        messages = claimed(clock, "MUG", version=version)
        end(clock, messages, done(messages, Wait("Not yet.", for_=("product", "MUG"))))
    assert statuses() == {"MUG": ["superseded", "superseded", "waiting"]}
    assert "waits for the same" in rows()[0]["reason"]


def test_a_retry_gives_way_to_a_newer_change(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG", version=1)
    put(clock, "MUG", version=2)
    tally = end(clock, messages, done(messages, Retry("503")))
    assert statuses() == {"MUG": ["superseded", "pending"]}
    assert (row("MUG")["version"], row("MUG")["merged"]) == (2, 1)
    assert tally.retried == 1
    assert [message.version for message in take(clock)] == [2]


def test_an_older_version_never_runs_after_a_newer_one(any_app: Flask, clock: FakeClock) -> None:
    """The retried one is newer than what came in meanwhile: the row that stays must be the newer version."""
    messages = claimed(clock, "MUG", version=9)
    put(clock, "MUG", version=4)
    end(clock, messages, done(messages, Retry("503")))
    assert [message.version for message in take(clock)] == [9]


def test_two_waiting_rows_of_a_record_come_back_as_one(any_app: Flask, clock: FakeClock) -> None:
    for product in ("A", "B"):  # they wait for different records, so neither closed the other
        messages = claimed(clock, "MUG", version=ord(product))
        end(clock, messages, done(messages, Wait("Not yet.", for_=("product", product))))
    clock.advance(60)
    assert takeover.look_again(LANE, clock.now()) == 1
    assert statuses() == {"MUG": ["superseded", "pending"]}


# --- batches ----------------------------------------------------------------------------------------------


def test_a_batch_is_one_row_of_the_log_with_a_child_for_each_message(any_app: Flask, clock: FakeClock) -> None:
    """QUE-11: one log row with n child rows; a partial failure marks only the failed children for retry."""
    messages = claimed(clock, "A", "B", "C", "D")
    words = [None, Retry("The row was locked."), Fail("No such SKU."), None]
    verdicts = [Verdict(each.id, word, "", True) for each, word in zip(messages, words, strict=True)]
    tally = end(clock, messages, Report(verdicts, [{"method": "PUT"}]))
    parent, *children = attempts()
    assert (parent["kind"], parent["message_id"], parent["calls"]) == ("batch", None, 1)
    assert (parent["outcome"], parent["level"]) == ("failed", "error")
    assert parent["summary"] == "4 messages: 1 failed, 1 retry, 2 succeeded"
    assert json.loads(parent["exchanges"]) == [{"method": "PUT"}]
    assert [(each["key"], each["outcome"], each["parent_id"], each["calls"]) for each in children] == [
        ("A", "succeeded", parent["id"], 0),
        ("B", "retry", parent["id"], 0),
        ("C", "failed", parent["id"], 0),
        ("D", "succeeded", parent["id"], 0),
    ]
    assert statuses() == {"A": ["succeeded"], "B": ["pending"], "C": ["failed"], "D": ["succeeded"]}
    assert (tally.calls, tally.saved, counted("saved")) == (1, 3, 3)


def test_what_batching_saved_is_counted(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, *(f"SKU-{number}" for number in range(25)))
    report = Report([Verdict(each.id) for each in messages], [{"method": "GET"}, {"method": "PUT"}])
    assert end(clock, messages, report).saved == 23
    assert (counted("calls"), counted("saved")) == (2, 23)
    messages = claimed(clock, "SINGLE")
    assert end(clock, messages, done(messages)).saved == 0


def test_a_word_for_the_whole_unit_goes_for_each_message(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "A", "B")
    end(clock, messages, Retry("The ERP did not answer."))
    assert statuses() == {"A": ["pending"], "B": ["pending"]}


# --- bugs -------------------------------------------------------------------------------------------------


def test_a_bug_is_failed_with_its_traceback(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    try:
        {}["price"]  # noqa: B018
    except KeyError as bug:
        end(clock, messages, bug)
    found = row("MUG")
    assert (found["status"], found["code"]) == ("failed", "bug.KeyError")
    assert "Traceback" in found["error"] and "test_settle.py" in found["error"]
    assert found["reason"] == "A fault in the connector: KeyError: 'price'"


def test_a_message_about_which_the_work_is_silent_has_failed(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "A", "B")
    end(clock, messages, Report([Verdict(messages[0].id), Verdict(9999)]))
    assert statuses() == {"A": ["succeeded"], "B": ["failed"]}
    assert "said nothing" in row("B")["error"]


@pytest.mark.parametrize("nonsense", [None, "done", Report([None]), Report([], [object()])])  # type: ignore[list-item]
def test_a_report_that_is_none_is_a_bug_of_its_unit_alone(any_app: Flask, clock: FakeClock, nonsense: Any) -> None:
    [first, second] = claimed(clock, "A", "B")
    now = clock.now()
    settle_all([Done(unit(first), nonsense, now, now), Done(unit(second), done([second]), now, now)], POLICY, now=now)
    assert statuses() == {"A": ["failed"], "B": ["succeeded"]}


def test_one_message_that_cannot_be_settled_does_not_take_the_others_with_it(
    any_app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = claimed(clock, "A", "BAD", "C")
    now = clock.now()
    dones = [Done(unit(each), done([each]), now, now) for each in messages]
    finals = finish.finals

    def breaking(connection: Any, ends: Any, now: Any) -> Any:
        if any(ending.message.key == "BAD" for ending in ends):
            raise RuntimeError("cannot write this \x00 down")
        return finals(connection, ends, now)

    monkeypatch.setattr(finish, "finals", breaking)
    tally, _ = settle_all(dones, POLICY, now=now)
    assert statuses() == {"A": ["succeeded"], "BAD": ["failed"], "C": ["succeeded"]}
    assert "cannot write this ? down" in row("BAD")["error"]
    assert (tally.messages, tally.succeeded, tally.failed) == (3, 2, 1)


def test_text_that_no_database_can_keep_is_kept_as_well_as_it_can(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    report = Report([Verdict(messages[0].id, Fail("bad \x00 \ud800 text"))], [{"body": "\ud800\x00 😀"}])
    end(clock, messages, report)
    assert row("MUG")["status"] == "failed" and row("MUG")["reason"].startswith("bad ")
    assert "😀" in attempts()[0]["exchanges"]


# --- the fence --------------------------------------------------------------------------------------------


def taken_over(clock: FakeClock, key: str = "MUG") -> tuple[Claimed, Claimed]:
    """The message in the hands of a worker that slept past its lease, and in those of the next."""
    [late] = claimed(clock, key, version=1)
    clock.advance(31)
    claim.reclaim(clock.now())
    [now] = take(clock, worker="next")
    return late, now


def test_who_settles_too_late_changes_nothing_but_the_log(any_app: Flask, clock: FakeClock) -> None:
    late, now = taken_over(clock)
    before = row("MUG")
    tally = end(clock, [late], done([late], Skip("Unchanged."), wrote=False))
    assert row("MUG") == before
    assert (tally.fenced, tally.skipped) == (1, 0)
    assert [each["outcome"] for each in attempts()] == ["retry", "fenced"]
    assert "too late" in attempts()[-1]["summary"]
    end(clock, [now], done([now]))
    assert statuses() == {"MUG": ["succeeded"]}


@pytest.mark.parametrize(
    "result",
    [
        lambda message: done([message]),
        lambda message: done([message], Retry("no answer", unknown=True), wrote=False),
        lambda message: RuntimeError("after the write, perhaps"),
    ],
    ids=["wrote", "unknown", "bug"],
)
def test_what_wrote_too_late_is_put_again_so_that_the_truth_is_written_last(
    any_app: Flask, clock: FakeClock, result: Any
) -> None:
    """The stalled worker may have laid an old price over the new one that the next worker wrote."""
    late, now = taken_over(clock)
    end(clock, [now], done([now]))
    end(clock, [late], result(late))
    assert statuses() == {"MUG": ["succeeded", "pending"]}
    assert row("MUG")["origin"] == "fenced"
    [again] = take(clock)
    assert again.key == "MUG"


def test_fenced_is_remembered_when_another_change_waits_already(any_app: Flask, clock: FakeClock) -> None:
    late, now = taken_over(clock)
    put(clock, "MUG", version=5)
    end(clock, [late], done([late]))
    assert (row("MUG")["origin"], row("MUG")["version"]) == ("fenced", 5)


def test_settling_twice_is_settling_once(any_app: Flask, clock: FakeClock) -> None:
    """A commit whose answer was lost is repeated: the second time is too late, and harmless."""
    messages = claimed(clock, "A", "B")
    end(clock, messages, done(messages, wrote=False))
    tally = end(clock, messages, done(messages, wrote=False))
    assert tally.fenced == 2 and counted("succeeded") == 2
    assert statuses() == {"A": ["succeeded"], "B": ["succeeded"]}


def test_what_shall_follow_is_done_in_the_same_transaction(any_app: Flask, clock: FakeClock) -> None:
    messages, now = claimed(clock, "A"), clock.now()

    def breaking(connection: Any) -> None:
        raise RuntimeError("the claim failed")

    tally, answer = settle_all([Done(unit(*messages), done(messages), now, now)], POLICY, now=now, then=breaking)
    assert (tally.succeeded, answer, statuses()) == (1, None, {"A": ["succeeded"]}), "settled all the same"
    with pytest.raises(RuntimeError):
        settle_all([], POLICY, now=now, then=breaking)


def test_lag_is_from_acceptance_to_the_end(any_app: Flask, clock: FakeClock) -> None:
    put(clock, "MUG")
    clock.advance(5)
    put(clock, "MUG")
    messages = take(clock)
    clock.advance(1)
    assert end(clock, messages, done(messages)).lag_ms == 6000
    assert row("MUG")["settled_at"] - row("MUG")["created_at"] == seconds(6)


def test_a_retry_puts_nothing_in_front_of_the_interval(any_app: Flask, clock: FakeClock) -> None:
    messages = claimed(clock, "MUG")
    with db.write() as connection:
        inbox.put(LANE, [Item("MUG", version=3)], connection=connection, now=clock.now() + timedelta(seconds=1))
    end(clock, messages, done(messages, Retry("503", after=60)))
    assert row("MUG")["available_at"] == after(clock, 1), "the newer change is a message of its own"


def test_levels_that_are_switched_off_are_not_logged(any_app: Flask, clock: FakeClock) -> None:
    quiet = Policy(retry_count=1, quiet=frozenset({"info"}))
    bad, busy, good = claimed(clock, "BAD", "BUSY", "GOOD")
    end(clock, [good], done([good]), policy=quiet)
    end(clock, [bad], done([bad], Fail("No.")), policy=quiet)
    again = Policy(retry_count=3, quiet=frozenset({"info", "error"}))
    end(clock, [busy], done([busy], Retry("Busy.")), policy=again)
    assert [(attempt["key"], attempt["level"]) for attempt in attempts()] == [("BAD", "error"), ("BUSY", "warning")]
    assert (row("GOOD")["status"], counted("succeeded")) == ("succeeded", 1), "the message and the numbers stay"


def test_a_batch_keeps_its_row_for_what_is_still_logged(any_app: Flask, clock: FakeClock) -> None:
    quiet = Policy(retry_count=1, quiet=frozenset({"info"}))
    messages = claimed(clock, "A", "B", "C")
    verdicts = [Verdict(messages[0].id), Verdict(messages[1].id, Fail("No.")), Verdict(messages[2].id)]
    end(clock, messages, Report(verdicts, []), policy=quiet)
    parent, child = attempts()
    assert (parent["kind"], parent["summary"]) == ("batch", "3 messages: 1 failed, 2 succeeded")
    assert (child["kind"], child["key"], child["parent_id"]) == ("child", "B", parent["id"])
    messages = claimed(clock, "D", "E")
    end(clock, messages, done(messages), policy=quiet)
    assert len(attempts()) == 2, "a batch in which all went well is silent as a whole"


def test_a_store_that_cannot_be_reached_burns_no_try(any_app: Flask, clock: FakeClock) -> None:
    """LIF-17: the changes gather until it is back, however long that takes."""
    put(clock, "MUG")
    for _ in range(10):
        messages = take(clock)
        end(clock, messages, done(messages, Retry("The store cannot be reached.", away=True)))
        found = row("MUG")
        assert (found["status"], found["attempts"]) == ("pending", 0)
        assert found["available_at"] >= after(clock, 30)
        assert found["reason"].startswith("Not counted as a try") and "cannot be reached" in found["reason"]
        clock.advance(300)
    assert len(attempts()) == 10, "each look is in the log"
