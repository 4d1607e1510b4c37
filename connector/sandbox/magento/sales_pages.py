"""Control pages of the people's side: orders, credit memos, customers, categories, and the busy shop.

One click places an order or does with one what the staff of a shop would. Everything that changes something is a
form that is posted and answered with a redirect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from connector.sandbox import journal
from connector.sandbox.magento import categories, customers, order_state, shoppers
from connector.sandbox.magento.controls import ACTIONS, act
from connector.sandbox.magento.customer_saving import create_customer, update_customer
from connector.sandbox.magento.directory import RATES
from connector.sandbox.magento.order_view import show
from connector.sandbox.magento.routing import Call, Refusal, number
from connector.sandbox.magento.shop import VIEWS, Doc
from connector.sandbox.magento.traffic import KINDS
from connector.sandbox.pages import back, part
from connector.sandbox.store import Peek

ONE_CLICK = ("guest", "customer", "customer+many", "configurable", "bundle", "virtual", "customer+discount",
             "gift_card", "card", "JPY", "KWD", "b2b")  # fmt: skip


def register(page: Blueprint, system: Any) -> None:
    store = system.store

    def newest(kind: str) -> list[Doc]:
        return sorted(store.kind(kind).values(), key=lambda row: row["entity_id"], reverse=True)

    @page.route("/_sandbox/pages/orders", methods=["GET", "POST"])
    def orders_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                placed = act(system, lambda call: shoppers.order_many(call, order_form()))
                names = ", ".join(str(row["increment_id"]) for row in placed[:10])
                return back("pages.orders_page", f"Placed: {names}{' ...' if len(placed) > 10 else ''}.")
            except ValueError as error:
                problem = str(error)
        q = request.args.get("q", "").strip().lower()
        rows = [row for row in newest("order") if q in f"{row.get('increment_id')} {row.get('customer_email')}".lower()]
        shown, more = part(rows, request.args.get("after", ""))
        text = render_template("sandbox/orders.html", q=q, rows=shown, total=len(rows), more=more, problem=problem,
                               kinds=shoppers.KINDS, one_click=ONE_CLICK, currencies=list(RATES))  # fmt: skip
        return text, 422 if problem else 200

    @page.route("/_sandbox/pages/order", methods=["GET", "POST"])
    def order_page() -> Any:
        at = request.args.get("id", "")
        if store.get("order", at) is None:
            raise NotFound("There is no such order.")
        problem = ""
        if request.method == "POST":
            try:
                return again("pages.order_page", at, done(system, at))
            except (Refusal, ValueError) as error:
                problem = error.text() if isinstance(error, Refusal) else str(error)
        order = store.get("order", at)
        documents = [(name, row) for name, kind in (("Invoice", "invoice"), ("Shipment", "shipment"),
                                                    ("Credit memo", "creditmemo"))
                     for row in store.kind(kind).values() if row["order_id"] == order["entity_id"]]  # fmt: skip
        entries = journal.read(store, key=str(order.get("increment_id")))["entries"][::-1][:50]
        text = render_template("sandbox/order.html", order=show(order), documents=documents, entries=entries,
                               allowed=allowed(order), sources=list(store.kind("source")), problem=problem)  # fmt: skip
        return text, 422 if problem else 200

    @page.get("/_sandbox/pages/credit-memos")
    def memos_page() -> str:
        shown, more = part(newest("creditmemo"), request.args.get("after", ""))
        named = [
            {**row, "order": (store.get("order", str(row["order_id"])) or {}).get("increment_id")} for row in shown
        ]
        return render_template("sandbox/credit_memos.html", rows=named, total=len(store.kind("creditmemo")), more=more)

    @page.route("/_sandbox/pages/customers", methods=["GET", "POST"])
    def customers_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                made = act(system, lambda call: create_customer(call, customer_form(), None))
                return again("pages.customer_page", str(made["id"]), "The customer is there.")
            except Refusal as error:
                problem = error.text()
        q = request.args.get("q", "").strip().lower()
        rows = sorted(store.kind("customer").values(), key=lambda row: row["id"], reverse=True)
        rows = [row for row in rows if q in f"{row['email']} {row['firstname']} {row['lastname']}".lower()]
        shown, more = part(rows, request.args.get("after", ""))
        text = render_template("sandbox/customers.html", q=q, rows=shown, total=len(rows), more=more, problem=problem,
                               groups=store.kind("customer_group"), views=VIEWS[1:], form=request.form)  # fmt: skip
        return text, 422 if problem else 200

    @page.route("/_sandbox/pages/customer", methods=["GET", "POST"])
    def customer_page() -> Any:
        at = request.args.get("id", "")
        old = store.get("customer", at)
        if old is None:
            raise NotFound("There is no such customer.")
        problem = ""
        if request.method == "POST":
            try:
                if request.form.get("delete"):
                    act(system, customers.delete, {"number": at})
                    return back("pages.customers_page", f"{old['email']} is gone.")
                act(system, lambda call: update_customer(call, old, customer_form(old)))
                return again("pages.customer_page", at, "The customer is saved.")
            except Refusal as error:
                problem = error.text()
        row = customers.show(Call(system.shop, Peek(store), 1), old)
        text = render_template(
            "sandbox/customer.html",
            row=row,
            groups=store.kind("customer_group"),
            problem=problem,
            entries=journal.read(store, key=at, effect="customer")["entries"][::-1][:50],
        )
        return text, 422 if problem else 200

    @page.route("/_sandbox/pages/categories", methods=["GET", "POST"])
    def categories_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                return back("pages.categories_page", changed_category(system))
            except Refusal as error:
                problem = error.text()
        call = Call(system.shop, Peek(store), 0)
        rows = sorted((categories.show(call, row) for row in store.kind("category").values()),
                      key=lambda row: [int(part) for part in row["path"].split("/")])  # fmt: skip
        return render_template("sandbox/categories.html", rows=rows, problem=problem), 422 if problem else 200

    @page.route("/_sandbox/pages/traffic", methods=["GET", "POST"])
    def traffic_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                system.traffic.start({name: text for name, text in request.form.items() if text != ""})
                return back("pages.traffic_page", "Done.")
            except ValueError as error:
                problem = str(error)
        text = render_template(
            "sandbox/shop_traffic.html", status=system.traffic.status(), kinds=KINDS, problem=problem
        )
        return text, 422 if problem else 200


def again(endpoint: str, at: str, said: str) -> Response:
    return redirect(url_for(endpoint, id=at, said=said), 303)


def order_form() -> Doc:
    form = request.form
    kinds = "+".join(dict.fromkeys(part for part in (*form.getlist("kind"), form.get("who", "")) if part))
    told: Doc = {"kinds": [kinds or "customer"], "count": form.get("count") or 1}
    return {**told, **({"currency": form["currency"]} if form.get("currency") else {})}


def allowed(order: Doc) -> set[str]:
    """Which buttons an order has now."""
    checks: dict[str, Callable[[Doc], bool]] = {
        "invoice": order_state.can_invoice, "ship": order_state.can_ship, "refund": order_state.can_refund,
        "cancel": order_state.can_cancel, "hold": order_state.can_hold,
        "unhold": lambda row: row.get("state") == "holded",
    }  # fmt: skip
    return {name for name, check in checks.items() if check(order)}


def done(system: Any, at: str) -> str:
    """Do what the posted button says. Returns a sentence. Raises Refusal and ValueError."""
    form, what = request.form, request.form.get("do", "")
    if what not in ACTIONS:
        raise ValueError("There is no such action.")
    body: Doc = {}
    if what == "ship":
        tracks = (
            [{"track_number": form["track"], "title": "Parcel", "carrier_code": "custom"}] if form.get("track") else []
        )
        body = {"tracks": tracks, "arguments": {"extension_attributes": {"source_code": form.get("source", "default")}}}
    elif what == "refund" and form.get("part"):
        order = system.store.get("order", at)
        first = next(item for item in order_state.top(order) if order_state.to_refund(item) > 0)
        body = {"items": [{"order_item_id": first["item_id"], "qty": 1}], "arguments": {"shipping_amount": 0}}
    elif what == "comment":
        body = {"statusHistory": {"comment": form.get("comment"), "status": form.get("status")}}
    answer = act(system, ACTIONS[what], {"number": at}, body)
    if answer is False:
        raise ValueError("The order cannot be cancelled any more.")
    return f"Done: {what}{f' {answer}' if isinstance(answer, str) else ''}."


def customer_form(old: Doc | None = None) -> Doc:
    form = request.form
    told: Doc = {name: form.get(name, "") for name in ("email", "firstname", "lastname", "taxvat")}
    told["group_id"] = form.get("group_id") or 1
    if old is None:
        view = next((row for row in VIEWS if str(row["id"]) == form.get("store_id")), VIEWS[1])
        return {**told, "store_id": view["id"], "website_id": view["website_id"]}
    if form.get("telephone") and old["addresses"]:
        flags = ("default_billing", "default_shipping")
        told["addresses"] = [{**one, "telephone": form["telephone"], **{flag: old[flag] == one["id"] for flag in flags}}
                             for one in old["addresses"]]  # fmt: skip
    return told


def changed_category(system: Any) -> str:
    """Apply a form of the categories' page. Returns what was done. Raises Refusal."""
    form = request.form
    if form.get("delete"):
        act(system, _global(categories.delete), {"number": form["delete"]})
        return "The category is gone."
    if form.get("id"):
        told: Doc = {"name": form.get("name", ""), "is_active": bool(form.get("is_active"))}
        act(system, _global(categories.update), {"number": form["id"]}, {"category": told})
        return f"{told['name']} is saved."
    told = {"name": form.get("name", ""), "is_active": True, "parent_id": number(float(form.get("parent_id") or 2))}
    act(system, _global(categories.create), {}, {"category": told})
    return f"{told['name']} is there."


def _global(what: Callable[[Call], Any]) -> Callable[[Call], Any]:
    def everywhere(call: Call) -> Any:
        call.store = 0
        return what(call)

    return everywhere
