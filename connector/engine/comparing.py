"""The run of a comparison: reads both sides page by page, asks the sync what it would write, and notes the rest.

What the sync would write is rehearsed with the real systems (requests that would change something are held back), so
mappings, settings, rounding and formats are those of the next message. A difference is looked at twice, and one whose
message is on its way is none. No transaction is open while a system is asked.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import func, select

from connector.clock import Clock
from connector.db import db, utcnow
from connector.engine.work import Worker
from connector.errors import Invalid, Outcome, Refused, Skip, Wait
from connector.queue import leases
from connector.queue.lanes import Lane
from connector.queue.wake import Bell
from connector.records import INVENTORY, ORDER, PRODUCT, SHIPMENT, Order, Record
from connector.setup.connectors import Config
from connector.sync import bindings, translate, twoway
from connector.sync.context import Context
from connector.sync.models import Binding
from connector.sync.needs import Needs
from connector.sync.perform import perform
from connector.systems import held, http
from connector.systems.base import Written
from connector.watch import comparing, drift
from connector.watch.comparing import DIFFERENT, IN_STEP, MISSING_ERP, MISSING_STORE, Found

CHUNK = 100
MANY = 2000  # of stock: an ERP that tells it by warehouse is read as a whole for each chunk
LEASE_SECONDS = 300.0
CANCELED = {"canceled", "cancelled"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The message that would be put: nobody has pressed anything, but nothing is left out as unchanged either."""

    id: int
    key: str
    operation: str = "upsert"
    origin: str = "fenced"


class Taken(NamedTuple):
    """A lease."""

    name: str
    owner: str
    epoch: int


