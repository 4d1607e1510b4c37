"""Faults on request, as a WSGI layer around a simulated system. It knows HTTP and no system.

The control page and the `_sandbox` routes are never hit. What an error looks like is the system's affair: it
hands over a function that makes the answer for a fault (`Faces`).
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector.sandbox.server import HangUp, Wsgi
from connector.sandbox.store import Store

BEFORE = ("refuse", "500_before", "half_open", "429", "401", "maintenance")
AFTER = ("500_after", "lost_reply", "cut_json")
PUSH = ("duplicate_push", "reorder_push", "drop_push")
KINDS = (*BEFORE, *AFTER, "slow", *PUSH)
FREE = re.compile(r"^/($|_sandbox)")
Face = tuple[int, str, bytes]  # status, content type, body
Faces = Callable[[str], Face]


class Invalid(ValueError):
    """A fault that cannot be set, with a sentence."""


def clean(raw: Any) -> list[dict[str, Any]]:
    """The list as it will be kept. Raises Invalid with a sentence for the first wrong entry."""
    if not isinstance(raw, list):
        raise Invalid("Faults are a JSON list; [] clears them.")
    return [_clean(entry) for entry in raw]


def _clean(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or entry.get("fault") not in KINDS:
        raise Invalid(f"Each fault is an object whose 'fault' is one of: {', '.join(KINDS)}.")
    try:
        route = str(entry.get("route") or ".*")
        re.compile(route)
        rate = float(entry.get("rate", 1))
        count = entry.get("count")
        seconds = float(entry.get("seconds", 2 if entry["fault"] == "slow" else 30))
        retry_after = entry.get("retry_after")
        kept = {
            "route": route, "method": str(entry.get("method") or "").upper(), "fault": entry["fault"], "rate": rate,
            "count": None if count in (None, "") else int(count), "seconds": seconds,
            "retry_after": None if retry_after in (None, "") else int(retry_after), "fired": 0,
        }  # fmt: skip
    except (TypeError, ValueError, re.error) as error:
        raise Invalid(f"The fault {entry['fault']} has a wrong value: {error}.") from error
    if not 0 <= rate <= 1 or seconds < 0:
        raise Invalid("The rate of a fault is between 0 and 1, and its seconds are not negative.")
    return kept


class Faults:
    """The faults that are set, and which of them fires next."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = threading.Lock()
        self.chance = random.Random()
        self.items: list[dict[str, Any]] = store.setting("faults", [])

    def set(self, raw: Any) -> list[dict[str, Any]]:
        items = clean(raw)
        with self.lock:
            self.items = items
        self.store.set("faults", items)
        return items

    def draw(self, method: str, path: str, kinds: Iterable[str]) -> dict[str, Any] | None:
        """The first fault that fits and whose dice say so; its count is used up by one."""
        if not self.items:
            return None
        with self.lock:
            for item in self.items:
                if item["fault"] not in kinds or (item["method"] and item["method"] != method):
                    continue
                if item["count"] is not None and item["fired"] >= item["count"]:
                    continue
                if re.search(item["route"], path) and self.chance.random() < item["rate"]:
                    item["fired"] += 1
                    return item
        return None


class FaultLayer:
    """The WSGI layer. `wait` is how it sleeps, so that a test need not."""

    def __init__(self, app: Wsgi, faults: Faults, faces: Faces, wait: Callable[[float], None] = time.sleep) -> None:
        self.app, self.faults, self.faces, self.wait = app, faults, faces, wait

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if FREE.match(path) or not self.faults.items:
            return self.app(environ, start_response)
        fault = self.faults.draw(environ["REQUEST_METHOD"], path, (*BEFORE, *AFTER, "slow"))
        if fault is None:
            return self.app(environ, start_response)
        environ["sandbox.fault"] = fault["fault"]
        if fault["fault"] == "slow":
            self.wait(fault["seconds"])
            return self.app(environ, start_response)
        if fault["fault"] in BEFORE:
            return self._before(fault, start_response)
        return self._after(fault, environ, start_response)

    def _before(self, fault: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if fault["fault"] == "half_open":
            self.wait(fault["seconds"])
        if fault["fault"] in ("half_open", "refuse"):
            raise HangUp
        return self._face(fault, start_response)

    def _after(
        self, fault: dict[str, Any], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        status, headers, body = swallow(self.app, environ)
        if fault["fault"] == "lost_reply":
            raise HangUp
        if fault["fault"] == "cut_json":
            raise HangUp(cut(status, headers, body))
        return self._face(fault, start_response)

    def _face(self, fault: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind = "500" if fault["fault"].startswith("500") else fault["fault"]
        status, content_type, body = self.faces(kind)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        if fault["retry_after"] is not None:
            headers.append(("Retry-After", str(fault["retry_after"])))
        start_response(f"{status} Fault", headers)
        return [body]


def swallow(app: Wsgi, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    """Run the application and keep its answer: status line, headers, body."""
    answer: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        answer[:] = [status, headers]
        return answer.append

    body = b"".join(app(environ, start_response))
    return answer[0], answer[1], body


def cut(status: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """The raw answer broken off in the middle of its body; the announced length is that of the whole."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers if name.lower() != "content-length")]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1", "replace")
    return head + body[: max(1, len(body) // 2)] if body else b""
