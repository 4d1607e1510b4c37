"""From a cart to an order: numbers, rows, amounts, addresses, the payment, and the reservations.

Source: facts/MAGENTO.md, sections 11 and 14, and the recordings `checkout` and `orders_read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.sandbox.magento import credits, invoicing, quotes, reservations
from connector.sandbox.magento.directory import RATES, decimals
from connector.sandbox.magento.money import exact, plain, rounded
from connector.sandbox.magento.offers import CARRIERS, PAYMENTS
from connector.sandbox.magento.order_book import head, keep
from connector.sandbox.magento.routing import Call, Refusal, missing, number
from connector.sandbox.magento.shop import Doc
from connector.sandbox.magento.totals import Sums

NO_ADDRESS = "Some addresses can't be used due to the configurations for specific countries."
PAID_AT_ONCE = ("braintree", "paypal_express")  # captured when the order is placed; others wait for an invoice
AUTHORIZED = ("authorizenet_acceptjs",)
CARD = ("cc_type", "cc_last4", "cc_exp_month", "cc_exp_year", "cc_owner", "last_trans_id", "po_number", "cc_trans_id")
TITLES = {"VI": "Visa", "MC": "MasterCard", "AE": "American Express"}


def place(call: Call, quote: Doc, payment: Mapping[str, Any]) -> Doc:
    """Make an order of a cart and close the cart. Raises Refusal."""
    if not quote["active"]:
        raise gone(str(quote["id"]))
    if not quote["lines"]:
        raise Refusal(400, "The cart must have at least one product to be ordered.")
    if not quote["billing_address"] or (not quote["shipping_address"] and not quotes.is_virtual(quote)):
        raise Refusal(400, NO_ADDRESS, [""])
    if not quotes.is_virtual(quote) and not quote["shipping_method"]:
        raise Refusal(400, "The shipping method is missing. Select the shipping method and try again.")
    method = payment.get("method")
    if not method:
        raise missing("method")
    quotes.check_payment(call, str(method))
    quote = quotes.taxed(call, quote)
    order = _order(call, quote, payment)
    reserve(call, order, -1)
    call.unit.put("quote", str(quote["id"]), {**quote, "active": False})
    keep(call, None, order)
    if method in PAID_AT_ONCE and exact(order["grand_total"]):
        order = invoicing.invoice(call, order, {}, transaction=order["payment"].get("last_trans_id"))[0]
    return order


def gone(number_: str) -> Refusal:
    return Refusal(404, "No such entity with %fieldName = %fieldValue", {"fieldName": "cartId", "fieldValue": number_})


def reserve(call: Call, order: Doc, sign: int) -> None:
    """Book all that an order holds (-1: reserve, +1: give back what was cancelled)."""
    for item in order["items"]:
        if item.get("parent_item_id"):
            continue
        many = float(item["qty_ordered"]) if sign < 0 else float(item["qty_canceled"])
        for part in reservations.physical(order, item):
            taken = sign * reservations.share(item, part, many)
            reservations.book(call.unit, order["stock_id"], part["sku"], taken)


def _order(call: Call, quote: Doc, payment: Mapping[str, Any]) -> Doc:
    base, own = quotes.cost(quote)
    order = head(call, quote["store_id"])
    at, virtual = order["entity_id"], quotes.is_virtual(quote)
    shipping = None
    if not virtual:
        shipping = {"address_type": "shipping", "entity_id": call.unit.count("order_address"), "parent_id": at,
                    **quote["shipping_address"]}  # fmt: skip
        shipping.setdefault("email", quote["email"])
    billing = {"address_type": "billing", "entity_id": call.unit.count("order_address"), "parent_id": at,
               **quote["billing_address"]}  # fmt: skip
    billing.setdefault("email", quote["email"])
    order |= _customer(call, quote, billing) | _money(quote, base, own)
    order |= {
        "billing_address_id": billing["entity_id"],
        "billing_address": billing,
        "shipping_address": shipping,
        "shipping_method": None if virtual else quote["shipping_method"],
        "is_virtual": int(virtual),
        "customer_note_notify": 1,
        "email_sent": 1,
        "quote_id": quote["id"],
        "remote_ip": "127.0.0.1",
        "state": "new",
        "status": "pending",
        "applied_rule_ids": quote["rule"] if quote["percent"] or quote["fixed"] else None,
        "coupon_code": quote["coupon"],
        "discount_description": quote["rule_title"] if quote["coupon"] else None,
        "shipping_description": None if virtual else _carrier(quote["shipping_method"]),
        "items": _items(call, quote, at, base, own, order["created_at"]),
    }
    order["total_item_count"] = len(quote["lines"])
    order["total_qty_ordered"] = number(float(sum(line["qty"] for line in quote["lines"])))
    order["weight"] = number(sum((line["weight"] or 0) * line["qty"] for line in quote["lines"]))
    if payment.get("method") in (*PAID_AT_ONCE, *AUTHORIZED):
        order["state"] = order["status"] = "processing"
    order["payment"], told = _payment(call, order, payment)
    order["extension"] = _extension(quote, order, base, own, told)
    return order


def _carrier(method: str) -> str:
    carrier, title, _ = CARRIERS.get(method, (method, "", None))
    return f"{carrier} - {title}" if title else carrier


def _customer(call: Call, quote: Doc, billing: Doc) -> Doc:
    row = call.unit.get("customer", str(quote["customer_id"])) if quote["customer_id"] else None
    if row is None:
        return {"customer_email": quote["email"], "customer_firstname": billing.get("firstname"),
                "customer_lastname": billing.get("lastname"), "customer_is_guest": 1}  # fmt: skip
    return {"customer_email": row["email"], "customer_firstname": row["firstname"], "customer_is_guest": 0,
            "customer_lastname": row["lastname"], "customer_group_id": row["group_id"], "customer_id": row["id"],
            "customer_taxvat": row.get("taxvat")}  # fmt: skip


def _money(quote: Doc, base: Sums, own: Sums) -> Doc:
    """The amounts at the top of an order, in both currencies."""
    money: Doc = {
        "base_currency_code": "USD", "global_currency_code": "USD", "store_currency_code": "USD",
        "order_currency_code": quote["currency"], "base_to_global_rate": 1,
        "base_to_order_rate": RATES[quote["currency"]], "store_to_base_rate": 0, "store_to_order_rate": 0,
        "base_shipping_discount_tax_compensation_amnt": 0, "shipping_discount_tax_compensation_amount": 0,
    }  # fmt: skip
    for prefix, sums in (("base_", base), ("", own)):
        amounts = {
            "subtotal": sums.subtotal, "subtotal_incl_tax": sums.subtotal_incl_tax, "discount_amount": -sums.discount,
            "shipping_amount": sums.shipping, "shipping_discount_amount": sums.shipping_discount,
            "shipping_tax_amount": sums.shipping_tax, "shipping_incl_tax": sums.shipping + sums.shipping_tax,
            "tax_amount": sums.tax, "discount_tax_compensation_amount": Decimal(0), "grand_total": sums.grand_total,
            "total_due": sums.grand_total,
        }  # fmt: skip
        money |= {prefix + name: plain(value) for name, value in amounts.items()}
    return money


def _items(call: Call, quote: Doc, order: int, base: Sums, own: Sums, moment: str) -> list[Doc]:
    items: list[Doc] = []
    for line in quote["lines"]:
        parent = _item(call, quote, line, base, own) | {"order_id": order, "created_at": moment, "updated_at": moment}
        items.append(parent)
        for child in line["children"]:
            row = _item(call, quote, child, base, own) | {"order_id": order, "created_at": moment, "updated_at": moment}
            items.append({**row, "parent_item_id": parent["item_id"], "row_weight": 0})
    return items


def _item(call: Call, quote: Doc, line: Doc, base: Sums, own: Sums) -> Doc:
    zero = line["key"] not in own.rows  # the child of a configurable
    bundle = line["product_type"] == "bundle"
    weight = line["weight"]
    item: Doc = {
        "item_id": call.unit.count("order_item"), "quote_item_id": line["item_id"], "store_id": quote["store_id"],
        "sku": line["sku"], "name": line["name"], "product_id": line["product_id"],
        "product_type": line["product_type"], "is_virtual": line["is_virtual"], "is_qty_decimal": 0,
        "free_shipping": 0, "no_discount": 0, "qty_ordered": line["qty"], "qty_canceled": 0, "qty_invoiced": 0,
        "qty_refunded": 0, "qty_shipped": 0, "weight": weight, "row_weight": number((weight or 0) * line["qty"]),
        "product_option": line.get("product_option"), "original_price": line["base_original_price"],
        "discount_percent": 0 if zero or bundle else number(float(quote["percent"])),
        "tax_percent": None if bundle else 0 if zero else number(float(line["tax_percent"])),
        "applied_rule_ids": quote["rule"], "base_cost": line.get("cost"),
    }  # fmt: skip
    for prefix, sums in (("base_", base), ("", own)):
        row = sums.rows.get(line["key"], {})
        item |= {f"{prefix}{name}": 0 for name in ("amount_refunded", "discount_invoiced", "row_invoiced",
                                                   "tax_invoiced")}  # fmt: skip
        item |= {
            f"{prefix}price": plain(row.get("price", Decimal(0))),
            f"{prefix}row_total": plain(row.get("row_total", Decimal(0))),
            f"{prefix}discount_amount": plain(row.get("discount", Decimal(0))),
            f"{prefix}tax_amount": plain(row.get("tax", Decimal(0))),
        }
        if not zero:
            item[f"{prefix}price_incl_tax"] = plain(row["price_incl_tax"])
        if not zero and not bundle:
            item[f"{prefix}discount_tax_compensation_amount"] = 0
    if not zero:
        item["base_original_price"] = line["base_original_price"]
        item["original_price"] = plain(
            rounded(exact(line["base_original_price"]) * exact(RATES[quote["currency"]]), decimals(quote["currency"]))
        )
    return item


def _payment(call: Call, order: Doc, raw: Mapping[str, Any]) -> tuple[Doc, list[Doc]]:
    """(the payment, what the extension attributes tell about it)."""
    method = str(raw["method"])
    title = PAYMENTS.get(method, method)
    told = [{"key": "method_title", "value": title}]
    told += [{"key": str(name), "value": str(value)} for name, value in (raw.get("additional_data") or {}).items()]
    if raw.get("cc_type"):
        told.append({"key": "cc_type", "value": TITLES.get(str(raw["cc_type"]), str(raw["cc_type"]))})
    payment = {
        "account_status": None, "additional_information": [row["value"] for row in told], "cc_last4": None,
        "amount_ordered": order["grand_total"], "base_amount_ordered": order["base_grand_total"],
        "base_shipping_amount": order["base_shipping_amount"], "shipping_amount": order["shipping_amount"],
        "entity_id": call.unit.count("order_payment"), "method": method, "parent_id": order["entity_id"],
        **{name: raw[name] for name in CARD if raw.get(name) is not None and _told(method, name)},
    }  # fmt: skip
    if method in AUTHORIZED:
        payment |= {"amount_authorized": order["grand_total"], "base_amount_authorized": order["base_grand_total"]}
    return payment, told


def _told(method: str, name: str) -> bool:
    """A purchase order's number belongs to that method alone."""
    return name != "po_number" or method == "purchaseorder"


