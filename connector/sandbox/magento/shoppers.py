"""People who buy: orders of every kind on request, from what the store has in stock.

A kind says what is special about an order; several go together with a plus sign (`guest+card+currency`). With a seed
the same orders come again. It places them as a cart would, so every amount adds up as Magento's does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from connector.sandbox.magento import levels, quotes
from connector.sandbox.magento.cart_lines import stock_of, website_of
from connector.sandbox.magento.directory import RATES, region_of
from connector.sandbox.magento.offers import CARRIERS, COUPON
from connector.sandbox.magento.people import NAMES, PLACES
from connector.sandbox.magento.placing import place
from connector.sandbox.magento.routing import Call, Refusal
from connector.sandbox.magento.shop import STORE_IDS, Doc

KINDS = {
    "guest": "Guest",
    "customer": "Customer with an account",
    "simple": "One line",
    "many": "Five lines",
    "configurable": "Configurable line",
    "bundle": "Bundle line",
    "virtual": "Virtual line, nothing to ship",
    "custom_option": "Line with a custom option",
    "discount": "Coupon of 10 %",
    "cart_discount": "Cart discount in money",
    "free_shipping": "Free shipping",
    "shipping_tax": "Taxed shipping",
    "gift_card": "Paid in part with a gift card",
    "store_credit": "Paid in part with store credit",
    "reward": "Paid in part with reward points",
    "zero": "Costs nothing",
    "currency": "Another currency",
    "EUR": "In euro",
    "JPY": "In yen",
    "KWD": "In Kuwaiti dinar",
    "card": "Paid by card, captured",
    "authorized": "Card, only authorised",
    "paypal": "Paid with PayPal",
    "purchase_order": "Purchase order",
    "b2b": "B2B website",
    "french": "French store view",
}
MIX = (
    "guest",
    "customer",
    "customer+many",
    "guest+card",
    "customer+discount",
    "customer+card+currency",
    "guest+paypal",
    "customer+shipping_tax",
    "guest+free_shipping",
    "customer+purchase_order",
    "french+customer",
)
CREDITS = {"gift_card": 5, "store_credit": 3, "reward": 2}  # in the base currency, unless it is said
TYPES = {"configurable": ("configurable",), "bundle": ("bundle",), "virtual": ("virtual", "downloadable")}
MOST = 1_000


def order_many(call: Call, raw: Mapping[str, Any]) -> list[Doc]:
    """Place `count` orders as asked (see the README of the sandbox). Raises ValueError with a sentence."""
    try:
        count, seed = int(raw.get("count", 1)), raw.get("seed")
    except (TypeError, ValueError) as error:
        raise ValueError(f"The number of orders is wrong: {error}.") from error
    if not 1 <= count <= MOST:
        raise ValueError(f"The number of orders is between 1 and {MOST}.")
    kinds = raw.get("kinds") or list(MIX)
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in kinds:
        for part in str(kind).split("+"):
            if part not in KINDS:
                raise ValueError(f"There is no kind of order {part}; there are: {', '.join(KINDS)}.")
    chance = random.Random(seed)
    return [order_one(call, chance, set(str(kinds[at % len(kinds)]).split("+")), raw) for at in range(count)]


def order_one(call: Call, chance: random.Random, kinds: set[str], raw: Mapping[str, Any]) -> Doc:
    """One order. Raises ValueError with a sentence, also for what the checkout refuses."""
    store = _store(raw.get("store"), kinds)
    try:
        quote = quotes.new(call, store, _customer(call, chance, kinds, store, raw))
        for sku, many, option in _lines(call, chance, kinds, store, raw):
            quote, _ = quotes.add(call, quote, sku, many, option, check=raw.get("stock") is not False)
        quote = {**quote, **_terms(call, chance, kinds, quote, raw)}
        quote |= _addresses(call, chance, quote, raw)
        return place(call, quote, raw.get("payment") or _payment(chance, kinds))
    except Refusal as error:
        raise ValueError(f"The checkout refuses the order: {error.text().rstrip('.')}.") from error


def _store(told: Any, kinds: set[str]) -> int:
    if told in (None, ""):
        return 2 if "b2b" in kinds else 3 if "french" in kinds else 1
    number = STORE_IDS.get(str(told), int(told) if str(told).isdigit() else 0)
    if number not in (1, 2, 3):
        raise ValueError(f"There is no store view {told}.")
    return number


def _customer(call: Call, chance: random.Random, kinds: set[str], store: int, raw: Mapping[str, Any]) -> Doc | None:
    if raw.get("customer_id"):
        found = call.unit.get("customer", str(raw["customer_id"]))
        if found is None:
            raise ValueError(f"There is no customer {raw['customer_id']}.")
        return dict(found)
    if "guest" in kinds or raw.get("email"):
        return None
    website = website_of(store)
    rows = [row for row in call.shop.store.kind("customer").values() if row["website_id"] == website]
    return chance.choice(sorted(rows, key=lambda row: row["id"])) if rows else None


def _lines(
    call: Call, chance: random.Random, kinds: set[str], store: int, raw: Mapping[str, Any]
) -> list[tuple[str, float, Doc | None]]:
    """(sku, quantity, product option) of each line."""
    if raw.get("lines"):
        return [
            (str(row["sku"]), float(row.get("qty", 1)), row.get("product_option") or _chosen(call, str(row["sku"])))
            for row in raw["lines"]
        ]
    found: list[tuple[str, float, Doc | None]] = []
    for kind, types in TYPES.items():
        if kind in kinds:
            found += [_pick(call, chance, types, store, raw)]
    if "custom_option" in kinds:
        found.append(_engraved(call, _pick(call, chance, ("simple",), store, raw)))
    if not found or "many" in kinds:
        pieces = 5 if "many" in kinds else 1 if "simple" in kinds else chance.choice((1, 1, 2, 3))
        found += [_pick(call, chance, ("simple",), store, raw) for _ in range(pieces)]
    return list({sku: (sku, many, option) for sku, many, option in found}.values())


def _pick(
    call: Call, chance: random.Random, types: tuple[str, ...], store: int, raw: Mapping[str, Any]
) -> tuple[str, float, Doc | None]:
    """A product of a type that can be bought, and how many of it. Raises ValueError where there is none."""
    stock, website, any_stock = stock_of(call, website_of(store)), website_of(store), raw.get("stock") is False

    def salable(doc: Doc) -> float:
        return 3.0 if any_stock else levels.salable_quantity(call, doc["sku"], stock)

    docs = [
        doc
        for doc in call.shop.store.kind("product").values()
        if doc["type"] in types and website in doc["websites"] and call.shop.value(doc, "status", store) == 1
    ]
    docs.sort(key=lambda doc: doc["id"])
    chance.shuffle(docs)
    for doc in docs[:200]:
        if doc["type"] == "configurable":
            option = _any_child(call, doc, salable)
        elif doc["type"] == "bundle":
            option = _all_parts(call, doc, salable)
        elif call.shop.value(doc, "visibility") == 1:
            continue
        elif salable(doc) >= 1:
            return doc["sku"], float(min(chance.choice((1, 1, 2, 3)), int(salable(doc)))), None
        else:
            continue
        if option:
            return doc["sku"], 1.0, option
    raise ValueError(f"The store has no {' or '.join(types)} product in stock that can be ordered.")


def _chosen(call: Call, sku: str) -> Doc | None:
    """The first choice of a configurable or bundle that was named without one."""
    doc = call.shop.product(call.unit, sku)
    if doc is None or doc["type"] not in ("configurable", "bundle"):
        return None
    choose = _any_child if doc["type"] == "configurable" else _all_parts
    return choose(call, doc, lambda child: 1e9)


def _any_child(call: Call, doc: Doc, salable: Callable[[Doc], float]) -> Doc | None:
    """The options that lead to a child in stock."""
    info = doc.get("configurable") or {}
    codes = {str(row["attribute_id"]): row["attribute_code"] for row in call.shop.store.kind("attribute").values()}
    for sku in info.get("children", ()):
        child = call.shop.product(call.unit, sku)
        if child and salable(child) >= 1:
            rows = [{"option_id": str(option["attribute_id"]),
                     "option_value": int(call.shop.value(child, codes[str(option["attribute_id"])]) or 0)}
                    for option in info.get("options", ())]  # fmt: skip
            return {"extension_attributes": {"configurable_item_options": rows}}
    return None


def _all_parts(call: Call, doc: Doc, salable: Callable[[Doc], float]) -> Doc | None:
    """The first selection of each option, where all are in stock."""
    rows = []
    for option in doc.get("bundle_options") or ():
        for link in option.get("product_links") or ():
            child = call.shop.product(call.unit, link["sku"])
            if child and salable(child) >= float(link.get("qty") or 1):
                rows.append({"option_id": option["option_id"], "option_qty": link.get("qty") or 1,
                             "option_selections": [int(link["id"])]})  # fmt: skip
                break
    return {"extension_attributes": {"bundle_options": rows}} if rows else None


def _engraved(call: Call, line: tuple[str, float, Doc | None]) -> tuple[str, float, Doc | None]:
    """The line with a text to be engraved; the product gets that option if it has none."""
    doc = call.shop.product(call.unit, line[0]) or {}
    options = list(doc.get("options") or ())
    if not options:
        options = [{"product_sku": doc["sku"], "option_id": call.unit.count("custom_option"), "title": "Engraving",
                    "type": "field", "sort_order": 1, "is_require": False, "price": 2.5, "price_type": "fixed",
                    "max_characters": 40}]  # fmt: skip
        call.unit.put("product", doc["sku"].lower(), {**doc, "options": options})
        call.unit.note("custom_option", doc["sku"], None, options[0])
    told = [{"option_id": str(options[0]["option_id"]), "option_value": "For A. with love"}]
    return line[0], line[1], {"extension_attributes": {"custom_options": told}}


def _terms(call: Call, chance: random.Random, kinds: set[str], quote: Doc, raw: Mapping[str, Any]) -> Doc:
    """Shipping, discount, currency, and what pays besides."""
    terms: Doc = {"shipping_method": None if quotes.is_virtual(quote) else raw.get("shipping") or chance.choice(
        ("flatrate_flatrate", "flatrate_flatrate", "tablerate_bestway", "ups_GND"))}  # fmt: skip
    if terms["shipping_method"] and terms["shipping_method"] not in CARRIERS:
        raise ValueError(f"There is no shipping method {terms['shipping_method']}; there are: {', '.join(CARRIERS)}.")
    if kinds & {"free_shipping", "zero"} and terms["shipping_method"]:
        terms["shipping_method"] = "freeshipping_freeshipping"
    codes = [code for code in RATES if code in kinds]
    terms["currency"] = raw.get("currency") or (codes[0] if codes else "USD")
    if "currency" in kinds:
        terms["currency"] = chance.choice([code for code in RATES if code != "USD"])
    if terms["currency"] not in RATES:
        raise ValueError(f"There is no currency {terms['currency']}; there are: {', '.join(RATES)}.")
    if "discount" in kinds or raw.get("coupon"):
        terms |= {name: quotes.apply_coupon(call, quote, str(raw.get("coupon") or COUPON))[name]
                  for name in ("coupon", "rule", "rule_title", "percent", "fixed", "on_shipping")}  # fmt: skip
    if "cart_discount" in kinds:
        terms |= {"fixed": 5, "rule": "2", "rule_title": "Five off", "coupon": None}
    if "zero" in kinds:
        terms |= {"percent": 100, "rule": "3", "rule_title": "On the house"}
    if "shipping_tax" in kinds:
        terms["shipping_tax"] = 8.25
    terms["credits"] = {kind: raw.get(kind, worth) for kind, worth in CREDITS.items() if kind in kinds}
    terms["gift_code"] = f"GC{chance.randrange(10**8):08d}"
    return terms


def _addresses(call: Call, chance: random.Random, quote: Doc, raw: Mapping[str, Any]) -> Doc:
    """Where it goes and who pays: the customer's own addresses, else somebody somewhere."""
    row = call.unit.get("customer", str(quote["customer_id"])) if quote["customer_id"] else None
    first, last, email = (row["firstname"], row["lastname"], row["email"]) if row else _guest(chance, raw)
    own = {one["id"]: one for one in row["addresses"]} if row else {}
    found: Doc = {"email": email}
    somewhere = _somewhere(chance, first, last)
    for name, flag in (("shipping_address", "default_shipping"), ("billing_address", "default_billing")):
        kept = own.get(row[flag]) if row else None
        told = raw.get(name) or ({k: v for k, v in kept.items() if k != "id"} if kept else somewhere)
        found[name] = {**quotes.address(told), "email": email}
    if quotes.is_virtual(quote):
        found["shipping_address"] = None
    return found


