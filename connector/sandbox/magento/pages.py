"""The store's control pages: products with price and stock as the store has them. They cannot edit a product."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request
from werkzeug.exceptions import NotFound

from connector.sandbox import journal
from connector.sandbox.magento import levels, sales_pages
from connector.sandbox.magento.auth import ADMIN, ADMIN_PASSWORD, KEYS
from connector.sandbox.magento.routing import Call, number
from connector.sandbox.pages import add_common, part
from connector.sandbox.store import Peek

PLACES = [("pages.home", "Products"), ("pages.orders_page", "Orders"), ("pages.memos_page", "Credit memos"),
          ("pages.customers_page", "Customers"), ("pages.categories_page", "Categories"),
          ("pages.traffic_page", "Traffic"), ("pages.faults_page", "Faults"), ("pages.journal_page", "Journal"),
          ("pages.settings_page", "Settings")]  # fmt: skip
ROUTES = ["/products", "/base-prices", "/special-price", "/inventory/source-items", "/orders", "/order/.*/ship",
          "/order/.*/invoice", "/shipments", "/customers", "/categories", "/media", "/configurable-products",
          "/bundle-products", "/rest/", "/store/"]  # fmt: skip
CREDENTIALS = [
    ("Bearer token", KEYS["access_token"]),
    *((name.replace("_", " ").capitalize(), text) for name, text in KEYS.items()),
    ("Administrator", f"{ADMIN} / {ADMIN_PASSWORD}"),
]


def register(app: Flask, system: Any) -> None:
    page = Blueprint("pages", __name__)
    add_common(page, system, brand="Magento", places=PLACES, routes=ROUTES, credentials=CREDENTIALS)

    @page.get("/")
    def home() -> str:
        q = request.args.get("q", "").strip()
        docs = sorted(system.store.kind("product").values(), key=lambda doc: doc["sku"])
        docs = [doc for doc in docs if matches(system, doc, q.lower())]
        shown, more = part(docs, request.args.get("after", ""))
        rows = [row_of(system, doc) for doc in shown]
        return render_template("sandbox/products.html", q=q, shown=rows, total=len(docs), more=more)

    @page.get("/_sandbox/pages/product")
    def product() -> str:
        doc = system.store.get("product", request.args.get("sku", "").lower())
        if doc is None:
            raise NotFound("There is no such product.")
        row = row_of(system, doc)
        more = {code: system.shop.value(doc, code) for code in doc["values"] if code not in ("name", "price", "status")}
        facts = [*row.items(), ("attribute set", doc["set"]), ("website ids", doc["websites"]), *more.items()]
        entries = journal.read(system.store, key=doc["sku"])["entries"][::-1][:50]
        return render_template("sandbox/product.html", sku=doc["sku"], facts=facts, entries=entries)

    sales_pages.register(page, system)
    app.register_blueprint(page)


def matches(system: Any, doc: dict[str, Any], q: str) -> bool:
    return not q or q in doc["sku"].lower() or q in str(system.shop.value(doc, "name")).lower()


def row_of(system: Any, doc: dict[str, Any]) -> dict[str, Any]:
    value = system.shop.value
    call = Call(system.shop, Peek(system.store), 0)
    rows = system.shop.levels(call.unit, doc["sku"])
    status = {1: "Enabled", 2: "Disabled"}.get(value(doc, "status"), str(value(doc, "status")))
    stock = ", ".join(
        f"{code} {number(row['quantity'])}{'' if row['status'] else ' (out)'}" for code, row in sorted(rows.items())
    )
    special = value(doc, "special_price")
    return {
        "sku": doc["sku"],
        "name": value(doc, "name"),
        "type": doc["type"],
        "status": status,
        "price": money(value(doc, "price")),
        "special": money(special),
        "stock": stock,
        "salable": number(levels.salable_quantity(call, doc["sku"], 1)),
        "updated": doc["updated"],
    }


def money(value: float | None) -> str:
    return "" if value is None else f"{float(value):.2f}"
