"""What a cart holds: a product as a line, with the price of the day and the parts of configurables and bundles.

Refuses what the shop cannot sell. Source: facts/MAGENTO.md, section 14, and the recording `checkout`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import levels
from connector.sandbox.magento.routing import Call, Refusal, number
from connector.sandbox.magento.shop import VIEWS, Doc, now

GONE = "The product that was requested doesn't exist. Verify the product and try again."
NOT_FOR_SALE = "Product that you are trying to add is not available."
OPTIONS_NEEDED = "You need to choose options for your item."
TOO_MANY, NOT_ENOUGH = (
    "The requested qty exceeds the maximum qty allowed in shopping cart",
    "The requested qty is not available",
)
MOST = 10_000


def website_of(store: int) -> int:
    return next(int(str(view["website_id"])) for view in VIEWS if view["id"] == store)


def stock_of(call: Call, website: int) -> int:
    """The stock that serves a website."""
    code = {1: "base", 2: "b2b"}.get(website, "base")
    for doc in call.shop.store.kind("stock").values():
        if any(channel["code"] == code for channel in doc["channels"]):
            return int(doc["stock_id"])
    return 1


def line_of(
    call: Call,
    sku: str,
    qty: float,
    option: Mapping[str, Any] | None,
    *,
    store: int,
    group: int = 0,
    check: bool = True,
) -> Doc:
    """A new line of a cart. Raises Refusal for a product or quantity that cannot be sold."""
    doc = call.shop.product(call.unit, sku)
    if doc is None:
        raise Refusal(404, GONE)
    extension = (option or {}).get("extension_attributes") or {}
    if doc["type"] == "configurable":
        line = _configurable(call, doc, qty, extension.get("configurable_item_options"), store, group)
    elif doc["type"] == "bundle":
        line = _bundle(call, doc, qty, extension.get("bundle_options"), store, group)
    else:
        line = _simple(call, doc, qty, store, group)
    more = _custom_options(doc, extension.get("custom_options"), line["base_price"])
    line["base_price"] = number(round(line["base_price"] + more, 4))
    if check:
        check_stock(call, line, store)
    if option:
        line["product_option"] = dict(option)
    return line


def _custom_options(doc: Doc, chosen: Any, price: Any) -> float:
    """What the chosen custom options add to the price."""
    known = {str(row["option_id"]): row for row in doc.get("options") or ()}
    more = 0.0
    for row in chosen or ():
        option = known.get(str(row.get("option_id"))) or {}
        values = [
            one for one in option.get("values") or () if str(one["option_type_id"]) == str(row.get("option_value"))
        ]
        told = values[0] if values else option
        amount = float(told.get("price") or 0)
        more += price * amount / 100 if told.get("price_type") == "percent" else amount
    return more


def check_stock(call: Call, line: Doc, store: int) -> None:
    """Raises Refusal where there is not enough of a line or of its parts."""
    if line["qty"] > MOST:
        raise Refusal(400, TOO_MANY)
    stock = stock_of(call, website_of(store))
    for part in line["children"] or [line]:
        product = call.shop.product(call.unit, part["sku"])
        if product and product["stock"].get("manage_stock") is False:
            continue
        if levels.salable_quantity(call, part["sku"], stock) < part["qty"]:
            raise Refusal(400, NOT_ENOUGH)


def _simple(call: Call, doc: Doc, qty: float, store: int, group: int) -> Doc:
    if call.shop.value(doc, "status", store) != 1 or website_of(store) not in doc["websites"]:
        raise Refusal(400, NOT_FOR_SALE)
    virtual = doc["type"] in ("virtual", "downloadable")
    weight = call.shop.value(doc, "weight", store)
    return {
        "sku": doc["sku"], "name": call.shop.value(doc, "name", store), "product_id": doc["id"],
        "product_type": doc["type"], "qty": number(float(qty)), "base_price": final_price(call, doc, qty, store, group),
        "base_original_price": number(call.shop.value(doc, "price", store) or 0), "is_virtual": int(virtual),
        "weight": None if virtual or weight is None else number(weight),
        "tax_class": str(call.shop.value(doc, "tax_class_id", store) or "0"), "children": [],
        "cost": call.shop.value(doc, "cost", store),
    }  # fmt: skip


def final_price(call: Call, doc: Doc, qty: float, store: int, group: int) -> Any:
    """The least of the price, a special price in its time, and the tier prices that fit."""
    value, prices = call.shop.value, [float(call.shop.value(doc, "price", store) or 0)]
    special = value(doc, "special_price", store)
    start, end = value(doc, "special_from_date", store), value(doc, "special_to_date", store)
    if special is not None and (not start or str(start) <= now()) and (not end or str(end)[:10] >= now()[:10]):
        prices.append(float(special))
    for tier in doc["tiers"]:
        fits = tier["quantity"] <= qty and tier["customer_group_id"] in (group, 32000)
        if fits and tier["website_id"] in (0, website_of(store)):
            cut = tier["price_type"] == "discount"
            prices.append(round(prices[0] * (1 - tier["price"] / 100), 2) if cut else tier["price"])
    return number(min(prices))


def _configurable(call: Call, doc: Doc, qty: float, chosen: Any, store: int, group: int) -> Doc:
    """The parent carries the money and the child's sku, the child is a row of zeros."""
    wanted = {str(row.get("option_id")): str(row.get("option_value")) for row in chosen or ()}
    if not wanted:
        raise Refusal(400, OPTIONS_NEEDED)
    codes = {str(row["attribute_id"]): row["attribute_code"] for row in call.shop.store.kind("attribute").values()}
    for sku in (doc.get("configurable") or {}).get("children", ()):
        child = call.shop.product(call.unit, sku)
        if child and all(str(call.shop.value(child, codes.get(key, ""))) == value for key, value in wanted.items()):
            part = _simple(call, child, qty, store, group)
            parent = {**part, "name": call.shop.value(doc, "name", store), "product_id": doc["id"],
                      "product_type": "configurable"}  # fmt: skip
            return {**parent, "children": [{**part, "base_price": 0, "base_original_price": 0}]}
    raise Refusal(400, OPTIONS_NEEDED)


def _bundle(call: Call, doc: Doc, qty: float, chosen: Any, store: int, group: int) -> Doc:
    """The parent carries the sum, the children the money."""
    parts = []
    for row in chosen or ():
        option = next(
            (one for one in doc.get("bundle_options") or () if one["option_id"] == row.get("option_id")), None
        )
        for selection in row.get("option_selections") or ():
            link = next(
                (one for one in (option or {}).get("product_links", ()) if str(one["id"]) == str(selection)), None
            )
            child = call.shop.product(call.unit, link["sku"]) if link else None
            if child:
                many = float(row.get("option_qty") or (link or {}).get("qty") or 1)
                parts.append(_simple(call, child, many * qty, store, group))
    if not parts:
        raise Refusal(400, OPTIONS_NEEDED)
    weight = sum((part["weight"] or 0) * part["qty"] for part in parts) / qty
    price = sum(part["base_price"] * part["qty"] for part in parts) / qty
    return {
        "sku": doc["sku"], "name": call.shop.value(doc, "name", store), "product_id": doc["id"],
        "product_type": "bundle", "qty": number(float(qty)), "base_price": number(round(price, 4)),
        "base_original_price": number(round(price, 4)), "is_virtual": 0, "weight": number(weight), "tax_class": "0",
        "children": parts,
    }  # fmt: skip
