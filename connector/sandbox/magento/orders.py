"""The order routes: search, read, write directly, comment, hold, cancel. Source: facts/MAGENTO.md, 14 and 15."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento import order_state, placing
from connector.sandbox.magento.money import exact
from connector.sandbox.magento.order_book import NO_ENTITY, head, keep, order_of
from connector.sandbox.magento.order_view import show, show_history, show_items, show_short
from connector.sandbox.magento.routing import Call, Refusal, as_int, internal, number, route
from connector.sandbox.magento.search import Criteria, search
from connector.sandbox.magento.shop import Doc, now

VIEW, EDIT = "Magento_Sales::actions_view", "Magento_Sales::create"
FIELDS = {
    "entity_id", "increment_id", "state", "status", "store_id", "created_at", "updated_at", "customer_email",
    "customer_id", "customer_group_id", "customer_firstname", "customer_lastname", "customer_is_guest", "ext_order_id",
    "ext_customer_id", "grand_total", "base_grand_total", "subtotal", "base_subtotal", "total_paid", "total_due",
    "total_refunded", "order_currency_code", "base_currency_code", "coupon_code", "quote_id", "is_virtual",
    "shipping_description", "shipping_amount", "tax_amount", "discount_amount", "total_qty_ordered",
    "total_item_count", "protect_code", "hold_before_state", "hold_before_status", "billing_address_id",
}  # fmt: skip
NOT_WRITTEN = ("items", "billing_address", "payment", "status_histories", "extension_attributes", "entity_id")


def read_field(order: Doc, name: str) -> Any:
    """A field for the search; one that there is not is an internal error."""
    if name not in FIELDS:
        raise internal()
    return order.get(name)


def found(call: Call, criteria: Criteria) -> list[Doc]:
    orders = call.shop.store.kind("order")
    ids = criteria.equal("entity_id")
    rows = list(orders.values()) if ids is None else [orders[one] for one in dict.fromkeys(ids) if one in orders]
    return sorted(rows, key=lambda row: row["entity_id"])


@route("GET", "orders", VIEW)
def listing(call: Call) -> Any:
    criteria = Criteria(call.query)
    return search(call, found(call, criteria), read_field, show, criteria)


@route("GET", "orders/items", VIEW)
def items(call: Call) -> Any:
    """The rows of all orders, flat."""
    orders = sorted(call.shop.store.kind("order").values(), key=lambda row: row["entity_id"])
    rows = [item for order in orders for item in show_items(order)]
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


@route("GET", "orders/items/{number}", VIEW)
def item(call: Call) -> Any:
    for order in call.shop.store.kind("order").values():
        for row in show_items(order):
            if str(row["item_id"]) == call.params["number"]:
                return row
    raise Refusal(404, NO_ENTITY)


@route("GET", "orders/{number}", VIEW)
def read(call: Call) -> Any:
    return show(order_of(call, call.params["number"]))


@route("GET", "orders/{number}/statuses", VIEW)
def status(call: Call) -> Any:
    return order_of(call, call.params["number"]).get("status")


@route("GET", "orders/{number}/comments", VIEW)
def comments(call: Call) -> Any:
    at = call.params["number"]
    order = call.unit.get("order", at) or {"histories": []}
    rows = [show_history(row) for row in order["histories"]]
    asked = {"filter_groups": [{"filters": [{"field": "parent_id", "value": at, "condition_type": "eq"}]}]}
    return {"items": rows, "search_criteria": asked, "total_count": len(rows)}


@route("POST", "orders/{number}/comments", "Magento_Sales::comment", ("statusHistory",))
def comment_add(call: Call) -> Any:
    """Without a status the order loses the one it has, and any text is taken for a status."""
    before = order_of(call, call.params["number"])
    told = call.body["statusHistory"]
    row = {
        "comment": told.get("comment") or None, "created_at": now(), "entity_id": call.unit.count("history"),
        "entity_name": told.get("entity_name"), "is_customer_notified": int(bool(told.get("is_customer_notified"))),
        "is_visible_on_front": int(bool(told.get("is_visible_on_front"))), "parent_id": before["entity_id"],
        "status": told.get("status"),
    }  # fmt: skip
    order = {**before, "histories": [*before["histories"], row], "status": told.get("status")}
    keep(call, before, order)
    call.unit.note(
        "order_comment", str(order.get("increment_id")), None, {"comment": row["comment"], "status": row["status"]}
    )
    return True


@route("POST", "orders/{number}/emails", "Magento_Sales::emails")
def email(call: Call) -> Any:
    order_of(call, call.params["number"])
    return True


@route("POST", "orders/{number}/hold", "Magento_Sales::hold")
def hold(call: Call) -> Any:
    before = order_of(call, call.params["number"])
    if not order_state.can_hold(before):
        raise Refusal(400, "A hold action is not available.")
    keep(call, before, {**before, "hold_before_state": before.get("state"), "hold_before_status": before.get("status"),
                        "state": "holded", "status": "holded"})  # fmt: skip
    return True


@route("POST", "orders/{number}/unhold", "Magento_Sales::unhold")
def unhold(call: Call) -> Any:
    before = order_of(call, call.params["number"])
    if before.get("state") != "holded":
        raise Refusal(400, "You cannot remove the hold.")
    keep(call, before, {**before, "state": before["hold_before_state"], "status": before["hold_before_status"],
                        "hold_before_state": None, "hold_before_status": None})  # fmt: skip
    return True


@route("POST", "orders/{number}/cancel", "Magento_Sales::cancel")
def cancel(call: Call) -> Any:
    """False, and not a refusal, when it cannot be cancelled."""
    return cancelled(call, order_of(call, call.params["number"]))


def cancelled(call: Call, before: Doc) -> bool:
    """Cancel what is not invoiced yet and give back what was reserved for it."""
    if not order_state.can_cancel(before):
        return False
    order = {**before, "items": [dict(row) for row in before["items"]]}
    for row in order["items"]:
        left = min(order_state.to_invoice(row), order_state.to_ship(row) if not row.get("is_virtual") else 1e9)
        if row.get("parent_item_id"):
            left = order_state.to_invoice(row)
        row["qty_canceled"] = number(order_state.quantity(row, "canceled") + left)
    order["state"] = order["status"] = "canceled"
    for prefix in ("", "base_"):
        for name, amount, done in (("total_canceled", "grand_total", "total_paid"),
                                   ("subtotal_canceled", "subtotal", "subtotal_invoiced"),
                                   ("tax_canceled", "tax_amount", "tax_invoiced"),
                                   ("shipping_canceled", "shipping_amount", "shipping_invoiced"),
                                   ("discount_canceled", "discount_amount", "discount_invoiced")):  # fmt: skip
            rest = exact(order.get(prefix + amount)) - exact(order.get(prefix + done))
            order[prefix + name] = number(float(abs(rest)))
    placing.reserve(call, order, +1)
    keep(call, before, order)
    return True


# Written directly


@route("POST", "orders", EDIT, ("entity",))
@route("PUT", "orders/create", EDIT, ("entity",))
def write(call: Call) -> Any:
    """A new order as it stands, without any check; with an entity_id a partial update of whatever is said."""
    told = dict(call.body["entity"])
    if told.get("entity_id"):
        before = order_of(call, str(told["entity_id"]))
        said = {name: value for name, value in told.items() if name not in NOT_WRITTEN}
        order = {**before, **said}
        if told.get("extension_attributes"):
            known = {
                name: value for name, value in told["extension_attributes"].items() if name != "shipping_assignments"
            }
            order["extension"] = {**before["extension"], **known}
        return show_short(keep(call, before, order), said)
    return show(keep(call, None, _raw(call, told)), fresh=True)


def _raw(call: Call, told: Doc) -> Doc:
    """An order from outside: only a payment is asked for, nothing is reserved."""
    if not told.get("payment"):
        raise Refusal(400, "Please provide payment for the order.")
    store = as_int("store_id", told.get("store_id")) or 1
    order = {**head(call, store), **{name: value for name, value in told.items() if name not in NOT_WRITTEN}}
    at, moment = order["entity_id"], order["created_at"]
    order |= {"raw": True, "billing_address": None, "shipping_address": None, "shipping_method": None}
    if told.get("billing_address"):
        number_ = call.unit.count("order_address")
        order["billing_address"] = {**told["billing_address"], "entity_id": number_, "parent_id": at}
        order["billing_address_id"] = number_
    extension = dict(told.get("extension_attributes") or {})
    for assigned in extension.pop("shipping_assignments", None) or ():
        shipping = assigned.get("shipping") or {}
        order["shipping_method"] = shipping.get("method")
        if shipping.get("address"):
            where = {**shipping["address"], "entity_id": call.unit.count("order_address"), "parent_id": at}
            order["shipping_address"] = where
    order["payment"] = {"account_status": None, "additional_information": [], "cc_last4": None, **told["payment"],
                        "entity_id": call.unit.count("order_payment"), "parent_id": at}  # fmt: skip
    order["extension"] = {"payment_additional_info": [], "applied_taxes": [], "item_applied_taxes": [], **extension}
    order["items"] = [_raw_item(call, row, at, moment) for row in told.get("items") or ()]
    order.setdefault("total_item_count", len(order["items"]))
    for prefix in ("", "base_"):
        if order.get(f"{prefix}grand_total") is not None:
            order.setdefault(f"{prefix}total_due", order[f"{prefix}grand_total"])
    return order


def _raw_item(call: Call, row: Doc, order: int, moment: str) -> Doc:
    said = {name: value for name, value in row.items() if name not in ("extension_attributes", "item_id")}
    return {**said, "item_id": call.unit.count("order_item"), "order_id": order, "created_at": moment,
            "updated_at": moment}  # fmt: skip
