"""The tables of the queue: Message, Attempt, Run, MinuteStat, WindowLease. It knows no entity by name.

Few indexes and nearly all partial: each further one costs ten per cent of the inserts, a full one on the
key halves them on SQLite (facts/PERFORMANCE.md).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow

PENDING, RUNNING, WAITING, SUCCEEDED = "pending", "running", "waiting", "succeeded"
FAILED, SKIPPED, SUPERSEDED, HELD = "failed", "skipped", "superseded", "held"
STATUSES = (PENDING, RUNNING, WAITING, SUCCEEDED, FAILED, SKIPPED, SUPERSEDED, HELD)
OPEN = (PENDING, RUNNING, WAITING, HELD)

URGENT, NORMAL = 0, 5  # the two lanes: a person's Sync Now never waits behind 50,000 rows
UPSERT, DELETE = "upsert", "delete"


class Message(db.Model):
    """One change of one record on its way to the other side.

    pending -> running happens in `claim` only. `epoch` is the fence: each claim and each take-over adds one,
    and who settles with an old epoch changes nothing. `deaths` counts workers that died with it in hand.
    """

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(255))
    operation: Mapped[str] = mapped_column(String(8), default=UPSERT)
    status: Mapped[str] = mapped_column(String(12), default=PENDING)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it has this status, a sentence
    priority: Mapped[int] = mapped_column(SmallInteger, default=NORMAL)
    origin: Mapped[str] = mapped_column(String(16), default="push")  # push poll person reprocess batch dependency
    user: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[int] = mapped_column(BigId, default=0)  # of the source, newest wins
    payload: Mapped[str] = mapped_column(Text, default="{}")  # JSON hint; the record is always read again
    merged: Mapped[int] = mapped_column(Integer, default=0)  # changes folded into this row, besides the first
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    deaths: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)  # when the (first) change was accepted
    available_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)  # not before; the next try
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str] = mapped_column(String(80), default="")
    waits_for: Mapped[str] = mapped_column(String(300), default="")  # "entity:key" while waiting
    error: Mapped[str] = mapped_column(Text, default="")
    code: Mapped[str] = mapped_column(String(80), default="")  # fingerprint of the cause while failed

    __table_args__ = (
        # a record that already waits is the same message
        Index(
            "ux_message_pending",
            "connector_id",
            "entity",
            "direction",
            "key",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        # one running message for each record
        Index(
            "ux_message_running",
            "connector_id",
            "entity",
            "direction",
            "key",
            unique=True,
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        # the claim reads this one from left to right
        Index(
            "ix_message_ready",
            "connector_id",
            "entity",
            "direction",
            "priority",
            "available_at",
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_message_lease",
            "lease_until",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "ix_message_failed",
            "connector_id",
            "entity",
            "code",
            "id",
            sqlite_where=text("status = 'failed'"),
            postgresql_where=text("status = 'failed'"),
        ),
        # whose record succeeded later: closed by that
        Index(
            "ix_message_failed_key",
            "connector_id",
            "entity",
            "direction",
            "key",
            sqlite_where=text("status = 'failed'"),
            postgresql_where=text("status = 'failed'"),
        ),
        Index(
            "ix_message_waiting",
            "connector_id",
            "waits_for",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_message_held",
            "connector_id",
            "entity",
            "id",
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        # what a rehearsal would have written, to be sent later
        Index(
            "ix_message_rehearsed",
            "connector_id",
            "entity",
            "id",
            sqlite_where=text("status = 'skipped' AND code = 'rehearsal'"),
            postgresql_where=text("status = 'skipped' AND code = 'rehearsal'"),
        ),
        Index("ix_message_key", "key", "id"),
    )


class Attempt(db.Model):
    """One try to process a message, or one batch request with `parent_id` children (LOG-01, LOG-07, LOG-10).

    A batch has one parent row (`message_id` NULL, `kind` batch) that holds the requests, and a child row for
    each message. `exchanges` is a JSON list of the HTTP calls, redacted.
    """

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int | None] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    run_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(8), default="single")  # single | batch | child
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(255), default="")
    number: Mapped[int] = mapped_column(Integer, default=1)  # which try of the message this was
    level: Mapped[str] = mapped_column(String(8), default="info")
    outcome: Mapped[str] = mapped_column(String(12))  # succeeded skipped waiting retry failed held fenced
    summary: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")  # with the traceback when it was a bug
    exchanges: Mapped[str] = mapped_column(Text, default="[]")
    calls: Mapped[int] = mapped_column(Integer, default=0)
    user: Mapped[str] = mapped_column(String(120), default="")
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_attempt_message", "message_id", "id"),
        Index("ix_attempt_entity", "connector_id", "entity", "id"),
        Index(
            "ix_attempt_parent",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
    )


class Care(db.Model):
    """Owner and pause of one cause or one message. `revision` counts saves: two editors do not overwrite each other."""

    __tablename__ = "care"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(120), default="")
    snoozed_until: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


class Remark(db.Model):
    """A note that somebody left. Notes are only added."""

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(80))
    message_id: Mapped[int] = mapped_column(BigId, default=0)
    at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    user: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_remark_about", "connector_id", "entity", "code", "message_id", "id"),)


class Override(db.Model):
    """One edit: `fields` is JSON {path: [before, after]}. `used_at` is when a try first took it."""

    __tablename__ = "override"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(255))
    fields: Mapped[str] = mapped_column(Text)
    user: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_override_message", "message_id", "id"),)


class Run(db.Model):
    """One window that did something, a poll, or one thing a person started: the ten columns of LOG-08."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(16))
    job: Mapped[str] = mapped_column(String(16), default="window")  # window poll bulk
    mode: Mapped[str] = mapped_column(String(10), default="auto")  # auto | manual
    scope: Mapped[str] = mapped_column(String(12), default="complete")  # complete | individual
    user: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    scheduled_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    status: Mapped[str] = mapped_column(String(12), default="processing")  # processing success error notice
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    succeeded: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    calls: Mapped[int] = mapped_column(Integer, default=0)
    details: Mapped[str] = mapped_column(Text, default="")
    cancelled_by: Mapped[str | None] = mapped_column(String(120))  # who asked it to stop

    __table_args__ = (Index("ix_run_entity", "connector_id", "entity", "id"),)


