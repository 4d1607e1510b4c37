"""A shop in full swing for the page tests: connectors in every state, messages in every status, an hour of work."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from connector.db import db, micros, utcnow
from connector.queue.models import Heartbeat, Message, MinuteStat
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.setup.models import Connector


def connector(connector_id: str = "DEMO", **values: Any) -> None:
    """A connector row as it stands, without the checks of a form."""
    with db.saving() as session:
        session.add(Connector(**{"id": connector_id, "name": "Demo shop", "state": "active", **values}))


ERP = {"url": "http://erp.example", "tenant": "Company", "username": "admin", "password": "erp password"}
STORE = {"url": "http://store.example", "token": "store token", "token_confirm": "store token"}


def configured(connector_id: str = "DEMO", **sections: dict[str, Any]) -> Config:
    """A connector made as the form makes it, with secrets; `sections` lie over the usual values."""
    given = {"erp": ERP, "store": STORE, **sections}
    return connectors.create(connector_id, "Demo shop", "magento", given, "olga")


def message(
    key: str, status: str = "pending", entity: str = "price", connector_id: str = "DEMO", **values: Any
) -> None:
    ready = {"direction": "erp_to_store", "payload": json.dumps({})}
    with db.saving() as session:
        session.add(Message(connector_id=connector_id, entity=entity, key=key, status=status, **ready, **values))


def minute(
    ago: int, entity: str = "price", connector_id: str = "DEMO", now: datetime | None = None, **counters: int
) -> None:
    """What was settled `ago` minutes ago (of `now`: a row of minutes must not be cut by the turn of one)."""
    number = micros(now or utcnow()) // 60_000_000 - ago
    row = {"connector_id": connector_id, "entity": entity, "direction": "erp_to_store", "minute": number}
    with db.saving() as session:
        session.add(MinuteStat(**row, **counters))


def worker() -> None:
    with db.saving() as session:
        session.add(Heartbeat(worker="host-1"))


def busy_shop() -> None:
    """One connector that works, one that needs a person, one that is new."""
    connector()
    connector("NORTH", name="North shop", attention="Magento refused the access token (401).", attention_at=utcnow())
    connector("NEW", name="", state="new")
    worker()
    now = utcnow()
    for number in range(34):
        message(f"P{number:04}", created_at=now - timedelta(seconds=200 + number))
    for status, number in (("waiting", 2), ("failed", 3), ("held", 1), ("running", 1)):
        for place in range(number):
            message(f"{status}-{place}", status, entity="inventory")
    for ago in range(60):
        minute(ago, now=now, succeeded=(ago * 37) % 50, failed=3 if ago in (7, 8, 31) else 0, skipped=ago % 4)


def statuses() -> dict[str, int]:
    """How many messages there are of each status."""
    with db.read() as connection:
        query = select(Message.status, func.count()).group_by(Message.status)
        return {row[0]: row[1] for row in connection.execute(query)}
