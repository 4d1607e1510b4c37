"""Writing orders down: their numbers, and the journal of what becomes of them."""

from __future__ import annotations

import hashlib

from connector.sandbox.magento.cart_lines import stock_of, website_of
from connector.sandbox.magento.routing import Call, Refusal
from connector.sandbox.magento.shop import GROUPS, VIEWS, WEBSITES, Doc, now

NO_ENTITY = "The entity that was requested doesn't exist. Verify the entity and try again."


def order_of(call: Call, number: str) -> Doc:
    """A copy of an order, to be changed and kept. Raises Refusal 404."""
    order = call.unit.get("order", number)
    if order is None:
        raise Refusal(404, NO_ENTITY)
    return {**order, "items": [dict(item) for item in order["items"]], "payment": dict(order["payment"] or {}),
            "histories": list(order["histories"])}  # fmt: skip


def keep(call: Call, old: Doc | None, order: Doc) -> Doc:
    """Write an order; the journal tells a new one and each change of state or status."""
    order["updated_at"] = now()
    call.unit.put("order", str(order["entity_id"]), order)
    key = str(order.get("increment_id"))
    names = ("entity_id", "state", "status", "store_id", "grand_total", "order_currency_code", "ext_order_id")
    after = {name: order.get(name) for name in names}
    if old is None:
        call.unit.note("order", key, None, after)
    else:
        before = {name: old.get(name) for name in names}
        if before != after:
            call.unit.note("order_status", key, before, after)
    return order


def next_number(call: Call, kind: str, store: int) -> str:
    """The number that people see: each store view counts on its own, all but the first with its id in front."""
    count = call.unit.count(f"increment_{kind}_{store}")
    return f"{count:09d}" if store == 1 else f"{store}{count:09d}"


def store_name(store: int) -> str:
    view = next(row for row in VIEWS if row["id"] == store)
    website = next(row for row in WEBSITES if row["id"] == view["website_id"])
    group = next(row for row in GROUPS if row["id"] == view["store_group_id"])
    return f"{website['name']}\n{group['name']}\n{view['name']}"


def head(call: Call, store: int) -> Doc:
    """What every new order has: its numbers and where it was made."""
    at, moment = call.unit.count("order"), now()
    mark = hashlib.md5(f"order {at}".encode(), usedforsecurity=False).hexdigest()
    return {"entity_id": at, "increment_id": next_number(call, "order", store), "store_id": store, "created_at": moment,
            "updated_at": moment, "protect_code": mark, "store_name": store_name(store), "histories": [],
            "stock_id": stock_of(call, website_of(store)) if store else 1}  # fmt: skip
