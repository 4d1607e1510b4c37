"""System messages: told once and counted, read by each person for himself, over when their cause is gone (PER-04)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from connector import notices
from connector.db import utcnow
from tests.web import people


@pytest.fixture
def readers(any_app: Flask) -> tuple[int, int]:
    return people.add("anna", "viewer"), people.add("ben", "viewer")


def texts(user: int, **narrowed: object) -> list[str]:
    return [row.text for row in notices.latest(user, **narrowed)]  # type: ignore[arg-type]


def test_the_same_problem_is_one_message_that_is_counted_and_unread_again(readers: tuple[int, int]) -> None:
    anna, _ = readers
    notices.tell("Three failed.", key="failed/DEMO/price", connector_id="DEMO", times=3)
    assert notices.mark_read(anna) == 1 and notices.unread(anna) == 0
    notices.tell("Two more failed.", key="failed/DEMO/price", connector_id="DEMO", times=2)
    (row,) = notices.latest(anna)
    assert (row.text, row.times, row.unread) == ("Two more failed.", 5, True)
    assert notices.unread(anna) == 1


def test_what_one_person_has_read_is_unread_for_the_other(readers: tuple[int, int]) -> None:
    anna, ben = readers
    for text in ("One.", "Two."):
        notices.tell(text)
    first = notices.latest(anna)[1].id
    assert notices.mark_read(anna, first) == 1 and notices.mark_read(anna, first) == 0
    assert (notices.unread(anna), notices.unread(ben)) == (1, 2)
    assert texts(anna, only_unread=True) == ["Two."]


def test_what_is_over_rings_no_more_and_a_new_case_is_a_message_of_its_own(readers: tuple[int, int]) -> None:
    anna, _ = readers
    notices.tell("It has stopped.", key="attention/DEMO", connector_id="DEMO")
    notices.end("attention/DEMO")
    assert notices.unread(anna) == 0 and not notices.is_open("attention/DEMO")
    notices.tell("It has stopped again.", key="attention/DEMO", connector_id="DEMO")
    assert [(row.times, row.ended_at is None) for row in notices.latest(anna)] == [(1, True), (1, False)]


def test_others_of_the_same_kind_end_and_neighbours_stay(readers: tuple[int, int]) -> None:
    for key in ("expiry/A/one", "expiry/A/two", "expiry/AB/one"):
        notices.tell(key, key=key)
    notices.end_others("expiry/A/", {"expiry/A/two"})
    assert [notices.is_open(key) for key in ("expiry/A/one", "expiry/A/two", "expiry/AB/one")] == [False, True, True]


def test_nobody_hears_of_a_connector_that_is_hidden_from_him(readers: tuple[int, int]) -> None:
    anna, _ = readers
    notices.tell("Secret matter.", connector_id="NORTH")
    notices.tell("Of the whole house.")
    assert notices.unread(anna, ("NORTH",)) == 1 and texts(anna, hidden=("NORTH",)) == ["Of the whole house."]
    notices.mark_read(anna, None, ("NORTH",))
    assert notices.unread(anna) == 1, "and what he may not see he has not read"


def test_flushing_takes_bulk_operations_of_those_connectors_and_says_how_many(readers: tuple[int, int]) -> None:
    anna, _ = readers
    notices.tell("A problem.", key="x", connector_id="DEMO")
    for connector in ("DEMO", "DEMO", "NORTH"):
        notices.tell("25 messages", kind=notices.BULK, connector_id=connector)
    notices.mark_read(anna)
    assert notices.count(["DEMO"], 10) == 2 and notices.count(["DEMO", "NORTH"], 1) == 2
    assert notices.flush(["DEMO"]) == 2
    assert sorted(texts(anna)) == ["25 messages", "A problem."]


def test_old_messages_go_unless_the_problem_is_still_there(readers: tuple[int, int]) -> None:
    anna, _ = readers
    notices.tell("Still there.", key="x")
    notices.tell("Over.", key="y")
    notices.end("y")
    notices.tell("Done.", kind=notices.BULK)
    assert notices.tidy(utcnow() - timedelta(days=1)) == 0
    assert notices.tidy(utcnow() + timedelta(seconds=1)) == 2
    assert texts(anna) == ["Still there."]
