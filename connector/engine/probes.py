"""The rows of Initialize and of Test Features: checks, queues, inquiries, push notifications. They read only.

Nothing here changes business data (LIF-10): the message table is asked to take an update of no row, the systems
are read, an inquiry is run for a page of one (LIF-04). Troubles are told in the row and never raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from connector.db import db
from connector.errors import Invalid, Outcome
from connector.queue.lanes import Lane
from connector.queue.models import Message
from connector.queue.reading import numbers
from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.setup.activities import INQUIRY, PUSH, QUEUE
from connector.setup.connectors import Config, Systems
from connector.setup.lifecycle import Probe
from connector.sync import notifications
from connector.sync.catalogue import SYNCS, Sync
from connector.systems import registry
from connector.systems.base import Check, Feature

BULK = "Bulk API"  # what the store's test calls the answer of its bulk routes
Told = tuple[bool, str]


class Engine(Protocol):
    """What is needed of the engine."""

    def test_connection(self, connector_id: str, side: str, values: Mapping[str, Any] | None = None) -> Check: ...
    def systems(self, connector_id: str) -> Systems: ...


def all(engine: Engine, config: Config) -> list[Probe]:
    """Every row of the activity grid but the schedules, in its order."""
    return [*checks(engine, config), *queues(config), *inquiries(engine, config), *pushes(config)]


def tests(engine: Engine, config: Config) -> list[Probe]:
    """Test Features (LIF-10): what can be asked without making anything."""
    return [*checks(engine, config), *inquiries(engine, config), *pushes(config)]


def checks(engine: Engine, config: Config) -> list[Probe]:
    """Message table, ERP endpoint, store API first (LIF-02), then what the site and the store have to offer."""
    erp, store = registry.get(config.erp).label, registry.get(config.plugin).label
    asked = Asked(engine, config)
    return [
        Probe("Message table", _table),
        Probe(f"{erp} endpoint", lambda: asked.side("erp")),
        Probe(f"{store} API", lambda: asked.side("store")),
        Probe(f"{erp} entities", asked.needed),
        Probe(f"{erp} optional features", asked.optional, required=False),
        Probe(f"{store} bulk routes", asked.bulk, required=False),
    ]


def queue_name(sync: Sync) -> str:
    """What the grid calls a queue (LIF-03); one kind may travel both ways."""
    both = sum(other.kind == sync.kind for other in SYNCS) > 1
    return f"Queue for {sync.kind}" + (" from the store" if both and sync.direction == STORE_TO_ERP else "")


def queues(config: Config) -> list[Probe]:
    """One queue for each kind of message and direction: a lane of the message table."""

    def probe(sync: Sync) -> Probe:
        ready = "Ready." if _travels(config, sync) else "Ready; not ticked for this direction, so nothing comes in."
        return Probe(queue_name(sync), lambda: (True, ready), QUEUE, sync.entity)

    return [probe(sync) for sync in SYNCS]


def _travels(config: Config, sync: Sync) -> bool:
    return config.enabled(sync.entity) and config.flows(sync.entity, sync.direction)


def queries(config: Config) -> Iterator[tuple[Sync, str]]:
    """The inquiries that notifications come from, of the entities that are ticked."""
    push = config.section("push")
    for sync in SYNCS:
        name = str(push.get(f"{sync.entity}_query") or "").strip()
        if sync.direction == ERP_TO_STORE and name and _travels(config, sync):
            yield sync, name


def inquiries(engine: Engine, config: Config) -> list[Probe]:
    """Each inquiry, run for a page of one (LIF-04). Without it its entity is only polled, so none is required."""

    def probe(label: str, name: str, entity: str) -> Probe:
        return Probe(label, lambda: _inquiry(engine, config.id, name), INQUIRY, entity, required=False)

    found = [probe(f"GI for {sync.kind}", name, sync.entity) for sync, name in queries(config)]
    stock = str(config.section("erp").get("stock_gi") or "").strip()
    return found + ([probe("GI for reading stock", stock, "inventory")] if stock else [])


def pushes(config: Config) -> list[Probe]:
    """Each push notification: whether one was ever heard (LIF-05)."""

    def probe(sync: Sync, name: str) -> Probe:
        def look() -> Told:
            return heard(config, name, notifications.last_heard(config.id))

        return Probe(push_name(sync), look, PUSH, sync.entity, required=False)

    return [probe(sync, name) for sync, name in queries(config)]


def push_name(sync: Sync) -> str:
    """What the grid calls a push notification."""
    return f"PN for {sync.kind}"


def heard(config: Config, query: str, last_heard: Mapping[str, datetime]) -> Told:
    """Whether a notification of this query came in lately, and when last (`notifications.last_heard`)."""
    if not config.section("push").get("secret"):
        return False, f"{query}: there is no secret yet, so a notification would be refused. The entity is polled."
    last = last_heard.get(query.casefold())
    if last is None:
        return False, f"{query}: nothing was heard yet. Until then the entity is polled."
    return True, f"{query} is active, last heard {last:%Y-%m-%d %H:%M:%S} UTC."


class Asked:
    """The two systems, each asked once, whatever is made of the answer."""

    def __init__(self, engine: Engine, config: Config) -> None:
        self.engine, self.config = engine, config
        self.facts: dict[str, str] = {}

    def side(self, side: str) -> Told:
        return told(lambda: self._side(side))

    def _side(self, side: str) -> Told:
        check = self.engine.test_connection(self.config.id, side)
        if not check.ok:
            return False, f"{check.problem} {check.help}".strip()
        self.facts |= dict(check.facts)
        found = ", ".join(f"{name} {value}" for name, value in check.facts[:3])
        return True, f"It answers ({found})." if found else "It answers."

    def _features(self) -> list[Feature]:
        return self.engine.systems(self.config.id).erp.features()

    def needed(self) -> Told:
        """INS-03: what a ticked entity cannot do without."""

        def look() -> Told:
            needed = [(feature, self._ticked(feature)) for feature in self._features()]
            lacking = [(feature, who) for feature, who in needed if who and not feature.found]
            missing = [f"{feature.label} (for {', '.join(who)})" for feature, who in lacking]
            if missing:
                return False, f"The endpoint lacks {', '.join(missing)}."
            return True, f"All {sum(bool(who) for _, who in needed)} that the ticked entities need are there."

        return told(look)

    def _ticked(self, feature: Feature) -> list[str]:
        return [entity for entity in feature.needs_it if self.config.enabled(entity)]

    def optional(self) -> Told:
        """INS-01: what else this site has."""

        def look() -> Told:
            others = [feature for feature in self._features() if not self._ticked(feature)]
            there = ", ".join(feature.label for feature in others if feature.found)
            absent = ", ".join(feature.label for feature in others if not feature.found)
            return True, f"Detected: {there or 'none'}. Not there: {absent or 'none'}."

        return told(look)

    def bulk(self) -> Told:
        """INS-04: whether the store's asynchronous routes answer."""
        said = self.facts.get(BULK)
        if said is None:
            return True, "The store does not tell; the synchronous routes are used."
        if said == "yes":
            return True, "They answer."
        return True, f"They do not answer ({said}): the synchronous routes are used."


def told(look: Callable[[], Told]) -> Told:
    """What a look finds; what a system says instead is the row's text."""
    try:
        return look()
    except Invalid as error:
        return False, " ".join(error.errors.values())
    except Outcome as word:
        return False, f"{word.reason} {word.help}".strip()


def _table() -> Told:
    try:
        with db.write() as connection:
            connection.execute(update(Message).where(Message.id == 0).values(status=Message.status))
        lanes = [Lane("", sync.entity, sync.direction) for sync in SYNCS]
        numbers.counts(lanes)
    except SQLAlchemyError as error:
        return False, f"It cannot be written: {str(error).splitlines()[0][:200]}"
    return True, f"It can be read and written; {len(SYNCS)} queues."


def _inquiry(engine: Engine, connector_id: str, name: str) -> Told:
    def look() -> Told:
        shown = engine.systems(connector_id).erp.query(name)
        return True, f"{name} is active" + ("." if shown else ", it shows no row yet.")

    return told(look)