class Comparer:
    """Comparisons of one process."""

    def __init__(self, app: Flask, worker: Worker, bell: Bell, clock: Clock) -> None:
        self.app, self.worker, self.bell, self.clock = app, worker, bell, clock

    def start(
        self, connector_id: str, entity: str, mode: str, user: str, stop: threading.Event, days: int = 0
    ) -> int | None:
        """Compare in the background; the comparison's number, None when one of this entity runs already."""
        taken = self._take(connector_id, entity)
        if taken is None:
            return None
        since = utcnow() - timedelta(days=days) if days else None
        number = drift.begin(connector_id, entity, mode, user, since)

        def work() -> None:
            with self.app.app_context():
                self._under_lease(taken, number, stop.is_set)

        threading.Thread(target=work, name=f"compare-{number}", daemon=True).start()
        return number

    def all(self, config: Config, stop: threading.Event) -> str:
        """Every entity one after the other, as the settings say: what the schedule does. Returns a sentence."""
        chosen, told = config.section("drift"), []
        for entity in drift.ENTITIES:
            lane = drift.lane_of(config.id, entity)
            if stop.is_set() or not (config.enabled(entity) and config.flows(entity, lane.direction)):
                continue
            taken = self._take(config.id, entity)
            if taken is None:
                continue
            goods = entity in drift.GOODS
            since = None if goods else utcnow() - timedelta(days=int(chosen.get("days") or 7))
            mode = str(chosen.get("nightly") or "sample") if goods else "full"
            number = drift.begin(config.id, entity, mode, "", since)
            self._under_lease(taken, number, stop.is_set)
            told.append(f"{entity} {drift.percent(drift.find(number))}")
        return "In step: " + ", ".join(told) if told else "Nothing to compare."

    def _take(self, connector_id: str, entity: str) -> Taken | None:
        """The right to compare an entity; what a dead process left open is closed with it."""
        name, owner = f"compare/{connector_id}/{entity}", f"{os.getpid()}-{threading.get_ident()}"
        epoch = leases.take(name, owner, seconds=LEASE_SECONDS, now=self.clock.now())
        if epoch is None:
            return None
        for row in drift.latest(connector_id, entity):
            if row.status == "running":
                drift.finish(row.id, "failed", "The process ended before the comparison did.")
        return Taken(name, owner, epoch)

    def _under_lease(self, taken: Taken, number: int, stop: Callable[[], bool]) -> None:
        def keep() -> None:
            leases.renew(*taken, until=self.clock.now() + timedelta(seconds=LEASE_SECONDS))

        try:
            self.run(number, stop, keep)
        finally:
            leases.release(*taken, now=self.clock.now())

    def run(self, number: int, stop: Callable[[], bool] = bool, keep: Callable[[], object] = bool) -> None:
        """Compare here and now. A system that cannot be read ends it with its sentence."""
        row = drift.find(number)
        try:
            context = self._context(drift.lane_of(row.connector_id, row.entity))
            pages = self._goods(context, row) if row.entity in drift.GOODS else self._sales(context, row)
            for checked, found, left_out in pages:
                drift.save(number, checked, found, left_out)
                keep()
                if stop():
                    drift.finish(number, "stopped", "The process ended before the comparison did.")
                    return
            drift.finish(number)
        except Outcome as word:
            if isinstance(word, Refused):
                self.worker.refused(row.connector_id, word)
            drift.finish(number, "failed", word.reason)
        except Invalid:
            drift.finish(number, "failed", "The connection of this connector is not complete.")

    def repair(self, number: int, user: str, ids: Sequence[int], stop: threading.Event) -> None:
        """Put the messages of a repair in the background."""

        def work() -> None:
            with self.app.app_context():
                drift.repair(number, user=user, ids=ids, bell=self.bell, stop=stop.is_set)

        threading.Thread(target=work, name=f"repair-{number}", daemon=True).start()

    def _context(self, lane: Lane) -> Context:
        """As for a message, without any way to change something."""
        asked = self.worker.context(*lane)
        return Context(
            asked.connector, asked.sync, asked.source, asked.target, asked.settings,
            enabled=asked.enabled, mappings=asked.mappings, rules=asked.rules, began=asked.began, dry=True,
        )  # fmt: skip

    # --- products, prices, stock ---------------------------------------------------------------------------

    def _goods(self, context: Context, row: Any) -> Iterator[tuple[int, list[Found], int]]:
        seen: set[str] = set()
        for keys in _pages(context, row):
            seen.update(keys)
            chosen = [key for key in keys if row.mode == "full" or _drawn(key, row.id, self._share(context, row))]
            if chosen:
                yield self._chunk(context, chosen)
        if row.mode == "full" and row.since is None and context.sync.entity == PRODUCT:
            yield from _orphans(context, seen)

    def _share(self, context: Context, row: Any) -> float:
        """Which part of the records a sample takes."""
        size = int(context.setting("drift", "sample", 500) or 500)
        return min(1.0, size / max(1, _number_bound(context)))

    def _chunk(self, context: Context, keys: list[str]) -> tuple[int, list[Found], int]:
        found, left_out = self._compare(context, keys)
        if found:  # what changes while we look is no drift
            again, _ = self._compare(context, [one.key for one in found])
            lane = Lane(context.connector, context.sync.entity, context.sync.direction)
            coming = drift.under_way(lane, [one.key for one in again])
            left_out += len(coming)
            found = [one for one in again if one.key not in coming]
        return len(keys), found, left_out

    def _compare(self, context: Context, keys: list[str]) -> tuple[list[Found], int]:
        told: dict[str, Written] = {}
        hashes: dict[str, str] = {}

        def watch(source: Record, record: Record, written: Written) -> None:
            told[source.key], hashes[source.key] = written, context.fingerprint() + record.content_hash()[:56]

        watching = replace(context, told=watch)
        both = context.sync.entity in twoway.FIELDS and twoway.both(context)
        # forced, so that what looks unchanged is compared; both ways, so that only what would really go counts
        tasks = [Asked(at, key, origin="poll" if both else "fenced") for at, key in enumerate(keys)]
        with http.recording(), held.holding(context.target.imagine):
            words = {
                tasks[one.task_id].key: one.word for one in perform(watching, tasks, lambda: set(range(len(keys))))
            }
        compared = [key for key in keys if key in told and _says(told[key])]
        entity = context.sync.entity
        there = context.target.read_many(entity, compared) if compared else {}
        bound = bindings.get_many(context.connector, entity, keys)
        written = bindings.told(context.connector, entity, compared)
        found: list[Found] = []
        for key in compared:
            record = there.get(key)
            if record is None:
                found.append(Found(key, MISSING_STORE, [], "" if key in bound else "never sent"))
                continue
            row = bound.get(key)
            unchanged = row is not None and row.sure and row.written_hash == hashes[key]
            fields = comparing.fields(entity, told[key].fields, record, written.get(key) if unchanged else None)
            if fields:
                found.append(Found(key, DIFFERENT, fields, comparing.shown(getattr(record, "name", ""))))
        waiting = [key for key in keys if isinstance(words.get(key), Wait)]
        found += [Found(key, MISSING_STORE, [], words[key].reason) for key in waiting]  # type: ignore[union-attr]
        return found, len(keys) - len(compared) - len(waiting)

    # --- orders and shipments ------------------------------------------------------------------------------

    def _sales(self, context: Context, row: Any) -> Iterator[tuple[int, list[Found], int]]:
        look = _orders if context.sync.entity == ORDER else _shipments
        for keys in _pages(context, row):
            yield look(context, keys)


def _pages(context: Context, row: Any) -> Iterator[list[str]]:
    """Every key of the source (changed since, where that was asked for), in chunks."""
    size = MANY if context.sync.entity == INVENTORY else CHUNK
    position, known, waiting = "", set[str](), list[str]()
    while True:
        page = context.source.changed_since(context.sync.entity, row.since, position)
        keys = [key for key in dict.fromkeys(change.key for change in page.changes) if key not in known]
        known.update(keys)
        waiting += keys
        while len(waiting) >= size or (waiting and page.position is None):
            yield waiting[:size]
            waiting = waiting[size:]
        if page.position is None:
            return
        position = page.position


