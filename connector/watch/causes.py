"""What people are told of: the causes that are there now in one connector, one for each whatever the number of records.

Failed messages by their fingerprint, a connector that needs attention, questions of the brake, messages that are late,
and drift. It sends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connector.queue.lanes import Lane
from connector.queue.models import FAILED
from connector.queue.reading import history, numbers
from connector.queue.reading.filters import Filter
from connector.queue.repairing import care
from connector.setup.connectors import Config
from connector.sync import catalogue
from connector.watch import brakes, drift

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. `address` is the page that shows it, without the host."""

    key: str
    title: str
    number: int = 1
    address: str = "/"


def of(config: Config, now: datetime) -> list[Cause]:
    """Every cause of one connector, the gravest first."""
    chosen = config.section("alert")
    return [
        *_attention(config),
        *_questions(config),
        *_failed(config, int(chosen.get("minimum") or 1), now),
        *_late(config, int(chosen.get("late_minutes") or 0), now),
        *_drift(config, int(chosen.get("in_step") or 0)),
    ]


def _attention(config: Config) -> list[Cause]:
    if not config.attention:
        return []
    return [Cause("attention", f"It has stopped calling: {config.attention}", 1, f"/connectors/{config.id}")]


def _questions(config: Config) -> list[Cause]:
    return [
        Cause(f"brake/{row.id}", f"The brake holds messages: {brakes.sentence(row)}", row.held,
              f"/connectors/{config.id}/brake/{row.id}")
        for row in brakes.latest(asking=True, connector_id=config.id)
    ]  # fmt: skip


def _failed(config: Config, minimum: int, now: datetime) -> list[Cause]:
    """One for each fingerprint, also where it hits several entities. Causes that somebody has put to sleep are not
    told."""
    found: dict[str, list[history.Group]] = {}
    for group in history.failed_groups(Filter(config.id, status=FAILED), asleep=care.asleep(now)):
        found.setdefault(group.code, []).append(group)
    told = []
    for code, groups in found.items():
        number = sum(group.count for group in groups)
        if number >= minimum:
            where = ", ".join(sorted({group.entity.replace("_", " ") for group in groups}))
            asked = {"connector": config.id, "cause": code or "-"}
            address = f"/failed/messages?{urlencode(asked)}"
            told.append(Cause(_key(f"failed/{code}"), f"{where}: {groups[0].sentence}", number, address))
    return told


def _late(config: Config, minutes: int, now: datetime) -> list[Cause]:
    if not minutes:
        return []
    lanes = [Lane(config.id, sync.entity, sync.direction) for sync in catalogue.SYNCS if config.enabled(sync.entity)]
    found = []
    for lane, since in numbers.oldest(lanes, now).items():
        if now - since > timedelta(minutes=minutes):
            title = f"{lane.entity.replace('_', ' ')}: messages have been waiting since {since:%Y-%m-%d %H:%M} UTC."
            asked = {"connector": config.id, "entity": lane.entity, "direction": lane.direction, "status": "pending"}
            address = f"/messages?{urlencode(asked)}"
            found.append(Cause(f"late/{lane.entity}/{lane.direction}", title, 1, address))
    return found


def _drift(config: Config, least: int) -> list[Cause]:
    """Entities of which less is in step than the settings want."""
    rows: Mapping[tuple[str, str], Any] = drift.newest([config.id]) if least else {}
    found = []
    for (_, entity), row in sorted(rows.items()):
        share = drift.share_of(row)
        if share is not None and share < least and row.repaired < row.different + row.missing_store:
            title = f"{entity}: only {drift.percent(row)} of both systems is in step."
            number = row.different + row.missing_store + row.missing_erp
            found.append(Cause(f"drift/{entity}", title, number, f"/connectors/{config.id}/drift/{row.id}"))
    return found


def _key(text: str) -> str:
    """A key that fits its column; the end of a longer one is a hash of the whole."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 9]}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
