"""Rows of the queue's tables for tests: one call, sensible values for what the test does not care about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from connector.db import db
from connector.queue.models import Attempt, Message, Run

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
EXCHANGE = {
    "method": "PUT",
    "url": "http://store.example/rest/V1/products/MUG",
    "at": "2026-05-04T12:00:00+00:00",
    "headers": {"Authorization": "***", "Content-Type": "application/json"},
    "params": None,
    "body": {"product": {"sku": "MUG", "price": 12.5}},
    "status": 200,
    "seconds": 0.0421,
    "response_headers": {"Content-Type": "application/json"},
    "response": {"id": 7, "sku": "MUG"},
}


def message(**values: Any) -> int:
    """One message; returns its id."""
    return messages([values])[0]


def messages(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Several messages in one statement each (a row may name its own columns); returns their ids."""
    ids = []
    with db.write() as connection:
        for number, values in enumerate(rows):
            ids.append(connection.execute(insert(Message).returning(Message.id), _message(number, values)).scalar_one())
    return ids


def many(count: int, **values: Any) -> None:
    """Many messages M0, M1, ... that differ in their key and by a second in time."""
    with db.write() as connection:
        connection.execute(insert(Message), [_message(n, {"key": f"M{n}", **values}, n) for n in range(count)])


def _message(number: int, values: Mapping[str, Any], seconds: int = 0) -> dict[str, Any]:
    at = START + timedelta(seconds=seconds)
    over = values.get("status") in ("failed", "succeeded", "skipped", "superseded", "held")
    usual = {
        "connector_id": "DEMO",
        "entity": "price",
        "direction": "erp_to_store",
        "key": f"KEY{number}",
        "status": "pending",
        "created_at": at,
        "available_at": at,
        "settled_at": at if over else None,
    }
    return {**usual, **values}


def attempt(exchanges: list[dict[str, Any]] | None = None, **values: Any) -> int:
    """One attempt; returns its id."""
    with db.write() as connection:
        row = _attempt(values, exchanges or [])
        return int(connection.execute(insert(Attempt).returning(Attempt.id), row).scalar_one())


def many_attempts(count: int, **values: Any) -> None:
    """Many attempts that differ in their key and by a second in time."""
    with db.write() as connection:
        rows = [_attempt({"key": f"M{n}", "message_id": n + 1, **values}, [EXCHANGE], n) for n in range(count)]
        connection.execute(insert(Attempt), rows)


def _attempt(values: Mapping[str, Any], exchanges: list[dict[str, Any]], seconds: int = 0) -> dict[str, Any]:
    values = dict(values)
    text = values.pop("exchanges_text", None) or json.dumps(exchanges)
    at = values.get("finished_at") or START + timedelta(seconds=seconds)
    usual = {
        "connector_id": "DEMO",
        "entity": "price",
        "direction": "erp_to_store",
        "key": "MUG",
        "outcome": "succeeded",
        "summary": "Price MUG updated.",
        "exchanges": text,
        "calls": len(exchanges),
        "started_at": at - timedelta(seconds=1),
        "finished_at": at,
    }
    return {**usual, **values}


def run(**values: Any) -> int:
    """One run; returns its id."""
    usual = {
        "connector_id": "DEMO",
        "entity": "price",
        "direction": "erp_to_store",
        "status": "success",
        "created_at": START,
        "started_at": START,
    }
    with db.write() as connection:
        return int(connection.execute(insert(Run).returning(Run.id), {**usual, **values}).scalar_one())
