"""The cart routes of guests and of customers (with an integration's token). Source: facts/MAGENTO.md, section 14.

A guest's cart is known by a masked id, a customer's by its number; both lead to the same functions.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from connector.sandbox.magento import placing, quotes
from connector.sandbox.magento.customers import of as customer_of
from connector.sandbox.magento.money import Decimal, plain
from connector.sandbox.magento.offers import CARRIERS, PAYMENTS
from connector.sandbox.magento.placing import gone
from connector.sandbox.magento.routing import Call, Handler, as_float, missing, route
from connector.sandbox.magento.shop import Doc
from connector.sandbox.magento.totals import Sums

GUEST, CART = "anonymous", "Magento_Cart::manage"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def both(method: str, template: str, needs: tuple[str, ...] = ()) -> Any:
    """Register a handler for guests' and customers' carts."""

    def register(handler: Handler) -> Handler:
        route(method, f"guest-carts/{{cart}}/{template}".rstrip("/"), GUEST, needs)(handler)
        route(method, f"carts/{{cart}}/{template}".rstrip("/"), CART, needs)(handler)
        return handler

    return register


def cart_of(call: Call) -> Doc:
    """The open cart of the path. Raises Refusal 404."""
    told = call.params["cart"]
    mask = call.unit.get("quote_mask", told)
    quote = call.unit.get("quote", str(mask["id"]) if mask else told)
    if quote is None or not quote["active"]:
        raise gone(str(quote["id"]) if quote else told)
    return dict(quote)


def view_of(call: Call) -> int:
    return call.store or 1


@route("POST", "guest-carts", GUEST)
def guest_cart(call: Call) -> Any:
    quote = quotes.new(call, view_of(call))
    mask = "".join(secrets.choice(LETTERS) for _ in range(32))
    call.unit.put("quote_mask", mask, {"id": quote["id"]})
    return mask


@route("POST", "customers/{number}/carts", CART)
def customer_cart(call: Call) -> Any:
    """The customer's open cart, a new one where there is none."""
    customer = customer_of(call)
    for quote in call.shop.store.kind("quote").values():
        if quote["active"] and quote["customer_id"] == customer["id"]:
            return quote["id"]
    return quotes.new(call, view_of(call), customer)["id"]


@both("POST", "items", ("cartItem",))
def item_add(call: Call) -> Any:
    raw = call.body["cartItem"]
    if not raw.get("sku"):
        raise missing("sku")
    quote, line = quotes.add(call, cart_of(call), str(raw["sku"]), as_float("qty", raw.get("qty")) or 1,
                             raw.get("product_option"))  # fmt: skip
    return show_line(quote, line)


@both("GET", "items")
def items(call: Call) -> Any:
    quote = cart_of(call)
    return [show_line(quote, line) for line in quote["lines"]]


@both("DELETE", "items/{item}")
def item_remove(call: Call) -> Any:
    quote = cart_of(call)
    kept = [line for line in quote["lines"] if str(line["item_id"]) != call.params["item"]]
    quotes.keep(call, {**quote, "lines": kept})
    return True


def show_line(quote: Doc, line: Doc) -> Doc:
    shown = {
        "item_id": line["item_id"],
        "sku": line["sku"],
        "qty": line["qty"],
        "name": line["name"],
        "price": line["base_price"],
        "product_type": line["product_type"],
        "quote_id": str(quote["id"]),
    }
    return {**shown, "product_option": line["product_option"]} if line.get("product_option") else shown


@both("PUT", "coupons/{code}")
def coupon(call: Call) -> Any:
    quotes.apply_coupon(call, cart_of(call), call.params["code"])
    return True


@both("DELETE", "coupons")
def coupon_remove(call: Call) -> Any:
    quotes.drop_coupon(call, cart_of(call))
    return True


@both("POST", "estimate-shipping-methods", ("address",))
def estimate(call: Call) -> Any:
    quote = cart_of(call)
    known = (call.unit.get("config", "carriers") or {"codes": ["flatrate_flatrate"]})["codes"]
    rows = []
    for code in known:
        carrier, method = code.split("_", 1)
        title, name, _ = CARRIERS[code]
        price = plain(quotes.shipping_price({**quote, "shipping_method": code, "shipping_price": None}))
        rows.append({"carrier_code": carrier, "method_code": method, "carrier_title": title, "method_title": name,
                     "amount": price, "base_amount": price, "available": True, "error_message": "",
                     "price_excl_tax": price, "price_incl_tax": price})  # fmt: skip
    return rows


@both("POST", "shipping-information", ("addressInformation",))
def shipping_information(call: Call) -> Any:
    quote, raw = cart_of(call), call.body["addressInformation"]
    quote["shipping_address"] = quotes.address(raw.get("shipping_address") or raw.get("shippingAddress") or {})
    billing = raw.get("billing_address") or raw.get("billingAddress")
    quote["billing_address"] = quotes.address(billing) if billing else quote["shipping_address"]
    carrier = raw.get("shipping_carrier_code") or raw.get("shippingCarrierCode")
    method = raw.get("shipping_method_code") or raw.get("shippingMethodCode")
    quote["shipping_method"] = f"{carrier}_{method}"
    quote["email"] = quote["email"] or quote["billing_address"].get("email")
    return {"payment_methods": methods(call), "totals": totals(quotes.taxed(call, quotes.keep(call, quote)))}


