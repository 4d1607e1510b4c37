"""Push notifications: is it ours, is it well-formed, is it new? Rows are committed, then the caller says 2xx."""

from __future__ import annotations

import hmac
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from connector.db import db
from connector.engine.systems import Connections
from connector.errors import Invalid
from connector.queue import inbox
from connector.queue.lanes import Lane
from connector.queue.wake import Bell
from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.setup.connectors import Config
from connector.setup.models import NEW, STOPPED
from connector.sync import notifications
from connector.systems.base import Change, Push

log = logging.getLogger(__name__)
STAND_IN = "no connector has this secret, and comparing takes as long as with one"


@dataclass(frozen=True, slots=True)
class PushResult:
    """How to answer: `status` is the HTTP status, `message` one sentence without anything secret."""

    status: int
    message: str
    changes: int = 0
    duplicate: bool = False


class Intake:
    """Accepts notifications for every connector of this process."""

    def __init__(self, connections: Connections, bell: Bell) -> None:
        self.connections, self.bell = connections, bell

    def accept(self, connector_id: str, headers: Mapping[str, str], body: bytes, sender: str = "") -> PushResult:
        """One notification of the ERP, or of the store when `sender` names it. Never raises for what was sent."""
        config = self._config(connector_id)
        if config is None or not _ours(config, headers) or sender not in ("", config.erp, config.plugin):
            return PushResult(401, "This address does not accept notifications with that secret.")
        if config.state == NEW:
            return PushResult(409, "The connector is not initialized yet.")
        if config.state == STOPPED or not config.active:
            return PushResult(200, "The connector is stopped: nothing is collected.")
        try:
            systems = self.connections.systems(connector_id)
            source = systems.store if sender and sender == config.plugin else systems.erp
            push = source.parse_push(headers, body)
        except Invalid as error:
            return PushResult(400, f"This is not a notification: {'; '.join(error.errors.values())}")
        return self._store(config, push, body, source.role)

    def _store(self, config: Config, push: Push, body: bytes, role: str) -> PushResult:
        way, name = (ERP_TO_STORE, config.erp) if role == "erp" else (STORE_TO_ERP, config.plugin)
        wanted = [one for one in push.changes if config.enabled(one.entity) and config.flows(one.entity, way)]
        status = notifications.ACCEPTED if wanted else notifications.IGNORED
        if not push.known:
            status = notifications.UNKNOWN
        lanes: dict[Lane, list[inbox.Item]] = defaultdict(list)
        for change in wanted:
            lanes[Lane(config.id, change.entity, way)].append(_item(change))
        with db.write() as connection:
            text = body.decode("utf-8", "replace").replace("\x00", "\ufffd")
            if not notifications.accept(connection, config.id, name, push, text, status):
                return PushResult(200, "Already received.", duplicate=True)
            for lane, items in lanes.items():
                inbox.put(lane, items, origin="push", connection=connection)
        for lane in lanes:
            self.bell.ring(lane)
        if not push.known:
            return PushResult(202, f"Stored, but no sync listens to the query {push.query!r}.")
        return PushResult(202, "Accepted.", changes=len(wanted))

    def _config(self, connector_id: str) -> Config | None:
        try:
            return self.connections.config(connector_id)
        except KeyError:
            return None


def _ours(config: Config | None, headers: Mapping[str, str]) -> bool:
    push = config.section("push") if config else {}
    given = headers.get(str(push.get("header") or "X-Connector-Secret"), "")
    expected = str(push.get("secret") or "")
    same = hmac.compare_digest(given.encode("utf-8", "replace"), (expected or STAND_IN).encode())
    return bool(expected) and same


def _item(change: Change) -> inbox.Item:
    return inbox.Item(change.key, change.operation, change.version, dict(change.payload))