def _guest(chance: random.Random, raw: Mapping[str, Any]) -> tuple[str, str, str]:
    first, last = chance.choice(NAMES)[0], chance.choice(NAMES)[1]
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    return first, last, str(raw.get("email") or f"{plain}{chance.randrange(1000)}@example.net")


def _somewhere(chance: random.Random, first: str, last: str) -> Doc:
    country, region, city, postcode, street = chance.choice(PLACES)
    known = region_of(region) if region else None
    named = {"region": known["name"], "region_code": known["code"], "region_id": region} if known else {}
    return {"firstname": first, "lastname": last, "street": [street], "city": city, "postcode": postcode,
            "country_id": country, "telephone": f"555{chance.randrange(10**7):07d}", **named}  # fmt: skip


def _payment(chance: random.Random, kinds: set[str]) -> Doc:
    number = f"{chance.randrange(16**12):012x}"
    if "zero" in kinds:
        return {"method": "free"}
    if "paypal" in kinds:
        return {"method": "paypal_express", "last_trans_id": number.upper(),
                "additional_data": {"paypal_payer_email": "payer@example.net"}}  # fmt: skip
    if kinds & {"card", "authorized"}:
        return {"method": "braintree" if "card" in kinds else "authorizenet_acceptjs", "last_trans_id": number,
                "cc_type": chance.choice(("VI", "MC", "AE")), "cc_last4": f"{chance.randrange(10000):04d}",
                "cc_exp_month": "11", "cc_exp_year": "2029"}  # fmt: skip
    if "purchase_order" in kinds:
        return {"method": "purchaseorder", "po_number": f"PO-{chance.randrange(10**5):05d}"}
    return {"method": chance.choice(("checkmo", "banktransfer", "cashondelivery"))}
