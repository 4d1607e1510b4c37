"""What the house remembers of watching over itself: questions of the brake, comparisons, alerts, saved views."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow

JUDGING, ASKING, APPROVED, REJECTED, CLEARED = "judging", "asking", "approved", "rejected", "cleared"


class Brake(db.Model):
    """One question to an operator: messages of a lane that would do harm, held before the first write.

    judging: put aside until it is known how many there are; asking: a person has to decide; cleared: they were few
    enough after all. `examples` is a JSON list of the worst.
    """

    __tablename__ = "brake"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(10), default=JUDGING)
    held: Mapped[int] = mapped_column(Integer, default=0)
    zeroed: Mapped[int] = mapped_column(Integer, default=0)
    deleted: Mapped[int] = mapped_column(Integer, default=0)
    priced: Mapped[int] = mapped_column(Integer, default=0)
    most: Mapped[int] = mapped_column(Integer, default=0)  # so many would have gone through
    bound: Mapped[int] = mapped_column(Integer, default=0)  # records of the entity
    examples: Mapped[str] = mapped_column(Text, default="[]")
    opened_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    free_until: Mapped[datetime | None] = mapped_column(Instant)  # approved for what follows, too
    user: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index(
            "ux_brake_open",
            "connector_id",
            "entity",
            "direction",
            unique=True,
            sqlite_where=text("state IN ('judging', 'asking')"),
            postgresql_where=text("state IN ('judging', 'asking')"),
        ),
        Index("ix_brake_connector", "connector_id", "id"),
    )


class Comparison(db.Model):
    """One comparison of an entity in both systems, and how far it has come. `fields` is JSON: differences by field."""

    __tablename__ = "comparison"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(8), default="full")  # full | sample
    since: Mapped[datetime | None] = mapped_column(Instant)  # only what changed since then
    user: Mapped[str] = mapped_column(String(120), default="")
    status: Mapped[str] = mapped_column(String(10), default="running")  # running done failed stopped
    started_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    checked: Mapped[int] = mapped_column(Integer, default=0)
    in_step: Mapped[int] = mapped_column(Integer, default=0)
    different: Mapped[int] = mapped_column(Integer, default=0)
    missing_store: Mapped[int] = mapped_column(Integer, default=0)
    missing_erp: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)  # kept out on purpose, on its way, not readable
    repaired: Mapped[int] = mapped_column(Integer, default=0)
    fields: Mapped[str] = mapped_column(Text, default="{}")
    message: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_comparison_connector", "connector_id", "entity", "id"),)


class Difference(db.Model):
    """One record that is not in step. `fields` is JSON: [field, what should be there, what is there]."""

    __tablename__ = "difference"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comparison_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))  # different | missing_store | missing_erp
    label: Mapped[str] = mapped_column(String(255), default="")
    fields: Mapped[str] = mapped_column(Text, default="[]")
    repaired_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_difference_comparison", "comparison_id", "id"),)


class Alert(db.Model):
    """One cause that people were (or will be) told of: one row however many records it has hit."""

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connector_id: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")  # of the page that shows it, without the host
    number: Mapped[int] = mapped_column(Integer, default=0)  # messages that it has hit
    opened_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    over_at: Mapped[datetime | None] = mapped_column(Instant)
    told_over_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index(
            "ux_alert_open",
            "connector_id",
            "cause",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
        Index("ix_alert_connector", "connector_id", "id"),
    )


class SavedView(db.Model):
    """A filter that somebody keeps under a name. The address is the view: whoever has the link sees the same."""

    __tablename__ = "saved_view"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)

    __table_args__ = (Index("ux_saved_view_name", "user", "name", unique=True),)


class Breaker(db.Model):
    """Whether one side of a connector may be called, for one entity or ("") for all of them. See `watch.breaker`."""

    __tablename__ = "breaker"
    connector_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    side: Mapped[str] = mapped_column(String(8), primary_key=True)  # erp | store
    entity: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    state: Mapped[str] = mapped_column(String(10))  # open | probing | closed
    failures: Mapped[int] = mapped_column(Integer, default=0)  # tries that went wrong since it opened
    trips: Mapped[int] = mapped_column(Integer, default=0)  # how often it has opened
    reason: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    retry_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class SystemUse(db.Model):
    """What one process takes from one outside system: requests of this minute and the one before, open sessions."""

    __tablename__ = "system_use"
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)  # "DEMO/acumatica"
    minute: Mapped[datetime] = mapped_column(Instant)
    requests: Mapped[int] = mapped_column(Integer, default=0)
    before: Mapped[int] = mapped_column(Integer, default=0)
    sessions: Mapped[int] = mapped_column(Integer, default=0)
    seats: Mapped[int] = mapped_column(Integer, default=0)  # sessions that it may open
    seen_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
