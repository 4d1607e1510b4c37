"""Connectors, their schedules, and the people who may sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import Instant, db, utcnow

NEW, ACTIVE, PAUSED, STOPPED = "new", "active", "paused", "stopped"
VIEWER, OPERATOR, ADMIN = "viewer", "operator", "admin"


class Connector(db.Model):
    """One configured pair of an Acumatica tenant and a store, with a plug-in.

    `settings` holds what is not secret, by section: erp, store, queue, price, inventory, entities ...;
    `secrets` is one Fernet token over a JSON object "section.name" -> value. `revision` guards two editors.
    `attention` says why the connector has stopped calling (refused credentials), empty when all is well.
    """

    __tablename__ = "connector"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(default=True)
    archived: Mapped[bool] = mapped_column(default=False)
    erp: Mapped[str] = mapped_column(String(20), default="acumatica")
    plugin: Mapped[str] = mapped_column(String(20), default="magento")
    state: Mapped[str] = mapped_column(String(10), default=NEW)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secrets: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    attention: Mapped[str] = mapped_column(Text, default="")
    attention_at: Mapped[datetime | None] = mapped_column(Instant)
    last_action: Mapped[str] = mapped_column(String(60), default="")
    last_action_by: Mapped[str] = mapped_column(String(120), default="")
    last_action_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


class Schedule(db.Model):
    """What starts when: `window` works the message table, `poll` looks for changes, `clean` keeps house."""

    __tablename__ = "schedule"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40), index=True)
    job: Mapped[str] = mapped_column(String(10))  # window | poll | clean
    entity: Mapped[str] = mapped_column(String(32), default="")
    direction: Mapped[str] = mapped_column(String(16), default="")
    cron: Mapped[str] = mapped_column(String(60), default="* * * * *")
    active: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[datetime | None] = mapped_column(Instant)
    expires_on: Mapped[datetime | None] = mapped_column(Instant)


class User(db.Model):
    """A person who may sign in. `role` is viewer, operator or admin."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(10), default=OPERATOR)
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    session_token: Mapped[str] = mapped_column(String(40), default="")  # changes with the password: ends sessions
