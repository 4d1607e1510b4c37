"""The bell: who puts a message rings it, who waits for work in a lane wakes up. It holds no message.

Within a process it is an event for each lane, so a ring between two waits is not lost. Across processes that share
a PostgreSQL `inbox.put` says NOTIFY in its own transaction, and the `Bridge` of every process rings its bell when
the commit is through. On SQLite other processes find new messages at their next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from connector.clock import Clock
from connector.queue.inbox import CHANNEL
from connector.queue.lanes import Lane

log = logging.getLogger(__name__)
Listener = Callable[[Lane], None]


class Bell:
    """One for each process. All methods may be called from any thread and need no application context."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: dict[Lane, threading.Event] = {}
        self._listeners: tuple[Listener, ...] = ()

    def ring(self, lane: Lane) -> None:
        """Something may be ready in the lane. Call it after the commit."""
        self._event(lane).set()
        for listener in self._listeners:
            listener(lane)

    def rung(self, lane: Lane) -> bool:
        """Has it rung since the last `answer` or `wait`?"""
        return self._event(lane).is_set()

    def answer(self, lane: Lane) -> None:
        """Say that somebody looks now: whoever rang before has already committed what he rang for."""
        self._event(lane).clear()

    def wait(self, lane: Lane, seconds: float, clock: Clock) -> bool:
        """Wait until it rings or the seconds are over; True when it rang, also when that was before the wait."""
        event = self._event(lane)
        rang = clock.wait(event, seconds)
        event.clear()
        return rang

    def stir(self) -> None:
        """Wake everybody who waits, to look around: at the end, or when rings may have been missed."""
        with self._lock:
            lanes = list(self._events)
        for lane in lanes:
            self.ring(lane)

    def add_listener(self, listener: Listener) -> None:
        """`listener(lane)` is called at each ring in the thread that rings: it has to be quick."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def remove_listener(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one != listener)

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Have a listener for the length of a block."""
        self.add_listener(listener)
        try:
            yield
        finally:
            self.remove_listener(listener)

    def _event(self, lane: Lane) -> threading.Event:
        event = self._events.get(lane)
        if event is None:
            with self._lock:
                event = self._events.setdefault(lane, threading.Event())
        return event


class Bridge:
    """Rings this process's bell for what is put by others: a thread with a PostgreSQL connection of its own."""

    def __init__(self, url: URL, bell: Bell, *, pause: float = 1.0) -> None:
        """`url` is the SQLAlchemy address; `pause` the seconds between two tries to connect."""
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._address = make_conninfo(address, keepalives_idle=20, keepalives_interval=5, keepalives_count=3)
        self._bell, self._pause = bell, pause
        self._stop = threading.Event()
        self.listening = threading.Event()  # set while connected
        self._thread = threading.Thread(target=self._run, name="wake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End within a second; waits for the thread."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("lost the wake-up connection: %s", error, extra={"action": "wake_lost"})
            self.listening.clear()
            self._stop.wait(self._pause)

    def _listen(self) -> None:
        with psycopg.connect(self._address, autocommit=True) as own:
            own.execute(f"LISTEN {CHANNEL}")
            self._bell.stir()  # whatever was rung while nobody listened
            self.listening.set()
            while not self._stop.is_set():
                for notify in own.notifies(timeout=0.5):
                    self._heard(notify.payload)

    def _heard(self, payload: str) -> None:
        try:
            self._bell.ring(Lane.parse(payload))
        except ValueError:
            log.warning("a wake-up call for no lane: %r", payload[:80], extra={"action": "wake_unknown"})
