"""The store's own routes for scripts, beside those that both systems have: keys, orders, what is done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, jsonify, request

from connector.sandbox import control
from connector.sandbox.magento import invoicing, orders, refunding, shipping, shoppers
from connector.sandbox.magento.auth import ADMIN, ADMIN_PASSWORD, KEYS
from connector.sandbox.magento.order_book import order_of
from connector.sandbox.magento.order_view import show
from connector.sandbox.magento.routing import AfterEffect, Call, Refusal
from connector.sandbox.magento.shop import Doc

Action = Callable[[Call], Any]
ACTIONS: dict[str, Action] = {
    "invoice": invoicing.create,
    "ship": shipping.create,
    "refund": refunding.create,
    "cancel": orders.cancel,
    "hold": orders.hold,
    "unhold": orders.unhold,
    "comment": orders.comment_add,
}


def act(system: Any, what: Callable[[Call], Any], params: dict[str, str] | None = None, body: Any = None) -> Any:
    """Do something in the store as somebody in the admin would. Raises Refusal and ValueError."""
    late: Refusal | None = None
    with system.store.unit(request.method, request.path) as unit:
        try:
            return what(Call(system.shop, unit, 1, params or {}, [], body or {}))
        except AfterEffect as error:
            late = error
    raise late


def summary(order: Doc) -> Doc:
    names = ("entity_id", "increment_id", "state", "status", "store_id", "grand_total", "order_currency_code",
             "customer_email", "customer_id")  # fmt: skip
    return {name: order.get(name) for name in names} | {"lines": len(order["items"])}


def register(app: Flask, system: Any) -> None:
    page = Blueprint("controls", __name__, url_prefix="/_sandbox")

    @page.get("/keys")
    def keys() -> Any:
        return jsonify({**KEYS, "bearer": KEYS["access_token"], "admin": ADMIN, "admin_password": ADMIN_PASSWORD})

    @page.route("/traffic", methods=["GET", "POST"])
    def traffic() -> Any:
        if request.method == "GET":
            return jsonify(system.traffic.status())
        try:
            return jsonify(system.traffic.start(request.get_json(silent=True) or {}))
        except ValueError as error:
            return control.refused(error)

    @page.get("/orders")
    def order_list() -> Any:
        rows = sorted(system.store.kind("order").values(), key=lambda row: row["entity_id"])
        return jsonify(orders=[summary(row) for row in rows], kinds=shoppers.KINDS)

    @page.post("/orders")
    def place() -> Any:
        raw = request.get_json(silent=True) or {}
        try:
            placed = act(system, lambda call: shoppers.order_many(call, raw))
        except (ValueError, KeyError, TypeError) as error:
            return control.refused(error)
        return jsonify(orders=[summary(row) for row in placed])

    @page.get("/orders/<number>")
    def order_get(number: str) -> Any:
        order = system.store.get("order", number)
        return jsonify(show(order)) if order else (jsonify(error=f"There is no order {number}."), 404)

    @page.post("/orders/<number>/<action>")
    def handle(number: str, action: str) -> Any:
        """The body is the one of the REST route; `{"done": id or true}`."""
        if action not in ACTIONS:
            return jsonify(error=f"There is no action {action}; there are: {', '.join(ACTIONS)}."), 404
        try:
            done = act(system, ACTIONS[action], {"number": number}, request.get_json(silent=True) or {})
        except Refusal as error:
            return jsonify(error=error.text()), error.status
        order = order_of(Call(system.shop, system.store, 1), number)
        return jsonify(done=done, order=summary(order))

    app.register_blueprint(page)
