"""What a notification of a shop says: which orders, customers or credit memos to read again. It stores nothing.

Magento itself sends none; shops have a module that does (webhooks of several vendors, Adobe Commerce's own), each with
its own body. So only what all of them can send is asked for: a JSON object with the name of the thing and its number,
in our own words (`entity`, `key` or `keys`) or under Magento's (`order`, `customer`, `creditmemo` with the fields of
the REST API, facts/MAGENTO.md, 13 and 14). Whatever else stands there is left alone: the record is read by its key.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from connector.errors import Invalid
from connector.records import CREDIT_MEMO, CUSTOMER, ORDER
from connector.systems.base import Change, Push
from connector.systems.magento.entity import version

KEYS = {ORDER: "increment_id", CUSTOMER: "id", CREDIT_MEMO: "increment_id"}  # entity -> field of the REST API
NAMES = {"order": ORDER, "customer": CUSTOMER, "creditmemo": CREDIT_MEMO, "credit_memo": CREDIT_MEMO}
WRAPPERS = ("data", "value", "event", "payload")
IDS = ("id", "event_id", "notification_id")
MOST, LONGEST, DEEPEST = 100, 80, 4


def parse(headers: Mapping[str, str], body: bytes) -> Push:
    """The changes that a notification tells. Raises Invalid with a sentence when it is none.

    Without an id of its own nothing is taken for a repetition: an order is made once however often it is told.
    """
    data = _json(body)
    found = list(_changes(data))
    if not found:
        raise Invalid({"body": "It names no order, customer or credit memo with its number."})
    if len(found) > MOST:
        raise Invalid({"body": f"It names more than {MOST} records."})
    own = headers.get("X-Notification-Id", "") or (_word(data, IDS) if "entity" in data or "event" in data else "")
    if len(own) > LONGEST:
        raise Invalid({"body": f"Its id is longer than {LONGEST} characters."})
    changes = tuple({(one.entity, one.key): one for one in found}.values())
    return Push(own or uuid.uuid4().hex, f"Store: {changes[0].entity}", 0, changes)


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid({"body": "The notification is not JSON."}) from error
    if not isinstance(data, dict):
        raise Invalid({"body": "The notification must be a JSON object."})
    return data


def _changes(data: Mapping[str, Any], deep: int = 0) -> Iterator[Change]:
    entity = NAMES.get(str(data.get("entity")).casefold(), "")
    if entity:
        given = data.get("keys") if isinstance(data.get("keys"), list) else [data.get("key")]
        for key in given or ():
            yield from _change(entity, key, data.get("updated_at"))
    for name, kind in NAMES.items():
        inner = data.get(name)
        if isinstance(inner, Mapping):
            yield from _change(kind, inner.get(KEYS[kind]), inner.get("updated_at"))
    if not entity and deep == 0 and "increment_id" in data:  # the order itself, as most modules send it
        yield from _change(ORDER, data["increment_id"], data.get("updated_at"))
    if deep < DEEPEST:
        for name in WRAPPERS:
            inner = data.get(name)
            if isinstance(inner, Mapping):
                yield from _changes(inner, deep + 1)


def _change(entity: str, key: Any, updated_at: Any) -> Iterator[Change]:
    if isinstance(key, bool) or not isinstance(key, str | int):
        return
    text = str(key).strip()
    if text and len(text) <= LONGEST:
        yield Change(entity, text, version=version(updated_at))


def _word(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(data[name]) for name in names if isinstance(data.get(name), str | int)), "")
