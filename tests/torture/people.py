"""The people at the ERP: they edit prices, stock and names and add items, each time with a value never used before.

Unique values are what makes the judge's work possible: whatever the store is told can be traced to one change.
"""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from http.cookiejar import CookieJar
from types import MappingProxyType
from typing import Any

SELLABLE = ("Active", "No Purchases", "No Request")
LOGIN = {"name": "admin", "password": "sandbox", "tenant": "Company"}
ENDPOINT = "/entity/Default/25.200.001"


def ask(
    method: str,
    url: str,
    body: Any = None,
    opener: urllib.request.OpenerDirector | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """One call to a sandbox; the answer's JSON, None without any. Raises OSError, also for half an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with (opener.open if opener else urllib.request.urlopen)(request, timeout=30) as answer:
            text = answer.read()
    except HTTPException as half:
        raise ConnectionError(f"{method} {url}: {half!r}") from half
    return json.loads(text) if text.strip() else None


class People(threading.Thread):
    """Makes `changes` edits spread over `seconds`, then ends; `error` says why when it could not."""

    def __init__(self, erp: str, changes: int, seconds: float, seed: int, new: int = 0) -> None:
        super().__init__(name="people", daemon=True)
        self.erp, self.changes, self.seconds, self.new = erp, changes, seconds, new
        self.chance = random.Random(seed)
        self.done = 0
        self.error = ""
        self.stopping = threading.Event()
        self.items = [
            (key, item["kind"] == "StockItem", item["Description"], sorted(item["stock"]))
            for key, item in ask("GET", f"{erp}/_sandbox/state").items()
            if item["ItemStatus"] in SELLABLE and item["ExportToExternal"]
        ]
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    @property
    def left(self) -> int:
        return self.changes - self.done

    def run(self) -> None:
        started = time.monotonic()
        births = set(self.chance.sample(range(self.changes), min(self.new, self.changes)))
        try:
            while self.done < self.changes:
                due = started + self.done * self.seconds / self.changes
                if self.stopping.wait(max(0.0, due - time.monotonic())):
                    return
                if self.done in births:
                    self._add()
                else:
                    self._edit()
                self.done += 1
        except (OSError, ValueError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _edit(self) -> None:
        number = self.done + 1
        key, stock, name, warehouses = self.chance.choice(self.items)
        kind = self.chance.choice(("price", "price", "stock", "stock", "name"))
        fields: dict[str, Any] = {"DefaultPrice": round(1000 + number / 100, 2)}
        if kind == "stock" and stock:
            fields = {"stock": {self.chance.choice(warehouses): 1000 + number}}
        elif kind == "name":
            fields = {"Description": f"{name} no. {number}"}
        ask("POST", f"{self.erp}/_sandbox/edit", {"key": key, "fields": fields})

    def _add(self) -> None:
        """A new item, entered over the ERP's own API as its screens would."""
        number = self.done + 1
        key, name = f"NEW-{number:06d}", f"New item no. {number}"
        values = {"InventoryID": key, "Description": name, "ItemClass": "TOOLS", "TaxCategory": "TAXABLE",
                  "ItemStatus": "Active", "ExportToExternal": True, "DefaultPrice": 1000 + number / 100}  # fmt: skip
        body = {field: {"value": value} for field, value in values.items()}
        for _ in range(20):  # the chaos is for the connector; a person presses Save once more
            try:
                ask("PUT", f"{self.erp}{ENDPOINT}/StockItem", body, self.opener)
                self.items.append((key, True, name, ["MAIN"]))
                return
            except OSError as error:
                if getattr(error, "code", 0) == 401:
                    ask("POST", f"{self.erp}/entity/auth/login", LOGIN, self.opener)
        raise ValueError(f"the item {key} could not be saved")
