"""Credit memos: what was invoiced is given back, the shipping too unless an amount is said.

Source: facts/MAGENTO.md, section 15, and the recording `orders_ops`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.sandbox.magento import credits, levels, order_state, papers, reservations
from connector.sandbox.magento.money import ZERO, exact, places, plain, rounded, total
from connector.sandbox.magento.order_book import NO_ENTITY, keep, next_number, order_of
from connector.sandbox.magento.routing import Call, Refusal, as_int, number, route
from connector.sandbox.magento.shop import Doc, now

MEMO = "Magento_Sales::sales_creditmemo"


@route("POST", "order/{number}/refund", "Magento_Sales::creditmemo")
def create(call: Call) -> Any:
    order = order_of(call, call.params["number"])
    return str(refund(call, order, call.body)[1]["entity_id"])


@route("POST", "invoice/{number}/refund", "Magento_Sales::creditmemo")
def create_for_invoice(call: Call) -> Any:
    """Refund what one invoice holds."""
    doc = call.unit.get("invoice", call.params["number"])
    if doc is None:
        raise Refusal(404, NO_ENTITY)
    order = order_of(call, str(doc["order_id"]))
    rows = [{"order_item_id": row["order_item_id"], "qty": row["qty"]} for row in doc["items"]]
    body = {**call.body, "items": call.body.get("items") or rows}
    return str(refund(call, order, body, invoice=doc["entity_id"])[1]["entity_id"])


def refund(call: Call, order: Doc, body: Mapping[str, Any], invoice: int | None = None) -> tuple[Doc, Doc]:
    """Give money back. Returns the order and the credit memo. Raises Refusal."""
    before = dict(order)
    order = {**order, "items": [dict(item) for item in order["items"]]}
    wanted = _wanted(order, body)
    for item, many in wanted:
        if many > order_state.to_refund(item) + 1e-6:
            raise Refusal(400, 'We found an invalid quantity to refund item "%1".', [item["name"]])
    problems = []
    if order.get("state") in order_state.STOPPED:
        problems.append(f"A creditmemo can not be created when an order has a status of {order.get('status')}")
    elif not order_state.can_refund(order):
        problems.append("The order does not allow a creditmemo to be created.")
    arguments = body.get("arguments") or {}
    doc = _document(call, order, [(item, many) for item, many in wanted if many > 0], arguments)
    allowed = order_state.refundable(order)
    if float(doc["grand_total"]) > allowed + 1e-6 or not allowed:
        problems.append(f"The most money available to refund is {number(allowed)}.")
    if problems:
        raise Refusal(400, "\n".join(["Creditmemo Document Validation Error(s):", *problems]))
    if invoice:
        doc["invoice_id"] = invoice
    told = body.get("comment") or {}
    if told.get("comment"):
        doc["comments"] = [papers.comment(call, "creditmemo_comment", doc, told)]
    _book(order, doc)
    _stock(call, order, wanted, (arguments.get("extension_attributes") or {}).get("return_to_stock_items") or ())
    order_state.settle(order)
    keep(call, before, order)
    call.unit.put("creditmemo", str(doc["entity_id"]), doc)
    call.unit.note(
        "credit_memo",
        doc["increment_id"],
        None,
        {"order": order.get("increment_id"), "entity_id": doc["entity_id"], "grand_total": doc["grand_total"]},
    )
    return order, doc


def _wanted(order: Doc, body: Mapping[str, Any]) -> list[tuple[Doc, float]]:
    rows = {item["item_id"]: item for item in order_state.top(order)}
    if not body.get("items"):
        return [(item, order_state.to_refund(item)) for item in rows.values()]
    named = [(as_int("order_item_id", row.get("order_item_id")), float(row.get("qty") or 0)) for row in body["items"]]
    return [(rows[at], many) for at, many in named if at in rows]


def _document(call: Call, order: Doc, wanted: list[tuple[Doc, float]], arguments: Mapping[str, Any]) -> Doc:
    at, moment = call.unit.count("creditmemo"), now()
    rows: list[Doc] = []
    for item, many in wanted:
        bundle = item.get("product_type") == "bundle"
        rows.append(_row(call, order, item, many, at, money=not bundle))
        for child in order["items"]:
            if child.get("parent_item_id") == item["item_id"]:
                rows.append(_row(call, order, child, reservations.share(item, child, many), at, money=bundle))
    shipping = order.get("shipping_address") or {}
    doc: Doc = {
        "entity_id": at, "increment_id": next_number(call, "creditmemo", order["store_id"]), "state": 2,
        "order_id": order["entity_id"], "store_id": order["store_id"], "created_at": moment, "updated_at": moment,
        "billing_address_id": order.get("billing_address_id"), "shipping_address_id": shipping.get("entity_id"),
        "items": rows, "comments": [],
        **{name: order.get(name) for name in (
            "base_currency_code", "global_currency_code", "order_currency_code", "store_currency_code",
            "base_to_global_rate", "base_to_order_rate", "store_to_base_rate", "store_to_order_rate")},
    }  # fmt: skip
    extension: Doc = {}
    for prefix in ("", "base_"):
        sums = _sums(order, rows, prefix, arguments)
        extension |= sums.pop("extension_attributes")
        doc |= sums
    doc["extension_attributes"] = extension or None
    for row in rows:
        row.pop("counts")
    return {name: value for name, value in doc.items() if value is not None}


def _row(call: Call, order: Doc, item: Doc, many: float, memo: int, *, money: bool) -> Doc:
    row: Doc = {
        "entity_id": call.unit.count("creditmemo_item"), "parent_id": memo, "order_item_id": item["item_id"],
        "qty": number(float(many)), "sku": item["sku"], "name": item.get("name"), "product_id": item.get("product_id"),
        "base_cost": None, "base_weee_tax_row_disposition": 0, "weee_tax_applied": "[]",
        "weee_tax_applied_row_amount": 0, "weee_tax_row_disposition": 0, "counts": money,
    }  # fmt: skip
    for prefix in ("", "base_"):
        price = exact(item.get(f"{prefix}price"))
        row |= {f"{prefix}price": plain(price), f"{prefix}row_total": plain(rounded(price * exact(many), 3))}
        row[f"{prefix}tax_amount"] = plain(
            _share(item, f"{prefix}tax_invoiced", f"{prefix}tax_refunded", many, places(order, prefix))
        )
        cut = _share(item, f"{prefix}discount_invoiced", f"{prefix}discount_refunded", many, places(order, prefix))
        if cut:
            row[f"{prefix}discount_amount"] = plain(cut)
        incl = item.get(f"{prefix}price_incl_tax")
        if incl is not None:
            row[f"{prefix}price_incl_tax"] = incl
            row[f"{prefix}row_total_incl_tax"] = plain(rounded(exact(incl) * exact(many), places(order, prefix)))
            row[f"{prefix}discount_tax_compensation_amount"] = 0
    return row


def _share(item: Doc, name: str, done: str, many: float, cut: int) -> Decimal:
    amount, gone = exact(item.get(name)), exact(item.get(done))
    if many >= order_state.to_refund(item) - 1e-6:
        return amount - gone
    return rounded(amount * exact(many) / exact(item["qty_invoiced"]), cut)


def _sums(order: Doc, rows: list[Doc], prefix: str, arguments: Mapping[str, Any]) -> Doc:
    money, cents = [row for row in rows if row["counts"]], places(order, prefix)
    rate = exact(order.get("base_to_order_rate") or 1) if not prefix else Decimal(1)
    left = exact(order.get(f"{prefix}shipping_amount")) - exact(order.get(f"{prefix}shipping_refunded"))
    if not order.get("total_invoiced"):
        left = ZERO
    told = arguments.get("shipping_amount")
    shipping = left if told is None else min(left, rounded(exact(told) * rate, cents))
    whole = exact(order.get(f"{prefix}shipping_amount"))
    part = shipping / whole if whole else ZERO
    shipping_tax = rounded(exact(order.get(f"{prefix}shipping_tax_amount")) * part, cents)
    cut = total(money, f"{prefix}discount_amount")
    cut += rounded(exact(order.get(f"{prefix}shipping_discount_amount")) * part, cents)
    more = rounded(exact(arguments.get("adjustment_positive")) * rate, cents)
    less = rounded(exact(arguments.get("adjustment_negative")) * rate, cents)
    subtotal, tax = total(money, f"{prefix}row_total"), total(money, f"{prefix}tax_amount") + shipping_tax
    gross = subtotal - cut + shipping + tax + more - less
    told_back, due = credits.take(order["extension"], prefix, gross, "invoiced", "refunded")
    sums = {
        "subtotal": subtotal, "subtotal_incl_tax": total(money, f"{prefix}row_total_incl_tax"), "tax_amount": tax,
        "discount_amount": -cut, "shipping_amount": shipping, "shipping_tax_amount": shipping_tax,
        "shipping_incl_tax": shipping + shipping_tax, "adjustment": more - less, "adjustment_positive": more,
        "adjustment_negative": less, "discount_tax_compensation_amount": ZERO, "grand_total": due,
    }  # fmt: skip
    return {**{prefix + name: plain(value) for name, value in sums.items()}, "extension_attributes": told_back}


def _book(order: Doc, doc: Doc) -> None:
    rows = {item["item_id"]: item for item in order["items"]}
    for row in doc["items"]:
        item = rows[row["order_item_id"]]
        item["qty_refunded"] = number(order_state.quantity(item, "refunded") + float(row["qty"]))
        for prefix in ("", "base_"):
            for amount, done in (("tax_amount", "tax_refunded"), ("discount_amount", "discount_refunded"),
                                 ("row_total", "amount_refunded")):  # fmt: skip
                item[prefix + done] = plain(exact(item.get(prefix + done)) + exact(row.get(prefix + amount)))
    for prefix in ("", "base_"):
        pairs = {"subtotal_refunded": "subtotal", "tax_refunded": "tax_amount", "shipping_refunded": "shipping_amount",
                 "discount_refunded": "discount_amount", "total_refunded": "grand_total",
                 "total_offline_refunded": "grand_total", "adjustment_positive": "adjustment_positive",
                 "adjustment_negative": "adjustment_negative"}  # fmt: skip
        for name, amount in pairs.items():
            order[prefix + name] = plain(exact(order.get(prefix + name)) + exact(doc.get(prefix + amount)))
    credits.book(order, doc, "refunded")
    order["payment"] = {**order["payment"], "amount_refunded": order["total_refunded"],
                        "base_amount_refunded": order["base_total_refunded"]}  # fmt: skip


def _stock(call: Call, order: Doc, wanted: list[tuple[Doc, float]], back: Any) -> None:
    """What was never shipped is free again; what is sent back fills the source again if that is asked for."""
    numbers = {as_int("return_to_stock_items", one) for one in back}
    for item, many in wanted:
        unshipped = max(0.0, order_state.quantity(item, "ordered") - order_state.quantity(item, "shipped"))
        for part in reservations.physical(order, item):
            free = min(many, unshipped)
            if free and not item.get("is_virtual"):
                reservations.book(call.unit, order["stock_id"], part["sku"], reservations.share(item, part, free))
            if item["item_id"] in numbers and many > free:
                levels.take(call, part["sku"], levels.DEFAULT, -reservations.share(item, part, many - free))


# Reading


@route("GET", "creditmemos", MEMO)
def listing(call: Call) -> Any:
    return papers.listed(call, "creditmemo")


@route("GET", "creditmemo/{number}", MEMO)
def read(call: Call) -> Any:
    return papers.paper(call, "creditmemo", call.params["number"])


@route("GET", "creditmemo/{number}/comments", MEMO)
def comments(call: Call) -> Any:
    return papers.told(read(call))


@route("POST", "creditmemo/{number}/comments", MEMO, ("entity",))
def comment_add(call: Call) -> Any:
    row = papers.tell(call, "creditmemo", "credit_memo", read(call), call.body["entity"])
    return row


@route("POST", "creditmemo/{number}/emails", MEMO)
def email(call: Call) -> Any:
    read(call)
    return True
