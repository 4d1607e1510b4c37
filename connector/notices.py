"""System messages: what the house has to tell a person (PER-04, LOG-18). The bell counts those that he has not read.

A *problem* needs somebody: refused credentials, messages that failed, a credential about to end. The same problem
told again is the same notice (its `key`), counted and unread again; it ends by itself when its cause is gone. A *bulk*
notice says that a bulk operation was done and stays until it is flushed (CONFLICTS 53). Secrets never come here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, Row, String, Text, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from connector.db import BigId, Instant, db, utcnow

PROBLEM, BULK = "problem", "bulk"
LOOKED_THROUGH = 500  # the bell counts among the newest: a thousand unread ones need no exact number
KEPT = timedelta(days=90)
STILL = text("key <> '' AND ended_at IS NULL")


class Notice(db.Model):
    """One system message. `link` is a path of ours that leads to the matter; `times` is how often it was told."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), default="")
    connector_id: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(8), default=PROBLEM)
    level: Mapped[str] = mapped_column(String(8), default="warning")
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(255), default="")
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    at: Mapped[datetime] = mapped_column(Instant, default=utcnow)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ux_notice_open", "key", unique=True, sqlite_where=STILL, postgresql_where=STILL),
        Index("ix_notice_at", "at", "id"),
        Index("ix_notice_connector", "connector_id", "id"),
    )


class NoticeRead(db.Model):
    """When a person last read a notice. It is unread again when it was told later than that."""

    __tablename__ = "notice_read"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_at: Mapped[datetime] = mapped_column(Instant, default=utcnow)


TABLE: Any = Notice.__table__
READ: Any = NoticeRead.__table__


def _insert(connection: Connection, table: Any) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _writing(connection: Connection | None) -> AbstractContextManager[Connection]:
    return nullcontext(connection) if connection is not None else db.write()


def tell(
    said: str,
    *,
    key: str = "",
    connector_id: str = "",
    kind: str = PROBLEM,
    level: str = "warning",
    link: str = "",
    times: int = 1,
    connection: Connection | None = None,
) -> None:
    """Tell it, in the caller's transaction when `connection` is given. With a `key` that is open already it is the
    same notice: told again, counted, with the newer words."""
    now = utcnow()
    row = {"connector_id": connector_id, "kind": kind, "level": level, "text": said, "link": link[:255], "times": times}
    with _writing(connection) as own:
        statement = _insert(own, TABLE).values(**row, key=key[:200], first_at=now, at=now)
        again = {"at": now, "times": TABLE.c.times + times, "text": said, "level": level, "link": link[:255]}
        own.execute(statement.on_conflict_do_update(index_elements=[TABLE.c.key], index_where=STILL, set_=again))


def end(key: str, *, connection: Connection | None = None) -> None:
    """The cause of this problem is gone."""
    with _writing(connection) as own:
        own.execute(update(TABLE).where(TABLE.c.key == key[:200], TABLE.c.ended_at.is_(None)).values(ended_at=utcnow()))


def is_open(key: str) -> bool:
    """Whether this problem has been told and not ended."""
    with db.read() as connection:
        query = select(TABLE.c.id).where(TABLE.c.key == key[:200], TABLE.c.key != "", TABLE.c.ended_at.is_(None))
        return connection.execute(query.limit(1)).first() is not None


def end_others(prefix: str, keep: Collection[str]) -> None:
    """End every open problem whose key begins so, but not those that are still true."""
    kept = [key[:200] for key in keep]
    gone = TABLE.c.key.startswith(prefix, autoescape=True) & TABLE.c.ended_at.is_(None) & TABLE.c.key.not_in(kept)
    with db.write() as connection:
        connection.execute(update(TABLE).where(gone).values(ended_at=utcnow()))


# --- reading ------------------------------------------------------------------------------------------------------


def _unread(user_id: int) -> Any:
    seen = select(READ.c.notice_id).where(
        READ.c.notice_id == TABLE.c.id, READ.c.user_id == user_id, READ.c.read_at >= TABLE.c.at
    )
    return and_(TABLE.c.ended_at.is_(None), ~seen.exists())


def _visible(hidden: Sequence[str]) -> Any:
    return TABLE.c.connector_id.not_in(hidden)


def unread(user_id: int, hidden: Sequence[str] = ()) -> int:
    """How many this person has not read, among the newest `LOOKED_THROUGH`; what has ended counts no more."""
    newest = select(TABLE.c.id).where(_visible(hidden)).order_by(TABLE.c.at.desc(), TABLE.c.id.desc())
    query = (
        select(func.count()).select_from(TABLE).where(TABLE.c.id.in_(newest.limit(LOOKED_THROUGH)), _unread(user_id))
    )
    with db.read() as connection:
        return int(connection.execute(query).scalar_one())


def latest(
    user_id: int,
    *,
    connector_id: str = "",
    kind: str = "",
    only_unread: bool = False,
    before: int | None = None,
    limit: int = 50,
    hidden: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Notices with `unread`, those made last first; `before` is an id."""
    query = select(TABLE, _unread(user_id).label("unread")).where(_visible(hidden))
    if connector_id:
        query = query.where(TABLE.c.connector_id == connector_id)
    if kind:
        query = query.where(TABLE.c.kind == kind)
    if only_unread:
        query = query.where(_unread(user_id))
    if before is not None:
        query = query.where(TABLE.c.id < before)
    with db.read() as connection:
        return connection.execute(query.order_by(TABLE.c.id.desc()).limit(limit)).all()


def mark_read(user_id: int, notice_id: int | None = None, hidden: Sequence[str] = ()) -> int:
    """This person has read that one, or (None) all that he may see. Returns how many were unread."""
    now = utcnow()
    wanted = select(TABLE.c.id).where(_visible(hidden), _unread(user_id))
    if notice_id is not None:
        wanted = wanted.where(TABLE.c.id == notice_id)
    with db.write() as connection:
        ids = connection.execute(wanted).scalars().all()
        if ids:
            rows = [{"user_id": user_id, "notice_id": id, "read_at": now} for id in ids]
            statement = _insert(connection, READ)
            columns = [READ.c.user_id, READ.c.notice_id]
            connection.execute(
                statement.on_conflict_do_update(index_elements=columns, set_={"read_at": statement.excluded.read_at}),
                rows,
            )
    return len(ids)


# --- taking out ---------------------------------------------------------------------------------------------------


def _bulk(connectors: Collection[str]) -> Any:
    return and_(TABLE.c.kind == BULK, TABLE.c.connector_id.in_(list(connectors)))


def count(connectors: Collection[str], cap: int) -> int:
    """How many `flush` would take out, counted up to `cap + 1`."""
    some = select(TABLE.c.id).where(_bulk(connectors)).limit(cap + 1).subquery()
    with db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def flush(connectors: Collection[str]) -> int:
    """Drop the messages of bulk operations of these connectors (LOG-19); returns how many went."""
    with db.write() as connection:
        return int(connection.execute(delete(TABLE).where(_bulk(connectors))).rowcount)


def tidy(before: datetime) -> int:
    """Drop what nobody has told since then, unless it is a problem that is still there."""
    over = or_(TABLE.c.kind == BULK, TABLE.c.ended_at.is_not(None))
    with db.write() as connection:
        return int(connection.execute(delete(TABLE).where(TABLE.c.at < before, over)).rowcount)
