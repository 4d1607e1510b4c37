"""What pages read of messages: on both databases, in few statements, by the index that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from connector.db import db
from connector.queue.lanes import Lane
from connector.queue.reading import history, logbook, paging
from connector.queue.reading.filters import Filter
from connector.queue.reading.history import Place
from connector.queue.reading.logbook import LogFilter, RunFilter
from tests import rows
from tests.rows import START

PRICES = Lane("DEMO", "price", "erp_to_store")


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent in the block, BEGIN and the like left out."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plan(statement: str, parameters: Any) -> str:
    """How the database would answer, as text."""
    with db.read() as connection:
        if db.sqlite:
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(str(row[3]) for row in found)
        return "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))


def keys(page: Any) -> list[str]:
    return [row.key for row in page.rows]


def test_messages_come_newest_first_and_page_by_their_id(any_app: Flask) -> None:
    rows.many(7, status="succeeded")
    first = history.messages(Filter(), limit=3)
    second = history.messages(Filter(), before=first.older, limit=3)
    third = history.messages(Filter(), before=second.older, limit=3)
    assert keys(first) + keys(second) + keys(third) == [f"M{n}" for n in range(6, -1, -1)]
    assert third.older is None


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(connector="DEMO"), ["MUG-1", "CUP", "MUG"]),
        (Filter(entity="product"), ["OTHER", "CUP"]),
        (Filter(status="failed"), ["OTHER", "CUP"]),
        (Filter(connector="DEMO", entity="product", status="failed"), ["CUP"]),
        (Filter(connector="DEMO", entity="product", code="store.poison", status="failed"), ["CUP"]),
        (Filter(key="MUG"), ["MUG"]),
        (Filter(text="mug"), ["MUG-1", "MUG"]),
        (Filter(text="POISON"), ["CUP"]),
        (Filter(text="100%"), ["OTHER"]),
        (Filter(text="no such thing"), []),
        (Filter(direction="store_to_erp"), []),
        (Filter(status="failed", since=START + timedelta(seconds=1)), ["OTHER"]),
        (Filter(status="failed", until=START), ["CUP"]),
        (Filter(status="waiting"), []),
    ],
)
def test_filters_combine(any_app: Flask, chosen: Filter, expected: list[str]) -> None:
    rows.messages(
        [
            {"key": "MUG", "status": "succeeded", "reason": "Price MUG updated."},
            {"key": "CUP", "entity": "product", "status": "failed", "error": "poison", "code": "store.poison"},
            {"key": "MUG-1"},
            {
                "key": "OTHER", "entity": "product", "connector_id": "B", "status": "failed", "reason": "100% wrong",
                "settled_at": START + timedelta(seconds=5),
            },
        ]
    )  # fmt: skip
    assert keys(history.messages(chosen)) == expected


def test_a_search_in_texts_looks_through_a_window_and_says_where_it_stopped(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "WINDOW", 10)
    rows.message(key="NEEDLE", status="succeeded")
    rows.many(25, status="succeeded")
    looked, page = 0, history.messages(Filter(text="needle"))
    while not page.rows:
        assert page.older == page.looked_to
        looked, page = looked + 1, history.messages(Filter(text="needle"), before=page.older)
    assert keys(page) == ["NEEDLE"]
    assert page.older is None
    assert looked == 2


def test_a_status_outside_the_table_is_refused_and_never_becomes_sql() -> None:
    with pytest.raises(ValueError, match="not a status"):
        Filter(status="failed' OR 1=1 --")


def test_a_filter_survives_its_way_through_json() -> None:
    chosen = Filter("DEMO", "price", status="failed", text="x", code="", since=START)
    assert Filter.from_json(chosen.as_json()) == chosen


def test_a_lane_shows_what_runs_and_then_what_comes_next(any_app: Flask) -> None:
    rows.messages(
        [
            {"key": "LATER", "available_at": START + timedelta(hours=1)},
            {"key": "NEXT"},
            {"key": "URGENT", "priority": 0, "available_at": START + timedelta(minutes=1)},
            {"key": "NOW", "status": "running"},
            {"key": "OTHER", "entity": "product"},
            {"key": "DONE", "status": "succeeded"},
        ]
    )
    assert keys(history.ahead(PRICES)) == ["NOW", "URGENT", "NEXT", "LATER"]
    first = history.ahead(PRICES, limit=2)
    assert keys(first) == ["NOW", "URGENT", "NEXT"]
    assert first.after is not None
    assert keys(history.ahead(PRICES, Place.parse(str(first.after)), limit=2)) == ["LATER"]


@pytest.mark.parametrize(
    "word",
    [
        "",
        "1",
        "1.2",
        "a.b.c",
        "1.2.3.4",
        "-1.2.3",
        "1.99999999999999999999.3",
        "١.٢.٣",
        "10.2.3",
        "1.999999999999999999.3",
    ],
)
def test_a_wrong_place_in_a_lane_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="place"):
        Place.parse(word)


def test_a_child_of_a_batch_shows_the_requests_of_its_parent(any_app: Flask) -> None:
    number = rows.message(key="MUG", status="failed")
    parent = rows.attempt([rows.EXCHANGE], kind="batch", key="")
    rows.attempt(kind="child", parent_id=parent, message_id=number, outcome="failed")
    rows.attempt([], kind="single", message_id=number, number=2)
    newest, child = history.attempts(number).rows
    assert (newest.number, newest.exchanges) == (2, "[]")
    assert "store.example" in child.exchanges
    assert [row.key for row in logbook.children(parent)] == ["MUG"]


def test_the_timeline_of_a_record_has_its_messages_and_their_tries(any_app: Flask) -> None:
    old, new, other = rows.messages(
        [
            {"key": "MUG", "status": "succeeded", "merged": 3},
            {"key": "MUG", "created_at": START + timedelta(minutes=5)},
            {"key": "CUP"},
        ]
    )
    rows.attempt(message_id=old, finished_at=START + timedelta(minutes=1), number=2)
    rows.attempt(message_id=other)
    found = history.timeline("DEMO", "price", "MUG")
    assert [(row.kind, row.message_id, row.word, row.number) for row in found] == [
        ("message", new, "pending", 0),
        ("single", old, "succeeded", 2),
        ("message", old, "succeeded", 3),
    ]
    assert found[0].at == START + timedelta(minutes=5)
    assert history.timeline("DEMO", "product", "MUG") == []


def test_only_what_is_pending_in_a_lane_can_be_chosen_from_it(any_app: Flask) -> None:
    ids = rows.messages([{"key": "A"}, {"key": "B", "status": "running"}, {"key": "C", "entity": "product"}])
    assert history.keys_of(PRICES, ids) == ["A"]
    assert history.keys_of(PRICES, []) == []


def test_failures_are_grouped_by_cause_with_first_and_last_time(any_app: Flask) -> None:
    rows.many(3, status="failed", code="store.poison", reason="The store refuses this.")
    rows.message(key="X", status="failed", entity="product", code="", reason="Something else.")
    rows.message(key="Y", status="succeeded", code="store.poison")
    other, poison = history.failed_groups()
    assert (poison.connector, poison.entity, poison.code, poison.count) == ("DEMO", "price", "store.poison", 3)
    assert poison.sentence == "The store refuses this."
    assert (poison.first_seen, poison.last_seen) == (START, START + timedelta(seconds=2))
    assert (other.entity, other.code, other.count) == ("product", "", 1)
    assert history.failed_count() == 4
    assert [group.count for group in history.failed_groups(Filter(entity="price", text="refuses"))] == [3]
    assert history.failed_groups(Filter(text="nothing says this")) == []


def test_a_count_stops_at_the_cap(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CAP", 5)
    rows.many(20, status="failed", code="a")
    assert history.failed_count() == 6
    (group,) = history.failed_groups()
    assert group.count == 6


def test_the_log_filters_by_level_outcome_text_and_time(any_app: Flask) -> None:
    rows.attempt(key="A", finished_at=START)
    rows.attempt(
        key="B", level="error", outcome="failed", summary="No such set", finished_at=START + timedelta(hours=1)
    )
    rows.attempt(key="C", entity="product", finished_at=START + timedelta(hours=2))

    def found(**values: Any) -> list[str]:
        return keys(logbook.attempts_page(LogFilter(**values)))

    assert found() == ["C", "B", "A"]
    assert found(level="error") == found(outcome="failed") == found(text="no such SET") == ["B"]
    assert found(entity="product", connector="DEMO") == ["C"]
    assert found(since=START + timedelta(minutes=30)) == ["C", "B"]
    assert found(since=START + timedelta(minutes=30), until=START + timedelta(minutes=90)) == ["B"]
    assert found(until=START - timedelta(seconds=1)) == []


def test_the_log_finds_a_minute_among_many_without_an_index_on_the_time(any_app: Flask) -> None:
    rows.many_attempts(4000)
    at = START + timedelta(seconds=2000)
    page = logbook.attempts_page(LogFilter(since=at, until=at + timedelta(seconds=3)))
    assert keys(page) == ["M2003", "M2002", "M2001", "M2000"]
    assert page.older is None


def test_a_batch_is_one_entry_unless_a_text_is_looked_for(any_app: Flask) -> None:
    parent = rows.attempt([rows.EXCHANGE], kind="batch", key="", summary="2 prices")
    rows.attempt(kind="child", parent_id=parent, key="MUG")
    rows.attempt(kind="child", parent_id=parent, key="CUP")
    assert [row.kind for row in logbook.attempts_page(LogFilter()).rows] == ["batch"]
    assert keys(logbook.attempts_page(LogFilter(text="cup"))) == ["CUP"]


def test_what_came_of_a_reprocess_can_be_told_apart(any_app: Flask) -> None:
    again = rows.message(key="A", status="succeeded", origin="reprocess")
    plain = rows.message(key="B", status="succeeded")
    rows.attempt(key="A", message_id=again)
    rows.attempt(key="B", message_id=plain)
    rows.attempt(key="C", message_id=plain, outcome="reprocessed", kind="person")
    assert keys(logbook.attempts_page(LogFilter(reprocessed=True))) == ["C", "A"]
    assert keys(logbook.attempts_page(LogFilter(reprocessed=False))) == ["B"]


def test_an_export_reads_every_page(any_app: Flask) -> None:
    rows.many_attempts(23)
    assert len(list(logbook.all_attempts(LogFilter(), page=5))) == 23
    assert len(list(logbook.all_attempts(LogFilter(), most=7, page=5))) == 7


def test_runs_filter_by_all_their_columns(any_app: Flask) -> None:
    rows.run(entity="product", mode="manual")
    number = rows.run(status="error", details="It broke.")
    assert [run.entity for run in logbook.runs_page(RunFilter()).rows] == ["price", "product"]
    assert [run.id for run in logbook.runs_page(RunFilter("DEMO", "price", "error", "auto", "complete")).rows] == [
        number
    ]
    run = logbook.run(number)
    assert run is not None
    assert logbook.details(run) == "It broke."


def test_the_lines_of_a_run_are_its_own(any_app: Flask) -> None:
    number = rows.run(finished_at=START + timedelta(seconds=9))
    rows.attempt(run_id=number, key="A")
    rows.attempt(run_id=number, key="", kind="batch")
    rows.attempt(run_id=number + 1, key="B")
    run = logbook.run(number)
    assert run is not None
    assert keys(logbook.lines(run)) == ["A"]


# --- G7: the indexes that were meant, with the values that are really sent ------------------------------------


@pytest.fixture
def crowded(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Enough rows that a planner has a choice: 4,000 settled, 300 failed, 300 pending; a window is a part of them."""
    monkeypatch.setattr(paging, "WINDOW", 500)
    rows.many(4000, status="succeeded")
    rows.many(150, status="failed", code="a")
    rows.many(150, status="failed", code="b", entity="product")
    rows.many(300, status="pending")
    rows.many_attempts(4000)
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return any_app


