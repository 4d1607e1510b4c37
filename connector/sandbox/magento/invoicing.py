"""Invoices: what is invoiced counts as paid, the shipping goes with the first one.

Source: facts/MAGENTO.md, section 15, and the recording `orders_ops`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.sandbox.magento import credits, levels, order_state, papers, reservations
from connector.sandbox.magento.money import ZERO, exact, places, plain, rounded, total
from connector.sandbox.magento.order_book import keep, next_number, order_of
from connector.sandbox.magento.routing import Call, Refusal, as_int, number, route
from connector.sandbox.magento.shop import Doc, now

INVOICE, ORDER_INVOICE = "Magento_Sales::sales_invoice", "Magento_Sales::invoice"
EMPTY = "The invoice can't be created without products. Add products and try again."
NO_ENTITY = "The entity that was requested doesn't exist. Verify the entity and try again."
PAID = 2


@route("POST", "order/{number}/invoice", ORDER_INVOICE)
def create(call: Call) -> Any:
    order = order_of(call, call.params["number"])
    return str(invoice(call, order, call.body)[1]["entity_id"])


def invoice(call: Call, order: Doc, body: Mapping[str, Any], transaction: str | None = None) -> tuple[Doc, Doc]:
    """Invoice an order, or some of it. Returns the order and the invoice. Raises Refusal."""
    before = dict(order)
    order = {**order, "items": [dict(item) for item in order["items"]]}
    wanted = wanted_rows(order, body)
    for item, many in wanted:
        if many > order_state.to_invoice(item) + 1e-6:
            raise Refusal(400, 'We found an invalid quantity to invoice item "%1".', [item["name"]])
    problems = [] if any(many > 0 for _, many in wanted) else [EMPTY]
    if order.get("state") in (*order_state.STOPPED, "complete", "closed"):
        problems.append(f"An invoice cannot be created when an order has a status of {order.get('status')}")
    elif not order_state.can_invoice(order):
        problems.append("The order does not allow an invoice to be created.")
    if problems:
        raise Refusal(400, "\n".join(["Invoice Document Validation Error(s):", *problems]))
    doc = _document(call, order, [(item, many) for item, many in wanted if many > 0])
    if transaction:
        doc["transaction_id"] = transaction
    _comment(call, doc, body)
    _book(call, order, doc, wanted)
    order_state.settle(order, in_progress=True)
    keep(call, before, order)
    call.unit.put("invoice", str(doc["entity_id"]), doc)
    call.unit.note(
        "invoice",
        doc["increment_id"],
        None,
        {"order": order.get("increment_id"), "entity_id": doc["entity_id"], "grand_total": doc["grand_total"]},
    )
    return order, doc


def wanted_rows(order: Doc, body: Mapping[str, Any]) -> list[tuple[Doc, float]]:
    """(row, how many): what the body names, without items all that is left."""
    rows = {item["item_id"]: item for item in order_state.top(order)}
    if not body.get("items"):
        return [(item, order_state.to_invoice(item)) for item in rows.values()]
    named = [(as_int("order_item_id", row.get("order_item_id")), float(row.get("qty") or 0)) for row in body["items"]]
    return [(rows[at], many) for at, many in named if at in rows]


def _comment(call: Call, doc: Doc, body: Mapping[str, Any]) -> None:
    told = body.get("comment") or {}
    if told.get("comment") and body.get("appendComment"):
        doc["comments"] = [papers.comment(call, "invoice_comment", doc, told)]


def part_of(item: Doc, name: str, done: str, many: float, left: float, decimals: int = 2) -> Decimal:
    """The share of an amount of a row: by quantity, and with the last piece all that is left of it."""
    amount, gone = exact(item.get(name)), exact(item.get(done))
    if many >= left - 1e-6:
        return amount - gone
    return rounded(amount * exact(many) / exact(item["qty_ordered"]), decimals)


def _document(call: Call, order: Doc, wanted: list[tuple[Doc, float]]) -> Doc:
    at, moment = call.unit.count("invoice"), now()
    rows: list[Doc] = []
    for item, many in wanted:
        children = [row for row in order["items"] if row.get("parent_item_id") == item["item_id"]]
        rows.append(_row(call, order, item, many, at, money=item.get("product_type") != "bundle"))
        for child in children:
            with_it = reservations.share(item, child, many)
            rows.append(_row(call, order, child, with_it, at, money=item.get("product_type") == "bundle"))
    shipping = order.get("shipping_address") or {}
    doc: Doc = {
        "entity_id": at,
        "increment_id": next_number(call, "invoice", order["store_id"]),
        "order_id": order["entity_id"],
        "store_id": order["store_id"],
        "state": PAID,
        "created_at": moment,
        "updated_at": moment,
        "can_void_flag": 0,
        "billing_address_id": order.get("billing_address_id"),
        "shipping_address_id": shipping.get("entity_id"),
        "total_qty": number(sum(many for _, many in wanted)),
        "items": rows,
        "comments": [],
        **{
            name: order.get(name)
            for name in (
                "base_currency_code",
                "global_currency_code",
                "order_currency_code",
                "store_currency_code",
                "base_to_global_rate",
                "base_to_order_rate",
                "store_to_base_rate",
                "store_to_order_rate",
            )
        },
    }
    extension: Doc = {}
    for prefix in ("", "base_"):
        sums = _sums(order, rows, prefix)
        extension |= sums.pop("extension_attributes")
        doc |= sums
    doc["extension_attributes"] = extension or None
    return {name: value for name, value in doc.items() if value is not None}


def _row(call: Call, order: Doc, item: Doc, many: float, invoice: int, *, money: bool) -> Doc:
    row: Doc = {
        "entity_id": call.unit.count("invoice_item"), "parent_id": invoice, "order_item_id": item["item_id"],
        "qty": number(float(many)), "sku": item["sku"], "name": item.get("name"), "product_id": item.get("product_id"),
        "counts": money,
    }  # fmt: skip
    left = order_state.to_invoice(item)
    for prefix in ("", "base_"):
        price = exact(item.get(f"{prefix}price"))
        own = rounded(price * exact(many), 3)
        row |= {f"{prefix}price": plain(price), f"{prefix}row_total": plain(own)}
        row[f"{prefix}tax_amount"] = plain(
            part_of(item, f"{prefix}tax_amount", f"{prefix}tax_invoiced", many, left, places(order, prefix))
        )
        cut = part_of(item, f"{prefix}discount_amount", f"{prefix}discount_invoiced", many, left, places(order, prefix))
        if cut:
            row[f"{prefix}discount_amount"] = plain(cut)
        incl = item.get(f"{prefix}price_incl_tax")
        if incl is not None:
            row[f"{prefix}price_incl_tax"] = incl
            row[f"{prefix}row_total_incl_tax"] = plain(rounded(exact(incl) * exact(many), places(order, prefix)))
            row[f"{prefix}discount_tax_compensation_amount"] = 0
    return row


def _sums(order: Doc, rows: list[Doc], prefix: str) -> Doc:
    money = [row for row in rows if row["counts"]]
    first = not exact(order.get(f"{prefix}shipping_invoiced")) and not order.get("total_invoiced")
    shipping = exact(order.get(f"{prefix}shipping_amount")) if first else ZERO
    shipping_tax = exact(order.get(f"{prefix}shipping_tax_amount")) if first else ZERO
    cut = total(money, f"{prefix}discount_amount")
    cut += exact(order.get(f"{prefix}shipping_discount_amount")) if first else ZERO
    subtotal, tax = total(money, f"{prefix}row_total"), total(money, f"{prefix}tax_amount") + shipping_tax
    gross = subtotal - cut + shipping + tax
    told, due = credits.take(order["extension"], prefix, gross, "amount", "invoiced")
    short = "amnt" if prefix else "amount"
    sums = {
        "subtotal": subtotal, "subtotal_incl_tax": total(money, f"{prefix}row_total_incl_tax"), "tax_amount": tax,
        "discount_amount": -cut, "shipping_amount": shipping, "shipping_tax_amount": shipping_tax,
        "shipping_incl_tax": shipping + shipping_tax, "grand_total": due,
        "discount_tax_compensation_amount": ZERO, f"shipping_discount_tax_compensation_{short}": ZERO,
    }  # fmt: skip
    found: Doc = {prefix + name: plain(value) for name, value in sums.items()}
    return {**found, "extension_attributes": told}


def _book(call: Call, order: Doc, doc: Doc, wanted: list[tuple[Doc, float]]) -> None:
    """Write what was invoiced into the order and its rows; what cannot be shipped leaves the stock now."""
    rows = {item["item_id"]: item for item in order["items"]}
    for row in doc["items"]:
        item = rows[row["order_item_id"]]
        item["qty_invoiced"] = number(order_state.quantity(item, "invoiced") + float(row["qty"]))
        for prefix in ("", "base_"):
            for amount, done in (("tax_amount", "tax_invoiced"), ("discount_amount", "discount_invoiced"),
                                 ("row_total", "row_invoiced")):  # fmt: skip
                item[prefix + done] = plain(exact(item.get(prefix + done)) + exact(row.get(prefix + amount)))
    for item, many in wanted:
        if item.get("is_virtual") and many > 0:
            levels.take(call, item["sku"], levels.DEFAULT, many)
            reservations.book(call.unit, order["stock_id"], item["sku"], many)
    _totals(order, doc)
    credits.book(order, doc, "invoiced")
    for row in doc["items"]:
        row.pop("counts")


def _totals(order: Doc, doc: Doc) -> None:
    for prefix in ("", "base_"):
        pairs = {"subtotal_invoiced": "subtotal", "tax_invoiced": "tax_amount", "shipping_invoiced": "shipping_amount",
                 "discount_invoiced": "discount_amount", "total_invoiced": "grand_total",
                 "total_paid": "grand_total"}  # fmt: skip
        for name, amount in pairs.items():
            order[prefix + name] = plain(exact(order.get(prefix + name)) + exact(doc.get(prefix + amount)))
        due = exact(order.get(f"{prefix}grand_total")) - exact(order[f"{prefix}total_paid"])
        order[f"{prefix}total_due"] = plain(due)
    order["base_total_invoiced_cost"] = 0
    paid = {
        "amount_paid": order["total_paid"],
        "base_amount_paid": order["base_total_paid"],
        "shipping_captured": order["shipping_invoiced"],
        "base_shipping_captured": order["base_shipping_invoiced"],
    }
    order["payment"] = {**order["payment"], **paid}


# Reading


@route("GET", "invoices", INVOICE)
def listing(call: Call) -> Any:
    return papers.listed(call, "invoice")


@route("GET", "invoices/{number}", INVOICE)
def read(call: Call) -> Any:
    return papers.paper(call, "invoice", call.params["number"])


@route("GET", "invoices/{number}/comments", INVOICE)
def comments(call: Call) -> Any:
    return papers.told(read(call))


@route("POST", "invoices/comments", INVOICE, ("entity",))
def comment_add(call: Call) -> Any:
    words = call.body["entity"]
    row = papers.tell(call, "invoice", "invoice", papers.paper(call, "invoice", words.get("parent_id")), words)
    return {name: value for name, value in row.items() if name != "created_at"}


@route("POST", "invoices/{number}/emails", INVOICE)
def email(call: Call) -> Any:
    read(call)
    return True


@route("POST", "invoices/{number}/capture", INVOICE)
def capture(call: Call) -> Any:
    read(call)
    return True
