"""Counters by minute: one upsert for each put and each group of settled messages pays for every chart and total."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from connector.db import micros
from connector.queue.lanes import Lane
from connector.queue.sql import run

COUNTERS = ("accepted", "merged", "succeeded", "failed", "skipped", "retried", "calls", "saved", "lag_ms")


@lru_cache(maxsize=64)
def _upsert(names: tuple[str, ...]) -> str:
    zeros = [name for name in COUNTERS if name not in names]
    columns = ", ".join((*names, *zeros))
    cells = ", ".join([f":{name}" for name in names] + ["0"] * len(zeros))
    sums = ", ".join(f"{name} = minute_stat.{name} + excluded.{name}" for name in names)
    return f"""
        INSERT INTO minute_stat (connector_id, entity, direction, minute, {columns})
        VALUES (:connector, :entity, :direction, :minute, {cells})
        ON CONFLICT (connector_id, entity, direction, minute) DO UPDATE SET {sums}"""


def count(connection: Connection, lane: Lane, now: datetime, **amounts: int) -> None:
    """Add to the counters of this minute, the last thing in a transaction: its row is everybody's."""
    amounts = {name: amount for name, amount in amounts.items() if amount}
    if not amounts:
        return
    values = {
        "connector": lane.connector,
        "entity": lane.entity,
        "direction": lane.direction,
        "minute": micros(now) // 60_000_000,
        **amounts,
    }
    run(connection, _upsert(tuple(sorted(amounts))), values)
