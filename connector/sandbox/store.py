"""Documents in memory, written through to one SQLite file. It knows no system.

A simulated system is small enough to live in memory; the file is there so that it survives a restart. Every
change is a Unit: documents, journal lines and outgoing pushes that are committed together or not at all.
Documents are never changed in place: a Unit puts a new one, so a reader needs no lock.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS document (kind TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (n INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
  mono REAL NOT NULL, request INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, effect TEXT NOT NULL,
  key TEXT NOT NULL, version INTEGER NOT NULL, before TEXT, after TEXT);
CREATE INDEX IF NOT EXISTS journal_key ON journal (key, n);
CREATE TRIGGER IF NOT EXISTS journal_keeps BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, query TEXT NOT NULL,
  key TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL, sent INTEGER, error TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS outbox_status ON outbox (status, id);
"""


def micros() -> int:
    """Now, in whole microseconds since 1970."""
    return time.time_ns() // 1000


class Unit:
    """One transaction of a system. Reads see what the unit itself has put."""

    def __init__(self, store: Store, request: int, method: str, path: str) -> None:
        self.store, self.request, self.method, self.path = store, request, method, path
        self.changed: dict[tuple[str, str], dict[str, Any] | None] = {}
        self.lines: list[tuple[Any, ...]] = []
        self.pushes: list[tuple[Any, ...]] = []

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        if (kind, key) in self.changed:
            return self.changed[kind, key]
        return self.store.kind(kind).get(key)

    def put(self, kind: str, key: str, data: dict[str, Any]) -> None:
        self.changed[kind, key] = data

    def drop(self, kind: str, key: str) -> None:
        self.changed[kind, key] = None

    def count(self, name: str) -> int:
        """The next number of a sequence, from 1."""
        row = dict(self.get("sequence", name) or {"last": 0})
        row["last"] += 1
        self.put("sequence", name, row)
        return int(row["last"])

    def note(self, effect: str, key: str, before: Any, after: Any, version: int = 0) -> None:
        """One line of the journal: what happened to which record."""
        self.lines.append((effect, key, version, before, after))

    def push(self, message: str, query: str, key: str, body: Mapping[str, Any]) -> None:
        self.pushes.append((message, query, key, json.dumps(body, ensure_ascii=False)))


class Peek:
    """What a read needs of a unit: it takes no lock and keeps nothing."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        return self.store.get(kind, key)


class Store:
    """One system's documents, settings, journal and outbox."""

    def __init__(self, path: Path | str) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing with OFF, only a machine without power does: right for a sandbox.
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.executescript(SCHEMA)
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}
        for kind, key, data in self.db.execute("SELECT kind, key, data FROM document"):
            self._kinds.setdefault(kind, {})[key] = json.loads(data)
        self._settings = {name: json.loads(data) for name, data in self.db.execute("SELECT name, data FROM setting")}
        self.epoch = int(self.setting("epoch", 1))
        self._requests = 0
        self.on_push: Callable[[], None] | None = None  # rung after a commit that left pushes behind
        self.push: dict[str, Any] = {}  # where notifications go, kept by the one who sends them

    def kind(self, kind: str) -> dict[str, dict[str, Any]]:
        """All documents of a kind by key. Look, do not touch."""
        return self._kinds.setdefault(kind, {})

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        return self.kind(kind).get(key)

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting as it was set; it survives resets and restarts."""
        return self._settings.get(name, default)

    def set(self, name: str, value: Any) -> None:
        with self.lock:
            self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))
            self._settings[name] = json.loads(json.dumps(value))

    @contextmanager
    def unit(self, method: str = "", path: str = "", request: int = 0) -> Iterator[Unit]:
        """A transaction: committed at the end of the block, forgotten when it raises."""
        with self.lock:
            unit = Unit(self, request or self.next_request(), method, path)
            yield unit
            self._commit(unit)
        if unit.pushes and self.on_push:
            self.on_push()

    def next_request(self) -> int:
        with self.lock:
            self._requests += 1
            return self._requests

    def _commit(self, unit: Unit) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self._write_documents(unit)
            now, mono = micros(), time.monotonic()
            self.db.executemany(
                "INSERT INTO journal (epoch, at, mono, request, method, path, effect, key, version, before, after)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (self.epoch, now, mono, unit.request, unit.method, unit.path, effect, key, version,
                     json.dumps(before, ensure_ascii=False), json.dumps(after, ensure_ascii=False))
                    for effect, key, version, before, after in unit.lines
                ],
            )  # fmt: skip
            self.db.executemany(
                "INSERT INTO outbox (message, query, key, body, status, created) VALUES (?, ?, ?, ?, 'waiting', ?)",
                [(*push, now) for push in unit.pushes],
            )
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        for (kind, key), data in unit.changed.items():
            if data is None:
                self.kind(kind).pop(key, None)
            else:
                self.kind(kind)[key] = data

    def _write_documents(self, unit: Unit) -> None:
        gone = [name for name, data in unit.changed.items() if data is None]
        kept = [
            (*name, json.dumps(data, ensure_ascii=False)) for name, data in unit.changed.items() if data is not None
        ]
        self.db.executemany("DELETE FROM document WHERE kind = ? AND key = ?", gone)
        self.db.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", kept)

    def clear(self) -> None:
        """Forget all documents and pushes and begin a new epoch of the journal, which itself is kept."""
        with self.lock:
            self.db.execute("DELETE FROM document")
            self.db.execute("DELETE FROM outbox")
            self._kinds.clear()
            self.epoch += 1
            self.set("epoch", self.epoch)

    def close(self) -> None:
        with self.lock:
            self.db.close()