def _extension(quote: Doc, order: Doc, base: Sums, own: Sums, told: list[Doc]) -> Doc:
    extension: Doc = {
        "payment_additional_info": told,
        "applied_taxes": _taxes(quote, base, own),
        "item_applied_taxes": _item_taxes(quote, order, base, own),
        "converting_from_quote": True,
    }
    for kind, name in credits.KINDS.items():
        if kind in own.credits:
            extension |= {f"{name}_amount": plain(own.credits[kind]), f"base_{name}_amount": plain(base.credits[kind])}
    if "gift_card" in own.credits:
        worth, base_worth = plain(own.credits["gift_card"]), plain(base.credits["gift_card"])
        extension["gift_cards"] = [{"id": 1, "code": quote["gift_code"], "amount": worth, "base_amount": base_worth}]
    if "reward" in own.credits:
        extension["reward_points_balance"] = int(base.credits["reward"] * 100)
    return extension


def _tax(code: str, percent: Any, own: Decimal, base: Decimal) -> Doc:
    return {
        "code": code,
        "title": code,
        "percent": number(float(percent)),
        "amount": plain(own),
        "base_amount": plain(base),
    }


def _carrying(quote: Doc) -> list[Doc]:
    return [
        part for line in quote["lines"] for part in (line["children"] if line["product_type"] == "bundle" else [line])
    ]


