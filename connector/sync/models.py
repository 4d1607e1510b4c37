"""What the house remembers of a record in two systems, how far a poll has read, and raw notifications."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow


class Binding(db.Model):
    """The pair of ids of one record in both systems, with what was last written and seen.

    `written_hash` is the content hash of the neutral record that was last written: equal means there is
    nothing to send, and a poll that sees it again has met its own echo. `version` is that record's source
    version: an older one is never written after it. `unsure` is set before a create and cleared by the
    bind: whoever finds it set looks the record up by its natural key first.

    `source_state` and `target_state` are kept for entities that travel both ways: each side is compared with
    its own former self, so that only what really changed since the last sync can be a conflict (DIR-06).
    """

    __tablename__ = "binding"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)  # the source's key (SKU, order number ...)
    source_id: Mapped[str] = mapped_column(String(120), default="")
    target_id: Mapped[str] = mapped_column(String(120), default="")
    written_hash: Mapped[str] = mapped_column(String(64), default="")
    written_fields: Mapped[str] = mapped_column(Text, default="{}")  # JSON: what the target was told, for the page
    source_state: Mapped[str | None] = mapped_column(Text)  # JSON: what the source said at the last sync
    target_state: Mapped[str | None] = mapped_column(Text)  # JSON: and what the target said right after it
    version: Mapped[int] = mapped_column(BigId, default=0)
    unsure: Mapped[bool] = mapped_column(default=False)
    writes: Mapped[int] = mapped_column(Integer, default=0)  # counts marks: only the last one may bind
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    written_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_binding_target", "connector_id", "entity", "target_id"),)


class Checkpoint(db.Model):
    """How far a poll has read one entity. Never ahead of what is committed in the message table."""

    __tablename__ = "checkpoint"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    direction: Mapped[str] = mapped_column(String(16), primary_key=True)
    mark: Mapped[datetime | None] = mapped_column(Instant)  # everything changed before it has been put
    position: Mapped[str] = mapped_column(Text, default="")  # where a page broke off, the system's own words
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class FieldChange(db.Model):
    """One write. `fields` is JSON {field: [before, after]}; `kind` is created, updated or deleted."""

    __tablename__ = "field_change"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(8))
    fields: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_field_change_key", "key", "id"),)


class SearchTerm(db.Model):
    """`term` is another name of the record (connector, entity, key)."""

    __tablename__ = "search_term"
    term: Mapped[str] = mapped_column(String(200), primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)


class Notification(db.Model):
    """A push as it came in, kept whole: accepted, duplicate, unknown (no sync for its query) or ignored."""

    __tablename__ = "notification"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    system: Mapped[str] = mapped_column(String(20), default="acumatica")
    push_id: Mapped[str] = mapped_column(String(80))  # the sender's transaction id
    query: Mapped[str] = mapped_column(String(120))
    stamp: Mapped[int] = mapped_column(BigId, default=0)  # the sender's TimeStamp, orders events
    received_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    status: Mapped[str] = mapped_column(String(12), default="accepted")
    changes: Mapped[int] = mapped_column(Integer, default=0)
    duplicates: Mapped[int] = mapped_column(Integer, default=0)
    body: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("ux_notification_push", "connector_id", "push_id", "query", unique=True),
        Index(
            "ix_notification_unknown",
            "connector_id",
            "id",
            sqlite_where=text("status = 'unknown'"),
            postgresql_where=text("status = 'unknown'"),
        ),
    )
