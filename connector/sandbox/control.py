"""What both systems' control pages and scripts share: the JSON routes under /_sandbox and the list of calls.

They need no sign-in and do only what is listed here; none of them can write or change a line of the journal.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flask import Blueprint, Flask, Response, jsonify, request

from connector.sandbox import faults, journal
from connector.sandbox.faults import FREE, Faults
from connector.sandbox.server import HangUp, Wsgi
from connector.sandbox.store import Store, micros

KEPT_CALLS = 5000


class System(Protocol):
    """What a simulated system offers its control routes."""

    name: str
    store: Store
    faults: Faults
    calls: Calls
    defaults: dict[str, Any]  # the switches with the values that they start with

    def reset(self, options: dict[str, Any]) -> dict[str, Any]: ...
    def switches(self) -> dict[str, Any]: ...
    def state(self, keys: list[str]) -> dict[str, Any]: ...


class Calls:
    """The last calls to the system and how many there were: what was asked, not what it did."""

    def __init__(self) -> None:
        self.recent: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self.counts: Counter[str] = Counter()
        self.total = 0
        self.seconds = 0.0  # that all answers took
        self.lock = threading.Lock()

    def layer(self, app: Wsgi) -> Wsgi:
        """A WSGI layer that notes each call when it ends, also one whose answer never left."""

        def noted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if FREE.match(environ["PATH_INFO"]):
                return app(environ, start_response)
            started, status = time.perf_counter(), ["no answer"]

            def keep(line: str, headers: Any, exc_info: Any = None) -> Any:
                status[0] = line.split(" ", 1)[0]
                return start_response(line, headers, exc_info) if exc_info else start_response(line, headers)

            try:
                return app(environ, keep)
            except HangUp:
                status[0] = "no answer"
                raise
            finally:
                self._note(environ, status[0], time.perf_counter() - started)

        return noted

    def _note(self, environ: dict[str, Any], status: str, seconds: float) -> None:
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        with self.lock:
            self.total += 1
            self.seconds += seconds
            self.counts[f"{environ['REQUEST_METHOD']} {status}"] += 1
            self.recent.append(
                {"n": self.total, "at": journal.iso(micros()), "method": environ["REQUEST_METHOD"], "path": path,
                 "query": environ.get("QUERY_STRING", "")[:500], "bytes": int(environ.get("CONTENT_LENGTH") or 0),
                 "status": status, "ms": round(seconds * 1000, 2), "fault": environ.get("sandbox.fault", "")}
            )  # fmt: skip

    def clear(self) -> None:
        with self.lock:
            self.recent.clear()
            self.counts.clear()


def set_switches(system: System, values: dict[str, Any]) -> dict[str, Any]:
    """Change some switches. Raises ValueError for one that there is not, or of another type."""
    known = system.defaults
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"There is no switch {name}; there are: {', '.join(known)}.")
        if type(value) is not type(known[name]) and not (
            isinstance(value, int | float) and isinstance(known[name], int | float)
        ):
            raise ValueError(f"The switch {name} takes a value like {known[name]!r}.")
        choices = getattr(system, "choices", {}).get(name)
        if choices and value not in choices:
            raise ValueError(f"The switch {name} is one of: {', '.join(choices)}.")
    system.store.set("switches", {**system.store.setting("switches", {}), **values})
    getattr(system, "switched", lambda: None)()
    return system.switches()


def register(app: Flask, system: System) -> None:
    """The routes that both systems have."""
    page = Blueprint("control", __name__, url_prefix="/_sandbox")

    @page.get("/health")
    def health() -> Any:
        return jsonify(system=system.name, ok=True, pid=os.getpid(), epoch=system.store.epoch)

    @page.post("/reset")
    def reset() -> Any:
        options = request.get_json(silent=True) or {}
        try:
            done = system.reset(options)
        except (TypeError, ValueError) as error:
            return refused(error)
        if options.get("faults") is not False:
            system.faults.set([])
        system.calls.clear()
        return jsonify(done)

    @page.route("/faults", methods=["GET", "PUT"])
    def fault_list() -> Any:
        if request.method == "GET":
            return jsonify(system.faults.items)
        try:
            return jsonify(system.faults.set(request.get_json(silent=True)))
        except faults.Invalid as error:
            return refused(error)

    @page.route("/switches", methods=["GET", "PUT"])
    def switch_list() -> Any:
        if request.method == "GET":
            return jsonify(system.switches())
        try:
            return jsonify(set_switches(system, request.get_json(silent=True) or {}))
        except ValueError as error:
            return refused(error)

    @page.get("/journal")
    def entries() -> Any:
        args = request.args
        epoch = args.get("epoch", type=int)
        return jsonify(
            journal.read(system.store, args.get("after", 0, int), args.get("limit", 1000, int), key=args.get("key", ""),
                         effect=args.get("effect", ""), epoch=epoch)
        )  # fmt: skip

    @page.get("/calls")
    def call_list() -> Any:
        after, limit = request.args.get("after", 0, int), request.args.get("limit", 1000, int)
        with system.calls.lock:
            found = [call for call in system.calls.recent if call["n"] > after][:limit]
            counts, seconds = dict(system.calls.counts), round(system.calls.seconds, 3)
            return jsonify(calls=found, total=system.calls.total, seconds=seconds, counts=counts)

    @page.route("/state", methods=["GET", "POST"])
    def state() -> Any:
        raw = request.get_json(silent=True) or {}
        keys = request.args.getlist("key") or list(raw.get("keys", ()))
        return jsonify(system.state([str(key) for key in keys]))

    @app.after_request
    def own_time(response: Response) -> Response:
        """A system whose clock is off says so in every answer."""
        offset = system.store.setting("switches", {}).get("clock_offset", 0)
        if offset:
            response.date = datetime.now(UTC) + timedelta(seconds=offset)
        return response

    app.register_blueprint(page)


def refused(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400
