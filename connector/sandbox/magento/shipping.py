"""Shipments and their tracks. More than is left is cut without a word, and the same call ships again.

Source: facts/MAGENTO.md, section 15, and the recordings `orders_ops` and `reservations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import levels, order_state, papers, reservations
from connector.sandbox.magento.order_book import NO_ENTITY, keep, next_number, order_of
from connector.sandbox.magento.routing import AfterEffect, Call, Refusal, as_int, number, route
from connector.sandbox.magento.shop import Doc, now

SHIP, SHIPMENT = "Magento_Sales::ship", "Magento_Sales::shipment"
EMPTY, NO_NUMBER = "You can't create a shipment without products.", "Please enter a tracking number."
NOT_SAVED = "Could not save a shipment, see error log for details"
NO_TRACK = "Could not save the shipment tracking."
ENTITY_KEYS = ("order_id", "parent_id", "track_number", "title", "carrier_code")


@route("POST", "order/{number}/ship", SHIP)
def create(call: Call) -> Any:
    order = order_of(call, call.params["number"])
    return str(ship(call, order, call.body)[1]["entity_id"])


def ship(call: Call, order: Doc, body: Mapping[str, Any]) -> tuple[Doc, Doc]:
    """Ship an order, or some of it. Returns the order and the shipment. Raises Refusal."""
    before = dict(order)
    order = {**order, "items": [dict(item) for item in order["items"]]}
    wanted = [(item, many) for item, many in _wanted(order, body) if many > 0]
    tracks = list(body.get("tracks") or ())
    problems = _problems(order, wanted, tracks)
    if problems:
        raise Refusal(400, "\n".join(["Shipment Document Validation Error(s):", *problems]))
    extension = (body.get("arguments") or {}).get("extension_attributes") or {}
    source = str(extension.get("source_code") or levels.DEFAULT)
    at, increment = call.unit.count("shipment"), next_number(call, "shipment", order["store_id"])
    taken = _taken(order, wanted)
    if not _in_stock(call, source, taken):
        raise AfterEffect(400, NOT_SAVED)  # the numbers are used up
    for sku, many in taken:
        levels.take(call, sku, source, many)
        reservations.book(call.unit, order["stock_id"], sku, many)
    doc = _document(call, order, wanted, at, increment, source)
    doc["tracks"] = [_track(call, order, doc, track) for track in tracks]
    told = body.get("comment") or {}
    if told.get("comment"):
        doc["comments"] = [papers.comment(call, "shipment_comment", doc, told)]
    for item, many in wanted:
        item["qty_shipped"] = number(order_state.quantity(item, "shipped") + many)
    order_state.settle(order, in_progress=True)
    keep(call, before, order)
    call.unit.put("shipment", str(at), doc)
    lines = [{"sku": row["sku"], "qty": row["qty"]} for row in doc["items"]]
    numbers = [track["track_number"] for track in doc["tracks"]]
    call.unit.note("shipment", increment, None, {"order": order.get("increment_id"), "entity_id": at, "items": lines,
                                                 "tracks": numbers, "source_code": source})  # fmt: skip
    return order, doc


def _wanted(order: Doc, body: Mapping[str, Any]) -> list[tuple[Doc, float]]:
    """(row, how many): never more than is left; the id of a child means nothing."""
    rows = {item["item_id"]: item for item in order_state.top(order)}
    if not body.get("items"):
        return [(item, order_state.to_ship(item)) for item in rows.values()]
    named = [(as_int("order_item_id", row.get("order_item_id")), float(row.get("qty") or 0)) for row in body["items"]]
    return [(rows[at], min(many, order_state.to_ship(rows[at]))) for at, many in named if at in rows]


def _problems(order: Doc, wanted: list[tuple[Doc, float]], tracks: list[Doc]) -> list[str]:
    problems = []
    if order.get("state") in order_state.STOPPED or order.get("is_virtual"):
        problems.append(f"A shipment cannot be created when an order has a status of {order.get('status')}")
    elif not order_state.can_ship(order):
        problems.append("The order does not allow a shipment to be created.")
    if not wanted:
        problems.append(EMPTY)
    if any(not track.get("track_number") for track in tracks):
        problems.append(NO_NUMBER)
    return problems


def _taken(order: Doc, wanted: list[tuple[Doc, float]]) -> list[tuple[str, float]]:
    """(sku, how many) that leave the warehouse."""
    return [(part["sku"], reservations.share(item, part, many)) for item, many in wanted
            for part in reservations.physical(order, item)]  # fmt: skip


def _in_stock(call: Call, source: str, taken: list[tuple[str, float]]) -> bool:
    if call.unit.get("source", source) is None:
        return False
    for sku, many in taken:
        row = call.shop.levels(call.unit, sku).get(source)
        product = call.shop.product(call.unit, sku)
        free = product is not None and (
            product["stock"].get("manage_stock") is False or product["stock"].get("backorders")
        )
        if not free and (row is None or row["quantity"] < many):
            return False
    return True


def _document(call: Call, order: Doc, wanted: list[tuple[Doc, float]], at: int, increment: str, source: str) -> Doc:
    moment = now()
    rows = []
    for item, many in wanted:
        row = {"entity_id": call.unit.count("shipment_item"), "parent_id": at, "order_item_id": item["item_id"],
               "qty": number(many), "sku": item["sku"], "name": item.get("name"), "price": item.get("price"),
               "product_id": item.get("product_id"), "weight": item.get("weight")}  # fmt: skip
        rows.append({name: value for name, value in row.items() if value is not None})
    shipping = order.get("shipping_address") or {}
    doc = {
        "entity_id": at,
        "increment_id": increment,
        "order_id": order["entity_id"],
        "store_id": order["store_id"],
        "billing_address_id": order.get("billing_address_id"),
        "shipping_address_id": shipping.get("entity_id"),
        "total_qty": number(sum(many for _, many in wanted)),
        "created_at": moment,
        "updated_at": moment,
        "packages": [],
        "items": rows,
        "tracks": [],
        "comments": [],
        "extension_attributes": {"source_code": source},
    }
    return {name: value for name, value in doc.items() if value is not None}


def _track(call: Call, order: Doc, shipment: Doc, raw: Mapping[str, Any]) -> Doc:
    moment = now()
    return {
        "order_id": order["entity_id"], "created_at": moment, "entity_id": call.unit.count("track"),
        "parent_id": shipment["entity_id"], "updated_at": moment, "weight": raw.get("weight"), "qty": raw.get("qty"),
        "description": raw.get("description"), "track_number": raw.get("track_number"), "title": raw.get("title"),
        "carrier_code": raw.get("carrier_code"),
    }  # fmt: skip


# Reading, tracks, comments


@route("GET", "shipments", SHIPMENT)
def listing(call: Call) -> Any:
    return papers.listed(call, "shipment")


@route("GET", "shipment/{number}", SHIPMENT)
def read(call: Call) -> Any:
    return papers.paper(call, "shipment", call.params["number"])


@route("POST", "shipment/track", SHIPMENT, ("entity",))
def track_add(call: Call) -> Any:
    """Does not change the order."""
    raw = call.body["entity"]
    doc = call.unit.get("shipment", str(raw.get("parent_id")))
    order = call.unit.get("order", str(raw.get("order_id")))
    if doc is None or order is None or not all(raw.get(name) for name in ENTITY_KEYS):
        raise Refusal(400, NO_TRACK)
    track = _track(call, order, doc, raw)
    call.unit.put("shipment", str(doc["entity_id"]), {**doc, "tracks": [*doc["tracks"], track]})
    call.unit.note("track", doc["increment_id"], None, track)
    return track


@route("DELETE", "shipment/track/{number}", SHIPMENT)
def track_remove(call: Call) -> Any:
    for key, doc in call.shop.store.kind("shipment").items():
        kept = [track for track in doc["tracks"] if str(track["entity_id"]) != call.params["number"]]
        if len(kept) < len(doc["tracks"]):
            call.unit.put("shipment", key, {**doc, "tracks": kept})
            call.unit.note("track", doc["increment_id"], {"entity_id": int(call.params["number"])}, None)
            return True
    raise Refusal(404, NO_ENTITY)


@route("GET", "shipment/{number}/comments", SHIPMENT)
def comments(call: Call) -> Any:
    return papers.told(read(call))


@route("POST", "shipment/{number}/comments", SHIPMENT, ("entity",))
def comment_add(call: Call) -> Any:
    row = papers.tell(call, "shipment", "shipment", read(call), call.body["entity"])
    return {name: value for name, value in row.items() if name != "created_at"}


@route("POST", "shipment/{number}/emails", SHIPMENT)
def email(call: Call) -> Any:
    read(call)
    return True
