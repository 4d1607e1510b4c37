"""A cart as a document: its lines, its address, what it will cost. It knows no route.

Source: facts/MAGENTO.md, section 14, and the recording `checkout`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.sandbox.magento import promotions, taxes
from connector.sandbox.magento.cart_lines import line_of, website_of
from connector.sandbox.magento.directory import RATES, decimals
from connector.sandbox.magento.money import exact
from connector.sandbox.magento.offers import CARRIERS
from connector.sandbox.magento.routing import AfterEffect, Call, Refusal
from connector.sandbox.magento.shop import Doc
from connector.sandbox.magento.totals import Sums, Terms, compute

SAME = ("firstname", "lastname", "middlename", "prefix", "suffix", "company", "city", "region", "postcode", "telephone",
        "fax", "email", "street", "vat_id")  # fmt: skip


def new(call: Call, store: int, customer: Doc | None = None) -> Doc:
    """An empty cart in a store view, kept under its number."""
    quote: Doc = {
        "id": call.unit.count("quote"), "store_id": store, "customer_id": customer["id"] if customer else None,
        "group": customer["group_id"] if customer else 0, "email": customer["email"] if customer else None, "lines": [],
        "coupon": None, "percent": 0, "fixed": 0, "on_shipping": False, "rule": None, "rule_title": None,
        "shipping_method": None, "shipping_address": None, "billing_address": None, "currency": "USD",
        "credits": {}, "gift_code": None, "shipping_tax": 0, "shipping_price": None, "active": True,
    }  # fmt: skip
    return keep(call, quote)


def keep(call: Call, quote: Doc) -> Doc:
    call.unit.put("quote", str(quote["id"]), quote)
    return quote


def add(
    call: Call, quote: Doc, sku: str, qty: float, option: Mapping[str, Any] | None = None, *, check: bool = True
) -> tuple[Doc, Doc]:
    """Put a product in; the same product twice is one line. Returns the cart and the line. Raises Refusal."""
    same = next((line for line in quote["lines"] if line["sku"].lower() == sku.lower() and not line["children"]), None)
    many = qty + (same["qty"] if same and not option else 0)
    line = line_of(call, sku, many, option, store=quote["store_id"], group=quote["group"], check=check)
    if same and not option:
        line |= {"item_id": same["item_id"], "key": same["key"]}
        lines = [line if one is same else one for one in quote["lines"]]
    else:
        for part in (line, *line["children"]):
            part["item_id"] = call.unit.count("quote_item")
            part["key"] = str(part["item_id"])
        lines = [*quote["lines"], line]
    return keep(call, {**quote, "lines": lines}), line


def address(raw: Mapping[str, Any]) -> Doc:
    """An address of a cart as documents have it: camelCase is taken as well."""
    snake = {name: raw[name] for name in SAME if raw.get(name) is not None}
    for name, other in (("country_id", "countryId"), ("region_id", "regionId"), ("region_code", "regionCode")):
        value = raw.get(name, raw.get(other))
        if value is not None:
            snake[name] = value
    if isinstance(snake.get("region"), Mapping):  # as a customer's address has it
        told = snake.pop("region")
        snake |= {name: told[name] for name in ("region", "region_code", "region_id") if told.get(name)}
    if isinstance(snake.get("street"), str):
        snake["street"] = [snake["street"]]
    snake["region_id"] = int(snake.get("region_id") or 0)
    return snake


def apply_coupon(call: Call, quote: Doc, code: str) -> Doc:
    """The cart with a coupon; a wrong one takes away the one before. Raises Refusal 404."""
    try:
        rule = promotions.rule_of(call, code, website_of(quote["store_id"]))
    except Refusal as error:
        drop_coupon(call, quote)
        raise AfterEffect(error.status, error.message) from None
    percent = rule.get("simple_action") == "by_percent"
    amount = float(rule["discount_amount"])
    return keep(
        call,
        {
            **quote,
            "coupon": code,
            "rule": str(rule["rule_id"]),
            "rule_title": rule.get("description") or rule.get("name"),
            "percent": amount if percent else 0,
            "fixed": 0 if percent else amount,
            "on_shipping": bool(rule.get("apply_to_shipping")),
        },
    )


def drop_coupon(call: Call, quote: Doc) -> Doc:
    return keep(call, {**quote, "coupon": None, "percent": 0, "fixed": 0, "on_shipping": False})


def is_virtual(quote: Doc) -> bool:
    return all(line["is_virtual"] for line in quote["lines"])


def pieces(quote: Doc) -> float:
    return float(sum(line["qty"] for line in quote["lines"] if not line["is_virtual"]))


def shipping_price(quote: Doc) -> Decimal:
    if is_virtual(quote) or not quote["shipping_method"]:
        return Decimal(0)
    if quote["shipping_price"] is not None:
        return exact(quote["shipping_price"])
    price = CARRIERS.get(quote["shipping_method"], ("", "", None))[2]
    return exact(5 * pieces(quote) if price is None else price)


def taxed(call: Call, quote: Doc) -> Doc:
    """The cart with each line's tax rate, by the shipping address (billing for what is not shipped)."""
    where = quote["billing_address"] if is_virtual(quote) else quote["shipping_address"]
    lines = [_with_tax(call, line, where or {}) for line in quote["lines"]]
    return {**quote, "lines": lines}


def _with_tax(call: Call, line: Doc, where: Doc) -> Doc:
    rate = taxes.meeting(call, where, line["tax_class"])
    children = [_with_tax(call, child, where) for child in line["children"]]
    return {**line, "tax_percent": rate["rate"] if rate else 0, "tax_code": rate["code"] if rate else None,
            "children": children}  # fmt: skip


def cost(quote: Doc) -> tuple[Sums, Sums]:
    """(in the base currency, in the order's) of a cart that `taxed` has been through."""
    terms = Terms(
        rate=exact(RATES[quote["currency"]]), decimals=decimals(quote["currency"]), shipping=shipping_price(quote),
        shipping_tax=exact(quote["shipping_tax"]), percent=exact(quote["percent"]), fixed=exact(quote["fixed"]),
        on_shipping=quote["on_shipping"], credits={kind: exact(worth) for kind, worth in quote["credits"].items()},
    )  # fmt: skip
    return compute(quote["lines"], terms, base=True), compute(quote["lines"], terms, base=False)


def check_payment(call: Call, method: str) -> None:
    known = (call.unit.get("config", "payments") or {"codes": ["checkmo"]})["codes"]
    if method not in known:
        raise Refusal(400, "The requested Payment Method is not available.")