def _drawn(key: str, salt: int, share: float) -> bool:
    """Whether the lot falls on this key: the same for the whole of one comparison, another in the next."""
    lot = int.from_bytes(hashlib.blake2b(f"{salt}/{key}".encode(), digest_size=4).digest(), "big")
    return lot < share * 2**32


def _says(written: Written) -> bool:
    """Whether the rehearsal came as far as the fields; a record that would be refused cannot be compared."""
    return bool(written.fields) and (written.problem is None or isinstance(written.problem, Skip))


def _number_bound(context: Context) -> int:
    c = Binding.__table__.c
    mine = (c.connector_id == context.connector, c.entity == context.sync.entity, c.target_id != "")
    with db.read() as connection:
        return int(connection.execute(select(func.count()).where(*mine)).scalar_one())


def _orphans(context: Context, seen: set[str]) -> Iterator[tuple[int, list[Found], int]]:
    """What is bound and still in the store, but the ERP has it no more."""
    c = Binding.__table__.c
    query = select(c.key).where(c.connector_id == context.connector, c.entity == PRODUCT, c.target_id != "")
    with db.read() as connection:
        gone = [key for key in connection.execute(query).scalars() if key not in seen]
    for start in range(0, len(gone), CHUNK):
        keys = gone[start : start + CHUNK]
        still = context.source.read_many(PRODUCT, keys)
        there = context.target.read_many(PRODUCT, [key for key in keys if key not in still])
        found = [Found(key, MISSING_ERP, [], comparing.shown(getattr(one, "name", ""))) for key, one in there.items()]
        yield len(found), found, 0


def _orders(context: Context, keys: list[str]) -> tuple[int, list[Found], int]:
    """Each order of the store beside the ERP's: its status on both sides, what is missing, what has another total."""
    lane = Lane(context.connector, ORDER, context.sync.direction)
    mine = context.source.read_many(ORDER, keys)
    bound = bindings.get_many(context.connector, ORDER, list(mine))
    ids = {key: row.target_id for key, row in bound.items() if row.target_id}
    theirs = context.target.read_many(ORDER, sorted(set(ids.values()))) if ids else {}
    said = drift.last_messages(lane, list(mine))
    found, left_out = [], len(keys) - len(mine)
    for key, one in mine.items():
        other = theirs.get(ids.get(key, ""))
        status, reason = said.get(key, ("", ""))
        if other is None and (status == "skipped" or status in drift.UNDER_WAY):
            left_out += 1
            continue
        found.append(_order(key, one, other, reason))
    return len(keys), found, left_out


def _order(key: str, one: Record, other: Record | None, reason: str) -> Found:
    assert isinstance(one, Order)
    state = [("status", str(getattr(other, "status", "")), one.status)]
    if not isinstance(other, Order):
        return Found(key, MISSING_ERP, state, reason)
    canceled = (one.status.casefold() in CANCELED) != (other.status.casefold() in CANCELED)
    different = canceled or comparing.plain(one.total) != comparing.plain(other.total)
    state.append(("total", comparing.shown(other.total), comparing.shown(one.total)))
    return Found(key, DIFFERENT if different else IN_STEP, state, other.key)


def _shipments(context: Context, keys: list[str]) -> tuple[int, list[Found], int]:
    """Each confirmed shipment of the ERP: is it in the store?"""
    lane = Lane(context.connector, SHIPMENT, context.sync.direction)
    mine = context.source.read_many(SHIPMENT, keys)
    bound = bindings.get_many(context.connector, SHIPMENT, list(mine))
    known = {key: row.target_id for key, row in bound.items()}
    made = translate.translate(context, Needs(context), list(mine.values()), known, set())
    ready = [one for one in made.values() if isinstance(one, Record)]
    there: dict[str, Record] = {}
    with suppress(Skip):
        there = context.target.find_like(SHIPMENT, ready) if ready else {}
    said = drift.last_messages(lane, list(mine))
    found, left_out = [], len(keys) - len(mine)
    for key, one in mine.items():
        status, reason = said.get(key, ("", ""))
        if key not in there and (isinstance(made.get(key), Skip) or status == "skipped" or status in drift.UNDER_WAY):
            left_out += 1
            continue
        state = [("status", str(getattr(one, "status", "")), "shipped" if key in there else "")]
        kind = IN_STEP if key in there else MISSING_STORE
        found.append(Found(key, kind, state, str(getattr(one, "order", "")) if kind == IN_STEP else reason))
    return len(keys), found, left_out
