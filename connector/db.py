"""The database: one handle, two ways in, and the type of every instant. It knows no table.

`db.read()` and `db.write()` give a Core connection in a transaction of its own, closed at the end of the
block: never call a system inside one. On SQLite a write takes the lock at once (BEGIN IMMEDIATE) and asks
again every millisecond, because SQLite's own back-off starves a person's click for a second while a drain
runs (facts/PERFORMANCE.md). Pages that save ORM objects use `db.saving()`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, Engine, Integer, MetaData, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase

from connector.clock import CLOCK

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUSY_SECONDS = 30.0  # how long a write asks for SQLite's lock before it gives up


def utcnow() -> datetime:
    """The present instant, aware, UTC."""
    return CLOCK.now()


def micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant: how instants are stored."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The aware UTC instant of stored microseconds."""
    return EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, stored as microseconds since 1970.

    One integer is the same on both databases, sorts and compares in an index, and needs no parsing on the
    hot path; SQLite has no time type and would keep text.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else instant(value)


BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER primary key


class Base(DeclarativeBase):
    """Every table. Constraint names are fixed so that migrations can drop them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database(SQLAlchemy):
    """Flask-SQLAlchemy plus the two ways in. All need an application context."""

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; it sees one moment and holds no lock."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose transaction may write: committed at the end, rolled back by an exception."""
        with self.engine.connect().execution_options(immediate=True) as connection, _patiently(connection.begin):
            yield connection

    @contextmanager
    def saving(self) -> Iterator[Any]:
        """The ORM session in a writing transaction: committed at the end, rolled back by an exception."""
        self.session.rollback()  # a page may have read: its old snapshot could not be written from
        _patiently(self._begin_saving)
        try:
            yield self.session
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise

    def _begin_saving(self) -> None:
        try:
            self.session.connection(execution_options={"immediate": True})
        except sqlite3.OperationalError:
            self.session.rollback()  # or the next try would find a transaction that has not begun
            raise


def _patiently(begin: Callable[[], Any]) -> Any:
    """Begin a writing transaction on SQLite as soon as the writer before has ended, within BUSY_SECONDS."""
    deadline = CLOCK.monotonic() + BUSY_SECONDS
    while True:
        try:
            return begin()
        except sqlite3.OperationalError as error:  # the driver's own: the listener below speaks to it directly
            if "locked" not in str(error) or CLOCK.monotonic() >= deadline:
                raise
            CLOCK.sleep(0.001)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    if not isinstance(dbapi_connection, sqlite3.Connection):
        return
    dbapi_connection.isolation_level = None  # we say BEGIN ourselves, see below
    cursor = dbapi_connection.cursor()
    # the cache holds the hot ends of the indexes at a million pending rows (default: 2 MB)
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "cache_size=-65536")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    if not connection.get_execution_options().get("immediate"):
        driver.execute("BEGIN")
        return
    driver.execute("PRAGMA busy_timeout=0")  # our own retry is a thousand times quicker
    try:
        driver.execute("BEGIN IMMEDIATE")
    finally:
        driver.execute("PRAGMA busy_timeout=5000")


db = Database(model_class=Base)
