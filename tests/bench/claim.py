"""G4, G6: claim and settle, against the bare driver with the same meaning, and flat as the table grows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from connector.db import db, micros, utcnow
from connector.queue.working.claim import claim
from connector.queue.working.endings import Done
from connector.queue.working.policy import Policy
from connector.queue.working.settle import settle_all
from connector.queue.working.work import Report, Unit, Verdict
from tests.bench.common import LANE, Goal, World, progress, seconds, side_by_side

COUNT, BATCH = 10_000, 100


def run(world: World, python: Path) -> list[Goal]:
    return [*against_the_driver(world), *flat(world)]


def raw(count: int) -> float:
    """Messages a second with the driver alone: lease, epoch, skip locked, acknowledge; no log rows."""
    pick = (
        "SELECT id FROM message WHERE connector_id = 'BENCH' AND entity = 'price' AND direction = 'erp_to_store' "
        "AND priority = 5 AND status = 'pending' AND available_at <= {now} ORDER BY available_at, id LIMIT 100"
    )
    take = (
        "UPDATE message SET status = 'running', epoch = epoch + 1, worker = 'raw', lease_until = {until} "
        "WHERE id {ids} RETURNING id, key, payload, attempts, epoch, version, operation"
    )
    finish = "UPDATE message SET status = 'succeeded', attempts = attempts + 1, settled_at = {now} WHERE "

    def work() -> None:
        for _ in range(count // BATCH):
            now = micros(utcnow())
            with db.write() as connection:
                if db.sqlite:
                    sql = take.format(ids=f"IN ({pick.format(now=now)})", until=now + 30_000_000)
                    rows = connection.exec_driver_sql(sql).fetchall()
                else:
                    found = connection.exec_driver_sql(pick.format(now=now) + " FOR UPDATE SKIP LOCKED").fetchall()
                    sql = take.format(ids="= ANY(%s)", until=now + 30_000_000)
                    rows = connection.exec_driver_sql(sql, ([row[0] for row in found],)).fetchall()
            with db.write() as connection:
                done = [[row[0], row[4]] for row in rows]
                if db.sqlite:
                    sql = finish.format(now=now) + "id IN (SELECT json_extract(value, '$[0]') FROM json_each(?))"
                    connection.exec_driver_sql(sql, (json.dumps(done),))
                else:
                    connection.exec_driver_sql(finish.format(now=now) + "id = ANY(%s)", ([row[0] for row in done],))

    return count / seconds(work)


def ours(count: int) -> float:
    """Messages a second through claim and settle_all, one transaction each, with attempts, counters and fences."""
    policy = Policy(batchable=True, threshold=0, batch=BATCH)

    def work() -> None:
        for _ in range(count // BATCH):
            now = utcnow()
            taken = tuple(claim(LANE, BATCH, worker="bench", lease_seconds=30, now=now))
            report = Report([Verdict(message.id) for message in taken])
            settle_all([Done(Unit(LANE, taken, set), report, now, utcnow())], policy, now=utcnow())

    return count / seconds(work)


def against_the_driver(world: World) -> list[Goal]:
    def prepared(work: Callable[[int], float]) -> float:
        world.fresh(settled=100_000)
        world.put(COUNT)
        world.analyze()
        return work(COUNT)

    plain, product = side_by_side(lambda: prepared(raw), lambda: prepared(ours), rounds=3)
    goal = 0.6 if world.name == "SQLite" else 0.7
    text = f"{product / plain:.2f} x ({product:,.0f} of {plain:,.0f} messages/s)"
    note = "ours also writes an attempt for each message and the counters of the minute; the driver writes neither"
    return [
        Goal("G4", f"claim + settle of 100 >= {goal} x the driver ({world.name})", text, product / plain >= goal, note)
    ]


def flat(world: World) -> list[Goal]:
    """The cost of one message with much behind, much in front, and much that is not due yet."""

    def measured(settled: int = 1_000, pending: int = 20_000, deferred: int = 0) -> float:
        world.fresh(settled=settled)
        world.fill(deferred, status="pending", ahead=3600, tag="later")
        world.fill(pending, status="pending", tag="now", ahead=-60)
        world.analyze()
        ours(2_000)
        return 1 / ours(COUNT)

    large = 1_000_000
    progress("flat: small, then a million settled, a million pending, 100,000 deferred")
    small = side_by_side(measured, rounds=3)[0]
    history = measured(settled=large)
    ahead = measured(pending=large)
    later = measured(deferred=100_000)
    where = f"({world.name})"
    return [
        Goal("G6", f"1M settled rows <= 1.2 x of 1k {where}", f"{history / small:.2f} x", history / small <= 1.2),
        Goal("G6", f"1M pending <= 1.2 x of 20k {where}", f"{ahead / small:.2f} x", ahead / small <= 1.2),
        Goal("G6", f"100k deferred in front <= 1.1 x {where}", f"{later / small:.2f} x", later / small <= 1.1),
    ]
