"""Connectors, what is configured about them beside their settings, their schedules, and the people who may sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow

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
    filter: Mapped[str | None] = mapped_column(Text)  # JSON, of a batch: which records it sends


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
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")  # of the pages; "": the browser's


class Token(db.Model):
    """A key for scripts and the command line. Only its SHA-256 is kept; it may do what its owner may."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Grant(db.Model):
    """A person's role in one connector, where it differs from the person's general role."""

    __tablename__ = "user_grant"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))  # none | viewer | operator | admin


class Activity(db.Model):
    """One row of the activity grid (LIF-08): a check, queue, inquiry, push notification or schedule of a connector."""

    __tablename__ = "activity"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)  # "Queue for PRODUCT"
    kind: Mapped[str] = mapped_column(String(12))  # check | queue | inquiry | push | schedule
    position: Mapped[int] = mapped_column(Integer, default=0)
    ok: Mapped[bool | None] = mapped_column()  # None: not known yet
    text: Mapped[str] = mapped_column(Text, default="")
    entity: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)


class ReferenceValue(db.Model):
    """One row of a list that a system keeps (customer classes, warehouses ...), as it was when last fetched.

    One that is gone from the system stays, with `missing` set, so that a setting that names it can say so (CON-12).
    """

    __tablename__ = "reference_value"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    list: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255), primary_key=True)
    label: Mapped[str] = mapped_column(Text, default="")
    more: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[bool] = mapped_column(default=False)
    loaded_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


class SchemaField(db.Model):
    """One field of an entity as a system has it, and whether it takes part (SCM-02)."""

    __tablename__ = "schema_field"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    side: Mapped[str] = mapped_column(String(5), primary_key=True)  # erp | store
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    label: Mapped[str] = mapped_column(Text, default="")
    tab: Mapped[str] = mapped_column(String(60), default="")
    section: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(12), default="text")
    path: Mapped[str] = mapped_column(String(255), default="/root/")
    api_name: Mapped[str] = mapped_column(String(120), default="")
    custom: Mapped[bool] = mapped_column(default=False)
    writable: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=False)
    missing: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(Integer, default=0)
    loaded_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


class MappingRow(db.Model):
    """One row of a mapping: what is called `store` there is called `erp` here.

    `kind` says which table: product, category, customer (attributes), customer_group, payment, shipping_out,
    shipping_in, warehouse, status_out, status_in, branch. `scope` is a store view, "" for all. `more` holds the
    columns that only some kinds have (card type, cash account, title, price class) and the transform.
    """

    __tablename__ = "mapping_row"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(64), default="")
    store: Mapped[str] = mapped_column(String(255), default="")
    erp: Mapped[str] = mapped_column(String(255), default="")
    direction: Mapped[str] = mapped_column(String(16), default="erp_to_store")
    use_in: Mapped[str] = mapped_column(String(8), default="both")  # create | update | both
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    more: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (Index("ix_mapping_row_kind", "connector_id", "kind", "position"),)


class MappingVersion(db.Model):
    """A mapping as it was before somebody changed it: every save keeps the old rows, so that each can be restored."""

    __tablename__ = "mapping_version"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    user: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[list[Any]] = mapped_column(JSON, default=list)

    __table_args__ = (Index("ix_mapping_version_kind", "connector_id", "kind", "id"),)


class Rule(db.Model):
    """A sync rule: when a record is like `conditions`, do `actions` with it (RUL-01..03). Lower priority runs first."""

    __tablename__ = "rule"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    entity: Mapped[str] = mapped_column(String(32), default="order")
    direction: Mapped[str] = mapped_column(String(16), default="store_to_erp")
    priority: Mapped[int] = mapped_column(Integer, default=100)
    active: Mapped[bool] = mapped_column(default=True)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    actions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
