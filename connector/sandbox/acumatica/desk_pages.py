"""Control pages of the ERP for customers, categories and orders: forms that do what a person at the desk does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from connector.sandbox import journal
from connector.sandbox.acumatica import customers, orders, payments
from connector.sandbox.acumatica.categories import chain, members
from connector.sandbox.acumatica.desk import Desk
from connector.sandbox.acumatica.keeping import find, node_of
from connector.sandbox.acumatica.model import when
from connector.sandbox.pages import part

PATH = "/_sandbox/pages"
FIELDS = ("CustomerName", "CustomerClass", "PriceClassID", "Status")
CONTACT = ("FirstName", "LastName", "Email", "Phone1")
ADDRESS = ("AddressLine1", "City", "State", "PostalCode", "Country")


def add(page: Blueprint, system: Any) -> None:
    """Register the pages on the system's blueprint (named `pages`)."""
    desk = Desk(system.erp)
    _customers(page, system, desk)
    _categories(page, system, desk)
    _orders(page, system, desk)

    @page.post(f"{PATH}/composites")
    def composites() -> Any:
        return attempt("pages.home", lambda: f"{desk.composites()['records']} records are added.")


def attempt(endpoint: str, work: Callable[[], str], **where: Any) -> Any:
    """Do it and go back to the page with what became of it; a refusal is said there too."""
    try:
        said: dict[str, Any] = {"said": work()}
    except (ValueError, KeyError) as error:
        said = {"refused": str(error)}
    return redirect(url_for(endpoint, **where, **said), 303)


def _customers(page: Blueprint, system: Any, desk: Desk) -> None:
    @page.get(f"{PATH}/customers")
    def customers_page() -> str:
        q = request.args.get("q", "").strip().lower()
        docs = listed(system, "customer")
        rows = [customer_row(doc) for doc in docs if q in " ".join(map(str, customer_row(doc).values())).lower()]
        shown, more = part(rows, request.args.get("after", ""))
        return render_template("sandbox/erp_customers.html", rows=shown, total=len(rows), more=more, q=q)

    @page.route(f"{PATH}/customer", methods=["GET", "POST"])
    def customer_page() -> Any:
        key = request.args.get("key", "").strip().upper()
        doc = find(system.erp, "Customer", key) if key else None
        if key and doc is None:
            raise NotFound("There is no such customer.")
        if request.method == "POST" and request.form.get("delete"):
            return attempt("pages.customers_page", lambda: deleted(desk, "Customer", key))
        if request.method == "POST":
            try:
                kept = desk.put("Customer", customer_body(key), f"{PATH}/customer")
                return redirect(url_for("pages.customer_page", key=kept["fields"]["CustomerID"], said="Saved."), 303)
            except ValueError as error:
                return customer_form(system, doc, str(error)), 422
        return customer_form(system, doc)


def customer_form(system: Any, doc: Any, problem: str = "") -> str:
    node: dict[str, Any] = customers.whole(node_of(doc)) if doc else {"Status": "Active", "CustomerClass": "DEFAULT"}
    main = node.get("MainContact") or {}
    typed = request.form if problem else {}
    values = {name: typed.get(name, node.get(name)) for name in FIELDS}
    values |= {name: typed.get(name, main.get(name)) for name in CONTACT}
    values |= {name: typed.get(name, (main.get("Address") or {}).get(name)) for name in ADDRESS}
    lists = {"CustomerClass": sorted(system.store.kind("customerclass")), "Status": customers.STATUSES,
             "PriceClassID": ["", *sorted(system.store.kind("customerpriceclass"))]}  # fmt: skip
    entries = journal.read(system.store, key=node.get("CustomerID") or "-")["entries"][::-1][:20]
    return render_template("sandbox/erp_customer.html", doc=doc, values=values, lists=lists, problem=problem,
                           entries=entries, modified=when(doc["modified"]) if doc else "")  # fmt: skip


def customer_body(key: str) -> dict[str, Any]:
    form = request.form
    contact: dict[str, Any] = {name: form.get(name, "").strip() or None for name in CONTACT}
    contact["Address"] = {name: form.get(name, "").strip() or None for name in ADDRESS}
    body: dict[str, Any] = {name: form.get(name, "").strip() or None for name in FIELDS}
    return {**body, "MainContact": contact, **({"CustomerID": key} if key else {})}


