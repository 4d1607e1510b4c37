"""Sending push notifications: at once, at least once, at most five times, in no promised order.

Rows of the outbox are written with the change itself, so a restart loses none. What cannot be delivered waits
in the failed list until somebody sends it again. Sources: facts/ACUMATICA.md, section 5; the pauses between
attempts are not documented, they are short here and can be set.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from connector.sandbox.acumatica.notices import DEFAULT
from connector.sandbox.faults import PUSH, Faults
from connector.sandbox.journal import iso
from connector.sandbox.store import Store, micros

ATTEMPTS = 5
KEEP = 1000  # delivered rows that stay for the page
COLUMNS = "id, message, query, key, status, attempts, created, sent, error"


class Sender:
    """Threads that empty the outbox. `start()` them once; `ring()` after a commit."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store, self.faults = store, faults
        store.push = {**DEFAULT, **store.setting("push", {})}
        store.on_push = self.ring
        self.due: list[tuple[float, int]] = []  # (monotonic instant, outbox id)
        self.seen = 0
        self.fresh = True
        self.reordered: set[int] = set()
        self.signal = threading.Condition()
        self.stopping = False
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        self.threads = [
            threading.Thread(target=self._run, name=f"push-{at}", daemon=True)
            for at in range(self.store.push["senders"])
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        with self.signal:
            self.stopping = True
            self.signal.notify_all()
        for thread in self.threads:
            thread.join(5)

    def ring(self) -> None:
        with self.signal:
            self.fresh = True
            self.signal.notify()

    def forget(self) -> None:
        """After a reset: nothing that was waiting is sent any more."""
        with self.signal:
            self.due.clear()
            self.fresh = True

    def configure(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set where and how notifications go. Raises ValueError with a sentence."""
        unknown = set(values) - set(DEFAULT)
        if unknown:
            raise ValueError(f"Unknown push settings: {', '.join(sorted(unknown))}.")
        merged = {**self.store.push, **values}
        if merged["address"] and not str(merged["address"]).startswith(("http://", "https://")):
            raise ValueError("The address must start with http:// or https://.")
        if not isinstance(merged["queries"], Mapping):
            raise ValueError("The queries are an object: entity to inquiry name.")
        self.store.set("push", merged)
        self.store.push = merged
        return merged

    def again(self, number: int | None = None) -> int:
        """Send a failed message again (None: all of them). Returns how many."""
        where, values = ("AND id = ?", (number,)) if number else ("", ())
        with self.store.lock:
            rows = self.store.db.execute(f"SELECT id FROM outbox WHERE status = 'failed' {where}", values).fetchall()
            self.store.db.execute(
                f"UPDATE outbox SET status = 'waiting', attempts = 0 WHERE status = 'failed' {where}", values
            )
        with self.signal:
            for (row,) in rows:
                heapq.heappush(self.due, (time.monotonic(), row))
            self.signal.notify_all()
        return len(rows)

    def view(self, status: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Rows of the outbox, newest first."""
        where, values = ("WHERE status = ?", (status,)) if status else ("", ())
        with self.store.lock:
            rows = self.store.db.execute(
                f"SELECT {COLUMNS} FROM outbox {where} ORDER BY id DESC LIMIT ?", (*values, limit)
            ).fetchall()
        found = [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in rows]
        return [
            {**row, "created": iso(row["created"]), "sent": iso(row["sent"]) if row["sent"] else None} for row in found
        ]

    def counts(self) -> dict[str, int]:
        with self.store.lock:
            return dict(self.store.db.execute("SELECT status, count(*) FROM outbox GROUP BY status").fetchall())

    def flush(self) -> int:
        """Send everything that is due now in this thread (tests); returns how many deliveries were tried."""
        count = 0
        with requests.Session() as session:
            while True:
                with self.signal:
                    if self.fresh:
                        self._load()
                    if not self.due or self.due[0][0] > time.monotonic():
                        return count
                    number = heapq.heappop(self.due)[1]
                self._handle(session, number)
                count += 1

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (number := self._next()) is not None:
                self._handle(session, number)

    def _next(self) -> int | None:
        """The next row that is due; None when it is time to stop."""
        with self.signal:
            while not self.stopping:
                if self.fresh:
                    self._load()
                wait = self.due[0][0] - time.monotonic() if self.due else 60.0
                if wait <= 0:
                    number = heapq.heappop(self.due)[1]
                    if self.due:
                        self.signal.notify()  # the other thread may take the one behind
                    return number
                self.signal.wait(wait)
        return None

    def _load(self) -> None:
        self.fresh = False
        with self.store.lock:
            rows = self.store.db.execute(
                "SELECT id FROM outbox WHERE status = 'waiting' AND id > ? ORDER BY id", (self.seen,)
            ).fetchall()
        now = time.monotonic()
        for (row,) in rows:
            heapq.heappush(self.due, (now, row))
            self.seen = row

    def _handle(self, session: requests.Session, number: int) -> None:
        with self.store.lock:
            row = self.store.db.execute(
                "SELECT query, body, attempts FROM outbox WHERE id = ? AND status = 'waiting'", (number,)
            ).fetchone()
        if row is None:
            return
        query, body, attempts = row
        fault = self.faults.draw("POST", query, PUSH) if number not in self.reordered else None
        if fault and fault["fault"] == "drop_push":
            self._settle(number, "dropped", attempts, "a fault lost it")
            return
        if fault and fault["fault"] == "reorder_push":
            self.reordered.add(number)
            self._later(number, random.uniform(0.05, 0.5))
            return
        self.reordered.discard(number)
        error = self._post(session, body)
        if fault and not error:
            self._post(session, body)  # duplicate_push
        self._after(number, attempts + 1, error)

    def _post(self, session: requests.Session, body: str) -> str:
        """One delivery. Returns what went wrong, or an empty text."""
        config = self.store.push
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if config["header"] and config["value"]:
            headers[config["header"]] = config["value"]
        try:
            answer = session.post(
                config["address"], data=body.encode(), headers=headers, timeout=(5, 30), allow_redirects=False
            )
        except (requests.RequestException, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:300]
        return "" if answer.status_code < 300 else f"HTTP {answer.status_code}: {answer.text[:200]}"

    def _after(self, number: int, attempts: int, error: str) -> None:
        if not error:
            self._settle(number, "sent", attempts, "")
        elif attempts >= ATTEMPTS:
            self._settle(number, "failed", attempts, error)
        else:
            self._settle(number, "waiting", attempts, error)
            pauses = self.store.push["pauses"] or [0]
            self._later(number, pauses[min(attempts, len(pauses)) - 1])

    def _later(self, number: int, seconds: float) -> None:
        with self.signal:
            heapq.heappush(self.due, (time.monotonic() + seconds, number))
            self.signal.notify()

    def _settle(self, number: int, status: str, attempts: int, error: str) -> None:
        with self.store.lock:
            self.store.db.execute(
                "UPDATE outbox SET status = ?, attempts = ?, error = ?, sent = ? WHERE id = ?",
                (status, attempts, error, micros() if status == "sent" else None, number),
            )
            if number % KEEP == 0:
                self.store.db.execute("DELETE FROM outbox WHERE status = 'sent' AND id < ?", (number - KEEP,))
