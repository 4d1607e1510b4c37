"""A whole house in one process: the two sandboxes beside it, the engine running, pushes coming in over HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import requests
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from connector.cli import demo_shop
from connector.clock import CLOCK
from connector.db import db
from connector.queue.models import Attempt, Message
from connector.sandbox.process import Children, free_base
from connector.setup import connectors, lifecycle, mappings
from connector.web.connectors.life import skip_gap

CONNECTOR, SECRET = "DEMO", "a-secret-of-the-flow-tests"
SOURCES = ["MAIN=default", "EAST=east", "RETAIL=retail"]


class Quiet(WSGIRequestHandler):
    """No line on the terminal for each push."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return None


def ask(method: str, url: str, body: Any = None) -> Any:
    """One call to a sandbox's own routes; the answer's JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def eventually(true: Callable[[], Any], what: str, seconds: float = 30) -> float:
    """Ask until it is true; returns the seconds that it took."""
    started = CLOCK.monotonic()
    while not true():
        assert CLOCK.monotonic() - started < seconds, f"{what}: not within {seconds:g} s"
        CLOCK.sleep(0.02)
    return CLOCK.monotonic() - started


class Shop:
    """What the tests do and see: edits in the ERP, what the store has, what the table says."""

    def __init__(self, app: Flask, sandboxes: Children) -> None:
        self.app, self.sandboxes = app, sandboxes
        self.erp, self.store = sandboxes.url("acumatica"), sandboxes.url("magento")
        self.engine = app.extensions["engine"]

    def edit(self, *edits: tuple[str, Mapping[str, Any]]) -> None:
        ask("POST", f"{self.erp}/_sandbox/edit", {"edits": [{"key": key, "fields": fields} for key, fields in edits]})

    def add(self, key: str, name: str, price: float) -> None:
        """Somebody enters a new item: over the ERP's own API, as its screens would."""
        user = {"name": "admin", "password": "sandbox", "tenant": "Company"}
        values = {"InventoryID": key, "Description": name, "ItemClass": "TOOLS", "TaxCategory": "TAXABLE",
                  "ItemStatus": "Active", "ExportToExternal": True, "DefaultPrice": price}  # fmt: skip
        with requests.Session() as session:
            session.trust_env = False
            session.post(f"{self.erp}/entity/auth/login", json=user, timeout=30).raise_for_status()
            body = {field: {"value": value} for field, value in values.items()}
            session.put(f"{self.erp}/entity/Default/25.200.001/StockItem", json=body, timeout=30).raise_for_status()
            session.post(f"{self.erp}/entity/auth/logout", timeout=30)

    def delete_in_store(self, key: str) -> None:
        """Somebody deletes a product in the store's admin."""
        headers = {"Authorization": "Bearer sandbox-token"}
        address = f"{self.store}/rest/all/V1/products/{quote(key, safe='')}"
        requests.delete(address, headers=headers, timeout=30).raise_for_status()

    def unsent_pushes(self) -> int:
        return int(ask("GET", f"{self.erp}/_sandbox/push")["counts"].get("waiting", 0))

    def keys(self) -> list[str]:
        """Items that may be sold, in the ERP's order."""
        found = ask("GET", f"{self.erp}/_sandbox/state")
        return [key for key, item in found.items() if item["ItemStatus"] == "Active" and item["ExportToExternal"]]

    def product(self, key: str) -> dict[str, Any]:
        """What the store has of it; empty when it has not got it."""
        found: dict[str, Any] = ask("POST", f"{self.store}/_sandbox/state", {"keys": [key]}).get(key, {})
        return found

    def products(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = ask("GET", f"{self.store}/_sandbox/state")
        return found

    def effects(self, after: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask("GET", f"{self.store}/_sandbox/journal?after={after}&limit=5000")["entries"]
        return found

    def last_effect(self) -> int:
        return int(ask("GET", f"{self.store}/_sandbox/journal?after=999999999")["last"])

    def calls(self, path: str, after: int = 0) -> list[dict[str, Any]]:
        """Requests to the store whose path ends so."""
        found = ask("GET", f"{self.store}/_sandbox/calls?after={after}&limit=5000")["calls"]
        return [call for call in found if call["path"].endswith(path)]

    def last_call(self) -> int:
        return int(ask("GET", f"{self.store}/_sandbox/calls?after=999999999")["total"])

    def messages(self, entity: str) -> dict[str, int]:
        """How many messages of an entity have which status."""
        columns = Message.__table__.c
        query = select(columns.status, func.count()).where(columns.entity == entity).group_by(columns.status)
        with self.app.app_context(), db.read() as connection:
            return {status: int(number) for status, number in connection.execute(query)}

    def looks(self, entity: str) -> int:
        """How many tries of an entity's messages came to nothing for now."""
        columns = Attempt.__table__.c
        query = select(func.count()).where(columns.entity == entity, columns.outcome == "retry")
        with self.app.app_context(), db.read() as connection:
            return int(connection.execute(query.where(columns.kind != "batch")).scalar_one())

    def quiet(self) -> bool:
        """Nothing is left to do."""
        columns = Message.__table__.c
        query = select(func.count()).where(columns.status.in_(("pending", "running", "waiting")))
        with self.app.app_context(), db.read() as connection:
            return connection.execute(query).scalar_one() == 0

    def settle(self, seconds: float = 60) -> None:
        try:
            eventually(self.quiet, "nothing is left to do", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; left: {self.left()}") from None

    def left(self) -> list[tuple[object, ...]]:
        """What is not settled: a failure that says nothing of it cannot be understood."""
        columns = Message.__table__.c
        named = (columns.id, columns.entity, columns.key, columns.status, columns.attempts, columns.reason)
        query = select(*named, columns.waits_for, columns.available_at).where(
            columns.status.in_(("pending", "running", "waiting"))
        )
        with self.app.app_context(), db.read() as connection:
            return [tuple(map(str, row)) for row in connection.execute(query.limit(10))]

    def life(self, action: str) -> None:
        """Pause, stop, activate: what the buttons on the connector's page do."""
        more = {"skip_gap": skip_gap} if action == "activate" else {}
        with self.app.app_context():
            getattr(lifecycle, action)(CONNECTOR, "ann", **more)
            self.engine.refresh()

    def poll(self, entity: str, direction: str = "") -> None:
        with self.app.app_context():
            self.engine.poll(CONNECTOR, entity, direction=direction)

    def desk(self, what: str, **asked: Any) -> Any:
        """Somebody at the ERP does something: ship, confirm, invoice, act ..."""
        return ask("POST", f"{self.erp}/_sandbox/desk/{what}", asked)

    def erp_orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask("GET", f"{self.erp}/_sandbox/desk/orders")
        return found

    def place(self, **asked: Any) -> list[dict[str, Any]]:
        """Buyers place orders in the store."""
        found: list[dict[str, Any]] = ask("POST", f"{self.store}/_sandbox/orders", asked)["orders"]
        return found

    def order(self, number: str) -> dict[str, Any]:
        """The store's order of that number."""
        return next(
            one for one in ask("GET", f"{self.store}/_sandbox/orders")["orders"] if one["increment_id"] == number
        )

    def failures(self) -> list[tuple[str, str, str]]:
        columns = Message.__table__.c
        query = select(columns.entity, columns.key, columns.error).where(columns.status == "failed")
        with self.app.app_context(), db.read() as connection:
            return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]

    def fill(self) -> None:
        """The first look at the ERP: everything that it has comes into the store."""
        with self.app.app_context():
            for entity in ("product", "price", "inventory"):
                self.engine.poll(CONNECTOR, entity)
        self.settle(120)


def configure(sandboxes: Children) -> None:
    """Products, prices and stock, as in a fresh connector."""
    connectors.create(CONNECTOR, "Flow", "magento", values_for(sandboxes), "ann")
    lifecycle.initialize(CONNECTOR, "ann")


def configure_all(sandboxes: Children) -> None:
    """Every entity, set up as the demo is."""
    values = values_for(sandboxes)
    for section, named in demo_shop.SETTINGS.items():
        values[section] = values.get(section, {}) | named
    connectors.create(CONNECTOR, "Flow", "magento", values, "ann")
    for kind, rows in demo_shop.MAPPINGS.items():
        mappings.save(CONNECTOR, kind, rows, "ann")
    lifecycle.initialize(CONNECTOR, "ann")


def values_for(sandboxes: Children) -> dict[str, dict[str, Any]]:
    return {
        "erp": {
            "url": sandboxes.url("acumatica"),
            "tenant": "Company",
            "username": "admin",
            "password": "sandbox",
        },
        "store": {"url": sandboxes.url("magento"), "token": "sandbox-token"},
        "queue": {"retry_count": 2, "retry_interval": 1, "process_sleep_time": 1},
        "inventory": {"quantity_kind": "on_hand", "source_map": SOURCES},
        "product": {"individual_sync": True},
        "brake": {"minimum": 100_000, "factor": 0, "pause": 0},  # these shops change everything at once, on purpose
        "push": {"secret": SECRET},
    }


@contextmanager
def open_shop(
    app: Flask, folder: Path, products: int, set_up: Callable[[Children], None] = configure
) -> Iterator[Shop]:
    """Sandboxes, the engine, and a server on a free port that takes the pushes."""
    with Children(free_base(), folder) as sandboxes:
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        shop = Shop(app, sandboxes)
        ask("POST", f"{shop.erp}/_sandbox/reset", {"products": products})
        hook = f"http://127.0.0.1:{server.server_port}/hooks/acumatica/{CONNECTOR}"
        ask("PUT", f"{shop.erp}/_sandbox/push", {"address": hook, "header": "X-Connector-Secret", "value": SECRET})
        try:
            with app.app_context():
                set_up(sandboxes)
                shop.engine.start()
            yield shop
        finally:
            with app.app_context():
                shop.engine.stop()
            server.shutdown()
            thread.join(10)
