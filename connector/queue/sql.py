"""SQL of the hot path, in the driver's own words: named parameters, and lists of rows in one statement.

SQLAlchemy Core builds and compiles at a third of the speed (facts/PERFORMANCE.md). It knows no table. A list of
rows travels as JSON on SQLite and as arrays on PostgreSQL, so that the text of a statement never changes with its
length and both drivers keep it prepared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult

from connector.db import db

# a planner must not take a partial index of running rows for a list of ids: behind a long-open snapshot such an
# index is full of dead entries, and with old statistics it looks small
RUNNING = "coalesce(message.status, '') = 'running'"
_NAME = re.compile(r"(?<!:):([a-z_]+)\b")


def run(connection: Connection, sql: str, values: dict[str, Any]) -> CursorResult[Any]:
    """Execute one statement with :named parameters on either driver."""
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(sql, values)
    return connection.exec_driver_sql(_percent(sql), values)


def fetch(connection: Connection, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement as the driver gives them: plain tuples, at half the price."""
    result = run(connection, sql, values)
    rows = list(result.cursor.fetchall()) if result.cursor else []
    result.close()
    return rows


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return _NAME.sub(r"%(\1)s", sql)


class Rows:
    """A list of rows as a table in FROM, e.g. Rows("mine", id="bigint", epoch="int").

    `source(dialect)` is the text to put behind FROM, `values(dialect, rows)` the parameters that go with it.
    """

    def __init__(self, name: str, **columns: str) -> None:
        self.name, self.columns = name, columns

    def source(self, dialect: str) -> str:
        if dialect == "sqlite":
            items = ", ".join(f"json_extract(value, '$[{n}]') AS {column}" for n, column in enumerate(self.columns))
            return f"(SELECT {items} FROM json_each(:{self.name}_rows)) AS {self.name}"
        arrays = ", ".join(f":{self.name}_{column}::{kind}[]" for column, kind in self.columns.items())
        names = ", ".join(f'"{column}"' for column in self.columns)  # "user" is a word of PostgreSQL's own
        return f"unnest({arrays}) AS {self.name}({names})"

    def values(self, dialect: str, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
        if dialect == "sqlite":
            return {f"{self.name}_rows": json.dumps(rows, ensure_ascii=False, separators=(",", ":"))}
        cells: Iterable[Iterable[Any]] = zip(*rows, strict=True) if rows else ((),) * len(self.columns)
        return {f"{self.name}_{column}": list(cell) for column, cell in zip(self.columns, cells, strict=True)}


@contextmanager
def writing(connection: Connection | None) -> Iterator[Connection]:
    """The caller's transaction, or one of our own."""
    if connection is not None:
        yield connection
        return
    with db.write() as own:
        yield own


def plain(text: str) -> str:
    """Text that both databases can keep: PostgreSQL refuses NUL, and neither can encode half a surrogate pair."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def insert_many(connection: Connection, table: str, rows: Sequence[Sequence[Any]], **columns: str) -> None:
    """Insert rows whose cells stand in the order of `columns` (name = PostgreSQL's type)."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "sqlite":
        cells = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({cells})", list(map(tuple, rows)))
        return
    source = Rows("item", **columns)
    cells = ", ".join(f'item."{name}"' for name in columns)
    run(
        connection,
        f"INSERT INTO {table} ({names}) SELECT {cells} FROM {source.source('postgresql')}",
        source.values("postgresql", rows),
    )
