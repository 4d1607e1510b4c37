"""Comparisons of both systems: the rows of a run, its differences, and their repair. It calls no system.

A repair puts messages: the binding of each record is doubted first, so that it is written again though nothing has
changed in the source, and it goes the way of all messages, under the brake.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.queue import inbox
from connector.queue.inbox import Ringer
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.records import INVENTORY, ORDER, PRICE, PRODUCT, SHIPMENT
from connector.sync import bindings, catalogue
from connector.watch.comparing import DIFFERENT, IN_STEP, MISSING_ERP, MISSING_STORE, Found
from connector.watch.models import Comparison, Difference

RUNS: Any = Comparison.__table__
ROWS: Any = Difference.__table__
ENTITIES = (PRODUCT, PRICE, INVENTORY, ORDER, SHIPMENT)
GOODS = (PRODUCT, PRICE, INVENTORY)
ACTION = "Reconciliation"
ORIGIN = "repair"
KINDS = {
    DIFFERENT: "Different",
    MISSING_STORE: "Missing in the store",
    MISSING_ERP: "Missing in the ERP",
    IN_STEP: "In step",
}
CHUNK = 200
KEPT = 30  # comparisons of an entity whose differences are kept
UNDER_WAY = ("pending", "running", "waiting", "held")


def lane_of(connector_id: str, entity: str) -> Lane:
    return Lane(connector_id, entity, catalogue.find(entity).direction)


def begin(connector_id: str, entity: str, mode: str, user: str, since: datetime | None = None) -> int:
    """A new comparison; its number."""
    values = {"connector_id": connector_id, "entity": entity, "mode": mode, "user": user, "since": since}
    with db.write() as connection:
        number = connection.execute(insert(RUNS).values(**values, started_at=utcnow()).returning(RUNS.c.id))
        return int(number.scalar_one())


def save(number: int, checked: int, found: Sequence[Found], left_out: int = 0) -> None:
    """One page of a comparison: what was looked at, and what is not in step."""
    kinds = Counter(one.kind for one in found)
    wrong = sum(number for kind, number in kinds.items() if kind != IN_STEP)
    with db.write() as connection:
        if found:
            rows = [
                {
                    "comparison_id": number,
                    "key": one.key,
                    "kind": one.kind,
                    "label": one.label[:255],
                    "fields": json.dumps(one.fields, ensure_ascii=False, default=str),
                }
                for one in found
            ]
            connection.execute(insert(ROWS), rows)
        row = connection.execute(select(RUNS).where(RUNS.c.id == number).with_for_update()).one()
        by_field = Counter(json.loads(row.fields))
        by_field.update(name for one in found if one.kind == DIFFERENT for name, *_ in one.fields)
        values = {
            "checked": row.checked + checked,
            "in_step": row.in_step + checked - wrong - left_out,
            "different": row.different + kinds[DIFFERENT],
            "missing_store": row.missing_store + kinds[MISSING_STORE],
            "missing_erp": row.missing_erp + kinds[MISSING_ERP],
            "left_out": row.left_out + left_out,
            "fields": json.dumps(dict(by_field)),
        }
        connection.execute(update(RUNS).where(RUNS.c.id == number).values(values))


def finish(number: int, status: str = "done", message: str = "") -> None:
    """The end of a comparison: done, failed or stopped, with a sentence."""
    with db.write() as connection:
        ended = {"status": status, "message": message, "finished_at": utcnow()}
        connection.execute(update(RUNS).where(RUNS.c.id == number, RUNS.c.status == "running").values(ended))
        row = connection.execute(select(RUNS).where(RUNS.c.id == number)).one()
        text = f"{row.entity.capitalize()}: {percent(row)} of {row.checked:,} in step. {message}".strip()
        level = events.ERROR if status == "failed" else events.INFO
        events.record(
            ACTION, text, connector_id=row.connector_id, level=level, user=row.user, connection=connection,
            details={"comparison": number, "status": status},
        )  # fmt: skip
        old = select(RUNS.c.id).where(RUNS.c.connector_id == row.connector_id, RUNS.c.entity == row.entity)
        gone = connection.execute(old.order_by(RUNS.c.id.desc()).offset(KEPT).limit(KEPT)).scalars().all()
        if gone:  # the line over time stays
            connection.execute(ROWS.delete().where(ROWS.c.comparison_id.in_(gone)))


def percent(row: Any) -> str:
    """How much is in step, of what could be compared; cut and not rounded, so that 100 % means all."""
    share = share_of(row)
    return "nothing" if share is None else f"{share:.2f}".rstrip("0").rstrip(".") + " %"


def share_of(row: Any) -> float | None:
    """The same as a number from 0 to 100."""
    compared = row.checked - row.left_out
    return int(10_000 * row.in_step / compared) / 100 if compared > 0 else None


def find(number: int) -> Row[Any]:
    """One comparison. Raises KeyError."""
    with db.read() as connection:
        row = connection.execute(select(RUNS).where(RUNS.c.id == number)).one_or_none()
    if row is None:
        raise KeyError(number)
    return row


def latest(connector_id: str, entity: str = "", limit: int = 30) -> Sequence[Row[Any]]:
    """Comparisons, newest first."""
    query = select(RUNS).where(RUNS.c.connector_id == connector_id)
    if entity:
        query = query.where(RUNS.c.entity == entity)
    with db.read() as connection:
        return connection.execute(query.order_by(RUNS.c.id.desc()).limit(limit)).all()


def newest(connector_ids: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    """The last comparison that came to its end, by connector and entity."""
    last = (
        select(func.max(RUNS.c.id))
        .where(RUNS.c.connector_id.in_(connector_ids), RUNS.c.status == "done", RUNS.c.entity.in_(ENTITIES))
        .group_by(RUNS.c.connector_id, RUNS.c.entity)
    )
    with db.read() as connection:
        rows = connection.execute(select(RUNS).where(RUNS.c.id.in_(last))).all()
    return {(row.connector_id, row.entity): row for row in rows}


def differences(
    number: int, *, kind: str = "", field: str = "", text: str = "", before: int | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Differences of a comparison, newest first; `before` is an id."""
    query = select(ROWS).where(*_matching(number, kind, field, text)).order_by(ROWS.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ROWS.c.id < before)
    with db.read() as connection:
        return connection.execute(query).all()


