"""The clocks of both sides (CON-14 to CON-16): read, compared with ours, and the difference that is stored.

Nobody can set another machine's clock: the difference is kept in the settings (section clock) and every later
"changed since" of that side is asked in its own time (CONFLICTS 56). In automatic mode a poll measures again
every few minutes and corrects what it finds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector import events
from connector.clock import CLOCK, Clock
from connector.db import db
from connector.errors import Invalid, Outcome, Refused
from connector.setup import connectors
from connector.setup.connectors import Config, Stale, Systems
from connector.sync import checkpoints
from connector.sync.catalogue import SYNCS
from connector.systems.base import System

ALLOWED = 5  # seconds of drift that nobody has to care about: polls overlap by two minutes
AGAIN = 300.0  # seconds until a poll measures once more
HOUSE = "automatic"


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock as it was read. `offset`: seconds that it is ahead of ours, None when it does not tell."""

    side: str
    label: str
    now: datetime | None
    zone: str
    stored: int
    offset: int | None = None

    @property
    def drift(self) -> int:
        """Seconds between what is measured and what is stored."""
        return 0 if self.offset is None else self.offset - self.stored

    @property
    def in_step(self) -> bool:
        return abs(self.drift) < ALLOWED

    @property
    def sentence(self) -> str:
        if self.offset is None:
            return f"{self.label} does not tell its time."
        if self.in_step:
            return "In step with the stored difference." if self.stored else "In step with ours."
        return f"{abs(self.drift)} s {'ahead of' if self.drift > 0 else 'behind'} what is stored."


def stored(values: Mapping[str, Any], side: str) -> int:
    """The stored difference of a side in seconds, out of a connector's values by section."""
    return int((values.get("clock") or {}).get(f"{side}_offset") or 0)


def read(systems: Systems, config: Config, side: str, label: str, clock: Clock = CLOCK) -> Reading:
    """Ask one side for its time. Raises Retry, Refused or Fail as the system does."""
    system = systems.erp if side == "erp" else systems.store
    offset, now = measure(system, clock)
    return Reading(side, label, now, system.zone() if now else "", stored(config.values, side), offset)


def measure(system: System, clock: Clock = CLOCK) -> tuple[int | None, datetime | None]:
    """(seconds ahead of us, its time); half of the way there and back is taken off. Raises what the system raises."""
    before = clock.now()
    theirs = system.now()
    after = clock.now()
    if theirs is None:
        return None, None
    return round((theirs - (before + (after - before) / 2)).total_seconds()), theirs


def keep(config: Config, offsets: Mapping[str, int], user: str) -> list[str]:
    """Sync Now: store the differences (by side); returns what changed. Raises Stale, Invalid."""
    given = {f"{side}_offset": seconds for side, seconds in offsets.items()}
    changes = connectors.save(config.id, {"clock": given}, user=user, revision=config.revision)
    for side, seconds in offsets.items():
        _go_back(config.id, side, seconds - stored(config.values, side))
    return changes


def _go_back(connector_id: str, side: str, seconds: int) -> None:
    """Marks were taken in the time that the side was believed to have: one that was too late would leave a gap."""
    if seconds >= 0:
        return
    for sync in SYNCS:
        mark, _ = checkpoints.get(connector_id, sync.entity, sync.direction)
        if sync.source == side and mark is not None:
            with db.write() as connection:
                earlier = mark + timedelta(seconds=seconds)
                checkpoints.save(connection, connector_id, sync.entity, sync.direction, earlier, None)


class Corrector:
    """Measures at poll time in automatic mode, each side at most every few minutes. Safe for several threads."""

    def __init__(self, clock: Clock = CLOCK) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._measured: dict[tuple[str, str], float] = {}

    def offset(self, config: Config, side: str, system: System) -> timedelta:
        """How far the side's clock is ahead, for this poll; a drift that is found now is stored (CON-16)."""
        known = stored(config.values, side)
        if not (config.section("clock").get("automatic", True) and self._due(config.id, side)):
            return timedelta(seconds=known)
        try:
            found, _ = measure(system, self.clock)
        except Refused:
            raise
        except Outcome:  # the poll itself will say what is wrong
            return timedelta(seconds=known)
        if found is None or abs(found - known) < ALLOWED:
            return timedelta(seconds=known)
        self._store(config.id, side, found)
        return timedelta(seconds=found)

    def _due(self, connector_id: str, side: str) -> bool:
        now, place = self.clock.monotonic(), (connector_id, side)
        with self._lock:
            last = self._measured.get(place)
            if last is not None and now - last < AGAIN:
                return False
            self._measured[place] = now
        return True

    def _store(self, connector_id: str, side: str, seconds: int) -> None:
        try:
            keep(connectors.get(connector_id), {side: seconds}, HOUSE)
        except (Stale, Invalid):  # somebody is saving this moment; the next look corrects it
            with self._lock:
                self._measured.pop((connector_id, side), None)
        else:
            text = f"The {'ERP' if side == 'erp' else 'store'}'s clock is {seconds} s ahead of ours: corrected."
            events.record("Configuration", text, connector_id=connector_id)
