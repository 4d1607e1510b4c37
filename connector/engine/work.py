"""From a unit of the queue to the sync room and back: context, recording of HTTP, words into verdicts."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from connector.clock import CLOCK
from connector.db import db
from connector.engine.systems import Connections
from connector.errors import Outcome, Refused, Retry
from connector.queue import inbox, leases
from connector.queue.lanes import Lane
from connector.queue.models import FAILED, OPEN, URGENT, Message
from connector.queue.repairing import overrides
from connector.queue.wake import Bell
from connector.queue.working import waits
from connector.queue.working.claim import Claimed
from connector.queue.working.work import Report, Unit, Verdict
from connector.records import CATEGORY, CUSTOMER, ERP_TO_STORE, ORDER, PRODUCT, STORE_TO_ERP
from connector.setup import connectors
from connector.setup.connectors import Config
from connector.sync import catalogue
from connector.sync import preview as previews
from connector.sync.bindings import PROVISIONAL
from connector.sync.brake import Danger
from connector.sync.context import Context, Task
from connector.sync.perform import perform
from connector.sync.preview import Preview
from connector.systems import held, http
from connector.watch.brakes import Judge, Limits
from connector.watch.breaker import Breakers
from connector.watch.meter import Meter

log = logging.getLogger(__name__)
WAITED_FOR = {PRODUCT, CATEGORY, CUSTOMER, ORDER}  # what messages of other records may wait for
FEW = 5  # records of a group that are written one by one before they are bound
EXCLUSIVE_TRIES = 150  # looks, ten a second


class Worker:
    """Performs units. It brings its own application context: the queue's threads have none."""

    def __init__(self, app: Flask, connections: Connections, bell: Bell, changed: Callable[[], None]) -> None:
        self.app, self.connections, self.bell, self.changed = app, connections, bell, changed
        self.judge = Judge()
        self.breakers = Breakers()
        self.meter = Meter(f"{socket.gethostname()}-{os.getpid()}")

    def work(self, unit: Unit) -> Report:
        """The work function of every window. Outcomes become verdicts; a bug is raised for the runner."""
        urgent = any(message.priority == URGENT for message in unit.messages)
        with self.app.app_context(), http.recording(urgent=urgent) as exchanges:
            try:
                stopped = self.breakers.stopped(unit.lane.connector, unit.lane.entity, urgent=urgent)
                if stopped:
                    return Report([Verdict(message.id, stopped, stopped.reason) for message in unit.messages], [])
                verdicts = self._perform(unit)
            except Outcome as word:
                if isinstance(word, Refused):
                    self.refused(unit.lane.connector, word)
                verdicts = [Verdict(message.id, word, word.reason) for message in unit.messages]
            except (OperationalError, InterfaceError) as error:
                verdicts = [_away(message, error) for message in unit.messages]
            self._look_back(unit.lane, exchanges)
            return Report(verdicts, list(exchanges))

    def heard(self, lane: Lane, side: str, status: int | None) -> None:
        """What a poll has found of one side; no status: nobody answered."""
        base = self.connections.bases(lane.connector)[side]
        self._look_back(lane, [{"url": base, "status": status}])

    def _look_back(self, lane: Lane, exchanges: Sequence[Mapping[str, Any]]) -> None:
        """What the calls say of the health of both sides. Our own database may be away: that says nothing of them."""
        try:
            self.breakers.note(lane.connector, lane.entity, exchanges, self.connections.bases(lane.connector))
            if self.meter.due():
                self.meter.write(self.connections.taken())
        except (OperationalError, InterfaceError) as error:
            log.warning("health was not noted: %s", error, extra={"action": "database_away"})

    def _perform(self, unit: Unit) -> list[Verdict]:
        config = self.connections.config(unit.lane.connector)
        if config.attention:
            raise Refused(f"The connector needs attention and has stopped calling: {config.attention}")
        freed: set[Lane] = set()
        context = replace(
            self.context(*unit.lane),
            release=partial(self._release, unit.lane.connector, freed),
            announce=partial(_announce, {message.key: message for message in unit.messages}),
            edits=_edits(unit.messages),
            edited=lambda ids: overrides.used(ids, CLOCK.now()),
            brake=partial(self._brake, Limits.of(config.values.get("brake") or {}), unit),
            stopping=unit.stopping,
            batch=self._batch(config, unit.lane.entity),
        )
        try:
            if config.section("rehearsal").get("on"):
                with held.holding(context.target.imagine):
                    results = perform(replace(context, dry=True), unit.messages, unit.ours)
            else:
                results = perform(context, unit.messages, unit.ours)
        finally:
            for lane in freed:  # only now is the transaction over that freed them
                self.bell.ring(lane)
        refused = next((result.word for result in results if isinstance(result.word, Refused)), None)
        if refused:
            self.refused(unit.lane.connector, refused)
        return [Verdict(result.task_id, result.word, result.summary, result.wrote) for result in results]

    def preview(self, lane: Lane, key: str) -> Preview:
        """What Sync Now would do to one record; it changes nothing anywhere. Raises as the systems do."""
        asked = self.context(*lane)
        context = Context(
            asked.connector, asked.sync, asked.source, asked.target, asked.settings,
            enabled=asked.enabled, mappings=asked.mappings, rules=asked.rules, began=asked.began, dry=True,
        )  # fmt: skip
        with http.recording(urgent=True), held.holding(context.target.imagine) as requests:
            return previews.preview(context, key, requests)

    def _brake(self, limits: Limits, unit: Unit, found: Sequence[tuple[Task, Danger]]) -> dict[str, Outcome]:
        messages = {message.id: message for message in unit.messages}
        return self.judge.ask(unit.lane, [(messages[task.id], danger) for task, danger in found], limits)

    def _batch(self, config: Config, entity: str) -> int:
        """How many records are written, and bound, at a time."""
        return (
            most_at_once(config, self.connections.systems(config.id).store.capabilities.batches.get(entity, 0)) or FEW
        )

    def context(self, connector_id: str, entity: str, direction: str) -> Context:
        """What the sync room needs for one lane."""
        config, systems = self.connections.config(connector_id), self.connections.systems(connector_id)
        tables, sync = self.connections.tables(connector_id), catalogue.find(entity, direction)
        source, target = systems.erp, systems.store
        if sync.source != "erp":
            source, target = target, source
        return Context(
            connector_id,
            sync,
            source,
            target,
            config.values,
            need=lambda kind, keys: self._need(connector_id, kind, keys),
            coming=lambda kind, keys: _under_way(Lane(connector_id, kind, catalogue.find(kind).direction), keys, OPEN),
            again=lambda kind, keys: self._again(connector_id, kind, keys),
            enabled=config.enabled,
            mappings=tables.mappings,
            rules=tables.rules,
            began=tables.began,
            opposite=lambda kind, keys: self._opposite(Lane(connector_id, kind, direction), keys),
            exclusive=partial(self._exclusive, connector_id),
        )

    def _release(
        self, connector_id: str, freed: set[Lane], connection: Connection | None, entity: str, keys: Sequence[str]
    ) -> None:
        """What waits for these records goes on, in the transaction that binds them or after it."""
        if entity in WAITED_FOR and waits.release_many(connector_id, entity, keys, connection=connection):
            freed.update(Lane(connector_id, sync.entity, sync.direction) for sync in catalogue.SYNCS)

    def _need(self, connector_id: str, entity: str, keys: Sequence[str]) -> None:
        """Ask for records that others wait for, unless they are on their way or have failed (Failed is final).

        A key that begins with "store:" is an id of the store: its record has to travel to the ERP.
        """
        ids = [key.removeprefix(PROVISIONAL) for key in keys if key.startswith(PROVISIONAL)]
        others = [key for key in keys if not key.startswith(PROVISIONAL)]
        for direction, wanted in ((STORE_TO_ERP, ids), (catalogue.find(entity).direction, others)):
            lane = Lane(connector_id, entity, direction)
            known = _under_way(lane, wanted) if wanted else set()
            items = [inbox.Item(key) for key in wanted if key not in known]
            if items:
                inbox.put(lane, items, origin="dependency", bell=self.bell)

    def _again(self, connector_id: str, entity: str, keys: Sequence[str]) -> None:
        """Put records whose written state is in doubt, also beside a message that is at work on them right now."""
        lane = Lane(connector_id, entity, catalogue.find(entity).direction)
        inbox.put(lane, [inbox.Item(key) for key in keys], origin="fenced", bell=self.bell)

    def _opposite(self, lane: Lane, keys: Sequence[str]) -> None:
        """These have changed on the other side too, and that has to come back."""
        other = STORE_TO_ERP if lane.direction == ERP_TO_STORE else ERP_TO_STORE
        inbox.put(lane._replace(direction=other), [inbox.Item(key) for key in keys], origin="echo", bell=self.bell)

    @contextmanager
    def _exclusive(self, connector_id: str, name: str) -> Iterator[Callable[[], bool]]:
        """Only one at a time, in all processes: a lease by that name, kept up. Raises Retry when it stays taken.

        What it gives says whether it is still ours: a worker that was stopped for long has lost it.
        """
        lease = f"only/{connector_id}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        owner, seconds = f"{os.getpid()}-{threading.get_ident()}", self.app.config["LEASE_SECONDS"]
        for _ in range(EXCLUSIVE_TRIES):
            epoch = leases.take(lease, owner, seconds=seconds, now=CLOCK.now())
            if epoch is not None:
                break
            CLOCK.sleep(0.1)
        else:
            raise Retry("Somebody else is at work on the same customer.", after=seconds, away=True)

        def kept() -> bool:
            return leases.renew(lease, owner, epoch, until=CLOCK.now() + timedelta(seconds=seconds))

        try:
            with leases.Keeper(seconds / 3, kept, name=f"only-{name}"):
                yield kept
        finally:
            leases.release(lease, owner, epoch, now=CLOCK.now())

    def refused(self, connector_id: str, word: Refused) -> None:
        """Stop calling at once and say who must do what; the windows end, the messages stay."""
        if not self.connections.config(connector_id).attention:
            connectors.need_attention(connector_id, f"{word.reason} {word.help}".strip())
            self.changed()
            log.warning("credentials refused", extra={"action": "attention", "connector": connector_id})


