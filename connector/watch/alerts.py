"""Alerts: one message for each cause, one when it is over, none in quiet hours. Once a minute for each connector.

A cause becomes a row when it is first seen. The row is what makes it one alert: it is sent once, counts on while the
cause lasts, and says when it was over. What nobody could be told of is tried again the next minute. Who really sends
is handed in (`Send`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update

from connector import events
from connector.db import db
from connector.setup.connectors import Config
from connector.watch import causes
from connector.watch.causes import Cause
from connector.watch.models import Alert

TABLE: Any = Alert.__table__
ACTION = "Alert"
MANY = 10  # more new ones at once become one message


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be told. `kind`: opened, over or test; `alerts` are the rows that it stands for."""

    kind: str
    connector: str
    subject: str
    text: str
    alerts: tuple[dict[str, Any], ...] = ()


Send = Callable[[Note], bool]  # True when at least one channel has taken it


def step(config: Config, send: Send, now: datetime) -> int:
    """Look, remember, tell. Returns how many notes went out. Nothing is open in the database while one is sent."""
    _note(config.id, causes.of(config, now), now)
    if quiet(config.section("alert"), now):
        return 0
    told = 0
    new = _due(config.id, TABLE.c.sent_at.is_(None), open_=True)
    for part in [new] if len(new) > MANY else [[row] for row in new]:
        if part and send(_opened(config, part)):
            _mark([row.id for row in part], {"sent_at": now})
            told += 1
    for row in _due(config.id, TABLE.c.told_over_at.is_(None), open_=False):
        if row.sent_at is None or send(_over(config, row)):  # nobody was told that it began: nobody is told now
            _mark([row.id], {"told_over_at": now})
            told += row.sent_at is not None
    return told


def quiet(section: Any, now: datetime) -> bool:
    """Whether this moment (UTC) lies in the quiet hours; they may go over midnight."""
    first, last = moment(str(section.get("quiet_from") or "")), moment(str(section.get("quiet_to") or ""))
    if first is None or last is None or first == last:
        return False
    at = now.time()
    return first <= at < last if first < last else at >= first or at < last


def moment(text_: str) -> time | None:
    """A time of day "22:00", None for no such text."""
    try:
        return time.fromisoformat(text_) if text_ else None
    except ValueError:
        return None


def _note(connector_id: str, found: Sequence[Cause], now: datetime) -> None:
    """Bring the rows in line with what is there: new ones, their numbers, and those that are over."""
    with db.write() as connection:
        known = {row.cause: row for row in connection.execute(_open(connector_id)).all()}
        for cause in found:
            values = {"title": cause.title, "number": cause.number, "seen_at": now, "address": cause.address}
            row = known.pop(cause.key, None)
            if row is not None:
                connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(values))
            else:
                new = {"connector_id": connector_id, "cause": cause.key, "opened_at": now}
                connection.execute(insert(TABLE).values(**new, **values))
        for row in known.values():
            connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(over_at=now))


def _open(connector_id: str) -> Any:
    return select(TABLE).where(TABLE.c.connector_id == connector_id, text("over_at IS NULL")).order_by(TABLE.c.id)


def _due(connector_id: str, untold: Any, *, open_: bool) -> Sequence[Row[Any]]:
    state = text("over_at IS NULL") if open_ else TABLE.c.over_at.is_not(None)
    query = select(TABLE).where(TABLE.c.connector_id == connector_id, state, untold).order_by(TABLE.c.id)
    with db.read() as connection:
        return connection.execute(query.limit(1000)).all()


def _mark(ids: Sequence[int], values: dict[str, Any]) -> None:
    with db.write() as connection:
        connection.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(values))
        if "sent_at" in values:
            for row in connection.execute(select(TABLE).where(TABLE.c.id.in_(ids))):
                _log(connection, row)


def _log(connection: Connection, row: Row[Any]) -> None:
    events.record(
        ACTION, f"Told: {row.title}", connector_id=row.connector_id, connection=connection,
        level=events.WARNING, details={"alert": row.id, "messages": row.number},
    )  # fmt: skip


def _opened(config: Config, rows: Sequence[Row[Any]]) -> Note:
    name = config.name or config.id
    if len(rows) == 1:
        row = rows[0]
        many = f" ({row.number:,} messages)" if row.number > 1 else ""
        subject = f"[{name}] {row.title[:120]}{many}"
        body = f"{row.title}{many}\nSince {row.opened_at:%Y-%m-%d %H:%M} UTC.\n{link(config, row.address)}"
    else:
        subject = f"[{name}] {len(rows)} causes of trouble"
        body = "\n".join(f"- {row.title} ({row.number:,})\n  {link(config, row.address)}" for row in rows)
    return Note("opened", config.id, subject, body, tuple(map(plain, rows)))


def _over(config: Config, row: Row[Any]) -> Note:
    name = config.name or config.id
    lasted = f"from {row.opened_at:%Y-%m-%d %H:%M} to {row.over_at:%Y-%m-%d %H:%M} UTC"
    return Note("over", config.id, f"[{name}] Over: {row.title[:120]}", f"Over, {lasted}: {row.title}", (plain(row),))


def plain(row: Row[Any]) -> dict[str, Any]:
    """One alert for a webhook."""
    return {
        "id": row.id,
        "cause": row.cause,
        "title": row.title,
        "messages": row.number,
        "opened_at": row.opened_at.isoformat(),
        "over_at": row.over_at.isoformat() if row.over_at else None,
    }


def link(config: Config, address: str) -> str:
    """The page, with the host where the settings say it."""
    return str(config.section("alert").get("house") or "").rstrip("/") + address


def latest(connector_id: str, limit: int = 100) -> Sequence[Row[Any]]:
    """Alerts, the newest first."""
    query = select(TABLE).where(TABLE.c.connector_id == connector_id).order_by(TABLE.c.id.desc()).limit(limit)
    with db.read() as connection:
        return connection.execute(query).all()
