"""Query plans (goal G7): every statement of a message's way names its index, and none reads the table through.

The statements are caught as the product sends them, with the values it binds, and explained by the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from connector.clock import FakeClock
from connector.db import db
from connector.errors import Fail, Retry, Wait
from connector.queue.reading import history
from connector.queue.repairing import repair
from connector.queue.working import claim, looks, settle, takeover
from connector.queue.working.claim import Claimed
from connector.queue.working.endings import Done
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Verdict
from connector.sync import terms
from tests.queueing import LANE, after, put, take, unit

KEYS = [f"SKU-{number:05}" for number in range(400)]
SETTLED = 30_000
OLD = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
    INSERT INTO message (connector_id, entity, direction, key, operation, status, reason, priority, origin, "user",
        version, payload, merged, attempts, deaths, created_at, available_at, settled_at, epoch, worker, waits_for,
        error, code)
    SELECT 'DEMO', 'price', 'erp_to_store', 'OLD-' || n, 'upsert', 'succeeded', 'Price updated.', 5, 'push', '', n,
        '{{}}', 0, 1, 0, n, n, n, 1, 'w', '', '', '' FROM numbers"""

BOUND = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
    INSERT INTO binding (connector_id, entity, key, source_id, target_id, written_hash, written_fields, version, unsure,
        writes, created_at)
    SELECT 'DEMO', 'order', 'ORDER-' || n, '', 'SO/SO' || n, '', '{{}}', 0, false, 1, 0 FROM numbers"""
NAMED = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
    INSERT INTO search_term (term, connector_id, entity, key)
    SELECT 'buyer' || n || '@example.com', 'DEMO', 'order', 'ORDER-' || n FROM numbers"""


@pytest.fixture
def table(any_app: Flask, clock: FakeClock) -> FakeClock:
    return fill(clock)


def fill(clock: FakeClock) -> FakeClock:
    """A table with everything in it: 30,000 settled, 100 running, 100 waiting, 200 pending, statistics up to date."""
    with db.write() as connection:
        connection.exec_driver_sql(OLD.format(count=SETTLED))
    put(clock, *KEYS[:100])
    finish(clock, take(clock), Wait("Not yet.", for_=("product", "X")))
    put(clock, *KEYS[100:])
    assert len(take(clock)) == 100
    put(clock, *(f"NEW-{number}" for number in range(10)), priority=0)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return clock


