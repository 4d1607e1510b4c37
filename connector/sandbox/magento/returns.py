"""Returns (RMA): a part of Commerce. In Open Source the routes are not there at all.

Not recorded: the shapes follow Adobe's documentation of the RMA interface as far as a client needs it, the rest is
left out. Source: facts/MAGENTO.md, section 21 (Commerce is not proven).
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento import order_state
from connector.sandbox.magento.order_book import NO_ENTITY, next_number, order_of
from connector.sandbox.magento.routing import NO_ROUTE, Call, Refusal, as_int, number, route
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import Doc, now

RMA = "Magento_Rma::magento_rma"


def only_commerce(call: Call) -> None:
    """Raises the 404 of an unknown route in Open Source."""
    if call.shop.switch("edition") != "commerce":
        raise Refusal(404, NO_ROUTE)


@route("GET", "returns", RMA)
def listing(call: Call) -> Any:
    only_commerce(call)
    rows = sorted(call.shop.store.kind("rma").values(), key=lambda row: row["entity_id"])
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


@route("GET", "returns/{number}", RMA)
def read(call: Call) -> Any:
    only_commerce(call)
    row = call.unit.get("rma", call.params["number"])
    if row is None:
        raise Refusal(404, NO_ENTITY)
    return row


@route("POST", "returns", RMA, ("rmaDataObject",))
def create(call: Call) -> Any:
    """Ask for a return of what was shipped. Raises Refusal for more than that."""
    only_commerce(call)
    raw = call.body["rmaDataObject"]
    order = order_of(call, str(raw.get("order_id")))
    rows = {item["item_id"]: item for item in order_state.top(order)}
    at, moment = call.unit.count("rma"), now()
    items: list[Doc] = []
    for told in raw.get("items") or ():
        item = rows.get(as_int("order_item_id", told.get("order_item_id")) or 0)
        many = float(told.get("qty_requested") or 0)
        if item is None or not 0 < many <= order_state.quantity(item, "shipped"):
            raise Refusal(400, "You have no products to return in this quantity.")
        items.append({
            "entity_id": call.unit.count("rma_item"), "rma_entity_id": at, "order_item_id": item["item_id"],
            "product_sku": item["sku"], "product_name": item.get("name"), "qty_requested": number(many),
            "qty_authorized": number(many), "qty_approved": 0, "qty_returned": 0, "reason": told.get("reason", "1"),
            "condition": told.get("condition", "1"), "resolution": told.get("resolution", "2"), "status": "authorized",
        })  # fmt: skip
    if not items:
        raise Refusal(400, "You have no products to return in this quantity.")
    row = {
        "entity_id": at,
        "increment_id": next_number(call, "rma", order["store_id"]),
        "order_id": order["entity_id"],
        "order_increment_id": order["increment_id"],
        "store_id": order["store_id"],
        "customer_id": order.get("customer_id"),
        "date_requested": moment,
        "status": "authorized",
        "items": items,
        "comments": [],
        "tracks": [],
    }
    call.unit.put("rma", str(at), row)
    call.unit.note("return", row["increment_id"], None, row)
    return row
