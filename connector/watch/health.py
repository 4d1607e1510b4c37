"""How the connections are: each side of each connector, what is taken of its allowance, who works, who holds what.

It reads four tables once each, whatever there is; the pages and /metrics show the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from connector.db import db
from connector.queue.models import Heartbeat, WindowLease
from connector.setup.connectors import Config
from connector.watch import breaker, meter
from connector.watch.breaker import PROBING, State
from connector.watch.meter import Use

ALIVE = timedelta(seconds=30)  # a process says that it is there every few seconds
WELL, TRYING, RESTING, REFUSED, STOPPED, ASLEEP = "well", "trying", "resting", "refused", "stopped", "asleep"
SIDES = {"erp": "ERP", "store": "Store"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a connector. `allowed`: requests a minute, 0 for no limit; `breakers`: those of single entities."""

    connector: str
    side: str
    system: str
    state: str
    reason: str
    retry_at: datetime | None
    use: Use
    allowed: int
    breakers: tuple[State, ...]

    @property
    def label(self) -> str:
        return SIDES[self.side]

    @property
    def share(self) -> int:
        """Per cent of the requests that are allowed; 0 without a limit."""
        return min(100, round(100 * self.use.requests / self.allowed)) if self.allowed else 0


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that works, or did so lately."""

    name: str
    kind: str
    started_at: datetime
    seen_at: datetime
    alive: bool


def sides(configs: Sequence[Config], now: datetime) -> list[Side]:
    """Both sides of each connector, worst news and all. Two queries."""
    names = [_name(config, side) for config in configs for side in SIDES]
    used, open_ = meter.use(names, now), breaker.states([config.id for config in configs])
    return [
        _side(config, side, used[_name(config, side)], open_.get(config.id, [])) for config in configs for side in SIDES
    ]


def _name(config: Config, side: str) -> str:
    return f"{config.id}/{config.erp if side == 'erp' else config.plugin}"


def _side(config: Config, side: str, use: Use, open_: Sequence[State]) -> Side:
    mine = [one for one in open_ if one.side == side]
    whole = next((one for one in mine if not one.entity), None)
    state, reason, retry_at = WELL, "", None
    if whole is not None:
        state = TRYING if whole.state == PROBING else RESTING
        reason, retry_at = whole.reason, whole.retry_at
    if config.attention:
        state, reason, retry_at = (REFUSED if _meant(config, side) else STOPPED), config.attention, None
    elif not config.active or config.state not in ("active", "paused"):
        state = ASLEEP
    allowed = int(config.section(side).get("requests_per_minute") or 0)
    rest = tuple(one for one in mine if one.entity)
    return Side(config.id, side, _name(config, side).partition("/")[2], state, reason, retry_at, use, allowed, rest)


def _meant(config: Config, side: str) -> bool:
    """Whether the connector's attention is about this side: it names the system, or none."""
    system, other = (config.erp, config.plugin) if side == "erp" else (config.plugin, config.erp)
    said = config.attention.casefold()
    return system in said or other not in said


def workers(now: datetime) -> list[Worker]:
    """Processes that have given a sign of life in the last day, newest sign first."""
    with db.read() as connection:
        rows = connection.execute(select(Heartbeat.__table__).order_by(Heartbeat.seen_at.desc()))
        return [Worker(row.worker, row.kind, row.started_at, row.seen_at, row.seen_at >= now - ALIVE) for row in rows]


def leases(now: datetime) -> list[Row[Any]]:
    """Who holds which lease now: name, owner, epoch, until, last_started_at."""
    columns = WindowLease.__table__.c
    shown = (columns.name, columns.owner, columns.epoch, columns.until, columns.last_started_at)
    query = select(*shown).where(columns.until >= now, columns.name.not_like("only/%")).order_by(columns.name)
    with db.read() as connection:
        return list(connection.execute(query))