def _matching(number: int, kind: str, field: str, text: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ROWS.c.comparison_id == number]
    if kind:
        found.append(ROWS.c.kind == kind)
    if field:
        found.append(ROWS.c.fields.contains(f'["{field}", ', autoescape=True))
    if text:
        found.append(ROWS.c.key.icontains(text, autoescape=True))
    return found


def under_way(lane: Lane, keys: Sequence[str]) -> set[str]:
    """Keys whose change is on its way (or held): they are no drift."""
    return {key for key, (status, _) in last_messages(lane, keys).items() if status in UNDER_WAY}


def last_messages(lane: Lane, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Status and reason of the newest message of each key."""
    c = Message.__table__.c
    found: dict[str, tuple[str, str]] = {}
    with db.read() as connection:
        for start in range(0, len(keys), CHUNK):
            query = (
                select(c.key, c.status, c.reason)
                .where(c.key.in_(keys[start : start + CHUNK]), c.connector_id == lane.connector)
                .where(c.entity == lane.entity, c.direction == lane.direction)
                .order_by(c.id)
            )
            for key, status, reason in connection.execute(query):
                found[key] = (status, reason)
    return found


def repairable(number: int, ids: Sequence[int] = ()) -> int:
    """How many differences one click would repair."""
    with db.read() as connection:
        return int(connection.execute(select(func.count()).where(*_open(number, ids))).scalar_one())


def _open(number: int, ids: Sequence[int]) -> list[ColumnElement[bool]]:
    """What is missing in the ERP is repaired only where the ERP is the target: nobody deletes by one click."""
    kinds = [DIFFERENT, MISSING_STORE, MISSING_ERP] if find(number).entity == ORDER else [DIFFERENT, MISSING_STORE]
    found = [ROWS.c.comparison_id == number, ROWS.c.kind.in_(kinds), ROWS.c.repaired_at.is_(None)]
    return [*found, ROWS.c.id.in_(ids)] if ids else found


def repair(
    number: int, *, user: str, ids: Sequence[int] = (), bell: Ringer | None = None, stop: Callable[[], bool] = bool
) -> int:
    """Put a message for each difference (or for these); returns how many. Raises KeyError."""
    row = find(number)
    lane, done = lane_of(row.connector_id, row.entity), 0
    for part in _parts(number, ids):
        if stop():
            break
        keys = [one.key for one in part]
        _doubt(lane, keys)
        with db.write() as connection:
            inbox.put(lane, [inbox.Item(key) for key in keys], origin=ORIGIN, user=user, connection=connection)
            mended = ROWS.c.id.in_([one.id for one in part])
            connection.execute(update(ROWS).where(mended).values(repaired_at=utcnow()))
            total = update(RUNS).where(RUNS.c.id == number)
            connection.execute(total.values(repaired=RUNS.c.repaired + len(keys)))
        done += len(keys)
        if bell is not None:
            bell.ring(lane)
    if done:
        text = f"{row.entity.capitalize()}: {done:,} differences of comparison {number} are written again."
        events.record(ACTION, text, connector_id=row.connector_id, user=user, details={"comparison": number})
    return done


def _parts(number: int, ids: Sequence[int]) -> Iterator[Sequence[Row[Any]]]:
    while True:
        with db.read() as connection:
            query = select(ROWS.c.id, ROWS.c.key).where(*_open(number, ids)).order_by(ROWS.c.id).limit(CHUNK)
            part = connection.execute(query).all()
        if not part:
            return
        yield part


def _doubt(lane: Lane, keys: Sequence[str]) -> None:
    """Nobody knows any more what the target has. What is made only once is forgotten, else it would not be made."""
    if catalogue.find(lane.entity, lane.direction).once:
        bindings.forget(lane.connector, lane.entity, keys)
    else:
        bindings.doubt(lane.connector, lane.entity, keys)