def most_at_once(config: Config, most: int) -> int:
    """How many records go into one request, as the settings say and the store takes (`most`); 0: one by one."""
    return min(int(config.section("queue")["batch_count"]), most)


def _announce(messages: Mapping[str, Claimed], entity: str, wanted: Mapping[str, str]) -> None:
    """Say what messages in hand may have to wait for."""
    waits.announce({messages[key]: (entity, needed) for key, needed in wanted.items()})


def _edits(messages: Sequence[Claimed]) -> dict[str, dict[str, str]]:
    """What people have written over fields of these records; only messages that say so are looked up."""
    keys = {message.id: message.key for message in messages if message.origin == overrides.ORIGIN}
    return {keys[number]: fields for number, fields in overrides.of(keys).items()} if keys else {}


def _under_way(lane: Lane, keys: Sequence[str], statuses: Sequence[str] = (*OPEN, FAILED)) -> set[str]:
    """The keys of this lane that have a message in one of these statuses."""
    columns = Message.__table__.c
    query = select(columns.key).where(
        columns.key.in_(keys),
        columns.connector_id == lane.connector,
        columns.entity == lane.entity,
        columns.direction == lane.direction,
        columns.status.in_(statuses),
    )
    with db.read() as connection:
        return set(connection.execute(query).scalars())


def _away(message: Claimed, error: DBAPIError) -> Verdict:
    """Our own database broke off in the middle (restart, deadlock): no fault of the message, so not a bug of it."""
    text = f"The connector's own database was away: {str(error.orig).strip().splitlines()[0][:200]}"
    return Verdict(message.id, Retry(text, unknown=True, code="connector.database_away"), text, wrote=True)