def customer_row(doc: dict[str, Any]) -> dict[str, Any]:
    of = doc["fields"]
    return {"key": of["CustomerID"], "name": of["CustomerName"], "of": of.get("CustomerClass"), "status": of["Status"],
            "email": (doc["linked"].get("MainContact") or {}).get("Email") or "",
            "modified": when(doc["modified"])[:19].replace("T", " ")}  # fmt: skip


def _categories(page: Blueprint, system: Any, desk: Desk) -> None:
    @page.route(f"{PATH}/categories", methods=["GET", "POST"])
    def categories_page() -> Any:
        if request.method == "POST":
            body = {"Description": request.form.get("Description", "").strip() or None,
                    "ParentCategoryID": request.form.get("ParentCategoryID") or 0}  # fmt: skip
            return attempt("pages.categories_page", lambda: saved_category(desk, body))
        return render_template("sandbox/erp_categories.html", rows=tree_rows(system))

    @page.route(f"{PATH}/category", methods=["GET", "POST"])
    def category_page() -> Any:
        number = request.args.get("id", 0, int)
        doc = find(system.erp, "ItemSalesCategory", str(number))
        if doc is None:
            raise NotFound("There is no such category.")
        if request.method == "POST" and request.form.get("delete"):
            return attempt("pages.categories_page", lambda: deleted(desk, "ItemSalesCategory", str(number)))
        if request.method == "POST":
            body = {"CategoryID": number, **{name: request.form.get(name, "").strip() or None for name in
                                             ("Description", "ParentCategoryID", "SortOrder")}}  # fmt: skip
            return attempt("pages.category_page", lambda: saved_category(desk, body), id=number)
        rows = list(members(system.erp, number).values())
        entries = journal.read(system.store, key=str(number))["entries"][::-1][:20]
        return render_template("sandbox/erp_category.html", doc=doc, rows=tree_rows(system), members=rows[:200],
                               total=len(rows), entries=entries)  # fmt: skip


def tree_rows(system: Any) -> list[dict[str, Any]]:
    """All categories with their paths, in order of these."""
    rows = []
    for doc in listed(system, "itemsalescategory"):
        path = [one["fields"]["Description"] for one in chain(system.erp, doc)]
        rows.append({"id": doc["fields"]["CategoryID"], "path": " / ".join(path), "depth": len(path)})
    return sorted(rows, key=lambda row: str(row["path"]))


def saved_category(desk: Desk, body: dict[str, Any]) -> str:
    doc = desk.put("ItemSalesCategory", body, f"{PATH}/category")
    return f"{doc['fields']['Description']} is saved as {doc['fields']['CategoryID']}."


def deleted(desk: Desk, entity: str, key: str) -> str:
    desk.drop(entity, key)
    return f"{key} is deleted."


def listed(system: Any, kind: str) -> list[dict[str, Any]]:
    docs = system.store.kind(kind)
    return [docs[key] for key in sorted(docs)]


def _orders(page: Blueprint, system: Any, desk: Desk) -> None:
    @page.route(f"{PATH}/orders", methods=["GET", "POST"])
    def orders_page() -> Any:
        if request.method == "POST":
            return attempt("pages.orders_page", lambda: typed_order(desk))
        q = request.args.get("q", "").strip().lower()
        rows = [order_row(doc) for doc in listed(system, "salesorder")][::-1]
        rows = [row for row in rows if q in " ".join(map(str, row.values())).lower()]
        shown, more = part(rows, request.args.get("after", ""))
        kinds = [row["OrderType"] for row in system.store.kind("soordertype").values() if row["Active"]]
        return render_template("sandbox/erp_orders.html", rows=shown, total=len(rows), more=more, q=q, kinds=kinds)

    @page.route(f"{PATH}/order", methods=["GET", "POST"])
    def order_page() -> Any:
        key = request.args.get("key", "")
        try:
            doc = desk.order(key)
        except ValueError as error:
            raise NotFound(str(error)) from error
        if request.method == "POST":
            return attempt("pages.order_page", lambda: order_step(desk, key), key=key)
        return render_template("sandbox/erp_order.html", key=key, **order_parts(system, doc))