def reading(chosen: Any, table: str = "message") -> str:
    """The plan of the last statement that read the table."""
    with statements() as seen:
        chosen()
    assert 1 <= len(seen) <= 3, [statement for statement, _ in seen]
    return plan(*next(found for found in reversed(seen) if f"FROM {table}" in found[0]))


def unscanned(found: str) -> bool:
    return "Seq Scan" not in found and not any(
        line.startswith("SCAN message") and "INDEX" not in line for line in found.splitlines()
    )


PRIMARY = ("INTEGER PRIMARY KEY", "pk_message", "message_pkey")


@pytest.mark.parametrize(
    ("chosen", "indexes"),
    [
        (Filter(), PRIMARY),
        (Filter("DEMO", "price"), PRIMARY),
        (Filter("DEMO", "price", status="succeeded"), PRIMARY),
        (Filter(text="needle"), PRIMARY),
        (Filter(key="M7"), ("ix_message_key",)),
        (Filter("DEMO", "price", status="failed"), ("ix_message_failed",)),
        (Filter("DEMO", "price", status="failed", code="a"), ("ix_message_failed",)),
        (Filter(status="failed"), ("ix_message_failed",)),
        (Filter("DEMO", status="waiting"), ("ix_message_waiting",)),
        (Filter("DEMO", "price", status="held"), ("ix_message_held",)),
        (Filter("DEMO", "price", status="pending"), ("ix_message_ready", "ux_message_pending")),
    ],
    ids=str,
)
def test_a_list_of_messages_uses_its_index(crowded: Flask, chosen: Filter, indexes: tuple[str, ...]) -> None:
    for before in (None, 3000):
        found = reading(lambda before=before: history.messages(chosen, before))
        assert any(index in found for index in indexes), found
        assert unscanned(found), found


def test_the_failed_page_jumps_from_cause_to_cause(crowded: Flask) -> None:
    with statements() as seen:
        assert len(history.failed_groups()) == 2
    assert len(seen) == 2
    for statement, parameters in seen:
        found = plan(statement, parameters)
        assert "ix_message_failed" in found, found
        assert unscanned(found), found


def test_a_lane_is_read_by_the_claims_own_index(crowded: Flask) -> None:
    first = history.ahead(PRICES, limit=50)
    assert first.after is not None
    for after in (None, first.after):
        found = reading(lambda after=after: history.ahead(PRICES, after))
        assert "ix_message_ready" in found, found
        assert unscanned(found), found


@pytest.mark.parametrize(
    "chosen", [LogFilter(), LogFilter("DEMO", "price"), LogFilter(level="error"), LogFilter(since=START)], ids=str
)
def test_the_log_page_never_scans(crowded: Flask, chosen: LogFilter) -> None:
    found = reading(lambda: logbook.attempts_page(chosen, 3000), "attempt")
    names = ("INTEGER PRIMARY KEY", "pk_attempt", "attempt_pkey", "ix_attempt_entity")
    assert any(name in found for name in names), found
    assert "Seq Scan" not in found and "SCAN attempt" not in found, found
