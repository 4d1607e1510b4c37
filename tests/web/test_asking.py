"""What addresses and forms ask for, with any value: a page, a sentence or a clear refusal, never a fault."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from connector.web.frame import asking
from connector.web.frame.asking import Asked
from connector.web.frame.language import spoken
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk
from tests.web.people import Client, client

PATHS = (
    "/messages",
    "/failed",
    "/failed/messages",
    "/log",
    "/log/attempts.csv",
    "/log/runs",
    "/log/events",
    "/notifications",
    "/processes/DEMO/price",
    "/records/DEMO/price/MUG",
    "/log/attempts/1",
    "/log/runs/1",
    "/messages/1",
)
NAMES = (
    "connector",
    "entity",
    "status",
    "key",
    "text",
    "cause",
    "level",
    "action",
    "mode",
    "scope",
    "before",
    "after",
    "from_date",
    "from_time",
    "to_date",
    "to_time",
    "run",
    "looks",
    "read",
    "part",
)
ODD = (
    "",
    "0",
    "-1",
    "1",
    "9" * 30,
    "\x00",
    "%",
    "_",
    "'",
    "' OR 1=1 --",
    "é",
    "🦊",
    "\ud800",
    "2026-05-04",
    "2026-13-01",
    "10:00",
    "24:00",
    "failed",
    "DEMO",
    "price",
    "1.2.3",
    "5.1777896000000000.3",
    "x" * 1000,
    "[]",
    "null",
)
values = st.one_of(st.sampled_from(ODD), st.text(max_size=20))


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    rows.message(key="MUG", status="failed")
    rows.attempt(message_id=1)
    rows.run()
    return desk(app)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), query=st.dictionaries(st.sampled_from(NAMES), values, max_size=5))
def test_any_query_gets_a_page_or_a_clear_refusal(
    engine: Desk, operator: Client, path: str, query: dict[str, str]
) -> None:
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    answer = operator.get(path, query_string=query, buffered=True)
    assert answer.status_code in (200, 302, 400, 404, 422), query
    part = operator.part(path, query_string=query, buffered=True)
    assert part.status_code == answer.status_code


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ("/failed/reprocess", "/failed/skip", "/messages/1/reprocess", "/messages/1/skip", "/messages/1/hold",
         "/processes/DEMO/price/selected", "/processes/DEMO/price/process", "/records/DEMO/price/MUG/sync")
    ),
    form=st.dictionaries(st.sampled_from((*NAMES, "id", "reason", "confirmed")), values, max_size=5),
)  # fmt: skip
def test_any_form_is_done_or_clearly_refused(engine: Desk, operator: Client, path: str, form: dict[str, str]) -> None:
    form = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    assert operator.post(path, data=form).status_code in (200, 303, 400, 403, 404, 422), form


@given(raw=st.binary(max_size=30))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_no_text_are_taken_too(engine: Desk, viewer: Client, raw: bytes) -> None:
    quoted = "".join(f"%{byte:02X}" for byte in raw)
    for address in (f"/messages?text={quoted}&key={quoted}", f"/records/DEMO/price/x{quoted}"):
        assert viewer.get(address).status_code in (200, 308, 400, 404, 422)


@pytest.mark.parametrize("path", PATHS)
def test_both_databases_take_what_the_pages_let_through(any_app: Flask, path: str) -> None:
    seed.connector()
    rows.message(key="MUG", status="failed")
    rows.attempt(message_id=1)
    rows.run()
    desk(any_app)
    person = client(any_app, "vera")
    largest = str(2**63 - 1)
    days = {"from_date": "1970-01-01", "to_date": "9000-12-31", "to_time": "23:59"}
    for query in (
        {"text": "%_'\\/🦊", "key": "%_'\\", "cause": "%'"},
        {"before": largest, "after": largest, "run": largest},
        {"before": "0", "after": "0.0.0"},
        {"after": "9.999999999999999999.999999999999999999"},
        {"status": "held", **days},
        {"text": "x", "before": "1", **days},
    ):
        answer = person.get(path, query_string=query, buffered=True)
        assert answer.status_code in (200, 400, 404, 422), query


def test_a_key_on_postgresql_is_looked_for_as_it_is(any_app: Flask) -> None:
    from connector.queue.reading import history
    from connector.queue.reading.filters import Filter

    rows.message(key="A_B%", status="succeeded")
    rows.message(key="AxB%", status="succeeded")
    assert [row.key for row in history.messages(Filter(text="a_b%")).rows] == ["A_B%"]


def test_a_moment_is_utc_and_an_end_reaches_to_its_end() -> None:
    asked = Asked({"d": "2026-05-04", "t": "14:05", "s": "14:05:30"})
    assert asked.moment("d", "none") == datetime(2026, 5, 4, tzinfo=UTC)
    assert asked.moment("d", "none", end=True) == datetime(2026, 5, 4, 23, 59, 59, 999999, tzinfo=UTC)
    assert asked.moment("d", "t") == datetime(2026, 5, 4, 14, 5, tzinfo=UTC)
    assert asked.moment("d", "t", end=True) == datetime(2026, 5, 4, 14, 5, 59, 999999, tzinfo=UTC)
    assert asked.moment("d", "s", end=True) == datetime(2026, 5, 4, 14, 5, 30, 999999, tzinfo=UTC)
    assert asked.moment("none", "nor") is None
    assert (asked.errors, asked.status) == ({}, 200)


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "٣", "9" * 19, "9" * 30, " 1"])
def test_a_cursor_that_is_none_is_refused(app: Flask, value: str) -> None:
    with app.test_request_context(), pytest.raises(BadRequest):
        Asked({"before": value}).cursor("before")


def test_ids_of_a_form_are_numbers(app: Flask) -> None:
    assert asking.numbered(["1", "22"]) == [1, 22]
    assert asking.numbered([str(2**63)]) == []
    with app.test_request_context(), pytest.raises(BadRequest):
        asking.numbered(["1", "x"])


def test_an_address_keeps_what_is_not_empty(app: Flask) -> None:
    with app.test_request_context("/messages"):
        asked = Asked({"text": "a&b", "key": ""})
        asked.text("text"), asked.text("key")
        assert asked.address(before=5) == "/messages?text=a%26b&before=5"


@pytest.mark.parametrize(("path", "language"), [("/messages", "de"), ("/api/v1/messages", "en"), ("/healthz", "en")])
def test_people_are_answered_in_their_language_and_machines_in_english(app: Flask, path: str, language: str) -> None:
    with app.test_request_context(path, headers={"Accept-Language": "de"}):
        assert spoken() == language
