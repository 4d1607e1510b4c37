"""The asynchronous interface: `async/V1/...` takes one body, `async/bulk/V1/...` a list of them.

Envelopes are checked at once, business errors come later as the status of an operation. Routes with path
parameters answer 500 in bulk, the defect of 2.4.4. Source: facts/MAGENTO.md, section 16.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

from connector.sandbox.magento.routing import Call, Crash, Refusal, Route, route
from connector.sandbox.magento.shop import Shop, now

OPERATIONS = "Magento_Logging::system_magento_logging_bulk_operations"
OPEN, COMPLETE, REJECTED = 4, 1, 3
Doc = dict[str, Any]
Run = Callable[[Route, dict[str, str], Doc], Any]


class Bulks:
    """Accepted operations: done at once, or after the delay that stands for a consumer's loop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.pending: list[threading.Timer] = []

    def accept(self, entry: Route, params: dict[str, str], bodies: list[Doc], run: Run) -> Doc:
        """Take the bodies in. Returns the 202 answer."""
        number = str(uuid.uuid4())
        topic = f"async.magento.{entry.template.replace('/', '.').lower()}.{entry.method.lower()}"
        operations = [
            {"id": at, "status": OPEN, "result_message": None, "error_code": None, "body": body, "result": None}
            for at, body in enumerate(bodies)
        ]
        self._keep({"bulk_id": number, "topic": topic, "start": now(), "operations": operations})
        delay = float(self.shop.switch("async_delay"))
        if delay:
            timer = threading.Timer(delay, self._consume, (number, entry, params, run))
            timer.daemon = True
            self.pending.append(timer)
            timer.start()
        else:
            self._consume(number, entry, params, run)
        hashes = [hashlib.sha256(json.dumps(body).encode()).hexdigest() for body in bodies]
        items = [{"id": at, "data_hash": mark, "status": "accepted"} for at, mark in enumerate(hashes)]
        return {"bulk_uuid": number, "request_items": items, "errors": False}

    def stop(self) -> None:
        for timer in self.pending:
            timer.cancel()

    def _consume(self, number: str, entry: Route, params: dict[str, str], run: Run) -> None:
        doc = self.shop.store.get("bulk", number)
        if doc is None:
            return
        self._keep({**doc, "operations": [self._operate(entry, params, one, run) for one in doc["operations"]]})

    def _operate(self, entry: Route, params: dict[str, str], one: Doc, run: Run) -> Doc:
        try:
            result = run(entry, params, one["body"])
        except Refusal as error:
            return {**one, "status": REJECTED, "result_message": error.text(), "error_code": 0}
        except Crash:
            return {**one, "status": REJECTED, "result_message": "Internal Error.", "error_code": 0}
        return {**one, "status": COMPLETE, "result_message": "Service execution success", "result": json.dumps(result)}

    def _keep(self, doc: Doc) -> None:
        with self.shop.store.unit() as unit:
            unit.put("bulk", doc["bulk_id"], doc)


def of(call: Call) -> Doc:
    doc = call.unit.get("bulk", call.params["uuid"])
    if doc is None:
        raise Refusal(404, "Bulk uuid %bulkUuid not exist", {"bulkUuid": call.params["uuid"]})
    return doc


def head(doc: Doc) -> Doc:
    return {
        "user_type": 1,
        "bulk_id": doc["bulk_id"],
        "description": f"Topic {doc['topic']}",
        "start_time": doc["start"],
        "user_id": 1,
        "operation_count": len(doc["operations"]),
    }


@route("GET", "bulk/{uuid}/status", OPERATIONS)
def status(call: Call) -> Any:
    doc = of(call)
    rows = [{name: one[name] for name in ("id", "status", "result_message", "error_code")} for one in doc["operations"]]
    return {"operations_list": rows, **head(doc)}


@route("GET", "bulk/{uuid}/detailed-status", OPERATIONS)
def detailed(call: Call) -> Any:
    doc = of(call)
    rows = []
    for one in doc["operations"]:
        sent = {"entity_id": None, "entity_link": "", "meta_information": json.dumps(one["body"])}
        rows.append({"id": one["id"], "bulk_uuid": doc["bulk_id"], "topic_name": doc["topic"],
                     "serialized_data": json.dumps(sent) if one["status"] == REJECTED else None,
                     "result_serialized_data": one["result"], "status": one["status"],
                     "result_message": one["result_message"], "error_code": one["error_code"]})  # fmt: skip
    return {"operations_list": rows, **head(doc)}


@route("GET", "bulk/{uuid}/operation-status/{status}", OPERATIONS)
def count(call: Call) -> Any:
    return sum(str(one["status"]) == call.params["status"] for one in of(call)["operations"])