def _taxes(quote: Doc, base: Sums, own: Sums) -> list[Doc]:
    """One row for each rate; the shipping is taxed by the first of them."""
    found: dict[str, tuple[Any, Decimal, Decimal]] = {}
    for line in _carrying(quote):
        if line["tax_code"]:
            _, mine, theirs = found.get(line["tax_code"], (0, Decimal(0), Decimal(0)))
            sums = own.rows[line["key"]]["tax"], base.rows[line["key"]]["tax"]
            found[line["tax_code"]] = (line["tax_percent"], mine + sums[0], theirs + sums[1])
    rows = [_tax(code, percent, mine, theirs) for code, (percent, mine, theirs) in found.items()]
    if own.shipping_tax and rows:
        first = rows[0]
        first["amount"] = plain(exact(first["amount"]) + own.shipping_tax)
        first["base_amount"] = plain(exact(first["base_amount"]) + base.shipping_tax)
    return rows


def _item_taxes(quote: Doc, order: Doc, base: Sums, own: Sums) -> list[Doc]:
    ids = {item["quote_item_id"]: item["item_id"] for item in order["items"]}
    rows: list[Doc] = []
    code = ""
    for line in _carrying(quote):
        if line["tax_code"]:
            code = code or line["tax_code"]
            sums = own.rows[line["key"]]["tax"], base.rows[line["key"]]["tax"]
            rows.append({"type": "product", "item_id": ids[line["item_id"]],
                         "applied_taxes": [_tax(line["tax_code"], line["tax_percent"], *sums)]})  # fmt: skip
    if own.shipping_tax and code:
        taxed = [_tax(code, quote["shipping_tax"], own.shipping_tax, base.shipping_tax)]
        rows.append({"type": "shipping", "applied_taxes": taxed})
    return rows
