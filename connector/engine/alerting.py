"""Once a minute: the alerts of every connector go out by its channels, and its dead-man address is told that we live.

HTTP of our own goes through the one seam; Apprise brings its own. A channel that fails is told in the log once an
hour, never with its address.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime
from typing import Any

from connector import events
from connector.clock import Clock
from connector.errors import Outcome
from connector.queue import leases
from connector.queue.scheduler import JobRun
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.systems.http import Http
from connector.watch import alerts, channels, mail
from connector.watch.alerts import Note

SECONDS = (5.0, 15.0)  # to connect, to answer
HOUR = 3600.0


class Alerting:
    """The alerts of one process. The scheduler's lease keeps others out."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def run(self, job_run: JobRun) -> str:
        """Every connector that is in use. Returns a sentence."""
        told = 0
        for config in connectors.all():
            if job_run.stop.is_set():
                break
            chosen = config.section("alert")
            if config.active and chosen.get("enabled") and any(map(chosen.get, ("mail", "webhook", "apprise"))):
                told += alerts.step(config, lambda note, config=config: self.send(config, note), self.clock.now())  # type: ignore[misc]
            self._alive(config)
        return f"{told} alerts" if told else "Nothing to tell."

    def send(self, config: Config, note: Note) -> bool:
        """By every channel of a connector; True when at least one has taken it."""
        chosen = config.section("alert")
        ways = {
            "mail": lambda: mail.send(list(chosen["mail"]), note.subject, note.text),
            "webhook": lambda: _post(str(chosen["webhook"]), note, self.clock.now()),
            "apprise": lambda: channels.send(str(chosen["apprise"]), note.subject, note.text),
        }
        taken = {name: way() for name, way in ways.items() if chosen.get(name)}
        for name, ok in taken.items():
            if not ok:
                self._complain(config, name)
        return any(taken.values())

    def _complain(self, config: Config, channel: str) -> None:
        now = self.clock.monotonic()
        if now - self._told.get((config.id, channel), float("-inf")) > HOUR:
            self._told[config.id, channel] = now
            text = f"An alert could not be sent by {channel}: check it in the settings under Alerts."
            events.record(alerts.ACTION, text, connector_id=config.id, level=events.ERROR)

    def _alive(self, config: Config) -> None:
        """The dead-man ping: who does not hear from us knows that nobody works."""
        chosen = config.section("alert")
        address, minutes = str(chosen.get("heartbeat") or ""), int(chosen.get("heartbeat_minutes") or 5)
        if not address or not config.active:
            return
        owner = f"{os.getpid()}-{threading.get_ident()}"
        seconds = minutes * 60 - 30  # the lease is what spaces the calls, over all processes
        due = leases.take(f"heartbeat/{config.id}", owner, seconds=seconds, now=self.clock.now()) is not None
        if due and not _ask("GET", address):
            self._complain(config, "the heartbeat")


def _post(address: str, note: Note, now: datetime) -> bool:
    body = {
        "event": note.kind,
        "connector": note.connector,
        "subject": note.subject,
        "text": note.text,
        "alerts": list(note.alerts),
        "at": now.isoformat(),
    }
    return _ask("POST", address, body)


def _ask(method: str, address: str, body: Any = None) -> bool:
    http = Http("", timeout=SECONDS, name="the address of the alerts")
    try:
        http.call(method, address, body=body)
    except Outcome:
        return False
    finally:
        http.close()
    return True