def order_row(doc: dict[str, Any]) -> dict[str, Any]:
    of = doc["fields"]
    return {"key": f"{of['OrderType']}/{of['OrderNbr']}", "status": of["Status"], "customer": of["CustomerID"],
            "reference": of.get("ExternalRef") or "", "number": of.get("CustomerOrder") or "",
            "total": of.get("OrderTotal"), "modified": when(doc["modified"])[:19].replace("T", " ")}  # fmt: skip


def order_parts(system: Any, doc: dict[str, Any]) -> dict[str, Any]:
    """What the page of an order shows: its lines, shipments with theirs, invoices, payments, journal."""
    shipments = []
    for row in orders.shipments_of(system.erp, doc):
        own = find(system.erp, "Shipment", row["ShipmentNbr"])
        shipments.append({**row, "lines": own["details"]["Details"] if own else [],
                          "packages": own["details"].get("Packages", []) if own else []})  # fmt: skip
    name = f"{doc['fields']['OrderType']}/{doc['fields']['OrderNbr']}"
    bills = [one["fields"] for one in listed(system, "salesinvoice") if belongs(one, doc["fields"])]
    shown = doc["linked"].get("ShipToAddress") or {}
    return {
        "doc": doc, "lines": doc["details"]["Details"], "totals": doc["linked"]["Totals"], "shipments": shipments,
        "invoices": bills, "payments": payments.rows_of(system.erp, doc["fields"]),
        "address": ", ".join(str(shown[field]) for field in ADDRESS if shown.get(field)),
        "entries": journal.read(system.store, key=name)["entries"][::-1][:20],
    }  # fmt: skip


def belongs(invoice: dict[str, Any], of: dict[str, Any]) -> bool:
    rows = invoice["details"].get("Details", ())
    return any((row["OrderType"], row["OrderNbr"]) == (of["OrderType"], of["OrderNbr"]) for row in rows)


def typed_order(desk: Desk) -> str:
    """The form of a new order: one line is enough."""
    form = request.form
    line = {"InventoryID": form.get("InventoryID", "").strip(), "OrderQty": form.get("OrderQty", "1").strip()}
    if form.get("UnitPrice", "").strip():
        line["UnitPrice"] = form["UnitPrice"].strip()
    body: dict[str, Any] = {"OrderType": form.get("OrderType", "SO"), "CustomerID": form.get("CustomerID", "").strip(),
                            "Details": [line]}  # fmt: skip
    for name in ("OrderNbr", "CustomerOrder"):
        if form.get(name, "").strip():
            body[name] = form[name].strip()
    doc = desk.put("SalesOrder", body, f"{PATH}/orders")
    return f"{doc['fields']['OrderType']}/{doc['fields']['OrderNbr']} is saved."


def order_step(desk: Desk, key: str) -> str:
    """The button of an order's page. Raises ValueError with what is wrong."""
    form = request.form
    what = form.get("do", "")
    amounts = {name[4:]: value.strip() for name, value in form.items() if name.startswith("qty-") and value.strip()}
    if what == "ship":
        made = desk.ship(key, amounts or None, anyway=form.get("anyway") == "1")
        return f"Shipment {', '.join(made)} is created."
    if what == "drop":
        return f"Receipt {desk.drop_ship(key, amounts or None, form.get('tracking', '').strip())} is there."
    if what == "confirm":
        numbers = [number.strip() for number in form.get("tracking", "").split(",") if number.strip()]
        desk.confirm(form.get("shipment", ""), [{"TrackingNbr": number} for number in numbers], amounts or None)
        return f"Shipment {form.get('shipment')} is confirmed."
    if what == "invoice":
        return f"{', '.join(desk.invoice(form.get('shipment') or key))} is prepared."
    if what == "release":
        desk.release(form.get("name", ""))
        return f"{form.get('name')} is released."
    desk.act(key, what)
    return "Done."
