"""Signed-in sessions and the small pool of them: each is used by one thread at a time.

Acumatica handles the requests of one session one after the other, and every session holds a seat of the
licence (facts/ACUMATICA.md sections 1.1 and 1.3). So there are few, they are opened only when needed, the
one used last is used first, and all are logged out: at `close()`, or at the end of the process.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from connector.clock import Clock
from connector.errors import Outcome
from connector.systems.acumatica.auth import LOGOUT, SignIn, refused_again
from connector.systems.acumatica.errors import explain, explain_sign_in, moved
from connector.systems.base import Gate, OpenGate
from connector.systems.http import Answer, Http, is_urgent

SHRUNK_SECONDS = 60.0  # how long the pool makes do with the sessions it got after a login limit
LOGOUT_TIMEOUT = (3.0, 5.0)  # nobody waits for a farewell
OK = (200, 201, 202, 204)


class Session:
    """One session of the ERP: signs in when it has to, once more when a call is answered with 401."""

    def __init__(self, base: str, sign_in: SignIn, gate: Gate, clock: Clock) -> None:
        self.sign_in = sign_in
        self.clock = clock
        self.signed_in = False
        self._signing_in = False
        self._used = 0.0
        self.http = Http(base, gate=gate, clock=clock, explain=self._explain, pool=1, name="Acumatica")

    def call(self, method: str, path: str, *, safe: bool | None = None, **more: Any) -> Answer:
        """One call as the signed-in user. Raises Retry, Refused or Fail."""
        self._be_signed_in()
        answer = self._send(method, path, safe, more)
        if lost(answer):
            if self.sign_in.idle is not None:
                self._log_out()  # should the site still hold it after all, its seat is free again
            self._open(again=True)
            answer = self._send(method, path, safe, more)
            if lost(answer):
                self.signed_in = False
                raise refused_again()
        if 300 <= answer.status < 400:
            raise moved(answer)
        return answer

    def close(self) -> None:
        """Log out; a failure changes nothing, the session ends by itself after ten minutes."""
        self.http.gate = OpenGate()  # the process may be ending: no database for a shared gate any more
        self._log_out()
        self.http.close()

    def _send(self, method: str, path: str, safe: bool | None, more: dict[str, Any]) -> Answer:
        headers = {**self._headers(), **more.get("headers", {})}
        rest = {name: value for name, value in more.items() if name != "headers"}
        try:
            return self.http.call(method, path, headers=headers, ok=(*OK, 301, 302, 401), safe=safe, **rest)
        finally:
            self._used = self.clock.monotonic()

    def _headers(self) -> dict[str, str]:
        self._signing_in = True  # a token may have to be renewed
        try:
            return dict(self.sign_in.headers(self.http))
        finally:
            self._signing_in = False

    def _be_signed_in(self) -> None:
        idle = self.sign_in.idle
        if self.signed_in and idle is not None and self.clock.monotonic() - self._used >= idle:
            self._log_out()
        if not self.signed_in:
            self._open(again=False)

    def _open(self, *, again: bool) -> None:
        self.signed_in, self._signing_in = False, True
        try:
            self.sign_in.open(self.http, again=again)
        finally:
            self._signing_in = False
        self.signed_in, self._used = True, self.clock.monotonic()

    def _log_out(self) -> None:
        if not self.signed_in:
            return
        self.signed_in = False
        with suppress(Outcome):
            self.http.call("POST", LOGOUT, headers=self._headers(), timeout=LOGOUT_TIMEOUT, safe=True)

    def _explain(self, answer: Answer) -> str | Outcome:
        return explain_sign_in(answer) if self._signing_in else explain(answer)


class Pool:
    """At most `size` sessions; whoever wants one waits until one is free, urgent callers first."""

    def __init__(self, make: Callable[[], Session], size: int, clock: Clock) -> None:
        self.make = make
        self.size = size
        self.clock = clock
        self._all: list[Session] = []
        self._free: list[Session] = []
        self._shrunk, self._shrunk_until = size, 0.0
        self._urgent_waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self._farewell = weakref.finalize(self, _log_out_all, self._all, os.getpid())

    @contextmanager
    def use(self) -> Iterator[Session]:
        session = self._take(is_urgent())
        try:
            yield session
        finally:
            self._give(session)

    def seats(self) -> tuple[int, int]:
        """Sessions that are signed in, and the most that there may be: each holds a seat of the licence (1.3)."""
        with self._changed:
            return sum(session.signed_in for session in self._all), self.size

    def shrink(self, refused: Session) -> bool:
        """After a login limit: make do with the sessions that are signed in. False when there is none."""
        with self._changed:
            others = [session for session in self._all if session is not refused and session.signed_in]
            if others:
                self._shrunk, self._shrunk_until = len(others), self.clock.monotonic() + SHRUNK_SECONDS
            return bool(others)

    def close(self) -> None:
        """Log out of what is free now, and of the rest as soon as it is given back."""
        with self._changed:
            self._closed = True
            leaving, self._free = self._free, []
            for session in leaving:
                self._all.remove(session)
        for session in leaving:
            session.close()

    def _take(self, urgent: bool) -> Session:
        with self._changed:
            self._urgent_waiting += urgent
            try:
                while not self._available(urgent):
                    self._changed.wait()
                return self._free.pop() if self._free else self._new()
            finally:
                self._urgent_waiting -= urgent
                self._changed.notify_all()

    def _available(self, urgent: bool) -> bool:
        if self._urgent_waiting and not urgent:
            return False
        limit = self._shrunk if self.clock.monotonic() < self._shrunk_until else self.size
        return bool(self._free) or len(self._all) < limit

    def _new(self) -> Session:
        session = self.make()
        self._all.append(session)
        return session

    def _give(self, session: Session) -> None:
        with self._changed:
            over = self._closed or not session.signed_in
            if over:
                self._all.remove(session)
            else:
                self._free.append(session)
            self._changed.notify_all()
        if over:
            session.close()


def lost(answer: Answer) -> bool:
    """True when the site does not know the session (any more): 401, or a redirect to its sign-in page."""
    return answer.status == 401 or (
        answer.status in (301, 302) and "login" in answer.headers.get("Location", "").lower()
    )


def _log_out_all(sessions: list[Session], pid: int) -> None:
    """The last resort at the end of the process; a forked child must not end its parent's sessions."""
    if os.getpid() == pid:
        for session in sessions:
            session.close()