def finish(clock: FakeClock, messages: list[Claimed], word: Any = None) -> None:
    report = Report([Verdict(message.id, word) for message in messages])
    now = clock.now()
    settle.settle_all([Done(unit(*messages), report, now, now)], Policy(), now=now)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the message table in the block."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if "message" in sql and sql.lstrip().startswith(("SELECT", "UPDATE", "INSERT")):
            seen.append((sql, values[0] if many else values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def explain(sql: str, values: Any) -> str:
    with db.read() as connection:
        if db.sqlite:
            return "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values))


def check(seen: list[tuple[str, Any]], *indexes: str) -> None:
    """The plans name these indexes, and no statement reads the message table from end to end."""
    assert seen, "nothing was sent"
    plans = [explain(sql, values) for sql, values in seen]
    for (sql, _), plan in zip(seen, plans, strict=True):
        for line in plan.splitlines():
            whole = line.startswith("SCAN ") and line.split()[1] in ("message", "ready", "busy", "newer", "old")
            assert not whole and "Seq Scan on message" not in line, f"{sql}\n{plan}"
    told = "\n".join(plans)
    for index in indexes:
        assert index in told, f"{index} is not in\n{told}"


def pk() -> str:
    return "INTEGER PRIMARY KEY" if db.sqlite else "pk_message"


def test_the_claim_reads_its_index_from_left_to_right(table: FakeClock) -> None:
    with statements() as seen:
        assert len(take(table, 20)) == 20
    check(seen, "ix_message_ready", "ux_message_running", pk())
    picks = [(sql, values) for sql, values in seen if "ready.priority" in sql]
    assert ["priority = 0" in sql for sql, _ in picks] == [True, False], "one statement for each priority"
    for sql, values in picks:
        plan = explain(sql, values)
        assert "ix_message_ready" in plan
        assert "TEMP B-TREE" not in plan and "Sort" not in plan, "the order is the index's own"


def test_a_claim_behind_a_mark_reads_the_same_index(table: FakeClock) -> None:
    first = take(table, 15)
    with statements() as seen:
        take(table, 5, after=first[-1].mark)
    check(seen, "ix_message_ready")
    [(sql, values)] = [(sql, values) for sql, values in seen if "after_at" in sql or "after_at" in str(values)][-1:]
    assert "TEMP B-TREE" not in explain(sql, values)


def test_a_plan_that_is_made_once_for_all_values_reads_it_too(postgres_app: Flask, clock: FakeClock) -> None:
    """PostgreSQL changes to a generic plan after some executions; a bound status could not use a partial index."""
    fill(clock)
    with statements() as seen:
        take(clock, 20)
    for sql, values in [(sql, values) for sql, values in seen if "ready.priority" in sql]:
        plan = generic(sql, values)
        assert "ix_message_ready" in plan and "Sort" not in plan and "Seq Scan" not in plan


def generic(sql: str, values: dict[str, Any]) -> str:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    for number, name in enumerate(names, 1):
        sql = sql.replace(f"%({name})s", f"${number}")
    literals = ", ".join(f"'{values[name]}'" for name in names)
    with db.read() as connection:
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql(f"PREPARE pick AS {sql}")
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE pick({literals})"))
        connection.exec_driver_sql("DEALLOCATE pick")
    assert "$1" in plan, "the plan is for all values"
    return plan


def test_taking_over_from_the_dead_reads_the_leases(table: FakeClock) -> None:
    table.advance(31)
    with statements() as seen:
        assert claim.reclaim(table.now()).requeued == 100
    check(seen, "ix_message_lease", "ux_message_pending")


def test_looking_again_at_what_waits_reads_the_waiting(table: FakeClock) -> None:
    table.advance(61)
    with statements() as seen:
        assert takeover.look_again(LANE, table.now()) == 100
    check(seen, "ix_message_waiting")


def test_releasing_what_waits_for_a_record_reads_the_waiting(table: FakeClock) -> None:
    with statements() as seen:
        assert repair.release(LANE.connector, "product", "X") == 100
    check(seen, "ix_message_waiting")


def test_a_look_at_a_lane_reads_indexes_only(table: FakeClock) -> None:
    with statements() as seen:
        looks.look(LANE, table.now())
        looks.urgent_ready(LANE, table.now())
    check(seen, "ix_message_ready", "ix_message_lease")


def test_a_put_finds_the_waiting_row_by_its_key(table: FakeClock) -> None:
    with statements() as seen:
        put(table, *KEYS[:50])
    check(seen)
    if not db.sqlite:  # SQLite says nothing about the index of ON CONFLICT
        assert "ux_message_pending" in explain(*seen[0])


WORDS: list[Callable[[], Any]] = [lambda: None, lambda: Fail("No."), lambda: Retry("503")]


@pytest.mark.parametrize("word", [*WORDS, lambda: Wait("Not yet.", for_=("product", "X"))])
def test_settling_goes_by_the_id(table: FakeClock, word: Callable[[], Any]) -> None:
    messages = take(table, 10)
    with statements() as seen:
        finish(table, messages, word())
    check(seen, pk())


def test_the_search_reads_indexes_only(table: FakeClock) -> None:
    """Each look of the box in the header: messages by key, bindings by key and by id, names."""
    with db.write() as connection:
        connection.exec_driver_sql(BOUND.format(count=20_000))
        connection.exec_driver_sql(NAMED.format(count=20_000))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        sent.append((sql, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert history.records_of(["OLD-7"]) == [("DEMO", "price", "OLD-7")]
        entities = ["product", "order", "customer", "shipment"]
        assert [each.key for each in terms.by_binding(["ORDER-7"], ["DEMO"], entities, 10)] == ["ORDER-7"]
        assert [each.key for each in terms.by_binding(["SO/SO7"], ["DEMO"], entities, 10)] == ["ORDER-7"]
        assert [each.key for each in terms.by_name("Buyer7@example.com", 10)] == ["ORDER-7"]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    plans = [explain(sql, values) for sql, values in sent if sql.startswith("SELECT")]
    assert len(plans) == 6, "the second of those by a binding looks for its id"
    for plan in plans:
        assert "SCAN " not in plan and "Seq Scan" not in plan, plan
    told = "\n".join(plans)
    for index in ("ix_message_key", "ix_binding_target"):
        assert index in told, told


def test_closing_what_has_failed_reads_the_failed_by_key(table: FakeClock) -> None:
    finish(table, take(table, 20), Fail("No.", code="a"))
    put(table, *KEYS[:20])
    messages = take(table, 20)
    with statements() as seen:
        finish(table, messages)
    resolving = [(sql, values) for sql, values in seen if "newer.said" in sql]
    check(resolving, "ix_message_failed_key")


def test_leases_are_renewed_and_asked_for_by_the_id(table: FakeClock) -> None:
    messages = take(table, 10)
    with statements() as seen:
        claim.renew(messages, until=after(table, 30))
        claim.ours(messages)
        claim.begin(messages, now=table.now())
        takeover.hand_back([(message.id, message.epoch) for message in messages], table.now())
    check(seen, pk())
