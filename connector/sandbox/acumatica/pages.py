"""The ERP's control pages: items and their form, traffic, push settings, beside those both systems have."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from connector.sandbox import journal, traffic
from connector.sandbox.acumatica import desk_pages
from connector.sandbox.acumatica.controls import clean
from connector.sandbox.acumatica.model import when
from connector.sandbox.acumatica.session import CLIENT, CLIENT_SECRET, PASSWORD, USER
from connector.sandbox.catalogue import STATUSES
from connector.sandbox.pages import add_common, back, part

PLACES = [
    ("pages.home", "Items"),
    ("pages.customers_page", "Customers"),
    ("pages.categories_page", "Categories"),
    ("pages.orders_page", "Orders"),
    ("pages.traffic_page", "Traffic"),
    ("pages.push_page", "Push"),
    ("pages.faults_page", "Faults"),
    ("pages.journal_page", "Journal"),
    ("pages.settings_page", "Settings"),
]
ROUTES = [
    "/entity/auth/login",
    "/StockItem",
    "/NonStockItem",
    "/Customer",
    "/SalesOrder",
    "/Payment",
    "/Shipment",
    "/ItemSalesCategory",
    "Inquiry",
    "/entity/",
    "CC Prices",
    "CC Inventory",
    "CC Products",
]
CREDENTIALS = [("Tenant", "Company"), ("User", USER), ("Password", PASSWORD), ("OAuth client id", f"{CLIENT}@Company"),
               ("OAuth client secret", CLIENT_SECRET)]  # fmt: skip
EDITED = ("Description", "DefaultPrice", "MSRP", "ItemStatus")


def register(app: Flask, system: Any) -> None:
    page = Blueprint("pages", __name__)
    add_common(page, system, brand="Acumatica", places=PLACES, routes=ROUTES, credentials=CREDENTIALS)

    desk_pages.add(page, system)

    @page.get("/")
    def home() -> str:
        q = request.args.get("q", "").strip()
        docs = [doc for doc in system.erp.items() if matches(doc, q.lower())]
        shown, more = part(docs, request.args.get("after", ""))
        rows = [row_of(system, doc) for doc in shown]
        return render_template("sandbox/items.html", q=q, shown=rows, total=len(docs), more=more)

    @page.route("/_sandbox/pages/item", methods=["GET", "POST"])
    def item() -> Any:
        key, problem = request.args.get("key", ""), ""
        doc = system.erp.item(key)
        if doc is None:
            raise NotFound("There is no such item.")
        if request.method == "POST":
            try:
                system.erp.edit(key, edits(doc, system.erp.levels(key)), path="/_sandbox/pages/item")
                saved = url_for("pages.item", key=doc["fields"]["InventoryID"], said="Saved.")
                return redirect(saved, 303)
            except ValueError as error:
                problem = f"Not saved: {error}."
        promotion = (system.store.get("price", key.upper()) or {"rows": []})["rows"]
        entries = journal.read(system.store, key=doc["fields"]["InventoryID"])["entries"][::-1][:20]
        shown = render_template(
            "sandbox/item.html",
            doc=doc,
            levels=sorted(system.erp.levels(key).items()),
            statuses=STATUSES,
            entries=entries,
            modified=when(doc["modified"]),
            promotion=promotion[0]["Price"] if promotion else None,
            problem=problem,
        )
        return shown, 422 if problem else 200

    @page.route("/_sandbox/pages/traffic", methods=["GET", "POST"])
    def traffic_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                system.traffic.start({name: value for name, value in request.form.items() if value != ""})
                return back("pages.traffic_page", "Stopped." if request.form.get("stop") else "Started.")
            except ValueError as error:
                problem = str(error)
        status = system.traffic.status()
        shown = render_template("sandbox/traffic.html", status=status, kinds=traffic.KINDS, problem=problem)
        return shown, 422 if problem else 200

    @page.route("/_sandbox/pages/push", methods=["GET", "POST"])
    def push_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                system.sender.configure(push_settings(system.store.push))
                return back("pages.push_page", "The push settings are saved.")
            except ValueError as error:
                problem = str(error)
        sender = system.sender
        shown = render_template(
            "sandbox/push.html", config=system.store.push, counts=sender.counts(), failed=sender.view("failed"),
            recent=sender.view(limit=25), problem=problem,
        )  # fmt: skip
        return shown, 422 if problem else 200

    @page.post("/_sandbox/pages/push/again")
    def push_again() -> Any:
        number = request.form.get("id", "")
        count = system.sender.again(int(number) if number.isdigit() else None)
        return back("pages.push_page", f"{count} messages are sent again.")

    app.register_blueprint(page)


def matches(doc: dict[str, Any], q: str) -> bool:
    fields = doc["fields"]
    return not q or q in fields["InventoryID"].lower() or q in str(fields.get("Description", "")).lower()


def row_of(system: Any, doc: dict[str, Any]) -> dict[str, Any]:
    fields = doc["fields"]
    levels = system.erp.levels(fields["InventoryID"])
    return {
        "key": fields["InventoryID"],
        "description": fields.get("Description"),
        "of": fields.get("ItemClass"),
        "status": fields.get("ItemStatus"),
        "exported": fields.get("ExportToExternal"),
        "price": fields.get("DefaultPrice"),
        "stock": sum(row["on_hand"] for row in levels.values()) if doc["kind"] == "StockItem" else None,
        "modified": when(doc["modified"])[:19].replace("T", " "),
    }


def edits(doc: dict[str, Any], levels: dict[str, Any]) -> dict[str, Any]:
    """What the form changes; what is as it was is left out. Raises ValueError."""
    form = request.form
    raw: dict[str, Any] = {name: form[name] for name in EDITED if form.get(name, "") != ""}
    raw["ExportToExternal"] = form.get("ExportToExternal") == "true"
    changed = {name: value for name, value in clean(raw).items() if doc["fields"].get(name) != value}
    stock = {name: form[f"stock-{name}"] for name in levels if form.get(f"stock-{name}", "") != ""}
    changed["stock"] = clean({"stock": stock})["stock"] if stock else {}
    if "promotion" in form:
        changed["promotion"] = clean({"promotion": form["promotion"]})["promotion"]
    return changed


def push_settings(config: dict[str, Any]) -> dict[str, Any]:
    form = request.form
    queries = {entity: form.get(f"query-{entity}", "").strip() for entity in config["queries"]}
    return {"address": form.get("address", "").strip(), "header": form.get("header", "").strip(),
            "value": form.get("value") or config["value"], "queries": queries, "active": form.get("active") == "1",
            "padded": form.get("padded") == "1"}  # fmt: skip