@both("POST", "billing-address", ("address",))
def billing_address(call: Call) -> Any:
    quote = cart_of(call)
    quote["billing_address"] = quotes.address(call.body["address"])
    if call.body.get("useForShipping"):
        quote["shipping_address"] = quote["billing_address"]
    quotes.keep(call, quote)
    return str(call.unit.count("quote_address"))


@both("GET", "payment-methods")
def payment_methods(call: Call) -> Any:
    cart_of(call)
    return methods(call)


def methods(call: Call) -> list[Doc]:
    codes = (call.unit.get("config", "payments") or {"codes": ["checkmo"]})["codes"]
    return [{"code": code, "title": PAYMENTS[code]} for code in codes if code != "free"]


@both("GET", "totals")
def totals_get(call: Call) -> Any:
    return totals(quotes.taxed(call, cart_of(call)))


@both("POST", "payment-information", ("paymentMethod",))
def payment_information(call: Call) -> Any:
    quote = cart_of(call)
    if call.body.get("email") and not quote["customer_id"]:
        quote["email"] = call.body["email"]
    if call.body.get("billing_address"):
        quote["billing_address"] = quotes.address(call.body["billing_address"])
    return str(placing.place(call, quote, call.body["paymentMethod"])["entity_id"])


@both("PUT", "order", ("paymentMethod",))
def order(call: Call) -> Any:
    return str(placing.place(call, cart_of(call), call.body["paymentMethod"])["entity_id"])


# What a cart costs, as JSON


def totals(quote: Doc) -> Doc:
    """The totals; `grand_total` lacks the tax while `base_grand_total` has it, as recorded."""
    base, own = quotes.cost(quote)
    shown: Doc = {"grand_total": plain(own.grand_total - own.tax), "base_grand_total": plain(base.grand_total)}
    for prefix, sums in (("", own), ("base_", base)):
        amounts = {
            "subtotal": sums.subtotal, "discount_amount": -sums.discount, "shipping_amount": sums.shipping,
            "subtotal_with_discount": sums.subtotal - sums.discount, "tax_amount": sums.tax,
            "shipping_discount_amount": sums.shipping_discount, "shipping_tax_amount": sums.shipping_tax,
            "shipping_incl_tax": sums.shipping + sums.shipping_tax,
        }  # fmt: skip
        shown |= {prefix + name: plain(value) for name, value in amounts.items()}
    shown |= {"subtotal_incl_tax": plain(own.subtotal_incl_tax), "weee_tax_applied_amount": None,
              "base_currency_code": "USD", "quote_currency_code": quote["currency"],
              "items_qty": sum(line["qty"] for line in quote["lines"]),
              "items": [_item(quote, line, base, own) for line in quote["lines"]],
              "total_segments": _segments(quote, own)}  # fmt: skip
    return {**shown, "coupon_code": quote["coupon"]} if quote["coupon"] else shown


def _item(quote: Doc, line: Doc, base: Sums, own: Sums) -> Doc:
    row: Doc = {
        "item_id": line["item_id"],
        "qty": line["qty"],
        "name": line["name"],
        "row_total_with_discount": 0,
        "discount_percent": plain(Decimal(str(quote["percent"]))),
        "options": json.dumps(line.get("labels") or []),
        "weee_tax_applied_amount": None,
        "weee_tax_applied": None,
    }
    if line["product_type"] != "bundle":
        row["tax_percent"] = line["tax_percent"]
    for prefix, sums in (("", own), ("base_", base)):
        found = sums.rows[line["key"]]
        names = {"price": "price", "row_total": "row_total", "tax": "tax_amount", "discount": "discount_amount",
                 "price_incl_tax": "price_incl_tax", "incl_tax": "row_total_incl_tax"}  # fmt: skip
        row |= {prefix + name: plain(found[inner]) for inner, name in names.items()}
    return row


def _segments(quote: Doc, own: Sums) -> list[Doc]:
    rows: list[Doc] = [{"code": "subtotal", "title": "Subtotal", "value": plain(own.subtotal)}]
    if own.discount:
        rows.append({"code": "discount", "title": f"Discount ({quote['coupon']})", "value": plain(-own.discount)})
    if quote["shipping_method"]:
        carrier, method, _ = CARRIERS.get(quote["shipping_method"], (quote["shipping_method"], "", None))
        rows.append({"code": "shipping", "title": f"Shipping & Handling ({carrier} - {method})",
                     "value": plain(own.shipping)})  # fmt: skip
    codes = {line["tax_code"]: line["tax_percent"] for part in quote["lines"] for line in (part, *part["children"])
             if line["tax_code"]}  # fmt: skip
    rates = [{"percent": str(percent), "title": code} for code, percent in codes.items()]
    rows.append({"code": "tax", "title": "Tax", "value": plain(own.tax), "extension_attributes": {
        "tax_grandtotal_details": [{"amount": plain(own.tax), "rates": rates, "group_id": 1}]}})  # fmt: skip
    return [*rows, {"code": "grand_total", "title": "Grand Total", "value": plain(own.grand_total), "area": "footer"}]
