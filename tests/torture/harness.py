"""The whole house as real processes on the loopback address: two sandboxes, a database, web and worker processes.

It starts them, lets a plan of chaos happen, waits for rest and counts. Who is right is the checker's affair.
Everything is bounded in time, and leaving the block kills every child.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from connector import create_app
from connector.db import db, utcnow
from connector.errors import Outcome
from connector.queue.models import FAILED, HELD, PENDING, RUNNING, WAITING, Message, MinuteStat
from connector.queue.repairing import repair
from connector.records import (
    CUSTOMER,
    ERP_TO_STORE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    SHIPMENT,
    STORE_TO_ERP,
)
from connector.setup import connectors, lifecycle, mappings
from connector.setup.models import Schedule
from tests.postgres import Cluster
from tests.torture import chaos, shop
from tests.torture.chaos import Event, Size
from tests.torture.figures import Figures
from tests.torture.people import LOGIN, People, ask
from tests.torture.processes import ROOT, Child, Children, free_base, wait_until
from tests.torture.trade import TOKEN, Shoppers, Staff

CONNECTOR = "DEMO"
WORKERS, WEB = ("worker-1", "worker-2"), ("web",)
SOURCES = {"MAIN": "default", "EAST": "east", "RETAIL": "retail"}
SIGN_IN = {
    "password": {"auth": "password"},
    "oauth": {
        "auth": "oauth",
        "client_id": "2F0E6B5C-7D1A-4A53-9C55-0D9A1B7C4E21",
        "client_secret": "sandbox-client-secret",
    },
}
GOODS = ((PRODUCT, ERP_TO_STORE), (PRICE, ERP_TO_STORE), (INVENTORY, ERP_TO_STORE))
PEOPLE = ((CUSTOMER, STORE_TO_ERP), (CUSTOMER, ERP_TO_STORE))
TRADE = (
    (ORDER, STORE_TO_ERP),
    (SHIPMENT, ERP_TO_STORE),
    (INVOICE, ERP_TO_STORE),
    (ORDER_STATUS, ERP_TO_STORE),
)
PAGE = 9  # rows of a page of the store: orders arrive while a poll is between two
AWKWARD = {"erp": ("C0000018",), "store": ("29",)}  # two people with one e-mail address: an error on purpose
BOOT = 60.0  # seconds that a process may take to answer on a busy machine
REST = 60.0  # "0 stuck after 60 s"


class House:
    """One connector between two sandboxes. Use `house()`."""

    def __init__(
        self, folder: Path, children: Children, url: str, size: Size, cluster: Cluster | None, auth: str
    ) -> None:
        self.folder, self.children, self.size, self.cluster, self.auth = folder, children, size, cluster, auth
        base = free_base()
        self.erp, self.store = f"http://127.0.0.1:{base + 1}", f"http://127.0.0.1:{base + 2}"
        self.port = free_base(1)
        self.base = base
        self.settings = {
            "DATABASE_URL": url,
            "INSTANCE": str(folder / "instance"),
            "LEASE_SECONDS": str(size.lease_seconds),
            "SECRET_KEY": secrets.token_hex(16),
            "LOG_LEVEL": "INFO",
        }
        self.env = {**os.environ, **self.settings, "PYTHONUNBUFFERED": "1"}
        self.app: Flask = create_app({**self.settings, "TESTING": True})
        self.figures = Figures("PostgreSQL" if cluster else "SQLite")
        self.named: dict[str, Child] = {}

    # --- building it

    def start(self) -> None:
        self._sandbox()
        with self.app.app_context():
            db.create_all()
            self._configure()
        self._push_to_us()
        python = sys.executable
        serve = [python, "-m", "gunicorn", "-w", "1", "--threads", "8", "-b", f"127.0.0.1:{self.port}", "wsgi:app"]
        self.named = {name: self.children.spawn(name, serve, self.env) for name in WEB}
        work = [python, "-m", "flask", "--app", "wsgi", "worker"]
        self.named |= {name: self.children.spawn(name, work, self.env) for name in WORKERS}
        wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), BOOT, "the web process answers")

    def _sandbox(self) -> None:
        for name, address in (("acumatica", self.erp), ("magento", self.store)):
            command = [sys.executable, "-m", "connector.sandbox", name, "--port-base", str(self.base)]
            self.children.spawn(name, [*command, "--data", str(self.folder / "sandbox")], self.env)
            wait_until(lambda to=address: answers(f"{to}/_sandbox/health"), BOOT, f"the {name} sandbox answers")  # type: ignore[misc]
        ask("POST", f"{self.erp}/_sandbox/reset", {"products": self.size.products})
        ask("PUT", f"{self.store}/_sandbox/switches", {"page_limit": PAGE})
        for key in AWKWARD["erp"]:
            ask("DELETE", f"{self.erp}/_sandbox/desk/record", {"entity": "Customer", "keys": [key]})
        for key in AWKWARD["store"]:
            ask("DELETE", f"{self.store}/rest/V1/customers/{key}", headers=TOKEN)
        if self.auth == "password":  # a killed process cannot log out: its seat stays taken for ten minutes
            ask("PUT", f"{self.erp}/_sandbox/switches", {"login_limit": 1000})

    def _configure(self) -> None:
        self.secret = secrets.token_hex(16)
        user = {"username": LOGIN["name"], "password": LOGIN["password"]}
        source_map = [f"{ours}={theirs}" for ours, theirs in SOURCES.items()]
        values: dict[str, dict[str, Any]] = {
            "erp": {"url": self.erp, "tenant": LOGIN["tenant"], **user, **SIGN_IN[self.auth]},
            "store": {"url": self.store, "token": "sandbox-token"},
            "queue": {"retry_count": 50, "retry_interval": 0, "check_process_time": 50, "process_sleep_time": 1},
            "inventory": {"quantity_kind": "on_hand", "source_map": source_map},
            "product": {"individual_sync": True},
            "push": {"secret": self.secret},
            "brake": {"enabled": False},  # its edits are wild on purpose
            **shop.SETTINGS,
        }  # fmt: skip
        connectors.create(CONNECTOR, "Torture", "magento", values, "torture")
        for kind, rows in shop.MAPPINGS.items():
            mappings.save(CONNECTOR, kind, rows, "torture")
        lifecycle.initialize(CONNECTOR, "torture")
        with db.write() as connection:  # the safety net each minute, so that a short test meets it too
            connection.execute(update(Schedule).where(Schedule.job == "poll").values(cron="* * * * *"))

    def _push_to_us(self) -> None:
        hook = f"http://127.0.0.1:{self.port}/hooks/acumatica/{CONNECTOR}"
        with self.app.app_context():
            push = connectors.get(CONNECTOR).section("push")
        queries = {name.removesuffix("_query"): value for name, value in push.items() if name.endswith("_query")}
        told = {"address": hook, "header": "X-Connector-Secret", "value": self.secret}
        told["queries"] = {name: value for name, value in queries.items() if value}
        ask("PUT", f"{self.erp}/_sandbox/push", told)

    # --- tormenting it

    def torment(self, events: list[Event]) -> None:
        """Let the plan happen while people work in the ERP. Ends with everything running and no fault set."""
        size = self.size
        everybody = self._everybody(len(events))
        self._faults(storm=False)
        started = time.monotonic()
        self._poll(started + REST, GOODS)  # the first look at everything, with every fault set
        self._poll(started + REST, PEOPLE)
        for people in everybody:
            people.start()
        for event in events:
            while time.monotonic() < started + event.at:
                self._revive()
                time.sleep(min(0.2, max(0.0, started + event.at - time.monotonic())))
            self._do(event)
        for people in everybody:
            people.join(max(1.0, started + size.seconds + 60 - time.monotonic()))
            people.stopping.set()
            if people.left:
                raise RuntimeError(f"{people.name} stopped after {people.done}: {people.error or 'too slow'}")
            self.figures.changes += people.done
        self._calm()
        self.figures.seconds = time.monotonic() - started

    def _everybody(self, seed: int) -> list[People | Shoppers | Staff]:
        size = self.size
        return [
            People(self.erp, size.changes, size.seconds, seed=seed, new=size.new),
            Shoppers(self.store, size.orders, size.edits, size.people, size.seconds, seed=seed + 1),
            Staff(self.erp, size.shipments, size.edits, size.people, size.seconds, seed=seed + 2),
        ]

    def _do(self, event: Event) -> None:
        child = self.named.get(event.whom)
        if event.act == chaos.KILL and child:
            child.kill()
            child.start()
            self.figures.kills += 1
        elif event.act == chaos.FREEZE and child:
            child.freeze()
            self.figures.freezes += 1
        elif event.act == chaos.THAW and child:
            child.thaw()
        elif event.act == chaos.RESTART and self.cluster:
            self.cluster.restart()
            self.figures.restarts += 1
        elif event.act == chaos.POLL:
            self._poll_twice()
        elif event.act == chaos.SKEW:
            self._skew()
        elif event.act in (chaos.STORM, chaos.CALM):
            self._faults(storm=event.act == chaos.STORM)
            self.figures.storms += event.act == chaos.STORM

    def _poll_twice(self) -> None:
        """Two processes look for the same at the same moment, as after a lease that was lost."""
        for _ in range(2):
            threading.Thread(target=self._look_once, name="double-poll", daemon=True).start()
        self.figures.polls += 1

    def _look_once(self) -> None:
        engine = self.app.extensions["engine"]
        for entity, direction in (*TRADE, *PEOPLE):
            with suppress(Outcome, DBAPIError), self.app.app_context():
                engine.poll(CONNECTOR, entity, direction=direction)

    def _skew(self) -> None:
        """Both clocks jump: the ERP's forward (it never gives a change an older stamp), the store's either way."""
        self.figures.skews += 1
        ask("PUT", f"{self.erp}/_sandbox/switches", {"clock_offset": 25 * self.figures.skews})
        ask("PUT", f"{self.store}/_sandbox/switches", {"clock_offset": (-1) ** self.figures.skews * 20})

    def _faults(self, *, storm: bool) -> None:
        self._set(self.store, (chaos.STORE_STORM if storm else []) + chaos.STORE_FAULTS)
        self._set(self.erp, (chaos.ERP_STORM if storm else []) + chaos.ERP_FAULTS)

    def _set(self, system: str, faults: list[dict[str, Any]]) -> None:
        for fault in ask("GET", f"{system}/_sandbox/faults"):
            self.figures.faults[fault["fault"]] += fault["fired"]
        ask("PUT", f"{system}/_sandbox/faults", faults)

    def _revive(self) -> None:
        """A process that ended by itself is a fault of the product; a supervisor would start it again."""
        for child in self.children.all:
            if not child.alive:
                self.figures.crashes.append(f"{child.name}: {child.tail(600)}")
                child.start()

    def _calm(self) -> None:
        for child in self.named.values():
            child.thaw()
        self._revive()
        self._set(self.store, [])
        self._set(self.erp, [])

    # --- and letting it rest

    def rest(self) -> None:
        """Wait until nothing is left to do. What is open and due when nothing has moved for 60 seconds is stuck."""
        started = time.monotonic()
        self._wait(started + 10 * REST, self._pushes_are_out)
        self._say(started, "the ERP has sent its pushes")
        self._poll(time.monotonic() + REST, (*TRADE[:1], *PEOPLE, *GOODS, *TRADE[1:]))
        self._release_held()
        self._say(started, "looked for changes")
        self._wait_while_it_moves()
        self._say(started, "at rest")
        self.figures.rest_seconds = time.monotonic() - started
        self.figures.stuck = {name: number for name, number in self.open(ready=True).items() if number}
        self.figures.deferred = sum(self.open().values()) - sum(self.figures.stuck.values())
        self._wait(time.monotonic() + 10 * REST, lambda: not self.open()[PENDING] or bool(self.figures.stuck))
        self._revive()
        self._count()

    def _wait_while_it_moves(self) -> None:
        """Until nothing is open, or 60 seconds have gone by in which nothing was finished."""
        least = left = sum(self.open().values())
        since = started = time.monotonic()
        while left and time.monotonic() - since < REST and time.monotonic() - started < 10 * REST:
            time.sleep(0.2)
            left = sum(self.open().values())
            if left < least:
                least, since = left, time.monotonic()

    def _wait(self, until: float, true: Callable[[], bool]) -> None:
        while time.monotonic() < until and not true():
            time.sleep(0.2)

    def _say(self, started: float, what: str) -> None:
        self.figures.resting.append(f"{time.monotonic() - started:.0f} s: {what}; open {self.open()}")

    def _release_held(self) -> None:
        """A message whose workers died three times waits for a person, by design; here she comes."""
        columns = Message.__table__.c
        with self.app.app_context():
            with db.read() as connection:
                held = connection.execute(select(columns.id).where(columns.status == HELD)).scalars().all()
            self.figures.held = len(held)
            if held:
                repair.reprocess(held, user="torture", reason="Its workers were killed by the test.")

    def _pushes_are_out(self) -> bool:
        return not ask("GET", f"{self.erp}/_sandbox/push")["counts"].get("waiting")

    def _poll(self, until: float, lanes: Sequence[tuple[str, str]]) -> None:
        """What each minute's schedule does anyway, once more and at once: a quick test does not wait for it."""
        engine = self.app.extensions["engine"]
        for entity, direction in lanes:
            while time.monotonic() < until:
                try:
                    with self.app.app_context():
                        engine.poll(CONNECTOR, entity, direction=direction)
                    break
                except Outcome:
                    time.sleep(0.5)

    def open(self, *, ready: bool = False) -> dict[str, int]:
        """Messages that are not over, by status; `ready` leaves out those that rest until their next try."""
        columns = Message.__table__.c
        found = dict.fromkeys((PENDING, RUNNING, WAITING), 0)
        query = select(columns.status, func.count()).where(columns.status.in_(found)).group_by(columns.status)
        if ready:
            query = query.where((columns.status != PENDING) | (columns.available_at <= utcnow()))
        with self.app.app_context(), db.read() as connection:
            found.update(connection.execute(query).tuples().all())
        return found

    def _count(self) -> None:
        columns = Message.__table__.c
        with self.app.app_context(), db.read() as connection:
            rows = connection.execute(select(columns.status, func.count()).group_by(columns.status))
            by_status = {status: int(number) for status, number in rows}
            causes = connection.execute(select(columns.code, columns.error).where(columns.status == FAILED)).all()
            accepted = connection.execute(select(func.sum(MinuteStat.accepted))).scalar()
        self.figures.messages = sum(by_status.values())
        self.figures.failed = by_status.get(FAILED, 0)
        self.figures.causes = sorted({f"{code}: ...{error[-400:]}" for code, error in causes})
        self.figures.accepted = int(accepted or 0)

    def judge(self) -> Mapping[str, Any]:
        """The verdict of the checker, which runs as a process of its own."""
        ask("PUT", f"{self.store}/_sandbox/switches", {"page_limit": 0})
        sources = [word for ours, theirs in SOURCES.items() for word in ("--source", f"{ours}={theirs}")]
        self.figures.verdict = self._judged("checker", *sources)
        self.figures.trade = self._judged("trade_checker")
        return self.figures.verdict

    def _judged(self, judge: str, *more: str) -> dict[str, Any]:
        command = [sys.executable, str(ROOT / f"tests/torture/{judge}.py"), self.erp, self.store, *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"the {judge} could not judge: {done.stdout}{done.stderr}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def close(self) -> None:
        with self.app.app_context():
            self.app.extensions["engine"].stop()
            db.session.remove()
            db.engine.dispose()


@contextmanager
def house(
    folder: Path, url: str, size: Size, *, cluster: Cluster | None = None, auth: str = "password"
) -> Iterator[House]:
    """A running house; every child is killed at the end of the block."""
    with Children(folder) as children:
        built = House(folder, children, url, size, cluster, auth)
        try:
            built.start()
            yield built
        finally:
            built.close()


def answers(address: str) -> bool:
    try:
        ask("GET", address)
    except OSError:
        return False
    except ValueError:
        return True  # an answer that is not JSON
    return True