class MinuteStat(db.Model):
    """What was settled in one minute: one upsert for each batch keeps every chart and total cheap."""

    __tablename__ = "minute_stat"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    direction: Mapped[str] = mapped_column(String(16), primary_key=True)
    minute: Mapped[int] = mapped_column(BigId, primary_key=True)  # minutes since 1970
    accepted: Mapped[int] = mapped_column(Integer, default=0)  # changes put
    merged: Mapped[int] = mapped_column(Integer, default=0)  # of these, folded into a waiting row
    succeeded: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    retried: Mapped[int] = mapped_column(Integer, default=0)
    calls: Mapped[int] = mapped_column(Integer, default=0)  # HTTP requests sent
    saved: Mapped[int] = mapped_column(Integer, default=0)  # requests that batching made unnecessary
    lag_ms: Mapped[int] = mapped_column(BigId, default=0)  # sum over succeeded: accepted -> settled


class WindowLease(db.Model):
    """Who runs a named job now, so that each window runs once however many processes launch it."""

    __tablename__ = "window_lease"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80), default="")
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    until: Mapped[datetime | None] = mapped_column(Instant)
    last_started_at: Mapped[datetime | None] = mapped_column(Instant)
    last_finished_at: Mapped[datetime | None] = mapped_column(Instant)
    last_outcome: Mapped[str] = mapped_column(Text, default="")


class RateBudget(db.Model):
    """Requests per minute of one outside system, shared by all processes: a bucket refilled with time."""

    __tablename__ = "rate_budget"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)  # "DEMO/acumatica"
    tokens: Mapped[int] = mapped_column(Integer, default=0)
    refilled_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


class Heartbeat(db.Model):
    """Each process that works says so now and then: the pages show who is there."""

    __tablename__ = "heartbeat"
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), default="worker")
    started_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
